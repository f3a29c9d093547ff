// What the programs behind were told, and another start; the fallback page, as clients will see it, and nothing of it is run.

import { assert, field, guidePicture, navigate, picture, signIn, told, until, update, walk } from './browser.mjs';

const kPage = `<!doctype html><title>Away</title><style>body { background: rgb(1, 2, 3); } h1 { color: rgb(250, 250, 1); }</style>
<h1 style="letter-spacing: 5px">We are printing again at nine</h1><img src="x" onerror="parent.attacked = true; top.attacked = true">
<script>parent.attacked = true; top.attacked = true;</script>`;

async function files(page) {
  await navigate(page, 'View Configuration', 'Engine Files');
  await page.getByRole('tab', { name: 'nginx: web interface' }).click();
  await page.getByText('Content-Security-Policy').first().waitFor();
  await picture(page, 'engines-1-files');
}

async function restart(page) {
  await navigate(page, 'Maintenance', 'Restart Engines');
  await page.getByRole('row').filter({ hasText: 'nginx: web interface' }).getByText('Running', { exact: true }).waitFor();
  await page.getByRole('button', { name: 'Restart nginx: web interface' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Restart', exact: true }).click();
  await told(page, 'nginx: web interface was restarted.');
  await picture(page, 'engines-2-restart');
}

/** What two revisions differ in are the lines of the page, not two pages. */
async function compare(page) {
  await navigate(page, 'Maintenance', 'Revisions');
  await page.getByRole('button', { name: 'Compare', exact: false }).first().click();
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('insertion').filter({ hasText: 'We are printing again at ten' }).waitFor();
  await dialog.getByRole('deletion').filter({ hasText: 'We are printing again at nine' }).waitFor();
  assert((await dialog.getByText('rgb(1, 2, 3)').count()) <= 1, 'what stays the same is shown twice');
  await picture(page, 'engines-3-compared');
  await dialog.getByRole('contentinfo').or(dialog).getByRole('button', { name: 'Close' }).last().click();
}

async function fallback(page) {
  await navigate(page, 'Maintenance', 'Fallback Page');
  await page.getByRole('button', { name: 'Begin with the page that is shown' }).click();
  await guidePicture(page, 'fallback-page');
  await page.getByLabel('HTML').fill(kPage);
  const inside = page.frameLocator('iframe');
  const title = inside.getByRole('heading', { name: 'We are printing again at nine' });
  await title.waitFor();
  const style = await title.evaluate((element) => ({ ink: getComputedStyle(element).color, space: getComputedStyle(element).letterSpacing, paper: getComputedStyle(element.ownerDocument.body).backgroundColor }));
  assert(style.ink === 'rgb(250, 250, 1)' && style.space === '5px' && style.paper === 'rgb(1, 2, 3)', `the preview looks otherwise: ${JSON.stringify(style)}`);
  assert(await page.evaluate(() => !('attacked' in window)), 'something of the page was run');
  assert((await page.locator('iframe').getAttribute('sandbox')) === 'allow-same-origin', 'the frame lets more happen than it should');
  await update(page);
  await told(page, 'The fallback page was updated.');
  await page.getByLabel('HTML').fill(kPage.replace('at nine', 'at ten'));
  await update(page);
  await compare(page);
  await navigate(page, 'Maintenance', 'Fallback Page');
  await page.getByLabel('Whose page').selectOption({ label: 'Print_Provider' });
  await page.getByText('the page for all').waitFor();
  await page.getByLabel('Whose page').selectOption({ label: 'For all virtual services' });
  await page.getByRole('button', { name: 'Remove', exact: true }).click();
  await told(page, 'The fallback page was removed.');
}

/** The form of a virtual service says which page clients see, and leads to where it is written. */
async function ofOneService(page) {
  const modify = async () => {
    await navigate(page, 'Cluster Configuration', 'Layer 4 Virtual Services');
    await page.getByRole('button', { name: 'Modify Print_Provider', exact: true }).click();
    await page.getByText('The page for all virtual services').waitFor();
  };
  await modify();
  await field(page, 'Fallback', 'Fallback').selectOption({ label: 'Page' });
  await update(page);
  await told(page, 'Print_Provider was updated.');
  await modify();
  await page.getByRole('link', { name: 'Edit and preview' }).click();
  await page.getByRole('heading', { level: 1, name: 'Fallback Page' }).waitFor();
  await until(async () => (await page.getByLabel('Whose page').inputValue()) === 'virtual-services/Print_Provider', 'it is the page of somebody else');
}

await walk('engines', async (page) => {
  await signIn(page);
  await page.getByRole('heading', { name: 'System Overview' }).waitFor();
  await files(page);
  await restart(page);
  await fallback(page);
  await ofOneService(page);
});
