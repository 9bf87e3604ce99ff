/* Every page begins here: who is signed in, which page it is, and which view draws it. */

import { Desk } from "./desk.js";
import { Tab } from "./tab.js";
import { belongTo } from "./storage.js";
import { dropSources } from "./drafts.js";
import { vault } from "./vault.js";
import { load } from "./i18n.js";
import { connect as edges } from "./behaviours/edges.js";
import * as bell from "./alerts/bell.js";
import * as outside from "./behaviours/outside.js";
import * as signOut from "./behaviours/sign_out.js";
import * as notices from "./views/notices.js";
import * as keys from "./views/keys_dialog.js";
import * as says from "./views/says.js";
import * as freshness from "./views/freshness.js";
import * as room from "./views/room.js";
import * as shift from "./shift.js";
import * as seen from "./seen.js";
import * as activity from "./activity.js";

// By page: what it is drawn by. This and what it needs is fetched together with the page (board/web/js_bundle.py reads it here).
const VIEWS = {
  sign_in: () => import("./views/sign_in.js"),
  password: () => import("./accounts/link.js"),
  operations: () => import("./views/operations.js"),
  accounts: () => import("./accounts/page.js"),
  audit: () => import("./audit/page.js"),
  account: () => import("./views/account.js"),
  intake: () => import("./views/intake.js"),
  search: () => import("./views/search.js"),
  since: () => import("./views/since.js"),
  history: () => import("./views/history_page.js"),
  replay: () => import("./views/replay.js"),
  handover: () => import("./views/handover.js"),
  displays: () => import("./views/displays.js"),
};

// Pages that show a board: whoever looks at one has seen it.
const SEEN = new Set(["operations", "search"]);

async function start() {
  dropSources();
  edges(document.querySelector("[data-top]"), document.querySelector("[data-foot]"));
  const { page, board, card, language, version, catalogue, accountId, accountName, accountRole } = document.body.dataset;
  const words = load(language, catalogue);
  const main = document.querySelector("main"), view = VIEWS[page]?.();
  if (page === "sign_in" || page === "password") return words.then(async () => (await view).mount(main));
  if (!accountId) return words;

  belongTo(accountId);
  const kept = vault.begin(accountId);
  const desk = new Desk({ account: { id: accountId, name: accountName, role: accountRole }, version, tab: await new Tab().open() });
  if (board) desk.board(board);
  activity.mount();
  desk.start(); // the board is on its way while what draws it still comes
  await Promise.all([words, kept]);
  (await view)?.mount(main, desk, board, card || null);
  bell.mount(document.querySelector("[data-bell]"), desk);
  outside.connect(document.querySelector("details.me"));
  signOut.connect(document.querySelector("[data-sign-out]"), desk);
  shift.mount(document.querySelector("[data-duty]"), document.querySelector("[data-told]"), desk);
  notices.mount(document.querySelector("[data-notices]"), desk);
  keys.mount(desk, document.querySelector("details.me"));
  if (!board || page === "replay") return undefined; // which says itself that it is not live
  says.mount(desk, desk.board(board));
  room.mount(document.querySelectorAll("[data-room-left]"), desk.board(board));
  if (SEEN.has(page)) seen.mount(desk, desk.board(board));
  return freshness.mount(document.querySelector("[data-freshness-mark]"), desk, desk.board(board)); // last: "live" is said where all hears
}

// A page that the browser kept as it was may be of somebody who has signed out meanwhile.
addEventListener("pageshow", ({ persisted }) => persisted && location.reload());

// What did not come (the line broke while the page loaded) must not leave a page that waits for ever.
const unloaded = document.querySelector("[data-unloaded]");
start().then(
  () => unloaded.remove(),
  (error) => {
    unloaded.dataset.failed = "";
    reportError(error);
  },
);
