/** Summary of a handover: shift holder, progress, and what the report leaves out. */

import { html, nothing } from "../../../vendor/lit-html/lit-html.js";
import { n, p, t } from "../../core/i18n.js";
import { say } from "../../core/rules/sentences.js";
import { label } from "../../core/labels.js";
import { dateAndClock, serverNow } from "../../core/time.js";
import { COMMANDS } from "./actions.js";
import { callText } from "../../shared/watch_line/handover_call.js";
import { nameAndAge } from "./child_summary.js";
import { isEmpty } from "./contents.js";
import { papers } from "./papers.js";
import { unanswered } from "./hidden_searches.js";
import { formatMoment } from "../../format/time_elements.js";

/** @type {Record<string, any>} */
const END_TEXTS = {
  accepted: (/** @type {any} */ said) => t("{who} accepted handover {number}", said), refused: (/** @type {any} */ said) => t("{who} refused handover {number}", said),
  withdrawn: (/** @type {any} */ said) => t("{who} withdrew handover {number}", said),
};

/**
 * "Dora refused handover 1"
 * @param {string} status
 * @param {any} said
 */
export const endText = (status, said) => END_TEXTS[status]?.(said) ?? label.handover(status);

/** @param {HandoverView} view */
export function head(view) {
  return html`<header class="handover-head">
    <h1>${title(view)}</h1>
    ${about(view)}
    <span class="space"></span>
    ${view.isFixed ? html`<a class="button" href="/handover">${t("Current handover")}</a>` : nothing}
    ${view.isFixed && !view.handover?.position ? nothing : papers(view)}
  </header>
  ${view.isFixed ? ended(view) : html`${isCalled(view) ? html`${call(view)}<div class="on-paper">${holder(view, false)}</div>` : holder(view)} ${notAccepted(view)}`}`;
}

/** @param {{ number: any, isFixed: boolean, stage: string }} given */
function title({ number, isFixed, stage }) {
  return number && (isFixed || stage !== "none") ? say("handover", { number }) : t("Handover");
}

/**
 * Who hands over to whom, how many searches, and of how many nothing is written.
 * @param {HandoverView} view
 */
function about(view) {
  const { handover, sections } = view;
  const isOpen = view.isFixed || view.stage !== "none", empty = isOpen ? sections.filter((/** @type {any} */ each) => isEmpty(each, view)).length : 0;
  const said = [
    isOpen && handover?.incoming && t("{outgoing} to {incoming}", { outgoing: view.nameOf(handover.outgoing), incoming: view.nameOf(handover.incoming) }),
    sections.length > 0 && n("{count} search", "{count} searches", sections.length),
    isOpen && sections.length > 0 && (empty ? n("nothing written about {count}", "nothing written about {count}", empty) : t("something written about each")),
  ].filter(Boolean);
  return html`<p class="about" data-testid="head-about">${said.join(" · ")}</p>`;
}

/** Whether this person is the one to accept. @param {HandoverView} view */
const isCalled = ({ mayTakeOver, handover, session }) => mayTakeOver && [null, session.account.id].includes(handover.incoming);

/**
 * What the person who takes over has to do, in one message with one button, in place of the shift holder.
 * @param {HandoverView} view
 */
function call(view) {
  const { shift, handover, sections, unread } = view, next = unread[0];
  const act = next ? t("Read {child}", { child: nameAndAge(next.search) }) : t("Accept the shift");
  return html`<section class="holder call on-screen">
    <p><b data-testid="call">${callText(view.nameOf(handover.outgoing), unread.length, sections.length)}</b></p>
    <p class="how">${t("{name} stays in charge of the shift until you accept.", { name: view.nameOf(shift?.holder) })}</p>
    ${sections.length ? html`<button type="button" class="primary" data-act="read-on" @click=${view.readOn}>${act}</button>` : nothing}
  </section>`;
}

/**
 * Shift holder. Takeovers without a handover stand out.
 * @param {HandoverView} view
 * @param {boolean} [mayTake] whether the shift can be taken here
 */
