/* Actions of this person on alarms: taking, promising, giving back and undoing; pending and refused commands. */

import { html } from "../../../vendor/lit-html/lit-html.js";
import { t } from "../../core/i18n.js";
import { commandName } from "../refusals.js";

const OPERATIONS = "operations";
const UNDO_MS = 10_000; // duration for which an alarm that this person has just taken is shown first, with undo

export class AlarmActions {
  #session;
  #changed;
  /** @type {{ id: string, seqs: number[], until: number } | null} */ #own = null; // alarm that this person has just taken in this tab
  /** @type {{ id: string, name: string, text: string } | null} */ #refused = null;

  /** @param {Session} session @param {() => void} changed */
  constructor(session, changed) {
    this.#session = session;
    this.#changed = changed;
  }

  /** Return the id of the alarm that this person took here a moment ago, or null. */
  get fresh() {
    return this.#own && performance.now() < this.#own.until ? this.#own.id : null;
  }

  /** Stop showing the alarm that was just taken. */
  forget() {
    this.#own = null;
  }

  /** @param {Alarm} alarm */
  take(alarm) {
    const { outbox, alarms, account: { id, name } } = this.#session;
    outbox.add(alarm.board, "alarm.take", { alarm: alarm.id }).then(({ seqs: [seq] }) => {
      this.#own = { id: alarm.id, seqs: [seq], until: performance.now() + UNDO_MS };
      alarms.acknowledged(alarm.id, { id, name }, seq);
    }, () => {}); // takeBack handles refusals
    this.#changed();
  }

  /**
   * Reopen an alarm that this person has, and ask other people.
   * @param {Alarm} alarm
   */
  giveBack = (alarm) => {
    const { outbox, alarms } = this.#session;
    this.forget();
    outbox.add(alarm.board, "alarm.give_back", { alarm: alarm.id }).then(() => alarms.released(alarm.id), () => {});
    this.#changed();
  };

  /**
   * Set the end of this person's promise.
   * @param {Alarm} alarm @param {IsoTime} until @param {string} [note]
   */
  promise = (alarm, until, note = "") => {
    const { outbox, alarms } = this.#session;
    outbox.add(alarm.board, "alarm.extend", { alarm: alarm.id, until, ...(note ? { note } : {}) }).then(({ seqs: [seq] }) => {
      if (this.#own?.id === alarm.id && seq) this.#own.seqs.push(seq);
      alarms.promised(alarm.id, until, seq);
    }, () => {});
    this.#changed();
  };

  /**
   * Undo taking an alarm: first the chosen time, then the taking.
   * @param {Alarm} alarm
   */
  undo = async (alarm) => {
    if (alarm.board === OPERATIONS) { // the server undoes only events of searches
      this.giveBack(alarm);
      return;
    }
    const { outbox, alarms } = this.#session, seqs = this.#own?.id === alarm.id ? this.#own.seqs : [alarm.seq];
    this.#own = null;
    try {
      for (const seq of seqs.toReversed()) await outbox.add(alarm.board, "undo", { seq });
      alarms.released(alarm.id);
    } catch (refused) {
      this.#show("undo")(refused);
    }
  };

  /**
   * Send another command about an alarm of this person. The line shows a refusal.
   * @param {string} board @param {string} name @param {Record<string, any>} data
   */
  send(board, name, data) {
    this.#session.outbox.add(board, name, data).catch(this.#show(name));
    this.#changed();
  }

  /** @param {string} name @returns {(refused: any) => void} */
  #show = (name) => ({ id, message }) => {
    this.#session.outbox.discard(id);
    this.#refused = { id, name, text: message };
    this.#changed();
  };

  /** Unanswered commands that take an alarm. */
  pending() {
    return this.#session.outbox.pending().filter(({ name, status }) => name === "alarm.take" && status !== "refused");
  }

  /** @param {string} alarm */
  isSent(alarm) {
    return this.pending().some(({ data }) => data.alarm === alarm);
  }

  /** Discard refused commands, because they contain at most a typed sentence. If another person has the alarm, the list shows it. */
  takeBack() {
    const { outbox } = this.#session;
    const refused = outbox.pending().filter(({ name, status }) => name.startsWith("alarm.") && status === "refused");
    for (const { id, name, refusal } of refused) {
      if (!(refusal?.code === "conflict" && refusal.current?.taken_by)) this.#refused = { id, name, text: refusal?.message ?? "" };
      queueMicrotask(() => outbox.discard(id)); // the outbox calls this while it is still changing
    }
  }

  /** @returns {Notice[]} */
  refusal() {
    if (!this.#refused) return [];
    const done = () => {
      this.#refused = null;
      this.#changed();
    };
    return [{ kind: "not-saved", id: this.#refused.id, tone: "own", title: t("Not saved: {what}.", { what: commandName(this.#refused.name) }), text: this.#refused.text, actions: html`<button type="button" @click=${done}>${t("OK")}</button>` }];
  }
}
