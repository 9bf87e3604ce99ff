/* This person's work: a fact in the watch line, and a list. The fact, a key and the account menu open the list on every page. */

import { html, nothing, render } from "../../../vendor/lit-html/lit-html.js";
import { repeat } from "../../../vendor/lit-html/directives/repeat.js";
import { Dialogs, dialog } from "../../behaviours/dialog.js";
import { ShortcutHandler } from "../../behaviours/shortcut_handler.js";
import { READ_EVERY_MS } from "../../core/connection/own_work.js";
import { n, t } from "../../core/i18n.js";
import { ownAlarm, workKey } from "../../core/rules/own_work.js";
import { clock } from "../../core/time.js";
import { formatUntil } from "../../format/time_elements.js";
import { isAssignable, workName } from "../../format/work_text.js";
import { CLOCK, moreTime } from "../alarms/promise_reminder.js";
import { ownDuty } from "../duty/commands.js";
import { watchLine } from "../watch_line/line.js";
import { workText } from "./work_row.js";

const CHECK_INTERVAL_MS = 1_000; // no event reports that the alarms are no longer current

export class WhatIHave {
  #session;
  #actions;
  #root = document.body.appendChild(document.createElement("div"));
  #dialogs = new Dialogs(this.#root);
  #isShown = false;
  #state = ""; // state of the alarms at the last draw

  /** @param {Session} session @param {import("./work_actions.js").WorkActions} actions */
  constructor(session, actions) {
    this.#session = session;
    this.#actions = actions;
    new ShortcutHandler({ page: document.body.dataset.page ?? "", commands: () => [{ id: "work", run: this.show }] });
    document.querySelector("[data-work]")?.addEventListener("click", this.#showFromMenu);
    session.work.watch(() => this.#changed());
    setInterval(() => this.#isShown && session.work.refresh(), READ_EVERY_MS);
    setInterval(() => session.alarms.state !== this.#state && this.#changed(), CHECK_INTERVAL_MS);
    this.#changed();
  }

  show = () => {
    this.#isShown = true;
    this.#session.work.refresh();
    this.#draw();
  };

  #showFromMenu = () => {
    const menu = document.querySelector("details.account-menu");
    menu?.removeAttribute("open");
    menu?.querySelector("summary")?.focus(); // the dialog returns the focus here
    this.show();
  };

  #close = () => {
    this.#isShown = false;
    this.#draw();
  };

  #changed() {
    const { work, alarms } = this.#session;
    this.#state = alarms.state;
    watchLine.setFact("mine", this.#state === "live" ? this.#fact(work.known) : nothing);
    if (this.#isShown) this.#draw();
  }

  /** @param {WorkItem[]} items */
  #fact(items) {
    const [first] = items, me = this.#session.account.id;
    if (!first) return nothing;
    return html`<button type="button" class="plain mine" data-act="what-i-have" data-testid="what-i-have" @click=${this.show}>${CLOCK}<span>${this.#factText(first, items.length, me)}</span></button>`;
  }

  /** @param {WorkItem} first @param {number} count @param {string} me */
  #factText(first, count, me) {
    const what = [workName(first, me), first.child].filter(Boolean).join(", "), time = first.by && formatUntil(first.by);
    if (count > 1) return time ? n("You have {count} · next {time}: {what}", "You have {count} · next {time}: {what}", this.#total(count), { time, what }) : n("You have {count}", "You have {count}", this.#total(count));
    return time && ownAlarm(first, me) ? t("You have {what}, until {time}", { what, time }) : time ? t("You have {what}, by {time}", { what, time }) : t("You have {what}", { what });
  }

  /** @param {number} count number of known items */
  #total = (count) => count + this.#session.work.leftOut;

  #draw() {
    const count = this.#total(this.#session.work.known.length);
    render(this.#isShown ? dialog("what-i-have", count ? n("You have {count}", "You have {count}", count) : t("What I have"), this.#body(), this.#close) : nothing, this.#root);
    this.#dialogs.settle();
  }

  #body() {
    const { work } = this.#session, { known } = work;
    if (!known.length) return html`${this.#problem()}${work.items || !work.failed ? html`<p data-testid="no-work" role="status">${work.items ? t("You have nothing. What you take, and what is assigned to you, is listed here.") : t("Loading…")}</p>` : nothing}`;
    return html`${this.#problem()}${this.#duty()}
      <ul class="own-work">${repeat(known, workKey, (item) => this.#row(item))}</ul>
      ${work.leftOut ? html`<p class="quiet">${n("{count} more is not shown.", "{count} more are not shown.", work.leftOut)}</p>` : nothing}
      <p class="hint">${t("An item ends automatically when its work is done. When its time is up, it reopens and asks you first. “Give back” asks the others immediately.")}</p>`;
  }

  #problem() {
    const { work } = this.#session;
    return work.failed ? html`<p role="alert">${t("The list could not be loaded.")} <button type="button" data-act="read-again" @click=${work.read}>${t("Try again")}</button></p>` : nothing;
  }

  #duty() {
    const duty = ownDuty(this.#session);
    return duty ? html`<p class="quiet">${t("You are on duty until {time}.", { time: clock(duty.until) })}</p>` : nothing;
  }

  /** @param {WorkItem} item */
  #row(item) {
    const actions = this.#actions;
    // closes the list before a dialog about one item opens
    const instead = (/** @type {(item: WorkItem) => void} */ ask) => () => {
      this.#close();
      ask(item);
    };
    return html`<li data-work=${item.id}>${workText(item, this.#session.account.id)}
      <span class="buttons">${actions.mayExtend(item) ? moreTime((minutes) => actions.extend(item, minutes), instead((one) => actions.choose(one))) : nothing}${isAssignable(item) ? html`<button type="button" data-act="hand-on" @click=${instead((one) => actions.handOn(one))}>${t("Hand on…")}</button>
        <button type="button" data-act="give-back" @click=${() => actions.giveBack(item)}>${t("Give back")}</button>` : nothing}</span></li>`;
  }
}
