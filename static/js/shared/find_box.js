/** Finding while one types, by the server's words: one question at a time, the last answer wins, and a list to walk through. */
import { restoreFocus, focusPosition } from "../behaviours/keep_focus.js";
import { t } from "../core/i18n.js";
import { queuedRequest } from "../core/api.js";

const WAIT_MS = 150; // between the last key and the question
export const MOST = 50;
export const LONGEST = 200; // characters that the server takes

export class FindBox {
  text = "";
  all; // on all boards, and not on this one alone
  open = false;
  at = -1; // the row that is walked to; -1 is the field itself
  hits = [];
  more = false;
  state = "none"; // "looking", "found", "failed"
  trouble = null; // what failed, in words
  element = null; // the field
  #options;
  #timer = null;
  #asked = null;
  #back = null; // where the keyboard was
  #unwatch = null;
  #hadLine = true;

  /** @param options {board: id, or null where there are only all; desk, draw(), typed(text), go(hit)} */
  constructor(options) {
    this.#options = options;
    this.all = this.board === null;
  }

  connect() {
    this.#unwatch = this.#options.session.watch(() => this.#lineMoved());
  }

  disconnect() {
    this.#unwatch();
    this.#drop();
  }

  get board() {
    return this.#options.board;
  }

  /** Hits, and after them the way between this board and all of them. */
  get rows() {
    return this.hits.length + (this.board === null ? 0 : 1);
  }

  // What a template hands on to the field.

  focused = ({ target, relatedTarget }) => {
    target.select(); // what is typed now is another question
    if (relatedTarget && !relatedTarget.closest(".find-box")) this.#back = focusPosition(document.querySelector("main"), relatedTarget);
    if (this.text.trim()) this.#show();
  };

  left = ({ currentTarget, relatedTarget }) => {
    if (this.open && !currentTarget.contains(relatedTarget)) this.#hide();
  };

  typed = (event) => this.type(event.target.value);

  type(text) {
    this.text = text;
    this.#options.typed(text);
    if (!text.trim()) return this.stop();
    this.#ask(WAIT_MS);
    return this.#show();
  }

  pressed = (event) => {
    const does = !event.isComposing && this.#keys[event.key];
    if (!does || event.ctrlKey || event.metaKey || event.altKey) return;
    if (does() !== false) event.preventDefault();
  };

  choose(row) {
    if (row === this.hits.length) return this.widen();
    const hit = this.hits[row];
    this.#hide();
    return this.#options.go(hit);
  }

  widen() {
    this.all = !this.all;
    this.hits = [];
    this.at = -1;
    this.#ask(0);
    this.#options.draw();
  }

  again = () => {
    this.#ask(0);
    this.#options.draw();
  };

  /** Nothing is sought any more. */
  stop() {
    this.forget();
    this.#options.draw();
  }

  /** Nothing of it stays: neither words nor what was found by them. */
  forget() {
    Object.assign(this, { text: "", all: this.board === null });
    this.#shut();
  }

  /** What somebody may not see any more goes at once. may: (board) -> boolean */
  keep(may) {
    if (this.hits.every(({ board }) => may(board))) return;
    this.hits = this.hits.filter(({ board }) => may(board));
    this.at = -1;
  }

  #keys = {
    ArrowDown: () => this.#walk(1),
    ArrowUp: () => this.#walk(-1),
    Enter: () => this.#enter(),
    Escape: () => this.#leave(),
  };

  #walk(step) {
    if (!this.text.trim()) return false;
    if (!this.open) this.#show();
    const places = this.rows + 1; // with the field
    this.at = ((this.at + 1 + step + places) % places) - 1;
    this.#options.draw();
    requestAnimationFrame(() => document.getElementById(`found-${this.at}`)?.scrollIntoView({ block: "nearest" }));
    return true;
  }

  #enter() {
    if (!this.open) return false;
    if (this.at >= 0) return this.choose(this.at);
    if (this.state === "failed") return this.again();
    return this.all || this.widen(); // in this search nothing was it: one key further are all
  }

  /** The words stay, with what they hide; the keyboard goes back to where it was. */
  #leave() {
    this.#hide();
    if (this.#back) restoreFocus(document.querySelector("main"), this.#back);
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

  /** What was found is not kept behind a closed list: it is looked for anew, by the rights of then. */
  #shut() {
    this.#drop();
    Object.assign(this, { open: false, at: -1, hits: [], more: false, state: "none", trouble: null });
  }

  /** An answer to what was asked before is never shown: it is given up, and would be no longer wanted. */
  #ask(wait) {
    this.#drop();
    const asked = (this.#asked = new AbortController());
    this.state = "looking";
    this.#timer = setTimeout(() => this.#look(asked), wait);
  }

  #drop() {
    this.#asked?.abort();
    clearTimeout(this.#timer);
  }

  async #look(asked) {
    const query = new URLSearchParams({ q: this.text.slice(0, LONGEST), limit: MOST, ...(this.all ? {} : { board: this.board }) });
    const found = await answer(query, asked.signal);
    if (asked.signal.aborted) return;
    this.at = Math.min(this.at, found.hits.length - 1);
    Object.assign(this, { state: found.trouble ? "failed" : "found" }, found);
    this.#options.draw();
  }

  /** Once, when the line is back: a server that refuses is not asked over and over. */
  #lineMoved() {
    const hasLine = this.#options.session.connection.state === "open";
    if (hasLine && !this.#hadLine && this.state === "failed") this.again();
    this.#hadLine = hasLine;
  }
}

/** @returns {hits, more, trouble} */
async function answer(query, signal) {
  try {
    const response = await queuedRequest(`/api/v1/find?${query}`, { signal, headers: { accept: "application/json" } });
    const body = await response.json();
    if (response.ok) return { ...body, trouble: null };
    return { hits: [], more: false, trouble: body.message };
  } catch {
    return { hits: [], more: false, trouble: t("The server can't be reached: nothing was looked for.") };
  }
}
