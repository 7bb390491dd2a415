
// The crop frame over a photo of the query, moved and resized by pointer or keys. Its sides are
// fractions of the photo.
const MIN_SIDE = 0.08; // of the frame
const KEY_STEP = 0.02; // of one key press

const clamp = (value, low, high) => Math.min(Math.max(value, low), high);
const readCrop = (frame) => frame.dataset.crop.split(' ').map(Number); // left, top, right, bottom

function setCrop(frame, crop) {
  frame.dataset.crop = crop.map((side) => side.toFixed(4)).join(' ');
  const [left, top, right, bottom] = crop.map((side) => `${100 * side}%`);
  Object.assign(frame.style, { left, top, width: `calc(${right} - ${left})`, height: `calc(${bottom} - ${top})` });
}

function move([left, top, right, bottom], dx, dy) {
  const x = clamp(dx, -left, 1 - right);
  const y = clamp(dy, -top, 1 - bottom);
  return [left + x, top + y, right + x, bottom + y];
}

function resize([left, top, right, bottom], corner, dx, dy) {
  return [
    corner.includes('w') ? clamp(left + dx, 0, right - MIN_SIDE) : left,
    corner.includes('n') ? clamp(top + dy, 0, bottom - MIN_SIDE) : top,
    corner.includes('e') ? clamp(right + dx, left + MIN_SIDE, 1) : right,
    corner.includes('s') ? clamp(bottom + dy, top + MIN_SIDE, 1) : bottom,
  ];
}

function drag(frame, event) {
  event.preventDefault();
  frame.focus();
  const corner = event.target.dataset.corner;
  const initial = readCrop(frame);
  const stage = frame.parentElement.getBoundingClientRect();
  const onMove = (moveEvent) => {
    const dx = (moveEvent.clientX - event.clientX) / stage.width;
    const dy = (moveEvent.clientY - event.clientY) / stage.height;
    setCrop(frame, corner ? resize(initial, corner, dx, dy) : move(initial, dx, dy));
  };
  const onEnd = () => {
    frame.removeEventListener('pointermove', onMove);
    frame.removeEventListener('pointerup', onEnd);
    frame.removeEventListener('pointercancel', onEnd);
  };
  frame.setPointerCapture(event.pointerId);
  frame.addEventListener('pointermove', onMove);
  frame.addEventListener('pointerup', onEnd);
  frame.addEventListener('pointercancel', onEnd);
}

element.addEventListener('pointerdown', (event) => {
  const frame = event.target.closest('.sw-frame');
  if (frame && event.isPrimary && event.button === 0) drag(frame, event);
});

element.addEventListener('keydown', (event) => {
  const frame = event.target.closest('.sw-frame');
  const steps = { ArrowLeft: [-KEY_STEP, 0], ArrowRight: [KEY_STEP, 0], ArrowUp: [0, -KEY_STEP], ArrowDown: [0, KEY_STEP] };
  if (!frame || !(event.key in steps)) return;
  event.preventDefault();
  const [dx, dy] = steps[event.key];
  setCrop(frame, event.shiftKey ? resize(readCrop(frame), 'se', dx, dy) : move(readCrop(frame), dx, dy));
});

element.addEventListener('click', (event) => {
  const tile = event.target.closest('.sw-tile');
  const dialog = tile?.querySelector('dialog');
  if (!dialog) return;
  const frame = dialog.querySelector('.sw-frame');
  if (event.target.closest('.sw-crop-open')) {
    setCrop(frame, readCrop(frame));
    dialog.showModal();
    frame.focus();
  } else if (event.target.closest('[data-crop-photo]')) {
    const [left, top, right, bottom] = readCrop(frame).map(String);
    dialog.close();
    act({ act: 'crop', value: event.target.dataset.cropPhoto, left, top, right, bottom });
  } else if (event.target === dialog || event.target.closest('.sw-crop-close, [data-act]')) {
    dialog.close(); // on the backdrop, too
  }
});
