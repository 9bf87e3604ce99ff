/* Types of what travels. Written by `python -m tests.support.contract_types` from the schemas of the contract. */

interface AccountFrame {
  type: "account";
  account: Account;
}

interface AckFrame {
  type: "ack";
  id: string;
  board: string;
  seqs: Array<number>;
  opened?: string;
  share?: ShareUse;
}

interface AlarmCause {
  kind: string;
  id: string;
  seq: number;
}

interface AlarmOwner {
  taken_by: string | null;
  until: IsoTime | null;
  lapsed_by: string | null;
  lapsed_at: IsoTime | null;
  released_by: string | null;
  released_at: IsoTime | null;
  released_because: string | null;
}

interface AlarmSignals {
  sound: string;
  desktop: boolean;
}

interface AlarmStep {
  ask: string;
  name: string | null;
  everyone: boolean;
  at: IsoTime;
  done: boolean;
}

interface AlarmTaker {
  id: string;
  name: string;
}

interface AlarmedEntity {
  kind: string;
  id: string;
  number: number | null;
}

interface AlarmsFrame {
  type: "alarms";
  alarms: Array<OpenAlarm>;
  more: number;
  others: number;
}

interface Alert {
  board: string;
  reference: string | null;
  seq: number;
  at: IsoTime;
  kind: "assigned" | "handover" | "mention" | "urgent" | "sighting" | "status" | "security";
  type: string;
  actor: AlertActor | null;
  entity: AlertEntity;
  card: AlertCard | null;
  value: string | null;
  acknowledge: string | null;
  reason: string | null;
  handover: number | null;
  read: boolean;
  desktop: boolean;
  first_name?: string;
  child?: string;
  place?: string;
}

interface AlertActor {
  id: string;
  name: string;
}

interface AlertCard {
  kind: "sighting" | "task" | "place";
  id: string;
  number: number;
}

interface AlertEntity {
  kind: string;
  id: string;
}

interface AlertsFrame {
  type: "alerts";
  unread: number;
  last: NewestAlert | null;
  quiet: boolean;
  alarms: AlarmSignals;
}

interface ClockAhead {
  until: IsoTime;
  at: IsoTime;
}

interface ClockFrame {
  type: "clock";
  jumped: ClockJumped | null;
  ahead: ClockAhead | null;
}

interface ClockJumped {
  by_s: number;
  at: IsoTime;
}

interface ColumnState {
  title: string | null;
  role: "inbox" | "todo" | "doing" | "waiting" | "done";
  rank: string;
}

interface ComparisonOther {
  whose: "child" | "companion" | "vehicle";
  text: string;
}

interface ComparisonQuote {
  field: string;
  text: string;
  language: string;
}

interface ComparisonRow {
  thing: string;
  name: string;
  known: string;
  said: string;
  quotes: Array<ComparisonQuote>;
  verdict: "differs" | "same" | "fits" | "not_known" | "not_said";
  verdict_text: string;
  text: string;
  known_statements: Array<StatementAnswer>;
  said_statements: Array<StatementAnswer>;
}

interface ContactBody {
  phones: Array<ShownPhone>;
  email: string | null;
  note: string | null;
  unreadable?: Array<string>;
  earlier?: Array<EarlierDetails>;
}

interface Contradicted {
  number: number;
  other: number;
  doubtful: boolean;
  km: number;
  minutes: number;
  pairs: number;
}

interface ContradictingCard {
  card: string;
  number: number;
  doubtful: boolean;
  mark: string;
  texts: Array<ContradictionText>;
  more: number;
}

interface ContradictingPair {
  first: string;
  first_number: number;
  second: string;
  second_number: number;
  km: number;
  minutes: number;
  doubtful: string | null;
  text: string;
}

interface ContradictionList {
  seq: number;
  pairs: Array<ContradictingPair>;
  cards: Array<ContradictingCard>;
  compared: number;
  more: boolean;
}

interface ContradictionText {
  other: string;
  number: number;
  text: string;
}

interface DetailTexts {
  field: "hair" | "eyes" | "features" | "clothing" | "needs";
  typed: string;
  typed_in: "fr" | "nl" | "de" | "en";
  printed: Array<PrintedText>;
  words: Array<MissingWord>;
  is_complete: boolean;
}

interface DisplayFrame {
  type: "display";
  display: DisplaySettings;
}

interface DueCall {
  id: string;
  number: number;
  due: IsoTime;
  assignee: string | null;
}

