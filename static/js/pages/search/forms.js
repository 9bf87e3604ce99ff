/** Forms of a search: fields, command and data of each. */

import { draft } from "../../core/drafts.js";
import { Form } from "../../forms/form.js";
import * as fields from "../../forms/fields.js";
import { openItems } from "../../shared/board/open_items.js";
import { serverNow, toInput } from "../../core/time.js";

const now = () => toInput(serverNow());

/**
 * Add the reason beside the changes, if one was typed.
 * @param {Form} form
 * @param {Record<string, any>} data
 */
const reasoned = (form, data) => (form.value("reason") ? { ...data, reason: form.value("reason") } : data);

/** @param {string} key */
const update = (key) => (/** @type {Form} */ form) => {
  const patch = form.patch();
  return patch && { [key]: form.entity, ...patch };
};

/** @type {Record<string, any>} */
const KINDS = {
  "add-sighting": {
    fields: [...fields.SIGHTING_FIRST, ...fields.SIGHTING_MORE],
    name: "sighting.add",
    data: (/** @type {Form} */ form) => form.filled(),
    defaults: () => ({ received_at: now(), channel: "unknown", priority: "normal" }),
  },
  "add-task": {
    fields: [...fields.TASK_FIRST, ...fields.TASK_MORE],
    name: "task.add",
    data: (/** @type {Form} */ form) => form.filled(),
    defaults: () => ({ priority: "normal" }),
  },
  sighting: { fields: fields.SIGHTING, name: "sighting.update", data: update("sighting"), read: withSource },
  task: { fields: fields.TASK, name: "task.update", data: update("task") },
  "sighting-priority": { fields: fields.PRIORITY, name: "sighting.update", data: update("sighting") },
  "task-priority": { fields: fields.PRIORITY, name: "task.update", data: update("task") },
  assignee: {
    fields: fields.ASSIGNEE,
    name: "card.assign",
    data: (/** @type {Form} */ form) => ({ card: form.entity, assignee: form.value("assignee") }),
  },
  grade: { fields: fields.GRADE, name: "sighting.grade", data: graded },
  assessment: { fields: fields.ASSESSMENT, name: "sighting.assess", data: assessed },
  item: { fields: fields.ITEM, name: "task.update", data: item, adds: true },
  withdraw: { fields: fields.REASON, name: "card.withdraw", data: (/** @type {Form} */ form) => reasoned(form, { card: form.entity }), adds: true },
  note: { fields: fields.NOTE, name: "note.add", data: noted, defaults: () => ({ category: "comment" }), adds: true },
  "column-title": { fields: fields.COLUMN_TITLE, name: "column.rename", data: (/** @type {Form} */ form) => ({ column: form.entity, title: form.value("title") }) },
  "column-before": { fields: fields.COLUMN, name: "column.add", data: beside("before"), adds: true },
  "column-after": { fields: fields.COLUMN, name: "column.add", data: beside("after"), adds: true },
  facts: { fields: fields.SEARCH, name: "search.update", data: (/** @type {Form} */ form) => form.patch() },
  access: {
    fields: fields.ACCESS,
    name: "search.set_access",
    data: (/** @type {Form} */ form) => ({ access: form.value("access"), members: form.value("members") }),
  },
  worrying: {
    fields: fields.WORRYING,
    name: "search.set_worrying",
    data: qualified,
    read: (/** @type {{ worrying: boolean | null }} */ { worrying }) => ({ worrying }), // each decision has its own basis
  },
  appeal: { fields: fields.APPEAL, name: "search.set_appeal", data: appealed, read: (/** @type {{ appeal: any }} */ { appeal }) => ({ appeal }), group: "appeal" },
  outcome: { fields: fields.OUTCOME_CORRECTED, name: "search.set_outcome", data: corrected, read: (/** @type {{ outcome: any }} */ { outcome }) => ({ outcome }) },
  status: {
    fields: [...fields.STATUS, ...fields.OUTCOME],
    name: "search.set_status",
    data: statusSet,
    read: (/** @type {{ status: string }} */ { status }) => ({ status }),
    defaults: () => ({ "outcome.found_at": now() }),
  },
};

export class Forms {
  /** @type {Board} */ #board;
  /** @type {Map<string, any>} */ #sources;
  /** @type {any} */ #forms = new Map();

  /**
   * @param {Map<string, any>} sources Map(sighting -> name and contact) of sources read here
   * @param {Board} board
   */
  constructor(board, sources) {
    this.#board = board;
    this.#sources = sources;
  }

