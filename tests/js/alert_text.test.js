import assert from "node:assert/strict";
import { test } from "node:test";

import { alertText, alertUrl } from "../../static/js/shared/alerts/alert_text.js";

const security = (type, value = null) => ({ kind: "security", type, value, actor: { name: "Alice" }, board: "audit", card: null, child: null, place: null, entity: { kind: "account", id: "robin" } });

test("an alert about space names the kind of space and links to the audit log", () => {
  const texts = ["files", "database", "installation", "another"].map((of) => alertText(security("space.low", of)));
  assert.deepEqual(texts, [
    "The disk of the photos and files is nearly full. Uploads are refused soon.",
    "The disk of the database is nearly full. Uploads are refused soon, and later all changes.",
    "The space for photos and files of all searches is nearly used. Uploads are refused soon.",
    "A disk of the server is nearly full.",
  ]);
  assert.equal(alertUrl(security("space.low", "files")), "/audit");
});

test("an alert about an account links to the account", () => {
  assert.equal(alertText(security("password.set")), "Alice set your password");
  assert.equal(alertUrl(security("password.set")), "/account");
  assert.equal(alertUrl(security("token.added")), "/account#tokens");
});
