/* Types of shared modules. Global, so that JSDoc can use them without an import. */

/** Data in `<body data-…>`, written by the server. The account's data is present only if a person is signed in. */
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
  accountWrites?: string;
  accountRole: Role;
}

/** Event of a control that a template draws. */
type ControlEvent<T extends HTMLElement = HTMLInputElement, E extends Event = Event> = E & { target: T; currentTarget: T };

type FindBox = import("./find_box.js").FindBox;
type Alerts = import("./alerts/alerts.js").Alerts;
type TabBadge = import("./alerts/tab_badge.js").TabBadge;
type Freshness = Board["freshness"];
type Connection = Session["connection"];

/** Event by a person, which is announced. */
type AnnouncedEvent = BoardEvent & { actor: Actor };

/** Person with an avatar. */
interface AvatarPerson {
  account: string;
  name: string;
  editing: boolean;
}

/** Filter in the query of the URL; null for no restriction. */
type UrlFilter<Name extends string = string> = Record<Name, string | null>;
type CardFilter = UrlFilter<"kind" | "assignee" | "grade" | "assessment" | "overdue" | "changed">;

/** Facts about cards that a filter needs. */
interface CardFacts {
  account: string;
  isOverdue(card: Card): boolean;
  isChanged(card: string): boolean;
  /** Return true if the card changed since the requested time. */
  isSince(card: Card): boolean;
  nameOf(account: string): string;
}

interface FindOptions {
  /** Id of this board, or null to search only all boards. */
  board: string | null;
  session: Session;
  draw(): void;
  typed(text: string): void;
  go(hit: Hit): void;
}

interface FindAnswer {
  hits: Hit[];
  more: boolean;
  problem: string | null;
}

/** Requirements of a search's card on its page. */
interface SearchCardView {
  /** True for a past moment, in which needs are unknown. */
  past?: boolean;
  board: { badges: Map<string, ChangeBadge>; summaries: Map<string, Summary> };
  session: Session;
  /** References of several searches. */
  shared?: Set<string | null>;
  seen(search: string): void;
  placeOf(search: string): string;
}


/** Sentence in the watch line. */
/** Search linked to the one of a page (GET /api/v1/boards/{board}/links). */
interface LinkedSearch {
  board: string;
  how: "together" | "same_person_sought" | "related";
  reference: string;
  status: string;
  first_name: string;
  last_name: string | null;
  age: number | null;
}

interface Notice {
  kind: string;
  /** Distinguishes notices of the same kind. */
  id?: string;
  /** Id of the refused command. */
  refused?: string;
  testid?: string;
  title?: string;
  text: string;
  /** "alert": an error; "stale": the content may be outdated; "own": about a change by this person. */
  tone?: "alert" | "stale" | "own";
  actions?: Drawn;
  /** Details, in the list. */
  detail?: Drawn;
  /** True if another module announces it. */
  silent?: boolean;
}

type ShiftStatus = Omit<ShiftFrame, "type">;
type ShiftHolder = NonNullable<ShiftFrame["shift"]>;
type OpenHandover = NonNullable<ShiftFrame["handover"]>;

type SignOutChoice = "keep" | "delete" | "stay";

interface AlertAddress {
  board: string;
  seq: number;
}

/** Requirements of a taken alarm on the watch line. `me`: the reading account. `isFresh`: it took this alarm within the last 10 s. */
interface TakenAlarmView {
  me: string;
  isFresh(alarm: string): boolean;
  handOn(alarm: Alarm): void;
  undo(alarm: Alarm): void;
  giveBack(alarm: Alarm): void;
  dismiss(id: string): void;
  /** Set the end of the promise. */
  promise(alarm: Alarm, until: IsoTime): void;
  /** Ask for any other end. */
  choose(alarm: Alarm): void;
}

/** Question of a dialog. `problem`: sentence for a missing or wrong answer; `verb`: name of the button that sends it. */
interface DialogQuestion {
  name: string;
  title: string;
  hint: string;
  verb: string;
  /** Name of the control. */
  field: string;
  label: Drawn;
  problem: string;
  /** Line for a sentence, or null. */
  sentence: { name: string; label: Drawn } | null;
  /** Draw the control. `problem`: value of its aria-describedby. */
  control(id: string, problem: Drawn): Drawn;
  /** Return the answer in the control's text; empty or null if it is missing or wrong. */
  answerOf(text: string): string | null;
  send(answer: string, sentence: string): void;
}

/** Request of the dialog that hands something on. */
interface HandOnRequest {
  what: string;
  hint: string;
  takesReason?: boolean;
  send(to: string, reason: string): void;
}

/** Request of the dialog that asks for a time. */
interface PromiseRequest {
  what: string;
  hint: string;
  takesNote?: boolean;
  send(until: IsoTime, note: string): void;
}

/** Drawn alarm in the watch line. */
interface WatchAlarm {
  /** "alarm-1" to "alarm-3", "alarm-stale", "alarm-taken" or "promise-due". */
  tone: string;
  main: Drawn;
  /** Items of the list: details, and other alarms. */
  more?: Drawn;
  /** Name of the list's button. */
  label?: string;
}
