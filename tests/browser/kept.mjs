// What somebody has typed is not lost, in a real browser: the language and the look are changed in the middle of a form, a
// session ends before it is sent, a form is refused, somebody else saves meanwhile. It is put back and that is said; it is
// gone once it was sent, discarded, or somebody signs out; secrets are never kept. Without JavaScript pages say what to
// do. Any breach of the content security policy fails it.
//
// node tests/browser/kept.mjs PROGRAM
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { launch, serve, stop } from './server.mjs';

const program = resolve(process.argv[2]);
const SECRET = 's3cret-0f-the-form';
const TYPED = `db's <host> "1"`;

const data = mkdtempSync(join(tmpdir(), 'trackyard-kept-'));
const server = await serve(program, data);
const browser = await launch();
const breaches = [];

const open = async (javaScriptEnabled, storageState) => {
  const context = await browser.newContext({ javaScriptEnabled, storageState, locale: 'en', viewport: { width: 1300, height: 900 } });
  context.setDefaultTimeout(20_000);
  const page = await context.newPage();
  page.on('console', (message) => { if (message.text().includes('Content Security Policy')) breaches.push(message.text()); });
  page.on('pageerror', (error) => breaches.push(String(error)));
  return page;
};
const start = (page) => page.click('form[action$="/pipelines"] button.primary');
const link = () => execFileSync(program, ['link', '--data', data], { encoding: 'utf8' }).match(/http:\/\/\S+/)[0];
const endSession = (page) => page.context().clearCookies({ name: 'trackyard_session' });
const look = (page, query) => Promise.all([page.waitForNavigation(), page.click(`a.tool[href*="${query}"]`)]);
const kept = (page) => page.evaluate(() => JSON.stringify(Object.entries(sessionStorage)));
const host = 'input[name="p.host"]';
const key = 'input[name="p.key"]';

const save = async (page, text) => {
  const csrf = await page.goto(`${server.url}/graphs/new`).then(() => page.inputValue('main [name=csrf]'));
  const answer = await page.request.post(`${server.url}/graphs`, { form: { csrf, text, format: 'yaml' }, maxRedirects: 0 });
  assert.equal(answer.status(), 303, await answer.text());
  return answer.headers().location.split('?')[0].split('/')[2];
};

