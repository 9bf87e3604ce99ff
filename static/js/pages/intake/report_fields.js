/* Fields of the page about a missing child, in the order in which people talk. */

import { rules, t } from "../../core/i18n.js";
import { label } from "../../core/labels.js";
import { detailPaths } from "../../core/rules/kind_fields.js";
import { field } from "../../core/rules/kinds.js";

export const CALLER_FIELDS = ["source_name", "source_contact"];
/** One of these fields must be filled in before the report is sent. */
export const NAME_FIELDS = [...CALLER_FIELDS, "person.first_name", "person.last_name"];

const OLDEST = 25; // years; as in searches
/** @type {Record<string, Record<string, unknown>>} */
const OPTIONS = {
  "person.age": { range: [0, OLDEST], outOfRange: "age" },
  "person.height_cm": { range: [30, 230], outOfRange: "height" },
  "person.first_name": { required: false, autofocus: false },
  "person.description": { label: () => t("Appearance"), rows: 2 },
  "siblings": { placeholder: () => t("One per line: Lina, 6") },
  "person.needs": { placeholder: () => t("Medicine, an inhaler…") },
  "source_name": { label: () => label.field("source.name") },
  "source_contact": { label: () => t("Phone or e-mail"), placeholder: () => "+32 …" },
  "circumstances": { rows: 2 },
  "may_go": { rows: 2 },
};

const PATHS = [
  "source_name", "source_contact", "caller_place", "caller_role", "person.first_name", "person.last_name", "person.age", "person.birth_date",
  "person.sex", "siblings", "missing_since", "last_seen.text", "last_seen.lat", "last_seen.lon", "last_seen_by", "person.description", "person.hair", "person.eyes",
  "person.height_cm", "person.build", "person.features", "person.clothing", "belongings.phone", "belongings.phone_note", "belongings.money",
  "belongings.money_note", "belongings.medication", "person.needs", "person.needs_until", "belongings.company", "belongings.company_note", "kind",
  "circumstances", "may_go", "police_told",
];

/** @returns {FieldDefinition[]} */
export const reportFields = () => /** @type {FieldDefinition[]} */ ([
  ...[...PATHS, ...detailPaths()].map((path) => field("report", path, OPTIONS[path])),
  { path: "earlier", control: "earlier" },
  ...rules().criteria.flatMap((key) => [
    { path: `criteria.${key}.answer`, control: "choice", required: false, codes: "criteria.answer" },
    { path: `criteria.${key}.basis`, control: "text", placeholder: () => t("Basis: who says so, and when") },
  ]),
]);
