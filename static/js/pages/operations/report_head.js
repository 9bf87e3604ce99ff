/* Head of a report: who takes the call and for how long, the child, the possible type, and why it may be worrying. */

import { html, nothing } from "../../../vendor/lit-html/lit-html.js";
import { label } from "../../core/labels.js";
import { t } from "../../core/i18n.js";
import { say } from "../../core/rules/sentences.js";
import { accountName } from "../../format/values.js";
import { alarmsOf, ownerOf, whoHasIt } from "../../format/ownership.js";
import { childName, kindText, worryingReasons } from "../../shared/reports/report_facts.js";

/** @param {Entity} report @param {OperationsView} view */
export function reportHead({ id, state }, { session, board }) {
  const alarm = alarmsOf(board).get(id), reasons = worryingReasons(state), name = accountName(session, state.taken_by);
  const call = html`<b data-call=${state.received_at} data-call-ended=${state.ended_at ?? ""}></b>`;
  return html`<div class="call-note ${state.ended_at ? "" : "is-on"}" data-testid="call-note"><p>${state.ended_at ? t("{name} took this report", { name }) : t("{name} is on the line", { name })} ${call}</p>
      <p class="hint">${state.ended_at ? t("The call has ended.") : t("Everything typed appears here.")}</p></div>
    <p class="report-child"><b dir="auto">${childName(state)}</b> ${[state.person.sex && label.sex(state.person.sex), kindText(state)].filter(Boolean).join("\u00a0· ")}</p>
    ${reasons.length ? html`<p data-testid="worrying-reasons"><b class="report-worrying">${say("to_decide")}</b> ${reasons.join("\u00a0· ")}</p>` : nothing}
    ${alarm ? html`<p class="holder" data-testid="owner">${whoHasIt(ownerOf(alarm, null, session), session.account.id)}</p>` : nothing}`;
}
