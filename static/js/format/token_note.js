/** Note that a program caused an event: the API token that it used on behalf of the named account. */
import { html, nothing } from "../../vendor/lit-html/lit-html.js";
import { t } from "../core/i18n.js";

/** @param {{ actor?: Actor | null }} event */
export function tokenNote({ actor }) {
  return actor?.token ? html` <span class="by-token" data-testid="by-token">${t("by API token “{name}”", { name: actor.token.name })}</span>` : nothing;
}
