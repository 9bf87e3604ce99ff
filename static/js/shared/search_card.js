/* Cards of searches on the operations page: the child, the running time, the most pressing need, and the person in charge. Each card links
   to its board. */

import { html, nothing } from "../../vendor/lit-html/lit-html.js";
import { label } from "../core/labels.js";
import { n, number, t } from "../core/i18n.js";
import { waitsSince } from "../core/rules/alarms.js";
import { say, sayCount } from "../core/rules/sentences.js";
import { standardText } from "../core/rules/standard_texts.js";
import { formatDuration, formatShortDuration, serverNow } from "../core/time.js";
import { namedAlarm } from "../format/alarm_text.js";
import { contradictionText, notBothText } from "../format/contradiction_text.js";
import { firstNeed } from "../format/first_need.js";
import { ownerOf, whoHasIt } from "../format/ownership.js";
import { gravityOf } from "../core/rules/search_gravity.js";
import { shortPersonName } from "../format/search_list.js";
import { worryingBadge } from "./board/search/worrying_badge.js";
import { initials } from "./avatars.js";
import { photo as photoImage } from "./files/photo.js";
import { foundText } from "../format/found_text.js";
import { lastSeenText } from "../format/last_seen_text.js";
import { agoElement, sinceElement, formatMoment, formatShortMoment } from "../format/time_elements.js";

/**
 * @param {Entity<SearchState>} search
 * @param {SearchCardView} view
 * @param {{ grouped?: boolean }} [options] `grouped`: true if a heading above the card shows the gravity
 */
export function searchCard(search, view, { grouped = false } = {}) {
  return search.state.status === "open" ? openCard(search, view, grouped) : endedCard(search, view);
}

/** @param {Entity<SearchState>} search @param {SearchCardView} view @param {boolean} grouped */
function openCard(search, view, grouped) {
  const { id, state } = search, summary = view.board.summaries.get(id), gravity = gravityOf(state), asking = view.past ? [] : openAlarmsOf(id, view);
  return html`<li class="search open ${gravity} ${state.worrying === true ? "worrying" : ""} ${view.board.badges.has(id) ? "changed" : ""}" data-search=${id} data-status="open" ?data-alarmed=${asking.length > 0}
      data-gravity=${gravity} @pointerenter=${markSeen(id, view)} @focusin=${markSeen(id, view)}>
    ${photo(state, id)}${viewerCount(summary)}
    <div class="who">
      <div class="name">${heading(search, view)}<span class="running" title=${say("missing_since", { at: formatMoment(state.missing_since) })}>${sinceElement(state.missing_since)}</span></div>
      <p class="what">${grouped ? html`<span class="visually-hidden">${worryingBadge(state)}</span>` : worryingBadge(state)}${reference(state, view)} <span class="kind">${kindText(state)}</span>${lock(state)}${news(id, view)}</p>
      ${placesLine(state, summary, gravity)}
    </div>
    ${view.past ? nothing : needLine(withoutTaken(summary, view), asking, view)}
    <p class="foot">${changeNote(id, view) ?? inCharge(state, view.session, grouped && gravity === "other")}<span class="counts"><span class="dotted">${counts(summary)}${activity(summary)}</span></span></p>
  </li>`;
}

/** @param {Entity<SearchState>} search @param {SearchCardView} view */
function endedCard(search, view) {
  const { id, state } = search, badge = view.board.badges.get(id);
  return html`<li class="search ended ${state.status} ${badge ? "changed" : ""}" data-search=${id} data-status=${state.status} @pointerenter=${markSeen(id, view)} @focusin=${markSeen(id, view)}>
    <span class="mark" aria-hidden="true"></span>
    <div class="who">${heading(search, view)}
      <p class="what">${reference(state, view)}${lock(state)}</p>
      <p class="foot">${endingText(state)}</p>
      ${badge ? html`<p class="change-note">${changeText(badge)}</p>` : nothing}
      ${news(id, view) === nothing ? nothing : html`<p class="counts">${news(id, view)}</p>`}</div>
  </li>`;
}

/**
 * Render a search that is being opened: the server has not acknowledged the command yet.
 * @param {PendingCommand} command
 */
