// A file that somebody chooses becomes the text of a form, which is what is sent.

for (const chooser of /** @type {NodeListOf<HTMLInputElement>} */ (document.querySelectorAll('input[type="file"][data-into]'))) {
  const into = document.getElementById(chooser.dataset.into ?? '');
  if (!(into instanceof HTMLTextAreaElement)) continue;
  if (chooser.parentElement) chooser.parentElement.hidden = false;
  chooser.addEventListener('change', async () => {
    const file = chooser.files?.[0];
    if (!file) return;
    into.value = await file.text();
    into.dispatchEvent(new Event('input'));
  });
}
