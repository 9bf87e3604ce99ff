/** Link to the guide of a role, for places where a newcomer may not know what to do next. */

import { html } from "../../vendor/lit-html/lit-html.js";
import { t } from "../core/i18n.js";

/** @param {"coordinator" | "investigator" | "hotline" | "wall"} role */
export const guideLink = (role) => html`<a class="guide-link" href="/help/guides/${role}">${t("How this works")}</a>`;
