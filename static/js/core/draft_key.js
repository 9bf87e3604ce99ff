/* Fetch the key that encrypts drafts in this browser. The server keeps it with the account; here it is in memory only. */

import { queuedRequest } from "./api.js";

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
    const found = await ask();
    if (found) return found.account === account ? (found.key ?? null) : null;
    failed();
    await new Promise((next) => setTimeout(next, AGAIN_MS));
  }
}

/** Return {account, key}, {} without the right to it, null without an answer. */
async function ask() {
  try {
    const answer = await queuedRequest(ADDRESS, { headers: { accept: "application/json" } });
    if (answer.status === 401 || answer.status === 403) return {};
    return answer.ok ? await answer.json() : null;
  } catch {
    return null;
  }
}