export function sendingCard({ data, status }) {
  return html`<li class="search open other pending" data-testid="pending-search">
    ${photo(data)}
    <div class="who"><div class="name"><h4>${nameAndAge(data.person)}</h4></div>
      <p class="what"><b>${status === "sending" ? t("sending…") : t("waiting to be sent…")}</b> <span class="kind">${label.kind(data.kind)}</span></p></div>
  </li>`;
}

/** @param {string} id @param {SearchCardView} view */
const markSeen = (id, view) => () => view.board.badges.has(id) && view.seen(id);

/** Render the photo of the child over the initials. @param {any} state @param {string} [id] */
const photo = ({ person, photo: file }, id) => html`<span class="photo" aria-hidden="true">${initials([person.first_name, person.last_name].filter(Boolean).join(" "))}${id ? photoImage(id, file) : nothing}</span>`;

const PERSON = html`<svg viewBox="0 0 16 16" aria-hidden="true"><circle cx="8" cy="5" r="3.2"/><path d="M1.800 15c0-3.600 2.700-5.600 6.200-5.600s6.200 2 6.200 5.600Z"/></svg>`;

/** Render the number of viewers on the edge of the photo, so that changes move nothing. @param {Summary | undefined} summary */
function viewerCount(summary) {
  if (!summary?.people) return nothing;
  const viewingText = t("{count} viewing", { count: summary.people });
  return html`<span class="people" data-count="people" title=${viewingText}>${PERSON}<span aria-hidden="true">${number(summary.people)}</span><span class="visually-hidden">${viewingText}</span></span>`;
}

/** @param {any} person */
const nameAndAge = (person) => `${shortPersonName(person)}${age(person)}`;

/** @param {any} person */
const age = ({ age: years }) => (years === null || years === undefined ? "" : `, ${years}`);

/** @param {Entity<SearchState>} search @param {SearchCardView} view */
function heading({ id, state }, view) {
  const link = html`<a href=${view.placeOf(id)} title=${nameAndAge(state.person)}><bdi>${shortPersonName(state.person)}</bdi>${age(state.person)}</a>`;
  return state.status === "open" ? html`<h4>${link}</h4>` : html`<h3>${link}</h3>`;
}

/** @param {SearchState} state @param {SearchCardView} view */
function reference(state, view) {
  const duplicateMark = view.shared?.has(state.reference) ? html` <b data-testid="same-reference" title=${t("Another search has this reference too.")}>${t("not unique")}</b>` : nothing;
  return html`<span class="reference">${state.reference}</span>${duplicateMark}`;
}

/** @param {SearchState} state */
const kindText = ({ kind, appeal }) => [label.kind(kind), appeal?.level && appeal.level !== "none" ? say("appeal", { level: label.level(appeal.level) }) : null].filter(Boolean).join(" · ");

/** @param {SearchState} state */
const lock = ({ access }) => (access === "members" ? html` <span class="lock" title=${t("Only members can see this search")}>${t("members only")}</span>` : nothing);

/**
 * Render the place where the child was last seen, and the latest credible sighting.
 * @param {SearchState} state
 * @param {Summary | undefined} summary
 * @param {string} gravity
 */
function placesLine({ last_seen: last }, summary, gravity) {
  if (gravity !== "worrying") return nothing;
  const sighting = summary?.credible_sighting;
  if (!last?.text && !sighting) return nothing;
  return html`<p class="places">${last?.text ? html`<span>${lastSeenText({ text: last.text })}</span>` : nothing}
    ${sighting ? html`<span class="credible">${t("latest credible: {at}", { at: credibleText(sighting) })}</span>` : nothing}</p>`;
}

/** @param {SummarySighting} sighting */
const credibleText = ({ seen_at: at, received_at: received, place }) => [formatShortMoment(at ?? received), place].filter(Boolean).join(" ");

/**
 * Return this person's open alarms of a search.
 * @param {string} id @param {SearchCardView} view
 */
const openAlarmsOf = (id, { session }) => session.alarms.open.filter(({ board }) => board === id);

