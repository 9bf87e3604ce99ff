/** What was typed and has not been done, in a line each: commands that wait or were refused, and drafts. */
import { readDrafts } from "../core/drafts.js";
import { t } from "../core/i18n.js";
import { commandName, typedText } from "./refusals.js";

const LONGEST = 60; // characters of a text, by which its writer knows it again

// kind of form -> what is typed in it; all others change something
const FORMS = {
  intake: () => t("Take a call"),
  "open-search": () => t("New search"),
  "add-sighting": () => t("New sighting"),
  "add-task": () => t("New task"),
  note: () => t("Note"),
  handover: () => t("Handover"),
};
const NOT_TYPED = new Set(["intake:taken"]); // a list of what was sent

/** -> [text] */
export function unsentTexts(session) {
  const typed = Object.entries(readDrafts()).filter(([key, draft]) => !NOT_TYPED.has(key) && !isEmpty(draft));
  return [
    ...session.outbox.unfinished().map(({ name, data }) => line(commandName(name), typedText(data))),
    ...typed.map(([key, draft]) => line(t("Draft: {what}", { what: formName(key) }), draft === null ? null : wordsIn(draft))),
  ];
}

/** Of a form in which only a source was typed nothing is left. One that can't be read may be anything. */
const isEmpty = (draft) => draft?.mine?.length === 0;

const line = (what, words) => (words ? `${what}: ${short(words)}` : what);

const short = (text) => (text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text);

/** `intake`, `open-search`, or `<board>:<form>` with what it is about. */
function formName(key) {
  const parts = key.split(":");
  return (FORMS[parts[0]] ?? FORMS[parts[1]] ?? (() => t("Change")))();
}

function wordsIn({ mine = [], text = null }) {
  const raws = mine.map(([, { raw }]) => raw).filter((raw) => typeof raw === "string" && raw.trim());
  return text ?? raws.sort((a, b) => b.length - a.length)[0] ?? null;
}
