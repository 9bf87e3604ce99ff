/** Call to the incoming person to read the handover, in the watch line. The handover page has a large call instead. */

import { html } from "../../../vendor/lit-html/lit-html.js";
import { get, orNull } from "../../core/connection/api.js";
import { n, t } from "../../core/i18n.js";
import { say } from "../../core/rules/sentences.js";
import { watchLine } from "./line.js";

/**
 * "Alice hands over to you: read 10 searches"
 * @param {string} name
 * @param {number} unread number of unread searches
 * @param {number} [all]
 */
export function callText(name, unread, all = unread) {
  if (!unread) return all ? t("{name} hands over to you: everything is read, accept the shift", { name }) : t("{name} hands over to you: accept the shift", { name });
  return n("{name} hands over to you: read {count} search", "{name} hands over to you: read {count} searches", unread, { name });
}

/** @param {Session} session */
export function mount(session) {
  if (!location.pathname.startsWith("/handover")) new HandoverCall(session);
}

class HandoverCall {
  #session;
  #number = 0; // number of the handover for this person; 0: none
  #requestNumber = 0;

  /** @param {Session} session */
  constructor(session) {
    this.#session = session;
    session.watch(() => this.#changed());
    document.addEventListener("visibilitychange", () => document.hidden || this.#load()); // another tab may have read it
    this.#changed();
  }

  #changed() {
    const handover = this.#session.shiftStatus?.handover;
    const number = handover?.status === "signed" && handover.incoming === this.#session.account.id ? handover.number : 0;
    if (number === this.#number) return;
    this.#number = number;
    this.#load();
  }

  /** Load the report, only for the incoming person and only while it is signed. */
  async #load() {
    const requestNumber = (this.#requestNumber += 1);
    const report = this.#number ? await orNull(get("/api/v1/handover")) : null;
    if (requestNumber === this.#requestNumber && (report || !this.#number)) watchLine.setNotices("handover-call", notices(report));
  }
}

/** @param {any} report @returns {Notice[]} */
function notices(report) {
  if (report?.handover?.status !== "signed") return [];
  const unread = report.searches.filter((/** @type {{ reader: { unread: boolean } }} */ { reader }) => reader.unread).length;
  const text = callText(report.people[report.handover.outgoing] ?? say("someone"), unread, report.searches.length);
  return [{ kind: "handed-over", text, testid: "handover-call", actions: html`<a class="button" href="/handover">${t("Open handover")}</a>` }];
}
