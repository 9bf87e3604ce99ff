/** Columns with their cards; on a phone one at a time, with tabs. */
import { html, nothing } from "../../../../vendor/lit-html/lit-html.js";
import { repeat } from "../../../../vendor/lit-html/directives/repeat.js";
import { ref } from "../../../../vendor/lit-html/directives/ref.js";
import { n, t } from "../../../core/i18n.js";
import { isUngraded } from "../../../core/rules/conditions.js";
import { titleOf } from "../../../core/rules/kinds.js";
import { cardName, columnName } from "../../../format/values.js";
import { card, cardClicked } from "./card.js";
import { columnMenu, columnMenuButton } from "./column_menu.js";

// The first draw has the cards that fit into the window. The others follow in the next frame, so that a board of a thousand cards
// appears ten times as fast.
const LEAST_HEIGHT = 90; // px of a card
const MOST_OF_WINDOW = 0.8; // for a column: at least a fifth of it are bar, header and tools
const FEW_CHANGES = 3; // cards: so many rings can be told apart on any board
const LARGE_SHARE = 3; // a third of the cards
const firstCards = () => Math.ceil((innerHeight * MOST_OF_WINDOW) / LEAST_HEIGHT);

/** @param {BoardView} view */
export function columns(view) {
  const { ui, model } = view;
  const shown = model.columns.map((column) => ({ column, cards: column.cards.filter(view.marks.isShown) }));
  const chosen = model.columns.some(({ id }) => id === ui.column) ? ui.column : model.columns[0]?.id;
  return html`${tabs(shown, chosen, view)}
    <div class="board ${hasManyChanges(model, view) ? "many-changed" : ""}" data-testid="board" ${ref(countColumns(shown.length))}>
      ${repeat(shown, ({ column }) => column.id, ({ column, cards }) => section(column, cards, column.id === chosen, view))}
    </div>
    ${withdrawn(view)}`;
}

/**
 * Set the number of columns, from which the style sheet computes their width: it must not depend on the room beside an open card, or
 * all cards would move. By a custom property, as the content security policy forbids style attributes.
 * @param {number} count
 */
const countColumns = (count) => (/** @type {Element | undefined} */ board) => /** @type {HTMLElement | undefined} */ (board)?.style.setProperty("--columns", String(count));

/** @param {ShownColumn[]} shown @param {string | null | undefined} chosen @param {BoardView} view */
function tabs(shown, chosen, view) {
  const pick = (/** @type {string} */ id) => () => view.act.showColumn(id);
  return html`<nav class="tabs" aria-label=${t("Columns")}>
    ${repeat(shown, ({ column }) => column.id, ({ column, cards }) => html`<button type="button" data-tab=${column.id}
        aria-current=${column.id === chosen ? "true" : "false"} @click=${pick(column.id)}>
      <span>${columnName(column.state)}</span> <b>${cards.length}</b>${cards.some(({ id }) => view.badgeOf(id)) ? html`<i class="dot" role="img" aria-label=${t("changed")}></i>` : nothing}
    </button>`)}
    ${columnMenuButton(view.model.columns.find(({ id }) => id === chosen), view)}
  </nav>`;
}

/** @param {ColumnEntity} column @param {Card[]} cards @param {boolean} chosen @param {BoardView} view */
function section(column, cards, chosen, view) {
  const name = columnName(column.state);
  return html`<section class="column ${chosen ? "chosen" : ""}" data-column=${column.id} data-role=${column.state.role} aria-label=${name}>
    <div class="column-header"><h2>${name} <b title=${n("{count} card", "{count} cards", cards.length)}>${cards.length}</b>${cards.length === column.cards.length ? nothing : html` <small>${t("of {all}", { all: column.cards.length })}</small>`}</h2>
      <p class="matters" data-testid="matters">${whatMatters(column, cards, view)}</p>
      ${columnMenuButton(column, view)} ${columnMenu(column, view)}</div>
    <div class="list" data-list=${column.id} @click=${cardClicked(view)}>
      ${repeat(view.drawn ? cards : cards.slice(0, firstCards()), ({ id }) => id, (entity) => card(entity, view))}
    </div>
    ${cards.length ? nothing : html`<p class="none">${none(column, view)}</p>`}
    <button type="button" class="new-cards above" data-new-cards="above" hidden></button>
    <button type="button" class="new-cards" data-new-cards="below" hidden></button>
    <p class="below" data-below hidden></p>
  </section>`;
}

/**
 * Return whether so many cards changed that a ring around each would say nothing, as on the first view of a board.
 * @param {BoardViewModel} model
 * @param {BoardView} view
 */
function hasManyChanges(model, view) {
  if (view.past) return false; // there a ring marks what the last step changed
  const cards = model.columns.flatMap((column) => column.cards), changed = cards.filter(({ id }) => view.badgeOf(id)).length;
  return changed > FEW_CHANGES && changed * LARGE_SHARE > cards.length;
}

/**
 * What a column's head says: what is late first, else what its role makes matter.
 * @param {ColumnEntity} column
 * @param {Card[]} cards
 * @param {BoardView} view
 */
function whatMatters({ state: { role } }, cards, view) {
  const late = cards.filter(view.marks.isOverdue).length;
  if (late) return html`<span class="late">${n("{count} overdue", "{count} overdue", late)}</span>`;
  if (!cards.length) return nothing;
  if (role === "inbox") return toGrade(cards);
  if (role === "waiting") return t("for others");
  return role === "done" && isNewestFirst(cards) ? t("newest first") : nothing;
}

/** @param {Card[]} cards */
function toGrade(cards) {
  const open = cards.filter(({ kind, state, added }) => kind === "sighting" && !added && isUngraded(state));
  if (!open.length) return nothing;
  const oldest = open.reduce((first, { state }) => (state.received_at < first ? state.received_at : first), open[0].state.received_at);
  return html`<time datetime=${oldest} data-oldest=${oldest} data-count=${open.length} title=${t("How long the oldest has waited")}></time>`;
}

/**
 * People order the cards of a column as they like; that the newest are on top is said only where it is so.
 * @param {Card[]} cards
 */
const isNewestFirst = (cards) => cards.length > 1 && cards.every(({ seq }, at) => at === 0 || cards[at - 1].seq >= seq);

/** @param {ColumnEntity} column @param {BoardView} view */
function none(column, view) {
  if (column.cards.length) return t("No matching cards.");
  if (!view.mayEdit) return t("No cards.");
  if (column.state.role === "inbox" && ![...view.model.byId.values()].some(({ kind }) => kind === "sighting")) {
    return t("No sightings yet. Add the first one with “+ Sighting”, or take a call: it arrives here.");
  }
  return column.state.role === "inbox" ? t("No cards. New sightings arrive here.") : t("No cards. Drop one here.");
}

/** @param {BoardView} view */
function withdrawn(view) {
  const cards = view.model.withdrawn;
  if (!cards.length) return nothing;
  return html`<details class="withdrawn" data-testid="withdrawn">
    <summary>${n("{count} withdrawn card", "{count} withdrawn cards", cards.length)}</summary>
    <ul>${repeat(cards, ({ id }) => id, (entity) => html`<li data-withdrawn=${entity.id}>
      <a href=${view.path(entity.id)} @click=${(/** @type {MouseEvent} */ event) => view.open(event, entity.id)}>${cardName(entity)}</a>
      <span>${titleOf(entity)}</span>
    </li>`)}</ul>
  </details>`;
}
