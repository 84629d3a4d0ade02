// The log viewer in a real browser: a log of 1.3 million lines opens at its end, any line is reached by its
// address, by scrolling, by its number and by a search; a script is followed while it prints; without
// JavaScript it is read page by page. What it takes is printed. A breach of the content security policy fails it.
//
// node tests/browser/log.mjs PROGRAM
import assert from 'node:assert/strict';
import { mkdtempSync, mkdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { launch, serve, stop } from './server.mjs';

const program = resolve(process.argv[2]);
const pictures = resolve(program, '../../screenshots');
const LINES = 1_334_000;
const HOSTILE = '<script>document.title="hacked"</script>';

const graph = (data) => `name: logs
on_failure: continue_independent
vertices:
  long: |
    awk 'BEGIN { for (n = 1; n <= ${LINES}; n++)
      if (n % 10 == 7) printf "\\033[31mERROR\\033[0m 第%d行 处理失败: connection refused host=10.0.%d.%d <tag> & \\"q\\"\\n", n, n % 256, n % 97
      else printf "2026-11-20T12:01:07Z INFO  worker-%d processed batch %d rows=%d ok ${'.'.repeat(20)}\\n", n % 16, n, n * 7 % 99991 }'
  colours: |
    i=0; while [ $i -lt 16 ]; do printf '\\033[38;5;%dmcolour %d \\033[1mbold\\033[0m \\033[48;5;%dmground\\033[0m\\n' $i $i $i; i=$((i+1)); done
    printf '10%%\\r20%%\\r100%%\\n\\033[7minverse\\033[0m \\342\\200\\256reversed \\a ${HOSTILE}\\n'
    head -c 40000 /dev/zero | tr '\\0' x; echo
    exit 3
  grows: |
    i=0; while [ ! -e '${join(data, 'stop')}' ]; do i=$((i+1)); echo "tick $i"; sleep 0.05; done; echo "the very end"
  binary: head -c 2000 /bin/sh
  silent: while [ ! -e '${join(data, 'stop')}' ]; do sleep 0.1; done
`;

// The usual cap of a log is smaller than what is read here.
Object.assign(process.env, { TRACKYARD_SLOTS: '6', TRACKYARD_LOG_CAP_BYTES: '256 MiB' });
const breaches = [];
const data = mkdtempSync(join(tmpdir(), 'trackyard-'));
const server = await serve(program, data);
const browser = await launch(['--enable-precise-memory-info']);
mkdirSync(pictures, { recursive: true });
try {
  const context = await browser.newContext({ viewport: { width: 1300, height: 900 } });
  context.setDefaultTimeout(60_000);
  const watched = (page) => {
    page.on('console', (message) => { if (/Content Security Policy|Error/.test(message.text())) breaches.push(message.text()); });
    page.on('pageerror', (error) => breaches.push(String(error)));
    return page;
  };
  const page = watched(await context.newPage());
  const shot = (name, of = page) => of.screenshot({ path: join(pictures, `${name}.png`) });
  await page.goto(server.link);
  await page.goto(`${server.url}/graphs/new`);
  await page.locator('textarea').first().fill(graph(data));
  await page.locator('form button[type=submit].primary').first().click();
  await page.getByRole('link', { name: /^start/i }).first().click();
  await page.getByRole('button', { name: /^start/i }).click();
  await page.waitForURL(/\/pipelines\/\d+/);
  const status = page.url();
  const track = async (name) => {
    await page.goto(status);
    const link = page.getByRole('link', { name, exact: true }).and(page.locator('[href^="/tracks/"]')).first();
    return new URL(await link.getAttribute('href'), server.url).href;
  };
  const tracks = {};
  for (const name of ['long', 'colours', 'grows', 'binary', 'silent']) tracks[name] = await track(name);
  const log = (name) => `${tracks[name]}/attempts/1/log`;
  const text = (of = page) => of.locator('#log').innerText();
  const timed = async (what, work) => {
    const begun = performance.now();
    await work();
    console.log(`${what}: ${(performance.now() - begun).toFixed(0)} ms`);
  };

  // What has no output yet, and a script that prints while somebody looks.
  await page.goto(log('silent'));
  await page.getByText('No output yet').waitFor();
  await page.goto(log('grows'));
  await page.getByText(/tick \d+/).last().waitFor();
  const ticks = async () => Number((await text()).match(/tick (\d+)\s*$/)?.[1]);
  const seen = await ticks();
  await page.waitForFunction((n) => document.getElementById('log').innerText.includes(`tick ${n + 60}`), seen);
  assert.ok(await page.locator('#log-follow').isChecked(), 'the end is followed');
  await shot('log-follow');
  await page.locator('#log').press('Home');
  await page.getByText('tick 1', { exact: true }).waitFor();
  assert.ok(!await page.locator('#log-follow').isChecked(), 'who reads further up is not taken to the end');
  await page.waitForFunction((n) => Number(document.querySelector('.room').style.height.replace('px', '')) >= (n + 90) * 20, seen);
  assert.match(await text(), /tick 1\s/, 'and stays there');
  await page.locator('#log-follow').check();
  writeFileSync(join(data, 'stop'), '');
  await page.getByText('the very end').waitFor();

  // 1.3 million lines.
  await page.goto(status);
  await page.getByText('Failed').first().waitFor();
  for (;;) {
    await page.goto(tracks.long);
    if (await page.getByRole('heading', { level: 1 }).getByText('Succeeded').count()) break;
    await page.waitForTimeout(1_000);
  }
  const first = await page.request.get(log('long'));
  assert.equal(first.status(), 200);
  for (const [what, query] of [['end', ''], ['start', '?line=1'], ['middle', `?line=${LINES / 2}`]]) {
    await timed(`server: the page at the ${what}`, () => page.request.get(log('long') + query));
  }
  await timed('browser: opens at its end', async () => {
    await page.goto(log('long'));
    await page.locator(`#L${LINES}`).waitFor();
  });
  await shot('log-long');
  const inView = async (line) => page.waitForFunction((n) => {
    const row = document.getElementById(`L${n}`)?.getBoundingClientRect();
    const box = document.getElementById('log').getBoundingClientRect();
    return row && row.height > 0 && row.top >= box.top - 1 && row.bottom <= box.bottom + 1;
  }, line);
  for (const line of [900_007, 1, 444_444, LINES]) {
    await timed(`browser: jumps to line ${line}`, async () => {
      await page.evaluate((n) => { location.hash = `L${n}`; }, line);
      await inView(line);
    });
    assert.match(await page.locator(`#L${line} code`).innerText(), line % 10 === 7 ? new RegExp(`第${line}行`) : new RegExp(`batch ${line} `));
  }
  await page.goto(`${log('long')}?line=900000#L900017`);
  await inView(900_017);
  assert.equal(await page.locator('.ln.on').count(), 1);
  await shot('log-line');
  await page.locator('#log-jump input').fill('123456');
  await page.locator('#log-jump input').press('Enter');
  await inView(123_456);
  await page.locator('#log').hover();
  await page.mouse.wheel(0, 200);
  await inView(123_470);
  await page.evaluate(() => { const box = document.getElementById('log'); box.scrollTop = box.scrollHeight / 2; });
  await page.waitForFunction((half) => {
    const shown = [...document.querySelectorAll('#log .ln[id]')].map((row) => Number(row.id.slice(1)));
    return shown.some((n) => Math.abs(n - half) < half / 20);
  }, LINES / 2);
  await page.locator('#log').press('Home');
  await inView(1);
  await page.locator('#log').press('End');
  await inView(LINES);
  for (let n = 1; n <= 40; n += 1) {
    await page.evaluate((line) => { location.hash = `L${line}`; }, n * 33_000);
    await inView(n * 33_000);
  }
  const rows = await page.locator('#log .ln').count();
  assert.ok(rows < 150, `${rows} rows are in the page`);
  const heap = await page.evaluate(() => performance.memory.usedJSHeapSize);
  console.log(`after 40 jumps: ${rows} rows, ${(heap / 1e6).toFixed(1)} MB of JavaScript heap`);
  await page.locator('[name=q]').fill('第1000007行');
  await timed('browser: a search finds line 1000007', async () => {
    await page.locator('[name=q]').press('Enter', { timeout: 180_000 });
    await page.getByText('Found in 1 line').waitFor();
  });
  await page.locator('.hit a').click();
  await inView(1_000_007);
  await shot('log-search');
  await page.locator('[name=q]').fill('err[o]r');
  await page.locator('[name=re]').check();
  await page.locator('[name=q]').press('Enter');
  await page.getByText('Found in 1,000 lines').waitFor();
  for (const [step, line, at] of [['Next', 7, '1'], ['Next', 17, '2'], ['Previous', 7, '1'], ['Previous', 9_997, '1000']]) {
    await page.getByRole('link', { name: `${step} hit` }).click();
    await inView(line);
    await page.getByText(`${at} / 1000`).waitFor();
    assert.equal(await page.locator(`#L${line} mark`).innerText(), 'ERROR');
  }
  await shot('log-hits');
  assert.equal((await page.goto(`${log('long')}?q=(&re=true`)).status(), 400);
  await page.getByText('unclosed group').waitFor();
  await page.locator('#log-jump input').fill('abc');
  await page.locator('#log-jump input').press('Enter');
  await page.getByText(/from 1 to 1,334,000/).waitFor();
  await shot('log-wrong');
  await page.goto(`${log('long')}?line=9999999`);
  await page.getByText('no such one').waitFor();
  await inView(LINES);
  await page.goto(`${log('long')}?line=999990#L1000007`);
  await inView(1_000_007);
  await page.locator('#log-wrap').check();
  await inView(1_000_007);

  // Colours, progress, what would do harm; a long line as a file; bytes that are no text.
  await page.goto(log('colours'));
  await page.getByText('colour 15').waitFor();
  await page.locator('#log').press('Home');
  const shown = await text();
  assert.ok(shown.includes('100%') && !shown.includes('20%'), 'progress in its last state');
  assert.ok(shown.includes(HOSTILE) && shown.includes('⟨U+202E⟩reversed ␇'));
  assert.ok(!/hacked/.test(await page.title()));
  await shot('log-colours');
  await page.locator('#log-wrap').check();
  await shot('log-wrap');
  const cut = await page.request.get(new URL(await page.locator('.cut').getAttribute('href'), server.url).href);
  assert.equal((await cut.body()).length, 40_000);
  await page.goto(`${server.url}/look?theme=dark&lang=zh-CN&back=${encodeURIComponent(new URL(log('colours')).pathname)}`);
  await page.getByText('colour 15').waitFor();
  await shot('log-colours-dark-zh');
  await page.goto(tracks.colours);
  await page.locator('[data-copy]').click();
  await page.getByText('已复制').waitFor();
  await shot('track-dark-zh');
  await page.setViewportSize({ width: 390, height: 844 });
  await page.goto(`${log('long')}?line=500`);
  await page.locator('#L501').waitFor();
  await shot('log-phone');
  await page.goto(tracks.colours);
  await shot('track-phone');
  await page.setViewportSize({ width: 1300, height: 900 });
  await page.goto(`${server.url}/look?theme=light&lang=en&back=${encodeURIComponent(new URL(`${tracks.colours}`).pathname)}`);
  await shot('track');
  await page.goto(`${tracks.colours}?diff=true`);
  await shot('track-diff');
  await page.goto(log('binary'));
  await page.getByText('7f 45 4c 46').waitFor();
  await shot('log-binary');

  // Without JavaScript.
  const plain = await browser.newContext({ javaScriptEnabled: false, viewport: { width: 1300, height: 900 }, storageState: await context.storageState() });
  const still = watched(await plain.newPage());
  await still.goto(log('long'));
  assert.ok(await still.locator(`#L${LINES}`).isVisible());
  const bottom = await still.locator(`#L${LINES}`).boundingBox();
  const frame = await still.locator('#log').boundingBox();
  assert.ok(bottom.y > frame.y && bottom.y < frame.y + frame.height, 'it opens at its end');
  await shot('log-nojs', still);
  await still.getByRole('link', { name: 'Earlier lines' }).click();
  await still.locator(`#L${LINES - 600}`).waitFor();
  await still.getByRole('link', { name: 'First lines' }).click();
  await still.getByRole('link', { name: 'Later lines' }).click();
  await still.locator('#L501').waitFor();
  await still.locator('[name=q]').fill('第1000007行');
  await still.locator('[name=q]').press('Enter', { timeout: 180_000 });
  await still.locator('.hit a').click();
  assert.ok(await still.locator('#L1000007').isVisible());
  await still.locator('[name=line]').fill('777');
  await still.locator('[name=line]').press('Enter');
  assert.ok(await still.locator('#L777').isVisible());
  assert.deepEqual(breaches, []);
  console.log('the log viewer works');
} finally {
  await browser.close();
  writeFileSync(join(data, 'stop'), '');
  await stop(server, data);
}
