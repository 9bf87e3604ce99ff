/* Types that many modules share: data of pages, and names for parts of the contract (tests/js/contract.d.ts).
   They are global and need no import. Only the type checker reads this file. */

/** Name of a kind of entity, such as "task" (core/rules/kinds.js). */
type Kind = string;

/** Declaration of a kind, as far as pages need it. */
interface KindDeclaration {
  card: boolean;
  counted: boolean;
  fields: { [path: string]: FieldOptions };
  /** Paths of the fields in forms, for kinds other than cards. */
  written: string[];
  /** Formats of fields that are not texts, numbers or codes, by path. */
  readings: { [path: string]: string };
  /** Occasions of alarms about its entities, by their codes. */
  occasions: { [code: string]: OccasionDeclaration };
  plural: string;
  /** Field that names a card. */
  title: string;
  /** Role of the first column. */
  column: string;
  /** Paths of the fields of the forms: to add a card (`first`, and `more` under "More…"), and to edit it. */
  forms: { first: string[]; more: string[]; edit: string[] };
}

/** Texts of an alarm as msgids, and the page about its subject. `rule`: key of the program's rule, for alarms without an occasion. */
interface OccasionDeclaration {
  name: string;
  numbered?: string;
  short?: string;
  page?: string;
  rule?: string;
  /** Texts on displays: the mark, the subject next to it ("" if the mark contains it), and the subject on a tile, in full and in short. */
  wall?: { mark: string; row: string; tile: string; short: string };
}

interface FieldOptions {
  control: string;
  required?: boolean;
  /** True if times in the future are refused. */
  past?: boolean;
  /** Order of a detail of the child's appearance when it is compared with a sighting, from 1. */
  compared?: number;
  /** Longer label than that of the field. */
  heading?: string;
  /** Kind of the cards to choose from. */
  refers_to?: string;
  /** True if states do not contain it. An empty field leaves it unchanged. */
  private?: boolean;
  [option: string]: any;
}

/** Field of a form. */
interface FieldDefinition extends FieldOptions {
  path: string;
}
type Role = "viewer" | "investigator" | "coordinator" | "admin";

/** Time in the contract: ISO 8601, UTC. */
type IsoTime = string;

/** Anything that can be parsed as a time. */
type Time = IsoTime | Date | number | null | undefined;

type Json = string | number | boolean | null | Json[] | { [field: string]: Json };

interface Account {
  id: string;
  name: string;
  role: Role;
  enabled?: boolean;
  machine?: boolean;
  /** Time of the lock of this session; only of the account that is signed in. */
  locked_at?: IsoTime;
  /** True for a guest who may give the commands of an investigator on the search; only of the account that is signed in. */
  writes?: boolean;
}

/** The open alarm in the watch line. `pressed`: the alarm that a press means, null if another one has just replaced it. */
interface LineAlarm {
  shown(): Alarm | null;
  pressed(): Alarm | null;
  take(alarm: Alarm): void;
}

/* Parts of the contract. States in events from before 0.4.0 lack later fields: appearance, needs and goal. */
type Actor = AlertActor & { token?: { id: string, name: string } };
type MissingPerson = SearchState["person"];
type Outcome = NonNullable<SearchState["outcome"]>;
type Criterion = SearchState["criteria"][string];
type ChecklistItem = TaskState["checklist"][string];
type Queue = SightingState["queue"];
type WaitingQueue = Exclude<Queue, "answered">;
type SeenPlace = NonNullable<SightingState["place"]>;

interface BoardPosition {
  epoch: string | null;
  seq: number | null;
}

/** By path: the values of which a state has one, or none if the path starts with "!" (board/engine/conditions.py). */
type Condition = Record<string, any[]>;

/** Right needed to undo an event. */
type UndoRight = { role: Role; while_closed: boolean; or_lead: boolean };

