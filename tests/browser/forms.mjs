// Graphs by forms in a real browser, without JavaScript: one made, given a second vertex with an input, checked, started
// with a wrong and a right value, seen to run; a vertex renamed, inputs for all vertices declared, a text saved by two
// people at once. The start form of no input, of secrets, and of 1,000 vertices with its filter. Any breach of the content
// security policy fails it.
//
// node tests/browser/forms.mjs PROGRAM
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { launch, serve, stop } from './server.mjs';

const program = resolve(process.argv[2]);
const pictures = process.env.TRACKYARD_PICTURES;
const HOSTILE = `"><script>document.title='hacked'</script>`;
const SECRET = 's3cret-0f-the-form';

const data = mkdtempSync(join(tmpdir(), 'trackyard-forms-'));
const server = await serve(program, data);
const browser = await launch();
const breaches = [];

const open = async (javaScriptEnabled, storageState) => {
  const context = await browser.newContext({ javaScriptEnabled, storageState, viewport: { width: 1300, height: 900 } });
  context.setDefaultTimeout(20_000);
  const page = await context.newPage();
  page.on('console', (message) => { if (message.text().includes('Content Security Policy')) breaches.push(message.text()); });
  page.on('pageerror', (error) => breaches.push(String(error)));
  return page;
};
const picture = async (page, name) => {
  if (!pictures) return;
  mkdirSync(pictures, { recursive: true });
  for (const [look, size] of [['light', 1300], ['dark', 1300], ['phone', 390]]) {
    await page.emulateMedia({ colorScheme: look === 'dark' ? 'dark' : 'light' });
    await page.setViewportSize({ width: size, height: 900 });
    await page.screenshot({ path: join(pictures, `${name}-${look}.png`), fullPage: true });
  }
  await page.setViewportSize({ width: 1300, height: 900 });
};
const start = (page) => page.click('form[action$="/pipelines"] button.primary');
// Saves a new text; gives the number of its graph.
const save = async (page, text) => {
  await page.goto(`${server.url}/graphs/new`);
  await page.fill('#text', text);
  await page.click('main form button.primary');
  await page.waitForURL(/\/graphs\/\d+\?saved=/, { timeout: 60_000 });
  return new URL(page.url()).pathname.split('/')[2];
};
const ended = async (page) => {
  await page.waitForURL(/\/pipelines\/\d+/);
  await page.locator('h1').filter({ hasText: 'Finished' }).waitFor();
};

async function byForms(page) {
  await page.goto(`${server.url}/graphs`);
  await picture(page, 'graphs-none');
  await page.click('text=Fill in forms');
  await page.fill('#name', 'by forms');
  await page.fill('#vertex', 'fetch');
  await page.fill('#script', 'echo fetched');
  await page.click('main form button.primary');
  await page.click('text=Add a vertex');
  await page.fill('#name', `greet ${HOSTILE}`);
  await page.fill('#script', 'echo "hello <who>"');
  await page.check('input[name=need]');
  await page.fill('#timeout', '5 minutes or so');
  await page.fill('[name="in0.name"]', 'who');
  await page.fill('[name="in0.desc"]', HOSTILE);
  await page.check('[name="in0.required"]');
  await picture(page, 'vertex');
  await page.click('button.primary');
  await page.waitForSelector('[role=alert]');
  assert.equal(await page.inputValue('#timeout'), '5 minutes or so', 'what was typed is kept');
  assert.equal(await page.inputValue('#name'), `greet ${HOSTILE}`);
  await page.fill('#timeout', '5m');
  await page.click('button.primary');
  await page.waitForSelector('text=greet');
  await picture(page, 'forms');
  assert.equal(await page.locator('tbody tr').count(), 2);

  await page.click('.acts >> text=Start');
  await picture(page, 'start');
  await page.fill('#name', 'a run');
  await start(page);
  await page.waitForSelector('[role=alert]');
  const field = page.locator('input[name$=".who"]');
  const wrong = await field.getAttribute('aria-describedby');
  assert.match(wrong, /-e$/, 'the field names its error');
  assert.notEqual(await page.innerText(`#${wrong.split(' ').pop()}`), '');
  assert.equal(await page.getAttribute('[role=alert] a', 'href'), `#${await field.getAttribute('id')}`, 'the list leads to the field');
  assert.equal(await page.inputValue('#name'), 'a run', 'what was typed is kept');
  await picture(page, 'start-wrong');
  await field.fill('you');
  await page.click('text=Preview scripts');
  await page.waitForSelector('#preview');
  assert.match(await page.innerText('#preview'), /who = you/);
  await start(page);
  await ended(page);
  await page.goto(`${server.url}/graphs/1/start`);
  await page.click('text=Same as last run');
  assert.equal(await page.inputValue('input[name$=".who"]'), 'you', 'the same as the last run');
  assert.equal(await page.inputValue('#name'), 'a run');

  await page.goto(`${server.url}/graphs`);
  await picture(page, 'graphs');
  await page.goto(`${server.url}/graphs/1`);
  await picture(page, 'graph');
  for (const tab of ['runs', 'inputs', 'versions', 'api']) {
    await page.goto(`${server.url}/graphs/1?tab=${tab}`);
    await picture(page, `graph-${tab}`);
  }
}

