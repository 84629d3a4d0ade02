// The main journey in a real browser, with and without JavaScript: sign in, write a graph, mend it,
// start it with a wrong and a right value, watch it to FINISH, read what it printed, give a value to a
// track that waits for one, stop a pipeline, pause, resume, stop and retry another one, answer for a script
// whose supervisor was killed, empty the server. Any script that a hostile text runs, and any breach of the
// content security policy, fails it.
//
// node tests/browser/journey.mjs PROGRAM
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, mkdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { launch, processes, serve, stop } from './server.mjs';

const program = resolve(process.argv[2]);
const pictures = process.env.TRACKYARD_PICTURES;
const HOSTILE = `"><script>document.title='hacked'</script><img src=x onerror="document.title='hacked'">`;

const WRONG = `name: journey
vertices:
  hello:
    skript: echo hello
`;
const BROKEN = `name: broken
vertices:
  hello: |
    if true; then
      echo hello
`;
const RIGHT = `name: journey
desc: ${JSON.stringify(HOSTILE)}
input:
  times: {type: int, required: true, min: 1, max: 9, desc: How often}
vertices:
  hello:
    script: |
      i=0
      while [ $i -lt <times> ]; do i=$((i + 1)); echo "hello $i"; done
  bye:
    needs: [hello]
    script: ${JSON.stringify("echo '" + HOSTILE.replaceAll("'", '') + "'")}
`;
const ASKS = `name: asks
input:
  who: {type: str, required: true}
vertices:
  greet: echo "good morning <who>"
`;
// Fails until a file is there.
const flaky = (data) => `name: flaky
vertices:
  upload: |
    echo "looks for the file"
    test -e '${join(data, 'mended')}' || exit 3
    echo "found it"
`;
const ENDLESS = `name: endless
vertices:
  loop: |
    while :; do sleep 0.1; done
`;

// `first` waits for a file; the last script runs whatever the verdict.
const control = (data) => `name: control
handlers:
  on_exit: echo "the end"
vertices:
  first: |
    while [ ! -e '${join(data, 'go')}' ]; do sleep 0.1; done
  second:
    needs: [first]
    script: echo second
  third:
    needs: [second]
    script: echo third
  beside: |
    while [ ! -e '${join(data, 'go')}' ]; do sleep 0.1; done
`;

// The supervisors that run the scripts of a data directory.
const supervisors = (data) => processes((words) => words[1] === '__supervise' && words[2].startsWith(data));

