/** Details of each kind of search, in order, as this installation declares them (board/config/data/kind_fields.toml). */

import { partsOf } from "./kinds.js";

/** @type {Record<string, Record<"form" | "header" | "facts", string[]>> | null} */
let declared = null;

/**
 * Return the field paths of a kind of search.
 * @param {string | null} searchKind
 * @param {"form" | "header" | "facts"} part
 */
export function kindFields(searchKind, part) {
  declared ??= JSON.parse(document.body.dataset.kindFields ?? "{}");
  return (declared?.[searchKind ?? ""]?.[part] ?? []).map((name) => `details.${name}`);
}

/** Return the paths of all details of searches. */
export const detailPaths = () => partsOf("search", "details").map(({ path }) => path);
