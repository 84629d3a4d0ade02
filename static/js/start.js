// A field that leaves only those groups of a long form in sight whose vertex or inputs have a text. What is wrong or
// still empty stays what it is: nothing is opened, closed or changed.

const field = /** @type {HTMLInputElement | null} */ (document.getElementById('sieve'));
if (field?.parentElement) {
  field.parentElement.hidden = false;
  const groups = /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll('details.group'));
  /** @param {Element} group */
  const text = (group) => [...group.querySelectorAll('summary, label, legend')].map((part) => part.textContent).join(' ').toLowerCase();
  const texts = [...groups].map(text);
  const sift = () => {
    const wanted = field.value.trim().toLowerCase();
    groups.forEach((group, i) => { group.hidden = !texts[i].includes(wanted); });
  };
  field.addEventListener('input', sift);
  // Enter would start the pipeline.
  field.addEventListener('keydown', (event) => { if (event.key === 'Enter') event.preventDefault(); });
  if (field.value) sift();
}
