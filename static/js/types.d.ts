/* Types that many modules share: of what pages hold, and names for parts of what travels (tests/js/contract.d.ts).
   They are known everywhere without an import. Only the check of types reads this file. */

/** Name of a kind of entity, such as "task" (core/rules/kinds.js). */
type Kind = string;

/** Declaration of a kind, as far as pages need it; all but the first three are of cards only. */
interface KindDeclaration {
  card: boolean;
  counted: boolean;
  fields: { [path: string]: FieldOptions };
  /** How people read fields that are no texts, numbers or codes, by path. */
  readings: { [path: string]: string };
  /** Occasions of alarms about its entities, by their codes. */
  occasions: { [code: string]: OccasionDeclaration };
  plural: string;
  /** Field that names a card. */
  title: string;
  /** Role of the first column. */
  column: string;
  /** Paths of the fields of the forms: to add a card, shown at first and under "more", and to edit it. */
  forms: { first: string[]; more: string[]; edit: string[] };
}

/** Texts of an alarm as msgids, and the page about its subject. `rule`: key of the program's rule, for alarms without an occasion. */
interface OccasionDeclaration {
  name: string;
  numbered?: string;
  short?: string;
  page?: string;
  rule?: string;
  /** Its mark on a wall, and its subject beside the mark ("" if that names it), on a tile, and there in short. */
  wall?: { mark: string; row: string; tile: string; short: string };
}

interface FieldOptions {
  control: string;
  required?: boolean;
  /** Refuse the future. */
  past?: boolean;
  /** Place of a look of the child beside the words of a sighting, from 1. */
  compared?: number;
  /** Kind of the cards to choose from. */
  refers_to?: string;
  /** It is in no state: left empty, it stays as it is. */
  private?: boolean;
  [option: string]: any;
}

/** Field of a form. */
interface FieldDefinition extends FieldOptions {
  path: string;
}
type Role = "viewer" | "investigator" | "coordinator" | "admin";

/** Time as it travels: ISO 8601, UTC. */
type IsoTime = string;

/** Anything that a time can be read from. */
type Time = IsoTime | Date | number | null | undefined;

type Json = string | number | boolean | null | Json[] | { [field: string]: Json };

interface Account {
  id: string;
  name: string;
  role: Role;
  enabled?: boolean;
  machine?: boolean;
}

/* Parts of what travels. States in events of before 0.4.0 lack what was added since: looks, needs and goal. */
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

/** By path, the values of which a state has one; after a "!", those of which it has none (board/engine/conditions.py). */
type Condition = Record<string, any[]>;

/** Right that undoing an event needs. */
type UndoRight = { role: Role; while_closed: boolean; or_lead: boolean };

/** Rules that the server declares (board/web/declarations.py). */
interface DeclaredRules {
  assured: string[];
  settled: string[];
  ungraded: Condition;
  queues: [Queue, Condition][];
  significant: Record<string, Condition>;
  younger_than: Record<string, number>;
  undo: Record<string, UndoRight>;
  materials: { levels: Record<string, string[]>; refusals: Record<string, string>; only_brief: string[] };
}

/** State of an entity whose kind is looked at field by field. */
type AnyState = Record<string, any>;

interface Entity<S = AnyState> {
  kind: Kind;
  id: string;
  seq: number;
  state: S;
}

/** Event of a board, as it travels. */
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

/** Change as it is shown. A field may have a label of its own in its kind. */
interface ToldChange extends FieldChange {
  kind: string;
}

/** Any frame from the server but `hello`. */
type ServerFrame =
  | SnapshotFrame | EventsFrame | SubscribedFrame | UnsubscribedFrame | PresenceFrame | SummaryFrame | AckFrame | ErrorFrame
  | (RefusedFrame & { board?: string })
  | ((ShiftFrame | ClockFrame | AlertsFrame | AlarmsFrame | AccountFrame | HeadsFrame | PongFrame) & { board?: undefined });

/** Why a command was refused. */
type CommandRefusal = Omit<RefusedFrame, "type" | "id" | "current"> & { current?: AnyState | null };

