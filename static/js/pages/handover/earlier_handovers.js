/** List of earlier handovers, newest first, as signed or as ended. */

import { html, nothing } from "../../../vendor/lit-html/lit-html.js";
import { get, orNull } from "../../core/connection/api.js";
import { t } from "../../core/i18n.js";
import { endText } from "./summary.js";
import { shortTimeElement } from "../../format/time_elements.js";

const SHOWN_AT_FIRST = 10;

export class EarlierHandovers {
  /** @type {any | null} */ list = null;
  people = {};
  more = false;
  /** @type {() => void} */ #changed;
  #turn = 0;

  /** @param {() => void} changed */
  constructor(changed) {
    this.#changed = changed;
  }

  /** Load the list. The answer to the latest request wins. */
  async read() {
    const requestNumber = (this.#turn += 1);
    const answer = await orNull(get("/api/v1/handovers"));
    if (!answer || requestNumber !== this.#turn) return; // keeps the previous list; the next change retries
    Object.assign(this, { list: answer.handovers, people: answer.people });
    this.#changed();
  }

  showAll = () => {
    this.more = true;
    this.#changed();
  };
}

/** @param {{ earlier: { list: any, people: any, more: any, showAll: any }, isFixed: boolean, number: any }} view */
export function earlierHandovers({ earlier: { list, people, more, showAll }, isFixed, number }) {
  const ended = (list ?? []).filter((/** @type {{ ended_at: any }} */ { ended_at: at }) => at !== null);
  if (!ended.length) return nothing;
  return html`<section class="earlier"><h2>${t("Earlier handovers")}</h2>
    <ol role="list" data-testid="earlier">${ended.slice(0, more ? ended.length : SHOWN_AT_FIRST).map((/** @type {any} */ handover) => line(handover, people, isFixed ? number : null))}</ol>
    ${more || ended.length <= SHOWN_AT_FIRST ? nothing : html`<button type="button" class="plain" data-act="more" @click=${showAll}>${t("Show all")}</button>`}
  </section>`;
}

/** @param {Record<string, any>} handover @param {any} people @param {number | null} shown number of the displayed handover */
function line({ number, status, outgoing, ended_by: by, ended_at: at }, people, shown) {
  const endingText = endText(status, { who: people[by] ?? "…", number });
  const namesText = status === "accepted" ? `${people[outgoing] ?? "…"} → ${people[by] ?? "…"} · ` : nothing;
  return html`<li data-handover=${number} data-status=${status}>
    <a href="/handovers/${number}" aria-current=${shown === number ? "page" : nothing}>${endingText}</a>
    <small>${namesText}${shortTimeElement(at)}</small></li>`;
}
