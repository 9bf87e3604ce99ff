/** List of unfinished texts, one line each: waiting and refused commands, files, and drafts. */
import { readDrafts } from "../core/storage/drafts.js";
import { t } from "../core/i18n.js";
import { withColon } from "../core/rules/sentences.js";
import { pageTitle } from "../core/rules/pages.js";
import { isCard } from "../core/rules/kinds.js";
import { label } from "../core/labels.js";
import { newCardName } from "../format/values.js";
import { commandName, typedText } from "./refusals.js";

const MAX_TEXT = 60; // characters: enough for its author to recognise it

// names of forms; a form that is not listed is a change
/** @type {Record<string, () => string>} */
const FORMS = {
  intake: () => pageTitle("intake"),
  report: () => label.noun("report"),
  "report-decision": () => label.noun("report"),
  "other-call": () => label.noun("note"),
  "open-search": () => t("New search"),
  note: () => label.noun("note"),
  handover: () => label.noun("handover"),
  tip: () => label.noun("tip"),
};
const NOT_TYPED = new Set(["intake:taken", "report-call"]); // list of sent calls, and id of the report in progress

/** @param {Session} session @returns {string[]} */
export function unsentTexts(session) {
  const filledDrafts = Object.entries(readDrafts()).filter(([key, draft]) => !NOT_TYPED.has(key) && !isEmpty(draft));
  return [
    ...session.outbox.unfinished().map((/** @type {PendingCommand} */ command) => line(commandName(command.name), typedText(command))),
    ...session.uploads.names.map((name) => line(label.noun("file"), name)),
    ...filledDrafts.flatMap(([key, draft]) => [draft].flat().map((draftOrNull) => line(t("Draft: {what}", { what: formName(key) }), draftOrNull === null ? null : longestText(draftOrNull)))),
  ];
}

/**
 * Return true if a draft is empty because only its source was typed. An unreadable draft is not empty.
 * @param {any} draft
 */
const isEmpty = (draft) => draft?.mine?.length === 0;

/** @param {string} subject @param {string | null} text */
const line = (subject, text) => (text ? `${withColon(subject)} ${shorten(text)}` : subject);

/** @param {string} text */
const shorten = (text) => (text.length > MAX_TEXT ? `${text.slice(0, MAX_TEXT)}…` : text);

/**
 * Name the form of a draft: `intake`, `open-search`, or `<board>:<form>` with its subject.
 * @param {string} key
 */
function formName(key) {
  const parts = key.split(":"), kind = parts[1]?.replace(/^add-/, "");
  if (kind !== parts[1] && isCard(kind)) return newCardName(kind);
  return (FORMS[parts[0]] ?? FORMS[parts[1]] ?? (() => t("Change")))();
}

/** @param {{ mine?: [string, { raw: any }][], text?: string | null }} draft */
function longestText({ mine = [], text = null }) {
  const raws = mine.map(([, { raw }]) => raw).filter((raw) => typeof raw === "string" && raw.trim());
  return text ?? raws.sort((a, b) => b.length - a.length)[0] ?? null;
}