interface DueTask {
  id: string;
  number: number;
  title: string;
  due: IsoTime;
}

interface EarlierDetails {
  phones: Array<ShownPhone>;
  email: string | null;
  note: string | null;
  seq: number;
  at: IsoTime;
  account: string | null;
}

interface EarlierSearch {
  board: string;
  reference: string;
  person: { first_name: string, last_name: string | null, age: number | null };
  date: string;
  days: number | null;
  place: string | null;
  statements: Array<StatementAnswer>;
  talk: boolean;
}

interface EarlierTalk {
  board: string;
  reference: string;
  talk: Talk;
}

interface ErrorFrame {
  type: "error";
  code: string;
  message: string;
  board?: string;
  id?: string | number;
  retry_after_s?: number;
}

interface EventsFrame {
  type: "events";
  board: string;
  epoch: string;
  events: Array<BoardEvent>;
}

interface FigureCount {
  name: string;
  label: string;
  searches: number | "under_3" | "hidden";
}

interface FigureLine {
  name: string;
  label: string;
  searches: number | "under_3" | "hidden";
  year_before: number | "under_3" | "hidden";
  worrying: number | "under_3" | "hidden";
  worrying_percent: number | null;
  public: number | "under_3" | "hidden";
  discreet: number | "under_3" | "hidden";
  open: number | "under_3" | "hidden";
  found: number | "under_3" | "hidden";
  opened_after: FigureWaits | null;
  found_after: FigureWaits | null;
}

interface FigureReport {
  as_of: IsoTime;
  label: string;
  year: number;
  month: number;
  from: IsoTime;
  to: IsoTime;
  masked: boolean;
  first_year: number | null;
  all: FigureLine;
  kinds: Array<FigureLine>;
  ages: Array<FigureLine>;
  steps: Array<FigureStep>;
  weekdays: Array<FigureCount>;
  hours: Array<FigureCount>;
  outcomes: Array<FigureCount>;
}

interface FigureStep {
  name: string;
  label: string;
  searches: number | "under_3" | "hidden";
  year_before: number | "under_3" | "hidden";
}

interface FigureWaits {
  median_s: number;
  p95_s: number;
  within_48_h: number;
}

interface FormerSource {
  name: string | null;
  contact: string | null;
  seq: number;
  at: IsoTime;
  account: string | null;
  unreadable?: Array<string>;
}

interface HandoverState {
  number: number;
  status: "prepared" | "signed" | "accepted" | "refused" | "withdrawn";
  outgoing: string;
  incoming: string | null;
  prepared_by: string;
  prepared_at: IsoTime;
  faults: string | null;
  remarks: string | null;
  signed_at: IsoTime | null;
  searches: number | null;
  position: { epoch: string, seq: number, head: string } | null;
  digest: string | null;
  watch: { since: IsoTime, unwatched_s: number, longest_taken_s: number | null } | null;
  ended_by: string | null;
  ended_at: IsoTime | null;
  reason: string | null;
  restatement: string | null;
  authorship: { [key: string]: { handover: number, by: string | null, at: IsoTime | null, confirmed_by: string | null, confirmed_at: IsoTime | null } };
}

interface HandoverStatus {
  number: number;
  status: string;
  outgoing: string;
  incoming: string | null;
  signed_at: IsoTime | null;
}

interface Head {
  epoch: string;
  seq: number;
}

interface HeadsFrame {
  type: "heads";
  at: IsoTime;
  heads: { [key: string]: Head };
}

interface HeldShift {
  number: number;
  holder: string;
  since: IsoTime;
  before: string | null;
  handover: number | null;
  reason: string | null;
  name: string;
}

interface HelloFrame {
  type: "hello";
  account: Account;
  heartbeat_s: number;
  server: string;
  form: string;
  display?: DisplaySettings;
}

interface LastEvent {
  seq: number;
  at: IsoTime;
  type: string;
}

interface LateOpen {
  look: number;
  judge: number;
  pass_on: number;
}

interface Likeness {
  words: number;
  near: number;
}

interface LookedAtBy {
  by: string;
  at: IsoTime;
}

interface MissingWord {
  word: string;
  languages: Array<"fr" | "nl" | "de" | "en">;
}

interface NewestAlert {
  board: string;
  seq: number;
}

interface NextPromise {
  account: string;
  since: IsoTime;
}

