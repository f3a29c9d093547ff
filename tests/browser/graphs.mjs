// Graphs of what was: of the whole load balancer in System Overview, of everything in Reports.

import { navigate, picture, signIn, until, walk } from './browser.mjs';

await walk('graphs', async (page) => {
  await signIn(page);
  await page.getByRole('heading', { name: 'System Overview' }).waitFor();
  await page.getByRole('button', { name: 'Hour', exact: true }).click();
  await page.getByRole('img', { name: /^Memory in use: now \d/ }).waitFor();
  await picture(page, 'graphs-1-overview');
  await navigate(page, 'Reports', 'Graphs');
  for (const span of ['Hour', 'Day', 'Week', 'Month', 'Year']) {
    await page.getByRole('button', { name: span, exact: true }).click();
    await page.getByRole('img', { name: /^Memory in use\. in use: \d/ }).waitFor();
    await until(async () => (await page.locator('.ek-history canvas').count()) === 5, `${span} has not all graphs`);
  }
  await page.getByRole('button', { name: 'Hour', exact: true }).click();
  await picture(page, 'graphs-2-history');
  await page.getByLabel('Of what').selectOption({ label: 'Print_Provider / PS1' });
  await page.getByRole('img', { name: /^Active connections/ }).waitFor();
  await until(async () => (await page.locator('.ek-history canvas').count()) === 3, 'a real server has other graphs');
});