/** Sentence of an event (board/config/event_sentences.py): its variants (text, condition, named fields), its slots, the named fields. */
type EventSentence = [[string | [string, string], Condition?, (string[] | null)?][], Record<string, string>, string[]];

/** Rules that the server declares (board/web/declarations.py). */
interface DeclaredRules {
  assured: string[];
  settled: string[];
  ungraded: Condition;
  queues: [Queue, Condition][];
  significant: Record<string, Condition>;
  events: Record<string, EventSentence>;
  event_facts: { creations: string[]; named: string[]; nullable: string[]; short: number; before_changes: Record<string, string>; carried_over: string[] };
  criteria: string[];
  younger_than: Record<string, number>;
  undo: Record<string, UndoRight>;
  materials: { levels: Record<string, string[]>; refusals: Record<string, string>; only_brief: string[] };
  map: DeclaredMark[];
}

/** Which entities of a kind are on a map: see board/config/map_marks.py. */
interface DeclaredMark {
  kind: string;
  place: string;
  at: string;
  until: string;
  outline: string;
  shown: Condition | null;
  line: Condition | null;
  shapes: [Condition, string][];
  ruled_out: Condition | null;
  part: string;
}

/** Point on a map, with [latitude, longitude]. `kind`: of its entity, or `found`. */
interface MapPoint {
  id: string;
  entity: string;
  kind: string;
  number: number | null;
  shape: string;
  isRuledOut: boolean;
  center: number[];
  radius: number | null;
  outline: number[][];
  isLine: boolean;
  at: IsoTime | null;
  until: IsoTime | null;
}

/** State of an entity of any kind. */
type AnyState = Record<string, any>;

interface Entity<S = AnyState> {
  kind: Kind;
  id: string;
  seq: number;
  state: S;
}

/** Event of a board, as in the contract. */
interface BoardEvent {
  seq: number;
  at: IsoTime;
  clock?: IsoTime | null;
  type: string;
  actor: Actor | null;
  command?: string | null;
  kind: Kind;
  id: string;
  state?: AnyState | null;
  changes?: string[];
  private?: string[];
  reason?: string | null;
  acknowledge?: string | null;
  undoes?: number;
  erased?: boolean;
  hidden?: boolean;
}

/** Value of one field before and after. */
interface FieldChange {
  path: string;
  from: Json;
  to: Json;
}

/** Change as shown to people. A field may have a different label in its kind. */
interface ToldChange extends FieldChange {
  kind: string;
}

/** Any frame from the server but `hello`. */
type ServerFrame =
  | SnapshotFrame | EventsFrame | SubscribedFrame | UnsubscribedFrame | PresenceFrame | SummaryFrame | AckFrame | ErrorFrame
  | (RefusedFrame & { board?: string })
  | ((ShiftFrame | ClockFrame | AlertsFrame | AlarmsFrame | AccountFrame | HeadsFrame | PongFrame) & { board?: undefined });

/** Refusal of a command. */
type CommandRefusal = Omit<RefusedFrame, "type" | "id" | "current"> & { current?: AnyState | null };

/** Command that the server has not acknowledged yet. */
interface PendingCommand {
  id: string;
  board: string;
  name: string;
  data: { [field: string]: any };
  base?: number | null;
  epoch?: string | null;
  at: IsoTime;
  order: number;
  owner: string;
  status: "sending" | "waiting" | "refused";
  refusal: CommandRefusal | null;
  held?: boolean;
}

/** Badge of an entity with a change that this person has not seen. */
interface ChangeBadge {
  type: string;
  actor: Actor | null;
  at: IsoTime | null;
  own: boolean;
  changes: string[];
}

interface ClockReading {
  mono: number;
  wall: number;
}

/** Card as drawn on a page: the entity with the pending commands of this person applied. */
interface Card extends Entity {
  pending?: PendingCommand;
  added?: boolean;
}

