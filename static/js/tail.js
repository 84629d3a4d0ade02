// The end of an output: what a script prints meanwhile is followed while somebody sees the page, and the newest line
// stays in sight for whoever has not gone back to older ones.

import { followLog } from './live.js';

/** So near to the end somebody looks at the end, in pixels. */
const NEAR = 40;

let followed = '';
/** Whether the end is looked at. */
let atEnd = true;

/** Listens to the output that is shown, while it grows: the page is read again when it has grown. */
function follow() {
  const tail = document.getElementById('tail');
  const wanted = tail?.dataset.running && !document.hidden ? String(tail.dataset.track) : '';
  if (wanted === followed) return;
  followed = wanted;
  followLog(wanted);
}

/** To the newest line, unless somebody reads an older one. */
function look() {
  follow();
  const tail = document.getElementById('tail');
  if (tail && atEnd) tail.scrollTop = tail.scrollHeight;
}

document.addEventListener('scroll', ({ target }) => {
  if (target instanceof HTMLElement && target.id === 'tail') atEnd = target.scrollHeight - target.scrollTop - target.clientHeight < NEAR;
}, { capture: true, passive: true });
addEventListener('pagehide', () => { followed = ''; });
addEventListener('pageshow', (event) => { if (event.persisted) follow(); });
document.addEventListener('visibilitychange', follow);
document.addEventListener('trackyard:patched', look);
look();
