/** "On duty" page: the first one after signing in. One press begins a duty; at its end, each thing that the person has is handed on, kept or left. */

import { html, nothing } from "../../../vendor/lit-html/lit-html.js";
import { PageDrawing } from "../../behaviours/page_drawing.js";
import { t } from "../../core/i18n.js";
import { pageTitle } from "../../core/rules/pages.js";
import { otherEnds, plannedOf, proposedEnd } from "../../core/rules/duty.js";
import { clock, moment, serverNow, toInput } from "../../core/time.js";
import { formatShortMoment } from "../../format/time_elements.js";
import { timeInput } from "../../forms/time_input.js";
import { timeOf } from "../../forms/time_value.js";
import { initials } from "../../shared/avatars.js";
import { isSending, ownDuty, stayOnDuty } from "../../shared/duty/commands.js";
import { EndOfDuty } from "./end_of_duty.js";

const LOOK_EVERY_MS = 30_000; // the proposed end depends on the current time
const MORNING = 12, EVENING = 18; // hours at which a greeting changes

/** @typedef {import("../../forms/time_value.js").TypedTime} TypedTime */

/** @param {HTMLElement} root @param {Session} session */
export const mount = (root, session) => new DutyPage(root, session);

export class DutyPage {
  /** @type {Session} */ session;
  #drawing;
  #end;
  #hasFocused = false;
  /** @type {string | TypedTime | null} */ #typed = null; // typed time; null if no other time was requested

  /** @param {HTMLElement} root @param {Session} session */
  constructor(root, session) {
    this.session = session;
    this.#drawing = new PageDrawing(root);
    this.#end = new EndOfDuty(session, this.draw);
    root.classList.add("duty-page");
    session.watch(this.draw);
    setInterval(this.draw, LOOK_EVERY_MS);
    this.draw();
  }

  draw = () => {
    const { shiftStatus } = this.session;
    this.#drawing.draw(shiftStatus ? this.#page(shiftStatus) : html`<p class="loading" role="status">${t("Loading…")}</p>`);
    if (!shiftStatus || this.#hasFocused) return;
    this.#hasFocused = true;
    document.querySelector("main [data-first]")?.focus(); // so that Enter begins the duty
  };

  /** @param {ShiftStatus} status */
  #page(status) {
    const duty = ownDuty(this.session);
    return duty ? this.#end.draw(duty) : this.#begin(status);
  }

  /** @param {ShiftStatus} status */
  #begin(status) {
    const now = serverNow(), until = proposedEnd(status, this.session.account.id, now);
    return html`<section class="begin" aria-labelledby="begin-title">
      <div><h1 id="begin-title">${greeting(this.session.account.name, now)}</h1><p class="quiet">${moment(now)}. ${this.#planned(status)}</p></div>
      <button type="button" class="primary" data-first data-act="begin-duty" ?disabled=${isSending(this.session)} @click=${() => this.#stay(until)}><span>${t("On duty until {time}", { time: clock(until) })}</span><kbd aria-hidden="true">Enter</kbd></button>
      <div class="others" role="group" aria-label=${t("or until")}><span aria-hidden="true">${t("or until")}</span>
        ${otherEnds(until, now).map((at) => html`<button type="button" data-until=${at} @click=${() => this.#stay(at)}>${clock(at)}</button>`)}
        <button type="button" data-act="another-time" aria-expanded=${this.#typed !== null} @click=${this.#ask}>${t("another time…")}</button></div>
      ${this.#typed === null ? nothing : this.#another(this.#typed)}
      ${people(status)}
      <p class="quiet">${t("While you are on duty, alarms ask you first.")}</p>
      <div class="foot"><a class="button" href="/" data-act="just-look">${t("Not on duty, just look")}</a> <a href="/duty/plan">${t("Plan of the week")}</a></div>
    </section>`;
  }

  /** @param {ShiftStatus} status */
  #planned(status) {
    const planned = plannedOf(status, this.session.account.id);
    if (!planned) return t("Nothing is planned for you within 24 hours.");
    return t("You are planned from {from} to {to}.", { from: formatShortMoment(planned.starts_at), to: formatShortMoment(planned.ends_at) });
  }

  /** @param {string | TypedTime} typed */
  #another(typed) {
    const edit = (/** @type {string | TypedTime} */ raw) => {
      this.#typed = raw;
      this.draw();
    };
    const send = (/** @type {SubmitEvent} */ event) => {
      event.preventDefault();
      const at = timeOf(this.#typed ?? "");
      if (at) this.#stay(at);
    };
    return html`<form class="another" @submit=${send}>${timeInput({ id: "duty-until", raw: typed, leaning: "ahead", name: t("On duty until"), edit })}
      <button type="submit" ?disabled=${!timeOf(typed)}>${pageTitle("duty")}</button></form>`;
  }

  #ask = () => {
    this.#typed ??= "";
    this.draw();
    document.querySelector("#duty-until")?.focus();
  };

  /** @param {string} until */
  async #stay(until) {
    const isDone = stayOnDuty(this.session, until);
    this.draw();
    if (await isDone) location.assign("/");
    else this.draw();
  }
}

/** @param {string} name @param {Date} now */
function greeting(name, now) {
  const hour = Number(toInput(now).slice(11, 13));
  if (hour < MORNING) return t("Good morning, {name}.", { name });
  return hour < EVENING ? t("Good afternoon, {name}.", { name }) : t("Good evening, {name}.", { name });
}

/** @param {ShiftStatus} status */
function people({ duties, shift }) {
  if (!duties.length) return html`<p>${t("Nobody is on duty, so alarms ask all users.")}</p>`;
  return html`<ul class="now" data-testid="duty-now">${duties.map(({ account, name, until }) => html`<li><i class="square" aria-hidden="true" .textContent=${initials(name)}></i><b>${name}</b>
    <span class="quiet">${t("on duty until {time}", { time: formatShortMoment(until) })}${account === shift?.holder ? html` · ${t("in charge of the shift")}` : nothing}</span></li>`)}</ul>`;
}
