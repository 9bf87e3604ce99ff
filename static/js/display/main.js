/* A wall display begins here: as a screen that waits for its code, or as the display that it is. */

import { load } from "../core/i18n.js";
import { wrongOrigin } from "../core/origin.js";
import { elsewhere, pair } from "./pairing.js";
import { Recovery, reload } from "./recovery.js";
import { Screen } from "./display_session.js";
import { Stage } from "./display_view.js";
import { Told } from "./status_report.js";
import { Veil } from "./stale_overlay.js";

const POINTER_MS = 3_000; // so long it is seen after it was moved

async function start() {
  const { id, state, version, language, catalogue, settings } = document.body.dataset;
  const root = document.querySelector("[data-display-root]");
  const words = load(language, catalogue);
  hidePointer(document.documentElement);
  if (state === "unavailable") return reload();
  if (state === "new") return words.then(() => pair(root, { reload }));
  const veil = new Veil();
  if (!veil.runs) return reload(); // without its sheet: nothing may be shown

  let stage = null;
  const ended = (why) => {
    stage?.disconnect();
    told.disconnect();
    recovery.disconnect();
    veil.lift();
    if (why === "elsewhere") elsewhere(root);
    else pair(root, { why, reload });
  };
  const screen = new Screen({ id, version, settings: JSON.parse(settings) }, { reload, ended });
  const told = new Told(screen, veil);
  const recovery = new Recovery(screen, told, { isBusy: () => stage?.isLifted, reload });
  screen.start(); // while the words come
  told.connect();
  recovery.connect();
  await words;
  veil.explain(wrongOrigin());
  if (screen.ended) return undefined;
  stage = new Stage(root, screen, veil);
  return stage.connect();
}

function hidePointer(page) {
  let timer = null;
  addEventListener("pointermove", () => {
    page.classList.add("pointing");
    clearTimeout(timer);
    timer = setTimeout(() => page.classList.remove("pointing"), POINTER_MS);
  });
}

// A page that could not begin is begun anew, as nobody is there to do it.
start().catch((error) => {
  reportError(error);
  reload();
});
