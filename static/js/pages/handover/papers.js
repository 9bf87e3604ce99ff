/** The briefing on paper, and under "⋯" the report to print and download. Signed handovers stay as they are. */

import { html } from "../../../vendor/lit-html/lit-html.js";
import { menuToggled, menuWalked } from "../../behaviours/menu.js";
import { t } from "../../core/i18n.js";

const MENU = "handover-menu";

/** @param {{ isFixed: boolean, number: any, stage: string }} given */
export function papers({ isFixed, number, stage }) {
  const of = isFixed || stage === "signed" ? `/handovers/${number}` : "/handover";
  const more = t("Print and download");
  return html`<span class="papers">
    <a class="button" data-act="briefing" href="${of}/briefing.pdf">${t("Briefing on paper (A4)")}</a>
    <button type="button" class="menu-button" data-act=${MENU} popovertarget=${MENU} aria-haspopup="menu" aria-expanded="false" aria-label=${more} title=${more}><span aria-hidden="true">⋯</span></button>
  </span>
  <div class="popup-menu" id=${MENU} popover role="menu" aria-label=${more} @toggle=${menuToggled} @beforetoggle=${menuToggled} @keydown=${menuWalked}>
    <div class="menu-group" role="group">
      <a role="menuitem" class="menu-item small-only" data-act="briefing-item" href="${of}/briefing.pdf">${t("Briefing on paper (A4)")}</a>
      <button type="button" role="menuitem" class="menu-item" data-act="print" @click=${printReport}>${t("Print report")}</button>
    </div>
    <div class="menu-group" role="group">
      ${link("pdf", t("Report as PDF"), `${of}.pdf`)} ${link("md", t("Report as Markdown"), `${of}.md`)} ${link("json", t("Report as JSON"), `/api/v1${of}`)}
    </div>
  </div>`;
}

/** @param {string} act @param {string} text @param {string} href */
const link = (act, text, href) => html`<a role="menuitem" class="menu-item" data-act=${act} href=${href}>${text}</a>`;

/** @param {Event & { currentTarget: Element }} event */
function printReport({ currentTarget: item }) {
  /** @type {HTMLElement | null} */ (item.closest("[popover]"))?.hidePopover();
  print();
}
