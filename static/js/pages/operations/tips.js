/* Column of tips without a search: those that fit none yet, to be placed on one or dismissed; and tips answered since yesterday. */

import { html, nothing } from "../../../vendor/lit-html/lit-html.js";
import { repeat } from "../../../vendor/lit-html/directives/repeat.js";
import { label } from "../../core/labels.js";
import { tokenize } from "../../core/rules/text_filter.js";
import { t } from "../../core/i18n.js";
import { say } from "../../core/rules/sentences.js";
import { alarmsOf, ownerOf, whoHasIt } from "../../format/ownership.js";
import { accountName, cardName } from "../../format/values.js";
import { shortPersonName } from "../../format/search_list.js";
import { agoElement, formatShortMoment } from "../../format/time_elements.js";

const MAX_TIPS = 30; // tips drawn before "show all"

/** Unanswered tips: urgent ones first, then those that have waited longest. @param {Board} board */
export function waitingTips(board) {
  const waiting = board.of("tip").filter(({ state }) => state.queue === "look");
  return waiting.sort((a, b) => urgency(b) - urgency(a) || (a.state.queue_since < b.state.queue_since ? -1 : 1));
}

/** @param {Entity} tip */
const urgency = ({ state }) => Number(state.priority === "urgent");

/** @param {OperationsView} view */
export function tipsColumn(view) {
  const waiting = waitingTips(view.board), answered = view.board.of("tip").filter(({ state }) => state.queue !== "look");
  if (!waiting.length && !answered.length) return nothing;
  const drawn = view.allTips ? waiting : waiting.slice(0, MAX_TIPS), alarms = alarmsOf(view.board);
  return html`<section class="operations-column tips" id="tips" aria-labelledby="tips-title" data-testid="tips">
    <h2 id="tips-title">${t("Tips without a search")} <b>${waiting.length}</b></h2>
    ${waiting.length ? nothing : html`<p class="empty">${t("No tips are waiting.")}</p>`}
    <ul>${repeat(drawn, ({ id }) => id, (tip) => tipCard(tip, alarms.get(tip.id), view))}</ul>
    ${drawn.length < waiting.length ? html`<button class="all" @click=${view.showAllTips}>${t("Show all")}</button>` : nothing}
    ${answered.length ? html`<details class="answered-tips"><summary>${t("Answered since yesterday")} <b>${answered.length}</b></summary>
      <ul>${repeat(answered, ({ id }) => id, (tip) => answeredTip(tip, view))}</ul></details>` : nothing}
  </section>`;
}

/** @param {State} state */
const timeText = ({ seen_at: seen, received_at: received }) => (seen ? say("seen", { at: formatShortMoment(seen) }) : t("reported {at}", { at: formatShortMoment(received) }));

/** @param {Entity} tip @param {State | undefined} alarm alarm about the tip @param {OperationsView} view */
function tipCard(tip, alarm, view) {
  const { id, state } = tip, suggested = view.mayAct ? likelySearch(tip, view.board) : null;
  const ownerText = ownerName(state, alarm, view.session);
  return html`<li class="tip ${urgency(tip) ? "is-urgent" : ""} ${view.board.badges.has(id) ? "changed" : ""}" data-tip=${id} @pointerenter=${() => view.seen(id)} @focusin=${() => view.seen(id)}>
    <p class="tip-head"><button type="button" class="plain tip-name" data-act="open-tip" @click=${() => view.openTip(id)}>${cardName(tip)}</button>
      ${urgency(tip) ? html`<b class="urgent-mark">▲ ${label.priority("urgent")}</b>` : nothing}
      <span class="said">${[timeText(state), label.channel(state.channel)].join(" · ")}</span><span class="age">${agoElement(state.queue_since)}</span></p>
    <p class="text" dir="auto" title=${state.description}>${state.description}</p>
    ${view.mayAct ? html`<p class="tip-acts"><button type="button" data-act="place-tip" aria-label=${t("Place {tip}…", { tip: cardName(tip) })} @click=${() => view.openTip(id)}>${t("Place…")}</button>
      ${suggested ? html`<button type="button" class="plain guess" data-act="guess" @click=${() => view.openTip(id, suggested.id)}>${t("{name}?", { name: shortPersonName(suggested.state.person) })}</button>` : nothing}
      ${ownerText ? html`<span class="holder" data-testid="owner">${ownerText}</span>` : nothing}${state.assignee ? nothing : html`<button type="button" class="plain" data-act="claim-tip" @click=${() => view.claimTip(id)}>${t("Assign to me")}</button>`}</p>` : nothing}
  </li>`;
}

/**
 * Return who is responsible for a tip; null if nobody is and there is no alarm.
 * @param {State} state @param {State | undefined} alarm @param {Session} session
 */
function ownerName({ assignee }, alarm, session) {
  if (alarm) return whoHasIt(ownerOf(alarm, assignee, session), session.account.id);
  return assignee === session.account.id ? t("assigned to you") : assignee && accountName(session, assignee);
}

/** @param {Entity} tip @param {OperationsView} view */
function answeredTip(tip, view) {
  const { id, state } = tip, { placed, dismissed } = state;
  const search = placed && view.board.get(placed.board);
  return html`<li data-tip=${id}><button type="button" class="plain tip-name" data-act="open-tip" @click=${() => view.openTip(id)}>${cardName(tip)}</button>
    ${placed ? html`<a href="/searches/${placed.board}/cards/${placed.sighting}">${say("sighting", placed)}${search ? `\u00a0· ${shortPersonName(search.state.person)}` : nothing}</a>`
      : html`<span dir="auto">${t("dismissed: {reason}", { reason: dismissed?.reason ?? "" })}</span>`}</li>`;
}

/**
 * Return the open search whose child's first name occurs in a tip, if there is exactly one. It is only a suggestion.
 * @param {Entity} tip
 * @param {Board} board
 */
export function likelySearch({ state }, board) {
  const words = new Set(state.description.split(/[^\p{L}\p{M}\p{N}]+/u).flatMap(tokenize));
  const matches = board.of("search").filter(({ state: { status, person } }) => status === "open" && tokenize(person.first_name).every((word) => words.has(word)));
  return matches.length === 1 ? matches[0] : null;
}
