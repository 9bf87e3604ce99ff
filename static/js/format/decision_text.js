/* Decision of a person outside the team, as one line. Same as board/documents/decision_text.py. */

import { label } from "../core/labels.js";
import { say } from "../core/rules/sentences.js";
import { formatMoment } from "./time_elements.js";

/** @typedef {{ role: string, name: string, at: IsoTime, by_way: string, reference?: string | null }} Decision */

/**
 * "decided by E. De Wolf, magistrate, 30 Nov 13:55, by telephone, FP 2026/1187"; "" without a decision.
 * @param {Decision | null | undefined} decision
 */
export function decided(decision) {
  if (!decision) return "";
  const { role, name, at, by_way: way, reference } = decision;
  const parts = [name, deciderName(role), formatMoment(at), label.value("appeal.decided_by.by_way", way, "search"), reference];
  return say("decided_by", { who: parts.filter(Boolean).join(", ") });
}

/** @param {string} role */
export const deciderName = (role) => label.value("appeal.decided_by.role", role, "search") ?? role;
