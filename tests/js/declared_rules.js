/** Loads the rules that the server declares (tests/unit/test_rules.py writes the copy). Import it for tests of what asks for rules. */
import { readFileSync } from "node:fs";
import { URL } from "node:url";

import { use } from "../../static/js/core/i18n.js";

use({ rules: JSON.parse(readFileSync(new URL("declared_rules.json", import.meta.url), "utf-8")) });
