/** Marks below a description: the statements that the server found in it. A press marks a word as a name and puts it
    in quotation marks; nothing else changes the text. */
import { html, nothing } from "../../vendor/lit-html/lit-html.js";
import { post } from "../core/connection/api.js";
import { t } from "../core/i18n.js";

const PAUSE_MS = 400; // ms after the last keystroke
const MAX_TEXT = 4_000; // characters that are sent
const MAX_KEPT = 30; // cached answers
const MAX_UNREAD = 4; // not understood words that are shown
const REPORTED = new Set(["description", "clothing", "company"]); // fields of reports that describe a person's appearance
const REPORTS = new Set(["sighting", "tip"]);

/** @typedef {{ id: string, text: string, field: string, isBrief: boolean, edit: (text: string) => void, draw: () => void }} LooksInput `isBrief`: each word should be understood */
/** @typedef {UnderstoodText & { text: string }} Answer `text`: the text that the server read */

class UnderstoodTexts {
  /** @type {Map<string, Answer>} */ #answers = new Map(); // by field and text, the last used one at the end
  /** @type {Map<string, Answer>} */ #shown = new Map(); // by input; shown until the next answer arrives
  /** @type {Map<string, { key: string, timer: Timer, abort: AbortController }>} */ #requests = new Map(); // last one of each input
  /** @type {{ id: string, start: number } | null} */ open = null; // statement that is being corrected

  /** Return the answer for an input, and request it if needed. Until it arrives, return the answer for the earlier text. @param {LooksInput} input @returns {Answer | undefined} */
  of(input) {
    const { id, text, field } = input, key = JSON.stringify([field, text]), known = this.#answers.get(key);
    if (!text.trim()) this.#shown.delete(id);
    else if (known) keep(this.#shown, id, known);
    else if (this.#requests.get(id)?.key !== key) this.#schedule(key, input);
    return this.#shown.get(id);
  }

  /** @param {string} key @param {LooksInput} input */
  #schedule(key, input) {
    const former = this.#requests.get(input.id), abort = new AbortController();
    clearTimeout(former?.timer);
    former?.abort.abort();
    keep(this.#requests, input.id, { key, abort, timer: setTimeout(() => this.#fetch(key, input, abort.signal), PAUSE_MS) });
  }

  /** @param {string} key @param {LooksInput} input @param {AbortSignal} signal */
  async #fetch(key, { id, text, field, draw }, signal) {
    try {
      const found = await post("/api/v1/statements", { text: text.slice(0, MAX_TEXT), ...(field && { field }) }, { signal });
      if (signal.aborted) return;
      const answer = { ...found, text };
      keep(this.#answers, key, answer);
      keep(this.#shown, id, answer);
      draw();
    } catch {
      // no marks without a connection
    }
  }
}

const texts = new UnderstoodTexts();

/**
 * Store a value as the most recently used one, and drop the least recently used one above the limit.
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

/** Return true if a field of a form describes a person's appearance. @param {{ path: string, kind?: string, compared?: number, control: string }} field */
export const speaksOfLooks = ({ path, kind, compared, control }) => (control === "text" || control === "long") && (Boolean(compared) || (REPORTS.has(kind ?? "") && REPORTED.has(path)));

/** @param {LooksInput} input */
export function understoodMarks(input) {
  const answer = texts.of(input);
  if (!input.text.trim()) return nothing;
  if (!answer || !(answer.statements.length || (input.isBrief && answer.unread.length))) return html`<div class="understood"></div>`; // reserves the space, so that nothing below moves
  const isCurrent = answer.text === input.text, opened = texts.open?.id === input.id && isCurrent ? answer.statements.find(({ span }) => span?.[0] === texts.open?.start) : undefined;
  const unread = input.isBrief ? answer.unread.slice(0, MAX_UNREAD) : [];
  return html`<div class="understood" data-testid="understood"><div role="group" aria-label=${t("What the board understood")}>
      ${answer.statements.map((statement) => mark(statement, statement === opened, input))}
      ${unread.map(([start, end]) => html`<span class="unread" title=${t("Not understood. It is found by this word only.")}>“<bdi>${answer.text.slice(start, end)}</bdi>”?</span>`)}
    </div>${opened ? correction(opened, input) : nothing}</div>`;
}

/** @param {UnderstoodStatement} statement @param {boolean} isOpen @param {LooksInput} input */
function mark({ text, whose, negated, span, words }, isOpen, { id, draw }) {
  const toggle = () => {
    texts.open = isOpen || !span ? null : { id, start: span[0] };
    draw();
  };
  return html`<button type="button" data-whose=${whose} ?data-negated=${negated} aria-expanded=${String(isOpen)} aria-controls=${isOpen ? `${id}-correction` : nothing} ?disabled=${!words.length} @click=${toggle}>${text}</button>`;
}

/** @param {UnderstoodStatement} statement @param {LooksInput} input */
function correction({ words }, { id, text, edit, draw }) {
  const close = () => {
    document.getElementById(id)?.focus(); // before the pressed button is removed: its blur would draw during the draw
    texts.open = null;
    draw();
  };
  const asName = (/** @type {number[]} */ [start, end]) => () => {
    close();
    edit(`${text.slice(0, start)}“${text.slice(start, end)}”${text.slice(end)}`);
    draw();
  };
  return html`<div class="correction" id="${id}-correction" data-testid="correction">
    ${words.map(({ span, reads }) => {
      const word = text.slice(span[0], span[1]);
      return html`<p><span>${t("“{word}” was read as: {meaning}", { word, meaning: reads })}</span>
        <button type="button" data-act="is-name" aria-label=${t("“{word}” is a name", { word })} @click=${asName(span)}>${t("It is a name")}</button></p>`;
    })}
    <p><span class="hint">${t("A name is put in quotation marks, and is not compared.")}</span><button type="button" class="plain" data-act="is-right" @click=${close}>${t("It is right")}</button></p>
  </div>`;
}
