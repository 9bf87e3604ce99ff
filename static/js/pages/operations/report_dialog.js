/* Dialog of a report of a disappearance: the facts, live during the call; a question to the person on the telephone; and the decision. */

import { html, nothing } from "../../../vendor/lit-html/lit-html.js";
import { dialog } from "../../behaviours/dialog.js";
import { get } from "../../core/connection/api.js";
import { draft } from "../../core/storage/drafts.js";
import { Refusal } from "../../core/errors.js";
import { label } from "../../core/labels.js";
import { t } from "../../core/i18n.js";
import { tokenize } from "../../core/rules/text_filter.js";
import { accountName, cardName } from "../../format/values.js";
import { shortPersonName } from "../../format/search_list.js";
import { byStatus } from "../../format/search_order.js";
import { formatMoment } from "../../format/time_elements.js";
import { knownTexts } from "../../format/unreadable.js";
import { earlierLine, reportFacts } from "../../shared/reports/report_facts.js";
import { updateCallTimes } from "../../shared/reports/call_time.js";
import { decisionForms } from "./report_decision.js";
import { reportHead } from "./report_head.js";

const TICK_MS = 1_000;

export class ReportDialog {
  /** @type {string | null} */ id = null;
  /** @type {"open" | "join" | "close"} */ part = "open"; // shown decision
  /** @type {{ question: string, search: string, why: string, note: string, members: boolean }} */ typed = blank();
  problem = "";
  busy = false;
  /** @type {Source | null} */ #caller = null;
  /** @type {OperationsView} */ view;

  /** @param {OperationsView} view */
  constructor(view) {
    this.view = view;
    setInterval(() => this.id !== null && updateCallTimes(document.body), TICK_MS);
  }

  /** @param {string} id */
  show(id) {
    this.id = id;
    this.part = "open";
    this.problem = "";
    this.#caller = null;
    this.typed = { ...blank(), ...draft(`report-decision:${id}`).load() };
    this.view.draw();
  }

  hide = () => {
    this.id = null;
    this.view.draw();
  };

  /** True if this person may open, join and close reports. */
  get mayDecide() {
    return this.view.session.can("investigator") && this.view.session.may("report");
  }

  /** @returns {Entity | undefined} */
  get report() {
    return this.id === null ? undefined : /** @type {Entity | undefined} */ (this.view.board.get(this.id));
  }

