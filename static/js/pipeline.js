// The page of a pipeline: the track that `#t7` of the address names is marked in the table, in time and in the picture,
// and its output is shown (tail.js).

import { refresh } from './live.js';
import './tail.js';

/** Marks the track of the address wherever it is shown. */
function mark() {
  const [, track] = /^#t(\d+)$/.exec(location.hash) ?? [];
  for (const part of document.querySelectorAll('.picked')) part.classList.remove('picked');
  if (!track) return;
  for (const part of document.querySelectorAll(`#t${track}, #g${track}, .dag [data-track="${track}"], .dag a[href="/tracks/${track}"]`)) {
    part.classList.add('picked');
  }
}

/** The picture is changed by its own script, card by card. */
const picture = document.querySelector('figure.picture') ? import('./dag.js') : null;
document.addEventListener('trackyard:news', (event) => {
  const news = /** @type {import('./stream.js').News} */ (/** @type {CustomEvent} */ (event).detail);
  void picture?.then((dag) => {
    if (news.kind === 'track') dag.patch(Number(news.t), String(news.s));
    else dag.refresh();
  });
});

addEventListener('hashchange', () => { mark(); if (document.getElementById('main')?.dataset.live) void refresh(); });
document.addEventListener('trackyard:patched', mark);
mark();
