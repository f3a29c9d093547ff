// What somebody is told who comes with a session that has ended or somebody else's token, too much, too often, or by a crooked path.

import { assert, farm, field, navigate, picture, signIn, told, update, walk } from './browser.mjs';

const kTooLarge = 17 * 1024 * 1024;
const kCrooked = [
  'doctor/script?real_server=..%2F..%2F..%2Fetc%2Fpasswd&system=linux', 'doctor/script?real_server=10.77.0.21&system=..%2F..%2Fetc%2Fpasswd',
  'revisions/..%2F..%2Fetc%2Fpasswd', 'revisions/1/diff/..%2F..%2Fetc%2Fpasswd', 'certificates/..%2F..%2F..%2Fetc%2Fshadow', 'certificates/%00', 'engines/..%2F..%2Fetc%2Fpasswd/configuration',
  'virtual-services/..%2F..%2Fetc%2Fpasswd', 'users/..%2F..%2Fetc%2Fpasswd', '..%2F..%2F..%2Fetc%2Fpasswd',
];

async function openService(page) {
  await navigate(page, 'Cluster Configuration', 'Layer 4 Virtual Services');
  await page.getByRole('button', { name: 'Modify Print_Provider', exact: true }).click();
  await field(page, 'Virtual Service', 'Ports').waitFor();
}

/** Somebody else's token beside our cookie: a page of theirs has sent the change. */
async function foreignToken(page) {
  await openService(page);
  await page.route('**/api/v1/virtual-services/**', (route) => route.continue({ headers: { ...route.request().headers(), 'x-csrf-token': 'A'.repeat(43) } }));
  await field(page, 'Health Checks', 'Check Port').fill('446');
  await update(page);
  await page.getByRole('alert').or(page.locator('.pf-v6-c-alert.pf-m-danger')).getByText(/token/i).first().waitFor();
  await picture(page, 'attack-1-foreign-token');
  await page.unroute('**/api/v1/virtual-services/**');
  // Nothing is lost: the same form sends it now.
  await update(page);
  await told(page, 'Print_Provider was updated.');
  await page.getByRole('button', { name: 'Undo' }).first().click();
  await told(page, 'Undone:');
}

async function tooMuch(page) {
  const { status, message } = await page.evaluate(async (size) => {
    const answer = await fetch('/api/v1/certificates', { method: 'POST', body: `{"pem": "${'x'.repeat(size)}"}`, headers: { 'Content-Type': 'application/json' } });
    return { status: answer.status, message: (await answer.json()).error.message };
  }, kTooLarge);
  assert(status === 413 && message.length > 10, `17 MB are answered ${status}: ${message}`);
  await navigate(page, 'Cluster Configuration', 'Certificates');
  await page.getByRole('button', { name: 'Add a certificate' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('textbox', { name: 'Label', exact: true }).fill('large');
  await dialog.locator('#certificate-file').setInputFiles({ name: 'large.pem', mimeType: 'text/plain', buffer: Buffer.alloc(2_000_000, 'x') });
  await dialog.getByRole('button', { name: 'Add', exact: true }).click();
  await dialog.getByText('That is larger than a certificate can be.').waitFor();
  await dialog.getByRole('button', { name: 'Cancel' }).click();
}

async function crookedPaths(page) {
  const answers = await page.evaluate((paths) => Promise.all(paths.map(async (path) => {
    const answer = await fetch(`/api/v1/${path}`);
    return { path, status: answer.status, type: answer.headers.get('Content-Type') ?? '', body: await answer.text() };
  })), kCrooked);
  for (const { path, status, type, body } of answers) {
    assert(status >= 400 && status < 500 && !body.includes('root:'), `${path} is answered ${status}: ${body.slice(0, 200)}`);
    // What leads out of the API is no question to it: nginx refuses it itself.
    assert(type.includes('json') ? JSON.parse(body).error.message !== '' : [400, 404].includes(status), `${path} is answered without words: ${body.slice(0, 200)}`);
  }
}

/** The form is open, and the session ends behind it. */
async function sessionEnds(page, context) {
  await openService(page);
  await field(page, 'Health Checks', 'Check Port').fill('447');
  await context.clearCookies();
  await page.getByText('Your session has ended').waitFor();
  await picture(page, 'attack-2-session-ended');
  await signIn(page);
  await page.getByRole('heading', { name: 'System Overview' }).waitFor();
}

/** A cookie that was copied before signing out opens nothing after it. */
async function replayedSession(page, context) {
  const cookies = await context.cookies();
  await page.getByRole('button', { name: /^Account/ }).click();
  await page.getByRole('menuitem', { name: 'Log out' }).click();
  await page.getByLabel('Username').waitFor();
  await context.addCookies(cookies);
  await page.goto(`${farm.url}cluster/layer4-services`);
  await page.getByLabel('Username').waitFor();
}

/** Too many guesses: the page says how long to wait. */
async function tooOften(page) {
  await page.getByLabel('Username').fill('mallory');
  await page.getByLabel('Password', { exact: false }).fill('another guess');
  await page.evaluate(() => {
    const guess = () => fetch('/api/v1/session', { method: 'POST', body: JSON.stringify({ user: 'mallory', password: 'a guess' }), headers: { 'Content-Type': 'application/json' } });
    window.guesses = Promise.all(Array.from({ length: 40 }, async () => (await guess()).status));
  });
  await page.getByRole('button', { name: 'Log in' }).click();
  await page.getByText(/Too many attempts\. Try again in \d+ seconds\./).waitFor();
  await picture(page, 'attack-3-too-often');
  const statuses = await page.evaluate(() => window.guesses);
  assert(statuses.includes(429) && !statuses.includes(200), `forty guesses at once are answered ${statuses.join()}`);
}

await walk('attacks', async (page, context) => {
  await signIn(page);
  await page.getByRole('heading', { name: 'System Overview' }).waitFor();
  await foreignToken(page);
  await tooMuch(page);
  await crookedPaths(page);
  await sessionEnds(page, context);
  await replayedSession(page, context);
  await tooOften(page);
});
