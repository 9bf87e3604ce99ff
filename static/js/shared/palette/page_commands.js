/** Palette entries of every page: go to another page, sign out and the like. */
import { t } from "../../core/i18n.js";
import { startTour } from "../tour.js";
import { currentTheme, setTheme } from "../theme.js";

/**
 * Return the commands that this person may use.
 * @param {Session} session
 * @param {() => void} keys shows the shortcuts
 * @returns {PageCommand[]}
 */
export function pageCommands(session, keys) {
  const go = (/** @type {string} */ path) => ({ id: path, not: location.pathname === path, run: () => location.assign(path) });
  /** @type {(PageCommand & { not?: boolean, role?: Role })[]} */
  const commands = [
    { ...go("/"), title: t("All searches") },
    { ...go("/history"), title: t("History: all searches") },
    { ...go("/since"), title: t("What’s new") },
    { ...go("/intake"), title: t("Take a call"), role: "investigator" },
    { ...go("/handover"), title: t("Handover") },
    { ...go("/displays"), title: t("Displays"), role: "coordinator" },
    { ...go("/accounts"), title: t("Accounts"), role: "admin" },
    { ...go("/audit"), title: t("Audit log"), role: "admin" },
    { ...go("/account"), title: t("Your account") },
    { ...go("/api"), title: t("API for other software") },
    { ...go("/help"), title: t("Help") },
    { id: "keys", title: t("Show keyboard shortcuts"), run: keys },
    { id: "tour", title: t("Take the tour"), run: startTour },
    { id: "print", title: t("Print this page"), run: () => print() },
    { id: "theme-dark", not: currentTheme() === "dark", title: t("Dark theme"), run: () => setTheme("dark") },
    { id: "theme-light", not: currentTheme() === "light", title: t("Light theme"), run: () => setTheme("light") },
    { id: "theme-device", not: currentTheme() === "", title: t("Theme of this device"), run: () => setTheme("") },
    { id: "sign-out", title: t("Sign out"), run: () => /** @type {HTMLFormElement} */ (document.querySelector("[data-sign-out]")).requestSubmit() },
  ];
  return commands.filter(({ not, role }) => !not && (!role || session.can(role)));
}
