/* Dialog on every page that hands an alarm, card or tip on to another person. */

import { html, nothing, render } from "../../../vendor/lit-html/lit-html.js";
import { Dialogs, dialog } from "../../behaviours/dialog.js";
import { t } from "../../core/i18n.js";
import { say } from "../../core/rules/sentences.js";
import { label } from "../../core/labels.js";
import { namedAlarm, whoseAlarm } from "../../format/alarm_text.js";

const REASON_LENGTH = 400; // characters that the server accepts

export class HandOnDialog {
  #session;
  #root = document.body.appendChild(document.createElement("div"));
  #dialogs = new Dialogs(this.#root);
  /** @type {HandOnRequest | null} */ #request = null;
  #hasProblem = false;

  /** @param {Session} session */
  constructor(session) {
    this.#session = session;
  }

  /** @param {Alarm} alarm */
  show = (alarm) => this.ask({
    what: namedAlarm(alarm), hint: t("{child}: the next person is asked immediately. If nobody takes the alarm, it continues as before.", { child: whoseAlarm(alarm) }), takesReason: true,
    send: (to, reason) => void this.#session.outbox.add(alarm.board, "alarm.hand_on", { alarm: alarm.id, to, ...(reason ? { reason } : {}) }),
  });

  /** @param {HandOnRequest} request */
  ask(request) {
    this.#request = request;
    this.#hasProblem = false;
    this.#draw();
  }

  #close = () => {
    this.#request = null;
    this.#draw();
  };

  #draw() {
    render(this.#request ? dialog("hand-on-alarm", t("Hand on: {what}", { what: this.#request.what }), this.#body(this.#request), this.#close) : nothing, this.#root);
    this.#dialogs.settle();
  }

  /** People who may act, except this person. The server refuses people without access to the search. */
  get #people() {
    const { accounts, account } = this.#session;
    const candidates = [...accounts.values()].filter(({ id, role, enabled, machine }) => id !== account.id && role !== "viewer" && enabled !== false && !machine);
    return candidates.sort((first, second) => first.name.localeCompare(second.name));
  }

  /** @param {HandOnRequest} request */
  #body({ hint, takesReason }) {
    return html`<form class="form" data-form="hand-on-alarm" @submit=${this.#send} novalidate>
      <p class="hint">${hint}</p>
      <div class="row" data-field="to"><label for="hand-on-to">${t("Hand on to")}<span class="required" aria-hidden="true"> *</span></label>
        <select id="hand-on-to" name="to" autofocus aria-required="true" aria-describedby=${this.#hasProblem ? "hand-on-problem" : nothing}>
          <option value="">${t("Choose a person")}</option>
          ${this.#people.map(({ id, name, role }) => html`<option value=${id}>${name} · ${label.role(role)}</option>`)}
        </select>
        ${this.#hasProblem ? html`<p class="error" id="hand-on-problem">${say("required")}</p>` : nothing}</div>
      ${takesReason ? html`<div class="row" data-field="reason"><label for="hand-on-reason">${label.field("reason", "handover")}</label>
        <input id="hand-on-reason" name="reason" maxlength=${REASON_LENGTH} autocomplete="off" /></div>` : nothing}
      <div class="buttons"><span class="space"></span>
        <button type="button" data-act="cancel" @click=${this.#close}>${t("Cancel")}</button>
        <button type="submit" class="primary" data-act="send">${t("Hand on")}</button></div>
    </form>`;
  }

  #send = (/** @type {SubmitEvent & { currentTarget: HTMLFormElement }} */ event) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget), to = String(form.get("to"));
    this.#hasProblem = !to;
    if (!to) return this.#draw();
    this.#request?.send(to, String(form.get("reason") ?? "").trim());
    return this.#close();
  };
}
