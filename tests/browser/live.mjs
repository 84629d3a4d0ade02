// Pages that are alive, in a real browser: all tabs share one stream, a run goes to its end without a page being loaded
// again, focus and choices stay, what is new in a list waits behind a line, and a server that is away is told and comes
// back by itself; a browser without shared workers has one stream for each page that is seen. A breach of the content security policy fails it.
//
// node tests/browser/live.mjs PROGRAM
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { end, launch, serve, stop } from './server.mjs';

const program = resolve(process.argv[2]);
const pictures = process.env.TRACKYARD_PICTURES;
const data = mkdtempSync(join(tmpdir(), 'trackyard-live-'));
const RELEASE = `name: release
vertices:
  first: |
    echo building
    while [ ! -e '${join(data, 'go')}' ]; do sleep 0.1; done
    echo built
  second:
    needs: [first]
    script: echo second
  third:
    needs: [first]
    script: echo third
`;
const ASKS = `name: asks
input:
  who: {type: str, required: true}
vertices:
  greet: echo "good morning <who>"
`;
const SHORT = 'name: short\nvertices:\n  only: echo hello\n';
const FAILS = 'name: fails\nvertices:\n  bad: |\n    echo trying\n    exit 3\n  after:\n    needs: [bad]\n    script: echo after\n';

