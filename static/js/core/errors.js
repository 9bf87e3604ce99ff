/** Refusal of a command; nothing was changed. {code, message, fields, current} as in the contract. */
export class Refused extends Error {
  /** @param {RefusedFrame} frame */
  constructor({ id, code, message, fields = {}, current = null }) {
    super(message);
    Object.assign(this, { name: "Refused", id, code, fields, current });
  }
}
