/* Every page begins here: who is signed in, which page it is, and which view draws it. */

import { Desk } from "./core/session.js";
import { Tab } from "./core/tab.js";
import { belongTo } from "./core/storage.js";
import { dropSources } from "./core/drafts.js";
import { vault } from "./core/vault.js";
import { load } from "./core/i18n.js";
import { connect as edges } from "./behaviours/edge_heights.js";
import * as bell from "./shared/alerts/bell.js";
import * as outside from "./behaviours/close_on_outside.js";
import * as signOut from "./shared/sign_out.js";
import * as notices from "./shared/notices.js";
import * as keys from "./shared/shortcuts_dialog.js";
import * as says from "./shared/announcer.js";
import * as freshness from "./shared/freshness_indicator.js";
import * as room from "./shared/capacity_indicator.js";
import * as shift from "./shared/shift_indicator.js";
import * as seen from "./core/read_position.js";
import * as activity from "./core/session_keepalive.js";

// By page: what it is drawn by. This and what it needs is fetched together with the page (board/web/js_bundle.py reads it here).
const VIEWS = {
  sign_in: () => import("./pages/sign_in/page.js"),
  password: () => import("./pages/account/password_link.js"),
  operations: () => import("./pages/operations/page.js"),
  accounts: () => import("./pages/account/one_time_secret.js"),
  audit: () => import("./pages/audit/page.js"),
  account: () => import("./pages/account/page.js"),
  intake: () => import("./pages/intake/page.js"),
  search: () => import("./pages/search/page.js"),
  since: () => import("./pages/unseen/page.js"),
  history: () => import("./pages/history/page.js"),
  replay: () => import("./pages/replay/page.js"),
  handover: () => import("./pages/handover/page.js"),
  displays: () => import("./pages/displays/page.js"),
};

// Pages that show a board: whoever looks at one has seen it.
const SEEN = new Set(["operations", "search"]);

async function start() {
  dropSources();
  edges(document.querySelector("[data-page-header]"), document.querySelector("[data-page-footer]"));
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
  outside.connect(document.querySelector("details.account-menu"));
  signOut.connect(document.querySelector("[data-sign-out]"), desk);
  shift.mount(document.querySelector("[data-shift]"), document.querySelector("[data-shift-notices]"), desk);
  notices.mount(document.querySelector("[data-notices]"), desk);
  keys.mount(desk, document.querySelector("details.account-menu"));
  if (!board || page === "replay") return undefined; // which says itself that it is not live
  says.mount(desk, desk.board(board));
  room.mount(document.querySelectorAll("[data-capacity-notice]"), desk.board(board));
  if (SEEN.has(page)) seen.mount(desk, desk.board(board));
  return freshness.mount(document.querySelector("[data-freshness-mark]"), desk, desk.board(board)); // last: "live" is said where all hears
}

// A page that the browser kept as it was may be of somebody who has signed out meanwhile.
addEventListener("pageshow", ({ persisted }) => persisted && location.reload());

// What did not come (the line broke while the page loaded) must not leave a page that waits for ever.
const unloaded = document.querySelector("[data-load-warning]");
start().then(
  () => unloaded.remove(),
  (error) => {
    unloaded.dataset.failed = "";
    reportError(error);
  },
);
