// The description that a server gives of its REST interface is valid OpenAPI 3.1.
//
// node tests/browser/openapi.mjs PROGRAM
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { Validator } from '@seriousme/openapi-schema-validator';

const data = mkdtempSync(join(tmpdir(), 'trackyard-openapi-'));
const server = spawn(resolve(process.argv[2]), ['serve', '--port', '0', '--data', data],
  { stdio: ['ignore', 'pipe', 'ignore'], cwd: data });
const ended = once(server, 'exit');
try {
  let base;
  for await (const line of createInterface({ input: server.stdout })) {
    base = line.match(/http:\/\/[\d.]+:\d+/)?.[0];
    if (base) break;
  }
  const token = readFileSync(join(data, 'local.token'), 'utf8').trim();
  const answer = await fetch(`${base}/api/v1/openapi.json`, { headers: { Authorization: `Bearer ${token}` } });
  assert.equal(answer.status, 200);
  const text = await answer.text();
  const judge = async (change) => {
    const document = JSON.parse(text);
    change(document);
    return new Validator().validate(document);
  };
  const result = await judge(() => {});
  assert.ok(result.valid, JSON.stringify(result.errors, null, 1));
  assert.equal(JSON.parse(text).openapi, '3.1.0');
  // It would say so.
  const wrong = await judge((document) => { document.paths['/graphs'].get.responses = []; });
  assert.ok(!wrong.valid);
  console.log(`the description is valid: ${Object.keys(JSON.parse(text).paths).length} addresses, ${text.length} bytes`);
} finally {
  server.kill();
  await ended;
  rmSync(data, { recursive: true, force: true });
}
