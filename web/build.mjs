// Bundles the script editor into static/vendor/editor.js, with the notices of what is in it at its top.
//
// npm --prefix web ci && npm --prefix web run build
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const here = dirname(fileURLToPath(import.meta.url));
const out = join(here, '../static/vendor/editor.js');

const { metafile, outputFiles } = await build({
  entryPoints: [join(here, 'editor.js')],
  absWorkingDir: here,
  bundle: true,
  minify: true,
  format: 'esm',
  target: 'es2022',
  legalComments: 'none',
  metafile: true,
  write: false,
});

/** The packages whose files are in the bundle. */
const packages = new Set(Object.values(metafile.outputs).flatMap(({ inputs }) => Object.keys(inputs))
  .map((path) => /^node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path)?.[1])
  .filter((name) => name));
/** Packages by the text of their licence. @type {Map<string, string[]>} */
const notices = new Map();
for (const name of [...packages].sort()) {
  const folder = join(here, 'node_modules', name);
  const { license, version } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  const file = readdirSync(folder).find((entry) => /^licen[cs]e/i.test(entry));
  if (license !== 'MIT' || !file) throw new Error(`${name} is not under the MIT licence, or brings no text of it: ${license}`);
  const text = readFileSync(join(folder, file), 'utf8').trim();
  notices.set(text, [...notices.get(text) ?? [], `${name} ${version}`]);
}
const told = [...notices].map(([text, names]) => `${names.join(', ')}\n\n${text}`).join('\n\n');
const [{ contents }] = outputFiles;
writeFileSync(out, Buffer.concat([Buffer.from(`/*!\n${told.replaceAll('*/', '* /')}\n*/\n`), contents]));
console.log(`${packages.size} packages, ${contents.length} bytes`);
