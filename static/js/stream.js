// One stream of what changes (docs/live.md), which comes back by itself after a break.

/** @typedef {{kind: string, p?: number, t?: number, s?: string, a?: number, end?: boolean}} News */

/** How long to wait before a stream that was refused is asked for again, and how long at most. */
const [SOON, LATEST] = [1_000, 30_000];

export class Stream {
  /** @type {EventSource | null} */
  #source = null;
  #last = 0;
  #wait = SOON;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #again;
  /** Whether the server is heard; before it was tried it is not said to be away. */
  up = true;

  /**
   * @param {(news: News) => void} tell what has changed
   * @param {(up: boolean) => void} stand whether the server is heard
   */
  constructor(tell, stand) {
    this.tell = tell;
    this.stand = stand;
  }

  /**
   * Begins to listen, unless it does already.
   * @param {number} after the entry of the journal that the caller knows
   * @returns {boolean} whether the caller has missed something
   */
  open(after) {
    if (this.#source || this.#again) return this.#last > after;
    this.#last = after;
    this.#listen();
    return false;
  }

  close() {
    clearTimeout(this.#again);
    this.#source?.close();
    this.#source = null;
    this.#again = undefined;
  }

  #listen() {
    this.#again = undefined;
    const source = new EventSource(`/api/v1/stream?after=${this.#last}`);
    this.#source = source;
    source.onopen = () => {
      this.#wait = SOON;
      this.#stands(true);
    };
    source.onerror = () => {
      this.#stands(false);
      // The browser comes back by itself, but not where it was refused.
      if (source.readyState !== EventSource.CLOSED) return;
      source.close();
      this.#source = null;
      this.#again = setTimeout(() => this.#listen(), this.#wait);
      this.#wait = Math.min(this.#wait * 2, LATEST);
    };
    for (const kind of ['track', 'pipeline', 'removed', 'reload']) {
      source.addEventListener(kind, (event) => {
        this.#last = Number(event.lastEventId) || this.#last;
        this.tell({ ...JSON.parse(event.data), kind });
      });
    }
  }

  /** @param {boolean} up */
  #stands(up) {
    this.up = up;
    this.stand(up);
  }
}

/**
 * Whether somebody who watches a pipeline (0: all of them) wants to know it.
 * @param {News} news
 * @param {number} watched
 */
export const concerns = (news, watched) => watched === 0 || news.kind === 'reload' || news.p === watched;
