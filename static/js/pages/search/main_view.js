/* Main part of the search page: the columns, the map, a list, or details and log. */

import { LOG, MAP } from "../../behaviours/card_url.js";
import { columns } from "../../shared/board/card/columns.js";
import { detailsView } from "../../shared/board/search/details_view.js";
import { isWorkList } from "./work_list.js";
import { workList } from "./work_list_view.js";

/** @param {SearchView} view */
export function mainView(view) {
  if (view.ui.view === LOG) return detailsView(view);
  if (view.ui.view === MAP) return view.map.template(view);
  return isWorkList(view.ui.view) ? workList(view) : columns(view);
}
