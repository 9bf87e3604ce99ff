/* Rights of this person on the page of a search. */

import { BoardPage } from "../../shared/board/board_page.js";

export class SearchRights extends BoardPage {
  session;

  /** @param {Session} session */
  constructor(session) {
    super();
    this.session = session;
  }

  get isClosed() {
    return this.model?.search?.state.status === "closed";
  }

  get mayRead() {
    return this.session.may("contacts");
  }

  get mayExport() {
    return !this.#isEmergency && this.session.may("export");
  }

  get mayNote() {
    return this.#can("investigator");
  }

  get mayEdit() {
    return this.#can("investigator") && Boolean(this.model?.search) && !this.isClosed;
  }

  get mayLead() {
    return this.#can("coordinator");
  }

  /** True if this person may set the goal: as a coordinator, or as the lead of this search. */
  get mayGoal() {
    return this.mayEdit && (this.mayLead || this.model?.search?.state.lead === this.session.account.id);
  }

  /**
   * Return the right of a role on this search: an emergency opening permits only reading.
   * @param {Role} role
   */
  #can(role) {
    return !this.#isEmergency && this.session.can(role);
  }

  get #isEmergency() {
    return Boolean(document.body.dataset.emergency);
  }

  /** @param {string} right */
  may = (right) =>
    (right === "note" && this.mayNote) || (right === "edit" && this.mayEdit) || (right === "lead" && this.mayLead) || (right === "goal" && this.mayGoal);
}
