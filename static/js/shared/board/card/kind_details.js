/** Details of the kind of a search, and earlier disappearances: in the header, and among the facts. */
import { html, nothing } from "../../../../vendor/lit-html/lit-html.js";
import { t } from "../../../core/i18n.js";
import { withColon } from "../../../core/rules/sentences.js";
import { detailPaths, kindFields } from "../../../core/rules/kind_fields.js";
import { label } from "../../../core/labels.js";
import { valueAt } from "../../../core/rules/merge_patch.js";
import { earlierText, inOrder, timesText } from "../../../format/earlier.js";
import { formatPath } from "../../../format/values.js";

const WITHOUT_LABEL = /\.vehicle_/; // a plate, make or colour needs no label

/**
 * "3rd time", with the earlier disappearances as its title.
 * @param {SearchState} state
 */
export function timesChip({ earlier }) {
  const text = timesText(earlier);
  if (!text) return nothing;
  return html`<span class="chip times" data-testid="times-missing" title=${inOrder(earlier).map(([, item]) => earlierText(item)).join("\n")}>${text}</span>`;
}

/**
 * Return the filled-in details of the kind for the header: [path, text].
 * @param {HeaderView} view
 * @returns {[string, string][]}
 */
function headerDetails(view) {
  const { state } = view.model.search;
  const details = kindFields(state.kind, "header").map((path) => [path, formatPath(path, valueAt(state, path), view, "search")]);
  return /** @type {[string, string][]} */ (details.filter(([, text]) => text !== null));
}

/** @param {[string, string]} detail */
const detailTemplate = ([path, text]) => (WITHOUT_LABEL.test(path) ? html`<b class="whole">${text}</b>` : html`<span class="term">${label.field(path)}</span> <b>${text}</b>`);

/** @param {Drawn[]} parts */
const joinParts = (parts) => parts.map((part, index) => html`${index ? "\u00a0· " : nothing}${part}`);

/**
 * Render the line below the child's details: details of the kind, and the last earlier disappearance.
 * @param {HeaderView} view
 */
export function kindLine(view) {
  const last = inOrder(view.model.search.state.earlier).at(-1), details = headerDetails(view);
  if (!details.length && !last) return nothing;
  const lastTime = last && html`<span data-testid="last-time"><span class="term">${t("Missing before")}</span> ${earlierText(last[1])}</span>`;
  return html`<p class="kind-line" data-testid="kind-line" dir="auto">${joinParts([...details.map(detailTemplate), lastTime].filter(Boolean))}</p>`;
}

/**
 * Render the details of the kind in one line, for the folded header.
 * @param {HeaderView} view
 */
export function kindSummary(view) {
  const details = headerDetails(view);
  return details.length ? html`<b>${details.map(([, text]) => text).join("\u00a0· ")}</b>` : null;
}

/**
 * Return the facts of a search's kind, then the remaining facts of an earlier kind: {path, text, left}.
 * @param {BoardView} view
 */
export function kindFacts(view) {
  const { state } = view.model.search, kindPaths = kindFields(state.kind, "facts");
  const text = (/** @type {string} */ path) => formatPath(path, valueAt(state, path), view, "search");
  const leftPaths = detailPaths().filter((path) => !kindPaths.includes(path) && text(path) !== null);
  return [...kindPaths.map((path) => ({ path, text: text(path), left: false })), ...leftPaths.map((path) => ({ path, text: text(path), left: true }))];
}

/**
 * Render the earlier disappearances among the facts, each with a link to its search.
 * @param {BoardView} view
 */
export function earlierFacts(view) {
  const items = inOrder(view.model.search.state.earlier);
  if (!items.length) return nothing;
  return html`<section class="earlier-facts" data-testid="earlier-facts">
    <h3>${label.field("earlier")} <span class="chip">${timesText(view.model.search.state.earlier)}</span></h3>
    <ol>${items.map(([key, item]) => html`<li data-earlier=${key} dir="auto">${earlierItem(item)}</li>`)}</ol>
  </section>`;
}

/** @param {import("../../../format/earlier.js").EarlierItem} item */
function earlierItem({ search, reference, note, ...item }) {
  const link = search ? html`<a href="/searches/${search}">${reference ?? label.noun("search")}</a>` : reference;
  return joinParts([earlierText(item), link, note].filter(Boolean));
}

/**
 * Render the details of the kind and the earlier disappearances in a handover, on one line each.
 * @param {any} search search of a report
 * @param {any} view
 */
export function reportedDetails({ kind, details, earlier }, view) {
  const paths = [...new Set([...kindFields(kind, "facts"), ...detailPaths()])];
  const reported = paths.map((path) => [path, formatPath(path, valueAt({ details }, path), view, "search")]).filter(([, text]) => text !== null);
  const times = inOrder(earlier);
  return html`${reported.length ? html`<p class="kind-details">${reported.map(([path, text], index) => html`${index ? "\u00a0· " : nothing}${withColon(label.field(/** @type {string} */ (path)))} <b>${text}</b>`)}</p>` : nothing}
    ${times.length ? html`<p class="kind-details"><b>${timesText(earlier)}</b>${times.map(([, item]) => html`\u00a0· ${earlierText(item)}`)}</p>` : nothing}`;
}
