// The picture of a graph in a real browser: it begins at what failed, zooms, is walked through by keyboard and
// opens a track; folded cards unfold; it is complete without JavaScript, in both languages and both themes.
//
// node tests/browser/picture.mjs PROGRAM
import assert from 'node:assert/strict';
import { mkdtempSync, mkdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { launch, serve, stop } from './server.mjs';

const program = resolve(process.argv[2]);
const pictures = resolve(program, '../../screenshots');

/** A graph as text. Each line: a name, what it needs, its script. */
const text = (name, vertices) => `name: ${name}\non_failure: continue_independent\nhandlers: {on_exit: 'true'}\nvertices:\n${vertices
  .map(([vertex, needs, script]) => `  ${vertex}: {needs: [${needs}], script: '${script ?? 'true'}'}\n`).join('')}`;

const STAGES = text('stages', [
  ['checkout', ''],
  ...[1, 2, 3, 4, 5].map((n) => [`unit-${n}`, 'checkout']),
  ['build-the-image-with-a-very-long-name', 'checkout'],
  ['数据库备份任务夜间运行检查', 'checkout', 'exit 7'],
  ...[1, 2, 3].map((n) => [`DEPLOY-${n}`, 'unit-1, unit-2, unit-3, unit-4, unit-5']),
  ['report', 'checkout, DEPLOY-1, DEPLOY-2, DEPLOY-3, build-the-image-with-a-very-long-name'],
  ['alone', ''],
]);
const FAN = text('fan', [
  ['split', ''],
  ...Array.from({ length: 320 }, (_, n) => [`part-${n}`, 'split']),
  ['join', Array.from({ length: 320 }, (_, n) => `part-${n}`).join(', ')],
]).replaceAll("'true'", "'exit 0'");

async function shot(page, name) {
  mkdirSync(pictures, { recursive: true });
  await page.screenshot({ path: join(pictures, `picture-${name}.png`) });
}

/** Saves a graph and starts it; gives the address of its pipeline. */
async function start(page, url, source) {
  await page.goto(`${url}/graphs/new`);
  await page.locator('textarea').first().fill(source);
  await page.getByRole('button', { name: /save/i }).click();
  await page.locator('.picture').waitFor();
  await page.getByRole('link', { name: /^start/i }).first().click();
  await page.getByRole('button', { name: /^start/i }).click();
  await page.waitForURL(/\/pipelines\/\d+/);
  return new URL(page.url()).pathname;
}

const over = (page, state) => page.locator('h1 .mark', { hasText: state }).waitFor({ timeout: 60_000 });
const focused = (page) => page.evaluate(() => document.activeElement.querySelector('title')?.textContent ?? '');
const scale = (page) => page.evaluate(() => {
  const svg = document.querySelector('.dag > svg');
  return svg.width.baseVal.value / svg.viewBox.baseVal.width;
});

async function withScripts(page, { url }, stages, fan) {
  await page.goto(url + stages);
  await over(page, 'Failed');
  assert.match(await page.locator('.dag-bar').innerText(), /Failed\s+1\b/);
  assert.equal(await page.locator('.dag .dot').count(), 1, 'five before three meet in a dot');
  const failed = await page.locator('.dag .s-failed').boundingBox();
  const pane = await page.locator('.dag').boundingBox();
  assert.ok(failed.y >= pane.y && failed.y + failed.height <= pane.y + pane.height, 'it begins at what failed');
  const wide = await page.locator('.dag .name').evaluateAll((names) => names.map((name) => name.getBBox().width));
  assert.ok(wide.every((width) => width <= 142), `no name is wider than its card: ${Math.max(...wide)}`);
  const notes = await page.locator('.dag a .note').evaluateAll((all) => all.map((note) => note.getBBox().width));
  assert.ok(notes.every((width) => width <= 142), `no note is wider than its card: ${Math.max(...notes)}`);
  const cut = await page.locator('.dag a .note', { hasText: '…' }).count();
  assert.equal(cut, 0, 'no note of a single track is cut');
  await shot(page, 'stages');

  // Keyboard: to the failed one, back to what it needs, forth along another edge, and through the dot.
  await page.locator('.dag').focus();
  await page.keyboard.press('n');
  assert.match(await focused(page), /^数据库备份任务夜间运行检查: Failed · exit 7/);
  await page.keyboard.press('ArrowLeft');
  assert.match(await focused(page), /^checkout:/);
  await page.keyboard.press('ArrowRight');
  const second = await focused(page);
  assert.match(second, /^(unit|build|数据库)/);
  await page.goto(`${url}${stages}#${await page.locator('.dag a', { hasText: 'unit-3' }).getAttribute('id')}`);
  await page.locator('.dag a', { hasText: 'unit-3' }).focus();
  await page.keyboard.press('ArrowRight');
  assert.match(await focused(page), /^DEPLOY-/, 'through the dot');
  await page.keyboard.press('ArrowDown');
  const name = (await focused(page)).split(':')[0];
  assert.match(name, /^DEPLOY-/);

  // Zoom: far away there is no text; 0 shows all.
  const before = await scale(page);
  await page.keyboard.press('+');
  assert.ok(await scale(page) > before);
  for (let n = 0; n < 8; n += 1) await page.keyboard.press('-');
  assert.ok(await scale(page) < 0.4 && !await page.locator('.dag .name').first().isVisible(), 'far away is colour alone');
  await shot(page, 'far');
  await page.getByRole('button', { name: 'Fit' }).click();
  const [all, size] = [await page.locator('.dag > svg').boundingBox(), await page.locator('.dag').boundingBox()];
  assert.ok(all.width <= size.width + 1, 'all of it is seen');

  await page.locator('.dag').focus();
  for (let n = 0; n < 8; n += 1) await page.keyboard.press('-');
  await page.keyboard.press('n');
  assert.equal(await scale(page), 1, 'what failed is seen from near');
  await page.getByRole('button', { name: 'Fit' }).click();

  // A drag moves it and opens nothing; Enter opens the card.
  for (let n = 0; n < 6; n += 1) await page.keyboard.press('+');
  const from = await page.locator('.dag').boundingBox();
  const left = () => page.locator('.dag').evaluate((dag) => dag.scrollLeft + dag.scrollTop);
  const still = await left();
  await page.mouse.move(from.x + 300, from.y + 150);
  await page.mouse.down();
  await page.mouse.move(from.x + 200, from.y + 100, { steps: 4 });
  await page.mouse.up();
  assert.notEqual(await left(), still, 'it was dragged');
  assert.ok(page.url().includes(stages));
  await page.locator('.dag a', { hasText: name }).focus();
  await page.keyboard.press('Enter');
  await page.waitForURL(/\/tracks\/\d+/);
  assert.match(await page.locator('h1').innerText(), new RegExp(name));

  // Live: a card looks like its state at once; what stands for several is fetched.
  await page.goto(url + stages);
  const [from1, to1] = await page.evaluate(async () => {
    const { patch } = await import(document.querySelector('script[src*="dag.js"]').src);
    const card = document.querySelector('.dag .s-succeed[data-track]');
    const was = card.getAttribute('class');
    patch(card.dataset.track, 'RUNNING');
    return [was, card.getAttribute('class') + card.querySelector('.note').textContent];
  });
  assert.match(from1, /s-succeed/);
  assert.match(to1, /s-running.*Running/);
  await page.locator('.dag .s-running').waitFor({ state: 'detached' });

  await page.goto(url + fan);
  await over(page, 'Finished');
  assert.equal(await page.locator('.dag a.v').count(), 4, 'folded, and the script after the verdict');
  await shot(page, 'folded');
  await page.getByRole('link', { name: 'Show all 323' }).click();
  await page.locator('.dag a.v').nth(322).waitFor();
  await page.getByRole('link', { name: /Fold to 4/ }).waitFor();
  await page.getByRole('button', { name: 'Fit' }).click();
  await shot(page, 'unfolded');

  // What is near one vertex: a click walks on, and there is a way back.
  const split = await page.locator('.dag a.v').first().getAttribute('data-vertex');
  await page.goto(`${url}${fan}?around=${split}`);
  assert.equal(await page.locator('.dag a.v').count(), 60);
  await page.locator('.dag a.v:not(.middle)').nth(5).click();
  await page.waitForURL(/\?around=\d+#picture$/);
  assert.match(await page.locator('.dag .middle .name').textContent(), /^part-/);
  const near = await page.locator('.dag .middle').boundingBox();
  const seen = await page.locator('.dag').boundingBox();
  assert.ok(near.x >= seen.x && near.y >= seen.y && near.y + near.height <= seen.y + seen.height, 'it begins in the middle');
  await shot(page, 'near');
  await page.getByRole('link', { name: 'whole picture' }).click();
  await page.getByRole('link', { name: 'Show all 323' }).waitFor();
}

async function withoutScripts(page, { url }, stages, look) {
  await page.goto(`${url}/look?lang=${look.language}&theme=${look.theme}&back=${encodeURIComponent(stages)}`);
  await page.locator('.picture').waitFor();
  assert.equal(await page.locator('.dag-tools').isVisible(), false, 'no button that does nothing');
  await shot(page, `${look.language}-${look.theme}`);
  await page.locator('.dag-bar .s-failed').click();
  const failed = await page.locator('.dag .s-failed').boundingBox();
  const pane = await page.locator('.dag').boundingBox();
  assert.ok(failed.x >= pane.x - 1 && failed.x + failed.width <= pane.x + pane.width + 1, 'the link leads to the card');
  await page.setViewportSize({ width: 390, height: 844 });
  await page.locator('.picture').scrollIntoViewIfNeeded();
  await shot(page, `${look.language}-${look.theme}-phone`);
  await page.setViewportSize({ width: 1300, height: 900 });
  await page.locator('.dag .s-failed').click();
  await page.waitForURL(/\/tracks\/\d+/);
}

const data = mkdtempSync(join(tmpdir(), 'trackyard-'));
const server = await serve(program, data);
const browser = await launch();
const breaches = [];
let failure = null;
try {
  const open = async (javaScriptEnabled) => {
    const context = await browser.newContext({ javaScriptEnabled, viewport: { width: 1300, height: 900 } });
    context.setDefaultTimeout(30_000);
    const page = await context.newPage();
    page.on('console', (message) => { if (message.type() === 'error') breaches.push(message.text()); });
    page.on('pageerror', (error) => breaches.push(String(error)));
    return [context, page];
  };
  const [context, page] = await open(true);
  await page.goto(server.link);
  const stages = await start(page, server.url, STAGES);
  const fan = await start(page, server.url, FAN);
  await withScripts(page, server, stages, fan);
  const [plain, still] = await open(false);
  await plain.addCookies(await context.cookies());
  for (const look of [{ language: 'en', theme: 'light' }, { language: 'zh-CN', theme: 'dark' }]) {
    await withoutScripts(still, server, stages, look);
  }
  assert.deepEqual(breaches, []);
  console.log('picture: 2 passed, 0 failed');
} catch (error) {
  failure = error;
  console.error(`FAILED: the picture\n${error.stack}\n${breaches.join('\n')}`);
} finally {
  await browser.close();
  await stop(server, data);
}
process.exit(failure ? 1 : 0);
