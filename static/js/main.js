/* Entry module of all pages except the displays: starts the session and mounts the parts of this page. */

import { Session } from "./core/connection/session.js";
import { Tab } from "./core/connection/tab.js";
import { setAccount } from "./core/storage/storage.js";
import { removePlainSources } from "./core/storage/drafts.js";
import { vault } from "./core/storage/vault.js";
import { loadCatalogue } from "./core/i18n.js";
import { isLimited } from "./core/rules/roles.js";
import { trackEdgeHeights } from "./behaviours/edge_heights.js";
import { closeOnOutside } from "./behaviours/close_on_outside.js";
import * as readPosition from "./core/storage/read_position.js";
import * as sessionKeepalive from "./core/connection/session_keepalive.js";
import * as alarmLine from "./shared/alarms/alarm_line.js";
import * as awayBoards from "./shared/away_boards.js";
import * as announcer from "./shared/announcer.js";
import * as bell from "./shared/alerts/bell.js";
import * as documents from "./shared/documents.js";
import * as capacityIndicator from "./shared/capacity_indicator.js";
import * as dutyMenu from "./shared/duty/duty_menu.js";
import * as freshnessIndicator from "./shared/freshness_indicator.js";
import * as nextDue from "./shared/watch_line/next_due.js";
import * as lockBar from "./shared/lock/lock_bar.js";
import * as mentionList from "./shared/mention_list.js";
import * as notices from "./shared/notices.js";
import * as handoverCall from "./shared/watch_line/handover_call.js";
import * as restatements from "./shared/watch_line/restatements.js";
import * as shiftIndicator from "./shared/shift_indicator.js";
import * as shortcutsDialog from "./shared/shortcuts_dialog.js";
import * as stepUp from "./shared/step_up.js";
import * as signOut from "./shared/sign_out.js";
import { resumeTheme } from "./shared/theme.js";
import * as tour from "./shared/tour.js";

// Pages that show a board: opening one marks the board as seen.
const COUNTS_AS_SEEN = new Set(["operations", "search"]);
// Pages that are drawn without a session, even if a person has one.
const SIGNED_OUT_PAGES = new Set(["sign_in", "password", "second_factor", "recovery_codes"]);

/**
 * Return an element that every page contains.
 * @param {string} selector
 */
const part = (selector) => /** @type {HTMLElement} */ (document.querySelector(selector));

async function start() {
  const { page, script, board, card, version, catalogue, accountId, accountName, accountRole, accountWrites, lockedAt } = /** @type {PageData} */ (document.body.dataset);
  const isSignedOutPage = SIGNED_OUT_PAGES.has(page);
  const session = accountId && !isSignedOutPage ? new Session({ account: { id: accountId, name: accountName, role: accountRole, writes: accountWrites !== undefined, locked_at: lockedAt }, version, tab: new Tab() }) : null;
  if (session) {
    setAccount(session.account.id);
    if (board) session.board(board);
    session.start(); // as early as possible: the board loads while the modules that draw it load
  }
  removePlainSources();
  trackEdgeHeights(part("[data-page-header]"), part("[data-page-footer]"));
  const texts = loadCatalogue(catalogue);
  // bundle of the module that draws the page; the browser has already requested it
  const main = document.querySelector("main"), view = script ? import(script) : null;
  if (isSignedOutPage) return texts.then(async () => (await view)?.mount(main));
  if (!session) return texts;

  resumeTheme();
  const drafts = vault.begin(session.account.id);
  sessionKeepalive.mount();
  const [isLoaded] = await Promise.all([texts, drafts, session.identified]);
  stepUp.mount();
  signOut.connect(document.querySelector("[data-sign-out]"), session);
  lockBar.mount(session); // early, because a locked page must not be usable while the rest loads
  notices.mount(session); // refusals are also shown where no page is drawn
  if (!isLoaded) throw new Error("The declarations of kinds were not loaded."); // without them the board would look empty
  (await view)?.mount(main, session, board, card || null);
  documents.mount();
  awayBoards.mount(session);
  closeOnOutside(document.querySelector("details.account-menu"));
  if (!isLimited()) mountShared(session, page);
  mentionList.mount(session);
  shortcutsDialog.mount(session, document.querySelector("details.account-menu"));
  if (!board || page === "replay") return undefined; // the replay itself shows that it is not live
  announcer.mount(session, session.board(board));
  capacityIndicator.mount(session, session.board(board));
  nextDue.mount(session, session.board(board));
  if (COUNTS_AS_SEEN.has(page) && !isLimited()) readPosition.mount(session, session.board(board));
  // last, so that all other parts have their listeners once "live" is shown
  return freshnessIndicator.mount(part("[data-freshness-mark]"), session, session.board(board));
}

/**
 * Mount the parts that concern all searches: alerts, alarms, shift, duties and the tour.
 * @param {Session} session @param {string} page
 */
function mountShared(session, page) {
  bell.mount(document.querySelector("[data-bell]"), session);
  alarmLine.mount(session, part("[data-watch-line]"));
  shiftIndicator.mount(part("[data-shift]"), session);
  dutyMenu.mount(document.querySelector("[data-duty]"), session);
  if (location.pathname !== "/handover") restatements.mount(session); // the page of the handover shows them in its report
  handoverCall.mount(session);
  tour.mount(session, page);
}

// A page restored from the back/forward cache may belong to an account that has signed out since.
addEventListener("pageshow", ({ persisted }) => persisted && location.reload());

// Show a failure to load a module instead of a page that waits forever.
const loadWarning = part("[data-load-warning]");
start().then(
  () => loadWarning.remove(),
  (error) => {
    loadWarning.dataset.failed = "";
    reportError(error);
  },
);