async function journey(browser, javaScriptEnabled) {
  const data = mkdtempSync(join(tmpdir(), 'trackyard-'));
  const server = await serve(program, data);
  const breaches = [];
  try {
    const context = await browser.newContext({ javaScriptEnabled, viewport: { width: 1300, height: 900 } });
    context.setDefaultTimeout(20_000);
    const page = await context.newPage();
    page.on('console', (message) => { if (message.text().includes('Content Security Policy')) breaches.push(message.text()); });
    page.on('pageerror', (error) => breaches.push(String(error)));
    const shot = async (name) => {
      if (!pictures) return;
      mkdirSync(pictures, { recursive: true });
      await page.screenshot({ path: join(pictures, `${name}${javaScriptEnabled ? '' : '-nojs'}.png`), fullPage: true });
      if (!javaScriptEnabled) return;
      const desk = page.viewportSize();
      await page.setViewportSize({ width: 390, height: 844 });
      await page.screenshot({ path: join(pictures, `${name}-phone.png`), fullPage: true });
      await page.setViewportSize(desk);
    };
    const save = async (text) => {
      await page.goto(`${server.url}/graphs/new`);
      await page.locator('textarea').first().fill(text);
      await page.getByRole('button', { name: /save/i }).click();
    };

    const stranger = await page.goto(`${server.url}/pipelines`);
    assert.equal(stranger.status(), 401);
    await shot('stranger');
    await page.goto(server.link);
    assert.equal(new URL(page.url()).pathname, '/');
    await shot('empty');

    await save(WRONG);
    await page.getByText('skript').first().waitFor();
    assert.match(await page.locator('main').innerText(), /did you mean script/i);
    await shot('problems');

    await save(BROKEN);
    await page.getByText('shell-syntax').waitFor();
    await shot('syntax');
    await save(RIGHT);
    await page.getByRole('alert').getByRole('link', { name: /journey/ }).waitFor();
    assert.equal(await page.locator('textarea').first().inputValue(), RIGHT, 'the text is kept');
    await shot('taken');
    await page.getByRole('button', { name: 'Save as a new version of it' }).click();
    assert.equal(await page.locator('mark').first().getAttribute('title'), 'times: int');
    await shot('graph');
    await page.getByRole('link', { name: /^start/i }).first().click();
    await shot('start');
    await page.getByLabel(/times/).fill('many');
    await page.getByRole('button', { name: /^start/i }).click();
    assert.equal(await page.getByLabel(/times/).inputValue(), 'many', 'the value is kept');
    await page.getByText('This is not what times takes: whole number').first().waitFor();
    await shot('refused');
    await page.getByLabel(/times/).fill('3');
    await page.getByRole('button', { name: 'Preview scripts' }).click();
    await page.locator('mark', { hasText: 'times = 3' }).first().waitFor();
    assert.match(await page.locator('#preview').innerText(), /p_times='3'; i=0/, 'the script as it would run');
    assert.equal(await page.getByLabel(/times/).inputValue(), '3', 'the form is as it was');
    await shot('preview');
    await page.getByRole('button', { name: /^start/i }).click();
    await page.waitForURL(/\/pipelines\/\d+/);
    await page.getByText('Finished').first().waitFor();
    await shot('finish');
    await page.getByRole('link', { name: 'hello' }).first().click();
    await page.getByText('hello 3').waitFor();
    assert.equal(await page.locator('mark').first().getAttribute('title'), 'times = 3');
    assert.ok(await page.locator('mark', { hasText: 'times = 3' }).first().isVisible(), 'the label can be seen');
    await shot('track');
    await page.goBack();
    await page.getByRole('link', { name: 'bye' }).first().click();
    await page.getByText('document.title', { exact: false }).first().waitFor();
    assert.doesNotMatch(await page.title(), /^hacked/);

    await save(ASKS);
    await page.getByRole('link', { name: /^start/i }).first().click();
    await page.getByRole('checkbox').check();
    await page.getByRole('button', { name: /^start/i }).click();
    await page.getByRole('link', { name: 'greet' }).first().click();
    await page.getByLabel(/who/).fill('Ada');
    await shot('asks');
    await page.getByRole('button', { name: /give|save|values/i }).first().click();
    await page.getByText('good morning Ada').waitFor();

    await save(flaky(data));
    await page.getByRole('link', { name: /^start/i }).first().click();
    await page.getByRole('button', { name: /^start/i }).click();
    await page.getByText('Failed').first().waitFor();
    await page.getByRole('link', { name: 'upload', exact: true }).first().click();
    await page.getByText('exit code 3').first().waitFor();
    await page.getByText('looks for the file').first().waitFor();
    await shot('failed');
    writeFileSync(join(data, 'mended'), '');
    await page.getByRole('link', { name: 'Retry', exact: true }).click();
    await page.getByText('1 track will run').waitFor();
    await page.getByRole('button', { name: 'Retry', exact: true }).click();
    await page.getByText('found it').first().waitFor();
    await shot('retried');

    await save(ENDLESS);
    await page.getByRole('link', { name: /^start/i }).first().click();
    await page.getByRole('button', { name: /^start/i }).click();
    await page.getByText('Running').first().waitFor();
    await page.getByRole('link', { name: /^stop/i }).first().click();
    await shot('stop');
    await page.getByRole('button', { name: /^stop/i }).click();
    await page.getByText('Stopped').first().waitFor();
    await shot('stopped');

    await save(control(data));
    await page.getByRole('link', { name: /^start/i }).first().click();
    await page.getByRole('button', { name: /^start/i }).click();
    await page.getByRole('button', { name: 'Pause' }).click();
    await page.getByText('paused the pipeline').waitFor();
    await shot('paused');
    await page.getByRole('button', { name: 'Resume' }).click();
    await page.getByRole('button', { name: 'Pause' }).waitFor();
    const status = page.url();
    await page.getByRole('link', { name: 'third' }).first().click();
    await page.getByRole('button', { name: 'Hold' }).click();
    await page.getByRole('button', { name: 'Release' }).waitFor();
    await shot('held');
    await page.goto(status);
    await page.getByRole('link', { name: 'Stop', exact: true }).click();
    await page.getByText('2 scripts run and are ended').waitFor();
    await page.getByText('2 tracks change').waitFor();
    await page.getByLabel('Why').fill('to see <b>what</b> follows');
    await shot('ask-stop');
    await page.getByRole('button', { name: 'Stop', exact: true }).click();
    await page.getByRole('link', { name: 'Retry failed' }).waitFor();
    await shot('control-stopped');
    writeFileSync(join(data, 'go'), '');
    await page.getByRole('link', { name: 'Retry failed' }).click();
    await page.getByText('4 tracks will run').waitFor();
    await shot('ask-retry-failed');
    await page.getByRole('button', { name: 'Retry failed' }).click();
    await page.getByText('Finished').first().waitFor();
    assert.match(await page.locator('main').innerText(), /After the verdict/);
    await page.getByText('stop: to see <b>what</b> follows').first().waitFor();
    await shot('control-finished');
    await page.getByRole('link', { name: 'second' }).first().click();
    await page.getByRole('link', { name: 'Retry with all after it' }).click();
    await page.getByText('2 tracks will run').waitFor();
    await page.getByRole('link', { name: 'Back' }).click();
    await shot('control-track');

    await page.goto(`${server.url}/graphs`);
    await page.getByRole('link', { name: 'endless' }).first().click();
    await page.getByRole('link', { name: /^start/i }).first().click();
    await page.getByRole('button', { name: /^start/i }).click();
    await page.getByText('Running').first().waitFor();
    const drain = (...more) => spawnSync(program, ['drain', '--data', data, ...more], { encoding: 'utf8' });
    const emptied = drain('--within', '200ms');
    assert.match(emptied.stderr + emptied.stdout, /1 script still runs/);
    await page.reload();
    await page.getByText(/starts no new script/).waitFor();
    await shot('draining');
    assert.equal(drain('--undo').status, 0);
    await page.reload();
    assert.equal(await page.getByText(/starts no new script/).count(), 0);
    supervisors(data).forEach((pid) => process.kill(pid, 'SIGKILL'));
    await page.getByRole('link', { name: /inbox/i, exact: false }).filter({ hasText: '1' }).waitFor();
    await page.getByRole('link', { name: /inbox/i }).click();
    await page.getByText('Interrupted').first().waitFor();
    await shot('inbox');
    await page.getByRole('link', { name: 'loop' }).first().click();
    await shot('interrupted');
    await page.getByRole('link', { name: 'It failed' }).click();
    await page.getByLabel('Why').fill('it was stopped by hand');
    await shot('ask-failed');
    await page.getByRole('button', { name: 'It failed' }).click();
    await page.getByText(/said that it failed: it was stopped by hand/).first().waitFor();
    await page.getByRole('link', { name: /inbox/i }).click();
    await page.getByText(/nothing|nobody/i).first().waitFor();
    await shot('inbox-empty');

    await page.goto(`${server.url}/graphs`);
    await shot('graphs');
    await page.goto(`${server.url}/pipelines`);
    await shot('pipelines');
    await page.getByRole('button', { name: /sign out/i }).click();
    assert.equal((await page.goto(`${server.url}/graphs`)).status(), 401, 'signed out');
    assert.deepEqual(breaches, []);
  } finally {
    await stop(server, data);
  }
}

const browser = await launch();
let passed = 0;
let failed = 0;
for (const javaScriptEnabled of [true, false]) {
  const name = `the journey ${javaScriptEnabled ? 'with' : 'without'} JavaScript`;
  try {
    await journey(browser, javaScriptEnabled);
    console.log(`ok: ${name}`);
    passed += 1;
  } catch (error) {
    console.error(`FAILED: ${name}\n${error.stack}`);
    failed += 1;
  }
}
await browser.close();
console.log(`browser: ${passed} passed, ${failed} failed`);
process.exit(failed === 0 ? 0 : 1);
