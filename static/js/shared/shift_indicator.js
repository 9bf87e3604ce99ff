/* Shift indicator in the header of every page: the person in charge, and an open handover. It announces a change of shift and shows it in
   the watch line for a while. */

import { html, nothing, render } from "../../vendor/lit-html/lit-html.js";
import { t } from "../core/i18n.js";
import { say } from "../core/rules/sentences.js";
import { formatShortMoment } from "../format/time_elements.js";
import { announce } from "./announcer.js";
import { initials } from "./avatars.js";
import { watchLine } from "./watch_line/line.js";

const MESSAGE_MS = 20_000; // long enough to be noticed; the header shows it permanently

/**
 * @param {HTMLElement} link link in the header
 * @param {Session} session
 */
export function mount(link, session) {
  new ShiftIndicator(link, session);
}

class ShiftIndicator {
  #link;
  #session;
  /** @type {number | null} */ #number = null; // number of the last shown shift
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
    this.#link.toggleAttribute("data-open", openHandover(shiftStatus) !== null);
    this.#link.toggleAttribute("data-stale", connection.state !== "open");
    render(indicator(shiftStatus), this.#link);
    this.#link.title = statusText(shiftStatus); // for headers that truncate it
    watchLine.setFact("shift", watchLineFact(shiftStatus));
  }

  /** @param {ShiftHolder} shift */
  #onShiftChange(shift) {
    const sentence = passingText(shift);
    announce(sentence);
    clearTimeout(this.#timer);
    watchLine.setNotices("shift", [{ kind: "passed", text: sentence, silent: true }]);
    this.#timer = setTimeout(() => watchLine.setNotices("shift", []), MESSAGE_MS);
  }
}

/**
 * Render the indicator. On a phone only the initials fit, so colour and accessible name indicate an open handover.
 * @param {ShiftStatus} shiftStatus
 */
function indicator(shiftStatus) {
  const { shift } = shiftStatus, open = openHandover(shiftStatus);
  return html`<span class="long">${holderTemplate(shift)}${open ? html` <b class="open" data-handover=${open.status}>${handoverText(open)}</b>` : nothing}</span>
    <span class="short" aria-hidden="true">${shift ? initials(shift.name) : "–"}</span>`;
}

/**
 * Render `holderText` in two parts. A narrow header hides the second part instead of truncating.
 * @param {Pick<ShiftHolder, "name" | "since"> | null} shift
 */
const holderTemplate = (shift) => (shift
  ? html`<span class="who"><span>${t("Shift: {name}", { name: shift.name })}</span> <span>${t("since {at}", { at: formatShortMoment(shift.since) })}</span></span>`
  : html`<span class="who"><span>${holderText(shift)}</span></span>`);

/**
 * "Shift: Alice since 22:00"
 * @param {Pick<ShiftHolder, "name" | "since"> | null} shift
 */
function holderText(shift) {
  if (!shift) return say("no_shift");
  return t("Shift: {name} since {at}", { name: shift.name, at: formatShortMoment(shift.since) });
}

/**
 * Return the open handover. A refused one counts until another is prepared or the shift changes.
 * @param {ShiftStatus} status
 */
function openHandover({ shift, handover }) {
  if (handover?.status === "refused") return shift?.holder === handover.outgoing ? handover : null;
  return handover && ["prepared", "signed"].includes(handover.status) ? handover : null;
}

/** @param {OpenHandover} handover */
function handoverText({ number, status }) {
  if (status === "refused") return t("Handover {number}: refused", { number });
  return status === "signed" ? t("Handover {number}: signed", { number }) : t("Handover {number}: started", { number });
}

/** @param {ShiftStatus} shiftStatus */
function statusText(shiftStatus) {
  const open = openHandover(shiftStatus);
  return open ? `${holderText(shiftStatus.shift)}. ${handoverText(open)}` : holderText(shiftStatus.shift);
}

/**
 * Render the fact for the watch line: nobody is in charge, otherwise the open handover, otherwise the person in charge.
 * @param {ShiftStatus} shiftStatus
 */
function watchLineFact(shiftStatus) {
  const { shift } = shiftStatus, open = openHandover(shiftStatus);
  if (!shift) return html`<a class="text-alert" href="/handover">${holderText(shift)}</a>`;
  return open ? html`<a href="/handover">${handoverText(open)}</a>` : html`<a class="in-header" href="/handover">${holderText(shift)}</a>`;
}

/** @param {ShiftHolder} shift */
function passingText({ name, handover }) {
  if (handover === null) return t("{name} took the shift without a handover.", { name });
  return t("{name} accepted handover {number} and is now in charge of the shift.", { name, number: handover });
}
