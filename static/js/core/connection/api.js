/* HTTP client of the pages: the only module that calls `fetch`. A call returns what the server answers, or rejects with a Refusal
   (the server said no, and why) or Offline (there was no answer). */

import { pause } from "../elapsed.js";
import { Offline, Refusal } from "../errors.js";

const TIMEOUT_MS = 20_000;               // a bad line takes as long for one answer, and still brings something
const MAX_ACTIVE = 6;                    // of queued requests; the server reads only a few large things at a time for one account
const MAX_RETRY_MS = 45_000;             // after the first attempt a request is not repeated
const FAULT_PAUSES_MS = [300, 1_000];    // before a request is repeated after a fault that says nothing of the time to wait
const FAULTS = new Set([0, 502, 503, 504]); // statuses after which the same request may succeed; 0: the connection failed
const JITTER = 0.3;                      // keeps clients that were refused at the same moment from returning at the same moment

/**
 * @typedef {Omit<RequestInit, "body"> & { body?: unknown, timeoutMs?: number, repeat?: boolean, text?: boolean }} Options
 * `timeoutMs`: of each attempt. `text`: the answer is a page or a file; else what is not JSON is the page of a proxy, and no answer. `repeat`: wait in the queue, and try again after a fault; only for what may arrive twice.
 */

let active = 0;
/** @type {((value?: unknown) => void)[]} */
const waiting = [];
let signInEnded = () => {};

/**
 * Call fn() whenever the server says that nobody is signed in here.
 * @param {() => void} fn
 */
export const whenSignInEnds = (fn) => void (signInEnded = fn);

/** @param {string} address @param {Options} [options] */
export const get = (address, options) => send("GET", address, { repeat: true, ...options });
/** @param {string} address @param {unknown} [body] @param {Options} [options] */
export const post = (address, body, options) => send("POST", address, { body, ...options });
/** @param {string} address @param {unknown} body @param {Options} [options] */
export const patch = (address, body, options) => send("PATCH", address, { body, ...options });
/** @param {string} address @param {Options} [options] */
export const remove = (address, options) => send("DELETE", address, options);

/**
 * Return the answer, or null if it is a Refusal or Offline.
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
 * @returns {Promise<any>} data of JSON, else the text
 */
async function send(method, address, { repeat = false, ...options } = {}) {
  const until = performance.now() + MAX_RETRY_MS;
  for (let faults = 0; ; faults += 1) {
    try {
      const attempt = () => sendOnce(address, { method, ...options });
      return await (repeat ? inQueue(attempt) : attempt());
    } catch (error) {
      const delay = repeat && !options.signal?.aborted ? retryDelay(/** @type {Refusal | Offline} */ (error), faults) : null;
      if (delay === null || performance.now() + delay > until) throw error;
      await pause(delay);
    }
  }
}

/** @param {string} address @param {Options} options */
async function sendOnce(address, { body, timeoutMs = TIMEOUT_MS, signal, headers, text = false, ...options }) {
  const limit = AbortSignal.timeout(timeoutMs), isBytes = body instanceof Uint8Array, asIs = body === undefined || isBytes || body instanceof URLSearchParams;
  /** @type {Record<string, string>} */
  const type = isBytes ? { "content-type": "application/octet-stream" } : asIs ? {} : { "content-type": "application/json" };
  const sent = {
    headers: new Headers({ accept: "application/json", ...type, .../** @type {Record<string, string>} */ (headers) }), body: asIs ? /** @type {BodyInit | undefined} */ (body) : JSON.stringify(body),
    signal: signal ? AbortSignal.any([signal, limit]) : limit, ...options,
  };
  let response, data;
  try {
    response = await fetch(address, sent);
    data = await dataOf(response);
  } catch (cause) {
    throw new Offline({ cause });
  }
  if (response.ok && (text || typeof data !== "string" || data === "")) return data;
  if (response.ok) throw new Offline();
  const { status } = response, retryAfterS = Number.parseInt(response.headers.get("Retry-After") ?? "", 10);
  if (status === 401 && data?.code) signInEnded(); // a proxy's 401 says nothing of the session
  throw data?.code ? new Refusal(data, { status, retryAfterS }) : new Offline({ status, retryAfterS });
}

/** @param {Response} response */
const dataOf = (response) => (response.headers.get("content-type")?.startsWith("application/json") ? response.json() : response.text());

/**
 * Return the ms to wait before the request is repeated; null when its error is final.
 * @param {Refusal | Offline} error
 * @param {number} faults before this one
 */
function retryDelay({ status, retryAfterS, cause }, faults) {
  const spread = 1 + JITTER * Math.random();
  if ((status === 429 || status === 503) && retryAfterS >= 0) return Math.max(1, retryAfterS) * 1_000 * spread;
  // a line that is too slow would not be helped by the same request once more
  const isSlow = /** @type {any} */ (cause)?.name === "TimeoutError";
  if (!FAULTS.has(status) || isSlow || globalThis.navigator?.onLine === false || faults >= FAULT_PAUSES_MS.length) return null;
  return FAULT_PAUSES_MS[faults] * spread;
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
