/** Notices about refused commands that no open form shows, such as after a reload or a drag. They stay until somebody discards them. */
import { html, nothing } from "../../vendor/lit-html/lit-html.js";
import { t } from "../core/i18n.js";
import { addsCard, cardOfCommand, isCard, titleOf } from "../core/rules/kinds.js";
import { label } from "../core/labels.js";
import { cardName, newCardName } from "../format/values.js";

// texts for commands without an event
/** @type {Record<string, () => string>} */
const COMMAND_NAMES = {
  "note.add": () => label.noun("note"),
  "contact.add": () => label.noun("contact"),
  "contact.update": () => label.noun("contact"),
  "contact.log": () => label.event("contact.called"),
  "contact.withdraw": () => t("Withdrawal"),
  "contact.restore": () => t("Restoring"),
  "file.update": () => label.field("caption", "file"),
  "file.withdraw": () => t("Withdrawal"),
  "file.propose_removal": () => label.event("file.removal_proposed"),
  "file.confirm_removal": () => label.event("file.removed"),
  "search.set_photo": () => t("Photo of the child"),
  "material.approve": () => label.noun("material"),
  "material.withdraw": () => t("Withdrawal"),
  "distribution.add": () => label.noun("distribution"),
  "distribution.update": () => label.noun("distribution"),
  "distribution.withdraw": () => t("Withdrawal"),
  "distribution.take_down": () => label.noun("distribution"),
  "card.move": () => t("Move"),
  "card.assign": () => t("Assignment"),
  "card.withdraw": () => t("Withdrawal"),
  "card.restore": () => t("Restoring"),
  "sighting.grade": () => label.field("grade"),
  "sighting.assess": () => label.field("assessment"),
  "sighting.pass_on": () => label.field("passed_on"),
  "sighting.set_of_both": () => label.field("of_both"),
  "wake.answer": () => label.noun("wake"),
  "column.add": () => t("New column"),
  "column.rename": () => t("Renaming a column"),
  "column.move": () => t("Moving a column"),
  "column.remove": () => t("Removing a column"),
  "search.open": () => t("New search"),
  "search.update": () => t("Details of the search"),
  "search.set_status": () => label.field("status"),
  "search.set_outcome": () => label.field("outcome"),
  "search.set_access": () => label.field("access"),
  "search.set_worrying": () => t("Worrying or not"),
  "search.set_talk": () => label.field("talk_kept"),
  "search.set_goal": () => label.field("goal"),
  "search.set_appeal": () => label.field("appeal"),
  "handover.write": () => t("Handover text"),
  "handover.read": () => t("Marking as read"),
  "handover.restate": () => t("Summary"),
  "handover.answer": () => t("Answer to a summary"),
  "alarm.take": () => t("Taking an alarm"),
  "alarm.extend": () => t("Keeping an alarm longer"),
  "alarm.hand_on": () => t("Handing an alarm on"),
  "alarm.give_back": () => t("Giving an alarm back"),
  "duty.begin": () => label.noun("duty"),
  "duty.extend": () => label.noun("duty"),
  "duty.end": () => label.noun("duty"),
  "duty.plan": () => label.noun("planned_duty"),
  undo: () => t("Undoing"),
};

/** @param {SearchView} view @returns {Notice[]} */
export function refusals(view) {
  /** @type {PendingCommand[]} */
  const pending = view.board.pending;
  return pending.filter(({ status, name }) => status === "refused" && !name.startsWith("alarm.")).map((entry) => ({
    kind: "not-saved",
    refused: entry.id,
    title: t("Not saved: {what}.", { what: [commandName(entry.name), subjectName(entry, view)].filter(Boolean).join(" · ") }),
    text: entry.refusal?.message ?? "",
    tone: "own",
    detail: typedTextQuote(entry),
    actions: html`${view.mayReopen(entry) ? html`<button type="button" data-act="reopen" @click=${() => view.act.reopen(entry)}>${t("Back to the form")}</button>` : nothing}
      <button type="button" data-act="discard" @click=${() => view.act.discard(entry)}>${t("Discard")}</button>`,
  }));
}

/** @param {PendingCommand} command @param {SearchView} view */
function subjectName(command, { model }) {
  const card = model?.byId.get(cardOfCommand(command));
  return card ? cardName(card) : null;
}

/**
 * Return the name of a command's action.
 * @param {string} command
 */
export function commandName(command) {
  const kind = command.split(".")[0];
  if (addsCard(command)) return newCardName(kind);
  return COMMAND_NAMES[command]?.() ?? (isCard(kind) ? t("Change") : command);
}

/** @param {Pick<PendingCommand, "name" | "data">} command @returns {string | null} */
export const typedText = ({ name, data }) => titleOf({ kind: name.split(".")[0], state: data }) || data.title || data.text || data.basis || data.acknowledge || data.reason || null;

/** @param {PendingCommand} entry */
function typedTextQuote(entry) {
  const text = typedText(entry);
  return text ? html`<blockquote>${text}</blockquote>` : undefined;
}
