/**
 * Command palette (Ctrl+K): go to a search or card by number, reference or words, or run a command. A combobox over a list: the focus
 * stays in the field, arrow keys select, Enter runs the selected entry, Escape returns the focus.
 */
import { html, nothing, render } from "../../../vendor/lit-html/lit-html.js";
import { Dialogs, dialog } from "../../behaviours/dialog.js";
import { SHORTCUTS, findPressed, shownChords, worksOn } from "../../behaviours/shortcuts.js";
import { n, t } from "../../core/i18n.js";
import { pageTitle } from "../../core/rules/pages.js";
import { accountName } from "../../format/values.js";
import { matchesAll, searchableText, tokenize } from "../../core/rules/text_filter.js";
import { STEPS, Selection } from "../../forms/selection.js";
import { othersCommands, pageCommands } from "./page_commands.js";
import { PaletteSearch, hitCommand } from "./find.js";
import { HelpTitles } from "./help.js";
import { synonyms } from "./synonyms.js";

const MAX_SHOWN = 8; // cards or searches of this board
const MAX_OTHERS = 3; // commands of other roles

/** @typedef {PageCommand & { at: number, key: string }} Entry */

export class Palette {
  #session;
  #keys;
  #root = document.body.appendChild(document.createElement("div"));
  #dialogs = new Dialogs(this.#root);
  #find = new PaletteSearch(() => this.#draw());
  #help = new HelpTitles(() => this.#draw());
  #open = false;
  #text = "";
  #selection = new Selection();
  /** @type {Element | null} */ #from = null; // element that had the focus
  /** @type {{ title: string, items: Entry[] }[]} */ #shown = []; // drawn groups: keys apply to these, so that a late result cannot change the selected entry

  /** @param {Session} session @param {() => void} keys shows the shortcuts */
  constructor(session, keys) {
    this.#session = session;
    this.#keys = keys;
    document.addEventListener("keydown", (event) => {
      if (!findPressed("palette", event) || event.defaultPrevented) return;
      if (!this.#open && document.querySelector("dialog[open]")) return;
      event.preventDefault();
      if (this.#open) this.#close();
      else this.show();
    });
  }

  show() {
    this.#from = document.activeElement;
    this.#open = true;
    this.#text = "";
    this.#selection.clear();
    this.#help.load();
    this.#draw();
  }

  #close = () => {
    this.#open = false;
    this.#find.stop();
    this.#draw();
  };

  #type = (/** @type {ControlEvent} */ event) => {
    this.#text = event.target.value;
    this.#selection.clear();
    this.#find.search(this.#text.trim());
    this.#draw();
  };

