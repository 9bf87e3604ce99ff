/** Forms of a search: the fields, the command and the data of each form. */

import { draft } from "../../core/storage/drafts.js";
import { t } from "../../core/i18n.js";
import { pathsOf } from "../../forms/form_row.js";
import { isOnlyForBrief } from "../../core/rules/conditions.js";
import { addsCard, cardOfCommand, formFields, isCard } from "../../core/rules/kinds.js";
import { Form } from "../../forms/form.js";
import * as fields from "../../forms/fields.js";
import { MAX_PHONES, phonePaths, phonesOf } from "../../shared/board/contacts/contact_form.js";
import { deciderPaths, namesDecider } from "../../forms/decider_rows.js";
import { rulesOf } from "../../core/rules/appeal_rules.js";
import { openItems } from "../../shared/board/open_items.js";
import { mayMention } from "../../shared/mention_list.js";
import { serverNow, toInput } from "../../core/time.js";
import { unreadablePaths } from "../../format/unreadable.js";
import { sentDecisions } from "./printed_texts.js";

const MAX_RECIPIENTS = 50; // of one command; the server has the same limit
const now = () => toInput(serverNow());

/**
 * Add the reason to the changes, if one was typed.
 * @param {Form} form
 * @param {Record<string, any>} data
 */
const withReason = (form, data) => (form.value("reason") ? { ...data, reason: form.value("reason") } : data);

/** @typedef {{ fields(): FieldDefinition[], name: string, data: (form: Form, board: Board) => any, defaults?(board: Board): Record<string, any>, adds?: boolean, group?: string, flags?: string[], read?: (state: State, source: any) => any }} FormDefinition */

/**
 * Forms of a kind of card by their names: to add a card, to change it, and to change its priority without a dialog.
 * @param {string} kind
 * @returns {Record<string, FormDefinition>}
 */
function formsOfCard(kind) {
  const data = (/** @type {Form} */ form) => patchData(kind, form);
  const name = `${kind}.update`;
  return {
    [`add-${kind}`]: {
      fields: () => [...formFields(kind, "first").map((field) => ({ ...field, ...QUESTIONS[kind]?.[field.path] })), ...formFields(kind, "more")],
      name: `${kind}.add`,
      data: (form) => form.filled(),
      defaults: () => ({ priority: "normal", ...DEFAULTS[kind]?.() }),
    },
    [kind]: { fields: () => formFields(kind, "edit"), name, data, read: withSource },
    [`${kind}-priority`]: { fields: () => fields.priority(kind), name, data },
  };
}

/** Questions of the forms that add a card, where they differ from the labels of the fields. @type {Record<string, Record<string, Partial<FieldDefinition>>>} */
const QUESTIONS = {
  sighting: { description: { label: () => t("What was seen") }, "place.text": { label: () => t("Where") }, seen_at: { label: () => t("When") } },
};

/** @type {Record<string, () => Record<string, string>>} */
const DEFAULTS = { sighting: () => ({ received_at: now(), channel: "unknown" }) };

