/**
 * Documents that are made on request: a link to a PDF is fetched here instead of by the browser, so that the page can say that the
 * document is being made, or that those of others come first, and why it was refused.
 */

import { get, orNull, request } from "../core/connection/api.js";
import { n, t } from "../core/i18n.js";
import { watchLine } from "./watch_line/line.js";

const ASK_MS = 3_000; // between two questions how long the document waits
const KEPT_MS = 60_000; // of a file that is being saved, and of a refusal

/** @type {Set<string>} */
const making = new Set();

/** Fetch documents for as long as the page lives. */
export function mount() {
  document.addEventListener("click", (event) => {
    const link = /** @type {HTMLAnchorElement | null} */ (/** @type {Element} */ (event.target).closest("a[href]"));
    if (!link || !isDocument(link) || event.defaultPrevented || event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    make(link.href);
  });
}

/** @param {HTMLAnchorElement} link */
const isDocument = ({ origin, pathname }) => origin === location.origin && pathname.endsWith(".pdf") && !pathname.startsWith("/help");

/** @param {string} address */
async function make(address) {
  if (making.has(address)) return;
  making.add(address);
  say(t("The document is being made."));
  const asking = setInterval(sayWait, ASK_MS);
  let trouble = "";
  try {
    const answer = await request(address);
    if (answer.ok) save(await answer.blob(), fileName(answer));
    else trouble = await sentenceOf(answer);
  } catch {
    trouble = t("This did not work. Try again.");
  }
  clearInterval(asking);
  making.delete(address);
  say(trouble || (making.size ? t("The document is being made.") : ""));
  if (trouble) setTimeout(() => making.size || say(""), KEPT_MS);
}

async function sayWait() {
  const answer = await orNull(get("/api/v1/documents/wait", { repeat: false }));
  if (!answer || !making.size) return;
  say(!answer.waiting ? t("The document is being made.") : !answer.wait_s ? t("The documents of others are made first.")
    : n("The documents of others are made first. About {count} second.", "The documents of others are made first. About {count} seconds.", answer.wait_s));
}

/** @param {string} text */
const say = (text) => watchLine.say("documents", text ? [{ kind: "document", text, testid: "document" }] : []);

/** Return the sentence of a refusal: of the API, or of an error page. @param {Response} answer */
async function sentenceOf(answer) {
  const text = await answer.text();
  if (answer.headers.get("content-type")?.startsWith("application/json")) return JSON.parse(text).message;
  const page = new DOMParser().parseFromString(text, "text/html");
  return page.querySelector("h1")?.textContent?.trim() || t("This did not work. Try again.");
}

/** @param {Response} answer */
export const fileName = (answer) => /filename="([^"]+)"/.exec(answer.headers.get("content-disposition") ?? "")?.[1] ?? "document.pdf";

/** Save a file, as the browser does for a link. @param {Blob} blob @param {string} name */
export function save(blob, name) {
  const link = Object.assign(document.createElement("a"), { href: URL.createObjectURL(blob), download: name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), KEPT_MS);
}
