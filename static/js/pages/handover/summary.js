/** Summary of a handover: shift holder, progress, and omissions of the report. */

import { html, nothing } from "../../../vendor/lit-html/lit-html.js";
import { n, p, t } from "../../core/i18n.js";
import { pageTitle } from "../../core/rules/pages.js";
import { say, withColon } from "../../core/rules/sentences.js";
import { label } from "../../core/labels.js";
import { dateAndClock, dateOfYear, serverNow } from "../../core/time.js";
import { COMMANDS } from "./actions.js";
import { callText } from "../../shared/watch_line/handover_call.js";
import { nameAndAge } from "./child_summary.js";
import { isEmpty } from "./contents.js";
import { papers } from "./papers.js";
import { takerOf } from "./report_statements.js";
import { unanswered } from "./hidden_searches.js";
import { namedAlarm } from "../../format/alarm_text.js";
import { watchLineText } from "../../format/exact_length.js";
import { shortPersonName } from "../../format/search_list.js";
import { formatMoment } from "../../format/time_elements.js";

/** @type {Record<string, any>} */
const END_TEXTS = {
  accepted: (/** @type {any} */ values) => say("accepted", values), refused: (/** @type {any} */ values) => say("refused", values),
  withdrawn: (/** @type {any} */ values) => say("withdrawn", values),
};

/**
 * "Dora refused handover 1"
 * @param {string} status
 * @param {any} values
 */
export const endText = (status, values) => END_TEXTS[status]?.(values) ?? label.handover(status);

/** @param {HandoverView} view */
export function head(view) {
  return html`<header class="handover-head">
    <h1>${title(view)}</h1>
    ${description(view)}
    <span class="space"></span>
    ${view.isFixed ? html`<a class="button" href="/handover">${t("Current handover")}</a>` : nothing}
    ${view.isFixed && !view.handover?.position ? nothing : papers(view)}
  </header>
  ${view.isFixed ? pastHandover(view) : html`${isCalled(view) ? html`${callToAct(view)}<div class="on-paper">${holder(view, false)}</div>` : holder(view)} ${notAccepted(view)}${
    view.stage === "signed" && view.handover?.watch ? html`<section class="holder">${watchText(view)}</section>` : nothing}`}`;
}

/** Render the line of the watch, for coordinators with a link; nothing for handovers that were signed without it. @param {HandoverView} view */
function watchText(view) {
  const { handover: { watch, signed_at: to }, session } = view;
  if (!watch) return nothing;
  return html`<p class="how" data-testid="watch-line">${watchLineText(watch, addends(view), longestWait(view))}${session.can("coordinator") ? html` <a class="on-screen" href="/watch?${new URLSearchParams({ from: watch.since, to })}">${pageTitle("watch")}</a>` : nothing}</p>`;
}

/**
 * Return the alarms that were unwatched longest, with their seconds, and the sum of all other alarms.
 * @param {HandoverView} view
 * @returns {[string, number][]}
 */
function addends(view) {
  const { longest = [], others_s: others = 0 } = view.report.whole?.watch ?? {};
  /** @type {[string, number][]} */
  const found = longest.map((/** @type {any} */ wait) => [alarmOf(wait, view), wait.unwatched_s]);
  return others ? [...found, [say("others"), others]] : found;
}

/** Return the alarm of the longest wait; null if this person may not see it. @param {HandoverView} view */
function longestWait(view) {
  const wait = view.report.whole?.watch?.longest_taken;
  return wait ? alarmOf(wait, view) : null;
}

/** @param {any} alarm @param {HandoverView} view */
function alarmOf(alarm, { sections }) {
  const section = sections.find((/** @type {any} */ { board }) => board === alarm.board);
  return [section && shortPersonName(section.search.person), namedAlarm(alarm)].filter(Boolean).join("\u00a0· ");
}

/** @param {{ number: any, isFixed: boolean, stage: string }} view */
function title({ number, isFixed, stage }) {
  return number && (isFixed || stage !== "none") ? say("handover", { number }) : pageTitle("handover");
}

/**
 * Render both people, the number of searches, and the number without texts.
 * @param {HandoverView} view
 */
