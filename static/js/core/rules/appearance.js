/** Texts about a person's appearance, for boards, handovers and walls. */
import { t } from "../i18n.js";
import { say } from "./sentences.js";

/** @param {number} cm @returns {string} "1 m 42", without a line break */
export const formatHeight = (cm) => say("height", { metres: Math.floor(cm / 100), centimetres: String(cm % 100).padStart(2, "0") }).replaceAll(" ", "\u00a0");

/** "hair: dark blond": among other details, a colour alone would be ambiguous. @param {string | null | undefined} hair */
export const hairText = (hair) => (hair ? t("hair: {hair}", { hair }) : null);

/** @param {string | null | undefined} eyes */
export const eyesText = (eyes) => (eyes ? t("eyes: {eyes}", { eyes }) : null);
