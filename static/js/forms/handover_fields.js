/** Definitions of the form fields of a handover. */
import { t } from "../core/i18n.js";
import { label } from "../core/labels.js";

/** @param {string} path @param {() => string} [name] label, if it is not that of the field @param {any} [more] */
const long = (path, name, more) => ({ path, control: "long", rows: 2, label: name ?? (() => label.field(path)), ...more });

/** @param {() => string} name @param {any} [more] */
const reason = (name, more) => long("reason", name, more);
const INCOMING = { path: "incoming", control: "person", label: () => t("Who takes over") };

/** Texts about one search. */
export const OF_SEARCH = [
  long("assessment"),
  long("hypotheses", () => t("Hypotheses that are open")),
  long("dropped", () => t("Hypotheses that were dropped, and why")),
  long("contingencies"),
  long("contacts", () => t("Contacts owed: family, police, press")),
];

/** Texts about the shift as a whole. */
export const OF_DESK = [
  INCOMING,
  long("faults"),
  long("remarks"),
];

export const PREPARE = [{ ...INCOMING, autofocus: true }];
export const ACCEPT = [
  long("restatement", () => t("In your own words, in a sentence or two: what you take over"), { required: true, rows: 3 }),
  reason(() => t("Why you take over although something was not read")),
];
export const REFUSE = [reason(() => t("Why you don't take over"), { required: true, autofocus: true })];
export const WITHDRAW = [reason(() => t("Why it is withdrawn"), { autofocus: true })];
export const TAKE = [reason(() => t("Why nobody hands it over"), { required: true, autofocus: true })];
