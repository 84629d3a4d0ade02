// A list that never jumps: its rows change where they are, and what is new waits behind a line that says how much there
// is. `data-rows` of the table is the address of single rows, `data-top` the number of the newest one.

import { morph } from './morph.js';
import './ticks.js';

/** @typedef {import('./stream.js').News} News */

/** @param {News[]} news */
export async function patchRows(news) {
  const table = /** @type {HTMLTableElement} */ (document.querySelector('[data-rows]'));
  const shown = new Map([...table.tBodies[0].rows].map((row) => [Number(row.dataset.run), row]));
  const all = news.some(({ kind }) => kind === 'reload');
  const touched = new Set(news.map(({ p }) => Number(p)));
  const ids = [...shown.keys()].filter((id) => all || touched.has(id));
  const newer = all || [...touched].some((id) => id > Number(table.dataset.top));
  if (ids.length === 0 && !newer) return;
  const url = new URL(String(table.dataset.rows), location.href);
  url.searchParams.set('ids', ids.join(','));
  const answer = await fetch(url, { headers: { Accept: 'text/html' } });
  if (!answer.ok) throw new Error(String(answer.status));
  const page = new DOMParser().parseFromString(await answer.text(), 'text/html');
  for (const row of page.querySelectorAll('tr[data-run]')) {
    const here = shown.get(Number(row.getAttribute('data-run')));
    if (here) morph(here, row);
  }
  for (const part of ['newer', 'chips']) {
    const [from, to] = [document.getElementById(part), page.getElementById(part)];
    if (from && to) morph(from, to);
  }
}
