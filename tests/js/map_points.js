/* Points of boards for tests of maps: reads a file with {rules, boards, histories}, and writes the points of each board, and of each
   history at each of its moments. A board is a list of entities; a history has events and numbers of events. */

import { readFileSync } from "node:fs";
import process from "node:process";
import { use } from "../../static/js/core/i18n.js";
import { mapPoints } from "../../static/js/core/rules/map_points.js";
import { EventFold } from "../../static/js/replay/event_fold.js";

const { rules, boards, histories } = JSON.parse(readFileSync(process.argv[2], "utf-8"));
use({ rules });
const board = (entities) => ({ of: (kind) => entities.filter((entity) => entity.kind === kind) });
const folded = ({ events, moments }) => {
  const fold = new EventFold(events.filter(({ hidden }) => !hidden));
  return moments.map((seq) => {
    fold.go(fold.upTo(seq));
    return mapPoints(fold.entities);
  });
};
process.stdout.write(JSON.stringify({ boards: boards.map((entities) => mapPoints(board(entities))), histories: histories.map(folded) }));
