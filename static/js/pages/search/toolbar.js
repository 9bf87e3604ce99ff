/**
 * Toolbar of a search: add, views, quick filters, find, filter, and the menu of the other actions. On phones, the
 * first part is the bar at the bottom; "More" opens a sheet with the rest.
 */

import { html, nothing } from "../../../vendor/lit-html/lit-html.js";
import { BOARD, LIST, LOG, MAP } from "../../behaviours/card_url.js";
import { hasKeyboard } from "../../behaviours/shortcut_handler.js";
import { t } from "../../core/i18n.js";
import { pageTitle } from "../../core/rules/pages.js";
import { cardKinds } from "../../core/rules/kinds.js";
import { kindName } from "../../format/values.js";
import { SINCE_LAST_LOOK } from "../../shared/card_filter.js";
import { filterMenu, activeFilters } from "../../shared/filter_menu.js";
import { findField } from "../../shared/find_results.js";
import { keyHint } from "../../shared/key_hint.js";
import { searchMenu, statusInSheet, statusMenu } from "./search_menus.js";
import { isWorkList } from "./work_list.js";

/** @param {SearchView} view */
export function tools(view) {
  const hint = hasKeyboard() ? t("Find in this search  /") : t("Find in this search");
  return html`<div class="tools" data-testid="tools">
    ${addButtons(view)}
    <div class="tool-sheet ${view.ui.sheet ? "open" : ""}" @click=${view.act.closeSheet} @keydown=${sheetKeys(view)}>
      <div class="tool-sheet-body" @click=${keepOpen}>
        ${statusInSheet(view)} ${views(view)} ${chips(view)} ${activeFilters(view)}
        <span class="space"></span>
        ${findField(view.finder, { hint, name: t("Find in this search"), cardOf: (/** @type {{ card: any }} */ { card }) => view.model.byId.get(card) })}
        ${filterMenu(view)}
        <button type="button" class="menu-button" data-act="search-menu" popovertarget="search-menu" aria-haspopup="menu" aria-expanded="false" aria-label=${t("More search actions")} title=${t("More search actions")}><span aria-hidden="true">⋯</span></button>
        ${searchMenu(view)}
      </div>
    </div>
  </div>
  ${statusMenu(view)}`;
}

/**
 * Keep the sheet open on a click inside it, except on links to another place.
 * @param {Event} event
 */
function keepOpen(event) {
  const target = /** @type {HTMLElement} */ (event.target);
  if (!target.closest("[role=menuitem], .views :is(button, a)")) event.stopPropagation();
}

/** @param {SearchView} view @returns {(event: KeyboardEvent) => void} */
const sheetKeys = (view) => (event) => {
  if (event.key !== "Escape" || event.defaultPrevented || !view.ui.sheet) return;
  event.preventDefault();
  event.stopPropagation();
  view.act.closeSheet();
};

/** @param {SearchView} view */
function views({ act, board, ui, work }) {
  const choice = (/** @type {BoardViewName} */ name, /** @type {string} */ text) => html`<button type="button" data-act=${name}
    aria-pressed=${ui.view === name ? "true" : "false"} @click=${() => act.show(name)}>${text}</button>`;
  return html`<div class="views" role="group" aria-label=${t("Views")}>${choice(BOARD, t("Board"))}
    <button type="button" data-act=${LIST} aria-pressed=${isWorkList(ui.view) ? "true" : "false"} @click=${() => work.show(LIST)}>${t("List")}</button> ${choice(MAP, pageTitle("map"))}
    <a data-act="timeline" href="/searches/${board.id}/timeline">${pageTitle("timeline")}</a> ${choice(LOG, t("Details and log"))}</div>`;
}

