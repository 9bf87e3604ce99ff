/** Searches of a handover that this person must read: before accepting the handover, or after accepting it with unread searches. */

/** @typedef {{ board: string, reader: { unread: boolean }, after: { seq: number } }} ReportSection */

export class Reading {
  /** @type {HandoverView} */ #view;
  /** @type {Map<string, number>} */ #read = new Map(); // "number board" -> seq marked as read, as acknowledged here

  /** @param {HandoverView} view */
  constructor(view) {
    this.#view = view;
  }

  /** True if this person marks searches as read. */
  get isOpen() {
    return this.#view.mayTakeOver || this.stillUnread.length > 0;
  }

  /** Searches that the shift holder accepted unread and must still read. */
  get stillUnread() {
    return this.#view.sections.filter((/** @type {ReportSection} */ { board }) => this.isStillUnread(board));
  }

  /**
   * Return the number of the handover for which a search must be read.
   * @param {string} board
   */
  numberOf(board) {
    const { shift, number } = this.#view;
    return this.#wasAcceptedUnread(board) ? shift?.handover : number;
  }

  /** @param {ReportSection} section */
  isToRead(section) {
    return this.#view.mayTakeOver ? this.isUnread(section) : this.isStillUnread(section.board);
  }

  /**
   * Return true if this person must still read a section before accepting. Sections that were just marked count as read before the report
   * confirms it; a report from before signing has no reading positions.
   * @param {ReportSection} section
   */
  isUnread({ board, reader: { unread }, after }) {
    const { report, handover, number } = this.#view;
    return (unread || !report.isOf(handover)) && !this.#view.isSending(board, "read") && (this.#read.get(`${number} ${board}`) ?? -1) < after.seq;
  }

  /** @param {string} board */
  isStillUnread(board) {
    return this.#wasAcceptedUnread(board) && !this.#view.isSending(board, "read", this.#view.shift?.handover);
  }

  /** @param {string} board @param {number} seq */
  mark(board, seq) {
    this.#read.set(`${this.#view.number} ${board}`, seq);
  }

  /**
   * Return the next section to read after a section, or from the start.
   * @param {ReportSection | undefined} current
   * @returns {ReportSection | undefined}
   */
  nextAfter(current) {
    const order = this.#view.sections, from = order.indexOf(current) + 1;
    return [...order.slice(from), ...order.slice(0, from)].find((/** @type {ReportSection} */ section) => section !== current && this.isToRead(section));
  }

  /** @param {string} id */
  #wasAcceptedUnread(id) {
    const { isFixed, isHolder, shift, board, session } = this.#view;
    const state = isFixed || !isHolder ? null : board.of("handed").find((/** @type {{ id: string }} */ entity) => entity.id === id)?.state;
    return state?.unread_by === session.account.id && state.handover === shift?.handover;
  }
}
