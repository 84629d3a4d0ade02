// Shortcuts of the keyboard (/help lists them). Off while a field has the focus, and with a modifier: then
// keys are what the browser makes of them.

/** Where `g` and a second key lead. @type {Record<string, string>} */
const PLACES = { h: '/', p: '/pipelines', g: '/graphs', i: '/inbox', j: '/journal', s: '/system' };
/** How long the second key may take, in milliseconds. */
const PAUSE = 1500;

/** When `g` was pressed, by the clock of the page, which begins at 0. */
const NEVER = -Infinity;
let asked = NEVER;

/** Somebody writes there. @param {EventTarget | null} target */
function isField(target) {
  return target instanceof HTMLElement
    && (target.isContentEditable || target.matches('input, select, textarea, [role="textbox"]'));
}

/** Moves the focus to the next or the previous row that leads somewhere. @param {number} step */
function go(step) {
  const rows = [...document.querySelectorAll('main table.rows tbody tr')].filter((row) => row.querySelector('a'));
  const here = rows.findIndex((row) => row.contains(document.activeElement));
  const next = here < 0 ? (step > 0 ? 0 : rows.length - 1) : here + step;
  /** @type {HTMLElement | null | undefined} */
  const link = rows[next]?.querySelector('a');
  link?.focus();
  link?.scrollIntoView({ block: 'nearest' });
}

/** The field in which this page searches; pages without one leave it to the list of pipelines. */
function search() {
  /** @type {HTMLElement | null} */
  const field = document.querySelector('main input[type="search"]') ?? document.getElementById('find');
  if (field) field.focus();
  else location.assign('/pipelines');
}

document.addEventListener('keydown', (event) => {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || isField(event.target)) return;
  const place = event.timeStamp - asked < PAUSE ? PLACES[event.key] : undefined;
  asked = NEVER;
  if (place) location.assign(place);
  else if (event.key === 'g') asked = event.timeStamp;
  else if (event.key === 'j') go(1);
  else if (event.key === 'k') go(-1);
  else if (event.key === '/') search();
  else if (event.key === '?') location.assign('/help');
  else return;
  event.preventDefault();
});
