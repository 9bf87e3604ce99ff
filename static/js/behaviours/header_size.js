/**
 * Size of the child's header: whole, or folded to one line. Kept for the person on this device, also when they sign out; until
 * they choose, low windows start folded. An attribute of the document tells CSS, so that folding needs no draw.
 */
import { ROOT, storage } from "../core/storage/storage.js";

const LOW = "(max-height: 799px)";
const key = () => `${ROOT}header:${document.body.dataset.accountId}`;

const isFolded = () => (storage.read(key()) ?? (matchMedia(LOW).matches ? "folded" : "whole")) === "folded";

/** Set the attribute for CSS, and what the button says. */
export function applyHeaderSize() {
  const folded = isFolded();
  document.documentElement.toggleAttribute("data-header-folded", folded);
  const button = document.querySelector("[data-act=fold-header]");
  if (button && button.getAttribute("aria-expanded") !== String(!folded)) button.setAttribute("aria-expanded", String(!folded));
}

export function toggleHeaderSize() {
  storage.write(key(), isFolded() ? "whole" : "folded");
  applyHeaderSize();
}
