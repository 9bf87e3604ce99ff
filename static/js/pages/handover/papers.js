/** Link to the briefing on paper, and the menu that prints and downloads the report. Papers of signed handovers never change. */

import { html, nothing } from "../../../vendor/lit-html/lit-html.js";
import { menuToggled, menuWalked } from "../../behaviours/menu.js";
import { t } from "../../core/i18n.js";

const MENU = "handover-menu";

/** @param {{ isFixed: boolean, number: any, stage: string, session: Session }} view */
export function papers({ isFixed, number, stage, session }) {
  const path = isFixed || stage === "signed" ? `/handovers/${number}` : "/handover";
  const menuTitle = t("Print and download"), mayExport = session.may("export");
  return html`<span class="papers">
    ${mayExport ? html`<a class="button" data-act="briefing" href="${path}/briefing.pdf">${t("Briefing on paper (A4)")}</a>` : nothing}
    <button type="button" class="menu-button" data-act=${MENU} popovertarget=${MENU} aria-haspopup="menu" aria-expanded="false" aria-label=${menuTitle} title=${menuTitle}><span aria-hidden="true">⋯</span></button>
  </span>
  <div class="popup-menu" id=${MENU} popover role="menu" aria-label=${menuTitle} @toggle=${menuToggled} @beforetoggle=${menuToggled} @keydown=${menuWalked}>
    <div class="menu-group" role="group">
      ${mayExport ? html`<a role="menuitem" class="menu-item small-only" data-act="briefing-item" href="${path}/briefing.pdf">${t("Briefing on paper (A4)")}</a>` : nothing}
      <button type="button" role="menuitem" class="menu-item" data-act="print" @click=${printReport}>${t("Print report")}</button>
    </div>
    <div class="menu-group" role="group">
      ${mayExport ? [link("pdf", t("Report as PDF"), `${path}.pdf`), link("md", t("Report as Markdown"), `${path}.md`)] : nothing} ${link("json", t("Report as JSON"), `/api/v1${path}`)}
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
