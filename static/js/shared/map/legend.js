/** Legend of a map. */

import { html, nothing } from "../../../vendor/lit-html/lit-html.js";
import { rules, t } from "../../core/i18n.js";
import { label } from "../../core/labels.js";
import { say } from "../../core/rules/sentences.js";

/** Return the shapes of sightings, each with the assessments that it represents. */
const verdicts = () => /** @type {any} */ (rules()).map.find((/** @type {{ kind: string }} */ { kind }) => kind === "sighting").shapes.map((/** @type {[any, string]} */ [condition, shape]) => ({ shape, text: condition.assessment.map(label.assessment).join(" · ") }));

/** @param {boolean} hasLinks whether the map joins sightings that cannot both be true @param {boolean} hasFound whether it shows where the child was found */
export function legend(hasLinks, hasFound) {
  const entry = (/** @type {string} */ shape, /** @type {string} */ text) => html`<li><i class="shape ${shape}" aria-hidden="true"></i>${text}</li>`;
  return html`<details class="map-legend"><summary>${t("Legend")}</summary><ul>
    ${entry("seen-last", say("last_seen_recorded"))}${hasFound ? entry("found", say("where_found")) : nothing}${verdicts().map((/** @type {{ shape: string, text: string }} */ { shape, text }) => entry(shape === "cross" ? "cross out" : shape, text))}
    ${entry("task", label.noun("task"))}${entry("searched place", label.noun("place"))}
    <li><i class="circle" aria-hidden="true"></i>${t("how far it may be off")}</li>
    ${hasLinks ? html`<li><i class="link" aria-hidden="true"></i>${say("cannot_both_be_true")}</li>` : nothing}</ul></details>`;
}
