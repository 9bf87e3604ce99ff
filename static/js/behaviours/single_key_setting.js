/** Whether keys of one character act: kept per browser, as it is the hands at it, or the speech it listens to, that press unmeant ones. */
import { ROOT, storage } from "../core/storage.js";

const KEPT = `${ROOT}single-keys`; // of no account: signing out must not turn them on again

export const singleKeySetting = {
  get on() {
    return storage.read(KEPT) !== "off";
  },

  set on(on) {
    if (on) storage.remove(KEPT);
    else storage.write(KEPT, "off");
    tell();
  },
};

/** For css: a button does not name a key that does nothing. */
export function tell() {
  document.documentElement.toggleAttribute("data-no-single-keys", !singleKeySetting.on);
}
