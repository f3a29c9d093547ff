// What Chromium says of the web interface: how much comes on a cold cache, when it can be used, and whether frames are dropped while
// it shows 1,000 virtual services x 10 real servers. Told by its environment, answers in JSON.

import { createRequire } from 'node:module';

const { chromium } = createRequire(new URL('../web/package.json', import.meta.url))('playwright-core');
const { url, user, password, watchSeconds } = JSON.parse(process.env.EVENKEEL_BENCH);

const kFrameMs = 1000 / 60;
const kDroppedMs = 2.5 * kFrameMs; // one that came in between is missing

/** Bytes as they came over the wire. */
async function counted(page) {
  const wire = await page.context().newCDPSession(page);
  const sizes = { bytes: 0, files: 0 };
  const isFile = new Map();
  await wire.send('Network.enable');
  wire.on('Network.responseReceived', ({ requestId, response }) => isFile.set(requestId, !response.url.includes('/api/')));
  wire.on('Network.loadingFinished', ({ requestId, encodedDataLength }) => {
    if (!isFile.get(requestId)) return;
    sizes.bytes += encodedDataLength;
    sizes.files += 1;
  });
  return sizes;
}

async function newPage(browser) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 1000 }, ignoreHTTPSErrors: true });
  const page = await context.newPage();
  page.setDefaultTimeout(60_000);
  return page;
}

/** From the first byte asked for until somebody can type into the sign-in form. */
async function firstLoad(browser) {
  const page = await newPage(browser);
  const sizes = await counted(page);
  const began = performance.now();
  await page.goto(url, { waitUntil: 'commit' });
  await page.getByLabel('Username').fill(user);
  const interactive = performance.now() - began;
  await page.waitForLoadState('networkidle');
  const signIn = sizes.bytes;
  await page.getByLabel('Password').fill(password);
  await page.getByRole('button', { name: 'Log in' }).click();
  await page.getByRole('heading', { name: 'System Overview' }).waitFor();
  await page.locator('.ek-overview tbody tr').first().waitFor();
  const state = await page.context().storageState();
  await page.context().close();
  return { signIn, whole: sizes.bytes, files: sizes.files, interactive, state };
}

/** The same page with somebody signed in: until the first virtual service is on the screen and the filter answers. */
async function overview(browser, state) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 1000 }, ignoreHTTPSErrors: true, storageState: state });
  const page = await context.newPage();
  page.setDefaultTimeout(60_000);
  const began = performance.now();
  await page.goto(`${url}overview`, { waitUntil: 'commit' });
  await page.locator('.ek-overview tbody tr').nth(3).waitFor();
  await page.getByPlaceholder(/Filter/).fill('service-1');
  const usable = performance.now() - began;
  await page.getByPlaceholder(/Filter/).fill('');
  const seen = await page.evaluate(watchFrames, { seconds: watchSeconds, droppedMs: kDroppedMs });
  await context.close();
  return { usable, ...seen };
}

/** How long frames took, and how often the page had something new. */
function watchFrames({ seconds, droppedMs }) {
  return new Promise((resolve) => {
    const gaps = [];
    let changes = 0;
    let last = performance.now();
    const end = last + seconds * 1000;
    const watch = new MutationObserver(() => { changes += 1; });
    watch.observe(document.querySelector('main'), { subtree: true, childList: true, characterData: true });
    const frame = (now) => {
      gaps.push(now - last);
      last = now;
      if (now < end) return requestAnimationFrame(frame);
      watch.disconnect();
      const dropped = gaps.filter((gap) => gap > droppedMs);
      resolve({ frames: gaps.length, dropped: dropped.length, longestMs: Math.max(...gaps), changesPerSecond: changes / seconds });
    };
    requestAnimationFrame(frame);
  });
}

const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox'] });
const first = await firstLoad(browser);
const { state, ...sizes } = first;
console.log(JSON.stringify({ ...sizes, overview: await overview(browser, state) }));
await browser.close();
