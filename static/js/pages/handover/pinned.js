/** Pinned cards and notes of a search, and the choice of more while the handover is prepared. */

import { html, nothing } from "../../../vendor/lit-html/lit-html.js";
import { t } from "../../core/i18n.js";
import { say } from "../../core/rules/sentences.js";
import { cardKinds, pluralName, titleOf } from "../../core/rules/kinds.js";
import { label } from "../../core/labels.js";
import { standardText } from "../../core/rules/standard_texts.js";
import { cardTime } from "../../format/time_elements.js";
import { authorLine } from "./authorship.js";

const MAX_PINS = 20; // limit of the server
const MAX_TITLE = 70; // characters of a card in the list

/** @param {any} it @param {HandoverView} view */
export function pinned(it, view) {
  const said = view.mayWrite ? view.written(it.board) : it.briefing ?? {};
  const ids = view.mayWrite ? said.pinned ?? [] : it.pinned.map((/** @type {{ id: string }} */ { id }) => id);
  if (!ids.length && !view.mayWrite) return nothing;
  const known = new Map(it.pinned.map((/** @type {any} */ each) => [each.id, each]));
  return html`<div class="pins" data-testid="pins">
    ${ids.length ? html`<h3>${say("critical_points")}</h3><ul>${ids.map((/** @type {string} */ id) => line(it, known.get(id) ?? fromBoard(view, it.board, id), id, view))}</ul>
      ${authorLine(said, "pinned", view, view.mayWrite ? () => view.act.confirm(it.board, "pinned") : null)}` : nothing}
    ${view.mayWrite && ids.length < MAX_PINS ? choice(it, ids, view) : nothing}
  </div>`;
}

/** @param {{ board: string, search: any }} given @param {any} card @param {string} id @param {HandoverView} view */
function line({ board, search }, card, id, view) {
  const unpin = view.mayWrite ? html`<button type="button" class="plain" data-act="unpin" aria-label=${t("Unpin: {title}", { title: standardText(card?.title) ?? "" })} @click=${() => view.act.pin({ board }, id)}>✕</button>` : nothing;
  if (!card) return html`<li data-pinned=${id}>${t("Loading…")}${unpin}</li>`;
  const place = card.kind === "note" ? (card.card ? `/searches/${board}/cards/${card.card}` : `/searches/${board}`) : `/searches/${board}/cards/${id}`;
  const more = [card.category && label.category(card.category), card.assignee && view.nameOf(card.assignee), cardTime(card, search.person.sex)].filter(Boolean).join(" · ");
  return html`<li data-pinned=${id}><a href=${place}><span class="number ${card.kind}">${card.number ?? label.noun("note")}</span> ${standardText(card.title)}</a> <small>${more}</small>${unpin}</li>`;
}

/**
 * Describe a pinned card from the board until the report contains it.
 * @param {HandoverView} view
 * @param {string} board
 * @param {string} id
 */
function fromBoard(view, board, id) {
  const entity = view.ui.pinning.get(board)?.all?.find((/** @type {any} */ each) => each.id === id);
  return entity && { kind: entity.kind, number: entity.state.number ?? null, title: textOf(entity), at: null, assignee: entity.state.assignee, category: entity.state.category, card: entity.state.card };
}

/** @param {{ kind: string, state: State }} entity */
const textOf = ({ kind, state }) => (kind === "note" ? state.text : titleOf({ kind, state }));

/**
 * Choice of cards and notes, loaded when it opens.
 * @param {any} it
 * @param {any} ids
 * @param {HandoverView} view
 */
function choice(it, ids, view) {
  const { all, failed } = view.ui.pinning.get(it.board) ?? {};
  const kinds = [...cardKinds().map((kind) => [kind, pluralName(kind)]), ["note", t("Notes")]];
  const pin = (/** @type {{ target: any }} */ { target }) => {
    if (target.value) view.act.pin(it, target.value);
    target.value = "";
  };
  return html`<details class="pin-more" @toggle=${(/** @type {{ target: any }} */ { target }) => target.open && view.act.readCards(it)}>
    <summary>${t("Pin a critical point…")}</summary>
    ${failed ? html`<p class="problem" role="alert">${t("Cards could not be loaded.")} <button type="button" data-act="read-again" @click=${() => view.act.readCards(it)}>${t("Try again")}</button></p>` : nothing}
    ${all ? html`<select aria-label=${t("Pin a critical point…")} data-act="pin" @change=${pin}><option value="">—</option>
      ${kinds.map(([kind, name]) => html`<optgroup label=${name}>${all.filter((/** @type {any} */ each) => each.kind === kind && !each.state.withdrawn && !ids.includes(each.id)).map((/** @type {any} */ each) =>
        html`<option value=${each.id}>${each.state.number ? `${each.state.number} · ` : ""}${short(textOf(each))}</option>`)}</optgroup>`)}</select>`
      : failed ? nothing : html`<p class="hint" role="status">${t("Loading…")}</p>`}
  </details>`;
}

/** @param {string} text */
const short = (text) => (text.length > MAX_TITLE ? `${text.slice(0, MAX_TITLE)}…` : text);
