/* Shift indicator in the header of every page: who holds the shift, and whether a handover is open. A change of shift is
   announced, and shown in the watch line for a while. */

import { html, nothing, render } from "../../vendor/lit-html/lit-html.js";
import { t } from "../core/i18n.js";
import { say } from "../core/rules/sentences.js";
import { formatShortMoment } from "../format/time_elements.js";
import { announce } from "./announcer.js";
import { initials } from "./avatars.js";
import { watchLine } from "./watch_line/line.js";

const MESSAGE_MS = 20_000; // long enough to be noticed; the header shows it permanently

/**
 * @param {HTMLElement} link in the header
 * @param {Session} session
 */
export function mount(link, session) {
  new ShiftIndicator(link, session);
}

class ShiftIndicator {
  #link;
  #session;
  /** @type {number | null} */ #number = null; // number of the shift that was shown
  /** @type {Timer | null} */ #timer = null;

  /** @param {HTMLElement} link @param {Session} session */
  constructor(link, session) {
    this.#link = link;
    this.#session = session;
    this.#session.watch(() => this.#changed());
    this.#changed();
  }

  #changed() {
    const { shiftStatus, connection } = this.#session;
    if (!shiftStatus) return;
    const { shift } = shiftStatus;
    if (shift && this.#number !== null && shift.number > this.#number) this.#onShiftChange(shift);
    this.#number = shift?.number ?? 0;
    this.#link.hidden = false;
    this.#link.toggleAttribute("data-no-holder", !shift);
    this.#link.toggleAttribute("data-open", openOne(shiftStatus) !== null);
    this.#link.toggleAttribute("data-stale", connection.state !== "open");
    render(indicator(shiftStatus), this.#link);
    this.#link.title = statusText(shiftStatus); // for headers without room for all of it
    watchLine.tell("shift", fact(shiftStatus));
  }

  /** @param {ShiftHolder} shift */
  #onShiftChange(shift) {
    const sentence = passing(shift);
    announce(sentence);
    clearTimeout(this.#timer);
    watchLine.say("shift", [{ kind: "passed", text: sentence, silent: true }]);
    this.#timer = setTimeout(() => watchLine.say("shift", []), MESSAGE_MS);
  }
}

/**
 * On a phone only the name fits; colour and accessible name say whether a handover is open.
 * @param {ShiftStatus} shiftStatus
 */
function indicator(shiftStatus) {
  const { shift } = shiftStatus, open = openOne(shiftStatus);
  return html`<span class="long">${who(shift)}${open ? html` <b class="open" data-handover=${open.status}>${opened(open)}</b>` : nothing}</span>
    <span class="short" aria-hidden="true">${shift ? initials(shift.name) : "–"}</span>`;
}

/**
 * The same as `holding`, in two parts: where there is no room, the second is left out, and nothing is cut.
 * @param {Pick<ShiftHolder, "name" | "since"> | null} shift
 */
const who = (shift) => (shift
  ? html`<span class="who"><span>${t("Shift: {name}", { name: shift.name })}</span> <span>${t("since {at}", { at: formatShortMoment(shift.since) })}</span></span>`
  : html`<span class="who"><span>${holding(shift)}</span></span>`);

/**
 * "Shift: Alice since 22:00"
 * @param {Pick<ShiftHolder, "name" | "since"> | null} shift
 */
function holding(shift) {
  if (!shift) return say("no_shift");
  return t("Shift: {name} since {at}", { name: shift.name, at: formatShortMoment(shift.since) });
}

/**
 * Return the open handover; also a refused one, until another is prepared or the shift has changed.
 * @param {ShiftStatus} status
 */
function openOne({ shift, handover }) {
  if (handover?.status === "refused") return shift?.holder === handover.outgoing ? handover : null;
  return handover && ["prepared", "signed"].includes(handover.status) ? handover : null;
}

/** @param {OpenHandover} handover */
function opened({ number, status }) {
  if (status === "refused") return t("Handover {number}: refused", { number });
  return status === "signed" ? t("Handover {number}: signed", { number }) : t("Handover {number}: started", { number });
}

/** @param {ShiftStatus} shiftStatus */
function statusText(shiftStatus) {
  const open = openOne(shiftStatus);
  return open ? `${holding(shiftStatus.shift)}. ${opened(open)}` : holding(shiftStatus.shift);
}

/**
 * Fact for the watch line: nobody is in charge, else the open handover, else who is in charge.
 * @param {ShiftStatus} shiftStatus
 */
function fact(shiftStatus) {
  const { shift } = shiftStatus, open = openOne(shiftStatus);
  if (!shift) return html`<a class="text-alert" href="/handover">${holding(shift)}</a>`;
  return open ? html`<a href="/handover">${opened(open)}</a>` : html`<a class="in-header" href="/handover">${holding(shift)}</a>`;
}

/** @param {ShiftHolder} shift */
function passing({ name, handover }) {
  if (handover === null) return t("{name} took the shift without a handover.", { name });
  return t("{name} accepted handover {number} and is now in charge of the shift.", { name, number: handover });
}
