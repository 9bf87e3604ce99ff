/** Keeps the keyboard where it was when a draw moves or remakes what it was on. */

/**
 * Draws, and gives the focus back if the draw took it away: to the same control of the same card, or to
 * the panel whose form or button is gone.
 */
export function keepingFocus(root, draw) {
  const focused = document.activeElement;
  const inside = root.contains(focused);
  const card = inside ? focused.closest("article[data-card]")?.dataset.card : null;
  const panel = inside ? focused.closest(".panel")?.dataset.panel : null;
  const part = focused?.dataset?.part;
  const column = inside && !card ? columnOf(root, focused) : null;
  draw();
  if (document.activeElement !== document.body && document.activeElement !== null) return;
  if (panel) root.querySelector(`.panel[data-panel="${CSS.escape(panel)}"]`)?.focus({ preventScroll: true });
  if (column) headNear(root, column)?.focus({ preventScroll: true });
  if (!card) return;
  const place = root.querySelector(`article[data-card="${CSS.escape(card)}"]`);
  (place?.querySelector(`[data-part="${part}"]`) ?? place?.querySelector("a"))?.focus({ preventScroll: true });
}

function columnOf(root, focused) {
  const section = focused.closest("[data-column]");
  return section && { id: section.dataset.column, at: [...root.querySelectorAll("[data-column]")].indexOf(section) };
}

/** The menu of a column; of the one in its place, where it is gone. */
function headNear(root, { id, at }) {
  const all = [...root.querySelectorAll("[data-column]")];
  const section = all.find((each) => each.dataset.column === id) ?? all[at] ?? all.at(-1);
  return section?.querySelector("[data-part='column-menu']");
}