  draw() {
    const { report } = this;
    if (!report) return dialog("report", label.noun("report"), html`<p>${t("This report has left All searches.")} <a href="/history">${t("Find it in the history")}</a></p>`, this.hide);
    queueMicrotask(() => updateCallTimes(document.body));
    return dialog("report", cardName(report), html`<div class="report-dialog">
      ${reportHead(report, this.view)} ${this.#facts(report)}
      ${this.problem ? html`<p class="error" role="alert">${this.problem}</p>` : nothing}
      ${this.mayDecide ? html`${this.#ask(report)} ${decisionForms(this, report)}` : nothing}
      <div class="buttons">${this.view.session.can("investigator") && report.state.status !== "closed" ? html`<a class="button" data-act="continue-report" href="/intake?report=${report.id}">${t("Continue the report")}</a>` : nothing}
        ${this.view.session.may("export") ? html`<a class="button" data-act="brief" href="/reports/${report.id}/brief.pdf" download>${t("Brief for the police (PDF)")}</a>` : nothing}</div></div>`, this.hide);
  }

  /** @param {Entity} report */
  #facts({ state }) {
    const { session, board } = this.view, facts = reportFacts(state, { session, board }).filter(({ text }) => text !== null);
    const earlier = earlierLine(state);
    return html`<dl class="report-facts" aria-live="polite">${facts.map(({ path, name, text, grave }) => html`<dt>${name}</dt><dd data-fact=${path} class=${grave ? "grave" : ""} dir="auto">${text}</dd>`)}
      ${earlier ? html`<dt>${label.field("earlier")}</dt><dd dir="auto">${earlier}</dd>` : nothing}
      ${this.#callerRow(state)}</dl>`;
  }

  /** @param {State} state */
  #callerRow({ source_kept: isKept }) {
    const caller = this.#caller;
    if (!isKept) return nothing;
    return html`<dt>${t("Name and contact")}</dt><dd>${caller ? html`<span data-testid="report-caller" dir="auto">${knownTexts(caller, ["name", "contact"]).join(" · ") || "—"}</span>`
      : this.view.session.may("contacts") ? html`<button type="button" class="small" data-act="read-caller" @click=${this.#readCaller}>${t("Show name and contact")}</button> <span class="hint">${t("Viewing is logged.")}</span>` : t("recorded")}</dd>`;
  }

  /** @param {Entity} report */
  #ask({ id, state }) {
    if (state.ended_at || state.status === "closed") return nothing;
    const name = accountName(this.view.session, state.taken_by), last = state.questions.at(-1);
    return html`<form data-form="ask-reporter" @submit=${this.submit(() => this.#sendQuestion(id))}>
      <label for="report-question">${t("Say something to {name}, on their page", { name })}</label>
      <div class="inline"><input id="report-question" type="text" maxlength="400" autocomplete="off" .value=${this.typed.question} @input=${this.edit("question")} />
        <button data-act="ask" ?disabled=${this.busy || !this.typed.question.trim()}>${t("Send")}</button></div>
      ${last ? html`<p class="hint" data-testid="last-question" dir="auto">${accountName(this.view.session, last.by)}, ${formatMoment(last.at)}: ${last.text}</p>` : nothing}</form>`;
  }

  /** @param {string} id */
  async #sendQuestion(id) {
    if (await this.send("report.ask", { report: id, text: this.typed.question.trim() })) this.set({ question: "" });
  }

  /** Open searches, those of the same first name first. @param {State} state */
  targets({ person }) {
    const words = tokenize(person.first_name ?? "");
    const fits = (/** @type {State} */ state) => words.length > 0 && words.every((word) => tokenize(state.person.first_name).includes(word));
    const { open } = byStatus(this.view.board.of("search"), {});
    const targets = open.map(({ id, state }) => ({ id, name: `${shortPersonName(state.person)} · ${state.reference}`, fits: fits(state) }));
    return [...targets.filter((target) => target.fits), ...targets.filter((target) => !target.fits)];
  }

  /** @param {() => void} action */
  submit = (action) => (/** @type {Event} */ event) => {
    event.preventDefault();
    action();
  };

  /** @param {keyof ReportDialog["typed"]} name */
  edit = (name) => (/** @type {any} */ { target }) => this.set({ [name]: target.type === "checkbox" ? target.checked : target.value });

  /** @param {Partial<ReportDialog["typed"]>} changes */
  set(changes) {
    this.typed = { ...this.typed, ...changes };
    const stored = draft(`report-decision:${this.id}`);
    if (this.typed.question.trim() || this.typed.note.trim()) stored.save({ ...this.typed, text: this.typed.note || this.typed.question });
    else stored.clear();
    this.view.draw();
  }

  /**
   * Send a command about the report; return its ack, or null if it was refused.
   * @param {string} name
   * @param {object} data
   */
  async send(name, data) {
    this.busy = true;
    this.problem = "";
    this.view.draw();
    try {
      return await this.view.board.send(name, data);
    } catch (refusal) {
      const { message, fields, id } = /** @type {any} */ (refusal);
      this.view.board.discard(id);
      const [path, sentence] = Object.entries(fields ?? {})[0] ?? [];
      this.problem = sentence ? `${label.field(/** @type {string} */ (path), "report")}: ${sentence}` : message;
      return null;
    } finally {
      this.busy = false;
      this.view.draw();
    }
  }

  #readCaller = async () => {
    const { id } = this;
    try {
      const caller = await get(`/api/v1/reports/${id}/caller`);
      if (this.id === id) this.#caller = caller;
    } catch (error) {
      this.problem = error instanceof Refusal ? error.message : t("This did not work. Try again.");
    }
    this.view.draw();
  };
}

const blank = () => ({ question: "", search: "", why: "", note: "", members: false });
