/* Key that encrypts drafts in this browser. The server stores it with the account; here it is only in memory. */

import { get } from "../connection/api.js";
import { pause } from "../elapsed.js";

const ADDRESS = "/api/v1/me/draft-key";
const RETRY_MS = 5_000;

/**
 * Request the key until there is an answer; call failed() after each attempt without one.
 * @param {string} account
 * @param {() => void} onFailure
 * @returns {Promise<string | null>} null if the session has ended or belongs to another account
 */
export async function fetchDraftKey(account, onFailure) {
  for (;;) {
    try {
      const answer = await get(ADDRESS);
      return answer.account === account ? answer.key : null;
    } catch (error) {
      if ([401, 403].includes(/** @type {Refusal} */ (error).status)) return null;
    }
    onFailure();
    await pause(RETRY_MS);
  }
}
