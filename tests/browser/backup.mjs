// Everything into a file; a change; and out of the file again, with what that would change before it does.

import { readFile } from 'node:fs/promises';

import { assert, field, guidePicture, navigate, signIn, told, until, update, walk } from './browser.mjs';

const kPassphrase = 'four quiet green boats';
const form = (page, name) => page.getByRole('form', { name, exact: true });

async function save(page) {
  await navigate(page, 'Maintenance', 'Backup & Restore');
  const area = form(page, 'Backup');
  await area.getByLabel('Passphrase', { exact: false }).first().fill(kPassphrase);
  await area.getByLabel('Passphrase again').fill('another one');
  await until(() => area.getByRole('button', { name: 'Download backup' }).isDisabled(), 'two different passphrases are let through');
  await area.getByLabel('Passphrase again').fill(kPassphrase);
  await guidePicture(page, 'backup');
  const [file] = await Promise.all([page.waitForEvent('download'), area.getByRole('button', { name: 'Download backup' }).click()]);
  assert(/^evenkeel-backup-[\d-]+\.json$/.test(file.suggestedFilename()), `it is called ${file.suggestedFilename()}`);
  return readFile(await file.path());
}

async function addService(page) {
  await navigate(page, 'Cluster Configuration', 'Layer 4 Virtual Services');
  await page.getByRole('button', { name: 'Add a new Virtual Service' }).click();
  await field(page, 'Virtual Service', 'Label').fill('Passing');
  await field(page, 'Virtual Service', 'IP Address').fill('10.77.0.180');
  await field(page, 'Virtual Service', 'Ports').fill('9100');
  await update(page);
  await told(page, 'Virtual service Passing was created.');
}

async function choose(page, name, buffer, passphrase) {
  const area = form(page, 'Restore');
  await area.locator('input[type=file]').setInputFiles({ name, mimeType: 'application/json', buffer });
  await area.getByLabel('Passphrase of the backup').fill(passphrase);
  await area.getByRole('button', { name: 'Show what would change' }).click();
}

async function restore(page, backup) {
  await navigate(page, 'Maintenance', 'Backup & Restore');
  await choose(page, 'picture.json', Buffer.from('PK\x03\x04'), kPassphrase);
  await page.getByText('That file is no backup of Evenkeel.').waitFor();
  await choose(page, 'backup.json', backup, 'not the passphrase');
  await page.getByText('the passphrase is wrong').waitFor();
  await choose(page, 'backup.json', backup, kPassphrase);
  await page.getByRole('button', { name: 'Restore now' }).waitFor();
  await page.locator('main').getByText('Passing', { exact: false }).first().waitFor();
  await guidePicture(page, 'restore');
  await page.getByRole('button', { name: 'Restore now' }).click();
  await told(page, 'The backup is in force.');
  await navigate(page, 'Cluster Configuration', 'Layer 4 Virtual Services');
  await page.getByRole('link', { name: 'Print_Provider', exact: true }).waitFor();
  assert((await page.getByRole('link', { name: 'Passing', exact: true }).count()) === 0, 'what the backup does not have is still there');
}

await walk('backup', async (page) => {
  await signIn(page);
  await page.getByRole('heading', { name: 'System Overview' }).waitFor();
  const backup = await save(page);
  await addService(page);
  await restore(page, backup);
});
