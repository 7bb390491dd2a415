
// Suggestions under the query box: an ARIA combobox over Gradio's own text field. Typing never
// waits: the list is asked for when the fingers rest, and only the answer to the last text counts.
const PAUSE_MS = 150;
const field = () => document.querySelector('#sw-box textarea, #sw-box input');
const list = () => element.querySelector('#sw-suggestions');
let timer = 0;
let asking = null; // the request that is under way
let found = [];
let at = -1; // place of the marked suggestion

function close() {
  clearTimeout(timer);
  asking?.abort();
  asking = null;
  found = [];
  draw();
}

function mark(place) {
  at = place;
  list()?.querySelectorAll('li').forEach((each, n) => each.setAttribute('aria-selected', String(n === at)));
  const box = field();
  if (at < 0) box?.removeAttribute('aria-activedescendant');
  else box?.setAttribute('aria-activedescendant', `sw-suggestion-${at}`);
}

function part(name, text) {
  const made = document.createElement(name);
  made.textContent = text;
  made.dir = 'auto';
  return made;
}

function draw() {
  const shown = list();
  if (!shown) return;
  shown.replaceChildren(...found.map((each, place) => {
    const line = document.createElement('li');
    line.id = `sw-suggestion-${place}`;
    line.setAttribute('role', 'option');
    line.dataset.place = String(place);
    line.append(part('bdi', each.kind === 'word' ? each.text : each.value));
    const about = shown.dataset[each.kind];
    if (about) line.append(part('small', about));
    return line;
  }));
  shown.hidden = found.length === 0;
  field()?.setAttribute('aria-expanded', String(!shown.hidden));
  mark(-1);
}

async function ask(text) {
  asking?.abort();
  const mine = asking = new AbortController();
  try {
    const { route, merchants } = list().dataset;
    const asked = new URLSearchParams([['text', text], ...JSON.parse(merchants).map((each) => ['merchant', each])]);
    const answer = await fetch(`${route}?${asked}`, { signal: mine.signal });
    const several = answer.ok ? await answer.json() : [];
    if (asking !== mine || field()?.value !== text) return; // stale
    found = several;
    draw();
  } catch (error) {
    if (error.name !== 'AbortError') close(); // the search itself will say what is wrong
  }
}

function take(place) {
  const chosen = found[place];
  close();
  if (chosen) act({ act: 'suggested', kind: chosen.kind, before: chosen.before,
    value: chosen.kind === 'word' ? chosen.text : chosen.value });
}

function onKey(event) {
  if (event.isComposing) return;
  if (event.key === 'Enter') {
    if (at >= 0) {
      event.preventDefault();
      event.stopImmediatePropagation();
      take(at);
    } else close();
  } else if (event.key === 'Escape' && found.length) {
    event.preventDefault();
    close();
  } else if (found.length && (event.key === 'ArrowDown' || event.key === 'ArrowUp')) {
    event.preventDefault();
    const n = found.length + 1; // one more place: the text as it is typed
    mark((at + 1 + (event.key === 'ArrowDown' ? 1 : n - 1)) % n - 1);
  }
}

document.addEventListener('input', (event) => {
  if (event.target !== field()) return;
  const box = event.target;
  box.setAttribute('role', 'combobox');
  box.setAttribute('aria-autocomplete', 'list');
  box.setAttribute('aria-controls', 'sw-suggestions');
  clearTimeout(timer);
  asking?.abort();
  if (!box.value.trim()) close();
  else timer = setTimeout(() => ask(box.value), PAUSE_MS);
});
document.addEventListener('keydown', (event) => {
  if (event.target === field()) onKey(event);
}, true);
document.addEventListener('focusout', (event) => {
  if (event.target === field()) close();
});
document.addEventListener('click', (event) => {
  if (event.target.closest('#sw-go')) close();
});
// Before the field loses the focus, which would close the list.
element.addEventListener('pointerdown', (event) => {
  if (event.target.closest('[data-place]')) event.preventDefault();
});
element.addEventListener('click', (event) => {
  const line = event.target.closest('[data-place]');
  if (line) take(Number(line.dataset.place));
});
watch('value', close);
