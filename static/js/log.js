// The log as one long list: only the lines that can be seen are in the page, others are fetched when they are
// scrolled to. Browsers cannot scroll further than some million pixels, so a longer log is mapped to that.

const LINE = 20;
const TALLEST = 8_000_000;
/** Lines that are fetched at once, and kept: no more, however far somebody scrolls. */
const WINDOW = 400;
const KEPT = 6;
/** Lines in the page beyond those that can be seen. */
const MORE = 20;
/** While a script prints without an end, the page looks so often, in milliseconds. */
const PAUSE = 250;

const box = document.getElementById('log');
const empty = document.getElementById('log-empty');

/** @param {string} url @param {(over: boolean) => void} told */
function follow(url, told) {
  const source = new EventSource(url);
  source.addEventListener('log', () => told(false));
  source.addEventListener('end', () => { source.close(); told(true); });
  return source;
}

if (empty && empty.dataset.live === 'true') follow(empty.dataset.stream, () => location.reload());
if (box) viewer(box);

/** @param {HTMLElement} box */
function viewer(box) {
  const at = box.dataset.at;
  const lines = /** @type {HTMLElement} */ (box.querySelector('.lines'));
  const room = document.createElement('div');
  const wrap = /** @type {HTMLInputElement} */ (document.getElementById('log-wrap'));
  const following = /** @type {HTMLInputElement|null} */ (document.getElementById('log-follow'));
  const size = document.getElementById('log-size');
  /** Rows by the window that they are in, the newest last. @type {Map<number, HTMLElement[]>} */
  const kept = new Map();
  /** Windows that are on their way. @type {Set<number>} */
  const asked = new Set();
  let total = Number(lines.dataset.total);
  let position = lines.dataset.position;
  let top = 0;
  let marked = 0;
  let set = -1;
  let drawing = false;
  /** @type {EventSource|null} */
  let source = null;
  let over = lines.dataset.live !== 'true';

  const visible = () => Math.max(1, box.clientHeight / LINE);
  const last = () => Math.max(0, total - visible());
  const height = () => Math.min(TALLEST, Math.max(total * LINE, box.clientHeight));
  const reach = () => Math.max(0, height() - box.clientHeight);
  const isCapped = () => wrap.checked || total * LINE > TALLEST;

  /** Takes rows out of an answer and keeps them by their windows. @param {HTMLElement} part */
  function keep(part) {
    const rows = /** @type {HTMLElement[]} */ ([...part.children]);
    const byWindow = new Map();
    for (const row of rows) {
      const number = Number(row.id.slice(1));
      const window = Math.floor((number - 1) / WINDOW);
      if (!byWindow.has(window)) byWindow.set(window, []);
      byWindow.get(window)[(number - 1) % WINDOW] = row;
    }
    for (const [window, rows] of byWindow) {
      const merged = kept.get(window) ?? [];
      rows.forEach((/** @type {HTMLElement} */ row, /** @type {number} */ n) => { merged[n] = row; });
      kept.delete(window);
      kept.set(window, merged);
    }
    while (kept.size > KEPT) kept.delete(kept.keys().next().value);
    total = Number(part.dataset.total);
    position = part.dataset.position;
    over = part.dataset.live !== 'true';
  }

  /** @param {number} line @returns {HTMLElement|undefined} */
  const row = (line) => kept.get(Math.floor((line - 1) / WINDOW))?.[(line - 1) % WINDOW];

  /** Fetches lines from one on. @param {number} line */
  async function fetchFrom(line, n = WINDOW) {
    const searched = box.dataset.searched ? `&${box.dataset.searched}` : '';
    const answer = await fetch(`${at}?part=true&text=true&n=${n}&line=${line}${searched}`);
    if (!answer.ok) throw new Error(String(answer.status));
    const part = new DOMParser().parseFromString(await answer.text(), 'text/html').querySelector('.lines');
    if (part) keep(/** @type {HTMLElement} */ (document.adoptNode(part)));
    if (part && size) size.textContent = part.dataset.size;
  }

  /** @param {number} window */
  async function need(window) {
    if (asked.has(window) || asked.size > 1) return;
    asked.add(window);
    try {
      await fetchFrom(window * WINDOW + 1);
      asked.delete(window);
      draw();
    } catch {
      // Too often, or the server is away: the next scrolling asks again.
      setTimeout(() => { asked.delete(window); draw(); }, 1_000);
    }
  }

  function draw() {
    if (drawing) return;
    drawing = true;
    requestAnimationFrame(() => { drawing = false; paint(); });
  }

  function paint() {
    top = Math.min(Math.max(0, top), last());
    const first = Math.max(0, Math.floor(top) - (wrap.checked ? 0 : MORE));
    const end = Math.min(total, Math.ceil(top + visible()) + MORE);
    const shown = [];
    for (let n = first; n < end; n += 1) {
      const known = row(n + 1);
      if (known) {
        known.classList.toggle('on', n + 1 === marked);
        shown.push(known);
      } else {
        need(Math.floor(n / WINDOW));
        const wait = document.createElement('div');
        wait.className = 'ln wait';
        const number = wait.appendChild(document.createElement('span'));
        number.className = 'no';
        number.textContent = String(n + 1);
        shown.push(wait);
      }
    }
    room.style.height = `${height()}px`;
    lines.replaceChildren(...shown);
    const target = last() > 0 ? (top / last()) * reach() : 0;
    const scrolled = isCapped() ? target : top * LINE;
    if (Math.abs(box.scrollTop - scrolled) >= 1) box.scrollTop = scrolled;
    set = box.scrollTop;
    let up = (top - first) * LINE;
    if (wrap.checked) {
      const rows = lines.children;
      up = rows.length ? (top - first) * rows[0].getBoundingClientRect().height : 0;
      // At the end its last line is at the bottom, however tall lines are.
      if (top >= last()) up = Math.max(0, lines.offsetHeight - box.clientHeight);
    }
    lines.style.transform = `translateY(${box.scrollTop - up}px)`;
  }

  /** @param {number} line */
  function jump(line) {
    marked = Math.min(Math.max(1, line), total);
    top = marked - 1 - Math.floor(visible() / 3);
    stick(false);
    atHit();
    draw();
  }

  /** Whether the end is always shown. @param {boolean} on */
  function stick(on) {
    if (!following) return;
    following.checked = on && !over;
  }

  let looking = false;
  let again = false;
  async function grown() {
    if (looking) { again = true; return; }
    looking = true;
    do {
      again = false;
      try {
        // The line that was the last may have become longer.
        const known = Math.max(1, total);
        await fetchFrom(known, following?.checked ? WINDOW : 1);
        if (following?.checked && !row(total)) await fetchFrom(Math.max(1, total - WINDOW + 1));
      } catch { again = !over; }
      if (following?.checked) top = last();
      draw();
      await new Promise((done) => setTimeout(done, PAUSE));
    } while (again);
    looking = false;
    if (over) ended();
  }

  function ended() {
    source?.close();
    source = null;
    if (following) { following.checked = false; following.disabled = true; }
  }

  // A connection for each log that is written while somebody looks at it, and for no other.
  function listen() {
    const wanted = following && !over && document.visibilityState === 'visible';
    if (wanted && !source) {
      source = follow(`${following.dataset.stream}&from=${position}`, (isOver) => {
        over ||= isOver;
        grown();
      });
    }
    if (!wanted && source) { source.close(); source = null; }
  }

  function hashed() {
    const line = Number(location.hash.match(/^#L(\d+)$/)?.[1]);
    if (line) jump(line);
    return Boolean(line);
  }

  /** Goes to the line that was found next, and around the ends. @param {number} step */
  function toHit(step) {
    const hits = [...document.querySelectorAll('.hits a[data-line]')];
    const lineOf = (/** @type {Element} */ hit) => Number(/** @type {HTMLElement} */ (hit).dataset.line);
    const next = step > 0 ? hits.findIndex((hit) => lineOf(hit) > marked) : hits.findLastIndex((hit) => lineOf(hit) < marked);
    const hit = hits.at(next < 0 && step > 0 ? 0 : next);
    history.replaceState(null, '', `#L${lineOf(hit)}`);
    jump(lineOf(hit));
    hit.parentElement.scrollIntoView({ block: 'nearest' });
  }

  /** Says which of the lines that were found is looked at. */
  function atHit() {
    const place = document.getElementById('hit-at');
    const hits = [...document.querySelectorAll('.hit')];
    hits.forEach((hit) => hit.classList.toggle('on', hit.querySelector('a').dataset.line === String(marked)));
    const at = hits.findIndex((hit) => hit.classList.contains('on'));
    if (place) place.textContent = at < 0 ? '' : `${at + 1} / ${hits.length}`;
  }

  const scroll = (/** @type {number} */ by) => {
    top += by;
    const end = top >= last();
    if (by < 0) stick(false);
    else if (end && following && !following.checked) stick(true);
    draw();
  };

  const atEnd = box.classList.contains('tail');
  keep(lines);
  lines.replaceChildren();
  room.className = 'room';
  box.append(room);
  box.classList.remove('tail');
  box.classList.add('live');
  document.querySelectorAll('.logbar [hidden]').forEach((label) => { /** @type {HTMLElement} */ (label).hidden = false; });

  box.addEventListener('scroll', () => {
    if (Math.abs(box.scrollTop - set) < 1) return;
    const before = top;
    top = isCapped() ? (reach() > 0 ? (box.scrollTop / reach()) * last() : 0) : box.scrollTop / LINE;
    if (top < before - 0.5) stick(false);
    else if (top >= last() - 0.5) stick(true);
    draw();
  });
  box.addEventListener('wheel', (event) => {
    // In a log that is mapped a notch of the wheel would be a leap.
    if (!isCapped() || event.ctrlKey || Math.abs(event.deltaX) > Math.abs(event.deltaY)) return;
    event.preventDefault();
    scroll(event.deltaMode === 1 ? event.deltaY : event.deltaY / LINE);
  }, { passive: false });
  box.addEventListener('keydown', (event) => {
    const steps = { ArrowDown: 1, ArrowUp: -1, PageDown: visible() - 2, PageUp: 2 - visible(), Home: -total, End: total };
    const step = steps[/** @type {keyof typeof steps} */ (event.key)];
    if (step === undefined || event.altKey || event.metaKey) return;
    event.preventDefault();
    scroll(step);
  });
  wrap.addEventListener('change', () => { box.classList.toggle('wrap', wrap.checked); set = -1; draw(); });
  following?.addEventListener('change', () => {
    if (following.checked) { top = last(); grown(); }
    draw();
  });
  document.addEventListener('visibilitychange', () => { listen(); if (source) grown(); });
  new ResizeObserver(draw).observe(box);
  window.addEventListener('hashchange', hashed);
  document.getElementById('log-jump').addEventListener('submit', (event) => {
    const line = Number(new FormData(/** @type {HTMLFormElement} */ (event.target)).get('line'));
    // What is no line of the log, the server has an answer to.
    if (!Number.isInteger(line) || line < 1 || line > total) return;
    event.preventDefault();
    history.replaceState(null, '', `#L${line}`);
    jump(line);
  });
  const places = { first: () => -total, previous: () => -WINDOW, next: () => WINDOW, last: () => total };
  document.addEventListener('click', (event) => {
    const link = /** @type {HTMLElement} */ (event.target).closest('a');
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    const place = places[/** @type {keyof typeof places} */ (link.dataset.to)];
    if (link.dataset.hit) {
      event.preventDefault();
      toHit(Number(link.dataset.hit));
      return;
    }
    const line = Number(link.dataset.line ?? (link.matches('.ln .no') ? link.textContent : 0));
    if (!place && !line) return;
    event.preventDefault();
    if (place) scroll(place());
    else { history.replaceState(null, '', `#L${line}`); jump(line); }
    box.focus({ preventScroll: true });
  });
  if (!hashed()) {
    const asked = Number(lines.dataset.first);
    top = atEnd ? last() : asked - 1;
  }
  draw();
  listen();
}
