/* Names of codes in the reader's language: the server stores and sends codes only. Each name is a function, so that it is
   translated when it is drawn, not when the module loads. */

import { t } from "./i18n.js";

const KIND = {
  runaway: () => t("Runaway"),
  parental_abduction: () => t("International parental abduction"),
  unaccompanied_minor: () => t("Unaccompanied foreign minor"),
  third_party_abduction: () => t("Abduction by a third party"),
  undefined: () => t("Undefined disappearance"),
};
const STATUS = { open: () => t("Open"), found: () => t("Found"), closed: () => t("Closed") };
const ROLE = {
  viewer: () => t("Viewer"), investigator: () => t("Investigator"), coordinator: () => t("Coordinator"), admin: () => t("Administrator"),
};
const COLUMN = {
  inbox: () => t("New"), todo: () => t("To do"), doing: () => t("Doing"), waiting: () => t("Waiting"), done: () => t("Done"),
};
const CHANNEL = {
  hotline: () => t("hotline"), app: () => t("app"), police: () => t("police"), field: () => t("field"),
  social_media: () => t("social media"), other: () => t("other"), unknown: () => t("not known"),
};
const ASSESSMENT = {
  unassessed: () => t("not assessed"), credible: () => t("credible"), confirmed: () => t("confirmed"),
  not_the_child: () => t("not the child"), unverifiable: () => t("cannot be verified"), duplicate: () => t("duplicate"),
};
const PRIORITY = { low: () => t("low"), normal: () => t("normal"), urgent: () => t("urgent") };
const CONDITION = {
  well: () => t("alive and well"), injured: () => t("injured"), deceased: () => t("deceased"), unknown: () => t("unknown"),
};
const HOW = {
  came_back: () => t("came back"), police: () => t("found by the police"), sighting: () => t("through a sighting"), other: () => t("otherwise"),
};
const ACCESS = { desk: () => t("The whole desk"), members: () => t("Members only") };
const CATEGORY = { comment: () => t("Comment"), decision: () => t("Decision"), contact: () => t("Contact") };
const CRITERION = {
  // translators: the six criteria are those of a Belgian ministerial directive. French and Dutch wordings are ours: a native speaker should check them.
  under_13: () => t("Younger than 13"),
  disability: () => t("Disability, or lack of autonomy"),
  medication: () => t("Under treatment, or needs essential medication"),
  danger_to_life: () => t("Life believed to be in danger"),
  third_party: () => t("In threatening company, or victim of an offence"),
  out_of_character: () => t("Absence contrary to usual behaviour"),
  // translators: this criterion is asked no more: it was found in one older source only. It stands in old searches.
  danger_to_others: () => t("May endanger others"),
};
const ANSWER = { yes: () => t("Yes"), no: () => t("No"), unknown: () => t("Unknown") };
const DECISION = { true: () => t("Worrying"), false: () => t("Not worrying"), null: () => t("Not decided") };
const SEX = { f: () => t("Girl"), m: () => t("Boy"), x: () => t("Other") };
const LEVEL = {
  none: () => t("none"), discreet: () => t("discreet"), posters: () => t("posters"), public: () => t("public"), child_alert: () => t("Child Alert"),
};
const SOURCE_KIND = { named: () => t("named"), anonymous: () => t("anonymous"), unknown: () => t("not known") };
const GRADE_SOURCE = {
  A: () => t("Completely reliable"), B: () => t("Usually reliable"), C: () => t("Fairly reliable"),
  D: () => t("Not usually reliable"), E: () => t("Unreliable"), F: () => t("Reliability cannot be judged"),
};
const GRADE_CONTENT = {
  1: () => t("Confirmed by other sources"), 2: () => t("Probably true"), 3: () => t("Possibly true"),
  4: () => t("Doubtful"), 5: () => t("Improbable"), 6: () => t("Truth cannot be judged"),
};
const NOUN = {
  search: () => t("Search"), column: () => t("Column"), sighting: () => t("Sighting"), task: () => t("Task"), card: () => t("Card"), note: () => t("Note"),
  shift: () => t("Shift"), handover: () => t("Handover"), handed: () => t("Handover"), briefing: () => t("Briefing"),
};
const EVENT = {
  "search.opened": () => t("Search opened"), "search.updated": () => t("Search changed"), "search.status_set": () => t("Status set"),
  "search.worrying_set": () => t("Worrying decided"), "search.appeal_set": () => t("Appeal set"), "search.access_set": () => t("Access set"),
  "search.outcome_set": () => t("Outcome corrected"),
  "search.erased": () => t("Search erased"),
  "column.added": () => t("Column added"), "column.renamed": () => t("Column renamed"), "column.moved": () => t("Column moved"), "column.removed": () => t("Column removed"),
  "sighting.added": () => t("Sighting added"), "sighting.updated": () => t("Sighting changed"), "sighting.graded": () => t("Sighting graded"),
  "sighting.assessed": () => t("Sighting assessed"), "sighting.erased": () => t("Sighting erased"),
  "task.added": () => t("Task added"), "task.updated": () => t("Task changed"), "task.erased": () => t("Task erased"),
  "card.moved": () => t("Card moved"), "card.assigned": () => t("Card assigned"), "card.withdrawn": () => t("Card withdrawn"), "card.restored": () => t("Card restored"),
  "note.added": () => t("Note added"), "note.erased": () => t("Note erased"),
  "shift.taken": () => t("Shift taken"), "shift.handed_over": () => t("Shift handed over"),
  "handover.prepared": () => t("Handover begun"), "handover.written": () => t("Handover written"), "handover.signed": () => t("Handover signed"),
  "handover.read": () => t("Read for the handover"), "handover.accepted": () => t("Handover accepted"), "handover.refused": () => t("Handover refused"),
  "handover.withdrawn": () => t("Handover withdrawn"), "handed.set": () => t("Search handed over"), "briefing.erased": () => t("Briefing erased"),
};
const DONE = {
  opened: () => t("opened"), updated: () => t("changed"), changed: () => t("changed"), status_set: () => t("status set"),
  worrying_set: () => t("worrying decided"), appeal_set: () => t("appeal set"), access_set: () => t("access set"), outcome_set: () => t("outcome corrected"), added: () => t("added"),
  renamed: () => t("renamed"), moved: () => t("moved"), solved: () => t("solved"), removed: () => t("removed"), graded: () => t("graded"), assessed: () => t("assessed"),
  assigned: () => t("assigned"), withdrawn: () => t("withdrawn"), restored: () => t("restored"), erased: () => t("erased"),
  taken: () => t("taken"), handed_over: () => t("handed over"), prepared: () => t("begun"), written: () => t("written"), signed: () => t("signed"),
  read: () => t("read"), accepted: () => t("accepted"), refused: () => t("refused"), set: () => t("handed over"),
};
/** @type {{ [path: string]: () => string }} */
const FIELD = {
  access: () => t("Access"), acknowledge: () => t("Closed anyway because"), appeal: () => t("Appeal"), "appeal.level": () => t("Appeal"), "appeal.from": () => t("Appeal from"), "appeal.until": () => t("Appeal until"),
  assessment: () => t("Assessment"), assignee: () => t("Assigned to"), card: () => t("Card"), category: () => t("Category"), channel: () => t("Channel"),
  checklist: () => t("Checklist"), clothing: () => t("Clothing"), column: () => t("Column"), company: () => t("Alone or with whom"), corrects: () => t("Corrects"),
  criteria: () => t("Criteria"), description: () => t("Description"), direction: () => t("Direction"), due: () => t("Due"), duplicate_of: () => t("Duplicate of"),
  grade: () => t("Grade"), "grade.source": () => t("Source grade"), "grade.content": () => t("Content grade"), happened_at: () => t("Happened at"),
  instruction: () => t("Instruction"), kind: () => t("Kind"), last_seen: () => t("Last seen"), "last_seen.text": () => t("Last seen"),
  "last_seen.lat": () => t("Last seen, latitude"), "last_seen.lon": () => t("Last seen, longitude"), late: () => t("Late entry"), lead: () => t("Lead"),
  members: () => t("Members"), missing_since: () => t("Missing since"), number: () => t("Number"), opened_at: () => t("Opened at"), outcome: () => t("Outcome"),
  "outcome.found_at": () => t("Found at"), "outcome.place": () => t("Where found"), "outcome.condition": () => t("Condition"), "outcome.how": () => t("How"),
  "outcome.confirmed_by": () => t("Confirmed by"), "outcome.family_told": () => t("Family told"), "outcome.police_told": () => t("Police told"),
  "outcome.reason": () => t("In a sentence: what happened"),
  person: () => t("Person"), "person.first_name": () => t("First name"), "person.last_name": () => t("Last name"), "person.age": () => t("Age"),
  "person.birth_date": () => t("Date of birth"), "person.sex": () => t("Sex"), "person.description": () => t("Description of the person"),
  place: () => t("Place"), "place.text": () => t("Place"), "place.lat": () => t("Latitude"), "place.lon": () => t("Longitude"), "place.radius_m": () => t("Uncertainty (m)"),
  priority: () => t("Priority"), rank: () => t("Place in the column"), received_at: () => t("Received at"), reference: () => t("Reference"), result: () => t("Result"),
  role: () => t("Role"), seen_at: () => t("Seen at"), sighting: () => t("Sighting"), source: () => t("Source"), "source.kind": () => t("Source"), "source.sealed": () => t("Sealed source"),
  source_name: () => t("Name of the source"), source_contact: () => t("Contact of the source"), source_kept: () => t("Name or contact of the source is kept"), status: () => t("Status"), status_reason: () => t("Reason"),
  take_down: () => t("Take-down task"), text: () => t("Text"), title: () => t("Title"), withdrawn: () => t("Withdrawn"), worrying: () => t("Worrying"), worrying_basis: () => t("Basis"), reason: () => t("Reason"),
  contacts: () => t("Contacts owed"), contingencies: () => t("If … then …"), dropped: () => t("Hypotheses dropped"),
  faults: () => t("Faults of the system"), handover: () => t("Handover"), holder: () => t("Holds the shift"), hypotheses: () => t("Hypotheses"),
  since: () => t("Since"), before: () => t("Before"), prepared_by: () => t("Prepared by"), prepared_at: () => t("Prepared at"),
  signed_at: () => t("Signed at"), ended_by: () => t("Ended by"), ended_at: () => t("Ended at"), digest: () => t("Digest"), position: () => t("Position"),
  searches: () => t("Searches"), reads: () => t("Read"),
  incoming: () => t("Incoming"), keeper: () => t("Answers for it"), outgoing: () => t("Outgoing"), pinned: () => t("Pinned"), remarks: () => t("Remarks"), restatement: () => t("Restated"),
};

