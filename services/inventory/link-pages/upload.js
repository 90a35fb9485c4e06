/**
 * Makes the upload form pleasant: drop, paste, progress, and the answer in place. Without it the form works as it is.
 * Listens on the document, because answers bring a form of their own.
 */
document.documentElement.classList.add('script');

const formOf = () => document.querySelector('form.upload');
const fileOf = (form) => form.elements.file.files[0];

const say = (form, text) => {
  form.querySelector('.wrong').textContent = text;
};

/** `120 kB`, in the page's language */
const sizeOf = ({ size }) =>
  new Intl.NumberFormat(document.documentElement.lang, {
    style: 'unit',
    unit: 'kilobyte',
    unitDisplay: 'short',
  }).format(Math.max(1, Math.round(size / 1000)));

const choose = (form, files) => {
  if (files.length > 1) return say(form, form.dataset.oneFile);
  const one = new DataTransfer();
  one.items.add(files[0]);
  form.elements.file.files = one.files;
  showChosen(form);
  form.elements.file.focus();
};

/** A file and a typed code exclude each other: the later one counts. */
const showChosen = (form) => {
  const file = fileOf(form);
  form.querySelector('#chosen').textContent = file ? `${file.name} (${sizeOf(file)})` : '';
  if (file) form.elements.activationCode.value = '';
  say(form, file && file.size > form.dataset.largestBytes ? form.dataset.tooLarge : '');
};

document.addEventListener('change', ({ target }) => {
  if (target.matches('form.upload [type=file]')) showChosen(target.form);
});

document.addEventListener('input', ({ target }) => {
  if (!target.matches('form.upload textarea') || target.value.trim() === '') return;
  target.form.elements.file.value = '';
  showChosen(target.form);
});

const holdsFiles = ({ dataTransfer }) => formOf() !== null && dataTransfer?.types.includes('Files');
const markDrop = (on) => document.querySelector('.drop')?.classList.toggle('over', on);

// The whole page takes what is dropped: beside the form, the browser would open the file and leave the page.
document.addEventListener('dragover', (event) => {
  if (!holdsFiles(event)) return;
  event.preventDefault();
  markDrop(true);
});
document.addEventListener('dragleave', ({ relatedTarget }) => {
  if (relatedTarget === null) markDrop(false);
});
document.addEventListener('drop', (event) => {
  if (!holdsFiles(event)) return;
  event.preventDefault();
  markDrop(false);
  choose(formOf(), event.dataTransfer.files);
});

document.addEventListener('paste', (event) => {
  const form = formOf();
  if (form === null) return;
  const { files } = event.clipboardData;
  if (files.length > 0) {
    event.preventDefault();
    return choose(form, files);
  }
  const text = event.clipboardData.getData('text').trim();
  if (text === '' || event.target.matches?.('input, textarea')) return;
  event.preventDefault();
  const { activationCode } = form.elements;
  activationCode.closest('details').open = true;
  activationCode.value = text;
  activationCode.dispatchEvent(new Event('input', { bubbles: true }));
  activationCode.focus();
});

document.addEventListener('submit', (event) => {
  const form = event.target;
  if (!form.matches('form.upload')) return;
  event.preventDefault();
  if (form.getAttribute('aria-busy') === 'true') return;
  const file = fileOf(form);
  if (file && file.size > form.dataset.largestBytes) return say(form, form.dataset.tooLarge);
  if (!file && form.elements.activationCode.value.trim() === '') return say(form, form.dataset.nothing);
  send(form);
});

const send = (form) => {
  const request = new XMLHttpRequest();
  const meter = document.createElement('progress');
  const phase = document.createElement('span');
  const end = (text) => {
    form.removeAttribute('aria-busy');
    form.querySelector('.progress').replaceChildren();
    say(form, text);
  };
  say(form, '');
  form.setAttribute('aria-busy', 'true');
  phase.textContent = form.dataset.sending;
  meter.setAttribute('aria-label', form.dataset.sending);
  form.querySelector('.progress').replaceChildren(phase, meter);

  request.open('POST', form.action);
  request.responseType = 'document';
  // Left to itself, a script is taken for a program and answered in JSON.
  request.setRequestHeader('accept', 'text/html');
  request.upload.addEventListener('progress', ({ loaded, total }) => {
    meter.max = total;
    meter.value = loaded;
  });
  request.upload.addEventListener('load', () => {
    meter.removeAttribute('value');
    meter.setAttribute('aria-label', form.dataset.reading);
    phase.textContent = form.dataset.reading;
  });
  request.addEventListener('error', () => end(form.dataset.lost));
  request.addEventListener('load', () => {
    const answer = request.response;
    const main = answer?.querySelector('main');
    // Something between us and the server has answered in its place.
    if (!main) return end(form.dataset.lost);
    document.title = answer.title;
    document.querySelector('main').replaceWith(main);
    keepEntered(form, formOf());
    main.querySelector('h1').focus();
    window.scrollTo(0, 0);
  });
  request.send(new FormData(form));
};

/** A typing error is corrected, not typed again. What was entered never comes back from the server. */
const keepEntered = (from, to) => {
  if (to === null) return;
  to.elements.activationCode.value = from.elements.activationCode.value;
  to.elements.confirmationCodeRequired.checked = from.elements.confirmationCodeRequired.checked;
};
