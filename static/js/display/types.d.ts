/* Types of the display's modules. Global, so that JSDoc can use them without an import. */

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

/** A turn of the playlist: a page of a board; `since` and `lasts` in ms; `lasts` is null if it stays. */
interface PlaylistTurn {
  board: string;
  page: number;
  pages: number;
  since: number;
  lasts: number | null;
}

/** Visible page: a turn with its board, and for the operations board the searches of the page and their arrangement. */
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
 * Arrangement of a page: the number of large cards, and the columns and rows of the rest. `card` and `other` are steps of type
 * (fit.js); `asCards`: the rest are also cards.
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

/** Last significant event, with the details that displays may show. */
interface LastEvent {
  clock?: IsoTime;
  assessment?: string | null;
}

interface SignificantEvent {
  search: string;
  card: string | null; // the sighting, if the event itself was received
  at: string;
  clock: string | null | undefined;
  type: string;
  state: State | null;
}

/** Data for the templates of a board. */
interface BoardContext {
  now: Date | null;
  board: Board;
  /** Board of all searches, if this display shows it. */
  all?: Board;
  moments: SignificantEvents;
  fewer?: number;
  profile?: string;
  height?: number;
  upright?: boolean;
}

/** Data for the template of all searches. */
interface OverviewContext extends BoardContext {
  arrangement: Arrangement;
  movedUp: (id: string) => boolean;
}

interface Person {
  first_name: string;
  age: number | null;
}

/** Who has the alarm of a search, if the display may show it. */
interface Custody {
  alarm: WallAlarm | null | undefined; // open alarm
  promise: WallPromise | null | undefined; // promise of the alarm's owner, if it has one
}

/** Data of a tile besides the state of its search. */
interface Tile extends Custody {
  now: Date | null;
  summary: Summary | undefined;
  last: SignificantEvent | null;
  highlighted: boolean;
  together: Drawn; // children who disappeared together with this one
  isQuiet: boolean; // no red, because visitors may see it and the child has no public appeal
}

interface DisplayCallbacks {
  /** Reload the page when the server delivers it. */
  reload(): void;
  /** Handle the permanent end of the session: "revoked" or "elsewhere". */
  ended(why: string): void;
}

interface RecoveryCallbacks {
  /** Return true if a highlight should not be interrupted. */
  isBusy(): boolean | undefined;
  reload(): void;
}

/** Open alarm as a display knows it. `assigned`: its card has an assignee. `lapsed_at`: end of the last promise, if it lapsed. `released_at`: the last owner lost it or gave it up. */
interface WallAlarm {
  rule: string;
  occasion?: string | null;
  raised_at: IsoTime;
  assigned?: boolean;
  lapsed_at?: IsoTime | null; // of an older server: undefined
  released_at?: IsoTime | null; // the same
}

/** Who has an alarm: the first word of the name, and until when. */
interface WallPromise {
  occasion?: string | null;
  name: string;
  until: IsoTime;
}

interface DisplayAlarm {
  search: string;
  person: Person;
  alarm: WallAlarm;
}