  #key = (/** @type {KeyboardEvent} */ event) => {
    if (event.isComposing) return;
    const items = this.#shown.flatMap((group) => group.items);
    const step = STEPS[event.key] ?? 0;
    if (!step && event.key !== "Enter") return;
    event.preventDefault();
    if (event.key === "Enter") return void this.#run(items[this.#selection.indexIn(items)]);
    this.#selection.walk(items, step);
    this.#draw();
  };

  /**
   * Run a command. Closes the palette first, because the command may open a dialog or use the focus.
   * @param {PageCommand | undefined} item
   */
  #run(item) {
    if (!item) return;
    this.#close();
    item.run();
    this.#session.pageCommands?.settle?.();
  }

  #groups() {
    const words = tokenize(this.#text);
    const matchesTitle = (/** @type {PageCommand} */ { title }) => matchesAll(words, searchableText([title]));
    const matchesAnyWord = (/** @type {PageCommand} */ { id, title }) => matchesAll(words, searchableText([title, synonyms(id)]));
    // Titles are first, then synonyms that contain the words in order ("log out").
    const rank = (/** @type {PageCommand} */ item) => (matchesTitle(item) ? 0 : searchableText([synonyms(item.id)]).includes(words.join(" ")) ? 1 : 2);
    const { pageCommands: commands } = this.#session;
    /** @type {PageCommand[]} */
    const destinations = words.length ? (commands?.destinations?.() ?? []).filter(matchesTitle).sort((/** @type {PageCommand} */ a, /** @type {PageCommand} */ b) => isNumber(b, words) - isNumber(a, words)).slice(0, MAX_SHOWN) : [];
    const destinationIds = new Set(destinations.map(({ id }) => id));
    const groups = [
      { title: t("On this board"), items: destinations },
      { title: t("In all searches"), items: this.#find.hits.filter(({ id }) => !destinationIds.has(id)).map(hitCommand) },
      { title: t("Alarms"), items: this.#session.alarmCommands?.(words) ?? [] },
      { title: t("Actions"), items: [...(commands?.commands(this.#from) ?? []), ...pageCommands(this.#session, this.#keys)].filter(matchesAnyWord).sort((a, b) => rank(a) - rank(b)) },
      { title: this.#whomToAsk(), items: words.length ? othersCommands(this.#session).filter(matchesAnyWord).slice(0, MAX_OTHERS) : [] },
      { title: pageTitle("plain"), items: words.length ? this.#help.items.filter(matchesTitle).slice(0, MAX_SHOWN) : [] },
    ].filter(({ items }) => items.length);
    let index = 0;
    return groups.map(({ title, items }) => ({ title, items: items.map((item) => ({ ...item, at: index++, key: keyOf(item) })) }));
  }

  #whomToAsk() {
    const holder = this.#session.shiftStatus?.shift?.holder;
    return holder ? t("Your role cannot do this. Ask {name}, in charge of the shift", { name: accountName(this.#session, holder) }) : t("Your role cannot do this. Ask a coordinator");
  }

  #draw() {
    render(this.#open ? this.#template() : nothing, this.#root);
    this.#dialogs.settle();
    this.#root.querySelector("[aria-selected=true]")?.scrollIntoView({ block: "nearest" });
  }

  #template() {
    const groups = (this.#shown = this.#groups());
    const entries = groups.flatMap(({ items }) => items), count = entries.length, selected = this.#selection.indexIn(entries);
    return dialog("palette", t("Quick menu"), html`<div class="palette">
      <input type="text" role="combobox" autocomplete="off" spellcheck="false" autofocus data-testid="palette" aria-label=${t("Quick menu")}
        aria-expanded="true" aria-controls="palette-list" aria-autocomplete="list" aria-activedescendant=${selected >= 0 ? `palette-${selected}` : nothing}
        aria-describedby="palette-keys" placeholder=${t("Type a number, reference or word")} .value=${this.#text} @input=${this.#type} @keydown=${this.#key} />
      <p class="hint keys" id="palette-keys">${t("Select with the arrow keys, then press Enter.")}</p>
      <div role="listbox" id="palette-list" aria-label=${t("Quick menu")} @mousedown=${(/** @type {Event} */ event) => event.preventDefault()}>
        ${groups.map((group, index) => html`<div role="group" aria-labelledby="palette-group-${index}">
          <p id="palette-group-${index}" role="presentation">${group.title}</p>
          ${group.items.map((item) => this.#option(item, item.at === selected))}
        </div>`)}
      </div>
      ${this.#find.failed ? html`<p class="hint">${t("Results from other searches could not be loaded.")}</p>` : nothing}
      <p class=${count ? "visually-hidden" : "hint"} role="status">${this.#text ? n("{count} result", "{count} results", count) : nothing}</p>
    </div>`, this.#close);
  }

  /** @param {Entry} item @param {boolean} isSelected */
  #option(item, isSelected) {
    const key = !item.hasNoKey && SHORTCUTS.find((entry) => entry.id === item.id && worksOn(entry, this.#session.pageCommands?.page));
    return html`<div role="option" id="palette-${item.at}" data-palette-item=${item.id} aria-selected=${isSelected ? "true" : "false"} @click=${() => this.#run(item)}>
      <span>${item.title}</span>${key ? html`<kbd aria-hidden="true">${shownChords(key)[0].join("+")}</kbd>` : nothing}
    </div>`;
  }
}

/** Return a unique key. The id alone is not enough: entries of different alarms share one. @param {PageCommand} command */
const keyOf = ({ id, title }) => `${id} ${title}`;

/** @param {PageCommand} command @param {string[]} words */
const isNumber = ({ number }, words) => (words.includes(String(number)) ? 1 : 0);
