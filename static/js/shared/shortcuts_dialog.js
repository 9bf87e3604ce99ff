/** Dialog of `?`: this person's shortcuts on this page, and the switch for single-character shortcuts. */
import { html, nothing, render } from "../../vendor/lit-html/lit-html.js";
import { Dialogs, dialog } from "../behaviours/dialog.js";
import { SHORTCUTS, SCOPES, shownChords, worksOn } from "../behaviours/shortcuts.js";
import { ShortcutHandler } from "../behaviours/shortcut_handler.js";
import { singleKeySetting, applySingleKeySetting } from "../behaviours/single_key_setting.js";
import { t } from "../core/i18n.js";
import { isLimited } from "../core/rules/roles.js";
import { say } from "../core/rules/sentences.js";
import { Palette } from "./palette/palette.js";

/**
 * Set up the shortcuts dialog and the palette, with their menu entries.
 * @param {Session} session
 * @param {HTMLDetailsElement | null} menu
 */
export function mount(session, menu) {
  const keys = new KeysDialog(session);
  const palette = isLimited() ? null : new Palette(session, keys.show); // guests have none: it offers all searches
  applySingleKeySetting();
  const connectItem = (/** @type {string} */ selector, /** @type {() => void} */ show) => menu?.querySelector(selector)?.addEventListener("click", () => {
    menu.open = false;
    menu.querySelector("summary")?.focus(); // the dialog returns the focus here
    show();
  });
  connectItem("[data-keys]", keys.show);
  connectItem("[data-palette]", () => palette?.show());
}

class KeysDialog {
  #session;
  #root = document.body.appendChild(document.createElement("div"));
  #dialogs = new Dialogs(this.#root);
  #open = false;

  /** @param {Session} session */
  constructor(session) {
    this.#session = session;
    new ShortcutHandler({ page: /** @type {PageData} */ (document.body.dataset).page, commands: () => [{ id: "keys", run: this.show }] });
  }

  show = () => {
    this.#open = true;
    this.#draw();
  };

  #close = () => {
    this.#open = false;
    this.#draw();
  };

  #switch = (/** @type {ControlEvent} */ event) => {
    singleKeySetting.on = event.target.checked;
    this.#draw();
  };

  #draw() {
    render(this.#open ? dialog("keys", t("Keyboard shortcuts"), this.#body(), this.#close) : nothing, this.#root);
    this.#dialogs.settle();
  }

  #body() {
    const { page } = document.body.dataset;
    const hasRight = (/** @type {string | undefined} */ right) => this.#session.pageCommands?.may?.(right) ?? right === undefined;
    const keys = SHORTCUTS.filter((entry) => worksOn(entry, page) && hasRight(entry.may));
    return html`<div class="key-list" data-testid="keys">
      <label class="check"><input type="checkbox" name="single-keys" autofocus .checked=${singleKeySetting.on} @change=${this.#switch} />
        ${t("Use single-key shortcuts in this browser")}</label>
      <p class="hint">${t("Turn this off to avoid accidental actions. This list stays in the menu under your name.")}</p>
      ${Object.keys(SCOPES).map((scope) => section(scope, keys.filter(({ where }) => where === scope)))}
      <p><a href="/help">${say("guides")}</a></p>
    </div>`;
  }
}

/** @param {string} scope @param {Shortcut[]} keys */
function section(scope, keys) {
  if (!keys.length) return nothing;
  return html`<section><h3>${SCOPES[scope]()}</h3><dl>
    ${keys.map((entry) => html`<div data-key=${entry.id}><dt>${shownChords(entry).map((chord) => html`${chord.map((key) => html`<kbd>${key}</kbd>`)} `)}</dt><dd>${entry.describe()}</dd></div>`)}
  </dl></section>`;
}
