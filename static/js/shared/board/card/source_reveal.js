/** Source of a sighting. Name and contact are never part of the board: they are requested, and each access is recorded. */
import { html, nothing } from "../../../../vendor/lit-html/lit-html.js";
import { get } from "../../../core/connection/api.js";
import { Refusal } from "../../../core/errors.js";
import { accountName } from "../../../format/values.js";
import { t } from "../../../core/i18n.js";
import { say } from "../../../core/rules/sentences.js";
import { label } from "../../../core/labels.js";
import { formatMoment } from "../../../format/time_elements.js";
import { knownTexts, textOrDash } from "../../../format/unreadable.js";

/** @param {Card} entity @param {BoardView} view */
export function sourceSection(entity, view) {
  const { id, state } = entity;
  const revealed = view.sources.get(id);
  const { kind, sealed } = state.source;
  return html`<section class="source" data-testid="source">
    <h3>${label.field("source")}</h3>
    <p>${label.source_kind(kind)}${sealed ? html`\u00a0· <b class="lock">${t("confidential")}</b>` : nothing}</p>
    ${revealed ? answer(revealed, id, view) : nothing}
    ${!revealed && state.source_kept === null ? html`<p class="hint" data-testid="no-source">${t("Neither a name nor a contact was given.")}</p>` : nothing}
    ${!revealed && view.mayRead && state.source_kept !== null ? html`<button type="button" data-act="read-source" @click=${() => view.act.readSource(id)}>${t("Show name and contact")}</button>
      <p class="hint">${t("Viewing is logged.")}</p>` : nothing}
  </section>`;
}

/** @param {SourceReading} read @param {string} id @param {BoardView} view */
function answer(read, id, view) {
  const { earlier = [], more, problem } = read;
  if (problem) return html`<p class="error" role="status">${problem}</p>`;
  return html`<dl><dt>${label.field("source.name")}</dt><dd data-field="source_name">${textOrDash(read, "name")}</dd><dt>${t("Contact details")}</dt><dd data-field="source_contact">${textOrDash(read, "contact")}</dd></dl>
    ${earlier.length ? html`<h4>${t("Earlier")}</h4><ol data-testid="earlier">${earlier.map((former) => formerSource(former, view))}</ol>` : nothing}
    ${more ? html`<button type="button" data-act="read-earlier" @click=${() => /** @type {LiveBoardView} */ (view).act.readSource(id)}>${t("Show earlier ones")}</button>` : nothing}`;
}

/**
 * Render the earlier values of a source, with the person who replaced them.
 * @param {FormerSource} earlier
 * @param {BoardView} view
 */
function formerSource(earlier, { session }) {
  const { seq, at, account } = earlier, text = knownTexts(earlier, ["name", "contact"]).join(" · ") || say("empty");
  return html`<li data-seq=${seq}>${text}\u00a0· <span class="at">${t("until {at}, then set by {name}", { at: formatMoment(at), name: accountName(session, account) })}</span></li>`;
}

/**
 * Return true if this person may read the source. A sealed source is readable by coordinators and by the person who added the sighting.
 * @param {Card} entity
 * @param {BoardView} view
 */
export function mayReadSource({ id, state }, view) {
  if (!view.mayRead || !state.source.sealed || view.mayLead) return view.mayRead;
  const revealed = view.sources.get(id);
  return Boolean(revealed && !revealed.problem) || view.historyOf(id).addedBy === view.session.account.id;
}

/**
 * Return true if an event changes the source, so that a revealed one may be outdated.
 * @param {{ private?: string[], changes?: string[] }} event
 */
export const setsSource = ({ private: privatePaths, changes }) => Boolean(privatePaths) || Boolean(changes?.some((path) => path.startsWith("source.")));

/**
 * @param {string} board
 * @param {string} sighting
 * @param {SourceReading | null} [previous] previous reading, to which earlier values are appended
 * @returns {Promise<SourceReading>}
 */
export async function readSource(board, sighting, previous = null) {
  const last = previous?.earlier?.at(-1);
  const query = last ? `?before=${last.seq}` : "";
  try {
    const answer = await get(`/api/v1/boards/${board}/sightings/${sighting}/source${query}`, { repeat: false }); // each access is recorded
    return { ...answer, earlier: [...(previous?.earlier ?? []), ...(answer.earlier ?? [])] };
  } catch (error) {
    if (!(error instanceof Refusal)) return { problem: t("Could not load: no connection to the server.") };
    return { problem: error.status === 403 ? t("This source is confidential. Only coordinators, and the person who recorded the sighting, can see it.") : error.message };
  }
}
