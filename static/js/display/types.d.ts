/* Shapes of the display's modules. Global, so that JSDoc can use them without an import. */

type DisplaySession = import("./display_session.js").DisplaySession;
type StaleOverlay = import("./stale_overlay.js").StaleOverlay;
type StatusReport = import("./status_report.js").StatusReport;
type SignificantEvents = import("./significant_events.js").SignificantEvents;

/** Settings of a display, from the server. */
interface DisplaySettings {
  profile: string;
  language: string;
  shows: { boards: string[], every_s: number };
  theme: string;
  sound: boolean;
  reload: number;
  [field: string]: any;
}

/** A turn of the playlist: a page of a board; `since` and `lasts` in ms, `lasts` is null if it stays. */
interface PlaylistTurn {
  board: string;
  page: number;
  pages: number;
  since: number;
  lasts: number | null;
}

/** What is on the screen: a turn with its board, and for the operations board the searches of the page and their arrangement. */
interface ShownPage extends Omit<PlaylistTurn, "board"> {
  board: Board | undefined;
  ids?: string[];
  arrangement?: Arrangement;
  fewer?: number;
}

/** Size in units of the type. */
interface Area {
  width: number;
  height: number;
}

/**
 * Arrangement of a page: so many large cards, the others in columns of rows. `card` and `other` are steps of type (fit.js);
 * `asCards`: the others are cards too.
 */
interface Arrangement {
  bigs: number;
  columns: number;
  rows: number;
  bigsHeight: number;
  upright: boolean;
  card: number;
  other: number;
  asCards: boolean;
}

/** Displays get the last significant event, with what they may show of it. */
interface LastEvent {
  clock?: IsoTime;
  assessment?: string | null;
}

interface SignificantEvent {
  search: string;
  card: string | null; // the sighting, where the event itself was received
  at: string;
  clock: string | null | undefined;
  type: string;
  state: State | null;
}

/** What the templates of a board are given. */
interface BoardContext {
  now: Date | null;
  board: Board;
  moments: SignificantEvents;
  fewer?: number;
  profile?: string;
  height?: number;
  upright?: boolean;
}

/** What the template of all searches is given. */
interface OverviewContext extends BoardContext {
  arrangement: Arrangement;
  movedUp: (id: string) => boolean;
}

interface Person {
  first_name: string;
  age: number | null;
}

/** What a tile shows besides the state of its search. */
interface Tile {
  now: Date | null;
  summary: Summary | undefined;
  last: SignificantEvent | null;
  highlighted: boolean;
  isQuiet: boolean; // visitors may see it, and its child has no public appeal: nothing red
  alarm: WallAlarm | null | undefined; // that nobody has, if it may be shown
}

interface DisplayCallbacks {
  /** Load the page again, once the server delivers it. */
  reload(): void;
  /** The session is over for good: "revoked" or "elsewhere". */
  ended(why: string): void;
}

interface RecoveryCallbacks {
  /** Return whether a highlight on the screen should not be interrupted. */
  isBusy(): boolean | undefined;
  reload(): void;
}

/** Alarm that nobody has, as far as a display knows it. `assigned`: its card has an assignee. */
interface WallAlarm {
  rule: string;
  occasion?: string | null;
  raised_at: IsoTime;
  assigned?: boolean;
}

interface DisplayAlarm {
  search: string;
  person: Person;
  alarm: WallAlarm;
}
