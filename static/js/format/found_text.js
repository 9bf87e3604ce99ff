/** Sentence about a child who was found. */
import { t } from "../core/i18n.js";
import { foundCondition } from "./agreement.js";
import { formatMoment } from "./time_elements.js";

/**
 * "found 14:07, alive and well"; null if the child was not found.
 * @param {AnyState} state
 */
export function foundText({ status, person, outcome }) {
  return status === "open" || !outcome ? null : t("found {at}, {condition}", { at: formatMoment(outcome.found_at), condition: foundCondition(outcome.condition, person.sex) });
}
