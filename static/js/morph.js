// Makes a part of a page like a newer one and touches nothing that is the same in both: focus, scroll, marked text
// and what somebody has opened stay as they are. What has an id is recognised by it wherever it has moved to.

/**
 * @param {Element} from what is shown
 * @param {Element} to what it has to be like; it belongs to another document
 */
export function morph(from, to) {
  // A script of the page looks after it.
  if (from.matches('[data-keep], figure.picture') || from.isEqualNode(to)) return;
  attributes(from, to);
  children(from, to);
}

/** @param {Element} from @param {Element} to */
function attributes(from, to) {
  const opened = (/** @type {string} */ name) => name === 'open' && from instanceof HTMLDetailsElement;
  for (const { name } of [...from.attributes]) {
    if (!to.hasAttribute(name) && !opened(name)) from.removeAttribute(name);
  }
  for (const { name, value } of to.attributes) {
    if (from.getAttribute(name) !== value && !opened(name)) from.setAttribute(name, value);
  }
}

/** @param {Node} node */
const id = (node) => (node instanceof Element ? node.id : '');

/** @param {Element} from @param {Element} to */
function children(from, to) {
  const wanted = new Set([...to.children].map(id));
  const known = new Map();
  for (const child of [...from.children]) {
    if (!child.id) continue;
    if (wanted.has(child.id)) known.set(child.id, child);
    else child.remove();
  }
  /** @type {ChildNode | null} */
  let here = from.firstChild;
  for (const next of [...to.childNodes]) {
    while (here && !id(here) && here.nodeName !== next.nodeName && !id(next)) {
      const past = here;
      here = here.nextSibling;
      past.remove();
    }
    const match = id(next) ? known.get(id(next)) : here && !id(here) ? here : null;
    if (!match || match.nodeName !== next.nodeName) {
      from.insertBefore(document.importNode(next, true), here);
      continue;
    }
    if (match === here) here = here.nextSibling;
    else move(from, match, here);
    if (match instanceof Element) morph(match, /** @type {Element} */ (next));
    else if (match.nodeValue !== next.nodeValue) match.nodeValue = next.nodeValue;
  }
  while (here) {
    const past = here;
    here = here.nextSibling;
    past.remove();
  }
}

/** @param {Element} parent @param {ChildNode} child @param {ChildNode | null} before */
function move(parent, child, before) {
  // Keeps the focus, where the browser can.
  if ('moveBefore' in parent) parent.moveBefore(child, before);
  else parent.insertBefore(child, before);
}
