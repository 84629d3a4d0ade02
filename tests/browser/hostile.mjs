// Texts that want to do harm, wherever a text of somebody may stand: names of graphs, vertices and pipelines,
// tags, values, scripts, what scripts print, what they leave for others, reasons, names of secrets and
// values of hooks. On every page, on a phone and on a wide screen: no script runs, the content security policy
// is not breached, no link leads out, nothing is hidden or turned around, and nothing scrolls sideways.
//
// node tests/browser/hostile.mjs PROGRAM
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { launch, serve, stop } from './server.mjs';

const program = resolve(process.argv[2]);
const pictures = resolve(program, '../../screenshots');

const MARKUP = [
  '<script>window.pwned=1</script>',
  `"'></title></textarea></bdi><img src=x onerror="window.pwned=1">`,
  'javascript:window.pwned=1//',
  '<svg/onload=window.pwned=1>--><!-- ]]> {{7*7}} ${window.pwned=1}',
];
const HIDDEN = ['invoice\u202Efdp.exe', 're\u200Bal\u2060\u00AD name\uFEFF', '\u2066isolated', 'tag\u{E0041}ged'];
const FOREIGN = ['👩‍👧‍👦 🏳️‍🌈', 'مرحبا بالعالم', 'שלום עולם', '夜间构建'.repeat(12), 'é́́́́́́'.repeat(8)];
const LONG = 'x'.repeat(190);
const ENDLESS = 'y'.repeat(10_000);
const NAMES = [...MARKUP, ...HIDDEN, ...FOREIGN, LONG];
const CONTROLS = 'bell\u0007 nul\u0000 esc\u001B[31m \u009B31m return\r del\u007F';
const ALL = [...NAMES, CONTROLS, ENDLESS].join(' ');
// What a page must show by a sign of its own. Joiners stand in names of families and in Persian.
const UNSEEN = '[\\u0000-\\u0008\\u000B-\\u001F\\u007F-\\u009F\\u00AD\\u200B\\u200E\\u200F\\u202A-\\u202E\\u2060-\\u2069\\uFEFF\\u{E0000}-\\u{E007F}]';

