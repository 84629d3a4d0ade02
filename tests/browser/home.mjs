// The first page, the journal, the page of the server and the shortcuts of the keyboard in a real browser:
// from an empty server by one click to a pipeline, light and dark, in both languages, on a phone. Any breach
// of the content security policy fails it.
//
// node tests/browser/home.mjs PROGRAM
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { launch, serve, stop } from './server.mjs';

const program = resolve(process.argv[2]);
const pictures = process.env.TRACKYARD_PICTURES;
const FAILS = `name: fails
vertices:
  a: exit 3
`;
const ASKS = `name: 日志清理 with a rather long name
input:
  who: {type: str, required: true}
vertices:
  first: echo "good morning"
  greet: echo "good morning <who>"
`;

const data = mkdtempSync(join(tmpdir(), 'trackyard-'));
const server = await serve(program, data);
const browser = await launch();
const breaches = [];
try {
  const context = await browser.newContext({ viewport: { width: 1300, height: 900 }, timezoneId: 'Asia/Shanghai' });
  context.setDefaultTimeout(20_000);
  const page = await context.newPage();
  page.on('console', (message) => { if (message.text().includes('Content Security Policy')) breaches.push(message.text()); });
  page.on('pageerror', (error) => breaches.push(String(error)));
  const shot = async (name) => {
    if (!pictures) return;
    mkdirSync(pictures, { recursive: true });
    for (const [look, width, colorScheme] of [['light', 1300, 'light'], ['dark', 1300, 'dark'], ['phone', 390, 'light']]) {
      await page.emulateMedia({ colorScheme });
      await page.setViewportSize({ width, height: 900 });
      await page.screenshot({ path: join(pictures, `${name}-${look}.png`), fullPage: true });
    }
    await page.emulateMedia({ colorScheme: 'light' });
    await page.setViewportSize({ width: 1300, height: 900 });
  };
  const at = (path) => page.waitForURL(`${server.url}${path}`);
  const start = async () => {
    await page.getByRole('link', { name: /^start/i }).first().click();
    const box = page.getByRole('checkbox');
    if (await box.count() > 0) await box.first().check();
    await page.getByRole('button', { name: /^start/i }).click();
    await page.waitForURL(/\/pipelines\/\d+/);
  };
  const define = async (text) => {
    await page.goto(`${server.url}/graphs/new`);
    await page.locator('textarea').first().fill(text);
    await page.getByRole('button', { name: /save/i }).click();
    await page.waitForURL(/\/graphs\/\d+/);
  };

  await page.goto(server.link);
  await at('/');
  await shot('home-first');
  await page.getByRole('button', { name: 'Make the example graph' }).click();
  await page.waitForURL(/\/graphs\/1\b/);
  await page.goto(`${server.url}/`);
  await page.getByText('has not run yet').waitFor();
  await shot('home-no-run');
  await start();
  await page.getByText('Finished').first().waitFor();
  await page.goto(`${server.url}/`);
  await page.getByText('One run, it succeeded').waitFor();
  for (let i = 0; i < 3; i++) {
    await page.goto(`${server.url}/graphs/1`);
    await start();
  }
  await define(FAILS);
  await start();
  await page.getByText('Failed').first().waitFor();
  await define(ASKS);
  await start();
  await page.goto(`${server.url}/`);
  await page.locator('.panel', { hasText: 'Needs attention' }).getByText('asks for a value').waitFor();
  assert.equal(await page.locator('.heat a').count(), 1, 'one day had runs');
  assert.equal(await page.locator('.heat .cross').count(), 1, 'one of them failed');
  assert.match(await page.locator('.heat title').textContent(), /: 6 started, 1 of them failed$/);
  assert.equal(await page.locator('.lately').count(), 3);
  await shot('home');
  await page.getByRole('link', { name: '简体中文' }).click();
  await page.getByText('需要处理').waitFor();
  await shot('home-zh');
  await page.goto(`${server.url}/system`);
  await shot('system-zh');
  await page.goto(`${server.url}/journal`);
  await shot('journal-zh');
  await page.getByRole('link', { name: 'English' }).click();
  await page.getByText('Newest', { exact: false }).or(page.getByText('Became')).first().waitFor();
  await shot('journal');
  await page.goto(`${server.url}/system`);
  await page.getByText('It answers.').waitFor();
  await shot('system');

  // The keyboard.
  const press = async (...keys) => { for (const key of keys) await page.keyboard.press(key); };
  // The second key comes soon after the first, which a machine with much to do may not manage.
  const go = async (key, path) => {
    for (let left = 4; ; left -= 1) {
      await press('g', key);
      const there = (wanted) => location.pathname === wanted && document.readyState === 'complete';
      const gone = await page.waitForFunction(there, path, { timeout: 4_000 }).catch((why) => why);
      if (!(gone instanceof Error)) return;
      if (left === 0) throw gone;
    }
  };
  await press('?');
  await at('/help');
  await shot('help');
  for (const [key, path] of [['h', '/'], ['p', '/pipelines'], ['g', '/graphs'], ['i', '/inbox'], ['j', '/journal'], ['s', '/system']]) {
    await go(key, path);
  }
  await go('j', '/journal');
  await press('/');
  assert.equal(await page.evaluate(() => document.activeElement?.id), 'find');
  await press('g', 'h', '?');
  assert.equal(await page.locator('#find').inputValue(), 'gh?', 'a field gets its keys');
  await page.evaluate(() => document.activeElement?.blur());
  await go('p', '/pipelines');
  await press('j', 'j', 'k', 'Enter');
  await page.waitForURL(/\/pipelines\/6$/);
  await page.goto(`${server.url}/help`);
  await page.getByRole('link', { name: 'Switch off' }).click();
  await page.getByText('Shortcuts are off').waitFor();
  await press('g', 'h', '?');
  await page.getByRole('link', { name: 'Switch on' }).click();
  await page.getByText('Shortcuts are on').waitFor();

  // The zone of a browser that comes for the first time, with what it has of another one.
  const { cookies, origins } = await context.storageState();
  const first = async (timezoneId, kept, prepare) => {
    const own = await browser.newContext({ timezoneId, storageState: { cookies: cookies.filter(kept), origins } });
    if (prepare) await own.addInitScript(prepare);
    const tab = await own.newPage();
    let loads = 0;
    tab.on('request', (request) => { loads += request.isNavigationRequest() ? 1 : 0; });
    const open = async (path, zone) => {
      loads = 0;
      await tab.goto(`${server.url}${path}`, { waitUntil: 'commit' });
      await tab.getByText(`Times are ${zone}.`).waitFor();
      await tab.waitForLoadState('load');
      await tab.waitForFunction(() => document.readyState === 'complete');
      return loads;
    };
    return { own, tab, open };
  };
  const signedIn = ({ name }) => !name.startsWith('trackyard_zone');
  const come = await first('Asia/Shanghai', signedIn);
  assert.equal(await come.open('/', 'Asia/Shanghai'), 2, 'its first page is in its zone');
  assert.equal(await come.open('/pipelines', 'Asia/Shanghai'), 1, 'and no page is loaded twice after it');
  // It travels: what a browser has told it tells again, what somebody chose stays.
  const moved = await first('Europe/Berlin', () => true);
  assert.equal(await moved.open('/', 'Europe/Berlin'), 2, 'the zone of the browser was another one');
  assert.equal(await moved.open('/', 'Europe/Berlin'), 1);
  await moved.tab.goto(`${server.url}/look?zone=America/Lima&back=/`);
  assert.equal(await moved.open('/', 'America/Lima'), 1, 'what somebody chose');
  // Cookies are refused: it loads once, in UTC.
  const refusing = await first('Asia/Shanghai', signedIn, () => {
    Object.defineProperty(Document.prototype, 'cookie', { get: () => '', set: () => {} });
  });
  assert.equal(await refusing.open('/', 'UTC'), 1, 'no loop');
  // Somebody types before the page's scripts run: that stays, and the next page is in the zone.
  const typing = await first('Asia/Shanghai', signedIn, () => {
    document.addEventListener('readystatechange', () => {
      const field = document.querySelector('.filter input[name="name"]');
      if (document.readyState === 'interactive' && field) field.value = 'typed';
    });
  });
  assert.equal(await typing.open('/pipelines', 'UTC'), 1);
  assert.equal(await typing.tab.locator('.filter input[name="name"]').inputValue(), 'typed');
  assert.equal(await typing.open('/', 'Asia/Shanghai'), 1);
  for (const { own } of [come, moved, refusing, typing]) await own.close();
  assert.deepEqual(breaches, []);
  console.log('home: all is well');
} finally {
  await browser.close();
  await stop(server, data);
}
