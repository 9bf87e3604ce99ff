/* Entry point of a wall display: shows a pairing code, or the paired display. */

import { loadCatalogue } from "../core/i18n.js";
import { originProblem } from "../core/connection/origin.js";
import { showUsedElsewhere, pair } from "./pairing.js";
import { Recovery, reload } from "./recovery.js";
import { DisplaySession } from "./display_session.js";
import { DisplayView } from "./display_view.js";
import { StatusReport } from "./status_report.js";
import { StaleOverlay } from "./stale_overlay.js";

const POINTER_MS = 3_000; // the pointer stays visible this long after a move

async function start() {
  const { id, state, version, catalogue, settings } = /** @type {Record<string, string>} */ (document.body.dataset);
  const root = /** @type {HTMLElement} */ (document.querySelector("[data-display-root]"));
  const textsLoaded = loadCatalogue(catalogue);
  hidePointer(document.documentElement);
  if (state === "unavailable") return reload();
  if (state === "new") return textsLoaded.then(() => pair(root, { reload }));
  const overlay = new StaleOverlay();
  if (!overlay.runs) return reload(); // no stylesheet: nothing may be shown without the overlay

  /** @type {DisplayView | null} */
  let view = null;
  const onEnded = (/** @type {string} */ reason) => {
    view?.disconnect();
    report.disconnect();
    recovery.disconnect();
    overlay.lift();
    if (reason === "elsewhere") showUsedElsewhere(root);
    else pair(root, { why: reason, reload });
  };
  const session = new DisplaySession({ id, version, settings: JSON.parse(settings) }, { reload, ended: onEnded });
  const report = new StatusReport(session, overlay);
  const recovery = new Recovery(session, report, { isBusy: () => view?.isHighlighted, reload });
  session.start(); // in parallel with loading the texts
  report.connect();
  recovery.connect();
  if (!(await textsLoaded)) return reload(); // without texts, an incomplete board would look complete
  overlay.explain(/** @type {string} */ (originProblem()));
  if (session.ended) return undefined;
  view = new DisplayView(root, session, overlay);
  return view.connect();
}

/** @param {HTMLElement} page */
function hidePointer(page) {
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  addEventListener("pointermove", () => {
    page.classList.add("pointing");
    clearTimeout(timer);
    timer = setTimeout(() => page.classList.remove("pointing"), POINTER_MS);
  });
}

// Reload a page that failed to start: nobody is at the screen.
start().catch((error) => {
  reportError(error);
  reload();
});
