/** Toolbar of a search: add, find, filter, and actions on the whole search. */

import { html, nothing } from "../../../vendor/lit-html/lit-html.js";
import { hasKeyboard } from "../../behaviours/shortcut_handler.js";
import { t } from "../../core/i18n.js";
import { cardKinds } from "../../core/kinds.js";
import { SHORTCUTS } from "../../behaviours/shortcuts.js";
import { kindName } from "../../format/values.js";
import { SINCE_LAST_LOOK } from "../../shared/card_filter.js";
import { filterMenu, activeFilters } from "../../shared/filter_menu.js";
import { findField } from "../../shared/find_results.js";
import { hasHeaderChanged } from "../../shared/board/search_header.js";

/** @param {SearchView} view */
export function tools(view) {
  const hint = hasKeyboard() ? t("Find in this search  /") : t("Find in this search");
  return html`<div class="tools" data-testid="tools">
    ${adding(view)}
    ${findField(view.finder, { hint, name: t("Find in this search"), cardOf: (/** @type {{ card: any }} */ { card }) => view.model.byId.get(card) })}
    ${filterMenu(view)}
    <span class="space"></span>
    ${whole(view)}
  </div>
  ${shown(view)}`;
}

/**
 * Filter bar: always one line, so that nothing below moves.
 * @param {SearchView} view
 */
function shown(view) {
  const { marks: { overdue, changed }, filters, act } = view;
  const { values } = filters;
  return html`<div class="filter-bar" data-testid="shown">
    <div class="chips" role="group" aria-label=${t("Quick filters")}>
      ${chip("mine", t("Mine"), values.assignee === "me", () => filters.toggle("assignee", "me"))}
      ${chip("overdue", t("Overdue {count}", { count: overdue }), values.overdue !== null, () => filters.toggle("overdue", "yes"), overdue ? "alert" : "none")}
      ${chip("changed", t("Changed {count}", { count: changed.length }), values.changed === SINCE_LAST_LOOK, () => filters.toggle("changed", SINCE_LAST_LOOK), changed.length ? "" : "none")}
      ${changed.length ? html`<button type="button" class="plain" data-act="all-seen" @click=${act.allSeen}>${t("Mark all as seen")}</button>` : nothing}
    </div>
    ${activeFilters(view)} ${hasHeaderChanged(view)}
  </div>`;
}

/**
 * Return whether there are actions on the whole search.
 * @param {SearchView} view
 */
const hasMenu = (view) => view.mayEdit || view.mayLead;

/**
 * Actions on the whole search: a row, or a popover menu on a phone (CSS).
 * @param {SearchView} view
 */
function whole(view) {
  const { act, ui } = view;
  const item = (/** @type {string} */ name, /** @type {string} */ text, /** @type {any} */ action, /** @type {any} */ pressed = nothing) => html`<button type="button" data-act=${name} aria-pressed=${pressed}
    popovertarget="search-menu" popovertargetaction="hide" @click=${action}>${text}</button>`;
  return html`<div class="search-menu" id="search-menu" popover=${hasMenu(view) ? "auto" : nothing} role="group" aria-label=${t("More search actions")}>
    ${item("log", t("Details and log"), act.log, ui.card === "log")}
    <a class="button" data-act="history" href="/searches/${view.board.id}/history">${t("History")}</a>
    <a class="button" data-act="replay" href=${`${view.path(ui.card === "log" ? null : ui.card)}?at=${view.board.seq}`}>${t("Replay")}</a>
    ${view.mayEdit ? item("edit-search", t("Edit details…"), () => act.dialog("facts")) : nothing}
    ${view.mayLead && !view.isClosed ? item("appeal", t("Set appeal…"), () => act.dialog("appeal")) : nothing}
    ${view.mayLead && !view.isClosed ? item("access", t("Access…"), () => act.dialog("access")) : nothing}
    ${view.mayLead ? item("set-status", t("Set status…"), () => act.dialog("status")) : nothing}
  </div>`;
}

/** @param {string} kind @param {{ forms: any }} given */
const draftOf = (kind, { forms }) => (forms.get(kind).dirty ? html`<i class="dot" title=${t("Unsent draft")} role="img" aria-label=${t("Unsent draft")}></i>` : nothing);

/** @param {SearchView} view */
function adding(view) {
  return html`<div class="add-buttons">
    ${view.mayEdit ? cardKinds().map((kind, at) => button(kind, at ? "" : "primary", view)) : nothing}
    ${hasMenu(view) ? html`<button type="button" class="menu-button" popovertarget="search-menu" aria-label=${t("More search actions")}>${t("More…")}</button>` : nothing}
  </div>`;
}

/** @type {Record<string, () => string>} */
const ADD = { sighting: () => t("+ Sighting"), task: () => t("+ Task") };

/** @param {string} kind @param {string} style @param {SearchView} view */
function button(kind, style, view) {
  const name = `add-${kind}`, key = SHORTCUTS.find(({ id }) => id === name)?.press;
  return html`<button type="button" class=${style} data-act=${name} @click=${() => view.act.dialog(name)}>${ADD[kind]?.() ?? `+ ${kindName(kind)}`} ${draftOf(name, view)}
    ${key ? html`<kbd aria-hidden="true">${key}</kbd>` : nothing}</button>`;
}

/** @param {string} name @param {string} text @param {boolean} on @param {any} toggle */
function chip(name, text, on, toggle, tone = "") {
  return html`<button type="button" class="chip ${on ? "on" : ""} ${tone}" data-chip=${name} aria-pressed=${on} ?disabled=${tone === "none" && !on} @click=${toggle}>${text}</button>`;
}
