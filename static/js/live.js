// Keeps a page as things are, without loading it: `data-live` of its <main> names the pipeline that it shows (0: all),
// `data-seq` the entry of the journal that it knows. Where there is a list, its rows are kept (rows.js); every other
// page is read again and only what differs is changed. A part with `data-keep` is left to its own script, which hears
// `trackyard:news` of the document for each change and `trackyard:patched` after the page has changed.

import { Stream, concerns } from './stream.js';
import { morph } from './morph.js';
import { patchRows } from './rows.js';

/** @typedef {import('./stream.js').News} News */

const main = /** @type {HTMLElement} */ (document.getElementById('main'));
const offline = /** @type {HTMLElement} */ (document.getElementById('offline'));
const watched = Number(main.dataset.live);
/** The clock of the server, seen from that of the browser. */
const ahead = Number(main.dataset.now) - Date.now();
/** After a reading the server has this rest: so many times as long as it took, but these bounds. A hidden page can wait. */
const [TIMES, LEAST, MOST, HIDDEN] = [4, 250, 5_000, 5_000];

/** Somebody is there so long after a key, a movement or a touch: until then lists (`data-still`) stay as they are. */
const ATTENDED = 60_000;
let attended = Date.now();
for (const kind of ['pointermove', 'pointerdown', 'keydown', 'wheel']) {
  addEventListener(kind, () => { attended = Date.now(); }, { passive: true, capture: true });
}

/** @type {News[]} */
let heard = [];
let asked = false;
let reads = false;
let failed = false;

/** A tab that is behind others draws nothing: it waits for its turn without frames. */
const soon = () => new Promise((now) => { (document.hidden ? setTimeout(now, HIDDEN) : requestAnimationFrame(now)); });
const rest = (/** @type {number} */ ms) => new Promise((over) => { setTimeout(over, ms); });

/** @param {News} news */
function tell(news) {
  document.dispatchEvent(new CustomEvent('trackyard:news', { detail: news }));
  heard.push(news);
  void refresh();
}

/** Reads the page again, soon, and once for all that was asked meanwhile. */
export async function refresh() {
  asked = true;
  if (reads) return;
  reads = true;
  while (asked) {
    await soon();
    asked = false;
    const [news, began] = [heard, performance.now()];
    heard = [];
    try {
      await (document.querySelector('[data-rows]') ? patchRows(news) : patchPage());
      failed = false;
    } catch {
      // The server is away: what was heard is looked at once it is back.
      heard = [...news, ...heard];
      failed = true;
    }
    await rest(Math.min(MOST, Math.max(LEAST, TIMES * (performance.now() - began))));
  }
  reads = false;
}

/** The address of this page as it is to be read again: what is marked in it is in its hash, the lines that somebody looks
 * at are named by the word that their list has for it. */
function address() {
  const url = new URL(location.href);
  const marked = /^#t(\d+)$/.exec(url.hash);
  if (marked && document.getElementById('log')) url.searchParams.set('track', marked[1]);
  url.hash = '';
  if (Date.now() - attended > ATTENDED) return url;
  for (const list of /** @type {NodeListOf<HTMLElement>} */ (main.querySelectorAll('[data-still]'))) {
    const keys = list.dataset.top ?? [...list.children].map((line) => line.id).join(',');
    url.searchParams.set(String(list.dataset.still), keys);
  }
  return url;
}

async function patchPage() {
  const answer = await fetch(address(), { headers: { Accept: 'text/html' } });
  // Signed out, or gone: the page that says so is shown in its place. Anything else is tried again.
  if (!answer.ok && answer.status !== 401 && answer.status !== 404) throw new Error(String(answer.status));
  const page = new DOMParser().parseFromString(await answer.text(), 'text/html');
  const focused = document.activeElement;
  document.title = page.title;
  for (const part of ['main', 'nav']) {
    const [from, to] = [document.getElementById(part), page.getElementById(part)];
    if (from && to) morph(from, to);
  }
  if (focused instanceof HTMLElement && focused.isConnected) focused.focus({ preventScroll: true });
  tick();
  document.dispatchEvent(new CustomEvent('trackyard:patched'));
}

/** @param {boolean} up */
function stand(up) {
  offline.hidden = up;
  if (up && failed) void refresh();
}

/** A length of time in the words of the server (clock.rs). @param {number} ms */
function length(ms) {
  const [s, min, h] = [Math.floor(ms / 1_000), Math.floor(ms / 60_000), Math.floor(ms / 3_600_000)];
  if (s < 60) return `${Math.max(s, 0)} s`;
  if (min < 60) return `${min} min ${s % 60} s`;
  return h < 24 ? `${h} h ${min % 60} min` : `${Math.floor(h / 24)} d ${h % 24} h`;
}

/** In how long something is expected, in the words of the server (parts/eta.rs). @param {number} ms */
function expected(ms) {
  const [now, soon, seconds, minutes, hours] = String(main.dataset.ends).split('|');
  const about = (/** @type {string} */ words, /** @type {number} */ unit, times = 1) =>
    words.replace('#', String(Math.floor((ms + unit / 2) / unit) * times));
  if (ms <= 0) return now;
  if (ms < 5_000) return soon;
  if (ms < 90_000) return about(seconds, 5_000, 5);
  return ms < 5_400_000 ? about(minutes, 60_000) : about(hours, 3_600_000);
}

/** What has no end yet grows, what is expected comes nearer, once each second. */
function tick() {
  if (document.hidden) return;
  const now = Date.now() + ahead;
  const say = (/** @type {string} */ moment, /** @type {(at: number) => string} */ words) => {
    for (const part of main.querySelectorAll(`[${moment}]`)) {
      const text = words(Number(part.getAttribute(moment)));
      if (part.textContent !== text) part.textContent = text;
    }
  };
  say('data-since', (at) => length(now - at));
  say('data-ends', (at) => expected(at - now));
}

/** @type {(track: string) => void} asks to be told when a track has printed more; empty: no more */
export let followLog = () => {};

/** One connection for all tabs, and without a worker one for each tab that is seen. */
function follow() {
  if ('SharedWorker' in window) {
    const worker = new SharedWorker(new URL('./shared.js', import.meta.url), { type: 'module', name: 'trackyard' });
    worker.port.onmessage = ({ data }) => {
      if (data.news) tell(data.news);
      else if (data.grew) void refresh();
      else stand(data.up);
    };
    followLog = (track) => worker.port.postMessage({ log: track });
    const hello = () => worker.port.postMessage({ watched, after: Number(main.dataset.seq) });
    addEventListener('pagehide', () => worker.port.postMessage({ bye: true }));
    addEventListener('pageshow', (event) => { if (event.persisted) hello(); });
    hello();
    return;
  }
  const stream = new Stream((news) => { if (concerns(news, watched)) tell(news); }, stand);
  const look = () => {
    if (document.hidden) stream.close();
    else stream.open(Number(main.dataset.seq));
  };
  document.addEventListener('visibilitychange', look);
  look();
  /** @type {EventSource | null} */
  let log = null;
  followLog = (track) => {
    log?.close();
    log = track ? new EventSource(`/api/v1/tracks/${track}/log/stream`) : null;
    log?.addEventListener('log', () => void refresh());
  };
}

follow();
setInterval(tick, 1_000);
document.addEventListener('visibilitychange', tick);
