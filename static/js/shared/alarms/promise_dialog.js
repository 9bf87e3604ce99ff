/* Dialog that asks for the end of this person's promise, within the next 8 hours, and for a sentence. */

import { html } from "../../../vendor/lit-html/lit-html.js";
import { t } from "../../core/i18n.js";
import { serverNow, toInput } from "../../core/time.js";
import { say } from "../../core/rules/sentences.js";
import { label } from "../../core/labels.js";
import { namedAlarm } from "../../format/alarm_text.js";
import { nextTime, untilIn } from "../../format/promise.js";
import { QuestionDialog } from "./question_dialog.js";

const PROPOSED_MIN = 60;

export class PromiseDialog {
  #send;
  #dialog = new QuestionDialog();

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
  ask({ what, hint, takesNote, send }) {
    const proposed = toInput(untilIn(PROPOSED_MIN, serverNow())).slice(11);
    this.#dialog.ask({
      name: "promise", title: t("Until when do you have it? {what}", { what }), hint, verb: t("Save"),
      field: "until", label: t("Until"), problem: say("within_hours"), answerOf: (time) => nextTime(time, serverNow()),
      control: (id, problem) => html`<input id=${id} name="until" type="time" value=${proposed} autofocus aria-required="true" aria-describedby=${problem} />`,
      sentence: takesNote ? { name: "note", label: label.noun("note") } : null, send,
    });
  }
}