/** @param {SearchView} view */
function chips(view) {
  const { marks: { overdue, ungraded, changed }, filters, act } = view;
  const { values } = filters;
  return html`<div class="chips" role="group" aria-label=${t("Quick filters")} data-testid="shown">
    ${chip("overdue", t("Overdue {count}", { count: overdue }), values.overdue !== null, () => filters.toggle("overdue", "yes"), overdue ? "alert" : "none")}
    ${chip("ungraded", t("To grade {count}", { count: ungraded }), values.grade === "F6", () => filters.toggle("grade", "F6"), ungraded ? "" : "none")}
    ${chip("mine", t("Mine"), values.assignee === "me", () => filters.toggle("assignee", "me"))}
    ${chip("changed", t("Changed {count}", { count: changed.length }), values.changed === SINCE_LAST_LOOK, () => filters.toggle("changed", SINCE_LAST_LOOK), changed.length ? "" : "none")}
    ${changed.length ? html`<button type="button" class="plain" data-act="all-seen" title=${t("Mark all as seen")} @click=${act.allSeen}><span>${t("Mark all as seen")}</span></button>` : nothing}
  </div>`;
}

/** @param {string} form @param {{ forms: any }} view */
const draftMark = (form, { forms }) => (forms.get(form).dirty ? html`<i class="dot" title=${t("Unsent draft")} role="img" aria-label=${t("Unsent draft")}></i>` : nothing);

/** @param {SearchView} view */
function addButtons(view) {
  const { act, ui, marks } = view, isLog = ui.view === LOG, isBoard = ui.view === BOARD;
  return html`<div class="add-buttons">
    ${view.mayEdit ? cardKinds().filter((kind) => ui.view === MAP || !ADDED_ON_MAP.has(kind)).map((kind, index) => button(kind, index ? "" : "primary", view)) : nothing}
    <button type="button" class="phone-only" data-act="to-board" aria-current=${ui.card === null && !ui.sheet && isBoard ? "true" : "false"} @click=${act.toBoard}>${icon("board")}<span>${t("Board")}</span></button>
    <a class="button phone-only" data-act="whats-new" href="/since">${icon("news")}<span>${pageTitle("since")}</span>${marks.changed.length ? html`<b class="count">${marks.changed.length}</b>` : nothing}</a>
    <button type="button" class="phone-only" data-act="more" aria-expanded=${ui.sheet ? "true" : "false"} aria-current=${ui.sheet || isLog ? "true" : "false"} @click=${act.toggleSheet}>${icon("more")}<span>${t("More")}</span></button>
  </div>`;
}

/** @type {Record<string, string>} */
const ICONS = {
  board: "M2 2.500h3.400v11H2zM6.400 2.500h3.400v7H6.400zM10.800 2.500h3.400v4.500h-3.400z",
  news: "M8 1.800a6.200 6.200 0 1 0 6.200 6.200M8 4.500V8l2.600 1.700M11 1.500l3.400.6-.7 3.300",
  more: "M2.500 4.500h11M2.500 8h11M2.500 11.500h11",
};

/** @param {string} name */
const icon = (name) => html`<svg class="ic" viewBox="0 0 16 16" aria-hidden="true"><path d=${ICONS[name]} /></svg>`;

const ADDED_ON_MAP = new Set(["place"]); // kinds whose button is shown next to the map; the quick menu has them everywhere

/** @type {Record<string, () => string>} */
const ADD = { sighting: () => t("+ Sighting"), task: () => t("+ Task") };

/** @param {string} kind @param {string} style @param {SearchView} view */
function button(kind, style, view) {
  const name = `add-${kind}`;
  return html`<button type="button" class=${style} data-act=${name} @click=${() => view.act.dialog(name)}>${ADD[kind]?.() ?? `+ ${kindName(kind)}`} ${draftMark(name, view)}
    ${keyHint(name, "search")}</button>`;
}

/** @param {string} name @param {string} text @param {boolean} isOn @param {any} toggle */
function chip(name, text, isOn, toggle, tone = "") {
  return html`<button type="button" class="chip ${isOn ? "on" : ""} ${tone}" data-chip=${name} aria-pressed=${isOn} ?disabled=${tone === "none" && !isOn} @click=${toggle}>${text}</button>`;
}
