/**
 * Setting for single-character shortcuts. Stored per browser, because it depends on the person's hands or speech input.
 */
import { ROOT, storage } from "../core/storage/storage.js";

const STORAGE_KEY = `${ROOT}single-keys`; // independent of the account: signing out must not turn it on again

export const singleKeySetting = {
  get on() {
    return storage.read(STORAGE_KEY) !== "off";
  },

  set on(on) {
    if (on) storage.remove(STORAGE_KEY);
    else storage.write(STORAGE_KEY, "off");
    applySingleKeySetting();
  },
};

/** Set the attribute for CSS: buttons do not mention shortcuts that are off. */
export function applySingleKeySetting() {
  document.documentElement.toggleAttribute("data-no-single-keys", !singleKeySetting.on);
}