interface NoteState {
  text: string;
  category: "comment" | "decision" | "contact" | "phone" | "bank";
  card: string | null;
  happened_at: IsoTime;
  corrects: string | null;
  please_answer: boolean | null;
  call: { contact: string, result: "reached" | "no_answer" | "left_message" | "calls_back", incoming: boolean, next_call: IsoTime | null, assignee: string | null } | null;
}

interface OpenAlarm {
  id: string;
  board: string;
  seq: number;
  reference: string | null;
  child: string | null;
  sex: "f" | "m" | "x" | null;
  about: AlarmedEntity;
  place: string | null;
  seen_at: IsoTime | null;
  title: string | null;
  rule: string;
  occasion: string | null;
  raised_at: IsoTime;
  step: number;
  next_at: IsoTime | null;
  steps: Array<AlarmStep>;
  asked_me: boolean;
  assignee: AlarmTaker | null;
  taken_by: AlarmTaker | null;
  taken_at: IsoTime | null;
  until: IsoTime | null;
  promises: number;
  handover: number | null;
  round: number;
  lapsed_by: AlarmTaker | null;
  lapsed_at: IsoTime | null;
  released_by: AlarmTaker | null;
  released_at: IsoTime | null;
  released_because: string | null;
  count: number | null;
}

interface OtherChild {
  board: string;
  reference: string;
  child: string;
  id: string;
  number: number;
}

interface OwnWork {
  at: IsoTime;
  items: Array<WorkItem>;
  left_out: number;
}

interface PersonOnDuty {
  account: string;
  name: string;
  since: IsoTime;
  until: IsoTime;
}

interface PlannedPerson {
  account: string;
  name: string;
  starts_at: IsoTime;
  ends_at: IsoTime;
}

interface PongFrame {
  type: "pong";
  id: string | number | null;
}

interface PresenceFrame {
  type: "presence";
  board: string;
  count: number;
  people: Array<PresentPerson>;
}

interface Present {
  account: string;
  name: string;
}

interface PresentPerson {
  account: string;
  name: string;
  card: string | null;
  editing: boolean;
}

interface PrintedText {
  language: "fr" | "nl" | "de" | "en";
  text: string;
}

interface Reach {
  start: ReachStart;
  by: "foot" | "bicycle" | "car" | "train";
  until: string;
  minutes: number;
  radius_m: number | null;
  stations: Array<ReachStation>;
  attribution: string;
}

interface ReachStart {
  lat: number;
  lon: number;
  radius_m: number;
  seen_at: string;
  earliest: string;
}

interface ReachStation {
  id: string;
  name: string;
  fr: string;
  nl: string;
  de: string;
  en: string;
  lat: number;
  lon: number;
  at: string;
}

interface ReadableDetail {
  text: string;
  typed_in: string;
  is_composed: boolean;
}

interface ReadableDetails {
  details: Array<ReadableDetail>;
}

interface RefusedFrame {
  type: "refused";
  id: string;
  code: string;
  message: string;
  fields?: { [key: string]: string };
  current?: { [key: string]: any };
  retry_after_s?: number;
}

