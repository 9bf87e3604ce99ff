/** Statements of a handover report that depend on several facts, as on paper (board/documents/search_facts.py). */

import { label } from "../../core/labels.js";
import { say } from "../../core/rules/sentences.js";

/**
 * Return whether the disappearance is worrying or, without a decision, if one is due.
 * @param {{ worrying: boolean | null, undecided: boolean, status: string }} search
 */
export function decisionText({ worrying, undecided, status }) {
  if (worrying !== null) return label.answer(worrying ? "yes" : "no");
  if (!undecided) return say("no_criterion");
  return status === "open" ? say("decision_due") : label.decision(null);
}

/** Return true if somebody read or summarised the search after signing, which the report does not count as events. @param {any} section */
export const isMarked = ({ reads = {}, restatements = {} }) => Object.keys(reads).length + Object.keys(restatements).length > 0;

/** Return the account that accepted the handover, or is expected to. @param {any} handover */
export const takerOf = (handover) => (handover?.status === "accepted" ? handover.ended_by : handover?.incoming);