  /**
   * Return the form of a kind for an entity. It lives as long as the page; its text longer.
   * @param {string} kind
   */
  get(kind, entity = /** @type {string | null} */ (null)) {
    const key = entity ? `${kind}:${entity}` : kind;
    if (!this.#forms.has(key)) this.#forms.set(key, this.#make(kind, key, entity));
    return this.#forms.get(key);
  }

  /**
   * Return the form of a refused command, or null if it had none (a drag, a checkbox).
   * @param {{ name: string, data: Record<string, any> }} given
   */
  of({ name, data }) {
    const card = data.sighting ?? data.task ?? data.card;
    if (name === "sighting.add") return this.get("add-sighting");
    if (name === "task.add") return this.get("add-task");
    if (name === "card.assign") return this.get("assignee", card);
    if (name === "sighting.grade") return this.get("grade", card);
    if (name === "sighting.assess") return this.get("assessment", card);
    if (name === "card.withdraw") return this.get("withdraw", card);
    if (name === "note.add") return this.get("note", card);
    if (name === "column.rename") return this.get("column-title", data.column);
    if (name === "column.add") return this.get(data.before ? "column-before" : "column-after", data.before ?? data.after);
    if (name === "search.update") return this.get("facts", this.#board.id);
    if (name === "search.set_access") return this.get("access", this.#board.id);
    if (name === "search.set_worrying") return this.get("worrying", this.#board.id);
    if (name === "search.set_appeal") return this.get("appeal", this.#board.id);
    if (name === "search.set_outcome") return this.get("outcome", this.#board.id);
    if (name === "search.set_status") return this.get("status", this.#board.id);
    if (name === "sighting.update") return this.get(data.priority ? "sighting-priority" : "sighting", data.sighting);
    if (name === "task.update" && !data.checklist) return this.get(data.priority ? "task-priority" : "task", data.task);
    return null;
  }

  /** @param {JournalEvent[]} events */
  onEvents(events) {
    for (const form of this.#forms.values()) {
      const own = events.filter((/** @type {any} */ event) => event.id === form.entity);
      if (own.length) form.onEvents(own);
    }
  }

  /** Entities with unsent text. */
  get drafts() {
    return new Set([...this.#forms.values()].filter((form) => form.dirty).map((form) => form.entity));
  }

  /**
   * @param {string} kind
   * @param {string} key
   * @param {any} entity
   */
  #make(kind, key, entity) {
    const { fields, name, data, group, defaults, adds, read = (/** @type {State} */ state) => state } = KINDS[kind];
    const state = () => this.#board.get(entity)?.state;
    return new Form({
      key,
      entity,
      command: { name, data: (/** @type {Form} */ form) => data(form, this.#board), group },
      board: this.#board,
      fields,
      read: entity && !adds ? () => (state() ? read(state(), this.#sources.get(entity)) : null) : undefined,
      draft: draft(`${this.#board.id}:${key}`),
      defaults,
    });
  }
}

/**
 * @param {State} state
 * @param {any} source
 */
function withSource(state, source) {
  return source && !source.problem ? { ...state, source_name: source.name, source_contact: source.contact } : state;
}

/**
 * Send only the changed half of a grade: two people may set source and content at once.
 * @param {Form} form
 */
function graded(form) {
  const patch = form.patch();
  return patch && reasoned(form, { sighting: form.entity, grade: patch.grade ?? {} });
}

/** @param {Form} form */
function assessed(form) {
  const assessment = form.value("assessment");
  const duplicate = assessment === "duplicate" ? { duplicate_of: form.value("duplicate_of") } : {};
  return reasoned(form, { sighting: form.entity, assessment, ...duplicate });
}

/** @param {Form} form */
function item(form) {
  const filled = form.filled();
  // 2^32 keys: items that two people add at once do not collide.
  const key = crypto.getRandomValues(new Uint32Array(1))[0].toString(36);
  return filled && { task: form.entity, checklist: { [key]: { text: filled.text, done: false } } };
}

/**
 * Data of a new column beside the given one.
 * @param {string} side
 */
function beside(side) {
  return (/** @type {Form} */ form) => {
    const filled = form.filled();
    return filled && { ...filled, [side]: form.entity };
  };
}

/** @param {Form} form */
function noted(form) {
  const filled = form.filled();
  return filled && (form.entity ? { ...filled, card: form.entity } : filled);
}

/** @param {Form} form */
function qualified(form) {
  const filled = form.filled(["basis"]);
  return filled && { worrying: form.value("worrying"), ...filled };
}

/**
 * Drop the period when there is no appeal.
 * @param {Form} form
 */
function appealed(form) {
  const none = form.value("appeal.level") === "none";
  const filled = form.filled(["appeal.level", ...(none ? [] : ["appeal.from", "appeal.until"])]);
  return filled && reasoned(form, filled.appeal);
}

/** @param {Form} form */
function corrected(form) {
  const patch = form.patch();
  return patch && reasoned(form, { outcome: patch.outcome ?? {} });
}

/** @type {Record<string, any>} */
const EXTRA_FIELDS = { found: fields.OUTCOME.map(({ path }) => path), closed: ["acknowledge"] };

/**
 * @param {Form} form
 * @param {Board} board
 */
function statusSet(form, board) {
  const status = form.value("status");
  const filled = form.filled(["status", "reason", ...(EXTRA_FIELDS[status] ?? [])]);
  if (status === "closed") return acknowledged(form, filled, board);
  if (!filled || status !== "found") return filled;
  const told = { family_told: form.value("outcome.family_told"), police_told: form.value("outcome.police_told") };
  return { ...filled, outcome: { ...filled.outcome, ...told } };
}

/**
 * Add the reason for closing with open work; the server asks for it too.
 * @param {Form} form
 * @param {any} filled
 * @param {Board} board
 */
function acknowledged(form, filled, board) {
  if (form.value("acknowledge") || !openItems(board, /** @type {Entity} */ (board.get(form.entity)).state).any) return filled;
  form.errors.acknowledge = "required";
  return null;
}
