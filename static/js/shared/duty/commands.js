/** Commands about this person's duty, from any page. Refused commands are discarded, because they contain no typed text. */

import { html } from "../../../vendor/lit-html/lit-html.js";
import { t } from "../../core/i18n.js";
import { dutyOf } from "../../core/rules/duty.js";
import { label } from "../../core/labels.js";
import { clock } from "../../core/time.js";
import { announce } from "../announcer.js";
import { watchLine } from "../watch_line/line.js";

const OPERATIONS = "operations";

/** @param {Session} session */
export const ownDuty = (session) => dutyOf(session.shiftStatus, session.account.id);

/**
 * Put this person on duty, or set another end.
 * @param {Session} session
 * @param {string} until
 * @returns {Promise<boolean>} true if the server accepted it
 */
export const stayOnDuty = (session, until) => send(session, ownDuty(session) ? "duty.extend" : "duty.begin", { until }, () => t("You are on duty until {time}.", { time: clock(until) }));

/**
 * End this person's duty.
 * @param {Session} session
 * @param {string[]} [keep] ids of alarms
 * @returns {Promise<boolean>} true if the server accepted it
 */
export const endDuty = (session, keep = []) => send(session, "duty.end", { keep }, () => t("Your duty has ended."));

/** @param {Session} session */
export const isSending = (session) => session.outbox.pending().some(({ name, status }) => name.startsWith("duty.") && status !== "refused");

/** @param {Session} session @param {string} name @param {{ [field: string]: any }} data @param {() => string} done */
function send(session, name, data, done) {
  watchLine.setNotices("duty-refused", []);
  return session.outbox.add(OPERATIONS, name, data).then(() => (announce(done()), true), (refusal) => {
    session.outbox.discard(refusal.id);
    watchLine.setNotices("duty-refused", [notSaved(refusal)]);
    return false;
  });
}

/** @param {any} refusal @returns {Notice} */
function notSaved({ id, fields, message }) {
  const text = String(Object.values(fields ?? {})[0] ?? message);
  return {
    kind: "not-saved", id, title: t("Not saved: {what}.", { what: label.noun("duty") }), text, tone: "own",
    actions: html`<button type="button" @click=${() => watchLine.setNotices("duty-refused", [])}>${t("OK")}</button>`,
  };
}
