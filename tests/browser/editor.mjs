// The editor of scripts in a real browser: it colours, finds and indents, Tab does not trap, forms carry its text, a
// chosen file comes into it, pages breach no policy and axe finds nothing, in both languages, light and dark. Without
// the bundle, and without JavaScript, the plain field is there and works.
//
// npm --prefix web ci && npm --prefix web run build
// node tests/browser/editor.mjs PROGRAM
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { AxeBuilder } from '@axe-core/playwright';
import { launch, serve, stop } from './server.mjs';

const program = resolve(process.argv[2]);
const pictures = resolve(program, '../../screenshots');
const bundle = join(dirname(fileURLToPath(import.meta.url)), '../../static/vendor/editor.js');
const GRAPH = `name: edited
vertices:
  one:
    input:
      who: {type: str, default: you}
    script: |
      # says hello
      for n in 1 2 3; do
        echo "hello <who> $n"
      done
`;

const breaches = [];
const shot = (page, name) => {
  mkdirSync(pictures, { recursive: true });
  return page.screenshot({ path: join(pictures, `editor-${name}.png`) });
};
const noFaults = async (page) => {
  const before = breaches.length;
  const { violations } = await new AxeBuilder({ page }).analyze();
  // What axe itself tries while it looks is not the page's.
  breaches.length = before;
  assert.deepEqual(violations.map(({ id, nodes }) => `${id}: ${nodes[0].html} ${nodes[0].failureSummary}`), []);
};

async function enhanced(page, url) {
  await page.goto(`${url}/graphs/new`);
  const content = page.locator('.editor .cm-content');
  await content.waitFor();
  assert.equal(await page.locator('textarea').getAttribute('tabindex'), '-1', 'one stop for the keyboard');
  assert.match(await content.getAttribute('aria-label'), /Definition/);
  await page.locator('label[for="text"]').click();
  await page.keyboard.press('ControlOrMeta+a');
  await page.keyboard.insertText(GRAPH);
  assert.equal(await page.locator('textarea').inputValue(), GRAPH, 'the form carries what is written');
  assert.equal(await page.locator('.editor .cm-placeholder-name').innerText(), '<who>');

  // Tab indents and does not trap: Escape, then Tab, leaves; letters are no shortcuts of the page.
  await page.keyboard.press('ControlOrMeta+End');
  await page.keyboard.type('# gp');
  assert.equal(new URL(page.url()).pathname, '/graphs/new');
  await page.keyboard.press('Tab');
  assert.ok((await page.locator('textarea').inputValue()).endsWith('  # gp'), 'Tab indents');
  assert.ok(await page.evaluate(() => document.activeElement?.className === 'editor'));
  await page.keyboard.press('Escape');
  await page.keyboard.press('Tab');
  assert.notEqual(await page.evaluate(() => document.activeElement?.className), 'editor', 'Escape, then Tab, leaves');

  // Search has its panel.
  await content.click();
  await page.keyboard.press('ControlOrMeta+f');
  await page.locator('.editor .cm-search').waitFor();
  await page.keyboard.type('hello');
  await page.locator('.editor .cm-searchMatch').first().waitFor();
  await noFaults(page);
  await shot(page, 'search');
  await page.keyboard.press('Escape');

  await page.getByRole('button', { name: /check and save/i }).click();
  await page.waitForURL(/\/graphs\/\d+/);
  const graph = new URL(page.url()).pathname;

  // The form of a vertex has a script alone.
  await page.goto(`${url}${graph}/forms/vertex?name=one`);
  await page.locator('.editor .cm-content').waitFor();
  const word = page.locator('.editor .cm-line span', { hasText: /^for$/ });
  const [plain, keyword] = [await page.locator('.editor .cm-content').evaluate((e) => getComputedStyle(e).color), await word.first().evaluate((e) => getComputedStyle(e).color)];
  assert.notEqual(plain, keyword, 'a word of the shell has a colour');
  await shot(page, 'script');

  // A file comes into the editor, and the form sends it.
  await page.goto(`${url}/graphs/import`);
  await page.locator('.editor .cm-content').waitFor();
  await page.locator('input[type=file]').setInputFiles({ name: 'a.yaml', mimeType: 'text/yaml', buffer: Buffer.from('name: from-a-file\n') });
  await page.locator('.editor .cm-line', { hasText: 'from-a-file' }).waitFor();
  return graph;
}

async function looks(page, url, graph) {
  for (const [language, theme, find] of [['en', 'light', 'Find'], ['zh-CN', 'dark', '查找']]) {
    await page.goto(`${url}/look?lang=${language}&theme=${theme}&back=${graph}/edit`);
    await page.goto(`${url}${graph}/edit`);
    await page.locator('.editor .cm-content').click();
    await page.keyboard.press('ControlOrMeta+f');
    await page.locator(`.editor input[name=search][placeholder="${find}"]`).waitFor();
    await noFaults(page);
    await shot(page, `${language}-${theme}`);
  }
  await page.setViewportSize({ width: 390, height: 844 });
  await shot(page, 'phone');
  const wide = await page.evaluate(() => document.documentElement.scrollWidth);
  assert.ok(wide <= 390, `a phone scrolls sideways: ${wide}`);
}

async function plain(page, url, name) {
  await page.goto(`${url}/graphs/new`);
  await page.locator('textarea#text').fill(GRAPH.replace('edited', name));
  assert.equal(await page.locator('.editor').count(), 0);
  await page.getByRole('button', { name: /check and save/i }).click();
  await page.waitForURL(/\/graphs\/\d+/);
  assert.match(await page.locator('h1').innerText(), new RegExp(name));
}

assert.ok(existsSync(bundle), 'build it first: npm --prefix web ci && npm --prefix web run build');
const data = mkdtempSync(join(tmpdir(), 'trackyard-'));
const server = await serve(program, data);
const browser = await launch();
let failure = null;
try {
  const open = async (options) => {
    const context = await browser.newContext({ viewport: { width: 1300, height: 900 }, ...options });
    context.setDefaultTimeout(30_000);
    await context.addInitScript(() => {
      document.addEventListener('securitypolicyviolation', (event) => console.error(`${event.violatedDirective} ${event.blockedURI} ${location.pathname} ${event.target?.outerHTML?.slice(0, 200)}`));
    });
    const page = await context.newPage();
    page.on('console', (message) => { if (message.type() === 'error') breaches.push(message.text()); });
    page.on('pageerror', (error) => breaches.push(String(error)));
    return [context, page];
  };
  const [context, page] = await open({});
  await page.goto(server.link);
  const graph = await enhanced(page, server.url);
  await looks(page, server.url, graph);
  assert.deepEqual(breaches, []);
  // Back to English; without scripts, and with scripts but a bundle that does not come.
  await page.goto(`${server.url}/look?lang=en&theme=auto&back=/`);
  const storageState = await context.storageState();
  const [, still] = await open({ storageState, javaScriptEnabled: false });
  await plain(still, server.url, 'without-scripts');
  const [bare, alone] = await open({ storageState });
  await bare.route('**/vendor/**', (route) => route.abort());
  await plain(alone, server.url, 'without-a-bundle');
  console.log('editor: 4 passed, 0 failed');
} catch (error) {
  failure = error;
  console.error(`FAILED: the editor\n${error.stack}\n${breaches.join('\n')}`);
} finally {
  await browser.close();
  await stop(server, data);
}
process.exit(failure ? 1 : 0);
