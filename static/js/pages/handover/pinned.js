/** Pinned cards and notes of a search, and the choice of more during preparation. */

import { html, nothing } from "../../../vendor/lit-html/lit-html.js";
import { t } from "../../core/i18n.js";
import { say, withColon } from "../../core/rules/sentences.js";
import { cardKinds, pluralName, titleOf } from "../../core/rules/kinds.js";
import { label } from "../../core/labels.js";
import { standardText } from "../../core/rules/standard_texts.js";
import { cardTime } from "../../format/time_elements.js";
import { authorLine } from "./authorship.js";

const MAX_PINS = 20; // limit of the server
const MAX_TITLE = 70; // characters of a card in the list

/** @param {any} section @param {HandoverView} view */
export function pinned(section, view) {
  const texts = view.mayWrite ? view.written(section.board) : section.briefing ?? {};
  const ids = view.mayWrite ? texts.pinned ?? [] : section.pinned.map((/** @type {{ id: string }} */ { id }) => id);
  if (!ids.length && !view.mayWrite) return nothing;
  const pinnedById = new Map(section.pinned.map((/** @type {any} */ entity) => [entity.id, entity]));
  return html`<div class="pins" data-testid="pins">
    ${ids.length ? html`<h3>${say("critical_points")}</h3><ul>${ids.map((/** @type {string} */ id) => line(section, pinnedById.get(id) ?? fromBoard(view, section.board, id), id, view))}</ul>
      ${authorLine(texts, "pinned", view, view.mayWrite ? () => view.act.confirm(section.board, "pinned") : null)}` : nothing}
    ${view.mayWrite && ids.length < MAX_PINS ? choice(section, ids, view) : nothing}
  </div>`;
}

/** @param {{ board: string, search: any }} section @param {any} card @param {string} id @param {HandoverView} view */
function line({ board, search }, card, id, view) {
  const unpin = view.mayWrite ? html`<button type="button" class="plain" data-act="unpin" aria-label=${t("Unpin: {title}", { title: standardText(card?.title) ?? "" })} @click=${() => view.act.pin({ board }, id)}>✕</button>` : nothing;
  if (!card) return html`<li data-pinned=${id}>${t("Loading…")}${unpin}</li>`;
  const address = card.kind === "note" ? (card.card ? `/searches/${board}/cards/${card.card}` : `/searches/${board}`) : `/searches/${board}/cards/${id}`;
  const details = [card.category && label.category(card.category), card.grade, card.assignee && view.nameOf(card.assignee), cardTime(card, search.person.sex), card.place, card.done && (card.result ? `${withColon(label.column("done"))} ${card.result}` : label.column("done"))].filter(Boolean).join(" · ");
  return html`<li data-pinned=${id}><a href=${address}><span class="number ${card.kind}">${card.number ?? label.noun("note")}</span> ${standardText(card.title)}</a> <small>${details}</small>${unpin}</li>`;
}

/**
 * Describe a pinned card from the board until the report contains it.
 * @param {HandoverView} view
 * @param {string} board
 * @param {string} id
 */
function fromBoard(view, board, id) {
  const entity = view.ui.pinning.get(board)?.all?.find((/** @type {any} */ entity) => entity.id === id);
  return entity && { kind: entity.kind, number: entity.state.number ?? null, title: textOf(entity), at: null, assignee: entity.state.assignee, category: entity.state.category, card: entity.state.card };
}

/** @param {{ kind: string, state: State }} entity */
const textOf = ({ kind, state }) => (kind === "note" ? state.text : titleOf({ kind, state }));

/**
 * Render the choice of cards and notes, which is loaded when it opens.
 * @param {any} section
 * @param {any} ids
 * @param {HandoverView} view
 */
function choice(section, ids, view) {
  const { all: entities, failed } = view.ui.pinning.get(section.board) ?? {};
  const kinds = [...cardKinds().map((kind) => [kind, pluralName(kind)]), ["note", t("Notes")]];
  const pin = (/** @type {{ target: any }} */ { target }) => {
    if (target.value) view.act.pin(section, target.value);
    target.value = "";
  };
  return html`<details class="pin-more" @toggle=${(/** @type {{ target: any }} */ { target }) => target.open && view.act.readCards(section)}>
    <summary>${t("Pin a critical point…")}</summary>
    ${failed ? html`<p class="problem" role="alert">${t("Cards could not be loaded.")} <button type="button" data-act="read-again" @click=${() => view.act.readCards(section)}>${t("Try again")}</button></p>` : nothing}
    ${entities ? html`<select aria-label=${t("Pin a critical point…")} data-act="pin" @change=${pin}><option value="">—</option>
      ${kinds.map(([kind, name]) => html`<optgroup label=${name}>${entities.filter((/** @type {any} */ entity) => entity.kind === kind && !entity.state.withdrawn && !ids.includes(entity.id)).map((/** @type {any} */ entity) =>
        html`<option value=${entity.id}>${entity.state.number ? `${entity.state.number} · ` : ""}${shorten(textOf(entity))}</option>`)}</optgroup>`)}</select>`
      : failed ? nothing : html`<p class="hint" role="status">${t("Loading…")}</p>`}
  </details>`;
}

/** @param {string} text */
const shorten = (text) => (text.length > MAX_TITLE ? `${text.slice(0, MAX_TITLE)}…` : text);
