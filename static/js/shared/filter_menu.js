/** Filter of the cards: a menu with all choices, and a row with the number of hidden cards. */
import { html, nothing } from "../../vendor/lit-html/lit-html.js";
import { live } from "../../vendor/lit-html/directives/live.js";
import { accountName } from "../format/values.js";
import { n, t } from "../core/i18n.js";
import { cardKinds, pluralName } from "../core/rules/kinds.js";
import { say } from "../core/rules/sentences.js";
import { label } from "../core/labels.js";
import { GRADES, SINCE_LAST_LOOK } from "./card_filter.js";
import { formatShortMoment } from "../format/time_elements.js";
import { timeFilter } from "../forms/time_filter.js";

const DAY_MS = 24 * 3600 * 1000; // "changed since" starts one day ago
const WIDTH_PX = 320; // as in the style sheet
const EDGE_PX = 8; // minimum distance between the menu and the edge of the window
const BARE = new Set(["F6"]); // grades without "or better"

/**
 * Render the button and its popover menu.
 * @param {SearchView} view
 */
export function filterMenu(view) {
  const { values, count } = view.filters;
  const set = (/** @type {string} */ name) => (/** @type {ControlEvent<HTMLSelectElement>} */ event) => view.filters.set(name, event.target.value || null);
  return html`<button type="button" class="filter-button" data-filter="menu" popovertarget="filters" aria-expanded="false">${t("Filter")} <b>${count || nothing}</b></button>
    <div class="filters" id="filters" popover role="group" aria-label=${t("Filter")} @beforetoggle=${place}>
      ${choice("kind", t("Cards"), values.kind, [["", cardKinds().length > 2 ? t("all") : t("Sightings and tasks")], ...cardKinds().map((kind) => [kind, pluralName(kind)])], set("kind"))}
      ${choice("assignee", label.field("assignee"), values.assignee, people(view), set("assignee"))}
      ${choice("grade", label.field("grade"), values.grade, [["", t("any")], ...grades(values.grade)], set("grade"))}
      ${choice("assessment", label.field("assessment"), values.assessment, [["", t("any")], ...label.assessment.codes.map((code) => [code, label.assessment(code)])], set("assessment"))}
      ${choice("changed", t("Changed"), values.changed && (values.changed === SINCE_LAST_LOOK ? SINCE_LAST_LOOK : "time"), [["", t("at any time")], [SINCE_LAST_LOOK, t("since I last looked")], ["time", t("since a chosen time…")]], changed(view))}
      ${values.changed && values.changed !== SINCE_LAST_LOOK ? html`<div class="row"><span>${t("Changed since")}</span>
        ${timeFilter({ name: "since", label: t("Changed since"), value: values.changed, set: since(view), draw: view.draw })}</div>` : nothing}
      <label class="tick"><input type="checkbox" data-filter="overdue" .checked=${live(values.overdue !== null)} @change=${() => view.filters.toggle("overdue", "yes")} /> ${t("Overdue only")}</label>
      <p class="hint" role="status">${view.filters.active ? hiddenText(view) : nothing}</p>
      <div class="buttons">
        ${count ? html`<button type="button" data-filter="none" @click=${() => view.filters.clear()}>${t("Show all")}</button>` : nothing}
        <button type="button" class="primary" data-filter="done" popovertarget="filters" popovertargetaction="hide">${t("Close")}</button>
      </div>
    </div>`;
}

/**
 * Render the number of hidden cards, because a filtered board must not look complete.
 * @param {SearchView} view
 */
export function activeFilters(view) {
  const { filters } = view;
  if (!filters.active) return nothing;
  return html`<div class="filtered" role="group" aria-label=${t("Filter")} data-testid="filtered">
    <b>${hiddenText(view)}</b>
    <button type="button" data-filter="all" @click=${() => view.filters.clear()}>${t("Show all")} <kbd aria-hidden="true">C</kbd></button>
    ${filters.problem === "failed" ? html`<span class="error" role="alert">${t("Changes since then could not be loaded.")} <button type="button" class="plain" data-filter="again" @click=${filters.retry}>${t("Try again")}</button></span>` : nothing}
    ${active(view).map(([name, text, off]) => html`<button type="button" class="chip on" data-active-filter=${name} data-filter="off" title=${t("Remove filter")} @click=${off}>${text} <span aria-hidden="true">✕</span></button>`)}
  </div>`;
}

