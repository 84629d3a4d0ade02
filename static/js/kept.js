// What somebody has typed into the form of a page and not sent yet is kept by this tab, so that a change of the language
// or the look, a session that ended or a server that was away takes nothing: it stands in the form again when the form is
// opened again. Never kept: secrets and files. A form says by `data-typed` at which address it is found, and
// `<main data-unsent>` that the page answers a form that was not taken.

/** @typedef {HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement} Field */
/** @typedef {{ values: [string, string | boolean][], sent: boolean, at: number }} Entry */

const PREFIX = 'trackyard.typed ';
/** @type {HTMLFormElement | null} */
const form = document.querySelector('form[data-typed]');
const place = decodeURIComponent(form?.dataset.typed ?? '');
const unsent = document.querySelector('main[data-unsent]') !== null && document.querySelector('[data-sent]') === null;
/** The form is on its way; it is left for good; what it holds is not wanted. */
let [sent, going, dropped] = [false, false, false];

/** @param {Field} field */
const isChoice = (field) => field instanceof HTMLInputElement && (field.type === 'checkbox' || field.type === 'radio');
/** @param {Field} field */
const isOurs = (field) => field.type === 'hidden' && 'kept' in field.dataset;

/** Each field under a name of its own, in the order of the form. @returns {[string, Field][]} */
function fields() {
  const counts = new Map();
  /** @type {[string, Field][]} */
  const found = [];
  for (const field of /** @type {Iterable<Field>} */ (/** @type {unknown} */ (form?.elements ?? []))) {
    if (!field.name || !field.matches('input, textarea, select') || /^(password|file|submit|button|image|reset)$/.test(field.type)) continue;
    if (field.type === 'hidden' && !isOurs(field)) continue;
    const name = isChoice(field) ? `${field.name}=${field.value}` : field.name;
    const count = (counts.get(name) ?? 0) + 1;
    counts.set(name, count);
    found.push([`${name} ${count}`, field]);
  }
  return found;
}

/** @param {Field} field @returns {string | boolean} */
const held = (field) => (isChoice(field) ? /** @type {HTMLInputElement} */ (field).checked : field.value);

/** Whether the field is as the server made it. @param {Field} field */
function isAsMade(field) {
  if (isOurs(field)) return true;
  if (field instanceof HTMLSelectElement) {
    const first = [...field.options].find((option) => option.defaultSelected) ?? field.options[0];
    return field.value === (first?.value ?? '');
  }
  if (isChoice(field)) return /** @type {HTMLInputElement} */ (field).checked === /** @type {HTMLInputElement} */ (field).defaultChecked;
  return field.value.replaceAll('\r\n', '\n') === field.defaultValue.replaceAll('\r\n', '\n');
}

/** Something in the form would be lost. */
const isTyped = () => unsent || fields().some(([, field]) => !isAsMade(field));

/** Tabs may have no room, or be forbidden to keep anything: then nothing is kept. @template T @param {() => T} work */
function tried(work) {
  try {
    return work();
  } catch {
    return undefined;
  }
}

/** @param {string} key @returns {Entry | undefined} */
const read = (key) => tried(() => JSON.parse(sessionStorage.getItem(key) ?? 'null') ?? undefined);
/** @param {string} key @param {Entry} entry */
const write = (key, entry) => tried(() => sessionStorage.setItem(key, JSON.stringify(entry)));
/** @param {string} key */
const drop = (key) => tried(() => sessionStorage.removeItem(key));
const keys = () => tried(() => Object.keys(sessionStorage).filter((key) => key.startsWith(PREFIX))) ?? [];

function keep() {
  if (!place || dropped) return;
  if (!isTyped()) {
    drop(PREFIX + place);
    return;
  }
  write(PREFIX + place, { values: fields().map(([name, field]) => [name, held(field)]), sent, at: Date.now() });
}

/** Puts the values back; whether anything differed. @param {Entry} entry */
function restore(entry) {
  const values = new Map(entry.values);
  let differed = false;
  for (const [name, field] of fields()) {
    const value = values.get(name);
    if (value === undefined || value === held(field)) continue;
    if (isChoice(field)) /** @type {HTMLInputElement} */ (field).checked = Boolean(value);
    else field.value = String(value);
    // What the form was made from is no text of anybody's.
    if (isOurs(field)) continue;
    differed = true;
    field.closest('details')?.setAttribute('open', '');
    field.dispatchEvent(new Event('input', { bubbles: true }));
  }
  return differed;
}

/** Says that values were put back, and lets somebody do without them. */
function tell() {
  const line = document.getElementById('kept');
  if (!line) return;
  line.hidden = false;
  const secrets = line.querySelector('span');
  if (secrets) secrets.hidden = !form?.querySelector('input[type="password"]');
  line.querySelector('button')?.addEventListener('click', () => {
    dropped = true;
    drop(PREFIX + place);
    location.reload();
  });
}

// What was on its way when this page came was taken, unless the page says that it was not, or somebody came back from one
// that the server did not make.
const [came] = /** @type {PerformanceNavigationTiming[]} */ (performance.getEntriesByType('navigation'));
for (const key of keys()) {
  const entry = read(key);
  if (!entry?.sent) continue;
  const back = came?.type === 'back_forward' && key === PREFIX + place;
  if (unsent || back) write(key, { ...entry, sent: false });
  else drop(key);
}

if (form && place) {
  const entry = read(PREFIX + place);
  // A form that was not taken comes back with what was sent, and knows what it is to be sent with now.
  if (entry && !unsent && restore(entry)) tell();
  form.addEventListener('input', () => { sent = false; });
  form.addEventListener('submit', (event) => {
    going = true;
    // A preview takes nothing.
    sent = !event.submitter?.hasAttribute('formaction');
    keep();
  });
  addEventListener('pagehide', keep);
  // A definition or a script is much work: whoever leaves it by another way than these is asked.
  if (form.querySelector('textarea.code')) {
    addEventListener('beforeunload', (event) => { if (!going && !dropped && isTyped()) event.preventDefault(); });
    for (const link of document.querySelectorAll('a[href^="/look?"]')) link.addEventListener('click', () => { going = true; });
  }
}

// Whoever signs out leaves nothing behind.
document.querySelector('form.out')?.addEventListener('submit', () => {
  dropped = true;
  keys().forEach(drop);
});

// A page that only says something leads back to the form.
const way = document.getElementById('unsent');
if (way) {
  const kept = keys().map((key) => ({ to: key.slice(PREFIX.length), at: read(key)?.at ?? 0 }));
  const newest = kept.sort((a, b) => b.at - a.at).find(({ to }) => /^\/(?!\/)/.test(to));
  const link = way.querySelector('a');
  if (newest && link) {
    link.href = newest.to;
    way.hidden = false;
  }
}