type Timer = ReturnType<typeof setTimeout>;
type Refusal = import("./core/errors.js").Refusal;
type Drawn = import("../vendor/lit-html/lit-html.js").Drawn;
type Session = import("./core/connection/session.js").Session;
type LiveSession = import("./core/connection/live_session.js").LiveSession;
type Board = import("./core/storage/store.js").Board;

interface ReadPosition {
  board: string;
  epoch: string | null;
  seq: number;
  own: number;
  asked?: number;
}

/** Event for a badge. For a snapshot, only the type of the change is known. */
type BadgeEvent = Pick<BoardEvent, "id" | "type" | "actor" | "clock" | "changes" | "private"> & { at: IsoTime | null };

interface SuggestionFacts {
  person: Pick<MissingPerson, "age" | "birth_date">;
  missing_since: IsoTime | null;
  criteria?: { [key: string]: Partial<Criterion> | null } | null;
}

/* A timer is null while none is running, and null can be cleared. */
declare function clearTimeout(id: number | null | undefined): void;
declare function clearInterval(id: number | null | undefined): void;
declare function cancelAnimationFrame(id: number | null): void;
type Tab = import("./core/connection/tab.js").Tab;
type Entities = import("./core/connection/sequence.js").Entities;

/** Progress of a pending command. `kept`: true once it is stored, null while it is being stored. */
interface Run {
  sentAt: number | null;
  tries: number;
  retryAt: number | null;
  kept: boolean | null;
  keeping: Promise<void> | null;
  eventApplied?: boolean;
  promise: Promise<{ seqs: number[]; opened?: string }>;
  resolve(done: { seqs: number[]; opened?: string }): void;
  reject(error: Error): void;
}

interface RunMap extends Map<string, Run> {
  get(id: string): Run;
}

type JournalReader = import("./replay/journal_reader.js").JournalReader;
type EventFold = import("./replay/event_fold.js").EventFold;

/** Event in a history, with its journal. */
interface HistoryEntry {
  key: string;
  event: BoardEvent;
  journal: JournalReader;
}

/** Effect of an event on an entity. */
interface FoldStep {
  kind: Kind;
  id: string;
  from: Entity | undefined;
  to: Entity | undefined;
}

/** Difference of an entity between two moments. */
interface EntityChange {
  kind: Kind;
  id: string;
  number?: number;
  change: "added" | "changed" | "removed";
  fields: FieldChange[];
}

/** Difference as shown to people. */
interface ShownChange extends EntityChange {
  way: string;
  before: Entity | undefined;
  after: Entity | undefined;
}

interface PlayerHandlers {
  time(): number;
  next(time: number): number | null;
  go(time: number): void;
  changed(): void;
}

type ReadPositionTracker = import("./core/storage/read_position.js").ReadPositionTracker;

type State = AnyState;
type JournalEvent = BoardEvent;
type Badge = ChangeBadge;
type Ack = { seqs: number[]; opened?: string };
type Frame = any;

/** Time up to which data is confirmed: by the server's clock (`provenAt`) and by the local one (`proven`). */
interface FreshnessState {
  state: string;
  provenAt: Date | null;
  proven: ClockReading | null;
}

// Selectors in this program only match HTML elements, never SVG.
interface ParentNode {
  querySelector<E extends HTMLElement = HTMLElement>(selectors: string): E | null;
  querySelectorAll<E extends HTMLElement = HTMLElement>(selectors: string): NodeListOf<E>;
}

interface Element {
  closest<E extends HTMLElement = HTMLElement>(selectors: string): E | null;
}

type Alarm = OpenAlarm;

/** Requirements of one level of an appeal. */
interface AppealLevelRules {
  decided_by: string[];
  required: boolean;
  worrying: boolean;
  photo: boolean;
  conditions: string[];
  max_hours: number | null;
  prolongations: number;
  ends: boolean;
  numbers: string[];
}

