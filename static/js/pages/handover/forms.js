/** Forms of a handover: texts about each search and the shift, and the steps. Typed text survives a reload. */

import { draft } from "../../core/storage/drafts.js";
import { Form } from "../../forms/form.js";
import * as fields from "../../forms/handover_fields.js";

const OPERATIONS = "operations";

/** @type {Record<string, any>} */
const STEPS = {
  "shift.take": fields.TAKE, "handover.prepare": fields.PREPARE, "handover.accept": fields.ACCEPT, "handover.refuse": fields.REFUSE,
  "handover.withdraw": fields.WITHDRAW, "handover.restate": fields.RESTATE, "handover.answer": fields.ANSWER,
};

export class Forms {
  /** @type {HandoverView} */ #view;
  /** @type {any} */ #forms = new Map();

  /**
   * @param {HandoverView} view written(board): current texts; position(board): {seq, epoch} of these texts; number: number of the handover
   */
  constructor(view) {
    this.#view = view;
  }

  /**
   * Return the form of the texts about a search, or about the shift for `operations`.
   * @param {string} board
   */
  written(board) {
    return this.#get(`written:${board}`, () => {
      const view = this.#view;
      const position = { get seq() { return view.position(board).seq; }, get epoch() { return view.position(board).epoch; } };
      const data = (/** @type {Form} */ form) => {
        const patch = form.patch();
        return patch && { handover: view.number, ...patch };
      };
      return new Form({
        key: `handover-${board}`, entity: board, board: position, fields: board === OPERATIONS ? fields.ofDesk() : fields.ofSearch(),
        command: { name: "handover.write", data }, read: () => view.written(board), draft: draft(`${board}:handover`),
      });
    });
  }

  /**
   * Return the form of a step, or of a search: the reader's summary ("handover.restate"), or the answer to a summary
   * ("handover.answer").
   * @param {string} name
   * @param {string} [search] the search
   */
  step(name, search) {
    const draftName = `${search ?? OPERATIONS}:${name}`;
    return this.#get(draftName, () => {
      const data = (/** @type {Form} */ form) => {
        const filled = form.filled();
        return filled && (name === "shift.take" || name === "handover.prepare" ? filled : { handover: this.#view.number, ...filled });
      };
      return new Form({
        key: [name.replace(".", "-"), search].filter(Boolean).join("-"), entity: search, board: this.#view.board, fields: STEPS[name],
        command: { name, data }, draft: draft(draftName),
      });
    });
  }

  /** @param {string} key @param {any} make */
  #get(key, make) {
    if (!this.#forms.has(key)) this.#forms.set(key, make());
    return this.#forms.get(key);
  }
}
