// The picture of a graph: pans, zooms, walks along its edges, follows what runs. The picture itself is the
// server's and complete without this; what changes in it while it is shown is a class and a line of words.

const FAR = 0.4;
const LEAST = 0.05;
const MOST = 2;
const STEP = 1.25;
/** Pixels that a pointer moves before it is a drag and no click. */
const SLOP = 4;
/** Milliseconds between two times that the picture is fetched again. */
const PATIENCE = 1000;
const FAILED = ['failed', 'timeout', 'interrupted'];

const still = matchMedia('(prefers-reduced-motion: reduce)');

/** One picture on a page. */
class Dag {
  /** @param {HTMLElement} figure */
  constructor(figure) {
    this.figure = figure;
    /** @type {HTMLElement} */
    this.pane = figure.querySelector('.dag');
    this.scale = 1;
    this.follows = false;
    // Somebody chose what is seen: it stays when the page is loaded again.
    this.moved = false;
    this.words = new Map(figure.dataset.words.split(';').map((pair) => pair.split('=')));
    this.read();
    // What is beneath stays where it is when the picture becomes smaller.
    this.pane.style.minHeight = `${this.pane.clientHeight}px`;
    this.restore();
    this.listen();
    figure.querySelector('.dag-tools').hidden = false;
  }

  /** Reads cards and edges; those behind a dot are neighbours of those before it. */
  read() {
    /** @type {SVGSVGElement} */
    this.svg = this.pane.querySelector('svg');
    this.width = this.svg.viewBox.baseVal.width;
    this.height = this.svg.viewBox.baseVal.height;
    /** @type {SVGAElement[]} */
    this.cards = [...this.svg.querySelectorAll('a.v')];
    this.places = this.cards.map((card) => {
      const { e, f } = card.transform.baseVal.getItem(0).matrix;
      return { x: e, y: f };
    });
    this.tracks = new Map(this.cards.map((card, at) => [card.dataset.track, at]));
    this.lines = [...this.svg.querySelectorAll('path[data-t]')];
    const joined = this.lines.map((line) => [Number(line.dataset.t), Number(line.dataset.h)]);
    const heads = new Map();
    for (const [tail, head] of joined) heads.set(tail, [...(heads.get(tail) ?? []), head]);
    this.after = this.cards.map(() => []);
    this.before = this.cards.map(() => []);
    for (const [tail, head] of joined) {
      if (tail >= this.cards.length) continue;
      const reached = head < this.cards.length ? [head] : heads.get(head) ?? [];
      for (const to of reached) {
        this.after[tail].push(to);
        this.before[to].push(tail);
      }
    }
    this.current = Math.min(this.current ?? 0, this.cards.length - 1);
    // Tab reaches one card; arrows reach the others.
    this.cards.forEach((card, at) => card.setAttribute('tabindex', at === this.current ? '0' : '-1'));
  }

  /** @param {number} scale  @param {number} [x]  @param {number} [y] the point of the pane that stays */
  zoom(scale, x = this.pane.clientWidth / 2, y = this.pane.clientHeight / 2) {
    const to = Math.min(MOST, Math.max(LEAST, scale));
    const left = (this.pane.scrollLeft + x) / this.scale;
    const top = (this.pane.scrollTop + y) / this.scale;
    this.scale = to;
    this.svg.setAttribute('width', String(this.width * to));
    this.svg.setAttribute('height', String(this.height * to));
    this.pane.classList.toggle('far', to < FAR);
    this.pane.scrollTo({ left: left * to - x, top: top * to - y, behavior: 'instant' });
  }

  fit() {
    this.zoom(Math.min(1, this.pane.clientWidth / this.width, this.room() / this.height));
  }

  /** The height that the pane may have, which does not shrink with a picture that is zoomed out. */
  room() {
    return Math.max(this.pane.clientHeight, innerHeight * 0.6);
  }

  /** @param {number} at the number of a card, which comes to the middle of the pane */
  reveal(at, behavior = still.matches ? 'instant' : 'smooth') {
    const { x, y } = this.places[at];
    this.pane.scrollTo({
      left: (x + 92) * this.scale - this.pane.clientWidth / 2,
      top: (y + 22) * this.scale - this.pane.clientHeight / 2,
      behavior,
    });
  }

  /** @param {number} at */
  focus(at) {
    this.cards[this.current]?.setAttribute('tabindex', '-1');
    this.current = at;
    this.cards[at].setAttribute('tabindex', '0');
    this.cards[at].focus({ preventScroll: true });
    this.reveal(at);
  }

