/* Ways to unlock a screen, besides the password. */

import { post } from "../../core/connection/api.js";
import { hasPasskeys, usePasskey } from "../../core/connection/passkey.js";
import { Offline, Refusal } from "../../core/errors.js";
import { t } from "../../core/i18n.js";

/** @typedef {{ passkey: boolean }} Ways ways that the account can use */

/**
 * Buttons above the password, in this order. `unlock` resolves when the server has unlocked the session, or rejects with Refusal or Offline.
 * @type {{ id: string, title: (name: string) => string, takeTitle: () => string, isAvailable: (ways: Ways) => boolean, unlock: () => Promise<unknown> }[]}
 */
export const unlockMethods = [{
  id: "passkey",
  title: (name) => t("Unlock as {name} with a passkey", { name }),
  takeTitle: () => t("I have it, with a passkey"),
  isAvailable: ({ passkey }) => passkey && hasPasskeys(),
  unlock: async () => post("/api/v1/me/unlock", { credential: await askPasskey() }),
}];

async function askPasskey() {
  try {
    return await usePasskey("/step-up/options");
  } catch (error) {
    if (error instanceof Refusal || error instanceof Offline) throw error;
    throw new Refusal({ message: t("The passkey was not used. Try again, or choose another way.") }); // cancelled
  }
}
