/* Second page of the sign-in: a passkey instead of a code. */

import { connectPasskey } from "../../shared/passkey_button.js";

/** @param {HTMLElement} main */
export function mount(main) {
  connectPasskey(/** @type {HTMLFormElement} */ (main.querySelector("form")), "/sign-in/second/options");
}
