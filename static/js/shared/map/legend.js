/** Legend of a map: what its marks mean. */

import { html } from "../../../vendor/lit-html/lit-html.js";
import { t } from "../../core/i18n.js";
import { label } from "../../core/labels.js";
import { say } from "../../core/rules/sentences.js";

const CONTENTS = ["1", "2", "3", "4", "5", "6"];

export function legend() {
  const entry = (/** @type {string} */ shape, /** @type {string} */ text) => html`<li><i class="shape ${shape}" aria-hidden="true"></i>${text}</li>`;
  return html`<details class="map-legend"><summary>${t("Legend")}</summary><ul>
    ${entry("seen-last", say("last_seen_report"))}${CONTENTS.map((code) => entry(`content-${code}`, `${code}: ${label.grade_content(code)}`))}
    ${entry("cross out", label.assessment("not_the_child"))}${entry("task", label.noun("task"))}${entry("searched place", label.noun("place"))}
    <li><i class="circle" aria-hidden="true"></i>${t("how far it may be off")}</li></ul></details>`;
}
