/* A wall display begins here: as a screen that waits for its code, or as the display that it is. */

import { load } from "../i18n.js";
import { elsewhere, pair } from "./pairing.js";
import { Screen } from "./screen.js";
import { Stage } from "./stage.js";

const RELOAD_AFTER = 5_000;  // ms between two tries
const POINTER_MS = 3_000;    // so long it is seen after it was moved

async function start() {
  const { id, state, version, language, catalogue, settings } = document.body.dataset;
  const root = document.querySelector("[data-wall]");
  const words = load(language, catalogue);
  hidePointer(document.documentElement);
  if (state === "unavailable") return reload();
  if (state === "new") return words.then(() => pair(root, { reload }));

  let stage = null;
  const ended = (why) => {
    stage?.disconnect();
    if (why === "elsewhere") elsewhere(root);
    else pair(root, { why, reload });
  };
  const screen = new Screen({ id, version, settings: JSON.parse(settings) }, { reload, ended }).start(); // while the words come
  await words;
  if (screen.ended) return undefined;
  stage = new Stage(root, screen);
  return stage.connect();
}

let reloading = false;

/** Loads the page anew, but not before the server gives it: a page that says that it can't is one that nobody would leave. */
async function reload() {
  if (reloading) return;
  reloading = true;
  for (;;) {
    const answer = await fetch("/wall", { cache: "no-store" }).catch(() => null);
    if (answer?.ok) return location.reload();
    await new Promise((again) => setTimeout(again, RELOAD_AFTER));
  }
}

function hidePointer(page) {
  let timer = null;
  addEventListener("pointermove", () => {
    page.classList.add("pointing");
    clearTimeout(timer);
    timer = setTimeout(() => page.classList.remove("pointing"), POINTER_MS);
  });
}

start();
