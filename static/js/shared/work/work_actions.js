/* Actions on this person's items: give back, hand on, extend a promise or the due time of a task. */

import { t } from "../../core/i18n.js";
import { kind } from "../../core/rules/kinds.js";
import { ownAlarm } from "../../core/rules/own_work.js";
import { serverNow } from "../../core/time.js";
import { longerPromise, untilIn } from "../../format/promise.js";
import { workTitle } from "../../format/work_text.js";

export class WorkActions {
  #me;
  #alarms;
  #handOn;
  #promise;

  /**
   * @param {string} me
   * @param {import("../alarms/alarm_actions.js").AlarmActions} alarms
   * @param {import("../alarms/hand_on_dialog.js").HandOnDialog} handOn
   * @param {import("../alarms/promise_dialog.js").PromiseDialog} promise
   */
  constructor(me, alarms, handOn, promise) {
    this.#me = me;
    this.#alarms = alarms;
    this.#handOn = handOn;
    this.#promise = promise;
  }

  /** @param {WorkItem} item */
  giveBack(item) {
    const alarm = ownAlarm(item, this.#me);
    if (alarm) this.#alarms.giveBack(alarm);
    else this.#assign(item, null);
  }

  /** @param {WorkItem} item */
  handOn(item) {
    const alarm = ownAlarm(item, this.#me);
    if (alarm) return this.#handOn.show(alarm);
    return this.#handOn.ask({ what: workTitle(item, this.#me), hint: t("It is assigned to this person immediately."), send: (to) => this.#assign(item, to) });
  }

  /**
   * Return true if the person may extend an item's time: a promise, or the due time of a task.
   * @param {WorkItem} item
   */
  mayExtend = (item) => Boolean(ownAlarm(item, this.#me) ?? (item.by && kind(item.kind).fields.due));

  /** @param {WorkItem} item @param {number} minutes counted from the item's time, or from now if that is past */
  extend(item, minutes) {
    const now = serverNow(), until = item.by ?? now.toISOString();
    this.#setUntil(item, ownAlarm(item, this.#me) ? longerPromise(minutes, until, now) : untilIn(minutes, new Date(Math.max(Number(now), Date.parse(until)))));
  }

  /** @param {WorkItem} item */
  choose(item) {
    const alarm = ownAlarm(item, this.#me);
    if (alarm) return this.#promise.show(alarm);
    return this.#promise.ask({ what: workTitle(item, this.#me), hint: t("It is due at this time. At most 8 hours."), send: (until) => this.#setUntil(item, until) });
  }

  /** @param {WorkItem} item @param {IsoTime} until */
  #setUntil(item, until) {
    const alarm = ownAlarm(item, this.#me);
    if (alarm) this.#alarms.promise(alarm, until);
    else this.#alarms.send(item.board, `${item.kind}.update`, { [item.kind]: item.id, due: until });
  }

  /** @param {WorkItem} item @param {string | null} assignee */
  #assign(item, assignee) {
    const [name, data] = assignment(item, assignee);
    this.#alarms.send(item.board, name, data);
  }
}

/**
 * Return the command that assigns a card or tip, as [name, data].
 * @param {{ kind: Kind, id: string }} entry @param {string | null} assignee
 * @returns {[string, Record<string, any>]}
 */
export const assignment = ({ kind: name, id }, assignee) => (name === "tip" ? ["tip.assign", { tip: id, assignee }] : ["card.assign", { card: id, assignee }]);
