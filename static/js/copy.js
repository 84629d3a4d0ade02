// Buttons that copy a text of this page, named by its id, or of the server, named by its path. Without HTTPS
// browsers have no clipboard to write to: then the text is in a field and selected, from which it is copied the
// old way or by hand.

for (const button of /** @type {NodeListOf<HTMLButtonElement>} */ (document.querySelectorAll('button[data-copy]'))) {
  const from = button.dataset.copy ?? '';
  button.hidden = false;
  button.addEventListener('click', async () => {
    const text = from.startsWith('/') ? await fetched(from) : document.getElementById(from)?.textContent;
    if (text == null) return;
    const done = navigator.clipboard
      ? await navigator.clipboard.writeText(text).then(() => true, () => false)
      : false;
    if (done || selected(button, text)) button.textContent = button.dataset.copied ?? button.textContent;
  });
}

/** @param {string} path */
async function fetched(path) {
  const answer = await fetch(path);
  return answer.ok ? answer.text() : undefined;
}

/** @param {HTMLElement} button @param {string} text */
function selected(button, text) {
  const place = button.parentElement;
  const field = place.querySelector('textarea') ?? place.appendChild(document.createElement('textarea'));
  field.readOnly = true;
  field.className = 'code';
  field.rows = 6;
  field.value = text;
  field.focus();
  field.select();
  return document.execCommand('copy');
}
