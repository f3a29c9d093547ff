// A change on trial: Keep makes it stay, Go back takes it back, and the time that is left stands over every page.

import { field, navigate, picture, signIn, told, until, update, walk } from './browser.mjs';

async function change(page, port) {
  await navigate(page, 'Cluster Configuration', 'Layer 4 Virtual Services');
  await page.getByRole('button', { name: 'Modify Print_Provider', exact: true }).click();
  await field(page, 'Health Checks', 'Check Port').fill(port);
  await page.getByLabel('Take it back unless I keep it in time').check();
  await update(page);
  await told(page, 'Print_Provider was updated.');
  await page.getByText(/Revision \d+ is taken back in \d+:\d\d/).waitFor();
}

async function checkPortIs(page, port, otherwise) {
  await navigate(page, 'Cluster Configuration', 'Layer 4 Virtual Services');
  await page.getByRole('button', { name: 'Modify Print_Provider', exact: true }).click();
  await field(page, 'Virtual Service', 'Ports').waitFor();
  await until(async () => (await field(page, 'Health Checks', 'Check Port').inputValue()) === port, otherwise);
}

/** To the revision before the one in force: the one that has no check port, since the change before was taken back. */
async function rollBackOnTrial(page) {
  await navigate(page, 'Maintenance', 'Revisions');
  await page.getByRole('button', { name: /^Roll back/ }).first().click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Take it back unless I keep it in time').check();
  await dialog.getByRole('button', { name: 'Roll back', exact: true }).click();
  await page.getByText(/Revision \d+ is taken back in \d+:\d\d/).waitFor();
}

await walk('trial', async (page) => {
  await signIn(page);
  await page.getByRole('heading', { name: 'System Overview' }).waitFor();
  await change(page, '446');
  await navigate(page, 'System Overview');
  await page.getByText(/is taken back in/).waitFor();
  await picture(page, 'trial-1-countdown');
  await page.getByRole('button', { name: 'Go back', exact: true }).click();
  await told(page, /Revision \d+ is in force again\./);
  await page.getByText(/is taken back in/).waitFor({ state: 'detached' });
  await checkPortIs(page, '', 'it was not taken back');
  await change(page, '445');
  await page.getByRole('button', { name: 'Keep', exact: true }).click();
  await told(page, /Revision \d+ stays\./);
  await page.getByText(/is taken back in/).waitFor({ state: 'detached' });
  await checkPortIs(page, '445', 'it did not stay');
  await rollBackOnTrial(page);
  await page.getByRole('button', { name: 'Go back', exact: true }).click();
  await page.getByText(/is taken back in/).waitFor({ state: 'detached' });
  await checkPortIs(page, '445', 'the roll-back stayed');
  await field(page, 'Health Checks', 'Check Port').fill('');
  await update(page);
  await told(page, 'Print_Provider was updated.');
});
