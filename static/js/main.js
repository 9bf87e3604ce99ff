/* Every page begins here: who is signed in, which page it is, and which view draws it. */

import { Desk } from "./desk.js";
import { Tab } from "./tab.js";
import { belongTo } from "./storage.js";
import { load, t } from "./i18n.js";
import { connect as topOf } from "./behaviours/top.js";

const VIEWS = {
  operations: async (root, desk) => (await import("./views/operations.js")).mount(root, desk),
  accounts: async (root) => (await import("./accounts/page.js")).mount(root),
  account: async (root, desk) => (await import("./views/account.js")).mount(root, desk),
  intake: async (root, desk) => (await import("./views/intake.js")).mount(root, desk),
  search: async (root, desk, { board, card }) => (await import("./views/search.js")).mount(root, desk, board, card || null),
};

async function start() {
  topOf(document.querySelector("[data-top]"));
  const { page, board, language, version, catalogue, accountId, accountName, accountRole } = document.body.dataset;
  await load(language, catalogue);
  if (page === "sign_in") return (await import("./views/sign_in.js")).mount(document.querySelector("main"));
  if (page === "password") return (await import("./accounts/link.js")).mount(document.querySelector("main"));
  if (!accountId) return undefined;

  belongTo(accountId);
  const desk = new Desk({ account: { id: accountId, name: accountName, role: accountRole }, version, tab: await new Tab().open() });
  (await import("./alerts/bell.js")).mount(document.querySelector("[data-bell]"), desk);
  (await import("./behaviours/outside.js")).connect(document.querySelector("details.me"));
  (await import("./behaviours/sign_out.js")).connect(document.querySelector("[data-sign-out]"), desk);
  (await import("./views/notices.js")).mount(document.querySelector("[data-notices]"), desk);
  if (board) (await import("./views/freshness.js")).mount(document.querySelector("[data-freshness-mark]"), desk, desk.board(board));
  desk.start();
  await VIEWS[page]?.(document.querySelector("main"), desk, document.body.dataset);
  // what is on the screen comes first
  (await import("./views/keys_dialog.js")).mount(desk, document.querySelector("details.me"));
  return board && (await import("./views/says.js")).mount(desk, desk.board(board));
}

// A module that did not come (the line broke while the page loaded) must not leave a page that waits for ever.
start().catch((error) => {
  reportError(error);
  document.querySelector("[data-notices]").textContent = t("This page did not load whole. Load it again.");
});
