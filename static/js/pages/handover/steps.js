/** Current step: a form for the acting person, a sentence for everyone else. */

import { html, nothing } from "../../../vendor/lit-html/lit-html.js";
import { dialog } from "../../behaviours/dialog.js";
import { formOf, pathsOf, row } from "../../forms/form_row.js";
import { n, t } from "../../core/i18n.js";
import { say, withColon } from "../../core/rules/sentences.js";
import { label } from "../../core/labels.js";
import { toDecide, undecided } from "./hidden_searches.js";
import { withCoordinators } from "./texts.js";
import { nameAndAge } from "./child_summary.js";
import { isEmpty } from "./contents.js";
import { isCarriedOver } from "./authorship.js";
import { ofSearch } from "../../forms/handover_fields.js";
import { eventName } from "./report_statements.js";
import { referenceOf } from "./search_section.js";
import { alarmCounts } from "./moving_alarms.js";
import { timeElement } from "../../format/time_elements.js";
import { guideLink } from "../../shared/guide_link.js";

/** @param {HandoverView} view */
export function step(view) {
  if (view.isFixed || view.board.seq === null) return nothing;
  return html`<section class="step" data-testid="step">${STEPS[view.stage](view)}</section>`;
}

/** @type {Record<string, any>} */
const STEPS = {
  none(/** @type {HandoverView} */ view) {
    if (!view.shift) return html`<p>${t("Someone must take the shift before it can be handed over.")}</p>`;
    if (!view.leads) return html`<p>${t("No handover in progress. The coordinator in charge of the shift prepares one here.")}</p>`;
    const form = view.forms.step("handover.prepare");
    return html`<h2>${t("Prepare a handover")}</h2>
      <p class="hint">${t("This creates a live report on all active searches. It stays up to date until it is signed.")} ${guideLink("coordinator")}</p>
      ${formOf(form, "prepare", row(form, "incoming", withCoordinators(view, [view.shift.holder])), sendButtons("prepare", t("Prepare")), view.act.submit)}`;
  },

  prepared(/** @type {HandoverView} */ view) {
    const { handover } = view;
    return html`<h2>${t("Write, then sign")}</h2>
      <p class="hint">${n("{count} search, always up to date.", "{count} searches, always up to date.", view.sections.length)} ${expectedPerson(view, handover)}</p>
      ${toDecide(view)}
      ${view.isHolder ? nothing : html`<p>${t("{name} is in charge of the shift and has to sign.", { name: view.nameOf(view.shift?.holder) })}</p>`}
      ${withdrawButton(view, view.isHolder ? html`<button type="button" class="primary" data-act="sign" ?disabled=${!view.report.whole || view.isSaving} @click=${() => view.act.dialog("sign")}>${t("Sign…")}</button>` : nothing)}`;
  },

  signed(/** @type {HandoverView} */ view) {
    if (!view.mayTakeOver) {
      return html`<h2>${t("Waiting to be accepted")}</h2>
        <p>${t("{name} stays in charge of the shift until someone accepts.", { name: view.nameOf(view.shift?.holder) })} ${expectedPerson(view, view.handover)}</p>${withdrawButton(view)}`;
    }
    return html`<h2>${t("Read, summarise, accept")}</h2>${unreadList(view)} ${acceptance(view)} ${withdrawButton(view)}`;
  },
};

/** @param {any} act @param {string} text */
const sendButtons = (act, text) => html`<span class="space"></span><button type="submit" class="primary" data-act=${act}>${text}</button>`;

/** @param {HandoverView} view @param {{ incoming: any }} handover */
const expectedPerson = (view, { incoming }) => (incoming ? t("{name} is expected to take over.", { name: view.nameOf(incoming) }) : nothing);

/** @param {HandoverView} view */
function withdrawButton(view, more = /** @type {any} */ (nothing)) {
  if (!view.leads) return nothing;
  return html`<p class="buttons"><button type="button" class="plain" data-act="withdraw" @click=${() => view.act.dialog("withdraw")}>${t("Withdraw handover…")}</button><span class="space"></span>${more}</p>`;
}

/**
 * Render the reasons why the person cannot accept yet, with links.
 * @param {HandoverView} view
 */
function unreadList(view) {
  const { unread, sections } = view;
  if (!sections.length) return nothing;
  if (!unread.length) return html`<p class="ready" data-testid="ready">${t("You have read everything in this handover.")}</p>`;
  return html`<p data-testid="blocked">${n("{count} search not read yet, or with something important since:", "{count} searches not read yet, or with something important since:", unread.length)}</p>
    <p class="blocking">${unread.slice(0, 12).map((/** @type {any} */ section) => html`<a href="#s-${section.board}">${referenceOf(section)} ${section.search.person.first_name}</a> `)}${unread.length > 12 ? "…" : nothing}</p>`;
}

