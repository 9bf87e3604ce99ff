/** This person's duty on every page: in the account's menu, and shortly before its end in the watch line. */

import { html, render } from "../../../vendor/lit-html/lit-html.js";
import { t } from "../../core/i18n.js";
import { proposedEnd } from "../../core/rules/duty.js";
import { MINUTE_MS, ago, clock, serverNow } from "../../core/time.js";
import { watchLine } from "../watch_line/line.js";
import { isSending, ownDuty, stayOnDuty } from "./commands.js";

const LOOK_EVERY_MS = 5_000; // no event reports the end of a duty
const TOLD_BEFORE_MS = 10 * MINUTE_MS;

/**
 * @param {HTMLElement | null} place in the menu; none for viewers
 * @param {Session} session
 */
export function mount(place, session) {
  if (!place) return;
  const draw = () => {
    if (!session.shiftStatus || !session.can("investigator")) return;
    render(menu(session), place);
    watchLine.setNotices("duty", notices(session));
  };
  session.watch(draw);
  setInterval(draw, LOOK_EVERY_MS);
  draw();
}

/** @param {Session} session */
function menu(session) {
  const duty = ownDuty(session);
  if (duty) return html`<a href="/duty" data-testid="own-duty">${t("On duty until {time}: end or stay…", { time: clock(duty.until) })}</a>`;
  const until = proposedEnd(session.shiftStatus, session.account.id, serverNow());
  return html`<button type="button" data-act="begin-duty" ?disabled=${isSending(session)} @click=${() => stayOnDuty(session, until)}>${t("I am on duty until {time}", { time: clock(until) })}</button>
    <a href="/duty">${t("On duty until another time…")}</a>`;
}

/** @param {Session} session @returns {Notice[]} */
function notices(session) {
  const duty = ownDuty(session), now = serverNow();
  if (!duty || Date.parse(duty.until) - Number(now) > TOLD_BEFORE_MS || location.pathname === "/duty") return [];
  const isOver = Date.parse(duty.until) <= Number(now);
  const text = isOver ? t("Your duty ends now.") : t("Your duty ends {when}.", { when: ago(duty.until, now) });
  return [{ kind: "duty-ends", id: duty.until, text, testid: "duty-ends", actions: html`<a class="button" href="/duty">${t("End or stay…")}</a>` }];
}
