/* HTTP client of the pages: the only module that calls `fetch`. A call returns the server's answer, or rejects with a Refusal
   (the server refused, with a reason) or Offline (there was no answer). */

import { pause } from "../elapsed.js";
import { Offline, Refusal } from "../errors.js";

const TIMEOUT_MS = 20_000;               // a bad connection may need this long for one answer
const MAX_ACTIVE = 6;                    // queued requests at a time; the server serves only a few large reads of one account at a time
const MAX_RETRY_MS = 45_000;             // no retry later than this after the first attempt
const FAULT_PAUSES_MS = [300, 1_000];    // before each retry, if the answer has no Retry-After
const TRANSIENT_STATUSES = new Set([0, 502, 503, 504]); // statuses after which the same request may succeed; 0: the connection failed
const JITTER = 0.3;                      // share of the wait: spreads the retries of clients that were refused together

/**
 * @typedef {Omit<RequestInit, "body"> & { body?: unknown, timeoutMs?: number, repeat?: boolean, text?: boolean, query?: URLSearchParams }} Options
 * `timeoutMs`: limit of each attempt. `text`: the answer is a page or a file; without it, an answer other than JSON is a proxy's page and
 * counts as no answer. `repeat`: wait in the queue, and retry after an error; only for requests that may arrive twice.
 * `query`: parameters that must not appear in a browser history or an access log, such as typed words; they are sent in a header.
 */

let active = 0;
/** @type {((value?: unknown) => void)[]} */
const waiting = [];
let signInEnded = () => {};
/** @type {() => Promise<boolean>} */
let stepUp = async () => false;

/**
 * Call fn() each time the server answers that nobody is signed in here.
 * @param {() => void} fn
 */
export const whenSignInEnds = (fn) => void (signInEnded = fn);

/**
 * Call fn() when the server asks for a factor again. If it returns true, the request is repeated once.
 * @param {() => Promise<boolean>} fn
 */
export const whenStepUpIsNeeded = (fn) => void (stepUp = fn);

/** @param {string} address @param {Options} [options] */
export const get = (address, options) => send("GET", address, { repeat: true, ...options });
/** @param {string} address @param {unknown} [body] @param {Options} [options] */
export const post = (address, body, options) => send("POST", address, { body, ...options });
/** @param {string} address @param {unknown} body @param {Options} [options] */
export const patch = (address, body, options) => send("PATCH", address, { body, ...options });
/** @param {string} address @param {Options} [options] */
export const remove = (address, options) => send("DELETE", address, options);

/**
 * Return the answer, or null if the call rejects with Refusal or Offline.
 * @param {Promise<any>} answer
 */
export async function orNull(answer) {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof Refusal || error instanceof Offline) return null;
    throw error;
  }
}

/**
 * Send one request as `fetch` does, for answers that are neither data nor text.
 * @param {string} address
 * @param {RequestInit} [options]
 */
export const request = (address, options) => fetch(address, options);

/**
 * @param {string} method
 * @param {string} address
 * @param {Options} [options]
 * @returns {Promise<any>} the parsed JSON, or the text of another media type
 */
async function send(method, address, { repeat = false, ...options } = {}) {
  let deadline = performance.now() + MAX_RETRY_MS, hasAsked = false;
  for (let failedAttempts = 0; ; failedAttempts += 1) {
    try {
      const attempt = () => sendOnce(address, { method, ...options });
      return await (repeat ? inQueue(attempt) : attempt());
    } catch (error) {
      if (error instanceof Refusal && error.code === "step_up" && !hasAsked) {
        hasAsked = await stepUp();
        if (!hasAsked) throw error;
        deadline = performance.now() + MAX_RETRY_MS;
        continue;
      }
      const delay = repeat && !options.signal?.aborted ? retryDelay(/** @type {Refusal | Offline} */ (error), failedAttempts) : null;
      if (delay === null || performance.now() + delay > deadline) throw error;
      await pause(delay);
    }
  }
}

/** @param {string} address @param {Options} options */
async function sendOnce(address, { body, query, timeoutMs = TIMEOUT_MS, signal, headers, text = false, ...options }) {
  const limit = AbortSignal.timeout(timeoutMs), isBytes = body instanceof Uint8Array, isBodySentAsIs = body === undefined || isBytes || body instanceof URLSearchParams;
  /** @type {Record<string, string>} */
  const type = isBytes ? { "content-type": "application/octet-stream" } : isBodySentAsIs ? {} : { "content-type": "application/json" };
  const init = {
    headers: new Headers({ accept: "application/json", ...type, ...(query && { "search-query": String(query) }), .../** @type {Record<string, string>} */ (headers) }), body: isBodySentAsIs ? /** @type {BodyInit | undefined} */ (body) : JSON.stringify(body),
    signal: signal ? AbortSignal.any([signal, limit]) : limit, ...options,
  };
  let response, data;
  try {
    response = await fetch(address, init);
    data = await readBody(response);
  } catch (cause) {
    throw new Offline({ cause });
  }
  if (response.ok && (text || typeof data !== "string" || data === "")) return data;
  if (response.ok) throw new Offline();
  const { status } = response, retryAfterS = Number.parseInt(response.headers.get("Retry-After") ?? "", 10);
  if (status === 401 && data?.code) signInEnded(); // a proxy's 401 does not mean that the session ended
  throw data?.code ? new Refusal(data, { status, retryAfterS }) : new Offline({ status, retryAfterS });
}

/** @param {Response} response */
const readBody = (response) => (response.headers.get("content-type")?.startsWith("application/json") ? response.json() : response.text());

/**
 * Return the ms to wait before the request is repeated; null if its error is final.
 * @param {Refusal | Offline} error
 * @param {number} failedAttempts earlier errors of the same request
 */
function retryDelay({ status, retryAfterS, cause }, failedAttempts) {
  const jitter = 1 + JITTER * Math.random();
  if ((status === 429 || status === 503) && retryAfterS >= 0) return Math.max(1, retryAfterS) * 1_000 * jitter;
  // repeating the request would not help on a connection that is too slow
  const isSlow = /** @type {any} */ (cause)?.name === "TimeoutError";
  if (!TRANSIENT_STATUSES.has(status) || isSlow || globalThis.navigator?.onLine === false || failedAttempts >= FAULT_PAUSES_MS.length) return null;
  return FAULT_PAUSES_MS[failedAttempts] * jitter;
}

/** @param {() => Promise<any>} attempt */
async function inQueue(attempt) {
  if (active < MAX_ACTIVE) active += 1;
  else await new Promise((resolve) => waiting.push(resolve));
  try {
    return await attempt();
  } finally {
    const next = waiting.shift();
    if (next) next(); // takes over the slot
    else active -= 1;
  }
}
