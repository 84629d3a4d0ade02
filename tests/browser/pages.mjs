// Every page in a real browser, in each language, light and dark: axe finds no fault, the content
// security policy is not breached, no hostile text runs, the body of a phone does not scroll sideways.
// Its pictures are kept in target/screenshots as PAGE-LANGUAGE-THEME.png.
//
// node tests/browser/pages.mjs PROGRAM
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { AxeBuilder } from '@axe-core/playwright';
import { launch, serve, stop } from './server.mjs';

const program = resolve(process.argv[2]);
const pictures = resolve(program, '../../screenshots');

// A new page joins here: its name, its address, and for a page that is very long the part that is looked at.
const PAGES = [
  ['home', '/'],
  ['pipelines', '/pipelines'],
  ['pipeline', '/pipelines/1'],
  ['pipeline-running', '/pipelines/2'],
  ['track-failed', '/tracks/1'],
  ['track-output', '/tracks/2'],
  ['track-asks', '/tracks/3'],
  ['ask-stop', '/pipelines/2/stop'],
  ['ask-retry', '/tracks/1/retry'],
  ['ask-refused', '/pipelines/2/resume'],
  ['inbox', '/inbox'],
  ['graphs', '/graphs'],
  ['graph', '/graphs/1'],
  ['graph-start', '/graphs/1/start'],
  ['graph-problems', '/graphs/2'],
  ['graph-unchecked', '/graphs/2/start'],
  ['graph-new', '/graphs/new'],
  ['graph-runs', '/graphs/4?tab=runs'],
  ['graph-inputs', '/graphs/4?tab=inputs'],
  ['graph-versions', '/graphs/4?tab=versions&with=1'],
  ['graph-api', '/graphs/4?tab=api'],
  ['graph-edit', '/graphs/4/edit'],
  ['graph-forms', '/graphs/4/forms'],
  ['graph-vertex', '/graphs/4/forms/vertex?name=asks'],
  ['graph-restore', '/graphs/1/restore'],
  ['graph-import', '/graphs/import'],
  ['log', '/tracks/2/attempts/1/log'],
  ['log-found', '/tracks/2/attempts/1/log?q=bold'],
  ['pipelines-none', '/pipelines?find=nothing-has-this-name'],
  ['pipelines-many', '/pipelines/many?word=stop&p=2'],
  ['journal', '/journal'],
  ['system', '/system'],
  ['help', '/help'],
  ['sign-in', '/sign-in'],
  ['secrets', '/secrets'],
  ['docs', '/docs', 'main > :nth-child(-n+4)'],
  ['not-found', '/no-such-page'],
];
// Each language and theme in which pages are looked at, and whether axe looks, too.
const LOOKS = [
  ['en', 'light', true],
  ['en', 'dark', true],
  ['zh-CN', 'light', false],
  ['zh-CN', 'dark', false],
];

const HOSTILE = `"'></title></textarea><script>window.pwned=1;alert(1)</script><img src=x onerror="window.pwned=1">`;
const quoted = (text) => JSON.stringify(text);
// Its first track fails, its second one prints, its third one waits for a value; one name is long.
const hostile = `name: ${quoted(HOSTILE)}
desc: ${quoted(HOSTILE)}
on_failure: continue_independent
input:
  who: {type: str, default: ${quoted(HOSTILE)}, desc: ${quoted(HOSTILE)}}
  many: {type: int, default: 3, min: 1, max: 9}
  which: {type: choice, choices: [one, two, three], default: one}
vertices:
  ${quoted(`fails ${HOSTILE}`)}:
    desc: ${quoted(HOSTILE)}
    script: |
      echo <who>
      exit 3
  ${quoted(`prints ${HOSTILE}`)}:
    script: |
      printf '%s %s\\n' <who> <many>
      printf '\\033[31mred\\033[0m <b>bold</b> \\033]0;title\\007\\n'
  asks:
    input:
      day: {type: date, required: true, desc: ${quoted(HOSTILE)}}
    script: echo <day>
  ${quoted(`after ${'日志 '.repeat(20)}${'x'.repeat(60)}`)}:
    needs: [${quoted(`fails ${HOSTILE}`)}, asks]
    script: "true"
`;
const broken = `name: broken
vertices:
  hello:
    skript: ${quoted(HOSTILE)}
`;
const endless = `name: endless
vertices:
  loop: |
    while :; do sleep 1; done
`;