/** @param {HandoverView} view */
function acceptance(view) {
  const form = view.forms.step("handover.accept");
  if (!view.unread.length) form.problem = null; // the reason no longer applies
  const needsReason = view.unread.length > 0 || form.isEdited("reason");
  const buttons = html`<button type="button" data-act="refuse" @click=${() => view.act.dialog("refuse")}>${t("Refuse…")}</button><span class="space"></span><button type="submit" class=${view.unread.length ? "" : "primary"} data-act="accept">${acceptText(view)}</button>`;
  return formOf(form, "accept", html`${alarmsToAccept(view)} ${row(form, "restatement", view)} ${needsReason ? row(form, "reason", view) : nothing}`, buttons, view.act.submit);
}

/** "Accept the shift and 3 open" @param {HandoverView} view */
function acceptText(view) {
  const { moving } = alarmCounts(view);
  return moving ? n("Accept the shift and {count} open", "Accept the shift and {count} open", moving) : t("Accept the shift");
}

/** @param {HandoverView} view */
function alarmsToAccept(view) {
  if (!alarmCounts(view).moving) return nothing;
  return html`<p class="hint" data-testid="becomes-yours">${t("The alarms that {name} has when you accept become yours, except those that {name} keeps.", { name: view.nameOf(view.handover.outgoing) })} <a href="#open-now">${say("open_now")}</a></p>`;
}

// --- dialogs

/** @param {HandoverView} view */
export function dialogOf(view) {
  const dialogName = view.ui.dialog;
  return dialogName ? DIALOGS[dialogName](view) : nothing;
}

/** @type {Record<string, (view: HandoverView) => any>} */
const DIALOGS = {
  take: (view) => reasonDialog(view, "take", view.forms.step("shift.take"), t("Take the shift"), takeWarning(view), t("Take the shift")),
  refuse: (view) => reasonDialog(view, "refuse", view.forms.step("handover.refuse"), t("Refuse the handover"), html`<p>${t("The shift is not handed over. Everyone will see your reason.")}</p>`, t("Refuse")),
  withdraw: (view) => reasonDialog(view, "withdraw", view.forms.step("handover.withdraw"), t("Withdraw the handover"), html`<p>${t("The shift is not handed over. What was written about the searches is kept for the next handover.")}</p>`, t("Withdraw")),
  sign: signDialog,
  answer: answerDialog,
  "let-in": accessDialog,
};

/** @param {HandoverView} view */
function accessDialog(view) {
  const { outside, search } = view.ui.letting, name = view.nameOf(outside);
  const body = html`<div class="form"><p>${t("{name} becomes a member of the search for {child}, and sees everything in it.", { name, child: nameAndAge(search) })}</p>
    <div class="buttons"><span class="space"></span><button type="button" data-act="cancel" @click=${view.act.closeDialog}>${t("Cancel")}</button>
      <button type="button" class="primary" data-act="let-in-now" @click=${view.act.letIn}>${t("Give access")}</button></div></div>`;
  return dialog("let-in", t("Give {name} access", { name }), body, view.act.closeDialog);
}

/** @param {HandoverView} view */
function answerDialog(view) {
  const { board, account } = view.ui.answering, form = view.forms.step("handover.answer", board), summary = view.report.section(board)?.restatements?.[account];
  const body = summary ? html`<p>${withColon(view.nameOf(account))} <q>${summary.text}</q></p>` : nothing;
  return reasonDialog(view, "answer", form, t("Not quite"), body, t("Send"), view.act.notQuite);
}

/**
 * Render a dialog that asks for a reason.
 * @param {HandoverView} view @param {string} name @param {Form} form @param {string} title
 * @param {Drawn} body @param {string} act
 */
function reasonDialog(view, name, form, title, body, act, send = view.act.submit) {
  const buttons = html`<span class="space"></span><button type="button" data-act="cancel" @click=${view.act.closeDialog}>${t("Cancel")}</button><button type="submit" class="primary" data-act="send">${act}</button>`;
  return dialog(name, title, formOf(form, name, html`${body} ${row(form, "reason", view)}`, buttons, send), view.act.closeDialog);
}

/** @param {{ shift: any, stage: string }} view */
function takeWarning({ shift, stage }) {
  return html`<p>${t("You become responsible for all searches immediately. Every screen will show that there was no handover.")}</p>
    ${shift ? html`<p>${t("The person in charge now will be told. If they are here, ask them to hand over instead.")}</p>` : nothing}
    ${stage === "none" ? nothing : html`<p class="text-alert">${t("This withdraws the handover in progress.")}</p>`}`;
}

