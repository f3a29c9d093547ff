// Every form with every field empty, too long, of another type, and with script tags: somebody who fills them so is told what is wrong
// where it is wrong, nothing is executed, and no page breaks.

import { assert, farm, picture, signIn, walk } from './browser.mjs';

const kScript = '<script>window.attacked = true</script><img src=x onerror="window.attacked = true">';
const kAttacks = { empty: '', 'too long': 'x'.repeat(5_000), 'another type': 'not, what; {you} [expect]', 'script tags': kScript };

const inDialog = (page) => page.getByRole('dialog');
const inMain = (page) => page.getByRole('main');
const press = (name) => (page) => page.getByRole('button', { name, exact: true }).first().click();

/** `open`: what to press first; `submit`: the button that sends it. */
const kForms = [
  { place: 'cluster/layer4-services/add' },
  { place: 'cluster/layer4-services/Print_Provider' },
  { place: 'cluster/layer4-services/Print_Provider/duplicate' },
  { place: 'cluster/layer4-servers/Print_Provider/add' },
  { place: 'cluster/layer4-servers/Print_Provider/edit/PS1' },
  { place: 'cluster/layer7-services/add' },
  { place: 'cluster/layer7-services/Attacked', open: addOneOfEach },
  { place: 'cluster/layer7-servers/Attacked/add' },
  { place: 'local/general' },
  { place: 'local/alerts' },
  { place: 'maintenance/passwords' },
  { place: 'maintenance/users', open: press('Add a user'), within: inDialog, submit: 'Add a user' },
  { place: 'maintenance/tokens', open: press('Create a token'), within: inDialog, submit: 'Create a token' },
  { place: 'cluster/certificates', open: press('Add a certificate'), within: inDialog, submit: 'Add' },
  { place: 'cluster/certificates', open: certificate('Make one that signs itself'), within: inDialog, submit: 'Add' },
  { place: 'cluster/certificates', open: certificate('Make a request (CSR)'), within: inDialog, submit: 'Add' },
  { place: 'overview', open: press(/^(Drain|Online) PS1 \(Print_Provider\)$/), within: inDialog, submit: /^(Drain|Online)$/, mayPass: true },
];

function certificate(way) {
  return async (page) => {
    await press('Add a certificate')(page);
    await inDialog(page).getByLabel(way).check();
  };
}

/** A form of layer 7 has lists: an entry of each. */
async function addOneOfEach(page) {
  for (const name of ['Add a rule', 'Add a condition', 'Add a header rule']) await press(name)(page);
}

async function expand(page) {
  for (;;) {
    const closed = page.getByRole('button', { name: /^\[Advanced \+\]/ });
    if ((await closed.count()) === 0) return;
    await closed.first().click();
  }
}

async function fill(area, value) {
  const inputs = area.locator('input:not([type=checkbox]):not([type=radio]):not([type=file]), textarea');
  for (const input of await inputs.all()) {
    if (!(await input.isEditable())) continue;
    const isNumber = (await input.getAttribute('type')) === 'number';
    await input.fill(isNumber && value !== '' ? '99999999999' : value);
  }
}

/** What the page says of it. */
async function answer(page, area, submit) {
  const button = area.getByRole('button', { name: submit, exact: true });
  if (await button.isDisabled()) return { isHeld: true, words: [] };
  await button.click();
  const said = page.locator('.pf-v6-c-helper-text__item.pf-m-error, .pf-v6-c-alert.pf-m-danger, .pf-v6-c-alert-group .pf-v6-c-alert');
  await said.first().or(area.getByText('Input out of range')).waitFor({ timeout: 5_000 }).catch(() => undefined);
  return { isHeld: false, words: await said.allInnerTexts() };
}

async function attack(page, form, name, value) {
  const { place, within = inMain, submit = 'Update', mayPass = false } = form;
  await page.goto(farm.url + place);
  await page.getByRole('heading', { level: 1 }).first().waitFor();
  await page.waitForFunction(() => !document.querySelector('[aria-busy=true]'));
  await form.open?.(page);
  const area = within(page);
  await area.getByRole('button', { name: submit, exact: true }).waitFor();
  await expand(page);
  await fill(area, value);
  const { isHeld, words } = await answer(page, area, submit);
  const what = `${place} (${submit}), ${name}`;
  const isUnharmed = await page.evaluate(() => !('attacked' in window) && document.querySelectorAll('script:not([type=module])').length === 0);
  assert(isUnharmed, `${what}: it was executed`);
  if (isHeld) return [];
  const faults = [];
  if (!mayPass && words.length === 0) faults.push(`${what}: nothing is said`);
  if (words.some((text) => text.trim() === '' || /undefined|\[object|NaN/.test(text))) faults.push(`${what}: that says nothing: ${words.join(' | ')}`);
  if (faults.length > 0) await picture(page, `form-${place.replaceAll('/', '_')}-${name.replaceAll(' ', '_')}`);
  return faults;
}

await walk('forms', async (page) => {
  page.on('dialog', (dialog) => dialog.accept());
  await signIn(page);
  await page.getByRole('heading', { name: 'System Overview' }).waitFor();
  const faults = [];
  for (const form of kForms) {
    for (const [name, value] of Object.entries(kAttacks)) faults.push(...(await attack(page, form, name, value)));
  }
  assert(faults.length === 0, `\n${faults.join('\n')}`);
});
