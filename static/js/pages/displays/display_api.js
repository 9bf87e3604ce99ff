/* HTTP calls of the page of displays. */

import { request } from "../../core/api.js";
import { t } from "../../core/i18n.js";

const TIMEOUT_MS = 5_000; // a list of display health is not to be trusted for longer

/**
 * @param {string} path below /api/v1/displays
 * @param {string} method
 * @param {any} [body]
 * @returns - {done, body}, or {done: false, message, fields}; without an answer the call may still have succeeded
 */
export async function callDisplays(method, path, body) {
  try {
    const answer = await request(`/api/v1/displays${path}`, {
      method, headers: { accept: "application/json" }, timeoutMs: TIMEOUT_MS, ...(body && { body: JSON.stringify(body) }),
    });
    const said = await answer.json();
    return answer.ok ? { done: true, body: said } : { done: false, message: said.message, fields: said.fields };
  } catch {
    return { done: false, message: t("There was no answer. Look at the list whether it was done; if not, try again.") };
  }
}
