/* Errors of commands and requests. */

/** Refusal of a command or request by the server; nothing was changed. Its message is shown to the user. */
export class Refusal extends Error {
  name = "Refusal";

  /**
   * @param {Partial<CommandRefusal & { id: string }>} refused frame as in the contract
   * @param {{ status?: number, retryAfterS?: number }} [http] status of a request, and the seconds to wait if the server sent them
   */
  constructor({ id = "", code = "", message = code, fields = {}, current = null }, { status = 0, retryAfterS = NaN } = {}) {
    super(message);
    this.id = id;
    this.code = code;
    this.fields = fields;
    this.current = current;
    this.status = status;
    this.retryAfterS = retryAfterS;
  }
}

/** No answer from the server: no connection, too slow, or (with a status) the answer of a proxy. */
export class Offline extends Error {
  name = "Offline";

  /** @param {{ cause?: unknown, status?: number, retryAfterS?: number }} [options] */
  constructor({ cause, status = 0, retryAfterS = NaN } = {}) {
    super("There was no answer from the server.", { cause });
    this.status = status;
    this.retryAfterS = retryAfterS;
  }
}