/** @param {HandoverView} view */
function signDialog(view) {
  const { signing: { positions, busy: isBusy, problem }, stale } = view.ui;
  const { unsaved } = view;
  const boards = view.sections.filter((/** @type {{ board: string }} */ { board }) => board in positions);
  const body = html`<div class="form signing">
    ${problem ? html`<div class="problem" role="alert" data-testid="problem"><p>${problem}</p></div>` : nothing}
    ${unsaved.length ? html`<div class="problem quiet" data-testid="unsaved"><p>${n("You have unsaved text in {count} place.", "You have unsaved text in {count} places.", unsaved.length)}</p><button type="button" data-act="save-all" @click=${view.act.saveAll}>${t("Save all")}</button></div>` : nothing}
    ${toDecide(view)}
    ${stale ? nothing : html`${unwritten(view, boards)} ${carriedOver(view, boards)}`}
    ${stale ? staleBoards(view, stale, positions) : html`
      <p>${n("You are signing the report on {count} search as shown here. After that it cannot change. You stay in charge of the shift until someone accepts.", "You are signing the report on {count} searches as shown here. After that it cannot change. You stay in charge of the shift until someone accepts.", boards.length)}</p>
      ${alarmsToSign(view)}
      <ul class="positions">${boards.map((/** @type {any} */ section) => html`<li><b>${referenceOf(section)}</b> ${section.search.person.first_name}</li>`)}</ul>`}
    <div class="buttons"><span class="space"></span>
      <button type="button" data-act="cancel" @click=${view.act.closeDialog}>${t("Cancel")}</button>
      ${stale ? html`<button type="button" class="primary" data-act="look-again" @click=${view.act.lookAgain}>${t("I have read this. Continue")}</button>`
        : html`<button type="button" class="primary" data-act="sign-now" ?disabled=${isBusy || unsaved.length > 0 || undecided(view).length > 0} @click=${view.act.sign}>${isBusy ? t("sending…") : t("Sign")}</button>`}
    </div>
  </div>`;
  return dialog("sign", t("Sign the handover"), body, view.act.closeDialog);
}

/** @param {HandoverView} view */
function alarmsToSign(view) {
  const { moving } = alarmCounts(view);
  return moving ? html`<p data-testid="passing-on">${n("{count} of your alarms passes to the person who accepts. You have it until then.", "{count} of your alarms pass to the person who accepts. You have them until then.", moving)}</p>` : nothing;
}

/**
 * Render the names of searches without any text.
 * @param {HandoverView} view
 * @param {any[]} boards
 */
function unwritten(view, boards) {
  const empty = boards.filter((section) => isEmpty(section, view));
  if (!empty.length) return nothing;
  return html`<div class="nothing-written" data-testid="nothing-written"><p><b>${n("Nothing is written about {count} search:", "Nothing is written about {count} searches:", empty.length)}</b>
    ${empty.map((section) => nameAndAge(section.search)).join(" · ")}</p></div>`;
}

/**
 * Render the names of searches with unconfirmed carried-over texts.
 * @param {HandoverView} view
 * @param {any[]} boards
 */
function carriedOver(view, boards) {
  const paths = [...pathsOf(ofSearch()), "pinned"];
  const unconfirmed = boards.filter((section) => paths.some((path) => isCarriedOver(view.written(section.board), path, view)));
  if (!unconfirmed.length) return nothing;
  return html`<div class="nothing-written" data-testid="carried-over"><p><b>${n("{count} search has texts that nobody confirmed for this handover:", "{count} searches have texts that nobody confirmed for this handover:", unconfirmed.length)}</b>
    ${unconfirmed.map((section) => nameAndAge(section.search)).join(" · ")}</p></div>`;
}

/**
 * Render the events since the dialog was opened, which must be seen before signing.
 * @param {HandoverView} view
 * @param {any} stale
 * @param {any} positions
 */
function staleBoards(view, stale, positions) {
  return html`<ul class="stale" data-testid="stale">${Object.entries(stale).map(([board, { why, events }]) => {
    const section = view.report.section(board);
    return html`<li><p><b>${section ? referenceOf(section) : label.noun("search")}</b> ${section?.search.person.first_name ?? nothing}\u00a0· ${why}</p>
      ${events.length ? html`<ul>${events.map((/** @type {{ type: string, kind: string, actor: any, at: any, state: State }} */ { type, kind, actor, at, state }) => html`<li>${timeElement(at)}\u00a0· ${eventName({ type, kind, number: state?.number })}${actor ? `\u00a0· ${actor.name}` : nothing}</li>`)}</ul>
        <a href="/searches/${board}?at=${positions[board]}&amp;with=${events.at(-1).seq}" target="_blank">${t("Compare")}</a>` : nothing}</li>`;
  })}</ul>`;
}
