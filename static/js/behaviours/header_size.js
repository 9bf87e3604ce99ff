/**
 * Size of the child's header: full, or folded to one line. Stored per person on this device, also after they sign out. Until they choose,
 * low windows start folded. CSS reads an attribute of the document, so that folding needs no draw.
 */
import { ROOT, storage } from "../core/storage/storage.js";

const LOW = "(max-height: 799px)";
const storageKey = () => `${ROOT}header:${document.body.dataset.accountId}`;

const isFolded = () => (storage.read(storageKey()) ?? (matchMedia(LOW).matches ? "folded" : "whole")) === "folded";

/** Set the attribute for CSS, and the state of the button. */
export function applyHeaderSize() {
  const isHeaderFolded = isFolded();
  document.documentElement.toggleAttribute("data-header-folded", isHeaderFolded);
  const button = document.querySelector("[data-act=fold-header]");
  if (button && button.getAttribute("aria-expanded") !== String(!isHeaderFolded)) button.setAttribute("aria-expanded", String(!isHeaderFolded));
}

export function toggleHeaderSize() {
  storage.write(storageKey(), isFolded() ? "whole" : "folded");
  applyHeaderSize();
}
