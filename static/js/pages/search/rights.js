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

  get mayNote() {
    return this.session.can("investigator");
  }

  get mayEdit() {
    return this.session.can("investigator") && Boolean(this.model?.search) && !this.isClosed;
  }

  get mayLead() {
    return this.session.can("coordinator");
  }

  /** True if this person may set the goal: as a coordinator, or as the lead of this search. */
  get mayGoal() {
    return this.mayEdit && (this.mayLead || this.model?.search?.state.lead === this.session.account.id);
  }

  /** @param {string} right */
  may = (right) =>
    (right === "note" && this.mayNote) || (right === "edit" && this.mayEdit) || (right === "lead" && this.mayLead) || (right === "goal" && this.mayGoal);
}
