/* Next to the page about a missing child: questions of the coordinators who read along, the known facts, and other reports that may be about the same child. */

import { html, nothing } from "../../../vendor/lit-html/lit-html.js";
import { n, t } from "../../core/i18n.js";
import { say } from "../../core/rules/sentences.js";
import { accountName, cardName } from "../../format/values.js";
import { alarmsOf, ownerOf, whoHasIt } from "../../format/ownership.js";
import { agoElement } from "../../format/time_elements.js";
import { tokenize } from "../../core/rules/text_filter.js";
import { shortPersonName } from "../../format/search_list.js";
import { childName, knownText, reportFacts, worryingReasons } from "../../shared/reports/report_facts.js";

const MAX_QUESTIONS = 3;

/** @param {import("./report_call.js").ReportCall} call */
export function reportAside(call) {
  const { state } = call;
  return html`${questions(call)}<div class="intake-aside" data-testid="report-aside">
    ${state ? known(call, state) : html`<p class="hint">${t("As soon as there is a name or a number, the coordinators on duty get an alarm and can read along.")}</p>`}
    ${state ? worrying(state) : nothing} ${sameChild(call)}
  </div>`;
}

/** "Alice Dewit has it until 02:41" @param {import("./report_call.js").ReportCall} call */
export function ownerText(call) {
  const alarm = call.id === null ? undefined : alarmsOf(call.board).get(call.id);
  return alarm ? whoHasIt(ownerOf(alarm, null, call.session), call.session.account.id) : "";
}

/** @param {import("./report_call.js").ReportCall} call */
function questions({ state, session }) {
  const asked = (state?.questions ?? []).slice(-MAX_QUESTIONS).reverse();
  return html`<div class="report-questions" aria-live="assertive" data-testid="questions">${asked.map((/** @type {any} */ { text, by, at }) => html`<section class="asked">
    <p><b>${t("{name} reads along", { name: accountName(session, by) })}</b> ${agoElement(at)}</p><p class="question-text" dir="auto">${text}</p></section>`)}</div>`;
}

/** @param {import("./report_call.js").ReportCall} call @param {State} state */
function known(call, state) {
  const facts = reportFacts(state, call);
  return html`<section aria-labelledby="known"><h2 id="known">${t("Known")} <small>${knownText(facts)}</small></h2>
    <dl class="report-facts">${facts.map(({ path, name, text, grave }) => html`<dt>${name}</dt><dd data-fact=${path} class=${grave ? "grave" : ""} dir="auto">${
      text ?? html`<button type="button" class="not-asked" data-act="ask-fact" @click=${() => focusField(path)}>${t("not asked yet")}</button>`}</dd>`)}</dl></section>`;
}

/** @param {string} path */
function focusField(path) {
  const field = document.querySelector(`[data-form=report] [data-field="${path}"]`);
  const closed = /** @type {HTMLDetailsElement | null | undefined} */ (field?.closest("details"));
  if (closed) closed.open = true;
  /** @type {HTMLElement | null | undefined} */ (field?.querySelector("input, textarea, select"))?.focus();
}

/** @param {State} state */
function worrying(state) {
  const reasons = worryingReasons(state);
  if (!reasons.length) return nothing;
  return html`<section class="worrying-note" data-testid="worrying-reasons"><h2>${say("to_decide")} <small>${n("{count} criterion applies", "{count} criteria apply", reasons.length)}</small></h2>
    <p>${reasons.join("\u00a0· ")}</p><p class="hint">${t("One is enough to inform the police officer on duty.")}</p></section>`;
}

/** Other waiting reports and open searches that the person may see, about a child of this first name. @param {import("./report_call.js").ReportCall} call */
function sameChild({ id, form, board }) {
  const words = tokenize(form.value("person.first_name") ?? "");
  if (!words.length) return nothing;
  const fits = (/** @type {State} */ { person }) => words.every((word) => tokenize(person.first_name ?? "").includes(word));
  const reports = board.of("report").filter((report) => report.id !== id && report.state.status === "waiting" && fits(report.state));
  const searches = board.of("search").filter(({ state }) => state.status === "open" && fits(state));
  if (!reports.length && !searches.length) return nothing;
  return html`<section aria-labelledby="same-child" data-testid="same-child"><h2 id="same-child">${t("Perhaps the same child")}</h2>
    <ul>${reports.map((report) => html`<li data-report=${report.id}>${cardName(report)}\u00a0· ${childName(report.state)}</li>`)}
      ${searches.map(({ id: search, state }) => html`<li><a href="/searches/${search}" target="_blank" rel="noopener">${shortPersonName(state.person)}\u00a0· ${state.reference}</a></li>`)}</ul></section>`;
}
