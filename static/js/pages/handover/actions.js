/** Actions of the handover page. Each redraws; refused text returns to its form. */

import { get, orNull } from "../../core/connection/api.js";
import { t } from "../../core/i18n.js";
import { label } from "../../core/labels.js";
import { serverNow } from "../../core/time.js";
import { keptIn } from "./moving_alarms.js";

const OPERATIONS = "operations";
const FIRST_TEXT = "[data-section] form[data-form=briefing] textarea"; // focused after a handover was prepared

/** @type {Record<string, any>} */
const COMMAND_OF_STEP = { take: "shift.take", refuse: "handover.refuse", withdraw: "handover.withdraw" }; // dialog -> command

export class HandoverActions {
  /** @type {HandoverView} */ #view;

  /** @param {HandoverView} view */
  constructor(view) {
    this.#view = view;
  }

  /** @param {string} name */
  dialog(name) {
    const view = this.#view;
    if (COMMAND_OF_STEP[name]) view.forms.step(COMMAND_OF_STEP[name]).open();
    view.ui.dialog = name;
    if (name === "sign") this.#recordPositions();
    view.draw();
  }

  closeDialog = () => {
    Object.assign(this.#view.ui, { dialog: null, stale: null, signing: null });
    this.#view.draw();
  };

  /**
   * Submit the form of a step.
   * @param {Form} form
   */
  submit = async (form) => {
    const view = this.#view, data = form.command.data(form);
    if (!data) return this.#showErrors();
    if (await this.#sendForm(form, OPERATIONS, data, view.board)) {
      this.closeDialog();
      if (form.command.name === "handover.prepare") view.focusNext = FIRST_TEXT;
    }
    return view.draw();
  };

  /**
   * Save the text about a search or the shift.
   * @param {Form} form
   */
  save = async (form) => {
    const view = this.#view, board = form.entity;
    if (!form.dirty) return;
    const { handover, ...data } = form.command.data(form) ?? {};
    if (!handover) return this.#showErrors();
    const ack = await this.#sendForm(form, board, { handover, ...data }, form.position());
    if (ack) view.saved(board, data, ack);
    else view.report.moved(board === OPERATIONS ? null : board);
    view.draw();
  };

  /**
   * Confirm that a carried-over text is still true, by writing it again.
   * @param {string} board
   * @param {string} path
   */
  confirm(board, path) {
    return this.#write(board, { [path]: this.#view.written(board)[path] });
  }

  saveAll = () => Promise.all(this.#view.unsaved.map((board) => this.save(this.#view.forms.written(board))));

  /**
   * Pin or unpin a card or note.
   * @param {{ board: string }} section
   * @param {string} id
   */
  pin({ board }, id) {
    const pinned = this.#view.written(board).pinned ?? [];
    return this.#write(board, { pinned: pinned.includes(id) ? pinned.filter((/** @type {any} */ pinnedId) => pinnedId !== id) : [...pinned, id] });
  }

  /**
   * Set the person responsible for a search that the next shift holder cannot see; null clears the choice.
   * @param {{ board: string }} section
   * @param {any} keeper
   */
  keep({ board }, keeper) {
    return this.#write(board, { handover: this.#view.number, keeper });
  }

  /**
   * Keep an alarm after the handover, or let it pass on.
   * @param {{ board: string }} section
   * @param {string} id
   * @param {boolean} isKept
   */
  keepAlarm({ board }, id, isKept) {
    const others = keptIn(this.#view, board).filter((/** @type {string} */ other) => other !== id);
    return this.#write(board, { kept: isKept ? [...others, id] : others });
  }

  /**
   * Ask for confirmation before the next shift holder becomes a member of a search.
   * @param {{ board: string, outside: any, search: any }} section
   */
  askLetIn({ board, outside, search }) {
    this.#view.ui.letting = { board, outside, search };
    this.dialog("let-in");
  }

  /** Add the next shift holder to the members of a search. */
  letIn = async () => {
    const view = this.#view, { board, outside } = view.ui.letting;
    const data = { access: "members", members: [...view.membersOf(board), outside] };
    this.closeDialog();
    if (!(await this.#sendCommand(board, "search.set_access", data, view.position(board)))) return;
    view.ui.letIn.set(board, { name: view.nameOf(outside), at: serverNow().toISOString() });
    view.report.moved();
    view.draw();
  };

  /**
   * Load the cards and notes that can be pinned, each time the list of choices opens.
   * @param {{ board: string }} section
   */
  async readCards({ board }) {
    const { pinning } = this.#view.ui;
    pinning.set(board, { ...pinning.get(board), failed: false }); // the previous list stays until the answer
    const answer = await orNull(get(`/api/v1/boards/${board}`));
    pinning.set(board, answer ? { all: answer.entities } : { ...pinning.get(board), failed: true });
    this.#view.draw();
  }

  /**
   * Mark a search as read up to the visible state.
   * @param {{ board: string, after: any }} section
   */
  async read({ board, after }) {
    const view = this.#view, handover = view.reading.numberOf(board);
    if (await this.#sendCommand(board, "handover.read", { handover, seq: after.seq })) view.reading.mark(board, after.seq);
    view.report.moved(board);
  }

  /**
   * Send the reader's summary of a search.
   * @param {Form} form
   */
  restate = async (form) => {
    const view = this.#view, data = form.command.data(form);
    if (!data) return this.#showErrors();
    if (await this.#sendForm(form, form.entity, data)) view.report.moved(form.entity);
    return view.draw();
  };

  /**
   * Confirm that a summary is correct.
   * @param {string} board
   * @param {string} account
   * @param {string} at time of the summary
   */
  async correct(board, account, at) {
    const view = this.#view;
    await this.#sendCommand(board, "handover.answer", { handover: view.number, account, at, correct: true });
    view.report.moved(board);
  }

  /** @param {{ board: string, account: string, at: string }} summary */
  askWhat = (summary) => {
    this.#view.ui.answering = summary;
    this.dialog("answer");
  };

  /**
   * Send a correction of a summary.
   * @param {Form} form
   */
  notQuite = async (form) => {
    const view = this.#view, { account, at } = view.ui.answering, data = form.command.data(form);
    if (!data) return this.#showErrors();
    if (await this.#sendForm(form, form.entity, { ...data, account, at, correct: false })) this.closeDialog();
    view.report.moved(form.entity);
    return view.draw();
  };

  /** Sign at the positions at which the dialog was opened. */
  sign = async () => {
    const view = this.#view, { signing } = view.ui;
    const { positions } = signing;
    signing.busy = true;
    view.draw();
    try {
      await view.board.send("handover.sign", { handover: view.number, positions });
      this.closeDialog();
    } catch (refusal) {
      view.board.discard(/** @type {any} */ (refusal).id);
      Object.assign(signing, { busy: false, problem: /** @type {any} */ (refusal).message });
      view.ui.stale = await this.#eventsSince(/** @type {any} */ (refusal).fields, positions);
      view.report.moved();
    }
    view.draw();
  };

  /** Use the currently visible positions for signing. */
  lookAgain = () => {
    this.#view.ui.stale = null;
    this.#recordPositions();
    this.#view.draw();
  };

  /** @param {any} entry */
  reopen(entry) {
    const view = this.#view;
    const form = entry.name === "handover.write" ? view.forms.written(entry.board) : view.forms.step(entry.name);
    form.restoreData(entry.data, entry, entry.refusal ?? {});
    view.session.outbox.discard(entry.id);
    view.ui.dialog = Object.keys(COMMAND_OF_STEP).find((name) => COMMAND_OF_STEP[name] === entry.name) ?? null;
    view.draw();
  }

  #recordPositions() {
    const positions = Object.fromEntries(this.#view.sections.map((/** @type {{ board: string, seq: number }} */ section) => [section.board, this.#view.seenSeq(section)]));
    this.#view.ui.signing = { positions, busy: false, problem: null };
  }

  /**
   * Return the events on boards whose positions were refused, {board: {why, events}}; null if the refusal has another cause.
   * @param {any} fields
   * @param {any} positions
   */
  async #eventsSince(fields, positions) {
    const boards = Object.entries(fields).filter(([name]) => name.startsWith("positions."));
    if (!boards.length) return null;
    const staleBoards = boards.map(async ([name, why]) => {
      const board = name.slice("positions.".length);
      return [board, { why, events: await eventsAfter(board, positions[board] ?? null) }];
    });
    return Object.fromEntries(await Promise.all(staleBoards));
  }

  /**
   * Send a form. It is emptied when the outbox has stored the text, and restored after a refusal. Returns the ack, or null.
   * @param {Form} form
   * @param {string} board
   * @param {Record<string, any>} data
   * @param {Position} [position]
   */
  async #sendForm(form, board, data, { seq, base = seq, epoch } = {}) {
    const { session, draw } = this.#view;
    const answer = session.outbox.add(board, form.command.name, data, { base, epoch });
    const released = form.release();
    draw();
    try {
      return await answer;
    } catch (refusal) {
      form.restore(released, refusal);
      form.problem = explainRefusal(/** @type {any} */ (refusal));
      session.outbox.discard(/** @type {any} */ (refusal).id);
      this.#view.focusError = true;
      return null;
    }
  }

  /**
   * Send a text or choice about a search without a form.
   * @param {string} board
   * @param {Record<string, any>} data
   */
  async #write(board, data) {
    const view = this.#view; // without a position, two simultaneous pins both apply
    const ack = await this.#sendCommand(board, "handover.write", { handover: view.number, ...data }, view.position(board));
    if (ack) view.saved(board, data, ack);
  }

  /**
   * Send a command without a form; a refusal appears in the list of refusals. Returns the ack, or null.
   * @param {string} board
   * @param {string} name
   * @param {Record<string, any>} data
   * @param {Position} [position]
   */
  async #sendCommand(board, name, data, { seq: base, epoch } = {}) {
    const { session, draw } = this.#view;
    const answer = session.outbox.add(board, name, data, { base, epoch }).catch(() => null);
    draw();
    return answer.finally(draw);
  }

  #showErrors() {
    this.#view.focusError = true;
    this.#view.draw();
  }
}

/**
 * Return the most precise explanation of a refusal.
 * @param {{ message: string, fields: any }} refusal
 */
function explainRefusal({ message, fields }) {
  if (Object.keys(fields).some((name) => name.startsWith("searches."))) return t("Some searches have not been read. Read those listed, or give a reason for taking over anyway.");
  return fields.handover ?? fields.shift ?? message;
}

/** @param {string} board @param {number} seq */
async function eventsAfter(board, seq) {
  const answer = seq === null ? null : await orNull(get(`/api/v1/boards/${board}/events?after=${seq}&limit=50`));
  return answer?.events.filter((/** @type {{ hidden: any }} */ { hidden }) => !hidden) ?? [];
}

/** Names for the list of refusals. */
/** @type {Record<string, () => string>} */
export const COMMANDS = {
  "shift.take": () => t("Taking the shift"), "handover.prepare": () => t("Preparing a handover"), "handover.write": () => t("Handover text"),
  "handover.sign": () => t("Signing"), "handover.read": () => t("Marking as read"), "handover.restate": () => t("Summary"), "handover.answer": () => t("Answer to a summary"), "handover.accept": () => t("Taking over"),
  "search.set_access": () => label.field("access"), "handover.refuse": () => t("Refusing the handover"), "handover.withdraw": () => t("Withdrawing the handover"),
};
