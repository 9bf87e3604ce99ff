/** Toolbar of a history: title, text search, filters. */

import { html, nothing } from "../../../vendor/lit-html/lit-html.js";
import { live } from "../../../vendor/lit-html/directives/live.js";
import { hasKeyboard } from "../../behaviours/shortcut_handler.js";
import { cardName } from "../../format/values.js";
import { n, number, t } from "../../core/i18n.js";
import { label } from "../../core/labels.js";
import { fromInput, toInput } from "../../core/time.js";
import { choice, place } from "../../shared/filter_menu.js";
import { KINDS } from "./filter.js";
import { formatShortMoment } from "../../format/time_elements.js";

/** @type {Record<string, any>} */
const KIND_NAMES = {
  sighting: () => t("Sightings"), task: () => t("Tasks"), note: () => t("Notes"), search: () => t("The search as a whole"), column: () => t("Columns"),
  handover: () => t("Shift and handover"),
};

/** @param {HistoryView} view */
export function tools(view) {
  const { count } = view;
  return html`<search class="history-tools" data-testid="history-tools">
    <input type="search" name="find" id="find" maxlength="200" autocomplete="off" spellcheck="false" aria-label=${t("Find in what happened")}
      placeholder=${hasKeyboard() ? t("Find in what happened  /") : t("Find in what happened")} .value=${live(view.text)} @input=${view.typed} @keydown=${view.leavesField} />
    <button type="button" class="filter-button" data-filter="menu" popovertarget="filters" aria-expanded="false">${t("Filter")}${count ? html` <b>${count}</b>` : nothing}</button>
    <div class="filters" id="filters" popover role="group" aria-label=${t("Filter")} @beforetoggle=${place}>${menu(view)}</div>
    ${filtered(view)}
    <p class="count" role="status" data-testid="count">${counted(view)}</p>
  </search>`;
}

/** @param {HistoryView} view */
function menu(view) {
  const { asked, offered } = view;
  const set = (/** @type {string} */ name) => (/** @type {{ target: { value: any } }} */ { target: { value } }) => view.ask(name, value || null);
  return html`
    ${choice("person", t("By whom"), asked.person, [["", t("anybody")], ...people(offered, asked.person)], set("person"))}
    ${choice("kind", t("About"), asked.kind, [["", t("all")], ...Object.keys(KINDS).map((kind) => [kind, KIND_NAMES[kind]()])], set("kind"))}
    ${view.isEverywhere ? nothing : choice("card", label.field("card"), asked.card, [["", t("all")], ...cards(view)], set("card"))}
    ${choice("field", t("What was changed"), asked.field, [["", t("anything")], ...fields(offered, asked.field)], set("field"))}
    ${moment(view, "from", t("From"))} ${moment(view, "to", t("Until"))}
    <div class="buttons">
      ${view.isAsked ? html`<button type="button" data-filter="none" @click=${view.askNothing}>${t("Show all")}</button>` : nothing}
      <button type="button" class="primary" data-filter="done" popovertarget="filters" popovertargetaction="hide">${t("Close")}</button>
    </div>`;
}

/**
 * @param {HistoryView} view
 * @param {"from" | "to"} name
 * @param {string} text
 */
function moment(view, name, text) {
  const set = (/** @type {{ target: { value: any } }} */ { target: { value } }) => view.ask(name, fromInput(value));
  return html`<label class="row"><span>${text}</span><input type="datetime-local" data-filter=${name} .value=${live(toInput(view.asked[name]))} @change=${set} /></label>`;
}

/**
 * Show that a filter hides events.
 * @param {HistoryView} view
 */
function filtered(view) {
  if (!view.isAsked) return nothing;
  return html`<span class="asked" data-testid="asked">
    ${chips(view).map(([name, text]) => html`<button type="button" class="chip on" data-active-filter=${name} title=${t("Take this filter away")} @click=${() => view.ask(name, null)}>${text} <span aria-hidden="true">✕</span></button>`)}
    <button type="button" data-filter="all" @click=${view.askNothing}>${t("Show all")} <kbd aria-hidden="true">C</kbd></button>
  </span>`;
}

/** @param {HistoryView} view */
function chips(view) {
  const { asked, offered } = view;
  return [
    ["person", asked.person && (offered.people.get(asked.person) ?? view.accountName(asked.person))],
    ["kind", asked.kind && KIND_NAMES[asked.kind]()],
    ["card", asked.card && cardName(offered.cards.get(asked.card) && asCard(offered.cards.get(asked.card)))],
    ["field", asked.field && label.field(asked.field)],
    ["from", asked.from && t("from {at}", { at: formatShortMoment(asked.from) })],
    ["to", asked.to && t("until {at}", { at: formatShortMoment(asked.to) })],
  ].filter(([, text]) => text);
}

/** @param {{ history: any, shown: number, offered: { all: number }, isAsked: boolean }} view */
function counted({ history, shown, offered: { all }, isAsked }) {
  const { progress, state } = history;
  if (progress && progress.read < progress.all && state === "reading") {
    return t("Reading… {read} of {all}", { read: number(progress.read), all: number(progress.all) });
  }
  if (history.from) return n("{count} event since {at}", "{count} events since {at}", shown, { at: formatShortMoment(history.from) });
  return isAsked ? n("{count} event of {all}", "{count} events of {all}", shown, { all: number(all) }) : n("{count} event", "{count} events", shown);
}

/** @type {(one: any[], other: any[]) => number} */
const byName = ([, a], [, b]) => a.localeCompare(b);

/** @param {{ kind: string, number: any }} given */
const asCard = ({ kind, number }) => ({ kind, state: { number } });

/**
 * @param {{ people: any }} given
 * @param {any} asked
 */
const people = ({ people }, asked) => [...people, ...(asked && !people.has(asked) ? [[asked, t("Somebody")]] : [])].sort(byName);

/**
 * @param {{ fields: any }} given
 * @param {any} asked
 */
const fields = ({ fields }, asked) => [...new Set([...fields, ...(asked ? [asked] : [])])].map((field) => [field, label.field(field)]).sort(byName);

/** @param {{ offered: any, asked: any }} given */
function cards({ offered, asked }) {
  const known = [...offered.cards.values()].sort((a, b) => a.number - b.number).map((card) => [card.id, cardName(asCard(card))]);
  return asked.card && !offered.cards.has(asked.card) ? [...known, [asked.card, t("a card that is gone")]] : known;
}
