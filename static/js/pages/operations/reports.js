/* Column of reports of disappearances that wait for a decision, and those decided since yesterday. */

import { html, nothing } from "../../../vendor/lit-html/lit-html.js";
import { repeat } from "../../../vendor/lit-html/directives/repeat.js";
import { t } from "../../core/i18n.js";
import { label } from "../../core/labels.js";
import { accountName, cardName } from "../../format/values.js";
import { alarmsOf, ownerOf, whoHasIt } from "../../format/ownership.js";
import { agoElement } from "../../format/time_elements.js";
import { callText, childName, kindText, worryingReasons } from "../../shared/reports/report_facts.js";

const MAX_REPORTS = 30; // reports in the column

/** Waiting reports, the newest call first. @param {Board} board */
export const waitingReports = (board) => board.of("report").filter(({ state }) => state.status === "waiting").sort((a, b) => (a.state.received_at < b.state.received_at ? 1 : -1));

/** @param {OperationsView} view */
export function reportsColumn(view) {
  const waiting = waitingReports(view.board), decided = view.board.of("report").filter(({ state }) => state.status !== "waiting");
  if (!waiting.length && !decided.length) return nothing;
  const alarms = alarmsOf(view.board);
  return html`<section class="operations-column reports" id="reports" aria-labelledby="reports-title" data-testid="reports">
    <h2 id="reports-title">${t("Reports of disappearances")} <b>${waiting.length}</b></h2>
    <ul>${repeat(waiting.slice(0, MAX_REPORTS), ({ id }) => id, (report) => reportCard(report, alarms.get(report.id), view))}</ul>
    ${decided.length ? html`<details class="answered-tips"><summary>${t("Decided since yesterday")} <b>${decided.length}</b></summary>
      <ul>${repeat(decided, ({ id }) => id, (report) => decidedReport(report, view))}</ul></details>` : nothing}
  </section>`;
}

/** @param {Entity} report @param {State | undefined} alarm @param {OperationsView} view */
function reportCard(report, alarm, view) {
  const { id, state } = report, reasons = worryingReasons(state);
  const owner = alarm ? whoHasIt(ownerOf(alarm, null, view.session), view.session.account.id) : null;
  return html`<li class="report-card ${reasons.length ? "is-worrying" : ""} ${view.board.badges.has(id) ? "changed" : ""}" data-report=${id} @pointerenter=${() => view.seen(id)} @focusin=${() => view.seen(id)}>
    <p class="tip-head"><button type="button" class="plain tip-name" data-act="open-report" @click=${() => view.openReport(id)}>${cardName(report)}</button>
      <b class="child" dir="auto">${childName(state)}</b><span class="age">${agoElement(state.received_at)}</span></p>
    <p class="said">${[kindText(state), reasons.length ? t("worrying?") : null].filter(Boolean).join("\u00a0· ")}</p>
    <p class="said" data-testid="call">${callText(state, accountName(view.session, state.taken_by))}</p>
    ${owner ? html`<p class="holder" data-testid="owner">${owner}</p>` : nothing}</li>`;
}

/** @param {Entity} report @param {OperationsView} view */
function decidedReport(report, view) {
  const { id, state } = report, { decision } = state;
  const status = label.value("status", state.status, "report");
  return html`<li data-report=${id}><button type="button" class="plain tip-name" data-act="open-report" @click=${() => view.openReport(id)}>${cardName(report)}</button>
    ${decision?.search ? html`<a href="/searches/${decision.search}">${childName(state)}</a>` : html`<span dir="auto">${childName(state)}</span>`}
    <span class="said">${[status, decision?.why ? label.value("decision.why", decision.why, "report") : null].filter(Boolean).join(": ")}</span></li>`;
}