/** Command that the server has not answered yet. */
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

/** Mark of an entity that changed without this person having seen it. */
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

/** Card as a page draws it: the entity, with what this person has sent laid over. */
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

/** Event from which a badge is made; of a snapshot only the kind of change is known. */
type BadgeEvent = Pick<BoardEvent, "id" | "type" | "actor" | "clock" | "changes" | "private"> & { at: IsoTime | null };

interface SuggestionFacts {
  person: Pick<MissingPerson, "age" | "birth_date">;
  missing_since: IsoTime | null;
  criteria?: { [key: string]: Partial<Criterion> | null } | null;
}

/* Timers are kept as null while there is none, and clearing none is no fault. */
declare function clearTimeout(id: number | null | undefined): void;
declare function clearInterval(id: number | null | undefined): void;
declare function cancelAnimationFrame(id: number | null): void;
type Tab = import("./core/connection/tab.js").Tab;
type Entities = import("./core/connection/sequence.js").Entities;

/** Way of a pending command: when it was sent, how often, and whether it is stored (null while it is being stored). */
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

/** Event in a history, with the journal that it is from. */
interface HistoryEntry {
  key: string;
  event: BoardEvent;
  journal: JournalReader;
}

/** What one event did to one entity. */
interface FoldStep {
  kind: Kind;
  id: string;
  from: Entity | undefined;
  to: Entity | undefined;
}

/** Difference of one entity between two moments. */
interface EntityChange {
  kind: Kind;
  id: string;
  number?: number;
  change: "added" | "changed" | "removed";
  fields: FieldChange[];
}

/** Difference as it is shown. */
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

/** Up to when data is confirmed: by the server's clock, and as a reading here. */
interface FreshnessState {
  state: string;
  provenAt: Date | null;
  proven: ClockReading | null;
}

// Our selectors name HTML elements only, never SVG.
interface ParentNode {
  querySelector<E extends HTMLElement = HTMLElement>(selectors: string): E | null;
  querySelectorAll<E extends HTMLElement = HTMLElement>(selectors: string): NodeListOf<E>;
}

interface Element {
  closest<E extends HTMLElement = HTMLElement>(selectors: string): E | null;
}

type Alarm = OpenAlarm;

/** What the name of an alarm is made of. */
interface NamedAlarm {
  rule: string;
  occasion?: string | null;
  about: { kind: Kind; number: number | null };
}

/** Bytes as they are kept in this browser. */
interface SealedBytes {
  nonce: Uint8Array<ArrayBuffer>;
  box: ArrayBuffer;
}

/** What a file is attached to: a card, a note, or the search (none); or what a form or a command will add. */
interface UploadTarget {
  card?: string | null;
  note?: string | null;
  form?: string;
  command?: string;
}

/** What the metadata of a picture said: offered to who took it in, and kept only in the original. */
interface FoundInPicture {
  taken_at?: IsoTime;
  place?: { lat: number; lon: number };
  device?: string;
}

/** File that is not attached yet (core/storage/uploads.js). */
interface UploadItem {
  id: string;
  /** "" while it is not known. */
  board: string;
  target: UploadTarget;
  name: string;
  size: number;
  type: string;
  order: number;
  /** Bytes that the server has. */
  offset: number;
  state: "waiting" | "sending" | "checking" | "ready" | "attaching" | "failed";
  /** Why it waits or failed, for the reader; null while it only waits for the line. */
  problem: string | null;
  found: FoundInPicture | null;
  tries: number;
  retryAt: number;
  /** It survives a reload. */
  isKept?: boolean;
  isResumed?: boolean;
  isSent?: boolean;
  isAgain?: boolean;
  /** Nothing can be done but to choose another file. */
  isFinal?: boolean;
  /** Command that adds its card, if one does. */
  command?: string;
  /** Of that command, while it is not known which card it added. */
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
  /** Return what releases the lock of an upload, or null if another tab holds it. */
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

/** A search in the order: `rank` of its class, the gravest highest; `since` in ms when it is missing. */
interface SearchPlace {
  id: string;
  rank: number;
  since: number;
}
