/** Palette entries of every page: go to another page, sign out and the like. */
import { t } from "../../core/i18n.js";

/**
 * Return [{id, says, does}] that this person may use.
 * @param keys shows the shortcuts
 */
export function pageCommands(session, keys) {
  const go = (path) => ({ id: path, not: location.pathname === path, does: () => location.assign(path) });
  return [
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
    { id: "sign-out", says: t("Sign out"), does: () => document.querySelector("[data-sign-out]").requestSubmit() },
  ].filter(({ not, role }) => !not && (!role || session.can(role)));
}
