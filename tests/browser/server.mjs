// What the browser tests share: a browser, and a server on a data directory of its own.
import { spawn } from 'node:child_process';
import { readFileSync, readdirSync, rmSync } from 'node:fs';
import { chromium } from 'playwright-core';

const flags = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
  '--disable-component-update', '--disable-sync'];

export const launch = (more = []) => chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: [...flags, ...more] });

// Starts the program, on any port as a rule; gives its process, its sign-in link and its address.
export function serve(program, data, port = 0) {
  const child = spawn(program, ['serve', '--port', String(port), '--data', data], { stdio: ['ignore', 'pipe', 'inherit'], cwd: data });
  return new Promise((started, reject) => {
    let text = '';
    child.stdout.on('data', (bytes) => {
      text += bytes;
      const link = text.match(/http:\/\/\S+\/sign-in\?code=\w+/);
      if (link) started({ child, link: link[0], url: new URL(link[0]).origin });
    });
    child.on('exit', (code) => reject(new Error(`the server ended with ${code}: ${text}`)));
  });
}

// The processes whose command line, as a list of words, is one of ours.
export function processes(ours) {
  const words = (pid) => {
    try { return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0'); } catch { return []; }
  };
  const all = readdirSync('/proc').filter((name) => /^\d+$/.test(name)).map(Number);
  return all.filter((pid) => ours(words(pid)));
}

// The processes that were started for a data directory: they name a file of it.
const of = (data) => processes((words) => words.some((word) => word.includes(`${data}/`)));

// Ends a server; what it runs goes on.
export async function end({ child }) {
  child.removeAllListeners('exit');
  child.kill();
  if (child.exitCode === null) await new Promise((ended) => { child.on('exit', ended); });
}

// Ends a server and whatever it still runs, and removes its data.
export async function stop(server, data) {
  await end(server);
  // What a test left to itself when it killed a supervisor, and the supervisors that still wait.
  for (const pid of of(data)) {
    try {
      process.kill(pid, 'SIGKILL');
    } catch {
      // It has ended by itself.
    }
  }
  rmSync(data, { recursive: true, force: true, maxRetries: 5 });
}
