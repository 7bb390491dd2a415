
// A frame over a given photo: dragged and resized by pointer or keys, kept as shares of the photo.
const LEAST = 0.08; // smallest side of the frame
const STEP = 0.02; // of one key press

const clamp = (value, low, high) => Math.min(Math.max(value, low), high);
const cropOf = (frame) => frame.dataset.crop.split(' ').map(Number); // left, top, right, bottom

function place(frame, crop) {
  frame.dataset.crop = crop.map((each) => each.toFixed(4)).join(' ');
  const [left, top, right, bottom] = crop.map((each) => `${100 * each}%`);
  Object.assign(frame.style, { left, top, width: `calc(${right} - ${left})`, height: `calc(${bottom} - ${top})` });
}

function moved([left, top, right, bottom], dx, dy) {
  const x = clamp(dx, -left, 1 - right);
  const y = clamp(dy, -top, 1 - bottom);
  return [left + x, top + y, right + x, bottom + y];
}

function resized([left, top, right, bottom], corner, dx, dy) {
  return [
    corner.includes('w') ? clamp(left + dx, 0, right - LEAST) : left,
    corner.includes('n') ? clamp(top + dy, 0, bottom - LEAST) : top,
    corner.includes('e') ? clamp(right + dx, left + LEAST, 1) : right,
    corner.includes('s') ? clamp(bottom + dy, top + LEAST, 1) : bottom,
  ];
}

function drag(frame, event) {
  event.preventDefault();
  frame.focus();
  const corner = event.target.dataset.corner;
  const begun = cropOf(frame);
  const stage = frame.parentElement.getBoundingClientRect();
  const onMove = (now) => {
    const dx = (now.clientX - event.clientX) / stage.width;
    const dy = (now.clientY - event.clientY) / stage.height;
    place(frame, corner ? resized(begun, corner, dx, dy) : moved(begun, dx, dy));
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
  const steps = { ArrowLeft: [-STEP, 0], ArrowRight: [STEP, 0], ArrowUp: [0, -STEP], ArrowDown: [0, STEP] };
  if (!frame || !(event.key in steps)) return;
  event.preventDefault();
  const [dx, dy] = steps[event.key];
  place(frame, event.shiftKey ? resized(cropOf(frame), 'se', dx, dy) : moved(cropOf(frame), dx, dy));
});

element.addEventListener('click', (event) => {
  const tile = event.target.closest('.sw-tile');
  const dialog = tile?.querySelector('dialog');
  if (!dialog) return;
  const frame = dialog.querySelector('.sw-frame');
  if (event.target.closest('.sw-crop-open')) {
    place(frame, cropOf(frame));
    dialog.showModal();
    frame.focus();
  } else if (event.target.closest('[data-part]')) {
    const [left, top, right, bottom] = cropOf(frame).map(String);
    dialog.close();
    act({ act: 'crop', value: event.target.dataset.part, left, top, right, bottom });
  } else if (event.target === dialog || event.target.closest('.sw-crop-close, [data-act]')) {
    dialog.close(); // on the shade around it, too
  }
});