let server = await serve(program, data);
const browser = await launch();
const breaches = [];
let failed = false;
try {
  const token = readFileSync(join(data, 'local.token'), 'utf8').trim();
  const post = async (path, type, body) => {
    const headers = { Authorization: `Bearer ${token}`, 'Content-Type': type };
    const answer = await fetch(`${server.url}/api/v1${path}`, { method: 'POST', headers, body });
    assert.ok(answer.ok, `${path}: ${answer.status} ${await answer.clone().text()}`);
    return answer.json();
  };
  const define = async (text) => {
    const saved = await post('/graphs', 'application/yaml', text);
    return saved.id ?? saved.graph.id;
  };
  const start = async (graph, body = '{}') => {
    const started = await post(`/graphs/${graph}/pipelines`, 'application/json', body);
    return started.id ?? started.pipeline.id;
  };
  const context = await browser.newContext({ viewport: { width: 1300, height: 900 } });
  context.setDefaultTimeout(20_000);
  const open = async (path) => {
    const page = await context.newPage();
    page.on('console', (message) => { if (message.text().includes('Content Security Policy')) breaches.push(message.text()); });
    page.on('pageerror', (error) => breaches.push(String(error)));
    await page.goto(`${server.url}${path}`);
    await page.evaluate(() => { window.kept = true; });
    return page;
  };
  const kept = (page) => page.evaluate(() => window.kept === true);
  // Requests for the stream of all changes that were answered since the server began, as it counts them.
  const streams = async () => {
    const answer = await fetch(`${server.url}/metrics`, { headers: { Authorization: `Bearer ${token}` } });
    const counted = [...(await answer.text()).matchAll(/^trackyard_http_requests_total\{(.*)\} (\d+)$/gm)];
    const ours = counted.filter(([, labels]) => /route="(\/api\/v1)?\/stream[?"]/.test(labels) && labels.includes('status="200"'));
    return ours.reduce((sum, [, , count]) => sum + Number(count), 0);
  };
  const reloads = (page) => page.locator('meta[http-equiv="refresh"]').count();
  const shot = async (page, name) => {
    if (!pictures) return;
    mkdirSync(pictures, { recursive: true });
    for (const colorScheme of ['light', 'dark']) {
      await page.emulateMedia({ colorScheme });
      await page.screenshot({ path: join(pictures, `${name}-${colorScheme}.png`), fullPage: true });
    }
    await page.emulateMedia({ colorScheme: 'light' });
    const desk = page.viewportSize();
    await page.setViewportSize({ width: 390, height: 844 });
    await page.screenshot({ path: join(pictures, `${name}-phone.png`), fullPage: true });
    await page.setViewportSize(desk);
  };

  const [release, short, fails, asks] = [await define(RELEASE), await define(SHORT), await define(FAILS), await define(ASKS)];
  // Without a page: each that was open has had a stream.
  assert.ok((await context.request.get(server.link)).ok());

  const id = await start(release);
  const run = await open(`/pipelines/${id}`);
  const list = await open('/pipelines');
  const ticked = list.locator('tbody input:checked');
  await run.locator('#tail', { hasText: 'building' }).waitFor();
  await shot(run, 'live-running');
  const track = await open(await run.locator('#tracks a', { hasText: 'first' }).getAttribute('href'));
  await track.locator('#tail', { hasText: 'building' }).waitFor();
  assert.equal(await reloads(track) + await reloads(run), 0, 'no page loads itself again');
  await list.locator(`tr[data-run="${id}"] .s-running`).first().waitFor();
  const more = [];
  for (let tab = 0; tab < 7; tab += 1) more.push(await open(tab % 2 ? '/pipelines' : `/pipelines/${id}`));
  // One for what changes, one for the output that is followed; a seventh tab could not load if each had its own.
  const own = await Promise.all([run, list, track, ...more].map((page) => page.evaluate(
    () => performance.getEntriesByType('resource').filter(({ name }) => /\/stream(\?|$)/.test(name)).length)));
  assert.deepEqual(own, own.map(() => 0), 'no tab has a stream of its own');
  assert.equal(await streams(), 1, 'one stream for all tabs');
  console.log('ok: 10 tabs, one stream');

  const box = list.locator(`tr[data-run="${id}"] input[type=checkbox]`);
  await box.check();
  await box.focus();
  const link = run.locator('#tracks a', { hasText: 'second' });
  await link.focus();
  writeFileSync(join(data, 'go'), '');
  await run.locator('h1 .s-succeed').waitFor();
  await run.locator('#gantt .lane').nth(2).waitFor();
  assert.ok(await kept(run), 'the page was not loaded again');
  assert.ok(await link.evaluate((node) => node === document.activeElement), 'focus is where it was');
  await list.locator(`tr[data-run="${id}"] .s-succeed`).first().waitFor();
  assert.ok(await kept(list) && await box.isChecked(), 'what was chosen stays');
  assert.ok(await box.evaluate((node) => node === document.activeElement), 'focus in the list is where it was');
  for (const page of more) await page.locator('.s-succeed').first().waitFor();
  await track.locator('h1 .s-succeed').waitFor();
  await track.locator('#tail', { hasText: 'built' }).waitFor();
  assert.ok(await kept(track), 'the page of the track was not loaded again');
  await shot(run, 'live-finished');
  console.log('ok: a run goes to its end in all tabs without loading, focus and choices stay');

  await run.locator('#gantt a', { hasText: 'third' }).click();
  await run.locator('#tracks tr.picked', { hasText: 'third' }).waitFor();
  await run.locator('#log h2', { hasText: 'third' }).waitFor();
  await run.locator('#tail', { hasText: 'third' }).waitFor();
  assert.ok(await kept(run));
  console.log('ok: a track that is marked in time is marked in the table, and its output is shown');

  const rows = () => list.locator('tbody tr').count();
  const before = await rows();
  await start(short);
  const bad = await start(fails);
  await list.locator('#newer a', { hasText: '2' }).waitFor();
  assert.equal(await rows(), before, 'the list has not moved');
  await shot(list, 'live-list');
  await list.locator('#many select').selectOption('stop');
  await list.locator('#newer a').click();
  await list.locator(`tr[data-run="${bad}"]`).waitFor();
  // The page is there before its modules are.
  await ticked.first().waitFor();
  assert.ok(await box.isChecked(), 'what was ticked stays ticked');
  assert.equal(await ticked.count(), 1, 'and nothing else is');
  assert.equal(await list.locator('#many select').inputValue(), 'stop');
  await list.reload();
  await list.evaluate(() => document.readyState === 'complete' || new Promise((done) => addEventListener('load', done)));
  assert.equal(await ticked.count(), 0, 'only that once');
  console.log('ok: new pipelines wait behind a line, and what is ticked stays so');
  for (const page of more) await page.close();

  // The first page, the inbox and the journal: figures are true, lines stay, what is new waits.
  rmSync(join(data, 'go'));
  const waits = await start(release);
  const home = await open('/');
  const inbox = await open('/inbox');
  const journal = await open('/journal');
  const row = home.locator(`#r${waits}`);
  await row.locator('[data-ends]', { hasText: /^(in|any) / }).waitFor();
  const runs = async () => Number(await home.locator('.card .figure').nth(1).textContent());
  const [seen, newest] = [await runs(), await journal.locator('tbody tr').first().getAttribute('id')];
  const second = await start(release);
  await home.locator('#newer a', { hasText: '1 new' }).waitFor();
  assert.equal(await home.locator(`#r${second}`).count(), 0, 'the first page has not moved');
  assert.equal(await runs(), seen + 1, 'the figures are true');
  await journal.locator('#newer a').waitFor();
  assert.equal(await journal.locator('tbody tr').first().getAttribute('id'), newest, 'the journal has not moved');
  await list.locator('#newer a').click();
  await list.locator(`tr[data-run="${waits}"] [data-ends]`).waitFor();
  await start(asks, '{"ask_later":true}');
  await inbox.locator('#newer a', { hasText: '1 new' }).waitFor();
  assert.equal(await inbox.locator('#waits tbody tr').count(), 0, 'what failed has not moved');
  await shot(inbox, 'live-inbox-failed');
  await inbox.locator('#newer a').click();
  await inbox.locator('#waits tbody tr').waitFor();
  await inbox.evaluate(() => { window.kept = true; });
  await start(asks, '{"ask_later":true}');
  await inbox.locator('#newer a', { hasText: '1 new' }).waitFor();
  assert.equal(await inbox.locator('#waits tbody tr').count(), 1, 'the inbox has not moved');
  assert.match(await inbox.locator(`#f${bad}`).textContent(), /bad.*exit code 3/s);
  await start(fails);
  await inbox.locator('#unseen a', { hasText: '1 new' }).waitFor();
  assert.equal(await inbox.locator('#failed tbody tr').count(), 1, 'what failed has not moved');
  await shot(inbox, 'live-inbox');
  await home.locator('#attention li').first().waitFor();
  await home.locator('#unseen a').waitFor();
  await shot(home, 'live-home');
  await shot(list, 'live-list-ends');
  writeFileSync(join(data, 'go'), '');
  await row.locator('.s-succeed').first().waitFor();
  assert.ok(await kept(home) && await kept(inbox) && await kept(journal));
  // Nobody is there any more: the lists catch up.
  await home.evaluate(() => { const now = Date.now; Date.now = () => now() + 61_000; });
  await start(short);
  await row.waitFor({ state: 'detached' });
  await home.locator('#newer a').waitFor({ state: 'detached' });
  assert.ok(await kept(home));
  await Promise.all([home.close(), inbox.close(), journal.close(), track.close()]);
  console.log('ok: the first page, the inbox and the journal keep their lines, and their figures are true');

  const failing = await open(`/pipelines/${bad}`);
  await failing.locator('#tail', { hasText: 'trying' }).waitFor();
  await failing.locator('#tracks tr', { hasText: 'after' }).getByText('Did not run').waitFor();
  await failing.locator('#tracks tr', { hasText: 'after' }).getByText('because bad failed').waitFor();
  await shot(failing, 'live-failed');

  await list.evaluate(() => { window.kept = true; });
  const port = new URL(server.url).port;
  await end(server);
  await list.locator('#offline').waitFor({ state: 'visible' });
  await run.locator('#offline').waitFor({ state: 'visible' });
  server = await serve(program, data, port);
  await list.locator('#offline').waitFor({ state: 'hidden' });
  await run.locator('#offline').waitFor({ state: 'hidden' });
  await start(short);
  await list.locator('#newer a').waitFor();
  assert.ok(await kept(list) && await kept(run));
  console.log('ok: a server that is away is told, and its return needs nobody');

  // Without shared workers: a page that is seen has a stream, one that is not has none.
  const plain = await browser.newContext({ storageState: await context.storageState() });
  await plain.addInitScript(() => {
    delete window.SharedWorker;
    window.sources = [];
    window.EventSource = class extends EventSource {
      constructor(address) { super(address); window.sources.push(this); }
    };
  });
  const alone = await plain.newPage();
  const earlier = await streams();
  await alone.goto(`${server.url}/pipelines`);
  const states = () => alone.evaluate(() => window.sources.map((source) => source.readyState));
  const until = (count, last) => alone.waitForFunction(
    ([many, state]) => window.sources.length === many && window.sources.at(-1).readyState === state, [count, last]);
  const show = (seen) => alone.evaluate((hidden) => {
    Object.defineProperty(document, 'hidden', { value: hidden, configurable: true });
    document.dispatchEvent(new Event('visibilitychange'));
  }, !seen);
  await until(1, 1);
  await start(short);
  await alone.locator('#newer a', { hasText: '1 new' }).waitFor();
  await show(false);
  assert.deepEqual(await states(), [2], 'nobody sees it: no stream');
  await start(short);
  await show(true);
  await until(2, 1);
  await alone.locator('#newer a', { hasText: '2 new' }).waitFor();
  assert.equal(await streams(), earlier + 2, 'two streams, one after the other');
  await end(server);
  await alone.locator('#offline').waitFor({ state: 'visible' });
  server = await serve(program, data, port);
  await alone.locator('#offline').waitFor({ state: 'hidden' });
  await plain.close();
  console.log('ok: without shared workers a page has a stream while it is seen');

  await list.goto(`${server.url}/pipelines?state=FAILED`);
  assert.equal(await rows(), 2);
  await list.locator(`tr[data-run="${bad}"] input`).check();
  await list.locator('#many select').selectOption('delete');
  await list.locator('#many button').first().click();
  await list.getByRole('heading', { name: 'Delete: 1 pipeline' }).waitFor();
  await shot(list, 'live-many');
  await list.getByRole('button', { name: 'Delete: 1 pipeline' }).click();
  await list.getByRole('heading', { name: 'done for 1 pipeline' }).waitFor();
  await failing.getByText('Not found').first().waitFor();
  await list.keyboard.press('/');
  await list.keyboard.type(String(id));
  await list.keyboard.press('Enter');
  await list.waitForURL(new RegExp(`/pipelines/${id}$`));
  console.log('ok: many at once, and the way to a pipeline by its number');
  if (pictures) {
    await list.goto(`${server.url}/look?lang=zh-CN&back=/pipelines/${id}`);
    await shot(list, 'live-zh');
    await list.goto(`${server.url}/pipelines`);
    await shot(list, 'live-list-zh');
  }
  assert.deepEqual(breaches, []);
} catch (error) {
  console.error(error.stack);
  failed = true;
}
await browser.close();
await stop(server, data);
console.log(`live: ${failed ? 'FAILED' : 'passed'}`);
process.exit(failed ? 1 : 0);
