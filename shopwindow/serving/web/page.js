// Runs once in each of the page's HTML parts; Gradio gives `element`, `trigger` and `watch`.
// Buttons carry what they do in data-act; the answer arrives as new HTML in `value`.

const isWide = () => window.innerWidth > 860;
const opened = new Map(); // which <details> the visitor opened or closed, by data-key
let pressed = null; // data-key of what had the focus when the visitor acted
let screen = null;

function act(what, key) {
  pressed = key || null;
  trigger('act', { what });
}

function restore() {
  element.querySelectorAll('details[data-key]').forEach((each) => {
    const usual = each.dataset.key === 'drawer' ? isWide() : each.open;
    each.open = opened.get(each.dataset.key) ?? usual;
  });
  const now = element.querySelector('[data-screen]')?.dataset.screen ?? null;
  const isOther = screen !== null && now !== null && now !== screen;
  screen = now ?? screen;
  if (isOther) {
    const heading = element.querySelector('h2');
    heading?.setAttribute('tabindex', '-1');
    heading?.focus({ preventScroll: true });
    (element.closest('#sw-main') ?? element).scrollIntoView({ block: 'start' });
  } else if (pressed) {
    const same = element.querySelector(`[data-key="${CSS.escape(pressed)}"]`);
    const told = element.querySelector('.sw-effect'); // what was pressed may be gone by its own doing
    told?.setAttribute('tabindex', '-1');
    (same ?? told)?.focus({ preventScroll: true });
  }
  pressed = null;
}

element.addEventListener('click', (event) => {
  const summary = event.target.closest('summary');
  if (summary) {
    opened.set(summary.parentElement.dataset.key, !summary.parentElement.open);
    return;
  }
  const button = event.target.closest('[data-act]');
  if (button) act({ ...button.dataset }, button.dataset.key);
});

element.addEventListener('change', (event) => {
  const { change, key } = event.target.dataset;
  const isTyped = event.target.type === 'text';
  if (change && (event.target.value || !isTyped)) act({ act: change, value: event.target.value }, key);
  if (change && isTyped) event.target.value = ''; // what was typed is now chosen
  if (!('price' in event.target.dataset)) return;
  const what = { act: 'price' };
  element.querySelectorAll('[data-price]').forEach((each) => (what[each.name] = each.value));
  act(what, key);
});

// A photo that cannot be loaded leaves the tile that says so. Errors do not bubble: capture them.
element.addEventListener('error', (event) => {
  if (event.target.tagName === 'IMG') event.target.remove();
}, true);

// Photos may be dropped or pasted anywhere on the page.
function give(files) {
  const input = document.querySelector('#sw-photo input[type=file]');
  const photos = [...(files ?? [])].filter((each) => each.type.startsWith('image/'));
  if (!input || !photos.length) return false;
  const carrier = new DataTransfer();
  photos.forEach((each) => carrier.items.add(each));
  input.files = carrier.files;
  input.dispatchEvent(new Event('change', { bubbles: true }));
  return true;
}

if (element.closest('#sw-given')) {
  document.addEventListener('dragover', (event) => event.preventDefault());
  document.addEventListener('drop', (event) => {
    if (!event.target.closest('#sw-photo') && give(event.dataTransfer?.files)) event.preventDefault();
  });
  document.addEventListener('paste', (event) => give(event.clipboardData?.files));
}

watch('value', restore);
restore();
