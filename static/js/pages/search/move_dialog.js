/** "Move to…" dialog: choose a column and a place in it, without dragging. */

import { html } from "../../../vendor/lit-html/lit-html.js";
import { t } from "../../core/i18n.js";
import { titleOf } from "../../core/rules/kinds.js";
import { label } from "../../core/labels.js";
import { dialog } from "../../behaviours/dialog.js";
import { cardName, columnName } from "../../format/values.js";

/** @param {SearchView} view @param {string} id */
export function moveDialog(view, id) {
  const entity = view.model.byId.get(id);
  const { columns } = view.model;
  const open = view.ui.dialog;
  const { column, others } = chosen(view, id);
  const place = placeIn(column, open);
  const pick = (/** @type {string} */ key) => (/** @type {any} */ event) => {
    open[key] = event.target.value;
    if (key === "column") open.place = undefined;
    view.draw();
  };
  const send = (/** @type {any} */ event) => {
    event.preventDefault();
    // Evaluated now: an arrow key and Enter may both come before the next draw.
    const now = chosen(view, id);
    view.act.closeDialog();
    view.act.sendMove(id, { column: now.column.id, ...placed(placeIn(now.column, open), now.others) });
  };
  return dialog("move", t("Move {card} to…", { card: cardName(entity) }), html`<form class="form" data-form="move" @submit=${send}>
    <fieldset class="choices" data-field="column">
      <legend>${label.field("column")}</legend>
      ${columns.map((/** @type {any} */ other) => html`<label class="check">
        <input type="radio" name="column" value=${other.id} ?autofocus=${other === column} .checked=${other === column} @change=${pick("column")} />
        ${columnName(other.state)} <b>${other.cards.length}</b>
      </label>`)}
    </fieldset>
    <div class="row" data-field="place">
      <label for="move-place">${t("Position")}</label>
      <select id="move-place" @change=${pick("place")}>
        <option value="top" ?selected=${place === "top"}>${t("Top")}</option>
        <option value="bottom" ?selected=${place === "bottom"}>${t("Bottom")}</option>
        ${others.map((/** @type {any} */ card) => html`<option value=${card.id} ?selected=${place === card.id}>${t("Before {card}", { card: titled(card) })}</option>`)}
      </select>
    </div>
    <div class="buttons"><span class="space"></span>
      <button type="button" data-act="cancel" @click=${view.act.closeDialog}>${t("Cancel")}</button>
      <button type="submit" class="primary" data-act="send">${t("Move")}</button>
    </div>
  </form>`, view.act.closeDialog);
}

/**
 * Return the chosen column (else the card's own) and its cards to go before.
 * @param {SearchView} view
 * @param {string} id
 */
function chosen(view, id) {
  const { columns, byId } = view.model;
  const own = columns.find((/** @type {{ cards: any }} */ { cards }) => cards.includes(byId.get(id)));
  const column = columns.find((/** @type {Entity} */ column) => column.id === view.ui.dialog.column) ?? own ?? columns[0];
  return { column, others: column.cards.filter((/** @type {any} */ card) => card.id !== id && !card.added) };
}

/**
 * What is done goes on top, so that the newest is there; elsewhere a card waits its turn.
 * @param {ColumnEntity} column
 * @param {{ place?: string }} open
 */
const placeIn = ({ state }, { place }) => place ?? (state.role === "done" ? "top" : "bottom");

const TITLE_LENGTH = 60; // characters that identify a card

/** @param {any} card */
function titled(card) {
  const said = titleOf(card);
  return `${cardName(card)} · ${said.length > TITLE_LENGTH ? `${said.slice(0, TITLE_LENGTH)}…` : said}`;
}

/** @param {any} place @param {any} others */
function placed(place, others) {
  if (!others.length || place === "bottom") return {};
  return { before: place === "top" ? others[0].id : place };
}
