/** End of a duty: each thing that the person has is handed on, kept, or left. Left alarms reopen, and left cards are not assigned. */

import { html, nothing } from "../../../vendor/lit-html/lit-html.js";
import { repeat } from "../../../vendor/lit-html/directives/repeat.js";
import { READ_EVERY_MS } from "../../core/connection/own_work.js";
import { n, t } from "../../core/i18n.js";
import { ownAlarm, workKey } from "../../core/rules/own_work.js";
import { HOUR_MS, MINUTE_MS, clock, serverNow } from "../../core/time.js";
import { formatUntil } from "../../format/time_elements.js";
import { isAssignable, workName } from "../../format/work_text.js";
import { endDuty, isSending, stayOnDuty } from "../../shared/duty/commands.js";
import { assignment } from "../../shared/work/work_actions.js";
import { workText } from "../../shared/work/work_row.js";

const KEEP = "keep", LEAVE = "leave";
const LONGEST_MS = 24 * HOUR_MS - MINUTE_MS; // a minute less than the server's limit, because clocks differ

export class EndOfDuty {
  #session;
  #draw;
  /** @type {Map<string, string>} */ #choices = new Map(); // item -> KEEP, LEAVE, or the account that gets it
  #isEnding = false;

  /** @param {Session} session @param {() => void} draw */
  constructor(session, draw) {
    this.#session = session;
    this.#draw = draw;
    session.work.watch(draw);
    session.work.refresh();
    setInterval(() => session.work.refresh(), READ_EVERY_MS);
  }

  /** @param {PersonOnDuty} duty */
  draw({ until }) {
    const { work } = this.#session, items = work.items ?? [], later = anHourLater(until);
    return html`<section class="begin end-of-duty" aria-labelledby="end-title">
      <div><h1 id="end-title">${t("You are on duty until {time}.", { time: clock(until) })}</h1><p class="quiet" data-testid="still-yours">${this.#count()}</p></div>
      ${work.failed ? html`<p role="alert">${t("The list could not be loaded.")} <button type="button" @click=${work.read}>${t("Try again")}</button></p>` : nothing}
      <ul class="keep own-work">${repeat(items, workKey, (item) => this.#row(item))}</ul>
      ${items.length ? html`<p class="quiet">${t("An alarm that you neither hand on nor keep reopens when your duty ends, and asks people on duty. A card that you leave is assigned to nobody.")}</p>` : nothing}
      <div class="foot"><span class="buttons"><button type="button" data-act="stay" ?disabled=${isSending(this.#session)} @click=${() => stayOnDuty(this.#session, later)}>${t("Stay on duty until {time}", { time: clock(later) })}</button>
          <a class="button" href="/">${t("Back to all searches")}</a></span>
        <button type="button" class="primary" data-first data-act="end-duty" ?disabled=${this.#isEnding || work.items === null} @click=${() => this.#end()}>${this.#endText()}</button></div>
    </section>`;
  }

  #count() {
    const { items, leftOut } = this.#session.work;
    if (items === null) return t("Loading…");
    const count = items.length + leftOut;
    return count ? n("You still have {count} thing.", "You still have {count} things.", count) : t("You have nothing left to hand on.");
  }

  /** @param {WorkItem} item */
  #row(item) {
    const { id: me } = this.#session.account, chosen = this.#choice(item), alarm = ownAlarm(item, me);
    if (!isAssignable(item)) return html`<li data-work=${item.id}>${workText(item, me)}</li>`; // a wake stays with the person in charge
    const choose = (/** @type {ControlEvent} */ { target: { value } }) => {
      this.#choices.set(workKey(item), value);
      this.#draw();
    };
    const options = [
      ...this.#others().map(({ account, name }) => [account, t("Hand on to {name}", { name })]),
      [KEEP, alarm ? t("Keep it until {time}", { time: formatUntil(alarm.until ?? "") }) : t("Keep it")],
      [LEAVE, alarm ? t("Leave it: it reopens") : t("Leave it: nobody has it")],
    ];
    return html`<li data-work=${item.id}>${workText(item, me)}
      <select aria-label=${t("After your duty: {what}", { what: workName(item, me) })} @change=${choose}>
        ${options.map(([value, name]) => html`<option value=${value} ?selected=${value === chosen}>${name}</option>`)}</select></li>`;
  }

  /** Other people on duty, the person in charge of the shift first, then those who stay longest. */
  #others() {
    const { shiftStatus: status, account } = this.#session, holder = status?.shift?.holder;
    const others = (status?.duties ?? []).filter((duty) => duty.account !== account.id);
    return others.sort((one, other) => Number(other.account === holder) - Number(one.account === holder) || Date.parse(other.until) - Date.parse(one.until));
  }

  /**
   * Return the choice for an item. By default, an alarm goes to another person on duty, and an assigned card stays with this person.
   * @param {WorkItem} item
   */
  #choice(item) {
    const chosen = this.#choices.get(workKey(item)), others = this.#others();
    if (chosen === KEEP || chosen === LEAVE || others.some(({ account }) => account === chosen)) return chosen;
    return ownAlarm(item, this.#session.account.id) ? others[0]?.account ?? LEAVE : KEEP;
  }

  #endText() {
    const choices = (this.#session.work.items ?? []).map((item) => this.#choice(item));
    const kept = choices.filter((choice) => choice === KEEP).length, left = choices.filter((choice) => choice === LEAVE).length;
    const parts = [
      choices.length - kept - left && n("hand on {count}", "hand on {count}", choices.length - kept - left),
      kept && n("keep {count}", "keep {count}", kept), left && n("leave {count}", "leave {count}", left),
    ].filter(Boolean).join(", ");
    return parts ? t("End duty: {parts}", { parts }) : t("End duty");
  }

  async #end() {
    const chosen = (this.#session.work.items ?? []).map((item) => ({ item, alarm: ownAlarm(item, this.#session.account.id), choice: this.#choice(item) }));
    this.#isEnding = true;
    this.#draw();
    await Promise.all(chosen.map(({ item, alarm, choice }) => this.#pass(item, alarm, choice)));
    const isDone = await endDuty(this.#session, chosen.flatMap(({ alarm, choice }) => (alarm && choice === KEEP ? [alarm.id] : [])));
    this.#isEnding = false;
    if (isDone) location.assign("/");
    else this.#draw();
  }

  /**
   * Hand an item on, or give back a card; the end of the duty reopens the alarms that are left. A refusal means that
   * the item was taken or ended in the meantime.
   * @param {WorkItem} item @param {Alarm | null} alarm @param {string | undefined} choice
   */
  async #pass(item, alarm, choice) {
    if (!choice || choice === KEEP || (alarm && choice === LEAVE)) return;
    const [name, data] = alarm ? ["alarm.hand_on", { alarm: alarm.id, to: choice }] : assignment(item, choice === LEAVE ? null : choice);
    await this.#session.outbox.add(item.board, name, data).catch((refusal) => this.#session.outbox.discard(refusal.id));
  }
}

/**
 * Return the end of a duty that is an hour longer, within the next 24 hours.
 * @param {string} until
 */
function anHourLater(until) {
  const now = Number(serverNow());
  return new Date(Math.min(Math.max(now, Date.parse(until)) + HOUR_MS, now + LONGEST_MS)).toISOString();
}
