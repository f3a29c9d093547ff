// What programs say of themselves: as it is, as it comes, filtered, by level, and as a file.

import { readFile } from 'node:fs/promises';

import { assert, navigate, picture, signIn, told, until, walk } from './browser.mjs';

const lines = (page) => page.locator('.ek-log tbody tr');

async function save(page) {
  const [file] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: 'Download' }).click()]);
  return { name: file.suggestedFilename(), text: await readFile(await file.path(), 'utf8') };
}

async function filter(page) {
  await page.getByLabel('Filter by text').fill('what no program says');
  await page.getByText('No line fits').waitFor();
  await page.getByLabel('Filter by text').fill('');
  await lines(page).first().waitFor();
}

/** A line that comes is there without being asked for. */
async function follow(page, context) {
  const newest = () => lines(page).first().textContent();
  const before = await newest();
  const other = await context.newPage();
  await other.goto(page.url().replace(/logs.*/, 'maintenance/restart'));
  await other.getByRole('button', { name: 'Restart nginx: web interface' }).click();
  await other.getByRole('dialog').getByRole('button', { name: 'Restart', exact: true }).click();
  await told(other, 'nginx: web interface was restarted.');
  await other.close();
  await until(async () => (await newest()) !== before, 'nothing new is shown');
}

async function levels(page) {
  await page.getByRole('combobox', { name: 'Level' }).selectOption({ label: 'Errors only' });
  await page.waitForFunction(() => [...document.querySelectorAll('.ek-log tbody tr td:nth-child(2)')].every((cell) => cell.textContent === 'Error'));
  await page.getByRole('combobox', { name: 'Level' }).selectOption({ label: 'All levels' });
  await lines(page).first().waitFor();
}

await walk('logs', async (page, context) => {
  await signIn(page);
  await page.getByRole('heading', { name: 'System Overview' }).waitFor();
  await navigate(page, 'Logs', 'Programs');
  await lines(page).first().waitFor();
  await picture(page, 'logs-1-evenkeeld');
  await filter(page);
  await follow(page, context);
  await levels(page);
  const { name, text } = await save(page);
  assert(name === 'evenkeel-evenkeeld.log' && text.split('\n').length > 1, `${name} has ${text.length} letters`);
  const whose = page.getByRole('combobox', { name: 'Whose log' });
  await until(async () => (await whose.getByRole('option').count()) === 3, 'there are not three logs');
  await whose.selectOption('nginx');
  await page.locator('.ek-log, .pf-v6-c-empty-state').first().waitFor();
  await picture(page, 'logs-2-nginx');
  await navigate(page, 'Logs', 'Layer 7 Requests');
  await page.locator('table, .pf-v6-c-empty-state').first().waitFor();
});
