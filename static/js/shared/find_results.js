/** Combobox of Find: the text field, and the list of hits under it. */
import { html, nothing } from "../../vendor/lit-html/lit-html.js";
import { live } from "../../vendor/lit-html/directives/live.js";
import { ref } from "../../vendor/lit-html/directives/ref.js";
import { cardName } from "../format/values.js";
import { sameLooks } from "../format/statements.js";
import { number, n, t } from "../core/i18n.js";
import { withColon } from "../core/rules/sentences.js";
import { pageName } from "../core/rules/pages.js";
import { isCard } from "../core/rules/kinds.js";
import { label } from "../core/labels.js";
import { MAX_LENGTH, MAX_HITS } from "./find_box.js";

/**
 * @param {FindBox} find
 * @param {{ hint: string, name: string, nameOf?: (hit: Hit) => string | null | undefined, cardOf?: (hit: Hit) => any }} options `hint` is the placeholder,
 *   `name` the label; `nameOf` returns the name of the missing person, if known here
 */
export function findField(find, { hint, name, nameOf = () => null, cardOf = () => null }) {
  const isOpen = find.open && Boolean(find.text.trim());
  const field = (/** @type {Element | undefined} */ element) => (find.element = /** @type {HTMLInputElement | undefined} */ (element) ?? null);
  const status = isOpen ? statusText(find) : "";
  return html`<div class="find-box" @focusout=${find.left}>
    <input type="search" class="find-input" id="find" name="find" data-testid="find" role="combobox" autocomplete="off" maxlength=${MAX_LENGTH} placeholder=${hint} aria-label=${name}
      aria-expanded=${isOpen} aria-controls="found" aria-autocomplete="list" aria-activedescendant=${isOpen && find.at >= 0 ? `found-${find.at}` : nothing}
      .value=${live(find.text)} @input=${find.typed} @keydown=${find.pressed} @focus=${find.focused} ${ref(field)} />
    <p class="visually-hidden" role="status">${status}</p>
    <div class="find-results" ?hidden=${!isOpen} data-testid="found" @pointerdown=${(/** @type {Event} */ event) => event.preventDefault()}>
      <p class="count" data-state=${find.state} aria-hidden="true" data-testid="found-count">${status}
        ${find.state === "failed" ? html`<button type="button" class="plain" tabindex="-1" @click=${find.retry}>${t("Try again")}</button>` : nothing}</p>
      <div role="listbox" id="found" aria-label=${t("Results")} aria-busy=${find.state === "looking"}>
        ${isOpen ? find.hits.map((hit, index) => row(hit, index, find, { nameOf, cardOf })) : nothing}
        ${isOpen && find.canWiden ? scopeOption(find) : nothing}
      </div>
    </div>
  </div>`;
}

/** @param {FindBox} find */
function statusText({ state, hits, more, problem, all, board, canWiden }) {
  if (state === "failed") return problem;
  if (state === "looking") return t("Loading…");
  const count = number(MAX_HITS);
  if (board === null || all) {
    if (!hits.length) return t("Nothing found in all searches. Try fewer letters, a number or a reference.");
    if (more) return t("More than {count} results in all searches. Add a word to narrow it down.", { count });
    return n("{count} result in all searches", "{count} results in all searches", hits.length);
  }
  if (!hits.length) return canWiden ? t("Nothing found in this search. Try fewer letters, or all searches.") : t("Nothing found in this search. Try fewer letters.");
  if (more) return t("More than {count} results in this search. Add a word to narrow it down.", { count });
  return n("{count} result in this search", "{count} results in this search", hits.length);
}

/**
 * @param {Hit} hit
 * @param {number} index
 * @param {FindBox} find
 * @param {{ nameOf: (hit: Hit) => string | null | undefined, cardOf: (hit: Hit) => any }} known
 */
function row(hit, index, find, { nameOf, cardOf }) {
  const isElsewhere = hit.board !== find.board;
  const location = [isElsewhere && (hit.reference ?? pageName("operations")), isElsewhere && nameOf(hit), subjectText(hit, cardOf(hit))].filter(Boolean);
  return html`<div role="option" id="found-${index}" class="hit" data-kind=${hit.kind} aria-selected=${index === find.at} data-hit=${hit.id} @click=${(/** @type {MouseEvent} */ event) => openHit(event, find, index)}>
    <p class="where"><b>${location.join(" · ")}</b>${find.opensOnly ? html` <kbd aria-hidden="true">${t("Enter")}</kbd>` : nothing}${hit.withdrawn ? html` <span class="away">${label.done(`${hit.kind}.withdrawn`)}</span>` : nothing}${hit.left && hit.kind !== "tip" && hit.kind !== "report" ? html` <span class="away">${label.done("card.archived")}</span>` : nothing}</p>
    ${hit.found.map((/** @type {{ field: string, text: string, marks: [number, number][] }} */ { field, text, marks }) => html`<p class="snippet"><span class="field">${withColon(label.field(field, hit.kind))}</span> ${highlight(text, marks)}</p>`)}
    ${sameLooks(hit.statements)}
  </div>`;
}

/** @param {MouseEvent} event @param {FindBox} find @param {number} index */
function openHit(event, find, index) {
  if (event.ctrlKey || event.metaKey) window.open(hitUrl(find.hits[index]), "_blank", "noopener");
  else find.choose(index);
}

/** @param {FindBox} find */
function scopeOption(find) {
  const index = find.hits.length;
  const text = find.all ? t("Find in this search only") : t("Find in all searches");
  return html`<div role="option" id="found-${index}" class="search-all" aria-selected=${index === find.at} data-act="widen" @click=${() => find.choose(index)}>${text}
    ${find.all ? nothing : html`<kbd aria-hidden="true">${t("Enter")}</kbd>`}</div>`;
}

/** @param {Hit} hit @param {Entity | undefined} card */
function subjectText({ kind, number }, card) {
  if (isCard(kind) || kind === "tip" || kind === "report") return cardName({ kind, state: { number } });
  return card ? `${label.noun(kind)} · ${cardName(card)}` : label.noun(kind);
}

/**
 * Highlight parts of a text. Each mark is [start, end) in UTF-16 units, like JavaScript's string indices.
 * @param {string} text
 * @param {[number, number][]} marks
 */
function highlight(text, marks) {
  /** @type {Drawn[]} */
  const parts = [];
  let from = 0;
  for (const [start, end] of marks) {
    parts.push(text.slice(from, start), html`<mark>${text.slice(start, end)}</mark>`);
    from = end;
  }
  return [...parts, text.slice(from)];
}

/**
 * Return the URL of a hit: its card, or its board.
 * @param {Hit} hit
 */
export function hitUrl({ board, kind, id, card, left }) {
  if (board === "operations") return kind === "tip" || kind === "report" ? `/?${kind}=${id}` : left ? "/history" : "/";
  const cardId = kind === "note" && !left ? card : kind === "search" ? null : id;
  if (cardId) return `/searches/${board}/cards/${cardId}`;
  return kind === "note" ? `/searches/${board}#log` : `/searches/${board}`;
}
