/** Height of a person, as people read it: the same on boards, in handovers and on walls. */
import { t } from "./i18n.js";

/** @param {number} cm @returns {string} "1 m 42", which stays in one line */
export const formatHeight = (cm) => t("{metres} m {centimetres}", { metres: Math.floor(cm / 100), centimetres: String(cm % 100).padStart(2, "0") }).replaceAll(" ", "\u00a0");
