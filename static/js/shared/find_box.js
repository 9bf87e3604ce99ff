/** Find while typing, by the server: one request at a time, the last answer wins, and a list to walk through. */
import { restoreFocus, focusPosition } from "../behaviours/keep_focus.js";
import { t } from "../core/i18n.js";
import { get } from "../core/connection/api.js";
import { Refusal } from "../core/errors.js";
import { STEPS, Selection } from "../forms/selection.js";

const WAIT_MS = 150; // ms between the last key and the request
export const MOST = 50;
export const LONGEST = 200; // characters that the server accepts

const main = () => /** @type {HTMLElement} */ (document.querySelector("main"));

export class FindBox {
  text = "";
  /** @type {boolean} */ all; // search all boards, not only this one
  open = false;
  /** @type {Hit[]} */ hits = [];
  more = false;
  state = "none"; // "none" | "looking" | "found" | "failed"
  /** @type {string | null} */ trouble = null; // text of the failure
  /** @type {HTMLInputElement | null} */ element = null; // the text field
  #options;
  #selection = new Selection();
  /** @type {Timer | null} */ #timer = null;
  /** @type {AbortController | null} */ #asked = null;
  /** @type {FocusPosition | null} */ #back = null; // where the focus was before
  #hadLine = true;
  #isEntered = false; // Enter was pressed before the answer came

  /** @param {FindOptions} options */
  constructor(options) {
    this.#options = options;
    this.all = this.board === null;
    this.#options.session.watch(() => this.#lineMoved());
  }

  get board() {
    return this.#options.board;
  }

  /** Return the hits, followed by the switch between this board and all boards. */
  get #rows() {
    return [...this.hits.map(({ id }) => ({ key: id })), ...(this.board === null ? [] : [{ key: "widen" }])];
  }

  /** Return the index of the selected row, -1 for none: then the focus is in the text field alone. */
  get at() {
    return this.#selection.indexIn(this.#rows);
  }

  /** Return whether Enter opens the one hit that there is: of several, one must be selected. */
  get opensOnly() {
    return this.all && this.state === "found" && this.hits.length === 1 && !this.more && this.at < 0;
  }

  // Handlers for the template.

  focused = (/** @type {FocusEvent & { target: HTMLInputElement, relatedTarget: HTMLElement | null }} */ { target, relatedTarget }) => {
    target.select(); // typing replaces the old text
    if (relatedTarget && !relatedTarget.closest(".find-box")) this.#back = focusPosition(main(), relatedTarget);
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

  again = () => {
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
    this.#shut();
  }

  /**
   * Drop hits that may not be seen any more.
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
    if (this.state === "failed") return this.again();
    if (!this.all) return this.widen(); // not found in this search: one more key searches all of them
    if (this.state === "looking") return (this.#isEntered = true); // the hits shown are of the text before
    return this.opensOnly ? this.choose(0) : true;
  }

  /** Leave the field; its text stays, with what it hides, and the focus returns to where it was. */
  #leave() {
    this.#hide();
    if (this.#back) restoreFocus(main(), this.#back);
    else this.element?.blur();
    this.#back = null;
  }

  #show() {
    this.open = true;
    if (this.state === "none") this.#ask(0);
    this.#options.draw();
  }

  #hide() {
    this.#shut();
    this.#options.draw();
  }

  /** Close the list and drop the hits: when it opens again, current rights apply. */
  #shut() {
    this.#drop();
    this.#selection.clear();
    Object.assign(this, { open: false, hits: [], more: false, state: "none", trouble: null });
  }

  /**
   * Abort the previous request, so that its answer is never shown.
   * @param {number} wait
   */
  #ask(wait) {
    this.#drop();
    const asked = (this.#asked = new AbortController());
    this.state = "looking";
    this.#isEntered = false;
    this.#timer = setTimeout(() => this.#search(asked), wait);
  }

  #drop() {
    this.#asked?.abort();
    clearTimeout(this.#timer);
  }

  /** @param {AbortController} asked */
  async #search(asked) {
    const query = new URLSearchParams({ q: this.text.slice(0, LONGEST), limit: String(MOST), ...(this.all ? {} : { board: this.board ?? "" }) });
    const found = await answer(query, asked.signal);
    if (asked.signal.aborted) return;
    Object.assign(this, { state: found.trouble ? "failed" : "found" }, found);
    if (this.#isEntered && this.opensOnly) return void this.choose(0);
    this.#options.draw();
  }

  /** Search again once when the connection is back; a server that refuses is not asked over and over. */
  #lineMoved() {
    const hasLine = this.#options.session.connection.state === "open";
    if (hasLine && !this.#hadLine && this.state === "failed") this.again();
    this.#hadLine = hasLine;
  }
}

/** @param {URLSearchParams} query @param {AbortSignal} signal @returns {Promise<FindAnswer>} */
async function answer(query, signal) {
  try {
    return { ...(await get(`/api/v1/find?${query}`, { signal })), trouble: null };
  } catch (error) {
    return { hits: [], more: false, trouble: error instanceof Refusal ? error.message : t("Cannot reach the server. Check the connection and try again.") };
  }
}