function description(view) {
  const { handover, sections } = view, taker = takerOf(handover);
  const isOpen = view.isFixed || view.stage !== "none", empty = isOpen ? sections.filter((/** @type {any} */ section) => isEmpty(section, view)).length : 0;
  const values = [
    isOpen && taker && t("{outgoing} to {incoming}", { outgoing: view.nameOf(handover.outgoing), incoming: view.nameOf(taker) }),
    sections.length > 0 && n("{count} search", "{count} searches", sections.length),
    isOpen && sections.length > 0 && (empty ? n("nothing written about {count}", "nothing written about {count}", empty) : t("something written about each")),
  ].filter(Boolean);
  return html`<p class="about" data-testid="head-about">${values.join(" · ")}</p>`;
}

/** Return true if this person is expected to accept. @param {HandoverView} view */
const isCalled = ({ mayTakeOver, handover, session }) => mayTakeOver && [null, session.account.id].includes(handover.incoming);

/**
 * Render the call to the incoming person, one message with one button, instead of the shift holder.
 * @param {HandoverView} view
 */
function callToAct(view) {
  const { shift, handover, sections, unread } = view, next = unread[0];
  const act = next ? t("Read {child}", { child: nameAndAge(next.search) }) : t("Accept the shift");
  return html`<section class="holder call on-screen">
    <p><b data-testid="call">${callText(view.nameOf(handover.outgoing), unread.length, sections.length)}</b></p>
    <p class="how">${t("{name} stays in charge of the shift until you accept.", { name: view.nameOf(shift?.holder) })}</p>
    ${sections.length ? html`<button type="button" class="primary" data-act="read-on" @click=${view.readOn}>${act}</button>` : nothing}
  </section>`;
}

/**
 * Render the shift holder. Takeovers without a handover are highlighted.
 * @param {HandoverView} view
 * @param {boolean} [mayTake] true if the shift can be taken here
 */
function holder(view, mayTake = true) {
  const { shift, leads, isHolder } = view;
  const takeButton = mayTake && leads && !isHolder && view.board.seq !== null
    ? html`<button type="button" data-act="take" @click=${() => view.act.dialog("take")}>${t("Take the shift…")}</button>` : nothing;
  if (!shift) {
    return html`<section class="holder nobody" data-testid="holder"><p>${view.board.seq === null ? t("Loading…") : html`<b>${t("Nobody is in charge of the shift.")}</b>`}</p>${takeButton}</section>`;
  }
  return html`<section class="holder ${shift.handover === null ? "taken" : ""}" data-testid="holder" data-holder=${shift.holder}>
    ${isHolder ? html`<p class="on-screen"><b>${t("You are in charge since {at}", { at: formatMoment(shift.since) })}</b></p>` : nothing}
    <p class=${isHolder ? "on-paper" : ""}><b>${t("In charge of the shift: {name}", { name: view.nameOf(shift.holder) })}</b> <span>${t("since {at}", { at: formatMoment(shift.since) })}</span></p>
    <p class="how">${handoverText(view, shift)}</p>${takeButton}${stillUnread(view)}
  </section>`;
}

/** Render the searches that this person accepted unread, until they are read. @param {HandoverView} view */
function stillUnread({ reading: { stillUnread: unread } }) {
  if (!unread.length) return nothing;
  return html`<div class="still-unread" data-testid="still-unread"><p><b>${n("{count} search that you accepted is not read yet:", "{count} searches that you accepted are not read yet:", unread.length)}</b></p>
    <p class="blocking">${unread.map((/** @type {any} */ section) => html`<a href="#s-${section.board}">${section.search.reference} ${section.search.person.first_name}</a> `)}</p></div>`;
}

/** @param {HandoverView} view @param {State} shift */
function handoverText(view, { before, handover, reason }) {
  if (handover !== null) {
    return html`${t("Handed over by {name}", { name: view.nameOf(before) })}\u00a0· <a href="/handovers/${handover}">${say("handover", { number: handover })}</a>`;
  }
  const takenText = before ? t("Taken from {name} without a handover:", { name: view.nameOf(before) }) : t("Taken without a handover:");
  return html`${takenText} <q>${reason}</q>`;
}

/**
 * Render the refusal or withdrawal of the previous handover with its reason, until one is accepted. A forced takeover shows it anyway.
 * @param {HandoverView} view
 */
