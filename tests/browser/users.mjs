// Users with a password here, and those whose password PAM judges; another role, and gone again.

import { assert, navigate, picture, row, signIn, told, walk } from './browser.mjs';

async function add(page, { name, role, password }) {
  await page.getByRole('button', { name: 'Add a user' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel(password ? 'Kept here' : 'Judged by PAM').check();
  await dialog.getByRole('textbox', { name: 'User', exact: true }).fill(name);
  await dialog.getByRole('combobox', { name: 'Role' }).selectOption({ label: role });
  if (password) await dialog.locator('#new').fill(password);
  else assert((await dialog.locator('#new').count()) === 0, 'a password is asked for that PAM judges');
  await picture(page, `users-add-${name}`);
  await dialog.getByRole('button', { name: 'Add a user' }).click();
  await told(page, `User ${name} was created.`);
}

async function changeRole(page) {
  await page.getByRole('button', { name: 'Change role: ann' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('combobox', { name: 'Role' }).selectOption({ label: 'Viewer' });
  await dialog.getByText('May look at everything but').waitFor();
  await dialog.getByRole('button', { name: 'Update' }).click();
  await told(page, 'ann has another role now.');
  await (await row(page, 'ann')).getByText('Viewer', { exact: true }).waitFor();
}

async function remove(page, name) {
  await page.getByRole('button', { name: `Delete ${name}` }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Delete', exact: true }).click();
  await told(page, `User ${name} was deleted.`);
  await page.getByRole('button', { name: `Delete ${name}` }).waitFor({ state: 'detached' });
}

await walk('users', async (page) => {
  await signIn(page);
  await page.getByRole('heading', { name: 'System Overview' }).waitFor();
  await navigate(page, 'Maintenance', 'Users');
  await add(page, { name: 'ann', role: 'Operator' });
  await (await row(page, 'ann')).getByText('PAM', { exact: true }).waitFor();
  assert((await page.getByRole('button', { name: 'Set password: ann' }).count()) === 0, 'a password can be set that PAM judges');
  await add(page, { name: 'robert', role: 'Viewer', password: 'an odd horse in rain' });
  await (await row(page, 'robert')).getByText('Kept here', { exact: true }).waitFor();
  await changeRole(page);
  await remove(page, 'ann');
  await remove(page, 'robert');
});
