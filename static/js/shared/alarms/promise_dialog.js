/* Dialog that asks until when this person has an alarm: any time within the next 8 hours, and a sentence. */

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
  /** @type {Alarm | null} */ #alarm = null;
  #hasProblem = false;

  /** @param {(alarm: Alarm, until: IsoTime, note?: string) => void} send */
  constructor(send) {
    this.#send = send;
  }

  /** @param {Alarm} alarm */
  show = (alarm) => {
    this.#alarm = alarm;
    this.#hasProblem = false;
    this.#draw();
  };

  #close = () => {
    this.#alarm = null;
    this.#draw();
  };

  #draw() {
    render(this.#alarm ? dialog("promise", t("Until when do you have it? {what}", { what: namedAlarm(this.#alarm) }), this.#body(), this.#close) : nothing, this.#root);
    this.#dialogs.settle();
  }

  #body() {
    const proposed = toInput(untilIn(PROPOSED_MIN, serverNow())).slice(11);
    return html`<form class="form" data-form="promise" @submit=${this.#submit} novalidate>
      <p class="hint">${t("At this time the alarm opens again, and asks you first. At most 8 hours.")}</p>
      <div class="row" data-field="until"><label for="promise-until">${t("Until")}<span class="required" aria-hidden="true"> *</span></label>
        <input id="promise-until" name="until" type="time" value=${proposed} autofocus aria-required="true" aria-describedby=${this.#hasProblem ? "promise-problem" : nothing} />
        ${this.#hasProblem ? html`<p class="error" id="promise-problem">${say("within_hours")}</p>` : nothing}</div>
      <div class="row" data-field="note"><label for="promise-note">${label.noun("note")}</label>
        <input id="promise-note" name="note" maxlength=${NOTE_LENGTH} autocomplete="off" /></div>
      <div class="buttons"><span class="space"></span>
        <button type="button" data-act="cancel" @click=${this.#close}>${t("Cancel")}</button>
        <button type="submit" class="primary" data-act="send">${t("Save")}</button></div>
    </form>`;
  }

  #submit = (/** @type {SubmitEvent & { currentTarget: HTMLFormElement }} */ event) => {
    event.preventDefault();
    const alarm = this.#alarm, form = new FormData(event.currentTarget);
    const until = nextTime(String(form.get("until")), serverNow()), note = String(form.get("note")).trim();
    this.#hasProblem = !until;
    if (!until || !alarm) return this.#draw();
    this.#send(alarm, until, note);
    return this.#close();
  };
}