/** @type {Record<string, FormDefinition>} */
const FORMS = {
  assignee: { fields: fields.assignee, name: "card.assign", data: (form) => ({ card: form.entity, assignee: form.value("assignee") }) },
  grade: { fields: fields.grade, name: "sighting.grade", data: gradeData },
  assessment: { fields: fields.assessment, name: "sighting.assess", data: assessmentData },
  item: { fields: fields.item, name: "task.update", data: itemData, adds: true },
  withdraw: { fields: fields.reason, name: "card.withdraw", data: (form) => withReason(form, { card: form.entity }), adds: true },
  "pass-on": { fields: fields.passOn, name: "sighting.pass_on", data: passOnData, read: ({ passed_on }) => ({ passed_on: passed_on ?? null }), group: "passed_on" },
  "withdraw-file": { fields: () => [{ path: "reason", control: "text", required: true }], name: "file.withdraw", data: (form) => withFilled(form, { file: form.entity }), adds: true },
  "propose-removal": { fields: () => [{ path: "reason", control: "text", required: true }], name: "file.propose_removal", data: (form) => withFilled(form, { file: form.entity }), adds: true },
  "file-caption": { fields: fields.file, name: "file.update", data: (form) => patchData("file", form) },
  approve: { fields: fields.approval, name: "material.approve", data: approvalData, flags: ["languages", "shows"], defaults: approvalDefaults, adds: true },
  give: { fields: fields.distribution, name: "distribution.add", data: distributionData, defaults: distributionDefaults, adds: true },
  "contact-add": { fields: () => fields.contact(MAX_PHONES), name: "contact.add", data: newContactData, defaults: () => ({ role: "other" }), adds: true },
  contact: { fields: () => fields.contact(MAX_PHONES), name: "contact.update", data: contactData, read: withDetails },
  call: { fields: fields.call, name: "contact.log", data: callData, defaults: () => ({ result: "reached" }), adds: true },
  note: { fields: fields.note, name: "note.add", data: noteData, defaults: () => ({ category: "comment" }), adds: true },
  "column-title": { fields: fields.columnTitle, name: "column.rename", data: (form) => ({ column: form.entity, title: form.value("title") }) },
  "column-before": { fields: fields.column, name: "column.add", data: (form) => withFilled(form, { before: form.entity }), adds: true },
  "column-after": { fields: fields.column, name: "column.add", data: (form) => withFilled(form, { after: form.entity }), adds: true },
  facts: { fields: fields.facts, name: "search.update", data: (form) => form.patch() },
  access: { fields: fields.access, name: "search.set_access", data: (form) => ({ access: form.value("access"), members: form.value("members") }) },
  // each decision needs its own basis
  worrying: { fields: fields.worrying, name: "search.set_worrying", data: worryingData, read: ({ worrying }) => ({ worrying }), defaults: () => ({ "decided_by.at": now() }) },
  appeal: { fields: fields.appeal, name: "search.set_appeal", data: appealData, read: ({ appeal }) => ({ appeal: { ...appeal, met: met(appeal) } }), group: "appeal", defaults: () => ({ "appeal.decided_by.at": now() }) },
  talk: { fields: fields.talk, name: "search.set_talk", data: talkData, read: withTalk },
  goal: { fields: fields.goal, name: "search.set_goal", data: goalData, read: ({ goal }) => ({ goal: goal ?? null }), group: "goal" },
  outcome: { fields: fields.correctedOutcome, name: "search.set_outcome", data: outcomeData, read: ({ outcome }) => ({ outcome }) },
  status: {
    fields: () => [...fields.status(), ...fields.outcome()],
    name: "search.set_status",
    data: statusData,
    read: ({ status }) => ({ status }),
    defaults: () => ({ "outcome.found_at": now() }),
  },
};

/** @param {string} name */
const definition = (name) => FORMS[name] ?? formsOfCard(name.replace(/^add-|-priority$/, ""))[name];

/**
 * Return the name of the form for a command, or null if there is none (a drag, a checkbox).
 * @param {{ name: string, data: Record<string, any> }} command
 */
function formOfCommand({ name, data }) {
  const kind = name.split(".")[0];
  if (addsCard(name)) return `add-${kind}`;
  if (isCard(kind) && name === `${kind}.update`) return data.checklist ? null : data.priority ? `${kind}-priority` : kind;
  if (name === "column.add") return data.before ? "column-before" : "column-after";
  return Object.keys(FORMS).find((form) => FORMS[form].name === name) ?? null;
}

export class Forms {
  /** @type {Board} */ #board;
  /** @type {Map<string, any>} */ #sources;
  /** @type {any} */ #forms = new Map();

  /** @param {Board} board @param {Map<string, any>} sources sources read on this page: ID of a sighting -> name and contact */
  constructor(board, sources) {
    this.#board = board;
    this.#sources = sources;
  }