/** @param {SearchView} view */
function hiddenText({ filters, model, marks }) {
  if (filters.problem === "reading") return t("Loading changes…");
  const cards = /** @type {{ cards: Card[] }[]} */ (model.columns).flatMap((column) => column.cards);
  const hidden = cards.filter((card) => !marks.isShown(card)).length;
  if (!hidden) return t("No cards hidden");
  return n("{count} of {all} cards hidden", "{count} of {all} cards hidden", hidden, { all: cards.length });
}

/**
 * Return the active filters without a chip in the toolbar: name, text, and the function that removes it.
 * @param {SearchView} view
 * @returns {[string, string, () => void][]}
 */
function active(view) {
  const { filters } = view;
  const { kind, assignee, grade, assessment, changed } = filters.values;
  /** @type {[string, string | false | null, (() => void)?][]} */
  const filterTexts = [
    ["text", filters.text.trim() && t("“{text}”", { text: filters.text.trim() }), () => view.finder.type("")],
    ["kind", kind && pluralName(kind)],
    ["assignee", assignee && assignee !== "me" && (assignee === "nobody" ? t("not assigned") : accountName(view.session, assignee))],
    ["grade", grade && gradeName(grade)],
    ["assessment", assessment && label.assessment(assessment)],
    ["changed", changed && changed !== SINCE_LAST_LOOK && t("changed since {at}", { at: formatShortMoment(changed) })],
  ];
  return filterTexts.flatMap(([name, text, off]) => (text ? [[name, text, off ?? (() => filters.set(name, null))]] : []));
}

/**
 * @param {string} name
 * @param {string} text
 * @param {string | null} value
 * @param {string[][]} options
 * @param {(event: ControlEvent<HTMLSelectElement>) => void} edit
 */
export function choice(name, text, value, options, edit) {
  return html`<label class="row"><span>${text}</span>
    <select data-filter=${name} @change=${edit}>${options.map(([code, text]) => html`<option value=${code} .selected=${live(code === (value ?? ""))}>${text}</option>`)}</select></label>`;
}

/** @param {SearchView} view @returns {string[][]} */
function people({ session, model, filters }) {
  /** @type {{ cards: Card[] }[]} */
  const columns = model.columns;
  const assignees = new Set(columns.flatMap(({ cards }) => cards.map(({ state }) => state.assignee)).filter(Boolean));
  const { assignee } = filters.values;
  if (assignee && assignee !== "me" && assignee !== "nobody") assignees.add(assignee);
  const choices = [...assignees].map((id) => [id, accountName(session, id)]).sort(([, a], [, b]) => a.localeCompare(b));
  return [["", t("anyone")], ["me", t("me")], ["nobody", t("not assigned")], ...choices];
}

/** @param {string} grade */
const gradeName = (grade) => (BARE.has(grade) ? say("not_graded") : t("{grade} or better", { grade }));

/**
 * Return the grades to choose from, including one from the URL.
 * @param {string | null} current
 */
const grades = (current) => [...new Set([...GRADES, ...(current ? [current] : [])])].map((grade) => [grade, gradeName(grade)]);

/** @param {SearchView} view */
const changed = (view) => (/** @type {ControlEvent<HTMLSelectElement>} */ { target: { value } }) => {
  view.filters.set("changed", value === "time" ? new Date(Date.now() - DAY_MS).toISOString() : value || null);
};

/** @param {SearchView} view */
const since = (view) => (/** @type {string | null} */ at) => {
  if (at) view.filters.set("changed", at);
};

/**
 * Place the menu under its button, within the window. It sets custom properties, because the content security policy forbids style
 * attributes.
 * @param {ToggleEvent & { target: HTMLElement }} event
 */
export function place({ target: menu, newState }) {
  const button = /** @type {HTMLElement} */ (menu.previousElementSibling);
  button.setAttribute("aria-expanded", String(newState === "open"));
  if (newState !== "open") return;
  const { left, bottom } = button.getBoundingClientRect();
  menu.style.setProperty("--menu-left", `${Math.max(EDGE_PX, Math.min(left, window.innerWidth - WIDTH_PX - EDGE_PX))}px`);
  menu.style.setProperty("--menu-top", `${bottom + 4}px`);
}
