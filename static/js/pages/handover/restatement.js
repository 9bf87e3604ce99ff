/** What people who take over understood of a search, in their own words, and whether the person who hands over says it is correct. */

import { html, nothing } from "../../../vendor/lit-html/lit-html.js";
import { formOf, row } from "../../forms/form_row.js";
import { t } from "../../core/i18n.js";
import { say } from "../../core/rules/sentences.js";
import { avatar } from "../../shared/avatars.js";
import { formatMoment } from "../../format/time_elements.js";

/**
 * All of it about one search; for the reader who takes over also the form.
 * @param {any} it section of the report
 * @param {HandoverView} view
 */
export function restated(it, view) {
  if (view.stage !== "signed" && !view.isFixed) return nothing;
  const said = Object.entries(it.restatements ?? {}), mine = it.restatements?.[view.session.account.id];
  const mayWrite = view.mayTakeOver && (!mine || mine.correct === false) && !view.reading.isUnread(it);
  if (!said.length && !mayWrite) return nothing;
  return html`<div class="restated" data-testid="restated">${said.map(([account, words]) => line(it, account, words, view))}${mayWrite ? own(it, view) : nothing}</div>`;
}

/** @param {any} it @param {string} account @param {any} said @param {HandoverView} view */
function line(it, account, { text, at, correct, reason, answered_by: by, answered_at: answeredAt }, view) {
  const isMine = view.stage === "signed" && view.handover.outgoing === view.session.account.id && correct === null;
  const answer = { name: view.nameOf(by), at: formatMoment(answeredAt) };
  const verdict = correct === null ? t("not answered yet") : correct ? html`<b class="correct">✓ ${say("correct", answer)}</b>` : html`<b class="not-quite">${say("not_quite", answer)}</b> <q>${reason}</q>`;
  return html`<div class="words-of ${isMine ? "to-answer" : ""}" data-account=${account} data-correct=${String(correct)}>
    <p class="about">${avatar(view.nameOf(account))} ${say("restated", { name: view.nameOf(account), at: formatMoment(at) })}</p>
    <p><q class="said">${text}</q> <span class="verdict">${verdict}</span></p>
    ${isMine ? answers(it, account, at, view) : nothing}
  </div>`;
}

/** @param {{ board: string }} given @param {string} account @param {string} at @param {HandoverView} view */
function answers({ board }, account, at, view) {
  if (view.isSending(board, "answer")) return html`<p class="hint on-screen" role="status">${t("sending…")}</p>`;
  return html`<p class="buttons on-screen"><button type="button" class="primary" data-act="correct" @click=${() => view.act.correct(board, account, at)}>${t("Correct")}</button>
    <button type="button" data-act="not-quite" @click=${() => view.act.askWhat({ board, account, at })}>${t("Not quite…")}</button>
    <span class="hint">${t("With “Not quite”, you say what is wrong. They then summarise it again. Everything stays in the history.")}</span></p>`;
}

/** @param {any} it @param {HandoverView} view */
function own(it, view) {
  const form = view.forms.step("handover.restate", it.board);
  if (view.isSending(it.board, "restate")) return html`<p class="hint on-screen" role="status">${t("sending…")}</p>`;
  return formOf(form, "restate", row(form, "text", view), html`<span class="space"></span><button type="submit" class=${form.dirty ? "primary" : ""} data-act="restate">${t("Send summary")}</button>`, view.act.restate);
}

/**
 * How far a search is: "", "read", "waiting" for an answer, or "correct"; for the reader who takes over only their own.
 * @param {any} it
 * @param {HandoverView} view
 */
export function progressOf(it, view) {
  const own = view.session.account.id;
  const said = Object.entries(it.restatements ?? {}).filter(([account]) => !view.mayTakeOver || account === own).map(([, words]) => words.correct);
  if (said.includes(true)) return "correct";
  if (said.includes(null)) return "waiting";
  const isRead = view.mayTakeOver ? !view.reading.isUnread(it) : Object.keys(it.reads ?? {}).some((id) => id !== view.handover.outgoing);
  return isRead ? "read" : "";
}
