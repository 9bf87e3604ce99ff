/** Definitions of the form fields of a handover. */
import { t } from "../core/i18n.js";

/**
 * @param {string} path
 *
 * @param {() => string} label
 * @param {any} [more]
 */
const long = (path, label, more) => ({ path, control: "long", rows: 2, label, ...more });

/**
 *
 * @param {() => string} label
 * @param {any} [more]
 */
const reason = (label, more) => ({ path: "reason", control: "long", rows: 2, label, ...more });
const INCOMING = { path: "incoming", control: "person", label: () => t("Who takes over") };

/** Texts about one search. */
export const OF_SEARCH = [
  long("assessment", () => t("Assessment")),
  long("hypotheses", () => t("Hypotheses that are open")),
  long("dropped", () => t("Hypotheses that were dropped, and why")),
  long("contingencies", () => t("If … then …")),
  long("contacts", () => t("Contacts owed: family, police, press")),
];

/** Texts about the shift as a whole. */
export const OF_DESK = [
  INCOMING,
  long("faults", () => t("Faults of the system")),
  long("remarks", () => t("Remarks")),
];

export const PREPARE = [{ ...INCOMING, first: true }];
export const ACCEPT = [
  long("restatement", () => t("In your own words, in a sentence or two: what you take over"), { required: true, rows: 3 }),
  reason(() => t("Why you take over although something was not read")),
];
export const REFUSE = [reason(() => t("Why you don't take over"), { required: true, first: true })];
export const WITHDRAW = [reason(() => t("Why it is withdrawn"), { first: true })];
export const TAKE = [reason(() => t("Why nobody hands it over"), { required: true, first: true })];
