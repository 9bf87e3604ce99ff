/* Notices of the session, on every page: a new version, an ended connection, a browser that can't store drafts, unsent or
   rate-limited changes, and refused commands on other boards. */

import { html } from "../../vendor/lit-html/lit-html.js";
import { storage } from "../core/storage/storage.js";
import { n, t } from "../core/i18n.js";
import { originProblem } from "../core/connection/origin.js";
import { formatShortDuration, moment } from "../core/time.js";
import { vault } from "../core/storage/vault.js";
import { alarmsUnknown } from "../format/alarm_text.js";
import { tryAgain } from "./watch_line/try_again.js";
import { watchLine } from "./watch_line/line.js";

const CHECK_INTERVAL_MS = 1_000; // no event marks the end of the rate limit
const UNSENT_AFTER_MS = 1_500; // age of a pending command that the notice counts

/** @param {Session} session */
export function mount(session) {
  const draw = () => watchLine.setNotices("session", [otherOrigin(), ended(session), disconnected(session), wrongClock(session), newVersion(session), cannotKeep(), tooMany(session), unsent(session), ...refusedElsewhere(session)].filter((notice) => notice !== null));
  session.watch(draw);
  setInterval(draw, CHECK_INTERVAL_MS);
  storage.onChange = vault.onChange = draw;
  draw();
}

const reload = () => location.reload();

/** @param {Session} session */
function newVersion({ newVersion: version }) {
  if (!version) return null;
  return line("new-version", t("A new version of Searchboard is available."), html`<button @click=${reload}>${t("Reload")}</button>`);
}

/**
 * Return the notice about a server clock that jumped, or that is behind the journal.
 * @param {Session} session
 */
function wrongClock({ clock }) {
  const jumped = clock?.jumped, ahead = clock?.ahead;
  if (!jumped && !ahead) return null;
  const sentences = [jumped && jumpText(jumped), ahead && t("At {at}, the newest events had the time {until}. A server’s clock is wrong.", { at: moment(ahead.at), until: moment(ahead.until) })];
  return line("clock", [...sentences, t("Times may be wrong.")].filter(Boolean).join(" "));
}

/** @param {{ by_s: number, at: IsoTime }} jump */
function jumpText({ by_s: by, at }) {
  const values = { length: formatShortDuration(Math.abs(by) * 1000), at: moment(at) };
  return by > 0 ? t("The server’s clock jumped ahead by {length} at {at}.", values) : t("The server’s clock jumped back by {length} at {at}.", values);
}

function otherOrigin() {
  const problem = originProblem();
  return problem ? line("origin", problem) : null;
}

/** @param {Session} session */
function ended({ connection }) {
  if (connection.state !== "ended") return null;
  return line("ended", t("The server closed this connection."), html`<button @click=${reload}>${t("Reconnect")}</button>`);
}

/**
 * Return the notice about a lost connection on pages without a board. Boards have a freshness indicator.
 * @param {Session} session
 */
function disconnected({ connection }) {
  if (document.body.dataset.board || connection.state !== "waiting") return null;
  return { ...line("not-current", t("No connection. What is shown may be out of date. What you type is kept."), tryAgain(connection)), title: alarmsUnknown() };
}

function cannotKeep() {
  if (vault.state === "memory") return line("cannot-keep", t("This address does not use https, so this browser cannot keep what you type. Text that is not sent is lost on reload."));
  if (vault.state === "waiting") return line("cannot-keep", t("Earlier drafts cannot be read yet, and new text is not kept: the server has not sent the key. Trying again shortly."));
  if (!storage.failed) return null;
  return line("cannot-keep", t("This browser cannot keep your drafts: its storage is full or blocked. Send before you reload."));
}

/**
 * Return the notice about the rate limit. The waiting time does not count down: a screen reader would announce every second.
 * @param {Session} session
 */
function tooMany({ outbox }) {
  const seconds = outbox.held, count = outbox.pending().filter(({ status }) => status !== "refused").length;
  if (seconds === null || count === 0) return null;
  return line("too-many", n("Too many changes at once: {count} is kept, and sent again in {seconds} s",
    "Too many changes at once: {count} are kept, and sent again in {seconds} s", count, { seconds }));
}

/** @param {Session} session @returns {Notice | null} */
function unsent(session) {
  const sentBefore = Date.now() - UNSENT_AFTER_MS;
  const count = session.outbox.pending().filter(({ status, at }) => status !== "refused" && Date.parse(at) < sentBefore).length;
  return count === 0 ? null : { ...line("unsent", n("{count} change not sent yet", "{count} changes not sent yet", count)), testid: "unsent" };
}

/** @param {Session} session */
function refusedElsewhere(session) {
  const ownBoard = document.body.dataset.board;
  const refused = session.outbox.pending().filter(({ status, board, name }) => status === "refused" && board !== ownBoard && !name.startsWith("alarm.")) // alarm_line.js shows these;
  return [...new Set(refused.map(({ board }) => board))].map((board) => {
    const count = refused.filter((entry) => entry.board === board).length;
    const text = n("{count} of your changes on another board was not accepted.", "{count} of your changes on another board were not accepted.", count);
    return { ...line("refused", text, html`<a class="button" href=${board === "operations" ? "/" : `/searches/${board}`}>${t("View")}</a>`), id: board };
  });
}

/** @type {Partial<Record<string, Notice["tone"]>>} */
const TONES = { ended: "stale", "not-current": "stale", "cannot-keep": "alert", clock: "alert", origin: "alert" };

/** @param {string} kind @param {string} text @param {Drawn} [actions] @returns {Notice} */
function line(kind, text, actions) {
  return { kind, text, actions, tone: TONES[kind] };
}
