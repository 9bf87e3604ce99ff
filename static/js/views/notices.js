/* Lines under the bar, quiet and few: a new version, a connection that was ended, a browser that can't keep what is typed,
   changes on other boards that were not accepted. */

import { html, nothing, render } from "../../vendor/lit-html/lit-html.js";
import { storage } from "../storage.js";
import { n, t } from "../i18n.js";

export function mount(root, desk) {
  const draw = () => render(html`${ended(desk)}${newVersion(desk)}${cannotKeep()}${refusedElsewhere(desk)}`, root);
  desk.watch(draw);
  storage.turned = draw;
  draw();
}

const reload = () => location.reload();

function newVersion({ newVersion: version }) {
  if (!version) return nothing;
  return line("new-version", t("A new version of the board is here."), html`<button @click=${reload}>${t("Reload")}</button>`);
}

function ended({ connection }) {
  if (connection.state !== "ended") return nothing;
  return line("ended", t("The server has ended this connection."), html`<button @click=${reload}>${t("Connect again")}</button>`);
}

function cannotKeep() {
  if (!storage.failed) return nothing;
  return line("cannot-keep", t("This browser can't keep what you type (its storage is full or forbidden): a reload would lose what is not sent."));
}

function refusedElsewhere(desk) {
  const here = document.body.dataset.board;
  const refused = desk.outbox.pending().filter(({ status, board }) => status === "refused" && board !== here);
  return [...new Set(refused.map(({ board }) => board))].map((board) => {
    const count = refused.filter((entry) => entry.board === board).length;
    const text = n("{count} of your changes on another board was not accepted.", "{count} of your changes on another board were not accepted.", count);
    return line("refused", text, html`<a class="button" href=${board === "operations" ? "/" : `/searches/${board}`}>${t("Look at it")}</a>`);
  });
}

function line(kind, text, action = nothing) {
  return html`<p class="notice ${kind}" role="status" data-notice=${kind}>${text} ${action}</p>`;
}
