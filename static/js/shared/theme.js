/* Theme of this account, light, dark, or that of the device. The server keeps it, and writes it into each page; so a page has it
   before its first paint. */
import { orNull, post } from "../core/api.js";

/**
 * Show the theme at once, and keep it.
 * @param {"light" | "dark" | ""} theme "" for that of the device
 */
export async function setTheme(theme) {
  if (theme) document.documentElement.dataset.theme = theme;
  else delete document.documentElement.dataset.theme;
  document.querySelector("meta[name=color-scheme]")?.setAttribute("content", theme || "light dark");
  await orNull(post("/account/theme", new URLSearchParams({ theme }), { text: true }));
}

/** Return the theme of this page. */
export const currentTheme = () => document.documentElement.dataset.theme ?? "";
