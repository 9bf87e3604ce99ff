/** Columns with their cards; on a phone, one column at a time, with tabs. */
import { html, nothing } from "../../../../vendor/lit-html/lit-html.js";
import { repeat } from "../../../../vendor/lit-html/directives/repeat.js";
import { ref } from "../../../../vendor/lit-html/directives/ref.js";
import { n, t } from "../../../core/i18n.js";
import { isUngraded } from "../../../core/rules/conditions.js";
import { label } from "../../../core/labels.js";
import { titleOf } from "../../../core/rules/kinds.js";
import { cardName, columnName } from "../../../format/values.js";
import { card, cardClicked } from "./card.js";
import { columnMenu, columnMenuButton } from "./column_menu.js";

// The first draw has the cards that fit into the window. The rest follows in the next frame, so that a board of a thousand cards
// appears ten times as fast.
const MIN_CARD_PX = 90;
const MAX_COLUMN_SHARE = 0.8; // of the window's height: bar, header and tools use at least a fifth
const FEW_CHANGES = 3; // changed cards whose rings are always distinguishable
const LARGE_SHARE = 3; // a third of the cards
const firstCards = () => Math.ceil((innerHeight * MAX_COLUMN_SHARE) / MIN_CARD_PX);

/** @param {BoardView} view */
export function columns(view) {
  const { ui, model } = view;
  const shownColumns = model.columns.map((column) => ({ column, cards: column.cards.filter(view.marks.isShown) }));
  const chosenId = model.columns.some(({ id }) => id === ui.column) ? ui.column : model.columns[0]?.id;
  return html`${tabs(shownColumns, chosenId, view)}
    <div class="board ${hasManyChanges(model, view) ? "many-changed" : ""}" data-testid="board" ${ref(countColumns(shownColumns.length))}>
      ${repeat(shownColumns, ({ column }) => column.id, ({ column, cards }) => section(column, cards, column.id === chosenId, view))}
    </div>
    ${withdrawn(view)}`;
}

/**
 * Set the number of columns, from which the style sheet computes their width: it must not depend on the space next to an open card, or
 * all cards would move. Uses a custom property, because the content security policy forbids style attributes.
 * @param {number} count
 */
const countColumns = (count) => (/** @type {Element | undefined} */ board) => /** @type {HTMLElement | undefined} */ (board)?.style.setProperty("--columns", String(count));

/** @param {ShownColumn[]} shownColumns @param {string | null | undefined} chosenId @param {BoardView} view */
function tabs(shownColumns, chosenId, view) {
  const pick = (/** @type {string} */ id) => () => view.act.showColumn(id);
  return html`<nav class="tabs" aria-label=${t("Columns")}>
    ${repeat(shownColumns, ({ column }) => column.id, ({ column, cards }) => html`<button type="button" data-tab=${column.id}
        aria-current=${column.id === chosenId ? "true" : "false"} @click=${pick(column.id)}>
      <span>${columnName(column.state)}</span> <b>${cards.length}</b>${cards.some(({ id }) => view.badgeOf(id)) ? html`<i class="dot" role="img" aria-label=${label.done("updated")}></i>` : nothing}
    </button>`)}
    ${columnMenuButton(view.model.columns.find(({ id }) => id === chosenId), view)}
  </nav>`;
}

/** @param {ColumnEntity} column @param {Card[]} cards @param {boolean} isChosen @param {BoardView} view */
function section(column, cards, isChosen, view) {
  const name = columnName(column.state);
  return html`<section class="column ${isChosen ? "chosen" : ""}" data-column=${column.id} data-role=${column.state.role} aria-label=${name}>
    <div class="column-header"><h2>${name} <b title=${n("{count} card", "{count} cards", cards.length)}>${cards.length}</b>${cards.length === column.cards.length ? nothing : html` <small>${t("of {all}", { all: column.cards.length })}</small>`}</h2>
      <p class="matters" data-testid="matters">${headerNote(column, cards, view)}</p>
      ${columnMenuButton(column, view)} ${columnMenu(column, view)}</div>
    <div class="list" data-list=${column.id} @click=${cardClicked(view)}>
      ${repeat(view.drawn ? cards : cards.slice(0, firstCards()), ({ id }) => id, (entity) => card(entity, view))}
    </div>
    ${cards.length ? nothing : html`<p class="none">${emptyText(column, view)}</p>`}
    <button type="button" class="new-cards above" data-new-cards="above" hidden></button>
    <button type="button" class="new-cards" data-new-cards="below" hidden></button>
    <p class="below" data-below hidden></p>
  </section>`;
}

/**
 * Return true if so many cards changed that rings would be meaningless, as on the first view of a board.
 * @param {BoardViewModel} model
 * @param {BoardView} view
 */
function hasManyChanges(model, view) {
  if (view.past) return false; // in a replay, a ring marks the changes of the last step
  const cards = model.columns.flatMap((column) => column.cards), changed = cards.filter(({ id }) => view.badgeOf(id)).length;
  return changed > FEW_CHANGES && changed * LARGE_SHARE > cards.length;
}

/**
 * Render the note in a column's header: overdue cards first, otherwise a note for the role.
 * @param {ColumnEntity} column
 * @param {Card[]} cards
 * @param {BoardView} view
 */
function headerNote({ state: { role } }, cards, view) {
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
 * Return true if the newest cards are on top. People may order the cards of a column as they like.
 * @param {Card[]} cards
 */
const isNewestFirst = (cards) => cards.length > 1 && cards.every(({ seq }, index) => index === 0 || cards[index - 1].seq >= seq);

/** @param {ColumnEntity} column @param {BoardView} view */
function emptyText(column, view) {
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
