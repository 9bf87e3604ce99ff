/** Details of children in the reader's language, from the server. Requests are batched, and answers cached by field and text. */

import { post } from "../../core/connection/api.js";
import { Refusal } from "../../core/errors.js";

const PAUSE_MS = 30; // collects the details of a page into one request
const MAX_SENT = 40; // details per request, as on the server
const MAX_CHARACTERS = 10_000; // per request, whose body may have at most 64 KiB
const MAX_TEXT = 4_000; // characters per detail
const MAX_KEPT = 4_000; // cached details: more than a page has
const RETRY_MS = 30_000; // after a failure

const WAITS = new Set(["rate_limited", "unavailable", "busy"]); // temporary refusals

/** @typedef {[field: string, text: string | null | undefined]} TypedDetail */

class DetailReader {
  /** @type {Map<string, ReadableDetails["details"][number] | null>} */ #answers = new Map(); // by field and text, least recently used first; null if refused
  /** @type {Set<string>} */ #waiting = new Set();
  /** @type {Set<string>} */ #originals = new Set(); // shown as typed
  /** @type {Set<() => void>} */ #readers = new Set();
  /** @type {Timer | undefined} */ #timer;

  /** Call a function after each change. @param {() => void} reader @returns {() => void} function that unsubscribes */
  subscribe(reader) {
    this.#readers.add(reader);
    return () => void this.#readers.delete(reader);
  }

  /** Return the answer for a detail, and request it if necessary. @param {TypedDetail} detail */
  of([field, text]) {
    if (!text?.trim() || text.length > MAX_TEXT) return undefined;
    const key = keyOf(field, text), answer = this.#answers.get(key);
    if (answer === undefined) this.#request(key);
    else keep(this.#answers, key, answer);
    return answer ?? undefined;
  }

  /** Return true if a detail is shown as typed. @param {TypedDetail} detail */
  isOriginal([field, text]) {
    return this.#originals.has(keyOf(field, text ?? ""));
  }

  /** Show details as typed, or in the reader's language. @param {TypedDetail[]} details @param {boolean} original */
  show(details, original) {
    for (const [field, text] of details) this.#originals[original ? "add" : "delete"](keyOf(field, text ?? ""));
    this.#changed();
  }

  /** @param {string} key */
  #request(key) {
    if (this.#waiting.has(key)) return;
    this.#waiting.add(key);
    this.#timer ??= setTimeout(() => this.#send(), PAUSE_MS);
  }

  async #send() {
    const keys = firstOf(this.#waiting);
    try {
      const { details } = await post("/api/v1/details", { details: keys.map((key) => JSON.parse(key)).map(([field, text]) => ({ field, text })) });
      this.#keep(keys, details);
    } catch (error) {
      if (error instanceof Refusal && !WAITS.has(error.code)) this.#keep(keys, []);
      else this.#timer = setTimeout(() => this.#send(), RETRY_MS); // until then, the texts are shown as typed
    }
  }

  /** @param {string[]} keys @param {ReadableDetails["details"]} details */
  #keep(keys, details) {
    keys.forEach((key, index) => {
      this.#waiting.delete(key);
      keep(this.#answers, key, details[index] ?? null);
    });
    this.#timer = this.#waiting.size ? setTimeout(() => this.#send(), PAUSE_MS) : undefined;
    this.#changed();
  }

  #changed() {
    for (const reader of [...this.#readers]) reader();
  }
}

/**
 * Choose the details of the next request: at least one.
 * @param {Iterable<string>} waiting
 */
function firstOf(waiting) {
  const keys = [];
  let characters = 0;
  for (const key of waiting) {
    characters += key.length;
    if (keys.length === MAX_SENT || (keys.length && characters > MAX_CHARACTERS)) break;
    keys.push(key);
  }
  return keys;
}

/** @param {string} field @param {string} text */
const keyOf = (field, text) => JSON.stringify([field, text]);

/**
 * Store a value as the most recently used one. Above the limit, drop the least recently used one.
 * @template V
 * @param {Map<string, V>} kept
 * @param {string} key
 * @param {V} value
 */
function keep(kept, key, value) {
  kept.delete(key);
  kept.set(key, value);
  while (kept.size > MAX_KEPT) kept.delete(/** @type {string} */ (kept.keys().next().value));
}

export const readableDetails = new DetailReader();
