// What operators do: drain with its countdown, in one service and in all; explain; undo; two people at one object.

import { assert, farm, field, guidePicture, navigate, picture, signIn, told, until, update, walk } from './browser.mjs';

const serverRow = (page, service, server) => page.getByRole('row').filter({ has: page.getByRole('button', { name: `Explain ${server} (${service})` }) });

async function drainEverywhere(page) {
  await navigate(page, 'System Overview');
  await page.getByRole('button', { name: 'Drain PS1 (Print_Provider)' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Halt after').fill('30');
  await dialog.getByLabel('Reason').fill('new toner');
  await dialog.getByLabel('This server in every service (2)').check();
  await dialog.getByRole('button', { name: 'Drain', exact: true }).click();
  // No connection is left at once, so that draining may have ended as a halt already.
  for (const service of ['Print_Provider', 'MobilityPrint']) {
    await serverRow(page, service, 'PS1').getByText(/^(Draining|Halted)$/).waitFor();
  }
  await guidePicture(page, 'operate-1-drained');
  for (const service of ['Print_Provider', 'MobilityPrint']) {
    await page.getByRole('button', { name: `Online PS1 (${service})` }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Online', exact: true }).click();
    await serverRow(page, service, 'PS1').getByText('Online', { exact: true }).first().waitFor();
  }
}

async function explain(page) {
  await page.getByRole('button', { name: `Explain ${farm.passive} (Papercut_WUI)` }).click();
  await page.getByText('What to look at').waitFor();
  await page.getByRole('button', { name: 'Test now' }).click();
  await page.getByText('This test').waitFor();
  const words = await page.locator('.pf-v6-c-drawer__panel').textContent();
  assert(!words.includes(farm.key), 'the health key is shown');
  await guidePicture(page, 'operate-2-explain');
  await page.getByRole('button', { name: 'Close drawer panel' }).click();
}

async function openPrintProvider(page) {
  await navigate(page, 'Cluster Configuration', 'Layer 4 Virtual Services');
  await page.getByRole('button', { name: 'Modify Print_Provider', exact: true }).click();
  await field(page, 'Virtual Service', 'Ports').waitFor();
}

async function refusedAtTheField(page) {
  await openPrintProvider(page);
  await field(page, 'Virtual Service', 'Ports').fill('<script>alert(1)</script>');
  await update(page);
  await page.getByText('is not a port or range of ports').waitFor();
  await picture(page, 'operate-3-error-at-the-field');
  await page.getByRole('button', { name: 'Cancel' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Leave' }).click();
}

async function undo(page) {
  await openPrintProvider(page);
  await field(page, 'Health Checks', 'Check Port').fill('446');
  await update(page);
  await told(page, 'Print_Provider was updated.');
  await page.getByRole('button', { name: 'Undo' }).first().click();
  await told(page, 'Undone:');
  await openPrintProvider(page);
  await until(async () => (await field(page, 'Health Checks', 'Check Port').inputValue()) === '', 'Undo did not undo');
}

/** The second of two people is told, sees both versions and decides. */
async function conflict(page, context) {
  await openPrintProvider(page);
  await field(page, 'Connection Distribution Method', 'Balance Mode').selectOption({ label: 'Maglev' });
  const other = await context.newPage();
  await other.goto(farm.url);
  await openPrintProvider(other);
  await field(other, 'Connection Distribution Method', 'Balance Mode').selectOption({ label: 'Source hash' });
  await update(other);
  await told(other, 'Print_Provider was updated.');
  await update(page);
  const dialog = page.getByRole('dialog');
  await dialog.getByText('Somebody else changed this meanwhile').waitFor();
  await dialog.getByText('Source hash').waitFor();
  await picture(page, 'operate-4-conflict');
  await dialog.getByRole('button', { name: 'Take theirs' }).click();
  await until(async () => (await field(page, 'Connection Distribution Method', 'Balance Mode').inputValue()) === 'source_hash', 'their value was not taken');
  await other.close();
}

async function revisions(page) {
  await navigate(page, 'Maintenance', 'Revisions');
  await page.getByRole('button', { name: /^Compare/ }).first().click();
  await page.getByRole('dialog').getByText('source_hash').first().waitFor();
  await picture(page, 'operate-5-compare');
  await page.getByRole('dialog').getByRole('button', { name: 'Close' }).last().click();
}

async function doctor(page) {
  await navigate(page, 'Maintenance', 'ARP Doctor');
  await page.getByText('Healthy').first().waitFor();
  assert((await page.getByText('Something is wrong').count()) === 0, 'the doctor finds something');
  await guidePicture(page, 'doctor');
}

await walk('operate', async (page, context) => {
  await signIn(page);
  await drainEverywhere(page);
  await explain(page);
  await refusedAtTheField(page);
  await undo(page);
  await conflict(page, context);
  await revisions(page);
  await doctor(page);
});
