/* Text and target of an alert. */

import { cardName } from "../../format/values.js";
import { label } from "../../core/labels.js";
import { say } from "../../core/rules/sentences.js";
import { t } from "../../core/i18n.js";

/**
 * "Mila B., 6: Sighting 7 credible, Gent-Zuid", or "Mila B., 6: Bob assigned Task 3 to you". It names the child, so use it only on this page.
 * @param {Alert} alert
 */
export function alertText(alert) {
  const { child, place } = alert, text = childAlertText(alert) ?? eventText(alert);
  const placed = place ? t("{text}, {place}", { text, place }) : text;
  return child ? t("{child}: {text}", { child, text: placed }) : placed;
}

/**
 * Return the news about a sighting of a named child, without its author.
 * @param {Alert} alert
 */
function childAlertText({ kind, child, card, value }) {
  if (!child || !card) return null;
  const what = cardName({ kind: card.kind, state: card });
  if (kind === "sighting") return t("{what} {value}", { what, value: label.assessment(value) });
  return kind === "urgent" ? t("{what} is urgent", { what }) : null;
}

/**
 * "Bob assessed Sighting 7: confirmed"
 * @param {Alert} alert
 */
function eventText({ kind, type, actor, entity, card, value, acknowledge, reason, handover }) {
  if (kind === "security") return accountAlertText({ type, actor, value });
  const who = actor?.name ?? say("program");
  if (kind === "handover") return shiftAlertText({ type, who, reason, number: handover });
  const what = card ? cardName({ kind: card.kind, state: card }) : label.noun(entity.kind);
  switch (kind) {
    case "assigned": return say("assigned_to_you", { who, what });
    case "mention": return t("{who} mentioned you: {what}", { who, what: entity.kind === "note" && card ? `${label.noun("note")} · ${what}` : what });
    case "urgent": return type === "sighting.added" ? t("{who} added {what}: urgent", { who, what }) : t("{who} set {what} to urgent", { who, what });
    case "sighting": return t("{who} assessed {what}: {value}", { who, what, value: label.assessment(value) });
    case "status": return statusText({ who, value: label.status(value), reason: acknowledge });
    default: return label.event(kind); // from a newer server
  }
}

/** @param {{ who: string, value: string, reason: string | null }} values */
const statusText = (values) => (values.reason ? t("{who} closed the search anyway, because: {reason}", values) : t("{who} changed the status to “{value}”", values));

/**
 * Describe a change of shift, with its reason if there is one.
 * @param {{ type: string, who: string, reason: string | null, number: number | null }} alert
 */
function shiftAlertText({ type, ...values }) {
  switch (type) {
    case "handover.signed": return t("{who} signed handover {number} for you to accept", values);
    case "handover.refused": return t("{who} refused handover {number}: {reason}", { ...values, reason: values.reason ?? "–" });
    case "handover.accepted":
      return values.reason ? t("{who} accepted handover {number} and is in charge of the shift, although not everything was read: {reason}", values) : t("{who} accepted handover {number} and is in charge of the shift", values);
    case "handover.withdrawn": return values.reason ? t("{who} withdrew handover {number}: {reason}", values) : say("withdrawn", values);
    case "handover.restated": return t("{who} summarised this search for handover {number}. Your answer is needed.", values);
    case "handover.written": return t("{who} made you responsible for this search after handover {number}", values);
    case "alarm.extended": return values.reason ? t("{who} keeps an alarm longer, for the third time or more: {reason}", { ...values, reason: values.reason }) : t("{who} keeps an alarm longer, for the third time or more", values);
    case "shift.taken": return t("{who} took the shift without a handover: {reason}", { ...values, reason: values.reason ?? "–" });
    default: return label.event(type); // from a newer server
  }
}

/**
 * Describe a change of this person's account, or of the access to one of their searches.
 * @param {Pick<Alert, "type" | "actor" | "value">} alert
 */
function accountAlertText({ type, actor, value }) {
  const who = actor?.name ?? t("Someone at the server’s command line");
  switch (type) {
    case "token.added": return t("{who} created an API token with your rights: “{value}”", { who, value: value ?? "–" });
    case "link.made": return t("{who} made a one-time link that sets your password", { who });
    case "identity.link_allowed": return t("{who} allowed to link your account once to a person at a sign-in provider", { who });
    case "sign_in.break_glass": return t("The emergency account was used to sign in, while passwords are switched off");
    case "password.set": return t("{who} set your password", { who });
    case "factor.removed": return t("{who} removed a second factor of your account", { who });
    case "members.joined_by_admin": return t("{who} made {value} a member of a search that only members see", { who, value: value ?? "–" });
    case "emergency.opened": return t("{who} opened a search that only members see, for an hour: “{value}”", { who, value: value ?? "–" });
    case "sign_in.new_device": return t("Someone signed in to your account on a new device: {device}. If it was not you, report it now.", { device: deviceText(value) });
    case "sign_in.disowned": return t("{who} reports that someone else signed in to their account: {device}", { who, device: deviceText(value) });
    case "accounts.unused": return t("Nobody has used some accounts for a long time. Check if they are still needed.");
    case "space.low": return spaceLow(value);
    default: return t("{who} changed your account", { who }); // from a newer server
  }
}

/**
 * "Firefox on Windows", from "Firefox/Windows"
 * @param {string | null} device
 */
function deviceText(device) {
  const [browser, system] = (device ?? "").split("/");
  return browser && system ? say("device", { browser, system }) : browser || system || say("unknown_device");
}

/** @param {string | null} resource */
function spaceLow(resource) {
  switch (resource) {
    case "files": return t("The disk of the photos and files is nearly full. Uploads are refused soon.");
    case "database": return t("The disk of the database is nearly full. Uploads are refused soon, and later all changes.");
    case "installation": return t("The space for photos and files of all searches is nearly used. Uploads are refused soon.");
    default: return t("A disk of the server is nearly full.");
  }
}

/**
 * Return the kind of an alert as a public text, without names.
 * @param {Alert} alert
 */
export function kindOf({ kind, type }) {
  if (type === "space.low" || type === "accounts.unused") return t("About the server");
  switch (kind) {
    case "assigned": return t("Card assigned to you");
    case "mention": return t("You were mentioned");
    case "urgent": return label.value("occasion", "sighting_urgent", "alarm") ?? "";
    case "sighting": return label.event("sighting.assessed");
    case "status": return label.event("search.status_set");
    case "handover": return t("The shift and its handover");
    case "security": return t("About your account");
    default: return t("Alerts");
  }
}

/**
 * Return the URL of an alert's subject.
 * @param {Alert} alert
 */
export function alertUrl({ kind, type, board, card, entity, actor }) {
  if (type === "space.low") return "/audit";
  if (type === "accounts.unused") return "/accounts?unused=yes";
  if (type === "sign_in.new_device") return "/account#sessions";
  if (type === "sign_in.disowned") return actor ? `/accounts/${actor.id}` : "/audit";
  if (kind === "security") return entity.kind === "search" ? `/searches/${entity.id}` : type === "token.added" ? "/account#tokens" : "/account";
  if (board === "operations") return ["shift", "handover"].includes(entity.kind) ? "/handover" : "/";
  if (type === "handover.restated") return `/handover#s-${board}`;
  return card ? `/searches/${board}/cards/${card.id}` : `/searches/${board}`;
}
