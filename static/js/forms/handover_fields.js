/** Definitions of the form fields of a handover. */
import { t } from "../core/i18n.js";
import { otherFields } from "../core/rules/kinds.js";
import { label } from "../core/labels.js";

/** @param {string} path @param {() => string} [name] label, if it differs from the field's @param {any} [options] */
const long = (path, name, options) => ({ path, control: "long", rows: 2, label: name ?? (() => label.field(path)), ...options });

/** @param {() => string} name @param {any} [options] */
const reason = (name, options) => long("reason", name, options);

/** @param {string} kind @param {string[]} excluded fields that have forms of their own @returns {(FieldDefinition & { label(): string })[]} */
const editableFields = (kind, excluded) => otherFields(kind, excluded).map((field) => ({ rows: 2, label: () => label.field(field.path, kind), ...field }));

/** Texts about one search. */
export const ofSearch = () => editableFields("briefing", ["keeper"]);

/** Incoming coordinator, and texts about the entire shift. */
export const ofDesk = () => editableFields("handover", []);

export const PREPARE = [{ path: "incoming", control: "person", label: () => label.field("incoming"), autofocus: true }];
export const ACCEPT = [
  long("restatement", () => t("In your own words, in one or two sentences: what are you taking over?"), { required: true, rows: 3 }),
  reason(() => t("Reason for taking over without reading everything")),
];
/** The reader's summary of one search. */
export const RESTATE = [long("text", () => t("In your own words, in one or two sentences"), { required: true })];
export const ANSWER = [reason(() => t("What is not quite right?"), { required: true, autofocus: true })];
export const REFUSE = [reason(() => t("Reason for refusing"), { required: true, autofocus: true })];
export const WITHDRAW = [reason(() => t("Reason for withdrawing"), { autofocus: true })];
export const TAKE = [reason(() => t("Reason for taking it without a handover"), { required: true, autofocus: true })];
