// What somebody has ticked in a list stays ticked when they let it show what is new, as far as the rows are still there.

const KEPT = 'trackyard-ticks';
const list = document.querySelector('[data-rows]');

/** The boxes of the list. @returns {HTMLInputElement[]} */
const boxes = () => [...(list?.querySelectorAll('input[type="checkbox"]') ?? [])].filter((box) => box instanceof HTMLInputElement);
/** The field with the word for what is to be done. */
const word = () => /** @type {HTMLSelectElement | null} */ (document.querySelector('#many select'));

function keep(/** @type {string} */ href) {
  const ticked = boxes().filter((box) => box.checked).map((box) => box.value);
  sessionStorage.setItem(KEPT, JSON.stringify({ href, ticked, word: word()?.value }));
}

function restore() {
  const kept = JSON.parse(sessionStorage.getItem(KEPT) ?? 'null');
  sessionStorage.removeItem(KEPT);
  // The browser went elsewhere.
  if (kept?.href !== location.href) return;
  for (const box of boxes()) if (kept.ticked.includes(box.value)) box.checked = true;
  const field = word();
  if (field && [...field.options].some(({ value }) => value === kept.word)) field.value = kept.word;
}

/** A browser that keeps nothing loses the ticks, and nothing else. @param {() => void} deed */
function perhaps(deed) {
  try { deed(); } catch (why) { if (!(why instanceof DOMException || why instanceof SyntaxError)) throw why; }
}

document.addEventListener('click', (event) => {
  const link = event.target instanceof Element ? event.target.closest('a.newer') : null;
  // In another tab nothing has been ticked.
  const here = event.button === 0 && !event.ctrlKey && !event.metaKey && !event.shiftKey && !event.altKey;
  if (list && here && link instanceof HTMLAnchorElement) perhaps(() => keep(link.href));
});
perhaps(restore);