function notAccepted(view) {
  const { handover, shift, stage, report } = view;
  const previous = stage === "none" ? handover && { ...handover, signed: handover.signed_at !== null } : report.whole?.previous;
  if (!["refused", "withdrawn"].includes(previous?.status) || previous.ended_at === shift?.since) return nothing;
  const { number, status, ended_by: by, ended_at: at, reason, signed } = previous;
  return html`<section class="holder not-accepted" data-testid="not-accepted" data-status=${status}>
    <p><b>${endText(status, { who: view.nameOf(by), number })}</b> <span>${formatMoment(at)}</span></p>
    <p class="how">${reason ? html`${t("Reason:")} <q>${reason}</q>` : nothing} ${signed ? html`<a href="/handovers/${number}">${t("As it was signed")}</a>` : nothing}</p>
  </section>`;
}

/**
 * Render the ending of a past handover.
 * @param {HandoverView} view
 */
function pastHandover(view) {
  const { handover, report } = view;
  if (!handover) return html`<section class="holder" data-testid="holder"><p>${report.status === 404 ? t("There is no signed handover with this number.") : t("Loading…")}</p></section>`;
  if (!handover.signed_at) return unsigned(view);
  const { number, status, outgoing, signed_at: signedAt, ended_by: by, ended_at: at, reason, restatement, digest, searches } = handover;
  return html`<section class="holder" data-testid="holder" data-status=${status}>
    <p><b>${t("Signed by {name}", { name: view.nameOf(outgoing) })}</b> <span>${formatMoment(signedAt)}\u00a0· ${by ? html`<b>${endText(status, { who: view.nameOf(by), number })}</b>, ${formatMoment(at)}` : label.handover(status)}</span></p>
    ${shiftThen(view)}${watchText(view)}
    ${restatement ? html`<p class="how">${withColon(say("in_words_of", { name: view.nameOf(by) }))} <q>${restatement}</q></p>` : nothing}
    ${reason ? html`<p class="how">${status === "accepted" ? withColon(say("reason_unread")) : t("Reason:")} <q>${reason}</q></p>` : nothing}
    ${acceptedUnread(view)}
    <p class="evidence">${n("{count} search", "{count} searches", searches)}</p>
    <details class="evidence"><summary>${t("Checksums")}</summary><code>${digest}</code></details>
  </section>`;
}

/** Render the shift holder at the time of signing; after acceptance also the end of the shift, and the next holder. @param {HandoverView} view */
function shiftThen(view) {
  const signedShift = view.report.whole?.shift, { status, ended_at: until, ended_by: next } = view.handover;
  if (!signedShift) return nothing;
  const name = view.nameOf(signedShift.holder), since = formatMoment(signedShift.since);
  const holderText = status === "accepted"
    ? `${withColon(say("shift"))} ${say("shift_handed_over", { name, since, until: formatMoment(until), next: view.nameOf(next) })}`
    : t("Shift: {name} since {at}", { name, at: since });
  return html`<p class="how">${holderText}${signedShift.handover === null && signedShift.reason ? html` · ${t("Taken without a handover:")} <q>${signedShift.reason}</q>` : nothing}</p>`;
}

/** Render the searches that were unread when the handover was accepted, next to the reason. @param {HandoverView} view */
function acceptedUnread({ sections }) {
  const unread = sections.filter((/** @type {any} */ { unread_by: by }) => by);
  if (!unread.length) return nothing;
  return html`<p class="still-unread" data-testid="accepted-unread-list"><b>${t("Not read:")}</b> ${unread.map((/** @type {any} */ section, /** @type {number} */ index) => html`${index ? " · " : nothing}<a href="#s-${section.board}">${nameAndAge(section.search)} ${section.search.reference}</a>`)}</p>`;
}

/**
 * Render a handover that was never signed: its author and its ending.
 * @param {HandoverView} view
 */
function unsigned(view) {
  const { number, status, prepared_by: by, prepared_at: at, ended_by: endedBy, ended_at: endedAt, reason } = view.handover;
  return html`<section class="holder" data-testid="holder" data-status=${status}>
    <p><b>${endedAt ? endText(status, { who: view.nameOf(endedBy), number }) : label.handover(status)}</b> <span>${endedAt ? `${formatMoment(endedAt)} · ` : ""}${t("Prepared by {name}, {at}; never signed", { name: view.nameOf(by), at: formatMoment(at) })}</span></p>
    ${reason ? html`<p class="how">${t("Reason:")} <q>${reason}</q></p>` : nothing}
  </section>`;
}

