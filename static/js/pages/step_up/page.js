/* Page on which a person proves their identity again: a passkey instead of a code. */

import { connectPasskey } from "../../shared/passkey_button.js";

/** @param {HTMLElement} main */
export function mount(main) {
  connectPasskey(/** @type {HTMLFormElement} */ (main.querySelector("form")), "/step-up/options");
}
