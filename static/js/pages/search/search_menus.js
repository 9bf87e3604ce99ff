/** Menus of a search: its status, and under "⋯" the less frequent actions. */
import { html, nothing } from "../../../vendor/lit-html/lit-html.js";
import { hashOf } from "../../behaviours/card_url.js";
import { menuToggled, menuWalked } from "../../behaviours/menu.js";
import { t } from "../../core/i18n.js";
import { pageTitle } from "../../core/rules/pages.js";
import { label } from "../../core/labels.js";
import { announce } from "../../shared/announcer.js";
import { copyText } from "../../shared/copy_text.js";
import { keyHint } from "../../shared/key_hint.js";
import { withdrawnFiles } from "./file_removal.js";

const PAGE = "search";
const STATUSES = ["open", "found", "closed"];

/** @type {Record<string, (isNow: boolean) => string>} */
const STATUS_NAMES = {
  open: (isCurrent) => (isCurrent ? label.status("open") : t("Reopen…")),
  found: (isCurrent) => (isCurrent ? label.status("found") : t("Found…")),
  closed: (isCurrent) => (isCurrent ? label.status("closed") : t("Close…")),
};

/** @type {Record<string, () => string>} */
const QUESTIONS = { open: () => t("with a reason"), found: () => t("when, where, how"), closed: () => t("with a note") };

/** @param {SearchView} view */
export function statusMenu(view) {
  if (!view.mayLead) return nothing;
  const current = view.model.search.state.status;
  const item = (/** @type {string} */ status) => html`<button type="button" role="menuitemradio" class="menu-item status-is ${status}" aria-checked=${status === current ? "true" : "false"} data-act=${status === current ? "keep-status" : "set-status"} data-to=${status}
    popovertarget="status-menu" popovertargetaction="hide" @click=${() => (status === current ? undefined : view.act.setStatus(status))}>
    <i class="mark" aria-hidden="true"></i>${STATUS_NAMES[status](status === current)} <small>${status === current ? nothing : QUESTIONS[status]()}</small></button>`;
  return html`<div class="popup-menu" id="status-menu" popover role="menu" aria-label=${t("Set status…")} @toggle=${menuToggled} @beforetoggle=${menuToggled} @keydown=${menuWalked}>
    ${STATUSES.map(item)}
  </div>`;
}

/**
 * Button in the sheet on phones that opens the menu of the status.
 * @param {SearchView} view
 */
export function statusInSheet(view) {
  const now = view.model.search.state.status;
  if (!view.mayLead) return nothing;
  return html`<button type="button" class="phone-only sheet-status status-is ${now}" popovertarget="status-menu" aria-haspopup="menu"><i class="mark" aria-hidden="true"></i>${label.status(now)}<i class="arrow" aria-hidden="true"></i></button>`;
}

/**
 * Return the URL of the replay for the current card and view, starting at the present.
 * @param {Pick<SearchView, "path" | "ui" | "board">} view
 */
export const replayPath = (view) => `${view.path(view.ui.card)}?at=${view.board.seq}${hashOf(view.ui.view)}`;

/** @param {SearchView} view */
export function searchMenu(view) {
  const { act, model } = view, { state } = model.search;
  const mayLead = view.mayLead && !view.isClosed, withdrawnCount = withdrawnFiles(view.board).length;
  const dialog = (/** @type {string} */ name) => () => act.dialog(name);
  const groups = [
    [
      view.mayEdit && item("edit-search", t("Edit details…"), dialog("facts"), nothing, view.ui.card ? "" : "edit"),
      item("files", t("Photos and files"), () => view.files.show(), model.files.get(null)?.length || nothing),
      mayLead && item("worrying", t("Decide if it is worrying…"), dialog("worrying")),
      mayLead && item("appeal", t("Set appeal…"), dialog("appeal"), label.level(state.appeal.level)),
      item("campaign", t("Posters and campaign…"), () => view.campaign.open(), view.campaign.waiting || nothing),
      mayLead && item("access", t("Access…"), dialog("access"), label.access(state.access)),
    ],
    [
      view.mayEdit && item("look-again", t("Look again at tips…"), () => view.again.open()),
      link("history", pageTitle("history"), `/searches/${view.board.id}/history`),
      link("timeline", pageTitle("timeline"), `/searches/${view.board.id}/timeline`),
      link("replay", t("Replay"), replayPath(view)),
    ],
    [!view.mayLead && html`<p class="menu-note" role="menuitem" aria-disabled="true" tabindex="-1">${t("A coordinator changes status, appeal and access.")}</p>`],
    [
      model.withdrawn.length ? item("show-withdrawn", t("Withdrawn cards"), openDetails("details.withdrawn", "summary"), model.withdrawn.length) : null,
      withdrawnCount ? item("withdrawn-files", t("Withdrawn files"), dialog("withdrawn-files"), withdrawnCount) : null,
      view.mayLead && item("make-room", t("Make room…"), () => view.room.open()),
      item("copy-link", t("Copy link"), () => copyLink(view)),
      item("pages", t("Other pages and your account"), openDetails("details.account-menu", "a")), // on phones, whose bar has no space for them
    ],
  ];
  return html`<div class="popup-menu search-menu" id="search-menu" popover role="menu" aria-label=${t("More search actions")} @toggle=${menuToggled} @beforetoggle=${menuToggled} @keydown=${menuWalked}>
    ${groups.map((group) => group.filter(Boolean)).filter((group) => group.length).map((group) => html`<div class="menu-group" role="group">${group}</div>`)}
  </div>`;
}

/**
 * @param {string} act
 * @param {string} text
 * @param {() => unknown} run
 * @param {Drawn} [value] current value of the setting
 * @param {string} [command] command of its shortcut, if its name differs
 */
function item(act, text, run, value = nothing, command = act) {
  return html`<button type="button" role="menuitem" class="menu-item ${act === "pages" ? "phone-only" : ""}" data-act=${act} popovertarget="search-menu" popovertargetaction="hide" @click=${run}>${text} <small>${value}</small> ${keyHint(command, PAGE)}</button>`;
}

/** @param {string} act @param {string} text @param {string} href */
const link = (act, text, href) => html`<a role="menuitem" class="menu-item" data-act=${act} href=${href}>${text} <small></small> ${keyHint(act, PAGE)}</a>`;

/** @param {string} selector selector of a `<details>` @param {string} first selector of the element in it to focus */
const openDetails = (selector, first) => () => {
  const details = /** @type {HTMLDetailsElement | null} */ (document.querySelector(selector));
  if (!details) return;
  details.open = true;
  details.scrollIntoView({ block: "nearest" });
  details.querySelector(first)?.focus();
};

/** @param {SearchView} view */
async function copyLink(view) {
  if (await copyText(new URL(view.path(view.ui.card) + hashOf(view.ui.view), location.href).href)) announce(t("Copied"));
}
