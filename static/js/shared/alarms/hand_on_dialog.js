/* Dialog that hands an alarm, card or tip on to another person. */

import { html } from "../../../vendor/lit-html/lit-html.js";
import { t } from "../../core/i18n.js";
import { say } from "../../core/rules/sentences.js";
import { label } from "../../core/labels.js";
import { namedAlarm, whoseAlarm } from "../../format/alarm_text.js";
import { QuestionDialog } from "./question_dialog.js";

export class HandOnDialog {
  #session;
  #dialog = new QuestionDialog();

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
  ask({ what, hint, takesReason, send }) {
    this.#dialog.ask({
      name: "hand-on-alarm", title: t("Hand on: {what}", { what }), hint, verb: t("Hand on"),
      field: "to", label: t("Hand on to"), problem: say("required"), answerOf: (person) => person,
      control: (id, problem) => html`<select id=${id} name="to" autofocus aria-required="true" aria-describedby=${problem}>
        <option value="">${t("Choose a person")}</option>
        ${this.#people.map((person) => html`<option value=${person.id}>${person.name} · ${label.role(person.role)}</option>`)}</select>`,
      sentence: takesReason ? { name: "reason", label: label.field("reason", "handover") } : null, send,
    });
  }

  /** People who may act, except this person. The server refuses people without access to the search. */
  get #people() {
    const { accounts, account } = this.#session;
    const candidates = [...accounts.values()].filter(({ id, role, enabled, machine }) => id !== account.id && role !== "viewer" && enabled !== false && !machine);
    return candidates.sort((first, second) => first.name.localeCompare(second.name));
  }
}