interface SearchState {
  reference: string;
  kind: "runaway" | "parental_abduction" | "unaccompanied_minor" | "third_party_abduction" | "undefined";
  status: "open" | "found" | "closed";
  status_reason: string | null;
  person: { first_name: string, last_name: string | null, age: number | null, birth_date: string | null, sex: "f" | "m" | "x" | null, description: string | null, height_cm: number | null, build: "slim" | "average" | "sturdy" | null, hair: string | null, eyes: string | null, features: string | null, clothing: string | null, needs: string | null, needs_until: IsoTime | null };
  missing_since: IsoTime;
  last_seen: { text: string | null, lat: number | null, lon: number | null } | null;
  worrying: boolean | null;
  worrying_basis: string | null;
  criteria: { [key: string]: { answer: "yes" | "no" | "unknown", basis: string | null } };
  worrying_decided_by: { role: "officer" | "magistrate" | "prosecutor" | "examining_magistrate" | "family" | "child_focus", name: string, at: IsoTime, by_way: "call" | "mail" | "writing", reference: string | null } | null;
  appeal: { level: "none" | "discreet" | "posters" | "public" | "child_alert", from: IsoTime | null, until: IsoTime | null, decided_by?: { role: "officer" | "magistrate" | "prosecutor" | "examining_magistrate" | "family" | "child_focus", name: string, at: IsoTime, by_way: "call" | "mail" | "writing", reference: string | null } | null, conditions?: { [key: string]: string } | null, no_photo?: string | null, prolonged?: number | null, before?: { level: "none" | "discreet" | "posters" | "public" | "child_alert", from: IsoTime | null, until: IsoTime | null, decided_by: { role: "officer" | "magistrate" | "prosecutor" | "examining_magistrate" | "family" | "child_focus", name: string, at: IsoTime, by_way: "call" | "mail" | "writing", reference: string | null } | null } | null };
  access: "desk" | "members";
  members: Array<string>;
  lead: string | null;
  goal: { text: string, until: IsoTime | null, by: string, at: IsoTime } | null;
  photo: string | null;
  public_photo: string | null;
  outcome: { found_at: IsoTime, place: string | null, point?: { [key: string]: number | null } | null, condition: "well" | "injured" | "deceased" | "unknown", how: "came_back" | "police" | "sighting" | "other", confirmed_by: string | null, family_told: boolean | null, police_told: boolean | null, reason: string | null } | null;
  opened_at: IsoTime;
  details: { taking_parent: string | null, relation: "mother" | "father" | "other" | null, described_person: string | null, vehicle_plate: string | null, vehicle_make: string | null, vehicle_colour: string | null, countries: Array<string> | null, papers: string | null, hague: "yes" | "no" | "unknown" | null, central_authority: "yes" | "no" | "unknown" | null, facility: string | null, guardian: string | null, aliases: Array<string> | null, languages: Array<string> | null, destination: string | null } | null;
  earlier: { [key: string]: { date: string | null, days: number | null, place: string | null, reference: string | null, search: string | null, note: string | null } } | null;
  acknowledge: string | null;
  talk_kept: { at: IsoTime, by: string, offered: boolean } | null;
  reports: { [key: string]: { number: number, role: "mother" | "father" | "guardian" | "family" | "facility" | "school" | "police" | "other" | null, taken_by: string, at: IsoTime } } | null;
  links: { [key: string]: { how: "together" | "same_person_sought" | "related", on_walls: boolean } } | null;
}

interface ShareUse {
  used: number;
  most: number;
}

interface ShiftFrame {
  type: "shift";
  shift: HeldShift | null;
  handover: HandoverStatus | null;
  duties: Array<PersonOnDuty>;
  absent: Array<PlannedPerson>;
  next: Array<PlannedPerson>;
}

interface ShiftState {
  number: number;
  holder: string;
  since: IsoTime;
  before: string | null;
  handover: number | null;
  reason: string | null;
}

interface ShownPhone {
  number: string;
  shown: string;
  label: string | null;
}

interface SightingComparison {
  rows: Array<ComparisonRow>;
  others: Array<ComparisonOther>;
  mark: string;
}

interface SightingState {
  number: number;
  column: string;
  rank: string;
  assignee: string | null;
  priority: "low" | "normal" | "urgent";
  withdrawn: boolean;
  description: string;
  seen_at: IsoTime | null;
  received_at: IsoTime;
  late: boolean;
  channel: "hotline" | "app" | "police" | "field" | "social_media" | "other" | "unknown";
  place: { text: string | null, lat: number | null, lon: number | null, radius_m: number | null } | null;
  direction: string | null;
  clothing: string | null;
  company: string | null;
  source: { kind: "named" | "anonymous" | "unknown", sealed: boolean };
  source_kept: boolean | null;
  grade: { source: "A" | "B" | "C" | "D" | "E" | "F", content: number };
  assessment: "unassessed" | "credible" | "confirmed" | "not_the_child" | "unverifiable" | "duplicate";
  from_tip: { id: string, number: number } | null;
  duplicate_of: string | null;
  queue: "look" | "judge" | "pass_on" | "answered";
  queue_since: IsoTime | null;
  looked_at: { by: string, at: IsoTime } | null;
  passed_on: { to: string, at: IsoTime, reference: string | null, by: string } | null;
  of_both: { search: string, sighting: string, number: number, alarms: boolean } | null;
}

interface SimilarSighting {
  sighting: string;
  number: number;
  description: string;
  seen_at: IsoTime | null;
  received_at: IsoTime;
  place: { text: string | null, lat: number | null, lon: number | null, radius_m: number | null } | null;
  assessment: "unassessed" | "credible" | "confirmed" | "not_the_child" | "unverifiable" | "duplicate";
  direction: string | null;
  clothing: string | null;
  company: string | null;
  score: Likeness;
  statements: Array<StatementAnswer>;
}

interface SnapshotFrame {
  type: "snapshot";
  board: string;
  epoch: string;
  seq: number;
  more?: true;
  entities: Array<Entity>;
}

