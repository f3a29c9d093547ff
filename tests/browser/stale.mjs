// evenkeeld goes away and comes back while somebody looks on: the page says that it is stale, and recovers by itself.
// Says "stale" and "live" on its output, for the test to act on.

import { signIn, walk } from './browser.mjs';

await walk('stale', async (page) => {
  await signIn(page);
  await page.getByText('Running', { exact: true }).waitFor();
  console.log('live');
  await page.getByText('This page is stale').waitFor({ timeout: 30_000 });
  await page.getByText('Connecting again').waitFor();
  console.log('stale');
  await page.getByText('Running', { exact: true }).waitFor({ timeout: 30_000 });
  await page.getByText('This page is stale').waitFor({ state: 'detached' });
});
