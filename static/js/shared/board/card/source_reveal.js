/** Source of a sighting. Name and contact never come with the board: they are requested, and each reading is recorded. */
import { html, nothing } from "../../../../vendor/lit-html/lit-html.js";
import { get } from "../../../core/connection/api.js";
import { Refusal } from "../../../core/errors.js";
import { accountName } from "../../../format/values.js";
import { t } from "../../../core/i18n.js";
import { label } from "../../../core/labels.js";
import { formatMoment } from "../../../format/time_elements.js";

/** @param {Card} entity @param {BoardView} view */
export function sourceSection(entity, view) {
  const { id, state } = entity;
  const read = view.sources.get(id);
  const { kind, sealed } = state.source;
  return html`<section class="source" data-testid="source">
    <h3>${label.field("source")}</h3>
    <p>${label.source_kind(kind)}${sealed ? html`\u00a0· <b class="lock">${t("confidential")}</b>` : nothing}</p>
    ${read ? answer(read, id, view) : nothing}
    ${!read && state.source_kept === null ? html`<p class="hint" data-testid="no-source">${t("Neither a name nor a contact was given.")}</p>` : nothing}
    ${!read && view.mayRead && state.source_kept !== null ? html`<button type="button" data-act="read-source" @click=${() => view.act.readSource(id)}>${t("Show name and contact")}</button>
      <p class="hint">${t("Viewing is logged.")}</p>` : nothing}
  </section>`;
}

/** @param {SourceReading} read @param {string} id @param {BoardView} view */
function answer({ name, contact, earlier = [], more, problem }, id, view) {
  if (problem) return html`<p class="error" role="status">${problem}</p>`;
  return html`<dl><dt>${t("Name")}</dt><dd data-field="source_name">${name ?? "—"}</dd><dt>${t("Contact details")}</dt><dd data-field="source_contact">${contact ?? "—"}</dd></dl>
    ${earlier.length ? html`<h4>${t("Earlier")}</h4><ol data-testid="earlier">${earlier.map((each) => before(each, view))}</ol>` : nothing}
    ${more ? html`<button type="button" data-act="read-earlier" @click=${() => /** @type {LiveBoardView} */ (view).act.readSource(id)}>${t("Show earlier ones")}</button>` : nothing}`;
}

/**
 * Render what was known until somebody set it.
 * @param {FormerSource} earlier
 * @param {BoardView} view
 */
function before({ name, contact, seq, at, account }, { session }) {
  const said = [name, contact].filter(Boolean).join(" · ") || t("empty");
  return html`<li data-seq=${seq}>${said}\u00a0· <span class="at">${t("until {at}, then set by {name}", { at: formatMoment(at), name: accountName(session, account) })}</span></li>`;
}

/**
 * A sealed source may be read by coordinators, and by the person who added it, as the history knows.
 * @param {Card} entity
 * @param {BoardView} view
 */
export function mayReadSource({ id, state }, view) {
  if (!view.mayRead || !state.source.sealed || view.mayLead) return view.mayRead;
  const read = view.sources.get(id);
  return Boolean(read && !read.problem) || view.historyOf(id).addedBy === view.session.account.id;
}

/**
 * Return whether an event changes the source, so that what was read may be outdated.
 * @param {{ private?: string[], changes?: string[] }} event
 */
export const setsSource = ({ private: set, changes }) => Boolean(set) || Boolean(changes?.some((path) => path.startsWith("source.")));

/**
 * @param {string} board
 * @param {string} sighting
 * @param {SourceReading | null} [known] what was read before; earlier values are appended
 * @returns {Promise<SourceReading>}
 */
export async function readSource(board, sighting, known = null) {
  const last = known?.earlier?.at(-1);
  const query = last ? `?before=${last.seq}` : "";
  try {
    const read = await get(`/api/v1/boards/${board}/sightings/${sighting}/source${query}`, { repeat: false }); // each reading is recorded
    return { ...read, earlier: [...(known?.earlier ?? []), ...(read.earlier ?? [])] };
  } catch (error) {
    if (!(error instanceof Refusal)) return { problem: t("Could not load: no connection to the server.") };
    return { problem: error.status === 403 ? t("This source is confidential. Only coordinators, and the person who recorded the sighting, can see it.") : error.message };
  }
}
