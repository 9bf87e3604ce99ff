/** Toolbar of a history: title, text search, filters. */

import { html, nothing } from "../../../vendor/lit-html/lit-html.js";
import { live } from "../../../vendor/lit-html/directives/live.js";
import { hasKeyboard } from "../../behaviours/shortcut_handler.js";
import { accountName, cardName } from "../../format/values.js";
import { n, number, t } from "../../core/i18n.js";
import { say, sayCount } from "../../core/rules/sentences.js";
import { label } from "../../core/labels.js";
import { timeFilter } from "../../forms/time_filter.js";
import { choice, place } from "../../shared/filter_menu.js";
import { keyHint } from "../../shared/key_hint.js";
import { kindChoices } from "./filter.js";
import { formatShortMoment } from "../../format/time_elements.js";

/** @param {HistoryView} view */
export function tools(view) {
  const { count } = view;
  return html`<search class="history-tools" data-testid="history-tools">
    <input type="search" name="find" id="find" maxlength="200" autocomplete="off" spellcheck="false" aria-label=${t("Find in history")}
      placeholder=${hasKeyboard() ? t("Find in history  /") : t("Find in history")} .value=${live(view.text)} @input=${view.typed} @keydown=${view.leavesField} />
    <button type="button" class="filter-button" data-filter="menu" popovertarget="filters" aria-expanded="false">${t("Filter")}${count ? html` <b>${count}</b>` : nothing}</button>
    <div class="filters" id="filters" popover role="group" aria-label=${t("Filter")} @beforetoggle=${place}>${menu(view)}</div>
    ${filtered(view)}
    <p class="count" role="status" data-testid="count">${counted(view)}</p>
  </search>`;
}

/** @param {HistoryView} view */
function menu(view) {
  const { values, offered } = view;
  const set = (/** @type {string} */ name) => (/** @type {{ target: { value: any } }} */ { target: { value } }) => view.ask(name, value || null);
  return html`
    ${choice("person", t("Done by"), values.person, [["", t("anyone")], ...people(offered, values.person)], set("person"))}
    ${choice("kind", t("About"), values.kind, [["", t("all")], ...kindChoices()], set("kind"))}
    ${view.isEverywhere ? nothing : choice("card", label.field("card"), values.card, [["", t("all")], ...cards(view)], set("card"))}
    ${choice("field", t("Field changed"), values.field, [["", t("anything")], ...fields(offered, values.field)], set("field"))}
    ${moment(view, "from", t("From"))} ${moment(view, "to", t("Until"))}
    <div class="buttons">
      ${view.isFiltered ? html`<button type="button" data-filter="none" @click=${view.clearFilter}>${t("Show all")}</button>` : nothing}
      <button type="button" class="primary" data-filter="done" popovertarget="filters" popovertargetaction="hide">${t("Close")}</button>
    </div>`;
}

/** @param {HistoryView} view @param {"from" | "to"} name @param {string} text */
function moment(view, name, text) {
  const set = (/** @type {string | null} */ at) => view.ask(name, at);
  return html`<div class="row"><span>${text}</span>${timeFilter({ name, label: text, value: view.values[name], set, draw: view.draw })}</div>`;
}

/**
 * Show that a filter hides events.
 * @param {HistoryView} view
 */
function filtered(view) {
  if (!view.isFiltered) return nothing;
  return html`<span class="asked" data-testid="asked">
    ${chips(view).map(([name, text]) => html`<button type="button" class="chip on" data-active-filter=${name} title=${t("Remove filter")} @click=${() => view.ask(name, null)}>${text} <span aria-hidden="true">✕</span></button>`)}
    <button type="button" data-filter="all" @click=${view.clearFilter}>${t("Show all")} ${keyHint("show-all", "history")}</button>
  </span>`;
}

/** @param {HistoryView} view */
function chips(view) {
  const { values, offered } = view;
  return [
    ["person", values.person && (offered.people.get(values.person) ?? accountName(view.session, values.person))],
    ["kind", values.kind && Object.fromEntries(kindChoices())[values.kind]],
    ["card", values.card && cardName(offered.cards.get(values.card) && asCard(offered.cards.get(values.card)))],
    ["field", values.field && fieldName(values.field, offered)],
    ["from", values.from && t("from {at}", { at: formatShortMoment(values.from) })],
    ["to", values.to && say("until", { at: formatShortMoment(values.to) })],
  ].filter(([, text]) => text);
}

/** @param {{ history: any, shown: number, offered: { all: number }, isFiltered: boolean }} view */
function counted({ history, shown, offered: { all }, isFiltered }) {
  const { progress, state } = history;
  if (progress && progress.read < progress.all && state === "reading") {
    return t("Loading… {read} of {all}", { read: number(progress.read), all: number(progress.all) });
  }
  if (history.from) return n("{count} event since {at}", "{count} events since {at}", shown, { at: formatShortMoment(history.from) });
  return isFiltered ? n("{count} event of {all}", "{count} events of {all}", shown, { all: number(all) }) : sayCount("events", shown);
}

/** @type {(one: any[], other: any[]) => number} */
const byName = ([, a], [, b]) => a.localeCompare(b);

/** @param {{ kind: string, number: any }} given */
const asCard = ({ kind, number }) => ({ kind, state: { number } });

/** @param {{ people: any }} given @param {any} chosen */
const people = ({ people }, chosen) => [...people, ...(chosen && !people.has(chosen) ? [[chosen, say("someone")]] : [])].sort(byName);

/** @param {{ fields: Map<string, Set<string>> }} offered @param {any} chosen */
const fields = (offered, chosen) => [...new Set([...offered.fields.keys(), ...(chosen ? [chosen] : [])])].map((field) => [field, fieldName(field, offered)]).sort(byName);

/**
 * Return the label of a field; all its labels, if kinds name it differently.
 * @param {string} field
 * @param {{ fields: Map<string, Set<string>> }} offered
 */
const fieldName = (field, { fields }) => [...new Set([...fields.get(field) ?? [undefined]].map((kind) => label.field(field, kind)))].join(" / ");

/** @param {{ offered: any, values: any }} given */
function cards({ offered, values }) {
  const known = [...offered.cards.values()].sort((a, b) => a.number - b.number).map((card) => [card.id, cardName(asCard(card))]);
  return values.card && !offered.cards.has(values.card) ? [...known, [values.card, say("not_on_board")]] : known;
}
