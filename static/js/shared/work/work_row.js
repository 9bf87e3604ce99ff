/* One item of a person's work: its time, the child, the card, the owner and the next step. */

import { html, nothing } from "../../../vendor/lit-html/lit-html.js";
import { custodyText, workDetail, workName, workUrl } from "../../format/work_text.js";
import { formatUntil } from "../../format/time_elements.js";

/**
 * @param {WorkItem} item
 * @param {string} me
 * @returns {Drawn} text of a row; its list adds the controls
 */
export const workText = (item, me) => html`<b class="until">${item.by ? formatUntil(item.by) : "–"}</b>
  <span class="what"><a href=${workUrl(item, me)}>${item.child ? html`<b><bdi>${item.child}</bdi></b> · ` : nothing}${workName(item, me)}</a>
    <span class="custody" data-testid="owner">${custodyText(item, me)}</span> <span class="quiet" dir="auto">${workDetail(item, me)}</span></span>`;