  /** @param {string[]} looks  @returns {number} the next card of these states after the current one, or -1 */
  next(looks) {
    const is = (at) => looks.some((look) => this.cards[at].classList.contains(`s-${look}`));
    const order = this.cards.map((_, nth) => (this.current + 1 + nth) % this.cards.length);
    return order.find(is) ?? -1;
  }

  /** The card that an arrow leads to: along an edge to the nearest column, there to the nearest; up and down in its own. */
  step(key) {
    const here = this.places[this.current];
    const far = (at) => Math.abs(this.places[at].x - here.x) * 1000 + Math.abs(this.places[at].y - here.y);
    const column = () => this.cards.map((_, at) => at).filter((at) => this.places[at].x === here.x);
    const ways = {
      ArrowRight: () => this.after[this.current],
      ArrowLeft: () => this.before[this.current],
      ArrowDown: () => column().filter((at) => this.places[at].y > here.y),
      ArrowUp: () => column().filter((at) => this.places[at].y < here.y),
    };
    return ways[key]().reduce((best, at) => (best < 0 || far(at) < far(best) ? at : best), -1);
  }

  /** @param {string} key  @returns {boolean} whether it has a meaning here */
  press(key) {
    if (key === '+' || key === '=') this.zoom(this.scale * STEP);
    else if (key === '-') this.zoom(this.scale / STEP);
    else if (key === '0') this.fit();
    else if (key === 'n') this.go(FAILED);
    else if (key === 'f') this.follow(!this.follows);
    else return false;
    return true;
  }

  go(looks) {
    const at = this.next(looks);
    if (at < 0) return;
    // From far away a card cannot be read.
    if (this.scale < FAR) this.zoom(1);
    this.focus(at);
  }

  /** @param {boolean} follows */
  follow(follows) {
    this.follows = follows;
    this.figure.querySelector('[data-act="f"]')?.setAttribute('aria-pressed', String(follows));
    const at = this.next(['running']);
    if (follows && at >= 0) this.reveal(at);
  }

  listen() {
    const { pane } = this;
    this.figure.addEventListener('click', (event) => {
      const act = event.target.closest('[data-act]')?.dataset.act;
      if (act) this.press(act);
    });
    this.figure.addEventListener('keydown', (event) => {
      if (event.ctrlKey || event.metaKey || event.altKey) return;
      const arrow = event.key.startsWith('Arrow') && pane.contains(event.target);
      if (arrow) {
        // The pane itself leads to the current card first.
        const at = event.target === pane ? this.current : this.step(event.key);
        if (at >= 0) this.focus(at);
      } else if (event.key === 'Enter' && event.target === pane) {
        this.cards[this.current]?.dispatchEvent(new MouseEvent('click', { bubbles: true, cancelable: true }));
      } else if (!this.press(event.key.toLowerCase())) {
        return;
      }
      event.preventDefault();
    });
    pane.addEventListener('wheel', (event) => {
      if (!event.ctrlKey) return;
      event.preventDefault();
      const box = pane.getBoundingClientRect();
      this.zoom(this.scale * STEP ** -Math.sign(event.deltaY), event.clientX - box.left, event.clientY - box.top);
    }, { passive: false });
    this.drag();
    for (const kind of ['pointerdown', 'wheel', 'keydown', 'touchstart']) {
      this.figure.addEventListener(kind, () => { this.moved = true; }, { passive: true });
    }
    addEventListener('hashchange', () => this.target());
    addEventListener('pagehide', () => this.keep());
  }

  /** A mouse drags; a finger scrolls as everywhere. */
  drag() {
    const { pane } = this;
    let from = null;
    let dragged = false;
    pane.addEventListener('dragstart', (event) => event.preventDefault());
    pane.addEventListener('pointerdown', (event) => {
      dragged = false;
      if (event.pointerType !== 'mouse' || event.button !== 0) return;
      from = { x: event.clientX + pane.scrollLeft, y: event.clientY + pane.scrollTop, id: event.pointerId };
    });
    pane.addEventListener('pointermove', (event) => {
      if (!(event.buttons & 1)) from = null;
      if (!from || event.pointerId !== from.id) return;
      const [left, top] = [from.x - event.clientX, from.y - event.clientY];
      if (!dragged && Math.hypot(left - pane.scrollLeft, top - pane.scrollTop) < SLOP) return;
      if (!dragged) pane.setPointerCapture(from.id);
      dragged = true;
      pane.classList.add('drag');
      pane.scrollTo({ left, top, behavior: 'instant' });
    });
    for (const end of ['pointerup', 'pointercancel']) {
      pane.addEventListener(end, () => {
        from = null;
        pane.classList.remove('drag');
      });
    }
    pane.addEventListener('click', (event) => {
      // The end of a drag opens nothing; Enter, which is a click without a press, does.
      if (dragged && event.detail > 0) event.preventDefault();
    }, true);
  }