function holder(view, mayTake = true) {
  const { shift, leads, isHolder } = view;
  const take = mayTake && leads && !isHolder && view.board.seq !== null
    ? html`<button type="button" data-act="take" @click=${() => view.act.dialog("take")}>${t("Take the shift…")}</button>` : nothing;
  if (!shift) {
    return html`<section class="holder nobody" data-testid="holder"><p>${view.board.seq === null ? t("Loading…") : html`<b>${t("Nobody is in charge of the shift.")}</b>`}</p>${take}</section>`;
  }
  return html`<section class="holder ${shift.handover === null ? "taken" : ""}" data-testid="holder" data-holder=${shift.holder}>
    ${isHolder ? html`<p class="on-screen"><b>${t("You are in charge since {at}", { at: formatMoment(shift.since) })}</b></p>` : nothing}
    <p class=${isHolder ? "on-paper" : ""}><b>${t("In charge of the shift: {name}", { name: view.nameOf(shift.holder) })}</b> <span>${t("since {at}", { at: formatMoment(shift.since) })}</span></p>
    <p class="how">${how(view, shift)}</p>${take}${stillUnread(view)}
  </section>`;
}

/** Searches that this person accepted unread, until they are read. @param {HandoverView} view */
function stillUnread({ reading: { stillUnread: unread } }) {
  if (!unread.length) return nothing;
  return html`<div class="still-unread" data-testid="still-unread"><p><b>${n("{count} search that you accepted is not read yet:", "{count} searches that you accepted are not read yet:", unread.length)}</b></p>
    <p class="blocking">${unread.map((/** @type {any} */ it) => html`<a href="#s-${it.board}">${it.search.reference} ${it.search.person.first_name}</a> `)}</p></div>`;
}

/** @param {HandoverView} view @param {State} shift */
function how(view, { before, handover, reason }) {
  if (handover !== null) {
    return html`${t("Handed over by {name}", { name: view.nameOf(before) })}\u00a0· <a href="/handovers/${handover}">${say("handover", { number: handover })}</a>`;
  }
  const after = before ? t("Taken from {name} without a handover:", { name: view.nameOf(before) }) : t("Taken without a handover:");
  return html`${after} <q>${reason}</q>`;
}

/**
 * Refusal or withdrawal of the handover before, with its reason, until one is accepted. A forced takeover says so already.
 * @param {HandoverView} view
 */
function notAccepted(view) {
  const { handover, shift, stage, report } = view;
  const before = stage === "none" ? handover && { ...handover, signed: handover.signed_at !== null } : report.whole?.previous;
  if (!["refused", "withdrawn"].includes(before?.status) || before.ended_at === shift?.since) return nothing;
  const { number, status, ended_by: by, ended_at: at, reason, signed } = before;
  return html`<section class="holder not-accepted" data-testid="not-accepted" data-status=${status}>
    <p><b>${endText(status, { who: view.nameOf(by), number })}</b> <span>${formatMoment(at)}</span></p>
    <p class="how">${reason ? html`${t("Reason:")} <q>${reason}</q>` : nothing} ${signed ? html`<a href="/handovers/${number}">${t("As it was signed")}</a>` : nothing}</p>
  </section>`;
}

/**
 * Fate of the past handover shown.
 * @param {HandoverView} view
 */
function ended(view) {
  const { handover, report } = view;
  if (!handover) return html`<section class="holder" data-testid="holder"><p>${report.status === 404 ? t("There is no signed handover with this number.") : t("Loading…")}</p></section>`;
  if (!handover.signed_at) return unsigned(view);
  const { number, status, outgoing, signed_at: signedAt, ended_by: by, ended_at: at, reason, restatement, digest, searches } = handover;
  return html`<section class="holder" data-testid="holder" data-status=${status}>
    <p><b>${t("Signed by {name}", { name: view.nameOf(outgoing) })}</b> <span>${formatMoment(signedAt)}\u00a0· ${by ? html`<b>${endText(status, { who: view.nameOf(by), number })}</b>, ${formatMoment(at)}` : label.handover(status)}</span></p>
    ${shiftThen(view)}
    ${restatement ? html`<p class="how">${t("In their own words:")} <q>${restatement}</q></p>` : nothing}
    ${reason ? html`<p class="how">${t("Reason:")} <q>${reason}</q></p>` : nothing}
    ${acceptedUnread(view)}
    <p class="evidence">${n("{count} search", "{count} searches", searches)}</p>
    <details class="evidence"><summary>${t("Checksums")}</summary><code>${digest}</code></details>
  </section>`;
}

/** Who held the shift when the handover was signed. @param {HandoverView} view */
function shiftThen(view) {
  const then = view.report.whole?.shift;
  if (!then) return nothing;
  return html`<p class="how">${t("Shift: {name} since {at}", { name: view.nameOf(then.holder), at: formatMoment(then.since) })}${then.handover === null && then.reason ? html` · ${t("Taken without a handover:")} <q>${then.reason}</q>` : nothing}</p>`;
}

