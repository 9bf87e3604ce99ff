/* Files of a report of a disappearance. They wait in this browser, and go to the search as soon as the report is opened or joined. */

import { html, nothing } from "../../../vendor/lit-html/lit-html.js";
import { t } from "../../core/i18n.js";
import { AddingFiles } from "../../shared/files/adding.js";
import { filesOfForm } from "../../shared/files/strip.js";

const PREFIX = "report:"; // prefix of the key of a report's files

export class ReportFiles extends AddingFiles {
  #session;
  #board;
  #call;

  /** @param {Pick<IntakeView, "session" | "board" | "draw" | "focusAfterDraw">} page @param {import("./report_call.js").ReportCall} call */
  constructor(page, call) {
    super({
      account: () => page.session.account.id, mayAdd: () => call.id !== null, draw: page.draw, focus: (selector) => page.focusAfterDraw(selector),
      left: () => page.focusAfterDraw("[data-row=report-files] [data-act=add-files]"),
      send: (target, files) => files.forEach((file) => page.session.uploads.add(this.search ?? "", target, file)),
    });
    this.#session = page.session;
    this.#board = page.board;
    this.#call = call;
  }

  /** Search of the report; null until it is opened or joined. @returns {string | null} */
  get search() {
    return this.#call.state?.decision?.search ?? null;
  }

  /** Files of the report, or of its search. @returns {UploadTarget} */
  get target() {
    return this.search ? {} : { form: `${PREFIX}${this.#call.id}` };
  }

  /** Send the waiting files of all reports that were opened or joined in the meantime. */
  settle() {
    const { uploads } = this.#session;
    for (const form of uploads.forms) {
      if (!form.startsWith(PREFIX)) continue;
      const search = this.#board.get(form.slice(PREFIX.length))?.state.decision?.search;
      if (search) uploads.attach(form, search);
    }
  }

  /** @returns {Drawn} */
  draw() {
    if (this.#call.id === null) return nothing;
    const strip = /** @type {any} */ ({ past: false, mayNote: true, board: { id: this.search }, model: { files: new Map() }, session: this.#session, files: this });
    const hint = this.search ? t("They go to the search.") : t("They wait in this browser, and go to the search as soon as it is opened. Keep this page open.");
    return html`<div class="row" data-row="report-files">${filesOfForm(this.target, strip)}<p class="hint">${hint}</p></div>`;
  }
}
