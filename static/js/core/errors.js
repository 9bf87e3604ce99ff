/** A command was not accepted, and nothing changed: {code, message, fields, current} as the contract has them. */
export class Refused extends Error {
  constructor({ id, code, message, fields = {}, current = null }) {
    super(message);
    Object.assign(this, { name: "Refused", id, code, fields, current });
  }
}