async function forms(page) {
  const graph = await save(page, `name: kept
input:
  host: {type: str, default: localhost}
  level: {type: choice, choices: [low, mid, high], default: low}
  sure: {type: bool, default: false}
  notes: {type: str, default: ""}
  key: {type: secret, required: true}
vertices:
  a: echo <host> <level> <sure> <notes> <key>
`);
  const path = `${server.url}/graphs/${graph}/start`;
  await page.goto(path);
  // Two kinds of "required", and what may be left empty.
  assert.match(await page.innerText(`.field:has(${key}) label`), /must be answered/);
  assert.equal(await page.locator('.field:has(input[name="p.notes"]) .required').count(), 0);
  await page.fill(host, TYPED);
  await page.check('input[name="p.level"][value=high]');
  await page.check('input[name="p.sure"][value=true]');
  await page.fill(key, SECRET);
  await page.fill('#desc', 'two\nlines');
  await page.check('input[name=ask_later]');
  await look(page, 'lang=zh-CN');
  assert.equal(await page.getAttribute('html', 'lang'), 'zh-CN');
  const stands = async () => {
    assert.equal(await page.inputValue(host), TYPED);
    assert.ok(await page.isChecked('input[name="p.level"][value=high]') && await page.isChecked('input[name="p.sure"][value=true]'));
    assert.equal(await page.inputValue('#desc'), 'two\nlines');
    assert.ok(await page.isChecked('input[name=ask_later]'));
    assert.equal(await page.inputValue(key), '', 'a secret is never kept');
    assert.ok(!(await kept(page)).includes(SECRET));
  };
  await stands();
  assert.match(await page.innerText('#kept'), /已恢复[^]*密钥不会保留/);
  await look(page, 'theme=');
  await stands();
  await look(page, 'lang=en');
  assert.match(await page.innerText('#kept'), /stands in the form again[^]*Secrets are never kept/);
  await Promise.all([page.waitForNavigation(), page.click('#kept button')]);
  assert.equal(await page.inputValue(host), 'localhost', 'discarded');
  assert.ok(await page.isHidden('#kept'));

  // A preview takes nothing, and shows what is asked for later.
  await page.fill(host, TYPED);
  await page.check('input[name=ask_later]');
  await page.click('text=Preview scripts');
  await page.waitForSelector('#preview');
  assert.match(await page.innerText('#preview'), /key: asked later/);
  await look(page, 'lang=zh-CN');
  assert.equal(page.url(), path, 'the page of the form, not where it is sent to');
  assert.equal(await page.inputValue(host), TYPED);
  await look(page, 'lang=en');

  // The session has ended when the form is sent.
  await page.uncheck('input[name=ask_later]');
  await page.fill(key, SECRET);
  await endSession(page);
  await start(page);
  assert.match(await page.innerText('main'), /was not taken and nothing was changed/);
  assert.match(await page.innerText('#unsent'), /kept in this tab/);
  assert.equal(await page.locator('#unsent a').getAttribute('href'), new URL(path).pathname);
  await page.goto(link());
  await page.goto(path);
  assert.equal(await page.inputValue(host), TYPED, 'after the sign-in');
  assert.equal(await page.inputValue(key), '');

  // Refused: what is wrong is at its field, and the language can be changed still.
  await page.fill(host, '-rf');
  await page.fill(key, SECRET);
  await start(page);
  await page.waitForSelector('[role=alert]');
  assert.match(await page.innerText(`.field:has(${host}) .error`), /would read it as an option/);
  assert.match(await page.innerText(`.field:has(${key})`), /type it again/);
  assert.ok(!(await page.content()).includes(SECRET));
  await look(page, 'lang=zh-CN');
  assert.equal(await page.inputValue(host), '-rf');
  await page.fill(host, TYPED);
  await page.fill(key, SECRET);
  await start(page);
  await page.waitForURL(/\/pipelines\/\d+/);
  assert.equal(await kept(page), '[]', 'it was sent');
  const given = await page.innerText('#given');
  assert.match(given, /host[^]*启动时填写/);
  assert.match(given, /notes[^]*默认值/);
  await look(page, 'lang=en');
  await page.goto(path);
  assert.equal(await page.inputValue(host), 'localhost');
  assert.ok(await page.isHidden('#kept'));
}

async function editors(page, other) {
  const graph = await save(page, 'name: both\nvertices:\n  a: echo one\n');
  const path = `${server.url}/graphs/${graph}/edit`;
  const mine = '# mine\nname: both\nvertices:\n  a: echo mine\n';
  const asked = [];
  page.on('dialog', (dialog) => { asked.push(dialog.type()); void dialog.accept(); });
  await page.goto(path);
  const text = page.locator('.cm-content').first();
  const editor = await text.count() > 0;
  if (editor) {
    await text.click();
    await page.keyboard.press('Control+A');
    await page.keyboard.insertText(mine);
  } else {
    await page.click('#text');
    await page.fill('#text', mine);
  }
  assert.equal(await page.inputValue('#text'), mine);
  await look(page, 'theme=');
  assert.equal(await page.inputValue('#text'), mine);
  if (editor) assert.match(await page.locator('.cm-content').first().innerText(), /echo mine/);
  assert.deepEqual(asked, [], 'nothing would be lost by that');
  await page.click('h1');
  await Promise.all([page.waitForNavigation(), page.click('#nav a[href="/inbox"]')]);
  assert.deepEqual(asked, ['beforeunload']);

  // Somebody else saves meanwhile: the text that comes back is still one of the version that it was typed into.
  await other.goto(path);
  await other.fill('#text', 'name: both\nvertices:\n  a: echo theirs\n');
  await other.click('main form button.primary');
  await other.waitForURL(/saved=/);
  await page.goto(path);
  assert.equal(await page.inputValue('#text'), mine);
  await page.click('main form button.primary');
  await page.waitForSelector('[role=alert]');
  assert.match(await page.innerText('[role=alert]'), /echo theirs/);
  assert.equal(await page.inputValue('#text'), mine);
  await page.click('form.out button');
  await page.waitForURL(/sign-in/);
  assert.equal(await kept(page), '[]', 'nothing is left for whoever comes next');
}