  /** @returns {boolean} whether the address names a card of this picture */
  target() {
    const at = this.cards.findIndex((card) => card.id && `#${card.id}` === location.hash);
    if (at < 0) return false;
    if (this.scale < FAR) this.zoom(1);
    this.focus(at);
    return true;
  }

  /** Under which what is looked at is kept: another detail is another picture. */
  key() {
    return `dag ${location.pathname}${location.search}`;
  }

  /** What was looked at before the page was loaded again, else the card that the server names. */
  restore() {
    let kept = null;
    try {
      kept = JSON.parse(sessionStorage.getItem(this.key()));
    } catch {
      // A browser that keeps nothing begins anew.
    }
    if (kept?.hash === location.hash) {
      this.zoom(kept.scale);
      this.pane.scrollTo({ left: kept.left, top: kept.top, behavior: 'instant' });
      this.moved = true;
      if (kept.follows) this.follow(true);
      return;
    }
    if (location.hash && this.target()) return;
    const at = this.cards.findIndex((card) => `v${card.dataset.vertex}` === this.figure.dataset.first);
    if (at < 0) return;
    this.current = at;
    this.reveal(at, 'instant');
  }

  keep() {
    const { scrollLeft: left, scrollTop: top } = this.pane;
    if (!this.moved) return;
    const kept = { scale: this.scale, left, top, follows: this.follows, hash: location.hash };
    try {
      sessionStorage.setItem(this.key(), JSON.stringify(kept));
    } catch {
      // A browser that keeps nothing begins anew.
    }
  }

  /** @param {string} track  @param {string} look  @param {string} [note] the second line */
  patch(track, look, note) {
    const at = this.tracks.get(track);
    if (at === undefined) {
      // One of several on a card, or of none here.
      this.later();
      return;
    }
    const card = this.cards[at];
    const word = this.words.get(look) ?? look;
    const kept = [...card.classList].filter((name) => !name.startsWith('s-'));
    card.setAttribute('class', [...kept, `s-${look}`].join(' '));
    card.querySelector('use').setAttribute('href', `#i-${look}`);
    card.querySelector('.note').textContent = note ?? word;
    const name = card.querySelector('.name').textContent;
    card.querySelector('title').textContent = `${name}: ${note ?? word}`;
    for (const line of this.lines) {
      if (Number(line.dataset.t) === at) line.setAttribute('class', `e e-${look}`);
    }
    if (this.follows && look === 'running') this.reveal(at);
    this.later();
  }

  /** Fetches the picture again some time after a change, once for many: counts, and cards of several tracks. */
  later() {
    this.timer ??= setTimeout(() => this.fetch(), PATIENCE);
  }

  async fetch() {
    if (this.fetching || !this.figure.dataset.part) return;
    this.fetching = true;
    clearTimeout(this.timer);
    this.timer = undefined;
    try {
      const answer = await fetch(this.figure.dataset.part);
      if (answer.ok) this.show(await answer.text());
    } catch {
      // What comes next over the stream asks again.
    }
    this.fetching = false;
  }

  /** @param {string} html the picture as the server draws it now */
  show(html) {
    const made = new DOMParser().parseFromString(html, 'text/html');
    const [svg, bar] = [made.querySelector('.dag > svg'), made.querySelector('.dag-bar')];
    if (!svg || !bar) return;
    const focused = this.pane.contains(document.activeElement) && document.activeElement !== this.pane;
    const { scrollLeft: left, scrollTop: top } = this.pane;
    this.svg.replaceWith(document.importNode(svg, true));
    const jumps = [...bar.querySelectorAll('.jump')].map((jump) => document.importNode(jump, true));
    this.figure.querySelectorAll('.jump').forEach((jump) => jump.remove());
    this.figure.querySelector('.dag-bar').prepend(...jumps);
    this.read();
    this.zoom(this.scale);
    this.pane.scrollTo({ left, top, behavior: 'instant' });
    if (focused) this.cards[this.current].focus({ preventScroll: true });
  }
}

const pictures = [...document.querySelectorAll('figure.picture')].map((figure) => new Dag(figure));

/**
 * A track has changed: its card looks like its state at once; what stands for several is fetched again.
 * @param {number|string} track
 * @param {string} state `failed`, or `FAILED` as the stream says it; `timeout` for one that ran out of time
 * @param {string} [note] the second line of its card; without it the word of the state
 */
export function patch(track, state, note) {
  for (const picture of pictures) picture.patch(String(track), state.toLowerCase(), note);
}

/** Everything may have changed: after a gap of the stream. */
export function refresh() {
  for (const picture of pictures) picture.fetch();
}
