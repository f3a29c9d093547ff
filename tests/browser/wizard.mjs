// The Setup Wizard: six questions, the plan, the files for the servers, and the verification that fills itself.

import { readFile } from 'node:fs/promises';

import { assert, farm, guidePicture, navigate, signIn, told, until, walk } from './browser.mjs';

const lines = (machines) => Object.entries(machines).map(([label, address]) => `${label} ${address}`).join('\n');

async function next(page) {
  await page.getByRole('button', { name: 'Next', exact: true }).click();
}

async function saved(page, button) {
  const [file] = await Promise.all([page.waitForEvent('download'), button.click()]);
  return { name: file.suggestedFilename(), content: await readFile(await file.path(), 'utf8') };
}

async function answer(page) {
  await page.getByLabel('Layer 4 DR mode').check();
  await next(page);
  await page.getByLabel('Real Servers').fill('App_Svr1');
  await page.getByText('"App_Svr1" is not a name and an IP address.').waitFor();
  await until(() => page.getByRole('button', { name: 'Next', exact: true }).isDisabled(), 'a wrong line is let through');
  await page.getByLabel('Real Servers').fill(lines(farm.applicationServers));
  await next(page);
  await page.getByLabel('Real Servers').fill(lines(farm.printServers));
  await next(page);
  await page.getByLabel('VIP of the Application Servers').fill(farm.applications);
  await page.getByLabel('VIP of printing and Mobility Print').fill(farm.printing);
  await next(page);
  await page.getByLabel('Authorization key').fill(farm.key);
  await next(page);
  await page.getByLabel('RPC printing').check();
  await next(page);
}

async function serverSide(page) {
  const script = await saved(page, page.getByRole('button', { name: 'Linux: PS1' }));
  assert(script.content.includes(farm.printing), `${script.name} does not have the virtual address`);
  const registry = await saved(page, page.getByRole('button', { name: 'Download PapercutPrintService.reg' }));
  assert(registry.content.includes('"DisableLoopbackCheck"=dword:00000001'), 'the registry file lacks an entry of 13.2');
  await guidePicture(page, 'wizard-3-server-side');
}

await walk('wizard', async (page) => {
  await signIn(page);
  await page.getByRole('button', { name: 'Accept: start the Setup Wizard' }).click();
  await answer(page);
  await page.getByRole('button', { name: 'Apply the plan' }).waitFor();
  await page.getByText('Papercut_WUI').first().waitFor();
  await guidePicture(page, 'wizard-2-plan');
  await page.getByRole('button', { name: 'Apply the plan' }).click();
  await told(page, 'The services are in force as revision');
  await next(page);
  await serverSide(page);
  await next(page);
  for (const name of ['Services are in force', 'Health', 'VIP path', 'One Application Server is active']) {
    await page.getByRole('listitem').filter({ hasText: name }).filter({ hasText: 'Good' }).first().waitFor();
  }
  await guidePicture(page, 'wizard-4-verification');
  await navigate(page, 'System Overview');
  await page.getByText('passive: standing by').waitFor();
});