// Makes what the pages show.
async function furnish(page, url) {
  const save = async (text) => {
    await page.goto(`${url}/graphs/new`);
    await page.locator('textarea').first().fill(text);
    await page.locator('main form button[type=submit]').first().click();
  };
  const start = async (graph, later) => {
    await page.goto(`${url}/graphs/${graph}/start`);
    if (later) await page.locator('input[name=ask_later]').check();
    await page.locator('form[action$="/pipelines"] button[type=submit]:not([formaction])').first().click();
    await page.waitForURL(/\/pipelines\/\d+/);
  };
  await save(hostile);
  await save(broken);
  await save(endless);
  await start(1, true);
  await start(3, false);
  // A second version of the first one.
  await page.goto(`${url}/graphs/1/edit`);
  await page.locator('textarea').first().fill(`${hostile}  last: {needs: [asks], script: "true"}\n`);
  await page.locator('main form button[type=submit]').first().click();
  assert.match(page.url(), /\/graphs\/4\?saved/);
  await page.goto(`${url}/secrets`);
  await page.locator('#name').fill('DB_PASSWORD');
  await page.locator('#value').fill('never shown');
  await page.locator('button[value=set]').click();
  // The first track has failed, the second one has ended, the third one asks.
  for (const [track, look] of [[1, 'failed'], [2, 'succeed'], [3, 'pending']]) {
    await page.goto(`${url}/tracks/${track}`);
    await page.locator(`main .mark.s-${look}`).first().waitFor();
  }
}

// What is wrong with the page that is open, in sentences.
async function faults(page, axe, part = 'html') {
  // A page that loads itself again would be gone while it is looked at.
  const wrong = await page.evaluate(() => {
    window.stop();
    const found = (window.breaches ?? []).map((breach) => `the policy is breached: ${breach}`);
    if (window.pwned !== undefined) found.push('a hostile text ran');
    return found;
  });
  if (!axe) return wrong;
  const { violations } = await new AxeBuilder({ page }).include(part).analyze();
  const told = ({ id, nodes }) => `axe: ${id} ${nodes.length} times, first at ${nodes[0].target}: ${nodes[0].failureSummary.replaceAll('\n', ' ')}`;
  return [...wrong, ...violations.map(told)];
}

// A browser of its own that notes each breach of the content security policy.
async function watched(browser, storageState) {
  const context = await browser.newContext({ storageState });
  context.setDefaultTimeout(60_000);
  await context.addInitScript(() => {
    document.addEventListener('securitypolicyviolation', (event) => {
      (window.breaches ??= []).push(`${event.violatedDirective} ${event.blockedURI}`);
    });
  });
  return context;
}

async function look(browser, state, url, [language, theme, axe], wrong) {
  const context = await watched(browser, state);
  await context.addCookies([['lang', language], ['theme', theme], ['zone', 'Asia/Shanghai']]
    .map(([name, value]) => ({ name: `trackyard_${name}`, value: encodeURIComponent(value), url })));
  const page = await context.newPage();
  const say = (name, faults) => wrong.push(...faults.map((fault) => `${name} ${language} ${theme}: ${fault}`));
  let name = '';
  page.on('dialog', (dialog) => { say(name, ['a dialog opened']); dialog.dismiss(); });
  page.on('pageerror', (error) => say(name, [String(error)]));
  for (const [called, path, part] of PAGES) {
    name = called;
    await page.setViewportSize({ width: 1300, height: 900 });
    await page.goto(`${url}${path}`);
    assert.equal(await page.locator('html').getAttribute('lang'), language, name);
    say(name, await faults(page, axe, part));
    await page.screenshot({ path: join(pictures, `${name}-${language}-${theme}.png`), fullPage: !part });
    if (theme !== 'light') continue;
    await page.setViewportSize({ width: 390, height: 844 });
    const width = await page.evaluate(() => document.documentElement.scrollWidth);
    if (width > 390) say(name, [`a phone scrolls sideways: ${width} px of 390`]);
    await page.screenshot({ path: join(pictures, `${name}-${language}-phone.png`), fullPage: !part });
  }
  await context.close();
}

const data = mkdtempSync(join(tmpdir(), 'trackyard-pages-'));
const server = await serve(program, data);
const browser = await launch();
const wrong = [];
mkdirSync(pictures, { recursive: true });
try {
  const context = await watched(browser);
  const page = await context.newPage();
  // The checks see what they are there for.
  await page.route('**/planted', (route) => route.fulfill({
    contentType: 'text/html',
    headers: { 'Content-Security-Policy': "default-src 'none'; script-src 'self'" },
    body: '<html><body><img src="data:x"><p style="color: #eee">pale</p><script>1</script></body></html>',
  }));
  await page.goto(`${server.url}/planted`);
  const planted = (await faults(page, true)).join('\n');
  for (const fault of ['script-src', 'img-src', 'axe: html-has-lang', 'axe: image-alt']) assert.ok(planted.includes(fault), `${fault} in ${planted}`);
  await page.goto(server.link);
  await furnish(page, server.url);
  const state = await context.storageState();
  await context.close();
  await Promise.all(LOOKS.map((how) => look(browser, state, server.url, how, wrong)));
} finally {
  await browser.close();
  await stop(server, data);
}
const pages = `${PAGES.length} pages in ${LOOKS.length} looks`;
if (wrong.length > 0) console.error(`FAILED: ${pages}, ${wrong.length} faults:\n${wrong.join('\n')}`);
else console.log(`ok: ${pages}, and on a phone; 0 faults. Pictures: ${pictures}`);
process.exit(wrong.length === 0 ? 0 : 1);
