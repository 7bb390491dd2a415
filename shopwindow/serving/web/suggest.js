
// Suggestions under the query box: an ARIA combobox over Gradio's own text field. Requests are
// debounced, and only the response to the latest text is shown.
const DEBOUNCE_MS = 150;
const getField = () => document.querySelector('#sw-query textarea, #sw-query input');
const getList = () => element.querySelector('#sw-suggestions');
let timer = 0;
let pendingRequest = null; // its AbortController
let suggestions = [];
let activeIndex = -1; // of the highlighted suggestion

function close() {
  clearTimeout(timer);
  pendingRequest?.abort();
  pendingRequest = null;
  suggestions = [];
  draw();
}

function highlight(index) {
  activeIndex = index;
  getList()?.querySelectorAll('li').forEach((item, n) => item.setAttribute('aria-selected', String(n === index)));
  const box = getField();
  if (index < 0) box?.removeAttribute('aria-activedescendant');
  else box?.setAttribute('aria-activedescendant', `sw-suggestion-${index}`);
}

function createElement(name, text) {
  const created = document.createElement(name);
  created.textContent = text;
  created.dir = 'auto';
  return created;
}

function draw() {
  const list = getList();
  if (!list) return;
  list.replaceChildren(...suggestions.map((suggestion, index) => {
    const item = document.createElement('li');
    item.id = `sw-suggestion-${index}`;
    item.setAttribute('role', 'option');
    item.dataset.index = String(index);
    item.append(createElement('bdi', suggestion.kind === 'word' ? suggestion.text : suggestion.value));
    const label = list.dataset[suggestion.kind];
    if (label) item.append(createElement('small', label));
    return item;
  }));
  list.hidden = suggestions.length === 0;
  getField()?.setAttribute('aria-expanded', String(!list.hidden));
  highlight(-1);
}

async function fetchSuggestions(text) {
  pendingRequest?.abort();
  const request = pendingRequest = new AbortController();
  try {
    const { route, merchants } = getList().dataset;
    const parameters = [['text', text], ...JSON.parse(merchants).map((merchant) => ['merchant', merchant])];
    const response = await fetch(`${route}?${new URLSearchParams(parameters)}`, { signal: request.signal });
    const fetched = response.ok ? await response.json() : [];
    if (pendingRequest !== request || getField()?.value !== text) return; // stale
    suggestions = fetched;
    draw();
  } catch (error) {
    if (error.name !== 'AbortError') close(); // the search itself will report the error
  }
}

function select(index) {
  const selected = suggestions[index];
  close();
  if (selected) act({ act: 'select_suggestion', kind: selected.kind, before: selected.before,
    value: selected.kind === 'word' ? selected.text : selected.value });
}

function onKey(event) {
  if (event.isComposing) return;
  if (event.key === 'Enter') {
    if (activeIndex >= 0) {
      event.preventDefault();
      event.stopImmediatePropagation();
      select(activeIndex);
    } else close();
  } else if (event.key === 'Escape' && suggestions.length) {
    event.preventDefault();
    close();
  } else if (suggestions.length && (event.key === 'ArrowDown' || event.key === 'ArrowUp')) {
    event.preventDefault();
    const n = suggestions.length + 1; // index -1 is the text as typed
    highlight((activeIndex + 1 + (event.key === 'ArrowDown' ? 1 : n - 1)) % n - 1);
  }
}

document.addEventListener('input', (event) => {
  if (event.target !== getField()) return;
  const box = event.target;
  box.setAttribute('role', 'combobox');
  box.setAttribute('aria-autocomplete', 'list');
  box.setAttribute('aria-controls', 'sw-suggestions');
  clearTimeout(timer);
  pendingRequest?.abort();
  if (!box.value.trim()) close();
  else timer = setTimeout(() => fetchSuggestions(box.value), DEBOUNCE_MS);
});
document.addEventListener('keydown', (event) => {
  if (event.target === getField()) onKey(event);
}, true);
document.addEventListener('focusout', (event) => {
  if (event.target === getField()) close();
});
document.addEventListener('click', (event) => {
  if (event.target.closest('#sw-search-button')) close();
});
// Before the field loses the focus, which would close the list.
element.addEventListener('pointerdown', (event) => {
  if (event.target.closest('[data-index]')) event.preventDefault();
});
element.addEventListener('click', (event) => {
  const item = event.target.closest('[data-index]');
  if (item) select(Number(item.dataset.index));
});
watch('value', close);