  /**
   * Return the form of a kind for an entity. The form exists as long as the page, its text for longer.
   * @param {string} kind
   */
  get(kind, entity = /** @type {string | null} */ (null)) {
    const key = entity ? `${kind}:${entity}` : kind;
    if (!this.#forms.has(key)) this.#forms.set(key, this.#make(kind, key, entity));
    return this.#forms.get(key);
  }

  /**
   * Return the form of a refused command, or null if it had none.
   * @param {{ name: string, data: Record<string, any> }} command
   */
  of(command) {
    const form = formOfCommand(command), { column, before, after } = command.data;
    if (form === null || addsCard(command.name)) return form && this.get(form);
    const subject = command.name.startsWith("column.") ? column ?? before ?? after : cardOfCommand(command);
    const isAboutSearch = /^(search\.|material\.approve$|distribution\.add$|contact\.add$)/.test(command.name);
    return this.get(form, isAboutSearch ? this.#board.id : subject ?? null);
  }

  /** @param {JournalEvent[]} events */
  onEvents(events) {
    for (const form of this.#forms.values()) {
      const ofEntity = events.filter((/** @type {any} */ event) => event.id === form.entity);
      if (ofEntity.length) form.onEvents(ofEntity);
    }
  }

  /** IDs of the entities with unsent text. */
  get drafts() {
    return new Set([...this.#forms.values()].filter((form) => form.dirty).map((form) => form.entity));
  }

  /** @param {string} kind @param {string} key @param {any} entity */
  #make(kind, key, entity) {
    const { fields, name, data, group, flags, defaults, adds, read = (/** @type {State} */ state) => state } = definition(kind);
    const state = () => this.#board.get(entity)?.state;
    return new Form({
      key,
      entity,
      command: { name, data: (/** @type {Form} */ form) => data(form, this.#board), group, flags },
      board: this.#board,
      fields: fields(),
      read: entity && !adds ? () => (state() ? read(/** @type {State} */ (state()), this.#sources.get(entity)) : null) : undefined,
      draft: draft(`${this.#board.id}:${key}`),
      defaults: defaults && (() => defaults(this.#board)),
    });
  }
}

/** @param {State} state @param {any} source */
function withSource(state, source) {
  return source && !source.problem ? { ...state, source_name: source.name, source_contact: source.contact, unreadable: unreadablePaths(source, "source_") } : state;
}

/**
 * Return only the changed half of a grade, because two people may set source and content at the same time.
 * @param {Form} form
 */
function gradeData(form) {
  const patch = form.patch();
  return patch && withReason(form, { sighting: form.entity, grade: patch.grade ?? {} });
}

/** @param {Form} form */
function assessmentData(form) {
  const assessment = form.value("assessment");
  const duplicate = assessment === "duplicate" ? { duplicate_of: form.value("duplicate_of") } : {};
  return withReason(form, { sighting: form.entity, assessment, ...duplicate });
}

/** @param {Form} form @param {Record<string, any>} base */
function withFilled(form, base) {
  const filled = form.filled();
  return filled && { ...base, ...filled };
}

/** @param {string} kind @param {Form} form */
function patchData(kind, form) {
  const patch = form.patch();
  return patch && { [kind]: form.entity, ...patch };
}

/**
 * Defaults of an approval. Vignettes and posters show the initial of the child's last name, briefs the full name.
 * @param {Board} board
 */
function approvalDefaults(board) {
  const { appeal, last_seen: place, photo } = /** @type {State} */ (board.get(board.id)?.state ?? {});
  const what = appeal?.level === "discreet" ? "vignette" : appeal?.level === "none" ? "brief" : "poster";
  const shown = ["age", "looks", "clothing", "time", "place", ...(photo ? ["photo"] : []), ...(what === "brief" ? ["last_name"] : [])];
  return { what, ...Object.fromEntries(shown.map((code) => [`shows.${code}`, true])), "languages.fr": true, "languages.nl": true, place: place?.text ?? "", until: appeal?.until ?? "", "decision.at": now() };
}

/**
 * Return the codes of a group of flags that are set.
 * @param {any} form
 * @param {string} group
 * @returns {string[]}
 */
export const flagged = (form, group) => form.fields.filter((/** @type {any} */ { path }) => path.startsWith(`${group}.`) && form.value(path) === true).map((/** @type {any} */ { path }) => path.slice(group.length + 1));

/** @param {Form} form */
function approvalData(form) {
  const shows = flagged(form, "shows"), languages = flagged(form, "languages"), what = form.value("what");
  const decisionPaths = pathsOf(fields.decision()).filter((path) => !path.startsWith("decision.") || form.value("decision.role"));
  const all = form.filled(["what", ...(shows.includes("place") ? ["place"] : []), ...languages.map((/** @type {string} */ code) => `texts.${code}`), ...decisionPaths]);
  if (!languages.length) form.errors.languages = t("Choose a language.");
  const { decision, ...filled } = all ?? {}, words = sentDecisions(form);
  const decidedBy = decision ? { ...decision, name: filled.decided_by } : filled.decided_by;
  return all && languages.length ? { ...filled, ...(words.length && { words }), decided_by: decidedBy, languages, shows: what === "brief" ? shows : shows.filter((/** @type {string} */ code) => !isOnlyForBrief(code)) } : null;
}

/** @param {Board} board */
function distributionDefaults(board) {
  const material = board.of("material").filter(({ state }) => !state.ended_at).sort((a, b) => (a.id < b.id ? 1 : -1))[0];
  return { material: material?.id ?? "", language: material?.state.languages[0] ?? "fr", way: "email", at: now() };
}

/** @param {Form} form */
function distributionData(form) {
  const filled = form.filled();
  if (!filled) return null;
  const recipients = [...new Set(String(filled.recipients).split("\n").map((line) => line.trim()).filter(Boolean))];
  if (recipients.length <= MAX_RECIPIENTS) return { ...filled, recipients };
  form.errors.recipients = t("At most {count} recipients at once.", { count: MAX_RECIPIENTS });
  return null;
}

/** @param {Form} form */
function passOnData(form) {
  const filled = form.filled(["passed_on.to", "passed_on.at", "passed_on.reference"]);
  return filled && { sighting: form.entity, ...filled.passed_on };
}

/** @param {State} state @param {ContactReading | undefined} read */
function withDetails(state, read) {
  if (!read || read.problem) return state;
  const phones = (read.phones ?? []).map(({ shown, label }) => ({ number: shown, label }));
  return { ...state, phones: { ...phones }, email: read.email, note: read.note, unreadable: unreadablePaths(read).map((name) => (name === "phones" ? phonePaths(0)[0] : name)) };
}

/** @param {Form} form */
function newContactData(form) {
  const filled = form.filled();
  return filled && { ...filled, ...("phones" in filled && { phones: phonesOf(form) }) };
}

/** @param {Form} form */
function contactData(form) {
  const patch = form.patch();
  return patch && { contact: form.entity, ...patch, ...("phones" in patch && { phones: phonesOf(form) }) };
}

/** @param {Form} form */
function callData(form) {
  const filled = form.filled();
  return filled && { contact: form.entity, ...filled };
}

/** @param {State} state @param {TalkReading | undefined} read */
function withTalk({ talk_kept: kept }, read) {
  return { talk: read && !read.problem ? read : {}, talk_kept: { offered: kept?.offered ?? true }, unreadable: unreadablePaths(read ?? {}, "talk.") };
}

/** @param {Form} form */
function talkData(form) {
  const filled = form.filled();
  return filled && { ...filled.talk, offered: form.value("talk_kept.offered") === true };
}

/** @param {Form} form */
function itemData(form) {
  const filled = form.filled();
  // With 2^32 keys, items that two people add at the same time do not collide.
  const key = crypto.getRandomValues(new Uint32Array(1))[0].toString(36);
  return filled && { task: form.entity, checklist: { [key]: { text: filled.text, done: false } } };
}

/** @param {Form} form */
function noteData(form) {
  const filled = form.filled();
  if (!filled) return null;
  const { please_answer: wantsAnswer, ...rest } = filled;
  return { ...rest, ...(wantsAnswer && mayMention(rest.text) && { please_answer: true }), ...(form.entity && { card: form.entity }) };
}

/** @param {Form} form */
function worryingData(form) {
  const filled = form.filled(["basis", ...(namesDecider(form, "decided_by") ? deciderPaths("decided_by") : [])]);
  return filled && { worrying: form.value("worrying"), ...filled };
}

/** Return flags for the conditions that are met. @param {{ conditions?: Record<string, string> | null }} appeal */
const met = ({ conditions }) => Object.fromEntries(Object.keys(conditions ?? {}).map((key) => [key, true]));

/**
 * Return an appeal with the decision and the conditions of its level; only the level if there is no appeal. The
 * server names missing parts.
 * @param {Form} form
 */
function appealData(form) {
  const level = form.value("appeal.level"), { conditions: keys, photo } = rulesOf(level);
  if (level === "none") return withReason(form, { level });
  const conditions = keys.filter((key) => form.value(`appeal.met.${key}`) && form.value(`appeal.conditions.${key}`)).map((key) => `appeal.conditions.${key}`);
  const filled = form.filled([
    "appeal.level", "appeal.from", "appeal.until", ...conditions, ...(photo ? ["appeal.no_photo"] : []),
    ...(namesDecider(form, "appeal.decided_by") ? deciderPaths("appeal.decided_by") : []),
  ]);
  return filled && withReason(form, filled.appeal);
}

/**
 * An empty text clears the goal and its time.
 * @param {Form} form
 */
function goalData(form) {
  if (form.value("goal.text") === null) return { text: null }; // the time alone is not a goal
  const goal = form.filled()?.goal;
  return goal ? { ...goal, text: goal.text.replace(/\s+/g, " ").trim() } : null; // one line in the header and on wall displays
}

/** @param {Form} form */
function outcomeData(form) {
  const patch = form.patch();
  return patch && withReason(form, { outcome: patch.outcome ?? {} });
}

/** @type {Record<string, any>} */
const EXTRA_FIELDS = { found: () => pathsOf(fields.outcome()), closed: () => ["acknowledge"] };

/** @param {Form} form @param {Board} board */
function statusData(form, board) {
  const status = form.value("status");
  const filled = form.filled(["status", "reason", ...(EXTRA_FIELDS[status]?.() ?? [])]);
  if (status === "closed") return withAcknowledgement(form, filled, board);
  if (!filled || status !== "found") return filled;
  const flags = fields.outcome().filter(({ control }) => control === "flag").map(({ path }) => [path.replace("outcome.", ""), form.value(path)]);
  return { ...filled, outcome: { ...filled.outcome, ...Object.fromEntries(flags) } };
}

/**
 * Require the reason for closing a search with open work; the server requires it too.
 * @param {Form} form
 * @param {any} filled
 * @param {Board} board
 */
function withAcknowledgement(form, filled, board) {
  if (form.value("acknowledge") || !openItems(board, /** @type {Entity} */ (board.get(form.entity)).state).any) return filled;
  form.errors.acknowledge = "required";
  return null;
}
