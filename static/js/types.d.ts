/* Shapes that travel between server and scripts (board/contract.md), and names for classes that many modules take. Global, so that
   JSDoc can use them without an import. */

/** Session of a signed-in browser (core/session.js). */
interface Session {
  readonly account: { id: string, name: string, role: string };
  readonly outbox: any;
  readonly connection: any;
  readonly shiftStatus: any;
  pageCommands: any;
  board(id: string): Board;
  watch(fn: (session: Session) => void): () => void;
  can(role: string): boolean;
  [member: string]: any;
}

/** State of one board (core/store.js). */
interface Board {
  readonly id: string;
  readonly epoch: string | null;
  readonly seq: number | null;
  readonly at: string | null;
  readonly presence: { count: number, people: any[] };
  readonly summaries: Map<string, Summary>;
  readonly badges: Map<string, Badge>;
  readonly freshness: FreshnessState & { since: Date | null, seq: number | null };
  readonly pending: PendingCommand[];
  get(id: string): Entity | undefined;
  of(kind: string): Entity[];
  count(kinds: string[]): number;
  watch(fn: (board: Board, events: JournalEvent[]) => void): () => void;
  watchFreshness(fn: (board: Board) => void): () => void;
  send(name: string, data: Record<string, any>, position?: { base?: number | null, epoch?: string | null }): Promise<Ack>;
  discard(id: string): void;
  clearBadge(id: string): void;
  setPresence(card: string | null, editing?: boolean): void;
  subscribe(how?: { fresh?: boolean }): void;
  receive(frame: Frame): void;
  onHeads(head: { epoch: string, seq: number }, at: string, sent: ClockReading): void;
  onClose(): void;
  tick(): void;
  recheck(): void;
  hidden(): void;
  changed(): void;
}

/** Answer to a command: the events that it became. */
interface Ack {
  seqs: number[];
  [field: string]: any;
}

/** A command in the outbox. */
interface PendingCommand {
  id: string;
  board: string;
  name: string;
  data: Record<string, any>;
  status: string;
  at: string;
  [field: string]: any;
}

/** What happened to an entity since this person saw it last. */
interface Badge {
  type: string;
  actor: Actor | null;
  at: string | null;
  own?: boolean;
  changes: string[];
}

/** Fields of an entity, as the contract lists them by kind. */
type State = Record<string, any>;

interface Entity {
  kind: string;
  id: string;
  seq: number;
  state: State;
}

interface Actor {
  id: string;
  name: string;
}

interface JournalEvent {
  seq: number;
  type: string;
  kind: string;
  id: string;
  at: string;
  clock: string | null | undefined;
  actor: Actor | null;
  state: State | null;
  changes: string[];
  private?: string[];
  [field: string]: any;
}

/** A message of the WebSocket, in either direction. */
interface Frame {
  type: string;
  [field: string]: any;
}

/** Counts of a search, and its last significant event. */
interface Summary {
  unassessed_sightings: number;
  open_tasks: number;
  overdue_tasks: number;
  last: { at: string, clock: string | null | undefined, type: string, assessment?: string | null } | null;
  [field: string]: any;
}

/** Two clocks read at one moment: one that cannot be set, and the system's. */
interface ClockReading {
  mono: number;
  wall: number;
}

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
