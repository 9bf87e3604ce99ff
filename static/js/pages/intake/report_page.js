/* Page about a missing child, and its head with the time of the call and the button that ends it. */

import { html, nothing } from "../../../vendor/lit-html/lit-html.js";
import { t } from "../../core/i18n.js";
import { label } from "../../core/labels.js";
import { cardName } from "../../format/values.js";
import { agoElement, formatMoment } from "../../format/time_elements.js";
import { announce } from "../../shared/announcer.js";
import { updateCallTimes } from "../../shared/reports/call_time.js";
import { ReportCall } from "./report_call.js";
import { ownerText, reportAside } from "./report_aside.js";
import { ReportFiles } from "./report_files.js";
import { reportForm } from "./report_form.js";

const TICK_MS = 1_000;

export class ReportPage {
  call;
  files;
  #page;
  #questions = 0; // number of announced questions

  /** @param {IntakeView} page */
  constructor(page) {
    this.#page = page;
    this.call = new ReportCall(page);
    this.files = new ReportFiles(page, this.call);
    setInterval(this.#tick, TICK_MS);
  }

  /** The time of the call, who has the report, and the button that ends the call. */
  head() {
    const { call } = this, { state } = call, isOver = Boolean(state?.ended_at) || (state && state.status !== "waiting");
    return html`<p class="call-time"><b data-call=${call.began ?? ""} data-call-ended=${state?.ended_at ?? ""} data-testid="call-time"></b>
      <span>${call.began ? t("on the line since {at}", { at: formatMoment(call.began) }) : nothing}<br />${this.#saved()}</span></p>
      <p class="call-owner" role="status" data-testid="report-owner">${call.id === null ? nothing : html`<b>${cardName({ kind: "report", state: state ?? { number: null } })}</b> ${state && state.status !== "waiting" ? label.value("status", state.status, "report") : ownerText(call)}`}</p>
      <div class="buttons">${isOver ? this.#after() : nothing}
        ${state?.ended_at ? nothing : html`<button type="button" class="primary" data-act="end-call" ?disabled=${call.id === null} @click=${this.#end}>${t("End the call")}</button>`}
        ${state?.ended_at || call.id === null ? html`<button type="button" data-act="next-call" @click=${this.#next}>${t("Next call")}</button>` : nothing}</div>`;
  }

  draw() {
    const { call } = this;
    call.settle();
    this.#announceQuestions();
    queueMicrotask(this.#tick); // after the draw
    return html`<div class="report-call">${reportForm(call, this.files, this.#save)}${reportAside(call)}</div>`;
  }

  #saved() {
    const { call } = this;
    if (call.id === null) return call.began ? t("Not sent yet: a name or a number is missing.") : nothing;
    if (call.isUnsaved) return t("Saving…");
    return call.savedAt ? html`${t("saved")} ${agoElement(call.savedAt)}` : t("saved");
  }

  #after() {
    const { state, id } = this.call;
    const search = state?.decision?.search;
    return html`${search ? html`<a class="button" data-act="open-board" href="/searches/${search}">${t("Open the board")}</a>` : nothing}
      ${this.#page.session.may("export") ? html`<a class="button" data-act="brief" href="/reports/${id}/brief.pdf" download>${t("Brief for the police (PDF)")}</a>` : nothing}`;
  }

  /** @param {Event} event */
  #save = (event) => {
    event.preventDefault();
    this.call.save();
  };

  #end = async () => {
    await this.call.end();
    announce(t("The call has ended."));
    this.#page.draw();
  };

  #next = () => {
    this.call.next();
    this.#page.choose("seen");
  };

  #announceQuestions() {
    const count = this.call.state?.questions.length ?? 0;
    if (count > this.#questions) announce(this.call.state?.questions.at(-1).text);
    this.#questions = count;
  }

  #tick = () => updateCallTimes(document.body);
}
