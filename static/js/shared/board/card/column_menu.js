/** Menu of a column: rename, add a neighbour, move, remove. The browser opens and closes the popover. */
import { html, nothing } from "../../../../vendor/lit-html/lit-html.js";
import { n, t } from "../../../core/i18n.js";
import { columnName } from "../../../format/values.js";

const WIDTH_PX = 250; // as in the style sheet
const EDGE_PX = 8; // distance of a menu from the edge of the window

/** @param {BoardView} view @returns {view is LiveBoardView} */
const mayArrange = (view) => view.mayLead && view.mayEdit;

/** @param {ColumnEntity} column */
const idOf = (column) => `menu-${column.id}`;

/**
 * Render the button in the column's header; on a phone next to the tabs, for the visible column.
 * @param {ColumnEntity | undefined} column
 * @param {BoardView} view
 */
export function columnMenuButton(column, view) {
  if (!column || !mayArrange(view)) return nothing;
  const name = t("Options for column {column}", { column: columnName(column.state) });
  return html`<button type="button" class="plain column-menu-button" data-act="column-menu" data-part="column-menu" popovertarget=${idOf(column)}
    title=${name} aria-label=${name}><span aria-hidden="true">⋯</span></button>`;
}

/** @param {ColumnEntity} column @param {BoardView} view */
export function columnMenu(column, view) {
  if (!mayArrange(view)) return nothing;
  const { columns } = view.model;
  const index = columns.findIndex(({ id }) => id === column.id);
  const id = column.id;
  const dialog = (/** @type {string} */ name) => () => view.act.dialog(name, { entity: id });
  const send = (/** @type {string} */ name, /** @type {{ before?: string, after?: string }} */ position = {}) => () => view.act.command(name, { column: id, ...position });
  return html`<div class="column-menu" id=${idOf(column)} popover data-testid="column-menu" role="group" aria-label=${columnName(column.state)} @beforetoggle=${placeMenu}>
    ${item(column, "rename-column", t("Rename…"), dialog("column-title"), { first: true })}
    ${item(column, "add-before", t("Add a column before…"), dialog("column-before"))}
    ${item(column, "add-after", t("Add a column after…"), dialog("column-after"))}
    ${item(column, "move-left", t("Move left"), send("column.move", { before: columns[index - 1]?.id }), { not: index === 0 && t("Already the first column") })}
    ${item(column, "move-right", t("Move right"), send("column.move", { after: columns[index + 1]?.id }), { not: index === columns.length - 1 && t("Already the last column") })}
    ${item(column, "remove-column", t("Remove"), send("column.remove"), { not: whyItStays(column, view) })}
  </div>`;
}

/**
 * @param {ColumnEntity} column
 * @param {string} name
 * @param {string} text
 * @param {() => void} action
 * @param {{ first?: boolean, not?: string | false }} [options] `not`: reason why the action is unavailable. The item stays
 *   focusable, so that screen readers read the reason
 */
function item(column, name, text, action, { first = false, not: unavailable = false } = {}) {
  if (!unavailable) {
    return html`<button type="button" data-act=${name} ?autofocus=${first} popovertarget=${idOf(column)} popovertargetaction="hide" @click=${action}>${text}</button>`;
  }
  const reasonId = `${name}-${column.id}`;
  return html`<button type="button" data-act=${name} aria-disabled="true" aria-describedby=${reasonId}>${text}</button><small id=${reasonId}>${unavailable}</small>`;
}

/**
 * Return why a column can't be removed, or false. The server applies the same rules.
 * @param {ColumnEntity} column
 * @param {BoardView} view
 * @returns {string | false}
 */
function whyItStays({ id, state, cards }, { model }) {
  if (cards.length) return n("Move its {count} card first.", "Move its {count} cards first.", cards.length);
  const withdrawn = model.withdrawn.filter((card) => card.state.column === id).length;
  if (withdrawn) return n("It still has {count} withdrawn card.", "It still has {count} withdrawn cards.", withdrawn);
  const isLast = model.columns.filter((column) => column.state.role === state.role).length === 1;
  if (isLast && state.role === "inbox") return t("New sightings arrive here. Keep at least one such column.");
  if (isLast && state.role === "todo") return t("New tasks arrive here. Keep at least one such column.");
  return false;
}

/**
 * Place the menu under its button, within the window. Uses custom properties, because the content security policy forbids style
 * attributes.
 * @param {{ target: HTMLElement, newState: string }} event
 */
export function placeMenu({ target: menu, newState }) {
  if (newState !== "open") return;
  const buttons = [...document.querySelectorAll(`[popovertarget="${menu.id}"]`)].filter((button) => !menu.contains(button));
  const { right, bottom } = (buttons.find((button) => button.checkVisibility()) ?? menu).getBoundingClientRect(); // Safari does not focus a clicked button
  const maxLeft = window.innerWidth - WIDTH_PX - EDGE_PX;
  menu.style.setProperty("--menu-left", `${Math.max(EDGE_PX, Math.min(right - WIDTH_PX, maxLeft))}px`);
  menu.style.setProperty("--menu-top", `${bottom + 2}px`);
}
