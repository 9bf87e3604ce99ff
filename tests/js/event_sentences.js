/* Composes sentences of events for tests/unit/test_event_sentences.py: reads a file with {catalogue, now, entities, accounts, cases}, and
   writes a list of sentences. A page has one language, in which formats of times are kept. */

import { readFileSync } from "node:fs";
import process from "node:process";
import { use } from "../../static/js/core/i18n.js";
import { syncClock } from "../../static/js/core/time.js";
import { describeEvent, fill } from "../../static/js/format/event_text.js";

const { catalogue, now, entities, accounts, cases } = JSON.parse(readFileSync(process.argv[2], "utf-8"));
const session = { accounts: new Map(Object.entries(accounts)), account: { id: "me" } };
const one = (kind, id) => entities.findLast((each) => each.kind === kind && each.id === id);
const board = (id) => ({ id, get: (wanted) => entities.findLast((each) => each.id === wanted), one, of: (kind) => entities.filter((each) => each.kind === kind) });
const before = (given) => (given.known === false ? undefined : given.before);

use(catalogue);
syncClock(now);
process.stdout.write(JSON.stringify(cases.map((given) => fill(describeEvent(given.event, { session, board: board(given.board) }, before(given), given.lists)))));
