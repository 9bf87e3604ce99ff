/* Fetch the key that encrypts drafts in this browser. The server keeps it with the account; here it is in memory only. */

import { get } from "../connection/api.js";
import { pause } from "../elapsed.js";

const ADDRESS = "/api/v1/me/draft-key";
const AGAIN_MS = 5_000;

/**
 * Ask until there is an answer; call failed() after each attempt without one.
 * @param {string} account
 * @param {() => void} failed
 * @returns {Promise<string | null>} null if this page may not have a key: the session has ended, or belongs to another account
 */
export async function fetchDraftKey(account, failed) {
  for (;;) {
    try {
      const found = await get(ADDRESS);
      return found.account === account ? found.key : null;
    } catch (error) {
      if ([401, 403].includes(/** @type {Refusal} */ (error).status)) return null;
    }
    failed();
    await pause(AGAIN_MS);
  }
}
