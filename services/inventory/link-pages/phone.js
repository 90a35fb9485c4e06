/** Copies what is to be entered by hand. Without this script it can be selected. */
document.documentElement.classList.add('script');

const SHOWN_MS = 2000;

document.addEventListener('click', ({ target }) => {
  const button = target.closest('[data-copies]');
  if (button !== null) void copy(button);
});

const copy = async (button) => {
  const value = document.getElementById(button.dataset.copies);
  window.getSelection().selectAllChildren(value);
  try {
    await navigator.clipboard.writeText(value.textContent);
  } catch {
    // Not everywhere, or not allowed: what is selected can be copied the old way.
    if (!document.execCommand('copy')) return;
  }
  const said = document.getElementById('said');
  const label = button.textContent;
  if (label === button.dataset.copied) return;
  button.textContent = button.dataset.copied;
  said.textContent = button.dataset.copied;
  setTimeout(() => {
    button.textContent = label;
    said.textContent = '';
  }, SHOWN_MS);
};
