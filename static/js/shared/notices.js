/* Notices at the foot of the page: a new version, an ended connection, a browser that can't store drafts, commands held back
   by the rate limit, and refused commands on other boards. */

import { html, nothing, render } from "../../vendor/lit-html/lit-html.js";
import { storage } from "../core/storage.js";
import { n, t } from "../core/i18n.js";
import { originProblem } from "../core/origin.js";
import { formatShortDuration, moment } from "../core/time.js";
import { vault } from "../core/vault.js";

const LOOK_EVERY = 1_000; // ms: no event marks the end of the rate limit

/** @param {HTMLElement} root @param {Session} session */
export function mount(root, session) {
  const draw = () => render(html`${otherOrigin()}${ended(session)}${wrongClock(session)}${newVersion(session)}${cannotKeep()}${tooMany(session)}${refusedElsewhere(session)}`, root);
  session.watch(draw);
  setInterval(draw, LOOK_EVERY);
  storage.onChange = vault.onChange = draw;
  draw();
}

const reload = () => location.reload();

/** @param {Session} session */
function newVersion({ newVersion: version }) {
  if (!version) return nothing;
  return line("new-version", t("A new version of Searchboard is available."), html`<button @click=${reload}>${t("Reload")}</button>`);
}

/**
 * The server's clock jumped, or is behind what is on record; shown as long as the server says so.
 * @param {Session} session
 */
function wrongClock({ clock }) {
  const jumped = clock?.jumped, ahead = clock?.ahead;
  if (!jumped && !ahead) return nothing;
  const says = [jumped && jumping(jumped), ahead && t("At {at} the newest events carried the time {until}: the clock of a server is wrong.", { at: moment(ahead.at), until: moment(ahead.until) })];
  return line("clock", [...says, t("Times may be wrong.")].filter(Boolean).join(" "));
}

/** @param {{ by_s: number, at: IsoTime }} jump */
function jumping({ by_s: by, at }) {
  const values = { length: formatShortDuration(Math.abs(by) * 1000), at: moment(at) };
  return by > 0 ? t("The server’s clock jumped ahead by {length} at {at}.", values) : t("The server’s clock jumped back by {length} at {at}.", values);
}

function otherOrigin() {
  const says = originProblem();
  return says ? line("origin", says) : nothing;
}

/** @param {Session} session */
function ended({ connection }) {
  if (connection.state !== "ended") return nothing;
  return line("ended", t("The server closed this connection."), html`<button @click=${reload}>${t("Reconnect")}</button>`);
}

function cannotKeep() {
  if (vault.state === "memory") return line("cannot-keep", t("This address has no https, so this browser keeps nothing of what you type: a reload would lose what is not sent."));
  if (vault.state === "waiting") return line("cannot-keep", t("What you typed before cannot be read yet, and what you type is not kept: the server gives no key. It is asked again."));
  if (!storage.failed) return nothing;
  return line("cannot-keep", t("This browser cannot keep your drafts: its storage is full or blocked. Send before you reload."));
}

/**
 * The waiting time as the server gave it, not counted down: a screen reader would announce every second.
 * @param {Session} session
 */
function tooMany({ outbox }) {
  const seconds = outbox.held, count = outbox.pending().filter(({ status }) => status !== "refused").length;
  if (seconds === null || count === 0) return nothing;
  return line("too-many", n("Too many changes at once: {count} is kept, and sent again in {seconds} s",
    "Too many changes at once: {count} are kept, and sent again in {seconds} s", count, { seconds }));
}

/** @param {Session} session */
function refusedElsewhere(session) {
  const here = document.body.dataset.board;
  const refused = session.outbox.pending().filter(({ status, board }) => status === "refused" && board !== here);
  return [...new Set(refused.map(({ board }) => board))].map((board) => {
    const count = refused.filter((entry) => entry.board === board).length;
    const text = n("{count} of your changes on another board was not accepted.", "{count} of your changes on another board were not accepted.", count);
    return line("refused", text, html`<a class="button" href=${board === "operations" ? "/" : `/searches/${board}`}>${t("View")}</a>`);
  });
}

/** @param {string} kind @param {string} text @param {Drawn} action */
function line(kind, text, action = nothing) {
  return html`<p class="notice" role="status" data-notice=${kind}>${text} ${action}</p>`;
}
