/** Keeps the keyboard where it was when a draw moves or remakes the card that it was on. */

/** Draws, and gives the focus back to the same control of the same card if the draw took it away. */
export function keepingFocus(root, draw) {
  const focused = document.activeElement;
  const card = root.contains(focused) ? focused.closest("article[data-card]")?.dataset.card : null;
  const part = focused?.dataset?.part;
  draw();
  if (!card || document.activeElement === focused) return;
  if (document.activeElement !== document.body && document.activeElement !== null) return;
  const place = root.querySelector(`article[data-card="${CSS.escape(card)}"]`);
  (place?.querySelector(`[data-part="${part}"]`) ?? place?.querySelector("a"))?.focus({ preventScroll: true });
}
