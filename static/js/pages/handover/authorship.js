/** Authors of handover texts, and people who confirmed them for the displayed handover. */

import { html, nothing } from "../../../vendor/lit-html/lit-html.js";
import { t } from "../../core/i18n.js";
import { say } from "../../core/rules/sentences.js";
import { serverNow } from "../../core/time.js";
import { formatMoment } from "../../format/time_elements.js";

/** @typedef {{ handover: number, by: string | null, at: string | null, confirmed_by: string | null, confirmed_at: string | null }} TextMark */

const CHOICES = new Set(["handover", "keeper", "kept", "incoming"]); // fields that are not texts: they must be chosen again for each handover

/** Return true if a text or list is empty. @param {any} value text, or ids of critical points */
const isEmpty = (value) => !(Array.isArray(value) ? value.length : value?.trim?.());

/**
 * Return true if somebody wrote or confirmed a text for this handover. In states of earlier versions, the texts have
 * no numbers: the briefing's own number counts.
 * @param {any} values state of a handover or a briefing
 * @param {string} path
 * @param {number} number number of the handover
 */
export const isWritten = (values, path, number) => !isEmpty(values[path]) && (values.authorship?.[path]?.handover ?? (values.authorship ? 0 : values.handover ?? values.number)) === number;

/**
 * Return true if a text was carried over and is not confirmed yet.
 * @param {any} values
 * @param {string} path
 * @param {HandoverView} view
 */
export const isCarriedOver = (values, path, view) => (view.stage !== "none" || view.isFixed) && !CHOICES.has(path) && !isEmpty(values[path]) && !isWritten(values, path, view.number);

/**
 * "Alice, 29 Nov 22:10 · still true: Dora, 06:00", or that nobody confirmed it; "" if its author is unknown.
 * @param {any} values
 * @param {string} path
 * @param {HandoverView} view
 */
export function authorText(values, path, view) {
  const { by, at, confirmed_by: confirmedBy, confirmed_at: confirmedAt } = /** @type {Partial<TextMark>} */ (values.authorship?.[path] ?? {});
  const written = by && at ? { name: view.nameOf(by), at: formatMoment(at) } : null;
  if (isCarriedOver(values, path, view)) return written ? say("not_confirmed_by", written) : say("not_confirmed");
  const confirmed = confirmedBy && confirmedAt && say("still_true", { name: view.nameOf(confirmedBy), at: formatMoment(confirmedAt) });
  return [written && say("name_at", written), confirmed].filter(Boolean).join(" · ");
}

/**
 * Render the author below a text; during preparation, with a button that confirms it.
 * @param {any} values
 * @param {string} path
 * @param {HandoverView} view
 * @param {(() => void) | null} [confirm]
 */
export function authorLine(values, path, view, confirm = null) {
  const text = isEmpty(values[path]) ? "" : authorText(values, path, view);
  if (!text) return nothing;
  const isOld = isCarriedOver(values, path, view);
  return html`<p class="author ${isOld ? "carried-over" : ""}" data-author=${path}>${text}${isOld && confirm ? html` <button type="button" data-act="confirm" data-path=${path} @click=${confirm}>${t("Still true")}</button>` : nothing}</p>`;
}

/**
 * Return the authorship, including this person's unsaved changes.
 * @param {any} previous previous state
 * @param {Record<string, any>} changes texts
 * @param {number} number
 * @param {string} ownId id of the account
 */
export function withSent(previous, changes, number, ownId) {
  const at = serverNow().toISOString(), marks = { ...previous?.authorship };
  for (const path of Object.keys(changes).filter((name) => !CHOICES.has(name))) {
    const isSame = JSON.stringify(changes[path]) === JSON.stringify(previous?.[path]);
    marks[path] = isSame ? { ...marks[path], handover: number, confirmed_by: ownId, confirmed_at: at } : { handover: number, by: ownId, at, confirmed_by: null, confirmed_at: null };
  }
  return marks;
}
