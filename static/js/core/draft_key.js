/* The key by which this browser encrypts what is typed: the account's, held by the server, and here in memory only. */

import { queuedRequest } from "./api.js";

const ADDRESS = "/api/v1/me/draft-key";
const AGAIN_MS = 5_000;

/** Asks until there is an answer. failed() after each try without one.
    -> the key as text; null where there is none for this page: the session has ended, or is another person's by now */
export async function fetchDraftKey(account, failed) {
  for (;;) {
    const found = await ask();
    if (found) return found.account === account ? (found.key ?? null) : null;
    failed();
    await new Promise((next) => setTimeout(next, AGAIN_MS));
  }
}

/** -> {account, key}, an empty one where there is no right to it; null where there is no answer now */
async function ask() {
  try {
    const answer = await queuedRequest(ADDRESS, { headers: { accept: "application/json" } });
    if (answer.status === 401 || answer.status === 403) return {};
    return answer.ok ? await answer.json() : null;
  } catch {
    return null;
  }
}