// --- progress

/** @param {HandoverView} view */
export function steps(view) {
  const { stage, handover, isFixed } = view;
  if (isFixed) return nothing;
  const currentStep = ["none", "prepared", "signed"].indexOf(stage);
  const total = view.sections.length, read = view.mayTakeOver ? total - view.unread.length : readByOthers(view);
  const list = [
    [t("Prepare"), currentStep > 0 ? say("name_at", { name: view.nameOf(handover.prepared_by), at: formatMoment(handover.prepared_at) }) : null],
    [t("Sign"), currentStep > 1 ? say("name_at", { name: view.nameOf(handover.outgoing), at: formatMoment(handover.signed_at) }) : null],
    [p("step of a handover", "Read"), currentStep === 2 && view.report.whole ? t("{read} of {all}", { read, all: total }) : null],
    [t("Accept"), handover?.incoming && currentStep > 0 ? view.nameOf(handover.incoming) : null],
  ];
  const activeStep = stage === "signed" && view.mayTakeOver && !view.unread.length ? 3 : currentStep;
  return html`<ol class="steps" data-testid="steps">${list.map(([name, details], index) => html`<li class=${index < activeStep ? "done" : index === activeStep ? "now" : ""}
    aria-current=${index === activeStep ? "step" : nothing}><b>${name}</b>${details ? html` <small>${details}</small>` : nothing}</li>`)}</ol>`;
}

/** @param {HandoverView} view */
const readByOthers = ({ sections, handover }) => sections.filter((/** @type {any} */ { reads = {} }) => Object.keys(reads).some((id) => id !== handover?.outgoing)).length;

// --- omissions

/** @param {HandoverView} view */
export function notices(view) {
  const { report } = view;
  const values = [
    report.status !== null && report.status !== 404 && html`<p class="problem" role="alert">${t("The report could not be loaded.")} <button type="button" data-act="read-again" @click=${() => report.moved()}>${t("Try again")}</button></p>`,
    report.whole?.withheld && html`<p class="withheld" data-testid="withheld">${say("withheld")}</p>`,
    ...(report.whole?.erased ?? []).map((/** @type {{ at: string }} */ { at }) => html`<p data-testid="erased-search">${say("search_erased", { day: dateOfYear(at) })}</p>`),
    report.whole && !view.sections.length && html`<p>${t("No searches to hand over.")}</p>`,
    !report.whole && report.status === null && html`<p role="status">${t("Loading…")}</p>`,
  ].filter(Boolean);
  return html`${unanswered(view)} ${values.length ? html`<div class="handover-notices">${values}</div>` : nothing}`;
}

/**
 * Return the refused commands, for the watch line.
 * @param {HandoverView} view
 * @returns {Notice[]}
 */
export const refusals = (view) => view.refused.map((/** @type {any} */ entry) => refusal(view, entry));

/** @param {HandoverView} view @param {any} entry @returns {Notice} */
function refusal(view, entry) {
  const reference = view.report.section(entry.board)?.search.reference;
  const hasForm = ["handover.write", "handover.accept", "handover.refuse", "handover.withdraw", "shift.take"].includes(entry.name) && !entry.data.pinned;
  return {
    kind: "not-saved",
    refused: entry.id,
    title: t("Not saved: {what}.", { what: [COMMANDS[entry.name]?.() ?? entry.name, reference].filter(Boolean).join(" · ") }),
    text: entry.refusal?.message ?? "",
    tone: "own",
    actions: html`${hasForm ? html`<button type="button" data-act="reopen" @click=${() => view.act.reopen(entry)}>${t("Back to the form")}</button>` : nothing}
      <button type="button" data-act="discard" @click=${() => view.session.outbox.discard(entry.id)}>${t("Discard")}</button>`,
  };
}

/**
 * Render the footer of the printed report.
 * @param {HandoverView} view
 */
export function printed({ session, report }) {
  const values = { name: session.account.name, at: dateAndClock(serverNow()) }, { live, composed_at: composedAt } = report.whole ?? { live: true };
  return html`<p class="on-paper printed">${live ? say("printed", values) : say("printed_as_of", { ...values, then: dateAndClock(composedAt) })}</p>`;
}

