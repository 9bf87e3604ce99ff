/* What is asked of the server about displays. */

import { t } from "../i18n.js";

/** path: below /api/v1/displays -> {done, body} or {done: false, message, fields} */
export async function call(method, path, body) {
  try {
    const answer = await fetch(`/api/v1/displays${path}`, {
      method, headers: { accept: "application/json" }, ...(body && { body: JSON.stringify(body) }),
    });
    const said = await answer.json();
    return answer.ok ? { done: true, body: said } : { done: false, message: said.message, fields: said.fields };
  } catch {
    return { done: false, message: t("The server can’t be reached. Nothing was changed; try again.") };
  }
}