/**
 * Return the summary, updated if this person sees that its alarm was taken in the meantime.
 * @param {Summary | undefined} summary @param {SearchCardView} view
 */
function withoutTaken(summary, { session }) {
  const taken = session.alarms.taken.find(({ id }) => id === summary?.alarm?.id);
  if (!summary || !taken) return summary;
  const { unassessed_sighting: sighting } = summary, by = taken.taken_by?.id ?? null, owner = { taken_by: by, assignee: taken.assignee?.id ?? by, until: taken.until };
  return { ...summary, alarm: null, unassessed_sighting: sighting && (sighting.id === taken.about.id ? { ...sighting, ...owner } : sighting) };
}

/** @param {Summary | undefined} summary @param {Alarm[]} asking @param {SearchCardView} view */
function needLine(summary, asking, { session }) {
  if (!summary) return html`<p class="need empty" aria-hidden="true">&nbsp;</p>`;
  const { need: needCode, card, count, length } = firstNeed(summary, serverNow(), asking);
  const needText = NEEDS[needCode](card, { count, length: formatShortDuration(length).replaceAll(" ", "\u00a0"), session });
  return html`<p class="need ${needCode}" data-need=${needCode}>${needText}</p>`;
}

/** @param {SummaryAlarm} alarm @param {Session} session */
function othersAlarm({ about, number: alarmNumber, assignee, ...alarm }, session) {
  return { ...alarm, about: { ...about, number: alarmNumber }, ...ownerOf(alarm, assignee, session) };
}

/** @type {Record<string, (card: any, details: { count: number, length: string, session: Session }) => unknown>} */
const NEEDS = {
  alarm: (card, { count, session }) => html`<span class="dotted"><b class="text-alert">${namedAlarm(card)}</b> <b class="text-alert">${sinceElement(waitsSince(card))}</b> <b class="text-alert" data-testid="owner">${whoHasIt(card, session.account.id)}</b>${more(count)}</span>`,
  others(card, { count, session }) {
    const alarm = othersAlarm(card, session);
    return html`<span class="dotted"><b>${namedAlarm(alarm)}</b> <span>${sinceElement(waitsSince(card))}</span> <span data-testid="owner">${whoHasIt(alarm, session.account.id)}</span> <span>${t("others are asked")}</span>${more(count)}</span>`;
  },
  urgent: (card, { length, session }) => html`<b class="grave">${say("urgent_sighting", { number: card.number })}</b>\u00a0· ${
    card.assignee || card.taken_by ? html`<b data-testid="owner">${whoHasIt(ownerOf({ taken_by: card.taken_by ?? card.assignee, until: card.until }, card.assignee, session), session.account.id)}</b>\u00a0· ` : nothing}${sightingText(card, length)}`,
  promise({ about, number: of, assignee, ...card }, { session }) {
    const { assignee: assigned } = ownerOf({}, assignee, session);
    return html`<span>${namedAlarm({ ...card, about: { ...about, number: of } })}</span>\u00a0· <b data-testid="owner">${whoHasIt({ ...card, assignee: assigned }, session.account.id)}</b>`;
  },
  overdue: (card, { count, length }) => html`<b class="text-alert" data-count="overdue">${t("{count} overdue", { count: number(count) })}</b>\u00a0· ${
    count > 1 ? t("longest {length}: {title}", { length, title: standardText(card.title) }) : t("{length}: {title}", { length, title: standardText(card.title) })}`,
  sighting: (card, { length }) => html`${t("Sighting {number} to assess", { number: card.number })}\u00a0· ${sightingText(card, length)}`,
  due: (card) => html`<span>${t("next due {at}: {title}", { at: formatShortMoment(card.due), title: standardText(card.title) })}</span>`,
  nothing: () => html`<span>${t("nothing due")}</span>`,
};

/** @param {number} count */
const more = (count) => (count > 1 ? html` <span>${sayCount("more", count - 1)}</span>` : nothing);

/** @param {SummarySighting} card @param {string} length */
const sightingText = (card, length) => (card.place ? t("{length}: {title}", { length, title: card.place }) : length);

