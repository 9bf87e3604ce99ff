/** Find box, which searches while you type. Only the latest request counts: each one aborts the request before it. */
import { restoreFocus, focusPosition } from "../behaviours/keep_focus.js";
import { t } from "../core/i18n.js";
import { get } from "../core/connection/api.js";
import { Refusal } from "../core/errors.js";
import { isLimited } from "../core/rules/roles.js";
import { STEPS, Selection } from "../forms/selection.js";

const WAIT_MS = 150; // ms between the last keystroke and the request
export const MAX_HITS = 50;
export const MAX_LENGTH = 200; // characters that the server accepts

const main = () => /** @type {HTMLElement} */ (document.querySelector("main"));

export class FindBox {
  text = "";
  /** @type {boolean} */ all; // search all boards, not only this one
  open = false;
  /** @type {Hit[]} */ hits = [];
  more = false;
  state = "none"; // "none" | "looking" | "found" | "failed"
  /** @type {string | null} */ problem = null; // error text
  /** @type {HTMLInputElement | null} */ element = null; // the text field
  #options;
  #selection = new Selection();
  /** @type {Timer | null} */ #timer = null;
  /** @type {AbortController | null} */ #request = null;
  /** @type {FocusPosition | null} */ #previousFocus = null; // focus before the field
  #wasConnected = true;
  #isEntered = false; // Enter was pressed before the answer arrived

  /** @param {FindOptions} options */
  constructor(options) {
    this.#options = options;
    this.all = this.board === null;
    this.#options.session.watch(() => this.#onConnectionChange());
  }

  get board() {
    return this.#options.board;
  }

  /** True if this person can extend the search to all boards. Guests cannot. */
  get canWiden() {
    return this.board !== null && !isLimited();
  }

  /** List the hits, followed by the switch between this board and all boards. */
  get #rows() {
    return [...this.hits.map(({ id }) => ({ key: id })), ...(this.canWiden ? [{ key: "widen" }] : [])];
  }

  /** Index of the selected row, -1 for none. */
  get at() {
    return this.#selection.indexIn(this.#rows);
  }

  /** True if Enter opens the only hit, without a selection. */
  get opensOnly() {
    return this.all && this.state === "found" && this.hits.length === 1 && !this.more && this.at < 0;
  }

  // Handlers for the template.

  focused = (/** @type {FocusEvent & { target: HTMLInputElement, relatedTarget: HTMLElement | null }} */ { target, relatedTarget }) => {
    target.select(); // typing replaces the old text
    if (relatedTarget && !relatedTarget.closest(".find-box")) this.#previousFocus = focusPosition(main(), relatedTarget);
    if (this.text.trim()) this.#show();
  };

  left = (/** @type {FocusEvent & { currentTarget: HTMLElement, relatedTarget: HTMLElement | null }} */ { currentTarget, relatedTarget }) => {
    if (this.open && !currentTarget.contains(relatedTarget)) this.#hide();
  };

  typed = (/** @type {ControlEvent} */ event) => this.type(event.target.value);

  /** @param {string} text */
  type(text) {
    this.text = text;
    this.#selection.clear();
    this.#options.typed(text);
    if (!text.trim()) return this.stop();
    this.#ask(WAIT_MS);
    return this.#show();
  }

  pressed = (/** @type {KeyboardEvent} */ event) => {
    const handler = !event.isComposing && this.#keys[event.key];
    if (!handler || event.ctrlKey || event.metaKey || event.altKey) return;
    if (handler() !== false) event.preventDefault();
  };

  /** @param {number} row @returns {unknown} */
  choose(row) {
    if (row === this.hits.length) return this.widen();
    const hit = this.hits[row];
    this.#hide();
    return this.#options.go(hit);
  }

  widen() {
    this.all = !this.all;
    this.hits = [];
    this.#selection.clear();
    this.#ask(0);
    this.#options.draw();
  }

  retry = () => {
    this.#ask(0);
    this.#options.draw();
  };

  /** Stop searching. */
  stop() {
    this.forget();
    this.#options.draw();
  }

  /** Clear the text and the hits. */
  forget() {
    Object.assign(this, { text: "", all: this.board === null });
    this.#reset();
  }

  /**
   * Drop hits to which access has ended.
   * @param {(hit: Hit) => unknown} may
   */
  keep(may) {
    if (this.hits.every(may)) return;
    this.hits = this.hits.filter(may);
  }

  /** @type {Record<string, () => unknown>} */
  #keys = {
    ArrowDown: () => this.#walk(STEPS.ArrowDown),
    ArrowUp: () => this.#walk(STEPS.ArrowUp),
    Enter: () => this.#enter(),
    Escape: () => this.#leave(),
  };

  /** @param {number} step */
  #walk(step) {
    if (!this.text.trim()) return false;
    if (!this.open) this.#show();
    this.#selection.walk(this.#rows, step);
    this.#options.draw();
    requestAnimationFrame(() => document.getElementById(`found-${this.at}`)?.scrollIntoView({ block: "nearest" }));
    return true;
  }

  #enter() {
    if (!this.open) return false;
    if (this.at >= 0) return this.choose(this.at);
    if (this.state === "failed") return this.retry();
    if (!this.all && this.canWiden) return this.widen(); // not found in this search: another Enter finds in all searches
    if (this.state === "looking") return (this.#isEntered = true); // the visible hits belong to the previous text
    return this.opensOnly ? this.choose(0) : true;
  }

  /** Leave the field, and restore the previous focus. The text stays and continues to filter. */
  #leave() {
    this.#hide();
    if (this.#previousFocus) restoreFocus(main(), this.#previousFocus);
    else this.element?.blur();
    this.#previousFocus = null;
  }

  #show() {
    this.open = true;
    if (this.state === "none") this.#ask(0);
    this.#options.draw();
  }

  #hide() {
    this.#reset();
    this.#options.draw();
  }

  /** Close the list and drop the hits, so that the next opening uses current rights. */
  #reset() {
    this.#drop();
    this.#selection.clear();
    Object.assign(this, { open: false, hits: [], more: false, state: "none", problem: null });
  }

  /**
   * Abort the previous request, so that its answer is never shown.
   * @param {number} wait
   */
  #ask(wait) {
    this.#drop();
    const request = (this.#request = new AbortController());
    this.state = "looking";
    this.#isEntered = false;
    this.#timer = setTimeout(() => this.#search(request), wait);
  }

  #drop() {
    this.#request?.abort();
    clearTimeout(this.#timer);
  }

  /** @param {AbortController} request */
  async #search(request) {
    const query = new URLSearchParams({ q: this.text.slice(0, MAX_LENGTH), limit: String(MAX_HITS), ...(this.all ? {} : { board: this.board ?? "" }) });
    const result = await requestHits(query, request.signal);
    if (request.signal.aborted) return;
    Object.assign(this, { state: result.problem ? "failed" : "found" }, result);
    if (this.#isEntered && this.opensOnly) return void this.choose(0);
    this.#options.draw();
  }

  /** Repeat a failed search once when the connection is back. */
  #onConnectionChange() {
    const isConnected = this.#options.session.connection.state === "open";
    if (isConnected && !this.#wasConnected && this.state === "failed") this.retry();
    this.#wasConnected = isConnected;
  }
}

/** @param {URLSearchParams} query @param {AbortSignal} signal @returns {Promise<FindAnswer>} */
async function requestHits(query, signal) {
  try {
    return { ...(await get("/api/v1/find", { query, signal })), problem: null };
  } catch (error) {
    return { hits: [], more: false, problem: error instanceof Refusal ? error.message : t("Cannot reach the server. Check the connection and try again.") };
  }
}
