/** What belongs to the kind of a search, and how often the child was missing before: in the header, and among the facts. */
import { html, nothing } from "../../../../vendor/lit-html/lit-html.js";
import { t, withColon } from "../../../core/i18n.js";
import { detailPaths, kindFields } from "../../../core/rules/kind_fields.js";
import { label } from "../../../core/labels.js";
import { valueAt } from "../../../core/rules/merge_patch.js";
import { earlierText, inOrder, timesText } from "../../../format/earlier.js";
import { formatPath } from "../../../format/values.js";

const SHOWN_BY_THEMSELVES = /\.vehicle_/; // a plate, a make, a colour: they need no label

/**
 * "3rd time", with what was before.
 * @param {SearchState} state
 */
export function timesChip({ earlier }) {
  const text = timesText(earlier);
  if (!text) return nothing;
  return html`<span class="chip times" data-testid="times-missing" title=${inOrder(earlier).map(([, item]) => earlierText(item)).join("\n")}>${text}</span>`;
}

/**
 * Return what the header says of the kind: [path, text] of what is filled in.
 * @param {HeaderView} view
 * @returns {[string, string][]}
 */
function headerDetails(view) {
  const { state } = view.model.search;
  const said = kindFields(state.kind, "header").map((path) => [path, formatPath(path, valueAt(state, path), view, "search")]);
  return /** @type {[string, string][]} */ (said.filter(([, text]) => text !== null));
}

/** @param {[string, string]} said */
const named = ([path, text]) => (SHOWN_BY_THEMSELVES.test(path) ? html`<b class="whole">${text}</b>` : html`<span class="term">${label.field(path)}</span> <b>${text}</b>`);

/** @param {Drawn[]} parts */
const joined = (parts) => parts.map((part, at) => html`${at ? "\u00a0· " : nothing}${part}`);

/**
 * Line below the child's details: those of its kind, and the last time that it was missing.
 * @param {HeaderView} view
 */
export function kindLine(view) {
  const last = inOrder(view.model.search.state.earlier).at(-1), said = headerDetails(view);
  if (!said.length && !last) return nothing;
  const before = last && html`<span data-testid="last-time"><span class="term">${t("Missing before")}</span> ${earlierText(last[1])}</span>`;
  return html`<p class="kind-line" data-testid="kind-line" dir="auto">${joined([...said.map(named), before].filter(Boolean))}</p>`;
}

/**
 * What one looks for, in one line: for the folded header.
 * @param {HeaderView} view
 */
export function kindSummary(view) {
  const said = headerDetails(view);
  return said.length ? html`<b>${said.map(([, text]) => text).join("\u00a0· ")}</b>` : null;
}

/**
 * Return the facts of a search that belong to its kind, then those that an earlier kind left: {path, text, left}.
 * @param {BoardView} view
 */
export function kindFacts(view) {
  const { state } = view.model.search, own = kindFields(state.kind, "facts");
  const text = (/** @type {string} */ path) => formatPath(path, valueAt(state, path), view, "search");
  const left = detailPaths().filter((path) => !own.includes(path) && text(path) !== null);
  return [...own.map((path) => ({ path, text: text(path), left: false })), ...left.map((path) => ({ path, text: text(path), left: true }))];
}

/**
 * Earlier disappearances among the facts, each with the search that it was.
 * @param {BoardView} view
 */
export function earlierFacts(view) {
  const items = inOrder(view.model.search.state.earlier);
  if (!items.length) return nothing;
  return html`<section class="earlier-facts" data-testid="earlier-facts">
    <h3>${label.field("earlier")} <span class="chip">${timesText(view.model.search.state.earlier)}</span></h3>
    <ol>${items.map(([key, item]) => html`<li data-earlier=${key} dir="auto">${linked(item)}</li>`)}</ol>
  </section>`;
}

/** @param {import("../../../format/earlier.js").EarlierItem} item */
function linked({ search, reference, note, ...item }) {
  const link = search ? html`<a href="/searches/${search}">${reference ?? label.noun("search")}</a>` : reference;
  return joined([earlierText(item), link, note].filter(Boolean));
}

/**
 * The same for a handover: a line for each of the two.
 * @param {any} search of a report
 * @param {any} view
 */
export function reportedDetails({ kind, details, earlier }, view) {
  const paths = [...new Set([...kindFields(kind, "facts"), ...detailPaths()])];
  const said = paths.map((path) => [path, formatPath(path, valueAt({ details }, path), view, "search")]).filter(([, text]) => text !== null);
  const times = inOrder(earlier);
  return html`${said.length ? html`<p class="kind-details">${said.map(([path, text], at) => html`${at ? "\u00a0· " : nothing}${withColon(label.field(/** @type {string} */ (path)))} <b>${text}</b>`)}</p>` : nothing}
    ${times.length ? html`<p class="kind-details"><b>${timesText(earlier)}</b>${times.map(([, item]) => html`\u00a0· ${earlierText(item)}`)}</p>` : nothing}`;
}