// What others need of a vertex, and what their scripts take of it, follows its name in one save.
async function renamed(page) {
  const graph = await save(page, `name: rename
vertices:
  count:
    outputs: {n: {type: int}}
    script: echo n=3 >> "$TRACKYARD_OUTPUT"
  use: {needs: [count], script: "echo <count.n>"}
`);
  await page.goto(`${server.url}/graphs/${graph}/forms`);
  await page.getByRole('link', { name: 'count', exact: true }).click();
  await page.fill('#name', 'use');
  await page.click('button.primary');
  await page.waitForSelector('[role=alert]');
  assert.match(await page.innerText('[role=alert]'), /There is a vertex use already/);
  await page.fill('#name', 'tally');
  await page.fill('#desc', 'counts');
  await page.click('button.primary');
  await page.waitForURL(/saved=replaced/);
  const text = await (await page.request.get(`${server.url}/graphs/${graph}.yaml`)).text();
  assert.match(text, /<tally\.n>/);
  assert.ok(!text.includes('count.n') && /needs:\s*(\[|- )tally/.test(text) && text.includes('desc: counts'), text);
  assert.equal(await page.locator('.badge.s-failed, .finding.s-failed').count(), 0);
}

// Inputs of all vertices, and how many of these use each.
async function shared(page) {
  const graph = await save(page, `name: shared
vertices:
  one: "echo <host> <token>"
  two: "echo <host>"
  own: {input: {host: {type: str, default: mine}}, script: "echo <host>"}
`);
  await page.goto(`${server.url}/graphs/${graph}/forms`);
  await page.click('text=Inputs of all vertices');
  await page.fill('[name="in0.name"]', 'host');
  await page.selectOption('[name="in1.type"]', 'secret');
  await page.fill('[name="in1.name"]', 'token');
  await page.check('[name="in1.required"]');
  await picture(page, 'inputs');
  await page.click('button.primary');
  await page.waitForURL(/saved=/);
  await page.goto(`${server.url}/graphs/${graph}?tab=inputs`);
  assert.match(await page.innerText('main'), /used by 2 vertices/);
  await page.goto(`${server.url}/graphs/${graph}/start`);
  assert.match(await page.innerText('.group >> nth=0'), /used by 2 vertices/);
  await page.fill('input[name="p.host"]', 'db.example');
  await page.fill('input[type=password]', SECRET);
  await page.click('text=Preview scripts');
  await page.waitForSelector('#preview');
  assert.ok(!(await page.content()).includes(SECRET), 'a secret is never sent back');
  assert.match(await page.innerText('#preview'), /\*{6}/);
  assert.match(await page.innerText('#preview'), /db\.example/);
  assert.equal(await page.inputValue('input[name="p.host"]'), 'db.example');
  assert.equal(await page.inputValue('input[type=password]'), '', 'a secret is typed again');
  await picture(page, 'start-preview');
  await start(page);
  await page.waitForSelector('[role=alert]');
  assert.ok(!(await page.content()).includes(SECRET));
  await page.fill('input[type=password]', SECRET);
  await start(page);
  await ended(page);
  assert.ok(!(await page.content()).includes(SECRET));
}

// Two people have the same text open: the second one sees what the first one has saved, and loses nothing.
async function twoAtOnce(page, other) {
  const graph = await save(page, 'name: both\nvertices:\n  a: echo one\n');
  await page.goto(`${server.url}/graphs/${graph}/start`);
  assert.equal(await page.locator('form[action$="/pipelines"] [name^="p."]').count(), 0);
  await start(page);
  await ended(page);
  await page.goto(`${server.url}/graphs/${graph}/edit`);
  await other.goto(`${server.url}/graphs/${graph}/edit`);
  await other.fill('#text', 'name: both\nvertices:\n  a: echo theirs\n');
  await other.click('main form button.primary');
  await other.waitForURL(/saved=new-version/);
  const mine = '# mine\nname: both\nvertices:\n  a: echo one\n  b: echo mine\n';
  await page.fill('#text', mine);
  await page.click('main form button.primary');
  await page.waitForSelector('[role=alert]');
  const told = await page.innerText('[role=alert]');
  assert.match(told, /echo theirs/, 'what somebody else has changed');
  assert.match(told, /vertex added b/, 'what saving would change');
  assert.equal(await page.inputValue('#text'), mine, 'nothing is lost');
  await picture(page, 'edit-conflict');
  await page.click('main form button.primary');
  await page.waitForURL(/saved=/);
  const text = await (await page.request.get(`${page.url().split('?')[0]}.yaml`)).text();
  assert.equal(text, mine);
}

// A thousand vertices, of which one asks for something: that one alone is open, and the rest is found by its name.
async function many(page) {
  const vertex = (i) => `  v${i}: {input: {p: {type: str, ${i === 500 ? 'required: true' : 'default: x'}}}, script: "echo <p>"}\n`;
  const graph = await save(page, `name: many\nvertices:\n${Array.from({ length: 1000 }, (_, i) => vertex(i)).join('')}`);
  await page.goto(`${server.url}/graphs/${graph}/start`);
  assert.equal(await page.locator('details.group').count(), 1000);
  assert.equal(await page.locator('details.group[open]').count(), 1);
  assert.match(await page.innerText('details.group[open] summary'), /v500/);
  await page.fill('#sieve', 'V77');
  const visible = async () => page.locator('details.group:visible').count();
  assert.equal(await visible(), 11, 'v77 and v770 to v779');
  await picture(page, 'start-many');
  await page.press('#sieve', 'Enter');
  assert.match(page.url(), /\/start$/, 'nothing is started by it');
  await page.fill('#sieve', '');
  assert.equal(await visible(), 1000);
  await start(page);
  await page.waitForSelector('[role=alert]');
  assert.match(await page.innerText('[role=alert]'), /v500/);
  assert.equal(await page.locator('details.group[open] [aria-invalid=true]').count(), 1);
}

try {
  const page = await open(false);
  await page.goto(server.link);
  await byForms(page);
  const state = await page.context().storageState();
  await renamed(page);
  await shared(page);
  await twoAtOnce(page, await open(false, state));
  await many(await open(true, state));
  const chinese = async (path, name) => { await page.goto(`${server.url}${path}`); await picture(page, name); };
  await page.goto(`${server.url}/look?lang=zh-CN&back=%2Fgraphs%2F1%2Fforms`);
  await chinese('/graphs/1/forms', 'forms-zh');
  await chinese('/graphs/1/start', 'start-zh');
  await chinese('/graphs/1', 'graph-zh');
  await chinese('/graphs/3?tab=inputs', 'graph-inputs-zh');
  await chinese('/pipelines/1', 'pipeline-zh');
  await chinese('/journal', 'journal-zh');
  await chinese('/docs', 'docs-zh');
  assert.notEqual(await page.title(), 'hacked');
  assert.deepEqual(breaches, []);
  console.log('ok: graphs by forms alone, renamed, shared inputs, two at once, 1,000 vertices');
} finally {
  await browser.close();
  await stop(server, data);
}