/**
 * Show an unknown code (of a newer server) as it is.
 * @param {{ [code: string]: () => string }} table
 */
const named = (table) => Object.assign((/** @type {any} */ code) => (Object.hasOwn(table, code) ? table[code]() : plain(code)), { codes: Object.freeze(Object.keys(table)) });
/** @param {any} code */
const plain = (code) => (code === null || code === undefined ? "" : String(code).replaceAll("_", " "));

/** label.kind("runaway") returns "Runaway"; label.kind.codes are the codes in menu order. */
export const label = {
  kind: named(KIND), status: named(STATUS), role: named(ROLE), column: named(COLUMN), channel: named(CHANNEL), assessment: named(ASSESSMENT),
  priority: named(PRIORITY), condition: named(CONDITION), how: named(HOW), access: named(ACCESS), category: named(CATEGORY), criterion: named(CRITERION),
  answer: named(ANSWER), decision: named(DECISION), sex: named(SEX), level: named(LEVEL), source_kind: named(SOURCE_KIND), grade_source: named(GRADE_SOURCE),
  grade_content: named(GRADE_CONTENT), noun: named(NOUN),
  /** "Sighting graded": a complete text, for lists of mixed events */
  event: named(EVENT),
  /** "graded": as in "graded by Maria" */
  done: (/** @type {string} */ type) => named(DONE)(String(type).split(".").at(-1)),
  field,
};

/**
 * "grade.source" -> "Source grade"; "checklist.k1.done" -> "Checklist"; "criteria.under_13.answer" -> "Younger than 13".
 * @param {string} path
 */
function field(path) {
  const parts = String(path).split(".");
  if (parts[0] === "criteria" && parts[1]) return label.criterion(parts[1]);
  for (let length = parts.length; length > 0; length -= 1) {
    const known = FIELD[parts.slice(0, length).join(".")];
    if (known) return known();
  }
  return plain(path);
}
