/** Palette entries of every page: go to another page, sign out and the like. */
import { t } from "../../core/i18n.js";

/**
 * Return the commands that this person may use.
 * @param {Session} session
 * @param {() => void} keys shows the shortcuts
 * @returns {PageCommand[]}
 */
export function pageCommands(session, keys) {
  const go = (/** @type {string} */ path) => ({ id: path, not: location.pathname === path, does: () => location.assign(path) });
  /** @type {(PageCommand & { not?: boolean, role?: Role })[]} */
  const commands = [
    { ...go("/"), says: t("All searches") },
    { ...go("/history"), says: t("What happened, everywhere") },
    { ...go("/since"), says: t("Since you left") },
    { ...go("/intake"), says: t("Take a call"), role: "investigator" },
    { ...go("/handover"), says: t("Handover") },
    { ...go("/accounts"), says: t("Accounts"), role: "admin" },
    { ...go("/audit"), says: t("Audit log"), role: "admin" },
    { ...go("/account"), says: t("Your account") },
    { ...go("/api"), says: t("For other programs") },
    { ...go("/help"), says: t("Help") },
    { id: "keys", says: t("Show the keys"), does: keys },
    { id: "sign-out", says: t("Sign out"), does: () => /** @type {HTMLFormElement} */ (document.querySelector("[data-sign-out]")).requestSubmit() },
  ];
  return commands.filter(({ not, role }) => !not && (!role || session.can(role)));
}