const sh = (text) => `'${text.replaceAll('\u0000', '').replaceAll("'", `'\\''`)}'`;
const vertices = Object.fromEntries(NAMES.map((name, n) => [name, {
  desc: ALL,
  script: `printf '%s\\n' ${sh(ALL)}\nprintf 'nul\\000 %s\\n' <text>\n${n === 1 ? 'exit 3' : ':'}\n`,
  ...(n > 2 ? { needs: [NAMES[n % 3]] } : {}),
}]));
// Leaves a hostile value for the next one, which waits for a hostile one.
vertices.leaves = { script: `printf 'left=%s\\n' ${sh(MARKUP.join(' ') + HIDDEN[0])} >> "$TRACKYARD_OUTPUT"\n`, outputs: { left: 'str' } };
vertices.asks = { needs: ['leaves'], input: { word: { type: 'choice', choices: NAMES, required: true, desc: ALL } }, script: 'echo <word> <leaves.left>\n' };
const definition = (name) => ({
  name, desc: ALL, tags: ['plain'], on_failure: 'continue_independent',
  env: { HOSTILE: NAMES.join(' ') }, secrets: ['DB_PASSWORD'],
  input: { text: { type: 'str', default: NAMES.join(' '), desc: ALL } }, vertices,
});

const data = mkdtempSync(join(tmpdir(), 'trackyard-hostile-'));
const server = await serve(program, data);
const browser = await launch();
const wrong = [];
mkdirSync(pictures, { recursive: true });

async function ask(method, path, body, expected = [200, 201]) {
  const token = readFileSync(join(data, 'local.token'), 'utf8').trim();
  const answer = await fetch(`${server.url}/api/v1${path}`, {
    method, body: JSON.stringify(body), headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' },
  });
  const text = await answer.text();
  assert.ok(expected.includes(answer.status), `${method} ${path}: ${answer.status} ${text.slice(0, 600)}`);
  return text ? JSON.parse(text) : {};
}

// What is wrong with the page that is open, in sentences.
const faults = (page) => page.evaluate((unseen) => {
  const odd = new RegExp(unseen, 'u');
  const found = (window.breaches ?? []).map((breach) => `the policy is breached: ${breach}`);
  if (window.pwned !== undefined) found.push('a hostile text ran');
  const hidden = document.body.innerText.match(odd);
  if (hidden) found.push(`U+${hidden[0].codePointAt(0).toString(16)} is not seen near ${document.body.innerText.slice(Math.max(0, hidden.index - 40), hidden.index + 20)}`);
  for (const element of document.querySelectorAll('*')) {
    for (const { name, value } of element.attributes) {
      if (name !== 'value' && odd.test(value)) found.push(`what is not seen stands in ${element.tagName} ${name}`);
      if (name.startsWith('on')) found.push(`${element.tagName} has ${name}`);
    }
  }
  for (const link of document.querySelectorAll('[href], [src], [action]')) {
    const to = link.getAttribute('href') ?? link.getAttribute('src') ?? link.getAttribute('action');
    if (!to.startsWith('/') && !to.startsWith('#') && !to.startsWith(location.origin)) found.push(`a link leads to ${to}`);
  }
  const wide = document.documentElement.scrollWidth;
  if (wide > window.innerWidth) found.push(`it scrolls sideways: ${wide} px of ${window.innerWidth}`);
  // What is beyond the edge, and in nothing that scrolls, is cut off.
  const scrolls = (element) => element && (/auto|scroll/.test(getComputedStyle(element).overflowX) || scrolls(element.parentElement));
  const cut = [...document.querySelectorAll('body *:not(svg *)')].filter((e) => e.getBoundingClientRect().right > window.innerWidth + 1 && !scrolls(e));
  if (cut.length > 0) found.push(`cut off: ${cut.slice(0, 3).map((e) => `${e.tagName}.${e.getAttribute('class') ?? ''}`).join(', ')}`);
  return found;
}, UNSEEN);

try {
  await ask('PUT', '/secrets/DB_PASSWORD', { value: 'never shown' });
  const graphs = [];
  for (const name of [MARKUP.slice(0, 2).join(' ') + HIDDEN[0], LONG]) {
    graphs.push((await ask('POST', '/graphs', definition(name))).id);
  }
  // A control character in a name, a tag that is none: it is kept with what is wrong, and that is no less hostile.
  await ask('POST', '/graphs', { name: `bad ${CONTROLS}`, tags: [MARKUP[0], HIDDEN[0]], vertices: { [CONTROLS]: { skript: ALL } } });
  const [graph, long] = graphs;
  await ask('POST', `/graphs/${graph}/hooks`, { input: { text: { value: MARKUP.join(' ') + HIDDEN[0] }, 'asks.word': { value: HIDDEN[0] } } });
  const start = async (id, name) => (await ask('POST', `/graphs/${id}/pipelines`, { name, desc: ALL.slice(0, 900), ask_later: true })).id;
  const pipeline = await start(graph, NAMES[1] + HIDDEN[1]);
  await start(long, LONG);
  const tracks = async () => (await ask('GET', `/pipelines/${pipeline}/tracks?limit=100`)).tracks;
  const named = async (vertex) => (await tracks()).find((track) => track.vertex === vertex);
  const until = async (what, holds) => {
    const end = Date.now() + 60_000;
    while (!await holds()) assert.ok(Date.now() < end, what);
  };
  await until('scripts end', async () => (await tracks()).every((track) => !['RUNNING'].includes(track.state)) && (await named(NAMES[1])).state === 'FAILED' && (await named('leaves')).state === 'SUCCEED');
  const failed = await named(NAMES[1]);
  const printed = await named(NAMES[0]);
  const asks = await named('asks');
  const left = await named('leaves');
  await ask('POST', `/tracks/${failed.id}/skip`, { expect: 'FAILED', why: MARKUP.join(' ') + HIDDEN.join(' ') });

  const log = `/tracks/${printed.id}/attempts/1/log`;
  const query = encodeURIComponent(NAMES.slice(0, 8).join(' '));
  const PAGES = ['/', '/pipelines', `/pipelines?name=${query}&graph=${query}&creator=${query}`, `/pipelines/${pipeline}`,
    `/pipelines/${pipeline}/stop`, `/tracks/${failed.id}`, `/tracks/${printed.id}?diff=true`, `/tracks/${asks.id}`,
    `/tracks/${left.id}`, `/tracks/${failed.id}/retry`, `${log}?text=true`, `${log}?text=true&q=${query}`, `${log}?re=true&q=(${query}`,
    `${log}?line=${query}`, '/inbox', '/graphs', `/graphs?contains=${query}&tag=${query}`, `/graphs/${graph}`, `/graphs/${graph}?tab=inputs`,
    `/graphs/${graph}?tab=versions`, `/graphs/${graph}?tab=api`, `/graphs/${graph}/start`, `/graphs/${graph}/forms`, `/graphs/${graph}/edit`,
    `/graphs/${graph}/forms/vertex?name=${encodeURIComponent(NAMES[1])}`, `/graphs/${graph}/forms/vertex?name=${encodeURIComponent(HIDDEN[0])}`, `/graphs/${long}`, '/graphs/3', '/graphs/new', '/secrets', '/journal', `/journal?who=${query}&pipeline=${query}`,
    '/system', '/docs', `/no/${encodeURIComponent(MARKUP[0])}`];
  for (const [width, height, scripts] of [[390, 844, true], [1300, 900, true], [390, 844, false]]) {
    const context = await browser.newContext({ viewport: { width, height } });
    context.setDefaultTimeout(60_000);
    await context.addInitScript(() => {
      document.addEventListener('securitypolicyviolation', (event) => {
        (window.breaches ??= []).push(`${event.violatedDirective} ${event.blockedURI}`);
      });
    });
    if (!scripts) await context.route('**/*.js', (route) => route.abort());
    const page = await context.newPage();
    let path = '';
    const say = (fault) => wrong.push(`${path.slice(0, 60)} at ${width}${scripts ? '' : ' without scripts'}: ${fault}`);
    page.on('dialog', (dialog) => { say('a dialog opened'); dialog.dismiss(); });
    page.on('pageerror', (error) => say(String(error)));
    const link = await ask('POST', '/sign-in-links', {});
    path = 'sign-in';
    await page.goto(new URL(link.path, server.url).href);
    for (path of PAGES) {
      await page.goto(server.url + path);
      await page.evaluate(() => window.stop());
      for (const fault of await faults(page)) say(fault);
      const name = path.split('?')[0].replaceAll('/', '-').slice(0, 40) + (path.includes('?') ? '-q' : '');
      if (scripts && !path.startsWith('/docs') && !path.startsWith('/no/')) await page.screenshot({ path: join(pictures, `hostile${name}-${width}.png`), fullPage: width === 390 });
    }
    await context.close();
  }
  // What a page shows by signs, a form sends back as it is.
  const context = await browser.newContext();
  const page = await context.newPage();
  await page.goto(new URL((await ask('POST', '/sign-in-links', {})).path, server.url).href);
  await page.goto(`${server.url}/tracks/${asks.id}`);
  const choices = await page.locator('#values option, #values input[type=radio]').evaluateAll((all) => all.map((one) => one.value));
  for (const name of NAMES) assert.ok(choices.includes(name), `${JSON.stringify(name)} in ${JSON.stringify(choices)}`);
} finally {
  await browser.close();
  await stop(server, data);
}
if (wrong.length > 0) console.error(`FAILED: ${wrong.length} faults:\n${wrong.join('\n')}`);
else console.log('ok: hostile texts on every page, on a phone, on a wide screen and without scripts; 0 faults');
process.exit(wrong.length === 0 ? 0 : 1);
