/* Theme of this account, light, dark, or that of the device. The server keeps it, and writes it into each page; so a page has it
   before its first paint. A choice is kept here until the server has it: the next choice, or a reload, may come first. */
import { post } from "../core/connection/api.js";
import { Offline, Refusal } from "../core/errors.js";
import { prefix, storage } from "../core/storage/storage.js";

/** @typedef {"light" | "dark" | ""} Theme "" for that of the device */

const key = () => `${prefix()}theme`;
/** @type {Promise<void> | null} */
let sending = null;

/**
 * Show the theme at once, and keep it.
 * @param {Theme} theme
 */
export async function setTheme(theme) {
  show(theme);
  storage.write(key(), theme);
  await (sending ??= sendLatest().finally(() => (sending = null)));
}

/** Show and send a choice that an earlier page had no time to send. */
export function resumeTheme() {
  const chosen = storage.read(key());
  if (chosen !== null) setTheme(chosen);
}

/** Return the theme of this page. */
export const currentTheme = () => document.documentElement.dataset.theme ?? "";

/** @param {Theme} theme */
function show(theme) {
  if (theme) document.documentElement.dataset.theme = theme;
  else delete document.documentElement.dataset.theme;
  document.querySelector("meta[name=color-scheme]")?.setAttribute("content", theme || "light dark");
}

/** Send the latest choice, one request at a time, so that the server gets them in their order. */
async function sendLatest() {
  for (;;) {
    const theme = storage.read(key()) ?? currentTheme();
    try {
      await post("/account/theme", new URLSearchParams({ theme }), { text: true });
    } catch (error) {
      if (error instanceof Refusal || error instanceof Offline) return; // the next page tries again
      throw error;
    }
    if (theme !== currentTheme()) continue; // another was chosen meanwhile
    storage.remove(key());
    return;
  }
}
