/* Capacity of a board in the watch line, if it is nearly full, and the share that this person uses. */

import { get, orNull } from "../core/connection/api.js";
import { number, t } from "../core/i18n.js";
import { say } from "../core/rules/sentences.js";
import { countedKinds } from "../core/rules/kinds.js";
import { html, nothing } from "../../vendor/lit-html/lit-html.js";
import { askForRoom } from "./make_room.js";
import { watchLine } from "./watch_line/line.js";

const INTERVAL_MS = 2_000; // between two requests for the share, while this person adds entries

/**
 * Show it until the page closes.
 * @param {Session} session
 * @param {Board} board
 */
export function mount(session, board) {
  const { capacity, capacityWarning, shares } = document.body.dataset;
  const most = Number(capacity), many = most * Number(capacityWarning), limits = JSON.parse(shares ?? "{}");
  /** @type {{ used: number, most: number } | null} */
  let share = null;
  let requestedAt = -Infinity, timer = 0;

  const isNear = () => count() >= Math.floor(Math.min(limits.account, limits.token) * limits.warn_at);
  const count = () => board.count(countedKinds().filter((kind) => kind !== "search" || board.id !== "operations"));
  const mayLead = () => session.can("coordinator");
  const draw = () => watchLine.setNotices("capacity", [...fullness(count(), { most, many, reserve: limits.reserve, mayLead: mayLead() }), ...shareNotice(share, limits.warn_at, mayLead())]);

  async function requestShare() {
    requestedAt = Date.now();
    share = (await orNull(get(`/api/v1/boards/${board.id}/room`)))?.share ?? share;
    draw();
  }

  const scheduleRequest = () => {
    clearTimeout(timer);
    timer = window.setTimeout(requestShare, Math.max(0, requestedAt + INTERVAL_MS - Date.now()));
  };

  board.watch((_, events) => {
    // a hidden event has no type
    const isOwn = events.some(({ actor, state, type }) => (actor?.id === session.account.id && state) || type?.endsWith(".archived"));
    if (board.seq !== null && isNear() && (requestedAt === -Infinity || isOwn)) scheduleRequest();
    draw();
  });
  draw();
}

/** Render the button that opens the dialog to make room. @param {boolean} mayLead */
const makeRoom = (mayLead) => (mayLead ? html`<button type="button" data-act="make-room" @click=${askForRoom}>${t("Make room…")}</button>` : nothing);

/**
 * @param {number} count
 * @param {{ most: number, many: number, reserve: number, mayLead: boolean }} limits
 * @returns {Notice[]}
 */
function fullness(count, { most, many, reserve, mayLead }) {
  const actions = makeRoom(mayLead);
  if (count < many) return [];
  if (count < most) return [{ kind: "filling", actions, text: t("This board is filling up: {count} of {most} entries", { count: number(count), most: number(most) }) }];
  const text = mayLead ? t("This board is full. Coordinators can add up to {count} more entries.", { count: number(reserve) }) : say("board_full");
  return [{ kind: "full", tone: "alert", actions, text }];
}

/**
 * @param {{ used: number, most: number } | null} share
 * @param {number} warnAt
 * @param {boolean} mayLead
 * @returns {Notice[]}
 */
function shareNotice(share, warnAt, mayLead) {
  if (!share || share.used < Math.floor(share.most * warnAt)) return [];
  const values = { count: number(share.used), most: number(share.most) };
  const text = share.used < share.most ? t("You added {count} entries of this board, of at most {most}.", values) : t("You added {count} entries of this board, the most for one account.", values);
  return [{ kind: "share", tone: share.used < share.most ? undefined : "alert", actions: makeRoom(mayLead), text: mayLead ? text : `${text} ${t("Ask a coordinator to make room.")}` }];
}
