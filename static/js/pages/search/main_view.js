/* Main part of the search page: the columns, a list, or details and log. */

import { LOG } from "../../behaviours/card_url.js";
import { columns } from "../../shared/board/card/columns.js";
import { detailsView } from "../../shared/board/search/details_view.js";
import { isWorkList } from "./work_list.js";
import { workList } from "./work_list_view.js";

/** @param {SearchView} view */
export function mainView(view) {
  if (view.ui.view === LOG) return detailsView(view);
  return isWorkList(view.ui.view) ? workList(view) : columns(view);
}
