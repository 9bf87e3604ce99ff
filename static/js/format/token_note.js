/** Note that a program caused an event: the API token that it used on behalf of the named account. */
import { html, nothing } from "../../vendor/lit-html/lit-html.js";
import { say } from "../core/rules/sentences.js";

/** @param {{ actor?: Actor | null }} event */
export function tokenNote({ actor }) {
  return actor?.token ? html` <span class="by-token" data-testid="by-token">${say("by_token", { name: actor.token.name })}</span>` : nothing;
}
