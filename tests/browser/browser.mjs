// What the walks share: Debian's Chromium, sign-in, and the guide's forms by their labels.

import { execFileSync } from 'node:child_process';
import { createRequire } from 'node:module';
import path from 'node:path';

const require = createRequire(new URL('../../web/package.json', import.meta.url));
const { chromium } = require('playwright-core');
export const axeSource = require.resolve('axe-core/axe.min.js');

const kPatience = 60_000; // machines that do much else are slow

/** Everything that a walk is told, from the environment (see conftest.py). */
export const farm = JSON.parse(process.env.EVENKEEL_WALK);

export function assert(condition, what) {
  if (!condition) throw new Error(what);
}

/** Until the page shows it: one that is still being drawn is not wrong yet. */
export async function until(isShown, what) {
  const end = Date.now() + kPatience;
  while (!(await isShown())) {
    assert(Date.now() < end, typeof what === 'function' ? await what() : what);
    await new Promise((resolve) => { setTimeout(resolve, 50); });
  }
}

/** Runs a walk; what the page says in its console, and a picture of where it stood, go with a failure. */
export async function walk(name, steps, options = {}) {
  const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox'] });
  const context = await browser.newContext({ viewport: { width: 1280, height: 1600 }, ignoreHTTPSErrors: true, acceptDownloads: true, ...options });
  const page = await context.newPage();
  page.setDefaultTimeout(kPatience);
  const complaints = watch(page);
  let failed = false;
  try {
    await steps(page, context);
    assert(complaints.length === 0, `the page complained: ${complaints.join('; ')}`);
  } catch (error) {
    failed = true;
    console.error(`${name}: ${error.stack ?? error}`);
    complaints.forEach((complaint) => console.error(`console: ${complaint}`));
    await picture(page, `failed-${name}`);
  }
  await browser.close();
  process.exitCode = failed ? 1 : 0;
}

// A refused request is an answer that pages handle; anything else in the console is a fault.
function watch(page) {
  const complaints = [];
  page.on('pageerror', (error) => complaints.push(String(error)));
  page.on('console', (message) => {
    if (message.type() === 'error' && !message.text().startsWith('Failed to load resource')) complaints.push(message.text());
  });
  return complaints;
}

export async function picture(page, name) {
  await page.screenshot({ path: path.join(farm.pictures, `${name}.png`) });
}

const kGuidePicture = { width: 1280, height: 960 };

// Messages lie over what is to be seen.
function hideMessages(isHidden) {
  document.querySelectorAll('.pf-v6-c-alert-group').forEach((group) => { group.style.display = isHidden ? 'none' : ''; });
}

/** A picture that docs/guide shows too; there it is renewed only on demand (see conftest.py), in 256 colours. */
export async function guidePicture(page, name) {
  await picture(page, name);
  if (!farm.guidePictures) return;
  const file = path.join(farm.guidePictures, `${name}.png`);
  const size = page.viewportSize();
  await page.setViewportSize(kGuidePicture);
  await page.evaluate(hideMessages, true);
  await page.mouse.move(1, 1);
  await page.screenshot({ path: file, animations: 'disabled' });
  execFileSync('pngquant', ['--force', '--ext', '.png', '--strip', '256', file]);
  await page.evaluate(hideMessages, false);
  await page.setViewportSize(size);
}

export async function signIn(page, password = farm.password) {
  await page.goto(farm.url);
  await page.getByLabel('Username').fill('loadbalancer');
  await page.getByLabel('Password', { exact: false }).fill(password);
  await page.getByRole('button', { name: 'Log in' }).click();
}

/** As the guide writes it: navigate to Cluster Configuration > Layer 4 Virtual Services. */
export async function navigate(page, menu, entry) {
  const nav = page.getByRole('navigation', { name: 'Main menu' });
  if (!entry) return nav.getByRole('link', { name: menu }).click();
  const group = nav.getByRole('button', { name: menu });
  if ((await group.getAttribute('aria-expanded')) !== 'true') await group.click();
  await nav.getByRole('link', { name: entry, exact: true }).click();
  return page.getByRole('heading', { level: 1, name: entry }).waitFor();
}

export function section(page, name) {
  return page.getByRole('group', { name, exact: true });
}

export function field(page, sectionName, label) {
  const within = section(page, sectionName);
  const as = (role) => within.getByRole(role, { name: label, exact: true });
  return as('textbox').or(as('combobox')).or(as('checkbox'));
}

export async function update(page) {
  await page.getByRole('button', { name: 'Update', exact: true }).click();
}

/** Until the toast says so. */
export async function told(page, words) {
  await page.locator('.pf-v6-c-alert-group').getByText(words).first().waitFor();
}

export async function row(page, name) {
  const found = page.getByRole('row').filter({ hasText: name });
  await found.first().waitFor();
  return found;
}
