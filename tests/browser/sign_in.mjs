// Sign-in: wrong passwords, sign-out, and that nothing is to be had without a session or the session's token.

import { assert, farm, signIn, walk } from './browser.mjs';

await walk('sign-in', async (page) => {
  await signIn(page, 'not the password');
  await page.getByText('The user name or the password is wrong.').waitFor();
  await signIn(page);
  await page.getByRole('heading', { name: 'System Overview' }).waitFor();

  const refused = await page.evaluate(async () => (await fetch('/api/v1/configuration', { method: 'PUT', body: '{}', headers: { 'Content-Type': 'application/json' } })).status);
  assert(refused === 403, `a change without the session's token is answered ${refused}`);

  await page.getByRole('button', { name: /^Account/ }).click();
  await page.getByRole('menuitem', { name: 'Log out' }).click();
  await page.getByLabel('Username').waitFor();
  const closed = await page.evaluate(async () => (await fetch('/api/v1/status')).status);
  assert(closed === 401, `after signing out the status is answered ${closed}`);
  await page.goto(`${farm.url}maintenance/revisions`);
  await page.getByLabel('Username').waitFor();
});
