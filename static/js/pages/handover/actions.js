/** Actions on the handover page. Each redraws; refused text returns to its form. */

import { get, orNull } from "../../core/connection/api.js";
import { t } from "../../core/i18n.js";
import { label } from "../../core/labels.js";
import { serverNow } from "../../core/time.js";

const OPERATIONS = "operations";
const FIRST_TEXT = "[data-section] form[data-form=briefing] textarea"; // where a person continues who prepared a handover

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
    if (name === "sign") this.#look();
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
    if (!data) return this.#trouble();
    if (await this.#sendForm(form, OPERATIONS, data, view.board)) {
      this.closeDialog();
      if (form.command.name === "handover.prepare") view.focusNext = FIRST_TEXT;
    }
    return view.draw();
  };

  /**
   * Save the text about a search or the desk.
   * @param {Form} form
   */
  save = async (form) => {
    const view = this.#view, board = form.entity;
    if (!form.dirty) return;
    const { handover, ...data } = form.command.data(form) ?? {};
    if (!handover) return this.#trouble();
    const ack = await this.#sendForm(form, board, { handover, ...data }, form.position());
    if (ack) view.saved(board, data, ack);
    else view.report.moved(board === OPERATIONS ? null : board);
    view.draw();
  };

  /**
   * Say that a text which carried over is still true, by writing it again.
   * @param {string} board
   * @param {string} path
   */
  confirm(board, path) {
    return this.#write(board, { [path]: this.#view.written(board)[path] });
  }

  saveAll = () => Promise.all(this.#view.unsaved.map((board) => this.save(this.#view.forms.written(board))));

  /**
   * Pin or unpin a card or note.
   * @param {{ board: string }} given
   * @param {string} id
   */
  pin({ board }, id) {
    const pinned = this.#view.written(board).pinned ?? [];
    return this.#write(board, { pinned: pinned.includes(id) ? pinned.filter((/** @type {any} */ each) => each !== id) : [...pinned, id] });
  }

  /**
   * Set who is responsible for a search that the next shift holder cannot see; null clears it.
   * @param {{ board: string }} given
   * @param {any} keeper
   */
  keep({ board }, keeper) {
    return this.#write(board, { handover: this.#view.number, keeper });
  }

  /**
   * Ask once before the next shift holder becomes a member of a search.
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
   * Load cards and notes that can be pinned, each time the choice opens.
   * @param {{ board: string }} given
   */
  async readCards({ board }) {
    const { pinning } = this.#view.ui;
    pinning.set(board, { ...pinning.get(board), failed: false }); // the previous list stays until then
    const answer = await orNull(get(`/api/v1/boards/${board}`));
    pinning.set(board, answer ? { all: answer.entities } : { ...pinning.get(board), failed: true });
    this.#view.draw();
  }

  /**
   * Mark as read up to what is on the screen.
   * @param {{ board: string, after: any }} given
   */
  async read({ board, after }) {
    const view = this.#view, handover = view.reading.numberOf(board);
    if (await this.#sendCommand(board, "handover.read", { handover, seq: after.seq })) view.reading.mark(board, after.seq);
    view.report.moved(board);
  }

  /**
   * Say in one's own words what one has understood of a search.
   * @param {Form} form
   */
  restate = async (form) => {
    const view = this.#view, data = form.command.data(form);
    if (!data) return this.#trouble();
    if (await this.#sendForm(form, form.entity, data)) view.report.moved(form.entity);
    return view.draw();
  };

  /**
   * Say that what somebody understood is correct.
   * @param {string} board
   * @param {string} account
   * @param {string} at when they wrote it
   */
  async correct(board, account, at) {
    const view = this.#view;
    await this.#sendCommand(board, "handover.answer", { handover: view.number, account, at, correct: true });
    view.report.moved(board);
  }

  /** @param {{ board: string, account: string, at: string }} said */
  askWhat = (said) => {
    this.#view.ui.answering = said;
    this.dialog("answer");
  };

  /**
   * Say what is not quite right in it.
   * @param {Form} form
   */
  notQuite = async (form) => {
    const view = this.#view, { account, at } = view.ui.answering, data = form.command.data(form);
    if (!data) return this.#trouble();
    if (await this.#sendForm(form, form.entity, { ...data, account, at, correct: false })) this.closeDialog();
    view.report.moved(form.entity);
    return view.draw();
  };

  /** Sign at the positions shown when the dialog was opened. */
  sign = async () => {
    const view = this.#view, { signing } = view.ui;
    const { positions } = signing;
    signing.busy = true;
    view.draw();
    try {
      await view.board.send("handover.sign", { handover: view.number, positions });
      this.closeDialog();
    } catch (refused) {
      view.board.discard(/** @type {any} */ (refused).id);
      Object.assign(signing, { busy: false, problem: /** @type {any} */ (refused).message });
      view.ui.stale = await this.#since(/** @type {any} */ (refused).fields, positions);
      view.report.moved();
    }
    view.draw();
  };

  /** Use the positions now on the screen for signing. */
  lookAgain = () => {
    this.#view.ui.stale = null;
    this.#look();
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

  #look() {
    const positions = Object.fromEntries(this.#view.sections.map((/** @type {{ board: string, seq: number }} */ { board, seq }) => [board, seq]));
    this.#view.ui.signing = { positions, busy: false, problem: null };
  }

  /**
   * Return events on boards whose positions were refused, {board: {why, events}}; null if the refusal has another cause.
   * @param {any} fields
   * @param {any} positions
   */
  async #since(fields, positions) {
    const boards = Object.entries(fields).filter(([name]) => name.startsWith("positions."));
    if (!boards.length) return null;
    const told = boards.map(async ([name, why]) => {
      const board = name.slice("positions.".length);
      return [board, { why, events: await eventsAfter(board, positions[board] ?? null) }];
    });
    return Object.fromEntries(await Promise.all(told));
  }

  /**
   * Send a form. It empties once the outbox has stored the text, and gets it back if refused. Return the ack, or null.
   * @param {Form} form
   * @param {string} board
   * @param {Record<string, any>} data
   * @param {Position} [position]
   */
  async #sendForm(form, board, data, { seq, base = seq, epoch } = {}) {
    const { session, draw } = this.#view;
    const answer = session.outbox.add(board, form.command.name, data, { base, epoch });
    const sent = form.release();
    draw();
    try {
      return await answer;
    } catch (refused) {
      form.restore(sent, refused);
      form.problem = whyNot(/** @type {any} */ (refused));
      session.outbox.discard(/** @type {any} */ (refused).id);
      this.#view.trouble = true;
      return null;
    }
  }

  /**
   * Send what was said about a search without a form.
   * @param {string} board
   * @param {Record<string, any>} data
   */
  async #write(board, data) {
    const view = this.#view; // without a position both of two simultaneous pins apply
    const ack = await this.#sendCommand(board, "handover.write", { handover: view.number, ...data }, view.position(board));
    if (ack) view.saved(board, data, ack);
  }

  /**
   * Send a command without a form; refused, it is listed among the refusals. Return the ack, or null.
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

  #trouble() {
    this.#view.trouble = true;
    this.#view.draw();
  }
}

/**
 * Explain a refusal as precisely as the server does.
 * @param {{ message: string, fields: any }} given
 */
function whyNot({ message, fields }) {
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
