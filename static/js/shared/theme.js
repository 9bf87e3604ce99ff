/* Theme of this account: light, dark, or the device's. The server stores it and writes it into each page, for the first paint. The browser
   stores a choice until the server has confirmed it, because another choice or a reload may come first. */
import { post } from "../core/connection/api.js";
import { Offline, Refusal } from "../core/errors.js";
import { prefix, storage } from "../core/storage/storage.js";

/** @typedef {"light" | "dark" | ""} Theme "" for the device's theme */

const storageKey = () => `${prefix()}theme`;
/** @type {Promise<void> | null} */
let sending = null;

/**
 * Show the theme immediately, and store it.
 * @param {Theme} theme
 */
export async function setTheme(theme) {
  show(theme);
  storage.write(storageKey(), theme);
  await (sending ??= sendLatest().finally(() => (sending = null)));
}

/** Show and send an unsent choice of an earlier page. */
export function resumeTheme() {
  const chosen = storage.read(storageKey());
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

/** Send the latest choice, one request at a time, so that the server receives them in order. */
async function sendLatest() {
  for (;;) {
    const theme = storage.read(storageKey()) ?? currentTheme();
    try {
      await post("/account/theme", new URLSearchParams({ theme }), { text: true });
    } catch (error) {
      if (error instanceof Refusal || error instanceof Offline) return; // the next page retries
      throw error;
    }
    if (theme !== currentTheme()) continue; // another theme was chosen in the meantime
    storage.remove(storageKey());
    return;
  }
}
