/** Summaries of a search by incoming people, in their own words, and the answers of the outgoing person. */

import { html, nothing } from "../../../vendor/lit-html/lit-html.js";
import { formOf, row } from "../../forms/form_row.js";
import { t } from "../../core/i18n.js";
import { say } from "../../core/rules/sentences.js";
import { avatar } from "../../shared/avatars.js";
import { formatMoment } from "../../format/time_elements.js";

/**
 * Render the summaries of one search; for the incoming person, also the form.
 * @param {any} section section of the report
 * @param {HandoverView} view
 */
export function restated(section, view) {
  if (view.stage !== "signed" && !view.isFixed) return nothing;
  const summaries = Object.entries(section.restatements ?? {}), ownSummary = section.restatements?.[view.session.account.id];
  const mayWrite = view.mayTakeOver && (!ownSummary || ownSummary.correct === false) && !view.reading.isUnread(section);
  if (!summaries.length && !mayWrite) return nothing;
  return html`<div class="restated" data-testid="restated">${summaries.map(([account, summary]) => summaryLine(section, account, summary, view))}${mayWrite ? summaryForm(section, view) : nothing}</div>`;
}

/** @param {any} section @param {string} account @param {any} summary @param {HandoverView} view */
function summaryLine(section, account, { text, at, correct, reason, answered_by: by, answered_at: answeredAt }, view) {
  const isToAnswer = view.stage === "signed" && view.handover.outgoing === view.session.account.id && correct === null;
  const answer = { name: view.nameOf(by), at: formatMoment(answeredAt) };
  const answerText = correct === null ? t("not answered yet") : correct ? html`<b class="correct">✓ ${say("correct", answer)}</b>` : html`<b class="not-quite">${say("not_quite", answer)}</b> <q>${reason}</q>`;
  return html`<div class="words-of ${isToAnswer ? "to-answer" : ""}" data-account=${account} data-correct=${String(correct)}>
    <p class="about">${avatar(view.nameOf(account))} ${say("restated", { name: view.nameOf(account), at: formatMoment(at) })}</p>
    <p><q class="said">${text}</q> <span class="verdict">${answerText}</span></p>
    ${isToAnswer ? answerButtons(section, account, at, view) : nothing}
  </div>`;
}

/** @param {{ board: string }} section @param {string} account @param {string} at @param {HandoverView} view */
function answerButtons({ board }, account, at, view) {
  if (view.isSending(board, "answer")) return html`<p class="hint on-screen" role="status">${t("sending…")}</p>`;
  return html`<p class="buttons on-screen"><button type="button" class="primary" data-act="correct" @click=${() => view.act.correct(board, account, at)}>${t("Correct")}</button>
    <button type="button" data-act="not-quite" @click=${() => view.act.askWhat({ board, account, at })}>${t("Not quite…")}</button>
    <span class="hint">${t("With “Not quite”, you say what is wrong. They then summarise it again. Everything stays in the history.")}</span></p>`;
}

/** @param {any} section @param {HandoverView} view */
function summaryForm(section, view) {
  const form = view.forms.step("handover.restate", section.board);
  if (view.isSending(section.board, "restate")) return html`<p class="hint on-screen" role="status">${t("sending…")}</p>`;
  return formOf(form, "restate", row(form, "text", view), html`<span class="space"></span><button type="submit" class=${form.dirty ? "primary" : ""} data-act="restate">${t("Send summary")}</button>`, view.act.restate);
}

/**
 * Return the progress of a search: "", "read", "waiting" for an answer, or "correct". The incoming person sees only their own.
 * @param {any} section
 * @param {HandoverView} view
 */
export function progressOf(section, view) {
  const ownId = view.session.account.id;
  const answers = Object.entries(section.restatements ?? {}).filter(([account]) => !view.mayTakeOver || account === ownId).map(([, summary]) => summary.correct);
  if (answers.includes(true)) return "correct";
  if (answers.includes(null)) return "waiting";
  const isRead = view.mayTakeOver ? !view.reading.isUnread(section) : Object.keys(section.reads ?? {}).some((id) => id !== view.handover.outgoing);
  return isRead ? "read" : "";
}
