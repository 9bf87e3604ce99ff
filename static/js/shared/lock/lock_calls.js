/* Calls of the lock bar: lock, unlock, and sign in as another person at the same screen. */

import { orNull, post, request } from "../../core/connection/api.js";
import { Offline, Refusal } from "../../core/errors.js";
import { t } from "../../core/i18n.js";
import { say } from "../../core/rules/sentences.js";

/** Return the account's ways to unlock, besides the password. @returns {Promise<import("./unlock_methods.js").Ways | null>} */
export const unlockWays = () => orNull(post("/step-up/ways"));

export const lockSession = () => post("/api/v1/me/lock");

/** @param {string} password */
export const unlockByPassword = (password) => post("/api/v1/me/unlock", { password });

/**
 * Sign in as another person. The server ends the session of this browser.
 * @param {string} email
 * @param {string} password
 * @returns {Promise<string>} the page that follows: this one, or a second step. Rejects with Refusal or Offline.
 */
export async function signInAs(email, password) {
  const body = new URLSearchParams({ email, password, next: location.pathname + location.search });
  let answer;
  try {
    answer = await request("/login", { method: "POST", body });
  } catch (cause) {
    throw new Offline({ cause });
  }
  if (answer.redirected && answer.ok) return answer.url;
  if (answer.status === 401) throw new Refusal({ code: "unauthenticated", message: say("wrong_sign_in") });
  if (answer.status === 429) throw new Refusal({ code: "rate_limited", message: t("Too many attempts. Wait a moment, then try again.") });
  throw new Offline({ status: answer.status });
}

/**
 * Return a sentence about a failed call. Other errors are bugs.
 * @param {unknown} error
 */
export function problemText(error) {
  if (error instanceof Refusal) return Object.values(error.fields)[0] ?? error.message;
  if (error instanceof Offline) return t("Cannot reach the server. Try again.");
  throw error;
}
