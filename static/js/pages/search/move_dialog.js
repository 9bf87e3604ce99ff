/** "Move to…" dialog: chooses a column and a position in it, without dragging. */

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
  const { column, others } = targetOf(view, id);
  const place = placeIn(column, open);
  const pick = (/** @type {string} */ key) => (/** @type {any} */ event) => {
    open[key] = event.target.value;
    if (key === "column") open.place = undefined;
    view.draw();
  };
  const send = (/** @type {any} */ event) => {
    event.preventDefault();
    // Evaluate it again: an arrow key and Enter may both be pressed before the next draw.
    const target = targetOf(view, id);
    view.act.closeDialog();
    view.act.sendMove(id, { column: target.column.id, ...orderOf(placeIn(target.column, open), target.others) });
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
        ${others.map((/** @type {any} */ card) => html`<option value=${card.id} ?selected=${place === card.id}>${t("Before {card}", { card: longName(card) })}</option>`)}
      </select>
    </div>
    <div class="buttons"><span class="space"></span>
      <button type="button" data-act="cancel" @click=${view.act.closeDialog}>${t("Cancel")}</button>
      <button type="submit" class="primary" data-act="send">${t("Move")}</button>
    </div>
  </form>`, view.act.closeDialog);
}

/**
 * Return the chosen column, by default the card's own, and the cards before which it can be placed.
 * @param {SearchView} view
 * @param {string} id
 */
function targetOf(view, id) {
  const { columns, byId } = view.model;
  const ownColumn = columns.find((/** @type {{ cards: any }} */ { cards }) => cards.includes(byId.get(id)));
  const column = columns.find((/** @type {Entity} */ column) => column.id === view.ui.dialog.column) ?? ownColumn ?? columns[0];
  return { column, others: column.cards.filter((/** @type {any} */ card) => card.id !== id && !card.added) };
}

/**
 * Cards that are done go to the top so that the newest is there; in other columns a card goes to the bottom.
 * @param {ColumnEntity} column
 * @param {{ place?: string }} open
 */
const placeIn = ({ state }, { place }) => place ?? (state.role === "done" ? "top" : "bottom");

const TITLE_LENGTH = 60; // characters that identify a card

/** @param {any} card */
function longName(card) {
  const title = titleOf(card);
  return `${cardName(card)} · ${title.length > TITLE_LENGTH ? `${title.slice(0, TITLE_LENGTH)}…` : title}`;
}

/** @param {any} place @param {any} others */
function orderOf(place, others) {
  if (!others.length || place === "bottom") return {};
  return { before: place === "top" ? others[0].id : place };
}
