/** Loads the rules and sentences that the server declares (tests/unit/test_rules.py writes the copy). Import it in tests of code that
 * needs them. */
import { readFileSync } from "node:fs";
import { URL } from "node:url";

import { use } from "../../static/js/core/i18n.js";

use(JSON.parse(readFileSync(new URL("declarations.json", import.meta.url), "utf-8")));
