/* Who is on duty and until when, who is planned but not here, and who comes next. */

import { html, nothing } from "../../../vendor/lit-html/lit-html.js";
import { t } from "../../core/i18n.js";
import { pageTitle } from "../../core/rules/pages.js";
import { comingNext, proposedEnd } from "../../core/rules/duty.js";
import { clock, serverNow } from "../../core/time.js";
import { formatShortMoment } from "../../format/time_elements.js";
import { presentAccounts } from "../../format/present_accounts.js";
import { initials } from "../../shared/avatars.js";
import { isSending, ownDuty, stayOnDuty } from "../../shared/duty/commands.js";

const MOST_PEOPLE = 30;

/** @param {Board} board @param {Session} session */
export function onDuty(board, session) {
  const status = session.shiftStatus, holder = status?.shift, duties = status?.duties ?? [];
  const present = presentAccounts(board.presence.people, board.summaries);
  const isHolder = (/** @type {PersonOnDuty} */ { account }) => account === holder?.holder;
  const people = [...duties].sort((one, other) => Number(isHolder(other)) - Number(isHolder(one)));
  const more = people.length - MOST_PEOPLE;
  return html`<section class="operations-column on-duty" aria-labelledby="on-duty" data-testid="on-duty">
    <h2 id="on-duty">${pageTitle("duty")} <b>${people.length}</b> <a class="act" href="/duty/plan">${t("Plan")}</a></h2>
    ${session.can("investigator") && status && !ownDuty(session) ? beginButton(session) : nothing}
    ${people.length || !status ? nothing : html`<p class="empty">${t("Nobody is on duty, so alarms ask all users.")}</p>`}
    <ul>
      ${holder && !duties.some(isHolder) ? holderRow(holder, present) : nothing}
      ${people.slice(0, MOST_PEOPLE).map((duty) => dutyRow(duty, { me: session.account.id, holder: holder?.holder, isPresent: present.has(duty.account) }))}
    </ul>
    ${more > 0 ? html`<p class="more" title=${people.slice(MOST_PEOPLE).map(({ name }) => name).join(", ")}>${t("and {count} more", { count: more })}</p>` : nothing}
    ${absent(status)}${next(status)}
  </section>`;
}

/** @param {Session} session */
function beginButton(session) {
  const until = proposedEnd(session.shiftStatus, session.account.id, serverNow());
  return html`<p class="begin-duty"><button type="button" class="primary" data-act="begin-duty" ?disabled=${isSending(session)} @click=${() => stayOnDuty(session, until)}>${
    t("I am on duty until {time}", { time: clock(until) })}</button> <a href="/duty">${t("Another time…")}</a></p>`;
}

/** @param {PersonOnDuty} duty @param {{ me: string, holder: string | undefined, isPresent: boolean }} about */
function dutyRow({ account, name, since, until }, { me, holder, isPresent }) {
  const more = [
    account === holder && t("in charge of the shift"), account === me && t("you, since {time}", { time: formatShortMoment(since) }), !isPresent && account !== me && t("no page open"),
  ].filter(Boolean).join(" · ");
  return html`<li data-account=${account} ?data-in-charge=${account === holder}>${square(name, isPresent || account === me ? "" : "away")}<b class="name" title=${name}>${name}</b>
    <span class="until">${t("until {time}", { time: formatShortMoment(until) })}</span>${more ? html`<span class="sub">${more}</span>` : nothing}</li>`;
}

/** @param {ShiftHolder} shift @param {Set<string>} present */
const holderRow = ({ holder, name }, present) => html`<li data-account=${holder} data-in-charge>${square(name, present.has(holder) ? "" : "away")}<b class="name" title=${name}>${name}</b>
  <span class="until"></span><span class="sub">${t("in charge of the shift")} · ${t("not on duty")}</span></li>`;

/** @param {string} name @param {"" | "away" | "out"} look */
const square = (name, look) => html`<i class="square ${look}" aria-hidden="true" .textContent=${initials(name)}></i>`;

/** @param {ShiftStatus | null} status */
function absent(status) {
  if (!status?.absent.length) return nothing;
  return html`<h3>${t("Planned, not here")}</h3><ul data-testid="absent">${status.absent.map(({ account, name, starts_at: at }) => html`<li data-account=${account}>${square(name, "out")}<b class="name" title=${name}>${name}</b>
    <span class="until">${t("{time}, not yet", { time: formatShortMoment(at) })}</span></li>`)}</ul>`;
}

/** @param {ShiftStatus | null} status */
function next(status) {
  const times = comingNext(status);
  if (!times.length) return nothing;
  return html`<h3>${t("Comes next")}</h3><ul data-testid="comes-next">${times.map(({ at, people }) => html`<li>${square(people[0].name, "out")}<b class="name">${people.map(({ name }) => name).join(", ")}</b>
    <span class="until">${formatShortMoment(at)}</span></li>`)}</ul>`;
}
