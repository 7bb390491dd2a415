// Runs once in each of the page's HTML blocks; Gradio gives `element`, `trigger` and `watch`.
// Buttons carry their action in data-act; the server answers with new HTML in `value`.

const isWide = () => window.innerWidth > 860;
const openDetails = new Map(); // whether the visitor opened or closed a <details>, by data-key
let pressedKey = null; // data-key of the control that triggered the action
let screenId = null;

function act(payload, key) {
  pressedKey = key || null;
  trigger('act', { payload });
}

function restore() {
  element.querySelectorAll('details[data-key]').forEach((details) => {
    const isOpenByDefault = details.dataset.key === 'drawer' ? isWide() : details.open;
    details.open = openDetails.get(details.dataset.key) ?? isOpenByDefault;
  });
  const newScreenId = element.querySelector('[data-screen]')?.dataset.screen ?? null;
  const isOtherScreen = screenId !== null && newScreenId !== null && newScreenId !== screenId;
  screenId = newScreenId ?? screenId;
  if (isOtherScreen) {
    const heading = element.querySelector('h2');
    heading?.setAttribute('tabindex', '-1');
    heading?.focus({ preventScroll: true });
    (element.closest('#sw-main') ?? element).scrollIntoView({ block: 'start' });
  } else if (pressedKey) {
    const control = element.querySelector(`[data-key="${CSS.escape(pressedKey)}"]`);
    const message = element.querySelector('.sw-flash'); // the action may have removed its control
    message?.setAttribute('tabindex', '-1');
    (control ?? message)?.focus({ preventScroll: true });
  }
  pressedKey = null;
}

element.addEventListener('click', (event) => {
  const summary = event.target.closest('summary');
  if (summary) {
    openDetails.set(summary.parentElement.dataset.key, !summary.parentElement.open);
    return;
  }
  const button = event.target.closest('[data-act]');
  if (button) act({ ...button.dataset }, button.dataset.key);
});

element.addEventListener('change', (event) => {
  const { change, key } = event.target.dataset;
  const isTyped = event.target.type === 'text';
  if (change && (event.target.value || !isTyped)) act({ act: change, value: event.target.value }, key);
  if (change && isTyped) event.target.value = ''; // what was typed is now selected
  if (!('price' in event.target.dataset)) return;
  const payload = { act: 'price' };
  element.querySelectorAll('[data-price]').forEach((input) => (payload[input.name] = input.value));
  act(payload, key);
});

// A photo that cannot be loaded is removed; the tile under it says so. Errors do not bubble, so
// they are captured.
element.addEventListener('error', (event) => {
  if (event.target.tagName === 'IMG') event.target.remove();
}, true);

// Photos may be dropped or pasted anywhere on the page.
function addPhotos(files) {
  const input = document.querySelector('#sw-photo input[type=file]');
  const photos = [...(files ?? [])].filter((file) => file.type.startsWith('image/'));
  if (!input || !photos.length) return false;
  const transfer = new DataTransfer();
  photos.forEach((photo) => transfer.items.add(photo));
  input.files = transfer.files;
  input.dispatchEvent(new Event('change', { bubbles: true }));
  return true;
}

if (element.closest('#sw-query-images')) {
  document.addEventListener('dragover', (event) => event.preventDefault());
  document.addEventListener('drop', (event) => {
    if (!event.target.closest('#sw-photo') && addPhotos(event.dataTransfer?.files)) event.preventDefault();
  });
  document.addEventListener('paste', (event) => addPhotos(event.clipboardData?.files));
}

watch('value', restore);
restore();
