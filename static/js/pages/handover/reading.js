/** Which searches of a handover this person has to read: before they accept it, or what they accepted unread. */

/** @typedef {{ board: string, reader: { unread: boolean }, after: { seq: number } }} ReportSection */

export class Reading {
  /** @type {HandoverView} */ #view;
  /** @type {Map<string, number>} */ #read = new Map(); // "number board" -> seq marked as read, as acknowledged here

  /** @param {HandoverView} view */
  constructor(view) {
    this.#view = view;
  }

  /** Whether this person marks searches as read. */
  get isOpen() {
    return this.#view.mayTakeOver || this.stillUnread.length > 0;
  }

  /** Searches that the holder of the shift accepted unread, and still has to read. */
  get stillUnread() {
    return this.#view.sections.filter((/** @type {ReportSection} */ { board }) => this.isStillUnread(board));
  }

  /**
   * Return the number of the handover for which a search is read.
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
   * Return whether this person still has to read it before accepting. Sections just marked count as read before the report says so;
   * a report from before signing has no reading positions.
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
   * Return the next section to read after one, or from the first on.
   * @param {ReportSection | undefined} here
   * @returns {ReportSection | undefined}
   */
  nextAfter(here) {
    const order = this.#view.sections, from = order.indexOf(here) + 1;
    return [...order.slice(from), ...order.slice(0, from)].find((/** @type {ReportSection} */ section) => section !== here && this.isToRead(section));
  }

  /** @param {string} id */
  #wasAcceptedUnread(id) {
    const { isFixed, isHolder, shift, board, session } = this.#view;
    const state = isFixed || !isHolder ? null : board.of("handed").find((/** @type {{ id: string }} */ entity) => entity.id === id)?.state;
    return state?.unread_by === session.account.id && state.handover === shift?.handover;
  }
}