// What was refused and put right stays right, and what somebody else has changed stays theirs.
async function tracks(page, other) {
  const graph = await save(page, `name: turns
vertices:
  first: sleep 1000
  second: {needs: [first], input: {who: {type: str, default: x}, n: {type: int, default: 3}}, script: "echo <who> <n>"}
`);
  await page.goto(`${server.url}/graphs/${graph}/start`);
  await start(page);
  await page.waitForURL(/\/pipelines\/\d+/);
  await page.locator('#tracks').getByRole('link', { name: 'second' }).first().click();
  await page.waitForURL(/\/tracks\/\d+/);
  const path = page.url();
  const [who, n] = ['#values [name="p.who"]', '#values [name="p.n"]'];
  const send = (of) => Promise.all([of.waitForNavigation(), of.click('main form button.primary')]);
  await page.fill(who, 'typo');
  await page.fill(n, 'zz');
  await send(page);
  await page.waitForSelector('[role=alert]');
  await page.fill('[name="p.who"]', 'right');
  await page.fill('[name="p.n"]', '8');
  await send(page);
  assert.equal(page.url(), path);
  assert.deepEqual([await page.inputValue(who), await page.inputValue(n)], ['right', '8']);
  assert.ok(await page.isHidden('#kept'));
  assert.equal(await kept(page), '[]', 'both were sent');

  await page.fill(who, 'mine');
  await page.goto(`${server.url}/inbox`);
  await other.goto(path);
  await other.fill(n, '9');
  await other.click('#values button.primary');
  await page.goto(path);
  assert.deepEqual([await page.inputValue(who), await page.inputValue(n)], ['mine', '9']);
  assert.ok(await page.isVisible('#kept'));
  await Promise.all([page.waitForNavigation(), page.click('#kept button')]);
}

// A start that was previewed on the way is done once, and the next one is another.
async function starts(page) {
  const graph = await save(page, 'name: same\ninput: {host: {type: str, default: localhost}}\nvertices:\n  a: echo <host>\n');
  const path = `${server.url}/graphs/${graph}/start`;
  const begin = async () => {
    await start(page);
    await page.waitForURL(/\/pipelines\/\d+/);
    return page.url();
  };
  await page.goto(path);
  const first = await begin();
  const same = `${path}?same=${first.match(/\d+$/)[0]}`;
  await page.goto(same);
  await page.fill(host, 'one');
  await page.click('text=Preview scripts');
  await page.waitForSelector('#preview');
  const second = await begin();
  await page.goto(same);
  assert.equal(await page.inputValue(host), 'localhost');
  const third = await begin();
  assert.equal(new Set([first, second, third]).size, 3);
}

// Without JavaScript the browser keeps what it keeps; the page says so, and nothing is done.
async function plain(page) {
  await page.goto(link());
  const path = `${server.url}/graphs/1/start`;
  await page.goto(path);
  await page.fill(host, TYPED);
  await endSession(page);
  await start(page);
  assert.match(await page.innerText('main'), /was not taken and nothing was changed[^]*go back to the form[^]*has to be typed again/);
  assert.ok(await page.isHidden('#unsent'));
  await page.context().newPage().then((tab) => tab.goto(link()));
  await page.goBack();
  await page.fill(host, TYPED);
  await page.fill(key, SECRET);
  await start(page);
  await page.waitForURL(/\/pipelines\/\d+/);
}

try {
  const page = await open(true);
  await page.goto(server.link);
  await forms(page);
  await editors(page, await open(false, await page.context().storageState()));
  await page.goto(link());
  await starts(page);
  await tracks(page, await open(false, await page.context().storageState()));
  await plain(await open(false));
  assert.deepEqual(breaches, []);
  console.log('ok: typed text through languages, sessions, refusals and other people; editors; sign-out');
} finally {
  await browser.close();
  await stop(server, data);
}