interface Source {
  name: string | null;
  contact: string | null;
  unreadable?: Array<string>;
  earlier?: Array<FormerSource>;
  more?: true;
}

interface StatementAnswer {
  text: string;
  thing: string;
  colour: Array<string>;
  pattern: Array<string>;
  material: Array<string>;
  size: Array<string>;
  other: Array<string>;
  negated: boolean;
  hedged: boolean;
  whose: "child" | "companion" | "vehicle";
  span: Array<number> | null;
}

interface SubscribedFrame {
  type: "subscribed";
  board: string;
  epoch: string;
  seq: number;
}

interface Summary {
  unassessed_sightings: number;
  open_tasks: number;
  overdue_tasks: number;
  overdue_open: number;
  promised: Array<string>;
  people: number;
  last: LastEvent;
  suggested: Array<"under_13">;
  present: Array<Present>;
  overdue_task: DueTask | null;
  next_task: DueTask | null;
  next_call: DueCall | null;
  unassessed_sighting: UnassessedSighting | null;
  credible_sighting: SummarySighting | null;
  alarm: SummaryAlarm | null;
  alarms: number;
  promise: SummaryPromise | null;
  unanswered: UnansweredCounts;
  contradiction: Contradicted | null;
}

interface SummaryAlarm {
  id: string;
  rule: string;
  occasion: string | null;
  raised_at: IsoTime;
  step: number;
  next_at: IsoTime | null;
  about: AlarmCause;
  number: number | null;
  assignee: string | null;
  lapsed_by: string | null;
  lapsed_at: IsoTime | null;
  released_by: string | null;
  released_at: IsoTime | null;
  released_because: string | null;
}

interface SummaryFrame {
  type: "summary";
  board: string;
  searches: { [key: string]: Summary };
}

interface SummaryPromise {
  id: string;
  rule: string;
  occasion: string | null;
  about: AlarmCause;
  number: number | null;
  assignee: string | null;
  taken_by: AlarmTaker;
  until: IsoTime;
}

interface SummarySighting {
  id: string;
  number: number;
  seen_at: IsoTime | null;
  received_at: IsoTime;
  place: string | null;
  assessment: string;
}

interface Talk {
  why: string | null;
  where: string | null;
  with_whom: string | null;
  helped: string | null;
  would_help: string | null;
  at: IsoTime;
  by: string;
  offered: boolean;
  unreadable?: Array<string>;
}

interface TaskState {
  number: number;
  column: string;
  rank: string;
  assignee: string | null;
  priority: "low" | "normal" | "urgent";
  withdrawn: boolean;
  title: string;
  instruction: string | null;
  due: IsoTime | null;
  place: { text: string | null, lat: number | null, lon: number | null, radius_m: number | null } | null;
  checklist: { [key: string]: { text: string, done: boolean, rank: string | null } };
  result: string | null;
  sighting: string | null;
  take_down: boolean;
}

interface TextsOfMaterial {
  texts: Array<DetailTexts>;
  vocabulary: string;
}

interface TimelineAnswer {
  board: string;
  epoch: string;
  seq: number;
  as_of: IsoTime;
  missing_since: IsoTime;
  ends_at: IsoTime | null;
  items: Array<TimelineItem>;
  gaps: Array<TimelineGap>;
  left_out: number;
  margin_minutes: number;
}

interface TimelineGap {
  from: IsoTime;
  until: IsoTime | null;
  empty: boolean;
}

interface TimelineItem {
  id: string;
  lane: "sightings" | "contacts" | "phone_bank" | "places" | "decisions" | "appeals" | "handovers";
  kind: string;
  sureness: "at" | "during" | "unknown";
  from: IsoTime | null;
  until: IsoTime | null;
  known_at: IsoTime;
  early: boolean;
  card: string | null;
  number: number | null;
  seq: number | null;
  title: string;
  text: string;
  place: string;
  by: string;
  grade: string;
  assessment: string | null;
  verdict: string;
}

interface TrackPlace {
  name: string;
  kind: string;
  points: number;
  outline: Array<Array<number>>;
  from: IsoTime | null;
  until: IsoTime | null;
}

interface TrackPreview {
  places: Array<TrackPlace>;
}

interface Unanswered {
  at: IsoTime;
  counts: UnansweredCounts;
  entries: Array<UnansweredEntry>;
  left_out: number;
}

interface UnansweredCounts {
  look: number;
  judge: number;
  pass_on: number;
  late: number;
  late_open: LateOpen;
}

