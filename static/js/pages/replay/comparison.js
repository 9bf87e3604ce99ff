/** Comparison of the selected moment with another one: a list next to the board, on which the changed cards are marked. */

import { html, nothing } from "../../../vendor/lit-html/lit-html.js";
import { t } from "../../core/i18n.js";
import { isCard, titleOf } from "../../core/rules/kinds.js";
import { label } from "../../core/labels.js";
import { cardName, columnName } from "../../format/values.js";
import { fieldChange } from "../../format/field_change.js";
import { shownChanges } from "../../format/shown_changes.js";
import { CHANGE_KINDS } from "../../replay/compare_states.js";
import { formatDateAndTime } from "./bar.js";
import { shortPersonName } from "../../format/search_list.js";

/** @type {Record<string, any>} */
const CHANGE_NAMES = {
  added: () => t("Added"), solved: () => t("Dealt with"), moved: () => t("Moved"), changed: () => t("Changed"), removed: () => t("Removed"),
};

/** @param {ReplayView} replay */
export function comparison(replay) {
  const { past } = replay;
  const [first, last] = past.moments;
  return html`<aside class="comparison" aria-label=${t("Differences")} data-testid="compared">
    <header><h2>${t("Differences")}</h2>
      <button type="button" class="plain" data-act="stop-comparing" aria-label=${t("Stop comparing")} title=${t("Stop comparing")} @click=${replay.compare}>✕</button></header>
    <dl class="moments">${moment(t("From"), first)} ${moment(t("To"), last)}</dl>
    ${first.count === last.count ? html`<p class="hint">${t("Go to another time. The differences are listed here.")}</p>` : differences(replay)}
    <p><button type="button" data-act="swap" ?disabled=${first.count === last.count} @click=${replay.swap}>${t("Show the other time")}</button></p>
  </aside>`;
}

/** @param {string} name @param {{ time: any, isHere: any }} moment */
function moment(name, { time, isHere }) {
  return html`<dt>${name}</dt><dd aria-current=${isHere ? "true" : nothing}>${formatDateAndTime(time)} ${isHere ? html`<small>${t("shown on the board")}</small>` : nothing}</dd>`;
}

/** @param {ReplayView} replay */
function differences(replay) {
  const { changes } = replay.past;
  if (!changes.length) return html`<p class="hint">${t("No differences: all changes were reversed.")}</p>`;
  return CHANGE_KINDS.map((category) => {
    const matching = changes.filter((/** @type {any} */ change) => change.way === category);
    return matching.length ? html`<section data-change=${category}><h3>${CHANGE_NAMES[category]()} <b>${matching.length}</b></h3>
      <ul>${matching.map((/** @type {any} */ change) => line(change, replay))}</ul></section>` : nothing;
  });
}

/** @param {any} change @param {ReplayView} replay */
function line(change, replay) {
  const { kind, id, way: category, fields, before, after } = change;
  const state = (after ?? before).state, { session, past } = replay;
  const ctx = { session, board: { get: (/** @type {string} */ id) => past.either(id) } };
  const shown = category === "added" || category === "removed" ? [] : shownChanges(fields, { kind, before: before.state, state: after.state }, ctx);
  return html`<li data-changed=${id} data-kind=${kind}>
    <p>${entityLink(change, replay)} ${kind === "search" ? nothing : html`<span class="change-text">${entityText(kind, state, replay)}</span>`}</p>
    ${shown.length ? html`<ul class="fields">${shown.map((change) => fieldChange(change, ctx))}</ul>` : nothing}
  </li>`;
}

/**
 * Link to a card or search, if it exists at the selected moment.
 * @param {{ kind: string, id: string, before: any, after: any }} change
 * @param {{ body: any, past: any }} replay
 */
function entityLink({ kind, id, before, after }, { body, past }) {
  const entity = after ?? before;
  const name = entityName(kind, entity.state, past);
  if (kind === "search" && body.placeOf && past.board.get(id)) return html`<a href=${body.placeOf(id)}>${name}</a>`;
  if (isCard(kind) && past.board.get(id)) return html`<a href=${body.path(id)} @click=${(/** @type {any} */ event) => body.open(event, id)}>${name}</a>`;
  return html`<b>${name}</b>`;
}

/** @param {string} kind @param {State} state @param {any} past */
function entityName(kind, state, past) {
  if (isCard(kind)) return cardName({ kind, state });
  if (kind === "search") return past.board.id === "operations" ? shortPersonName(state.person) : t("The search");
  return label.noun(kind);
}

/** @param {string} kind @param {State} state @param {{ past: any }} replay */
function entityText(kind, state, { past }) {
  if (kind === "column") return columnName(state);
  if (kind === "note") return state.card ? t("on {card}: {text}", { card: cardName(past.either(state.card)), text: state.text }) : state.text;
  return titleOf({ kind, state });
}
