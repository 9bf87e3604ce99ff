/* Dialog that asks until when this person has something: any time within the next 8 hours, and a sentence. */

import { html, nothing, render } from "../../../vendor/lit-html/lit-html.js";
import { Dialogs, dialog } from "../../behaviours/dialog.js";
import { t } from "../../core/i18n.js";
import { serverNow, toInput } from "../../core/time.js";
import { say } from "../../core/rules/sentences.js";
import { label } from "../../core/labels.js";
import { namedAlarm } from "../../format/alarm_text.js";
import { nextTime, untilIn } from "../../format/promise.js";

const NOTE_LENGTH = 400; // characters that are enough for a sentence
const PROPOSED_MIN = 60;

export class PromiseDialog {
  #send;
  #root = document.body.appendChild(document.createElement("div"));
  #dialogs = new Dialogs(this.#root);
  /** @type {PromiseRequest | null} */ #request = null;
  #hasProblem = false;

  /** @param {(alarm: Alarm, until: IsoTime, note?: string) => void} send */
  constructor(send) {
    this.#send = send;
  }

  /** @param {Alarm} alarm */
  show = (alarm) => this.ask({
    what: namedAlarm(alarm), hint: t("At this time the alarm reopens, and asks you first. At most 8 hours."), takesNote: true,
    send: (until, note) => this.#send(alarm, until, note),
  });

  /** @param {PromiseRequest} request */
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
    render(this.#request ? dialog("promise", t("Until when do you have it? {what}", { what: this.#request.what }), this.#body(this.#request), this.#close) : nothing, this.#root);
    this.#dialogs.settle();
  }

  /** @param {PromiseRequest} request */
  #body({ hint, takesNote }) {
    const proposed = toInput(untilIn(PROPOSED_MIN, serverNow())).slice(11);
    return html`<form class="form" data-form="promise" @submit=${this.#submit} novalidate>
      <p class="hint">${hint}</p>
      <div class="row" data-field="until"><label for="promise-until">${t("Until")}<span class="required" aria-hidden="true"> *</span></label>
        <input id="promise-until" name="until" type="time" value=${proposed} autofocus aria-required="true" aria-describedby=${this.#hasProblem ? "promise-problem" : nothing} />
        ${this.#hasProblem ? html`<p class="error" id="promise-problem">${say("within_hours")}</p>` : nothing}</div>
      ${takesNote ? html`<div class="row" data-field="note"><label for="promise-note">${label.noun("note")}</label>
        <input id="promise-note" name="note" maxlength=${NOTE_LENGTH} autocomplete="off" /></div>` : nothing}
      <div class="buttons"><span class="space"></span>
        <button type="button" data-act="cancel" @click=${this.#close}>${t("Cancel")}</button>
        <button type="submit" class="primary" data-act="send">${t("Save")}</button></div>
    </form>`;
  }

  #submit = (/** @type {SubmitEvent & { currentTarget: HTMLFormElement }} */ event) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget), until = nextTime(String(form.get("until")), serverNow());
    this.#hasProblem = !until;
    if (!until) return this.#draw();
    this.#request?.send(until, String(form.get("note") ?? "").trim());
    return this.#close();
  };
}
