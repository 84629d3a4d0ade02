// What somebody has typed into the form of a page and not sent yet is kept by this tab, so that a change of the language
// or the look, a session that ended or a server that was away takes nothing: it stands in the form again when the form is
// opened again. Never kept: secrets and files. A form says by `data-typed` at which address it is found, and
// `<main data-unsent>` that the page answers a form that was not taken.

/** @typedef {HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement} Field */
/**
 * What was typed: a name, the value, and what the field held before (null: nobody knows). `marks` tell which state of the
 * server it was typed into. `went` is the address of the page from which the form was sent, until that is answered, and
 * `sent` that an answer that is no refusal takes it. `chain`: entries of the same text, of forms that were refused.
 * @typedef {{ values: [string, string | boolean, string | boolean | null][], marks: [string, string][], went: string,
 *   sent: boolean, chain: string[], at: number }} Entry
 */

const PREFIX = 'trackyard.typed ';
/** @type {HTMLFormElement | null} */
const form = document.querySelector('form[data-typed]');
const place = decodeURIComponent(form?.dataset.typed ?? '');
const here = location.href.split('#')[0];
const unsent = document.querySelector('main[data-unsent]') !== null && document.querySelector('[data-sent]') === null;
/** The form is on its way; it is left for good; what it holds is not wanted. */
let [sent, going, dropped] = [false, false, false];
/** From where it went. */
let went = '';
/** @type {string[]} */
let chain = [];
/** What the fields held before they were typed into, as far as this page answers a form. @type {Map<string, string | boolean | null> | undefined} */
let before;

/** @param {Field} field */
const isChoice = (field) => field instanceof HTMLInputElement && (field.type === 'checkbox' || field.type === 'radio');
/** `data-kept` is `yes` of what says which state of the server the form was made from, `sent` of what makes a second press the same deed. @param {Field} field */
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

/** What the field held when the server made it. @param {Field} field @returns {string | boolean} */
function made(field) {
  if (field instanceof HTMLSelectElement) {
    const first = [...field.options].find((option) => option.defaultSelected) ?? field.options[0];
    return first?.value ?? '';
  }
  if (isChoice(field)) return /** @type {HTMLInputElement} */ (field).defaultChecked;
  if (field instanceof HTMLTextAreaElement) return field.defaultValue.replaceAll(/\r\n?/g, '\n');
  // A field leaves out what cannot stand in it, such as ends of lines.
  const plain = document.createElement('input');
  plain.type = field.type;
  plain.setAttribute('value', field.defaultValue);
  return plain.value;
}

/** @param {Field} field */
function isAsMade(field) {
  return isOurs(field) || held(field) === made(field);
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
  const known = before !== undefined;
  const typed = fields().filter(([name, field]) => !isOurs(field) && (!isAsMade(field) || (unsent && (!known || before?.has(name)))));
  if (typed.length === 0) {
    drop(PREFIX + place);
    return;
  }
  const was = (/** @type {string} */ name, /** @type {Field} */ field) => before?.get(name) ?? (unsent && !known ? null : made(field));
  write(PREFIX + place, {
    values: typed.map(([name, field]) => [name, held(field), was(name, field)]),
    marks: fields().filter(([, field]) => isOurs(field)).map(([name, field]) => [name, field.value]),
    went, sent, chain, at: Date.now(),
  });
}

/** Puts the values back; whether anything differed. @param {Entry} entry */
function restore(entry) {
  const now = new Map(fields());
  // Where nothing says which state of the server a form was made from, what has changed there since stays.
  const marked = [...now.values()].some((field) => isOurs(field) && field.dataset.kept === 'yes');
  let differed = false;
  for (const [name, value, was] of entry.values) {
    const field = now.get(name);
    if (!field || isOurs(field) || value === held(field) || (!marked && was !== null && was !== made(field))) continue;
    if (isChoice(field)) /** @type {HTMLInputElement} */ (field).checked = Boolean(value);
    else field.value = String(value);
    differed = true;
    field.closest('details')?.setAttribute('open', '');
    field.dispatchEvent(new Event('input', { bubbles: true }));
  }
  for (const [name, value] of differed ? entry.marks : []) {
    const field = now.get(name);
    // Whether what is on its way arrived is not known: the same deed is not done twice.
    if (field && (field.dataset.kept === 'yes' || entry.sent)) field.value = value;
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

// What went from the page before was taken, unless this one says that it was not. Of what went from elsewhere nobody knows.
const [came] = /** @type {PerformanceNavigationTiming[]} */ (performance.getEntriesByType('navigation'));
/** This page answers what went from there; some browsers do not say from where one comes. @param {string} from */
const answers = (from) => came?.type === 'navigate' && (document.referrer === from || (document.referrer === '' && came.redirectCount > 0));
for (const key of keys()) {
  const entry = read(key);
  if (!entry?.went || !answers(entry.went)) continue;
  if (unsent) {
    write(key, { ...entry, went: '', sent: false });
    before = new Map(entry.values.map(([name, , was]) => [name, was]));
    chain = [...entry.chain, key].filter((other) => other !== PREFIX + place);
  } else if (entry.sent) {
    [key, ...entry.chain].forEach(drop);
  }
}

if (form && place) {
  const entry = read(PREFIX + place);
  // A form that was not taken comes back with what was sent, and knows what it is to be sent with now.
  if (entry && !unsent && restore(entry)) tell();
  if (entry && !unsent) [chain, sent] = [entry.chain, entry.sent];
  form.addEventListener('input', () => { [sent, went] = [false, '']; });
  form.addEventListener('submit', (event) => {
    // A preview takes nothing.
    [going, went, sent] = [true, here, !event.submitter?.hasAttribute('formaction')];
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
