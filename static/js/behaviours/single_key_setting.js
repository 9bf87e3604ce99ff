/**
 * Setting: whether single-character shortcuts work. Kept for the browser, as it depends on the hands or the speech input in front
 * of it.
 */
import { ROOT, storage } from "../core/storage/storage.js";

const KEPT = `${ROOT}single-keys`; // independent of the account: signing out must not turn them on again

export const singleKeySetting = {
  get on() {
    return storage.read(KEPT) !== "off";
  },

  set on(on) {
    if (on) storage.remove(KEPT);
    else storage.write(KEPT, "off");
    applySingleKeySetting();
  },
};

/** Set the attribute for CSS: buttons do not mention a shortcut that is off. */
export function applySingleKeySetting() {
  document.documentElement.toggleAttribute("data-no-single-keys", !singleKeySetting.on);
}
