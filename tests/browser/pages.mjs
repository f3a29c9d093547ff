// Every page, light and dark, on a desk and at 360 px: axe finds nothing, nothing is wider than the screen or its place.

import { assert, axeSource, farm, picture, signIn, walk } from './browser.mjs';

const kPages = [
  'overview', 'local/general', 'local/alerts', 'cluster/layer4-services', 'cluster/layer4-services/add', 'cluster/layer4-services/Papercut_WUI', 'cluster/layer4-servers',
  'cluster/layer4-servers/Print_Provider/add', 'cluster/layer7-services', 'cluster/layer7-servers', 'cluster/certificates', 'cluster/wizard', 'maintenance/revisions',
  'maintenance/backup', 'maintenance/fallback', 'maintenance/restart', 'maintenance/passwords', 'maintenance/users', 'maintenance/tokens', 'maintenance/doctor', 'view/document', 'view/engines', 'view/schema', 'reports/graphs', 'reports/layer4', 'reports/layer7',
  'reports/traffic', 'reports/counters', 'reports/connections', 'reports/persistence', 'reports/reasons', 'logs/events', 'logs/requests', 'logs/programs', 'logs/audit', 'support', 'nowhere',
];
const theme = farm.theme;
const width = farm.width;

// Without loading everything anew: the pages are one program.
async function open(page, name) {
  await page.evaluate((place) => {
    history.pushState({}, '', place);
    dispatchEvent(new PopStateEvent('popstate', { state: {} }));
  }, new URL(farm.url + name).pathname);
  await page.waitForFunction(() => !document.querySelector('[aria-busy=true]'));
}

// Colours that are still on their way to others have a contrast of their own.
function atRest() {
  const moving = document.getAnimations().filter((one) => one.effect.getTiming().iterations !== Infinity);
  return Promise.all(moving.map((one) => one.finished.catch(() => null)));
}

// Buttons that are narrower than the word on them, or stick out of their card.
function squeezed() {
  const isTooNarrow = (button) => button.scrollWidth > button.clientWidth + 1;
  const isOutside = (button) => button.getBoundingClientRect().right > (button.closest('.pf-v6-c-card')?.getBoundingClientRect().right ?? Infinity);
  const words = [...document.querySelectorAll('.pf-v6-c-button')].filter((button) => button.textContent && button.getClientRects().length > 0);
  return words.filter((button) => isTooNarrow(button) || isOutside(button)).map(({ textContent }) => textContent);
}

// PatternFly's own toggle of a wizard's steps has a label of other words than it shows.
async function look(page, name) {
  await page.mouse.move(1, 1); // no tooltip in the way
  await page.evaluate(atRest);
  if (!(await page.evaluate(() => 'axe' in window))) await page.addScriptTag({ path: axeSource });
  const { violations } = await page.evaluate(() => window.axe.run({ exclude: ['.pf-v6-c-wizard__toggle'] }, { resultTypes: ['violations'] }));
  const found = violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 200)).slice(0, 3).join(' | ')}`);
  const overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
  if (overflow > 0) found.push(`${overflow} px wider than the screen`);
  found.push(...(await page.evaluate(squeezed)).map((button) => `no room for the button "${button}"`));
  await picture(page, `${theme}-${width}-${name.replaceAll('/', '_')}`);
  return found.map((text) => `${name} (${theme}, ${width} px): ${text}`);
}

await walk(`pages-${theme}-${width}`, async (page) => {
  await page.goto(farm.url);
  await page.getByLabel('Username').waitFor();
  const found = await look(page, 'sign-in');
  await signIn(page);
  await page.getByRole('heading', { name: 'System Overview' }).waitFor();
  for (const name of kPages) {
    await open(page, name);
    await page.getByRole('heading', { level: 1 }).first().waitFor();
    found.push(...(await look(page, name)));
  }
  await open(page, 'cluster/certificates');
  await page.getByRole('button', { name: 'Change', exact: true }).press('Enter');
  await page.getByRole('dialog').waitFor();
  await page.getByRole('tooltip').first().waitFor({ state: 'detached' });
  found.push(...(await look(page, 'cluster/certificates/web')));
  assert(found.length === 0, `\n${found.join('\n')}`);
}, { viewport: { width: farm.width, height: 1400 }, colorScheme: theme, bypassCSP: true });
