/**
 * Documents that are made on request. A link to a PDF is fetched by this module instead of the browser, so that the page can show
 * progress, the queue, and the reason for a refusal.
 */

import { get, orNull, request } from "../core/connection/api.js";
import { n, t } from "../core/i18n.js";
import { watchLine } from "./watch_line/line.js";

const POLL_INTERVAL_MS = 3_000; // between two requests for the waiting time
const KEEP_MS = 60_000; // for a file that is being saved, and for a message about a refusal

/** @type {Set<string>} */
const making = new Set();

/** Fetch documents until the page closes. */
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
  showStatus(t("The document is being made."));
  const poll = setInterval(showWait, POLL_INTERVAL_MS);
  let problem = "";
  try {
    const answer = await request(address);
    if (answer.ok) save(await answer.blob(), fileName(answer));
    else problem = await readMessage(answer);
  } catch {
    problem = t("This did not work. Try again.");
  }
  clearInterval(poll);
  making.delete(address);
  showStatus(problem || (making.size ? t("The document is being made.") : ""));
  if (problem) setTimeout(() => making.size || showStatus(""), KEEP_MS);
}

async function showWait() {
  const answer = await orNull(get("/api/v1/documents/wait", { repeat: false }));
  if (!answer || !making.size) return;
  showStatus(!answer.waiting ? t("The document is being made.") : !answer.wait_s ? t("The documents of others are made first.")
    : n("The documents of others are made first. About {count} second.", "The documents of others are made first. About {count} seconds.", answer.wait_s));
}

/** @param {string} text */
const showStatus = (text) => watchLine.setNotices("documents", text ? [{ kind: "document", text, testid: "document" }] : []);

/** Return the message of a refusal by the API, or of an error page. @param {Response} answer */
async function readMessage(answer) {
  const text = await answer.text();
  if (answer.headers.get("content-type")?.startsWith("application/json")) return JSON.parse(text).message;
  const page = new DOMParser().parseFromString(text, "text/html");
  return page.querySelector("h1")?.textContent?.trim() || t("This did not work. Try again.");
}

/** @param {Response} answer */
export const fileName = (answer) => /filename="([^"]+)"/.exec(answer.headers.get("content-disposition") ?? "")?.[1] ?? "document.pdf";

/** Save a file like a downloaded link. @param {Blob} blob @param {string} name */
export function save(blob, name) {
  const link = Object.assign(document.createElement("a"), { href: URL.createObjectURL(blob), download: name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), KEEP_MS);
}
