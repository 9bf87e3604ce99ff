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

/** What is on the screen: a turn with its board, and for the operations board the searches of the page and their size. */
interface ShownPage extends Omit<PlaylistTurn, "board"> {
  board: Board | undefined;
  searches?: Entity[];
  size?: TileGrid;
  fewer?: number;
}

/** A grid of tiles: font size `unit` in px; `wide` and `clock`, the tile's width and its clock's size, in units. */
interface TileGrid {
  density: string;
  columns: number;
  rows: number;
  unit: number;
  wide: number;
  clock: number;
  perPage: number;
  pages: number;
}

/** What a tile or a grid of them takes, in units of its font size. */
interface TileShape {
  density: string;
  width: number;
  height: number;
  head: number[];
}

interface SignificantEvent {
  search: string;
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
  size?: TileGrid;
  fewer?: number;
  height?: number;
  upright?: boolean;
}

interface Person {
  first_name: string;
  age: number | null;
}

/** A count with its words: [name, number, text]. */
type Count = [string, number, string];

/** What a tile shows besides the state of its search; `letters` fit into one line. */
interface Tile {
  now: Date | null;
  summary: Summary | undefined;
  last: SignificantEvent | null;
  highlighted: boolean;
  letters: number;
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
