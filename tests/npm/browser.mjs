// Opens pages in a headless Chromium and does there what a person would: node browser.mjs CHROMIUM < STEPS.
//
// STEPS is a JSON array, each step an object with one key:
//   { "open": ADDRESS }                     goes there
//   { "loadAgain": true }                   loads the page again
//   { "fill": [SELECTOR, TEXT] }            types into a field
//   { "press": SELECTOR }                   presses a button
//   { "see": [SELECTOR, WORDS] }            waits until the words are there to be seen
//   { "read": SELECTOR }                    keeps the text
//   { "picture": FILE }                     keeps a picture of the page
// Says one JSON object: the texts that were read, and under `wrong` whatever the console called an error or a warning,
// every request that failed or was answered with 400 or more, and every one to another place than the page's own.
import { readFileSync } from 'node:fs';
import { chromium } from 'playwright-core';

const steps = JSON.parse(readFileSync(0, 'utf8'));
const wrong = [];
const texts = [];
const browser = await chromium.launch({
  executablePath: process.argv[2],
  headless: true,
  args: [
    '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
    '--disable-component-update', '--disable-sync',
  ],
});
try {
  const page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
  page.setDefaultTimeout(60_000);
  let home = '';
  page.on('console', (said) => {
    if (['error', 'warning'].includes(said.type())) wrong.push(`console, ${said.type()}: ${said.text()} (${said.location().url})`);
  });
  page.on('pageerror', (error) => wrong.push(`uncaught: ${error.message}`));
  page.on('request', (request) => {
    const { protocol, origin } = new URL(request.url());
    if (protocol.startsWith('http') && origin !== home) wrong.push(`elsewhere: ${request.url()}`);
  });
  // A stream of events that the page stops has been answered, and is then aborted; so is what is under way when the page
  // is loaded again. That is no failure.
  const answered = new Set();
  const underWay = new Set();
  const left = new Set();
  page.on('request', (request) => underWay.add(request));
  page.on('requestfinished', (request) => underWay.delete(request));
  page.on('requestfailed', (request) => {
    underWay.delete(request);
    const why = request.failure()?.errorText;
    const isStopped = answered.has(request) || left.has(request);
    if (why !== 'net::ERR_ABORTED' || !isStopped) wrong.push(`failed: ${request.url()}: ${why}`);
  });
  page.on('response', (response) => {
    answered.add(response.request());
    if (response.status() >= 400) wrong.push(`answered with ${response.status()}: ${response.url()}`);
  });
  const does = {
    open: async (address) => {
      home = new URL(address).origin;
      await page.goto(address, { waitUntil: 'networkidle' });
    },
    loadAgain: () => {
      underWay.forEach((request) => left.add(request));
      return page.reload({ waitUntil: 'networkidle' });
    },
    fill: ([selector, text]) => page.fill(selector, text),
    press: (selector) => page.click(selector),
    see: ([selector, words]) => page.locator(selector, { hasText: words }).first().waitFor(),
    read: async (selector) => texts.push(await page.locator(selector).first().innerText()),
    picture: (path) => page.screenshot({ path }),
  };
  for (const step of steps) {
    const [[what, of]] = Object.entries(step);
    try {
      await does[what](of);
    } catch (error) {
      // What the page showed and what went wrong before tells more than that something was waited for.
      console.error(`at ${what} ${JSON.stringify(of)}: ${error.message}\n${wrong.join('\n')}\n${await page.innerText('body')}`);
      process.exitCode = 1;
      break;
    }
  }
  // What is asked for last may still be on its way.
  await page.waitForLoadState('networkidle');
} finally {
  await browser.close();
}
console.log(JSON.stringify({ texts, wrong }));