/** Searches that were not read when the handover was accepted: next to the reason. @param {HandoverView} view */
function acceptedUnread({ sections }) {
  const unread = sections.filter((/** @type {any} */ { unread_by: by }) => by);
  if (!unread.length) return nothing;
  return html`<p class="still-unread" data-testid="accepted-unread-list"><b>${t("Not read:")}</b> ${unread.map((/** @type {any} */ it, /** @type {number} */ at) => html`${at ? " · " : nothing}<a href="#s-${it.board}">${nameAndAge(it.search)} ${it.search.reference}</a>`)}</p>`;
}

/**
 * A handover that was never signed: who prepared it and how it ended.
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
  const at = ["none", "prepared", "signed"].indexOf(stage);
  const all = view.sections.length, read = view.mayTakeOver ? all - view.unread.length : readByOthers(view);
  const list = [
    [t("Prepare"), at > 0 ? t("{name}, {at}", { name: view.nameOf(handover.prepared_by), at: formatMoment(handover.prepared_at) }) : null],
    [t("Sign"), at > 1 ? t("{name}, {at}", { name: view.nameOf(handover.outgoing), at: formatMoment(handover.signed_at) }) : null],
    [p("step of a handover", "Read"), at === 2 && view.report.whole ? t("{read} of {all}", { read, all }) : null],
    [t("Accept"), handover?.incoming && at > 0 ? view.nameOf(handover.incoming) : null],
  ];
  const now = stage === "signed" && view.mayTakeOver && !view.unread.length ? 3 : at;
  return html`<ol class="steps" data-testid="steps">${list.map(([name, more], index) => html`<li class=${index < now ? "done" : index === now ? "now" : ""}
    aria-current=${index === now ? "step" : nothing}><b>${name}</b>${more ? html` <small>${more}</small>` : nothing}</li>`)}</ol>`;
}

/** @param {HandoverView} view */
const readByOthers = ({ sections, handover }) => sections.filter((/** @type {any} */ { reads = {} }) => Object.keys(reads).some((id) => id !== handover?.outgoing)).length;

// --- omissions

/** @param {HandoverView} view */
export function notices(view) {
  const { report } = view;
  const said = [
    report.status !== null && report.status !== 404 && html`<p class="problem" role="alert">${t("The report could not be loaded.")} <button type="button" data-act="read-again" @click=${() => report.moved()}>${t("Try again")}</button></p>`,
    report.whole?.withheld && html`<p class="withheld" data-testid="withheld">${say("withheld")}</p>`,
    report.whole && !view.sections.length && html`<p>${t("No searches to hand over.")}</p>`,
    !report.whole && report.status === null && html`<p role="status">${t("Loading…")}</p>`,
  ].filter(Boolean);
  return html`${unanswered(view)} ${said.length ? html`<div class="handover-notices">${said}</div>` : nothing}`;
}

/**
 * Refused commands, for the watch line.
 * @param {HandoverView} view
 * @returns {Notice[]}
 */
export const refusals = (view) => view.refused.map((/** @type {any} */ entry) => refusal(view, entry));

/** @param {HandoverView} view @param {any} entry @returns {Notice} */
function refusal(view, entry) {
  const of = view.report.section(entry.board)?.search.reference;
  const hasForm = ["handover.write", "handover.accept", "handover.refuse", "handover.withdraw", "shift.take"].includes(entry.name) && !entry.data.pinned;
  return {
    kind: "not-saved",
    refused: entry.id,
    title: t("Not saved: {what}.", { what: [COMMANDS[entry.name]?.() ?? entry.name, of].filter(Boolean).join(" · ") }),
    text: entry.refusal?.message ?? "",
    tone: "own",
    actions: html`${hasForm ? html`<button type="button" data-act="reopen" @click=${() => view.act.reopen(entry)}>${t("Back to the form")}</button>` : nothing}
      <button type="button" data-act="discard" @click=${() => view.session.outbox.discard(entry.id)}>${t("Discard")}</button>`,
  };
}

/**
 * Footer of the printed report.
 * @param {HandoverView} view
 */
export function printed({ session, report }) {
  const said = { name: session.account.name, at: dateAndClock(serverNow()) }, { live, composed_at: then } = report.whole ?? { live: true };
  return html`<p class="on-paper printed">${live ? say("printed", said) : say("printed_as_of", { ...said, then: dateAndClock(then) })}</p>`;
}