/** Who has an alarm and its card, until when, or who had it. */
interface Ownership {
  taken_by?: AlarmTaker | null;
  assignee?: AlarmTaker | null;
  until?: IsoTime | null;
  lapsed_by?: AlarmTaker | null;
  lapsed_at?: IsoTime | null;
  released_by?: AlarmTaker | null;
  released_at?: IsoTime | null;
  released_because?: string | null;
}

/** Data for the name of an alarm. */
interface NamedAlarm {
  rule: string;
  occasion?: string | null;
  about: { kind: Kind; number: number | null };
}

/** Encrypted bytes, as stored in this browser. */
interface SealedBytes {
  nonce: Uint8Array<ArrayBuffer>;
  box: ArrayBuffer;
}

/** Target of a file: a card, a note, or the search (empty); or the entity that a form or a command will add. */
interface UploadTarget {
  card?: string | null;
  note?: string | null;
  form?: string;
  command?: string;
}

/** Metadata of a picture. Offered to the person who uploaded it, and stored only in the original. */
interface FoundInPicture {
  taken_at?: IsoTime;
  place?: { lat: number; lon: number };
  device?: string;
}

/** File that is not attached yet (core/storage/uploads.js). */
interface UploadItem {
  id: string;
  /** "" while unknown. */
  board: string;
  target: UploadTarget;
  name: string;
  size: number;
  type: string;
  order: number;
  /** Number of bytes that the server has. */
  offset: number;
  state: "waiting" | "sending" | "checking" | "ready" | "attaching" | "failed";
  /** Reason for a delay or failure, as a text; null while it only waits for a connection. */
  problem: string | null;
  found: FoundInPicture | null;
  tries: number;
  retryAt: number;
  /** True if it survives a reload. */
  isKept?: boolean;
  isResumed?: boolean;
  isSent?: boolean;
  isAgain?: boolean;
  /** True if it cannot be retried, and another file must be chosen. */
  isFinal?: boolean;
  /** ID of the command that adds its card, if there is one. */
  command?: string;
  /** Seqs of that command, until the added card is known. */
  seqs?: number[];
}

interface UploadRun {
  file: Blob | null;
  release: () => void;
  abort: AbortController | null;
}

interface StoredUpload {
  id: string;
  sealed: string;
}

interface UploadStore {
  all(): Promise<UploadItem[]>;
  keep(item: UploadItem, file: Blob): Promise<boolean>;
  put(item: UploadItem): Promise<boolean>;
  bytes(id: string, start: number, end: number): Promise<Uint8Array<ArrayBuffer>>;
  get(id: string): Promise<UploadItem | null>;
  remove(id: string): Promise<unknown>;
  rename(from: string, to: UploadItem): Promise<void>;
}

interface UploadCalls {
  piece(item: UploadItem, bytes: Uint8Array<ArrayBuffer>, signal: AbortSignal): Promise<{ offset: number }>;
  state(board: string, id: string, signal: AbortSignal): Promise<{ offset: number; state: string; result?: { found?: FoundInPicture | null } } | null>;
  finish(board: string, id: string, sha256: string | null, signal: AbortSignal): Promise<{ found?: FoundInPicture | null }>;
  remove(board: string, id: string): Promise<unknown>;
  cardOf(board: string, command: string, seqs: number[]): Promise<string | null>;
}

interface UploadDependencies {
  store: UploadStore;
  calls: UploadCalls;
  /** Lock an upload. Resolves to a function that releases it, or to null if another tab holds the lock. */
  lock(id: string): Promise<(() => void) | null>;
  attach(item: UploadItem, data: { [field: string]: any }, command: string): Promise<Ack>;
  attached(item: UploadItem, ack: Ack): void;
  digest(bytes: Uint8Array<ArrayBuffer>): Promise<string | null>;
  newId(): string;
  now(): number;
  random(): number;
  maxMb(): number;
}

type Uploads = import("./core/storage/uploads.js").Uploads;

/** Position of a search in the order: `rank` of its class, the gravest is the highest; `since`: missing since, in ms. */
interface SearchPlace {
  id: string;
  rank: number;
  since: number;
}