/** @param {SearchState} state @param {Session} session @param {boolean} brief true to render only the name, on a small card */
function inCharge(state, session, brief) {
  const name = state.lead ? session.accounts.get(state.lead)?.name ?? "…" : null;
  if (!name) return html`<span class="lead nobody">${say("nobody_in_charge")}</span>`;
  const inChargeText = say("in_charge", { name });
  return html`<span class="lead" title=${inChargeText}>${brief ? name : inChargeText}</span>`;
}

/** Render the most important pair of sightings that cannot both be true. @param {Summary} summary */
const contradiction = ({ contradiction: pair }) => (pair ? html`<span><span class="not-both" data-testid="not-both" title=${contradictionText(pair)}><span .textContent=${notBothText(pair)}></span>${more(pair.pairs)}</span></span>` : nothing);

/** @param {Summary | undefined} summary */
function counts(summary) {
  if (!summary) return nothing;
  const { unassessed_sightings: sightings, open_tasks: tasks, unanswered } = summary, toPassOn = unanswered?.pass_on ?? 0;
  const red = unanswered?.late_open, lateTitle = t("Sightings over their target"), isLate = Boolean(red?.look || red?.judge), isLateToPassOn = Boolean(red?.pass_on);
  return [
    contradiction(summary),
    sightings ? html`<span class="sightings ${isLate ? "late" : ""}" title=${isLate ? lateTitle : nothing} data-count="unassessed">${n("{count} not assessed", "{count} not assessed", sightings)}</span>` : nothing,
    toPassOn ? html`<span class="to-pass-on ${isLateToPassOn ? "late" : ""}" title=${isLateToPassOn ? lateTitle : nothing} data-count="pass-on">${sayCount("waiting_for_police", toPassOn)}</span>` : nothing,
    tasks ? html`<span class="tasks" data-count="tasks">${n("{count} task", "{count} tasks", tasks)}</span>` : nothing,
  ];
}

/**
 * Render the number of unseen events on its board.
 * @param {string} id
 * @param {SearchCardView} view
 */
function news(id, { board, session }) {
  const last = board.summaries.get(id)?.last, { readPositions } = session;
  const count = last && readPositions?.news(id, last.seq);
  if (count) return html`<a class="news" data-count="news" href="/since" title=${t("Since you last looked at this board")}>${n("{count} new", "{count} new", count)}</a>`;
  return last && readPositions?.isNew(id) ? html`<span class="news" data-count="unseen" title=${t("You have not opened this board before")}>${t("new to you")}</span>` : nothing;
}

/** @param {Summary | undefined} summary */
const activity = (summary) => (summary?.last ? html`<span class="last" title=${label.event(summary.last.type)}>${agoElement(summary.last.at)}</span>` : nothing);

/**
 * Render an unseen change. It replaces the person in charge, so that nothing moves.
 * @param {string} id
 * @param {SearchCardView} view
 */
function changeNote(id, view) {
  const badge = view.board.badges.get(id);
  return badge ? html`<span class="change-note">${changeText(badge)}</span>` : null;
}

/** @param {ChangeBadge} badge */
function changeText({ type, actor, at }) {
  const changeName = actor ? t("{what} by {who}", { what: label.done(type), who: actor.name }) : label.done(type);
  return html`<span .textContent=${changeName}></span>${at ? html`<span>,\u00a0${agoElement(at)}</span>` : nothing}`;
}

/** @param {SearchState} state */
function endingText({ status, person, outcome, missing_since: missing, status_reason: reason, acknowledge }) {
  const overrideReason = acknowledge ? html`<span class="override-reason" title=${acknowledge}>${t("Closed anyway because: {reason}", { reason: acknowledge })}</span>` : nothing;
  if (!outcome) return html`${reason ? html`<span class="found" title=${reason}>${reason}</span>` : nothing}${overrideReason}`;
  const { found_at: at, condition } = outcome;
  const length = formatDuration(Math.max(0, Date.parse(at) - Date.parse(missing)));
  return html`<span class="found ${condition}" title=${t("missing for {length}", { length })}>${foundText({ status, person, outcome })}</span>${overrideReason}`;
}
