/** Looks of a person, as people read them: the same on boards, in handovers and on walls. */
import { t } from "../i18n.js";

/** @param {number} cm @returns {string} "1 m 42", which stays in one line */
export const formatHeight = (cm) => t("{metres} m {centimetres}", { metres: Math.floor(cm / 100), centimetres: String(cm % 100).padStart(2, "0") }).replaceAll(" ", "\u00a0");

/** "hair: dark blond": beside other words of a child's looks, a colour alone does not say what it is of. @param {string | null | undefined} hair */
export const hairText = (hair) => (hair ? t("hair: {hair}", { hair }) : null);

/** @param {string | null | undefined} eyes */
export const eyesText = (eyes) => (eyes ? t("eyes: {eyes}", { eyes }) : null);
