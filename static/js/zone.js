// Tells the server in which time zone this browser is, so that pages have its times: once, and again when the browser is
// elsewhere. A zone that somebody chose stays. `data-zone` is the zone of the page, `data-guessed` that nobody has said one.

const TOLD = 'trackyard-zone';
const { zone: shown, guessed } = document.documentElement.dataset;
const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
const cookie = `trackyard_zone=${encodeURIComponent(zone ?? '')}`;
const has = () => document.cookie.split('; ').includes(cookie);

/** What this browser has told before; a browser that keeps nothing has told nothing. @returns {string | null} */
function told() {
  try { return localStorage.getItem(TOLD); } catch { return null; }
}

/** Whether somebody has typed, ticked or chosen something, or is about to. */
function isTouched() {
  const here = document.activeElement;
  if (here instanceof HTMLInputElement || here instanceof HTMLTextAreaElement || here instanceof HTMLSelectElement) return true;
  const chosen = (/** @type {HTMLOptionElement} */ option) => option.selected !== option.defaultSelected;
  for (const field of document.querySelectorAll('input, textarea, select')) {
    if (field instanceof HTMLTextAreaElement && field.value !== field.defaultValue) return true;
    if (field instanceof HTMLInputElement && (field.value !== field.defaultValue || field.checked !== field.defaultChecked)) return true;
    // Where no option is marked the browser chooses the first one.
    if (field instanceof HTMLSelectElement && [...field.options].some((option, at) => at > 0 && chosen(option))) return true;
  }
  return false;
}

// What is as it is because of the zone: moments, days of runs, a pipeline in time, the days of a filter.
const BY_ZONE = 'time, .heat, .gantt, input[name="since"]';

if (zone && zone !== shown && (guessed !== undefined || told() === shown) && !has()) {
  document.cookie = `${cookie}; Path=/; Max-Age=31536000; SameSite=Lax`;
  // Without cookies it would load for ever: one that was there before changed nothing.
  if (has()) {
    try { localStorage.setItem(TOLD, zone); } catch { /* It is told again when it is guessed again. */ }
    if (document.querySelector(BY_ZONE) && !isTouched()) location.reload();
  }
}
