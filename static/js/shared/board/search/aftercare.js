/** After the child is found: the tasks until the search is closed, and the talk with the child. */
import { html, nothing } from "../../../../vendor/lit-html/lit-html.js";
import { n, t } from "../../../core/i18n.js";
import { label } from "../../../core/labels.js";
import { say } from "../../../core/rules/sentences.js";
import { standardText } from "../../../core/rules/standard_texts.js";
import { pathsOf, row, rows } from "../../../forms/form_row.js";
import { talk as talkFields } from "../../../forms/fields.js";
import { formatMoment, formatShortMoment, latenessElement } from "../../../format/time_elements.js";
import { accountName } from "../../../format/values.js";
import { knownTexts, textOrDash } from "../../../format/unreadable.js";

const OFFERED = "talk_kept.offered";

/** @param {BoardView} view */
export function aftercareSection(view) {
  const { state } = view.model.search;
  if (state.status !== "found") return nothing;
  const tasks = view.board.of("task").filter(({ state: task }) => task.take_down).sort((a, b) => a.state.number - b.state.number);
  const open = tasks.filter((task) => isOpen(task, view));
  return html`<section class="aftercare" data-testid="aftercare">
    <h3>${t("After found")} <span class="hint">${t("{done} of {count} done", { done: tasks.length - open.length, count: tasks.length })}</span></h3>
    <ul>${tasks.map((task) => item(task, view))}</ul>
    ${talkLine(view)}
    ${view.past || !view.mayLead ? nothing : html`<div class="buttons">
      <span class="hint">${open.length ? n("{count} is open. Closing asks why.", "{count} are open. Closing asks why.", open.length) : t("Nothing is open.")}</span><span class="space"></span>
      <button type="button" data-act="close-search" @click=${() => view.act.setStatus("closed")}>${t("Close the search…")}</button></div>`}
  </section>`;
}

/** @param {Entity} task @param {BoardView} view */
const isOpen = ({ state }, view) => !state.withdrawn && !view.isDone(state.column);

/** @param {Entity} task @param {BoardView} view */
function item(task, view) {
  const { id, state } = task, open = isOpen(task, view);
  return html`<li data-aftercare=${id} class=${open ? "" : "ended"}>
    <span class="mark" aria-hidden="true">${open ? "○" : "✓"}</span>
    <div><a href=${view.path(id)} dir="auto" @click=${(/** @type {MouseEvent} */ event) => view.open(event, id)}>${standardText(state.title)}</a>
      <span class="hint">${state.withdrawn ? label.field("withdrawn", "task") : open ? whoAndWhen(state, view) : state.result ? html`<bdi>${state.result}</bdi>` : t("done")}</span></div>
    ${open && !view.past && view.mayEdit ? html`<button type="button" class="plain" data-act="not-needed" @click=${() => view.act.dialog("withdraw", { entity: id })}>${t("Not needed…")}</button>` : nothing}
  </li>`;
}

/** @param {State} task @param {BoardView} view */
function whoAndWhen({ due, assignee }, view) {
  const who = assignee ? accountName(view.session, assignee) : say("nobody_assigned");
  return due ? html`${formatShortMoment(due)}, ${latenessElement(due)}\u00a0· ${who}` : who;
}

// --- the talk

/** @param {BoardView} view */
function talkLine(view) {
  const kept = view.model.search.state.talk_kept;
  const recorded = kept ? t("The talk with the child was recorded by {name}: {at}.", { at: formatMoment(kept.at), name: accountName(view.session, kept.by) }) : t("No talk with the child is recorded.");
  return html`<p data-testid="talk">${recorded}
    ${view.past || !view.mayNote ? nothing : html`<button type="button" class="plain" data-act="talk" @click=${() => view.talks.open(Boolean(kept))}>${kept ? t("Open the talk") : t("Record the talk")}</button>
      ${view.talks.problem ? html`<span class="error" role="status">${view.talks.problem}</span>` : nothing}`}</p>`;
}

/** @param {Form} form @param {LiveBoardView} view */
export const talkBody = (form, view) => html`<p class="hint">${t("Confidential: read by the members of this search. Each view is logged.")}</p>
  ${rows(form, pathsOf(talkFields()).filter((path) => path !== OFFERED), view)} ${row(form, OFFERED, view)}`;

/** Talks after earlier disappearances, for people who work on this search. @param {BoardView} view */
export function earlierTalks(view) {
  if (view.past || !view.mayNote || !view.linked.talks) return nothing;
  const { earlier: talks, problem } = view.talks;
  if (!talks) return html`<p data-testid="earlier-talks">${t("After an earlier disappearance, the child told why it left, and what helped.")} <button type="button" class="plain" data-act="earlier-talks" @click=${() => view.talks.readEarlier()}>${t("Read the talk")}</button>
    ${problem ? html`<span class="error" role="status">${problem}</span>` : nothing}</p>`;
  return html`<div class="earlier-talks" data-testid="earlier-talks">${talks.length ? talks.map((each) => answers(each, view)) : t("No talk is offered.")}
    <p class="hint">${t("Viewing is logged.")}</p></div>`;
}

/** @param {EarlierTalk} each @param {LiveBoardView} view */
function answers({ board, reference, talk }, view) {
  const given = /** @type {("why" | "where" | "with_whom" | "helped" | "would_help")[]} */ (["why", "where", "with_whom", "helped", "would_help"]).filter((name) => knownTexts(talk, [name]).length);
  return html`<h4><a href="/searches/${board}">${reference}</a> <span class="hint">${formatMoment(talk.at)}, ${accountName(view.session, talk.by)}</span></h4>
    <dl>${given.map((name) => html`<dt>${label.field(`talk.${name}`, "search")}</dt><dd dir="auto">${textOrDash(talk, name)}</dd>`)}</dl>`;
}