interface UnansweredEntry {
  kind: "sighting" | "tip" | "wake";
  board: string | null;
  reference: string | null;
  child: string | null;
  sex: "f" | "m" | "x" | null;
  status: "open" | "found" | "closed" | null;
  id: string;
  number: number | null;
  seq: number;
  queue: "look" | "judge" | "pass_on";
  queue_since: IsoTime;
  target_min: number | null;
  late: boolean;
  held: boolean;
  assignee: string | null;
  priority: "low" | "normal" | "urgent";
  assessment: "unassessed" | "credible" | "confirmed" | "not_the_child" | "unverifiable" | "duplicate";
  title: string;
  place: string | null;
  seen_at: IsoTime | null;
  received_at: IsoTime | null;
  looked_at: LookedAtBy | null;
  alarm: AlarmOwner | null;
  of_both: OtherChild | null;
}

interface UnassessedSighting {
  id: string;
  number: number;
  seen_at: IsoTime | null;
  received_at: IsoTime;
  place: string | null;
  priority: string;
  assignee: string | null;
  taken_by: string | null;
  until: IsoTime | null;
}

interface UnderstoodStatement {
  text: string;
  thing: string;
  colour: Array<string>;
  pattern: Array<string>;
  material: Array<string>;
  size: Array<string>;
  other: Array<string>;
  negated: boolean;
  hedged: boolean;
  whose: "child" | "companion" | "vehicle";
  span: Array<number> | null;
  words: Array<UnderstoodWord>;
}

interface UnderstoodText {
  language: string;
  statements: Array<UnderstoodStatement>;
  unread: Array<Array<number>>;
}

interface UnderstoodWord {
  span: Array<number>;
  reads: string;
}

interface UnsubscribedFrame {
  type: "unsubscribed";
  board: string;
  reason: "asked" | "forbidden";
}

interface UnwatchedSpan {
  alarm: WatchedAlarm;
  from: IsoTime;
  to: IsoTime;
}

interface Watch {
  from: IsoTime;
  to: IsoTime;
  alarms: number;
  unwatched_s: number;
  looked_at: WatchTimes | null;
  taken: WatchTimes | null;
  passed_on: WatchTimes | null;
  promises: WatchCounts;
  causes: Array<WatchedCause>;
  boards: Array<WatchedBoard>;
  unwatched: Array<UnwatchedSpan>;
  unwatched_left_out: number;
  notable: Array<WatchedPromise>;
  notable_left_out: number;
  people: { [key: string]: string };
}

interface WatchCounts {
  total: number;
  kept: number;
  lapsed: number;
  returned: number;
  open: number;
  extended: number;
}

interface WatchSpan {
  phase: "asked" | "held" | "unwatched";
  from: IsoTime;
  to: IsoTime;
}

interface WatchTimes {
  count: number;
  median_s: number;
  p95_s: number;
  longest_s: number;
  longest: WatchedAlarm;
}

interface WatchedAlarm {
  id: string;
  board: string;
  reference: string | null;
  child: string | null;
  about: AlarmedEntity;
  rule: string;
  occasion: string;
}

interface WatchedBoard {
  board: string;
  reference: string | null;
  child: string | null;
  worrying: boolean;
  alarms: number;
  unwatched_s: number;
  spans: Array<WatchSpan>;
  lapsed_at: Array<IsoTime>;
}

interface WatchedCause {
  occasion: string;
  alarms: number;
  unwatched_s: number;
  looked_at: WatchTimes | null;
  taken: WatchTimes | null;
  passed_on: WatchTimes | null;
  promises: WatchCounts;
}

interface WatchedPromise {
  alarm: WatchedAlarm;
  account: string;
  since: IsoTime;
  until: IsoTime | null;
  ended_at: IsoTime | null;
  outcome: "kept" | "lapsed" | "returned" | "open";
  extensions: number;
  note: string | null;
  unwatched_s: number;
  next: NextPromise | null;
}

interface WorkItem {
  kind: string;
  board: string;
  reference: string | null;
  child: string | null;
  sex: "f" | "m" | "x" | null;
  id: string;
  number: number | null;
  title: string | null;
  place: string | null;
  seen_at: IsoTime | null;
  queue: "look" | "judge" | "pass_on" | null;
  queue_since: IsoTime | null;
  target_min: number | null;
  by: IsoTime | null;
  assignee: AlarmTaker | null;
  alarm: OpenAlarm | null;
}
