/* Shapes that shared modules use. Global, so that JSDoc can use them without an import. */

/** What the server writes into `<body data-…>`. The account's data stands there only where a person is signed in. */
interface PageData extends DOMStringMap {
  page: string;
  script?: string;
  language: string;
  version: string;
  catalogue: string;
  board?: string;
  card?: string;
  accountId?: string;
  accountName: string;
  accountRole: Role;
}

/** Event of a control that a template draws. */
type ControlEvent<T extends HTMLElement = HTMLInputElement, E extends Event = Event> = E & { target: T; currentTarget: T };

type FindBox = import("./find_box.js").FindBox;
type Alerts = import("./alerts/alerts.js").Alerts;
type TabBadge = import("./alerts/tab_badge.js").TabBadge;
type Freshness = Board["freshness"];
type Connection = Session["connection"];

/** Event by a person, so that it is announced. */
type AnnouncedEvent = BoardEvent & { actor: Actor };

/** Person of whom an avatar is drawn. */
interface AvatarPerson {
  account: string;
  name: string;
  editing: boolean;
}

/** Filter as it stands in the query of the URL; null where all is shown. */
type UrlFilter<Name extends string = string> = Record<Name, string | null>;
type CardFilter = UrlFilter<"kind" | "assignee" | "grade" | "assessment" | "overdue" | "changed">;

/** What a filter of cards asks about a card. */
interface CardFacts {
  account: string;
  isOverdue(card: Card): boolean;
  isChanged(card: string): boolean;
  /** Return whether the card changed since the requested time. */
  isSince(card: Card): boolean;
  nameOf(account: string): string;
}

interface FindOptions {
  /** Id of this board, or null to search all boards only. */
  board: string | null;
  session: Session;
  draw(): void;
  typed(text: string): void;
  go(hit: Hit): void;
}

interface FindAnswer {
  hits: Hit[];
  more: boolean;
  trouble: string | null;
}

/** What the card of a search needs from its page. */
interface SearchCardView {
  /** A past moment is shown: what needs somebody is not known. */
  past?: boolean;
  board: { badges: Map<string, ChangeBadge>; summaries: Map<string, Summary> };
  session: Session;
  /** References that several searches have. */
  shared?: Set<string | null>;
  seen(search: string): void;
  placeOf(search: string): string;
}


/** Sentence in the watch line. */
interface Notice {
  kind: string;
  /** What tells it from others of its kind. */
  id?: string;
  /** Id of the refused command that it is about. */
  refused?: string;
  testid?: string;
  title?: string;
  text: string;
  /** "alert": something is wrong; "stale": nothing shown is sure; "own": about a change of this person's. */
  tone?: "alert" | "stale" | "own";
  actions?: Drawn;
  /** More about it, in the list. */
  detail?: Drawn;
  /** Another module announces it. */
  silent?: boolean;
}

/** Person who is on a board that the reader may see. */
interface HerePerson {
  account: string;
  name: string;
  here: boolean;
  inCharge: boolean;
  searches: string[];
}

type ShiftStatus = Pick<ShiftFrame, "shift" | "handover">;
type ShiftHolder = NonNullable<ShiftFrame["shift"]>;
type OpenHandover = NonNullable<ShiftFrame["handover"]>;

type SignOutChoice = "keep" | "delete" | "stay";

interface AlertAddress {
  board: string;
  seq: number;
}

/** What an alarm that was taken needs from the watch line. `me`: account that reads it; `isFresh`: it took this one some seconds ago. */
interface TakenAlarmView {
  me: string;
  isFresh(alarm: string): boolean;
  handOn(alarm: Alarm): void;
  undo(alarm: Alarm): void;
  dismiss(id: string): void;
}

/** Alarm in the watch line, as it is drawn. */
interface WatchAlarm {
  /** "alarm-1" to "alarm-3", "alarm-stale" or "alarm-taken". */
  tone: string;
  main: Drawn;
  /** Items of the list: more about it, and other alarms. */
  more?: Drawn;
  /** Name of the button of the list. */
  label?: string;
}
