"""Searches on the briefing of a shift, each in a large box or a row."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from board import labels
from board.commands.alarms.alerts import short_name
from board.config import sentences
from board.config.earlier_disappearances import described, in_order
from board.config.predefined_tasks import shown_text
from board.documents import text_authors
from board.documents.content import Fact, Line, Piece, UserText, is_date
from board.documents.decision_text import decided
from board.documents.handover_report import ReportDocument
from board.handover import reported_alarms
from board.i18n import N_, P_, fill
from models.column import ROLES
from models.entity import State
from models.times import parse_utc

MAX_TEXTS = 600_000  # characters of all texts; the steps in templates/briefing.css cut text that does not fit on a page
MAX_TEXT = 4_000  # characters per text
MAX_BOX_TITLE, MAX_ROW_TITLE = 46, 26  # characters of a task's title on a full page; twice that on a nearly full one
MAX_BOX_CONTRADICTIONS = 2  # pairs of sightings in a box; a row has one
MAX_BOX_TASKS = 3  # overdue tasks in a box
MAX_CALLS = 4  # due calls of a search
TEXTS_OF_SEARCH = 8  # texts about one search
BREAKABLE = "\u2005"  # space of normal width that `content` does not make unbreakable
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Tag:
    """Framed word. `is_open`: the frame is dashed, because a decision or text is missing."""

    text: str
    is_open: bool = False


@dataclass(frozen=True, slots=True)
class Child:
    """Search for one child: a large box with `facts`, or a row. `notes`: lines below the situation. `boxes`: steps to tick that
    are not done."""

    is_large: bool
    name: str
    reference: str
    initials: str
    tags: list[Tag]
    missing: str
    kind: str
    description: str
    looks: Line
    clothing: Line
    lead: Line
    facts: list[Fact]
    is_written: bool
    situation: Line
    notes: list[Line]
    points: list[Fact]
    overdue: list[Line]
    next_steps: Line
    calls: Line
    marks: list[str]
    boxes: list[str]


def cut_text(text: str, length: int) -> str:
    """Return a text as one line of at most `length` characters, cut with an ellipsis."""
    line = " ".join(text.split())
    return line if len(line) <= length else f"{line[: length - 1].rstrip()}…"


class BriefingChildren(ReportDocument):
    """Searches of a report, in the form of a briefing."""

    @property
    def _is_over(self) -> bool:
        return bool(self._handover and self._handover["ended_at"])

    @property
    def _max_text(self) -> int:
        """Maximum length of one text in characters: shorter if there are very many searches."""
        return min(MAX_TEXT, MAX_TEXTS // (TEXTS_OF_SEARCH * max(1, len(self._report["searches"]))))

    @property
    def _reader(self) -> str | None:
        """Account that accepted the handover, or the expected account while it is not accepted."""
        handover = self._handover
        if handover is None:
            return None
        reader: str | None = handover["ended_by"] if handover["status"] == "accepted" else handover["incoming"]
        return reader

    # -- one search

    def _one(self, section: State) -> Child:
        search, translate = section["search"], self._translate
        person, briefing = search["person"], section["briefing"] or {}
        is_open = search["status"] == "open"
        is_grave = is_open and bool(search["worrying"])
        kind = self._word("search.kind", search["kind"])
        sex = labels.value("person.sex", "search", person["sex"], translate)
        at = self._near(search["missing_since"])
        since = self._say(P_("a date", "missing since {at}") if is_date(at) else sentences.MISSING_SINCE, at=at)
        return Child(
            is_large=is_grave, name=short_name(person), reference=search["reference"],
            initials="".join(part[:1] for part in (person["first_name"], person["last_name"] or "")),
            tags=self._tags(search, is_open), missing=self._length(search["missing_since"]) if is_open else "",
            kind=kind, description=" · ".join(part for part in (sex, kind, since) if part),
            looks=self._looks(person), clothing=[self._detail(person, "clothing")] if person["clothing"] else [],
            lead=self._lead(search),
            facts=self._box(section, briefing),
            is_written=bool(briefing.get("assessment")), situation=self._prose(briefing, "assessment", section["board"]),
            notes=self._notes(section), points=self._with_colons(self._points(section, briefing)),
            overdue=self._overdue(section, is_grave),
            next_steps=self._next_steps(section, is_open, is_grave),
            calls=self._calls(section, briefing), marks=self._marks(section), boxes=self._boxes(section),
        )  # fmt: skip

    def _tags(self, search: State, is_open: bool) -> list[Tag]:
        translate = self._translate
        if not is_open:
            return [Tag(self._word("status", search["status"]))]
        tags = [Tag(self._field("worrying"))] if search["worrying"] else []
        tags += [Tag(translate(sentences.TO_DECIDE), is_open=True)] if search["undecided"] and not search["worrying"] else []
        return [*tags, Tag(self._word("access", "members"))] if search["access"] == "members" else tags

    def _looks(self, person: State) -> Line:
        translate = self._translate
        cm = person["height_cm"]
        height = self._say(sentences.HEIGHT, metres=cm // 100, centimetres=f"{cm % 100:02}") if cm else None
        build = labels.value("person.build", "search", person["build"], translate)
        parts: Line = [part for part in (height, build) if part]
        parts += [self._detail(person, name, "features") for name in ("hair", "eyes", "features") if person[name]]
        if not parts and person["description"] and not person["clothing"]:
            parts = [self._detail(person, "description")]
        return [piece for part in parts for piece in (", ", part)][1:]

    def _detail(self, person: State, name: str, reads_as: str | None = None) -> UserText:
        """Return a detail of a child in the reader's language, as one line. `reads_as`: field as which the text is composed. As
        `features`, the text of the hair names the hair, which no label does here."""
        found = self._languages.detail(person[name], reads_as or name)
        return replace(found, text=cut_text(found.text, self._max_text))

    def _lead(self, search: State) -> Line:
        translate, appeal = self._translate, search["appeal"] or {}
        name = self._name(search["lead"]) if search["lead"] else None
        line: Line = [self._say(sentences.IN_CHARGE, name=name) if name else translate(sentences.NOBODY_IN_CHARGE)]
        if appeal.get("level", "none") != "none":
            level, until = self._word("appeal.level", appeal["level"]), appeal.get("until")
            text = sentences.APPEAL_UNTIL if until else sentences.APPEAL
            line.append(" · " + fill(translate(text), {"level": level, "until": self._near(until) if until else ""}))
            line += [f" · {text}" for text in [decided(appeal.get("decided_by"), self._reads)] if text]
        return line

    def _box(self, section: State, briefing: State) -> list[Fact]:
        search, translate = section["search"], self._translate
        needs, goal, last = search["person"]["needs"], search["goal"], section["last_credible"]
        facts: list[Fact] = []
        if place := (search["last_seen"] or {}).get("text"):
            facts.append((translate(sentences.LAST_SEEN_RECORDED), [self._cut(place, self._max_text)]))
        details = search["details"] or {}
        if vehicle := ", ".join(filter(None, (details.get(f"vehicle_{name}") for name in ("plate", "make", "colour")))):
            facts.append((translate(N_("Vehicle")), [self._cut(vehicle, self._max_text)]))
        if earlier := in_order(search["earlier"]):
            facts.append((self._field("earlier"), [self._cut(described(earlier[-1], self._reads), self._max_text)]))
        credible: Line = self._credible(last, search["person"]["sex"]) if last else [translate(sentences.NONE_SO_FAR)]
        facts.append((translate(sentences.LATEST_CREDIBLE), credible))
        if pairs := section["contradictions"]:
            facts.append((translate(sentences.CONTRADICTION), self._contradictions(pairs, MAX_BOX_CONTRADICTIONS)))
        facts.append((translate(N_("Situation")), self._prose(briefing, "assessment", section["board"])))
        if goal:
            deadline = [f" · {self._say(sentences.BY_TIME, at=self._near(goal['until']))}"] if goal["until"] else []
            facts.append((translate(N_("Goal")), [self._cut(goal["text"], self._max_text), *deadline]))
        if needs:
            until = search["person"]["needs_until"]
            deadline = [f" · {self._covered(until, self._near(until))}"] if until else []
            facts.append((self._field("person.needs"), [self._detail(search["person"], "needs"), *deadline]))
        facts += self._points(section, briefing)
        return [*facts, (translate(N_("Calls and updates due")), self._calls(section, briefing))]

    def _calls(self, section: State, briefing: State) -> Line:
        """Return the calls that are due, a line for each, then the text about other calls."""
        line: Line = []
        for call in section["calls"][:MAX_CALLS]:
            line += ["\n" if line else "", *self._call(call)]
        if (count := len(section["calls"]) - MAX_CALLS) > 0:
            line.append(f"\n{self.ngettext(*sentences.MORE, count)}")
        text = self._prose(briefing, "contacts", section["board"])
        return [*line, "\n", *text] if line and text else [*line, *text]

    def _points(self, section: State, briefing: State) -> list[Fact]:
        """Return the critical points and the contingencies."""
        facts: list[Fact] = []
        if pins := section["pinned"]:
            line: Line = []
            for pin in pins:
                line += [" · ", *self._pin(pin)]
            facts.append((self._translate(sentences.CRITICAL_POINTS), [*line[1:], *self._unconfirmed(briefing, "pinned")]))
        if briefing.get("contingencies"):
            facts.append((self._translate(N_("If … then …")), self._prose(briefing, "contingencies", section["board"])))
        return facts

    def _pin(self, pin: State) -> Line:
        """Return "Custody", or "(Done) Custody → joint authority" for a finished task. "(Done)" is first, because lines are
        cut."""
        title = self._cut(pin["title"], self._max_text)
        if not pin["done"]:
            return [title]
        result = self._cut(pin["result"] or "", self._max_text, pin["id"], "result")
        line: Line = [f"({self._translate(ROLES['done'])}) ", title]
        return [*line, " → ", result] if result.text else line

    def _credible(self, sighting: State, sex: str | None) -> Line:
        at = self._sighted(sighting, lambda stamp, _: self._near(stamp), sex)
        before, _, clock = at.rpartition("\u00a0")  # a narrow column breaks between the day and the time, not within the time
        at = f"{before}{BREAKABLE}{clock}" if before else at
        place = (sighting["place"] or {}).get("text")
        return [at, " · ", self._cut(place, self._max_text)] if place else [at]

    def _recorded_place(self, search: State) -> list[Line]:
        place = (search["last_seen"] or {}).get("text")
        label = labels.with_colon(self._translate(sentences.LAST_SEEN_RECORDED), self._translate)
        return [[f"{label} ", self._cut(place, self._max_text)]] if place else []

    def _contradictions(self, pairs: Sequence[State], count: int) -> Line:
        """Return the sentences about the first pairs of sightings that cannot both be true, and the number of further pairs."""
        texts = [pair["text"] for pair in pairs[:count]]
        more = [self.ngettext(*sentences.MORE, len(pairs) - count)] if len(pairs) > count else []
        return [" · ".join([*texts, *more])]

    def _notes(self, section: State) -> list[Line]:
        """Return the notes of a row: the latest credible sighting or, without one, the recorded place; the contradictions; and
        that nobody is in charge."""
        last, search = section["last_credible"], section["search"]
        is_free = search["status"] == "open" and not search["lead"]
        notes: list[Line] = [self._credible(last, search["person"]["sex"])] if last else self._recorded_place(search)
        if pairs := section["contradictions"]:
            notes.append(self._contradictions(pairs, 1))
        return [*notes, [self._translate(sentences.NOBODY_IN_CHARGE)]] if is_free else notes

    def _with_colons(self, facts: list[Fact]) -> list[Fact]:
        """Return the facts with a colon after each label, for labels on the line of their text."""
        return [(labels.with_colon(name, self._translate), line) for name, line in facts]

    def _prose(self, state: State, path: str, entity: str) -> Line:
        """Return a text of the handover, with a note if nobody confirmed it for this handover; empty without a text."""
        text = state.get(path)
        return [self._cut(text, self._max_text, entity, path), *self._unconfirmed(state, path)] if text else []

    def _unconfirmed(self, state: State, path: str) -> Line:
        if not self._number or not text_authors.is_carried_over(state, path, self._number):
            return []
        return [f" ({self._author(state, path)})"]

    def _marks(self, section: State) -> list[str]:
        """Return who read the search and summarised it correctly; the expected reader without a name."""
        readers, summaries, marks = self._readers(section), section["restatements"], list[str]()
        answers = {True: N_("summarised, correct"), False: N_("summarised, not quite correct"), None: N_("summarised")}
        for account in {**readers, **summaries}:
            name = "" if account == self._reader else labels.with_colon(self._name(account).split()[0], self._translate) + " "
            if account in readers:
                at = readers[account]
                marks.append(name + (self._say(sentences.READ_AT, at=self._near(at)) if at else self._translate(N_("read"))))
                name = ""
            if account in summaries:
                marks.append(name + self._translate(answers[summaries[account]["correct"]]))
        return [*marks, self._translate(N_("not read"))] if section["unread_by"] else marks

    def _boxes(self, section: State) -> list[str]:
        """Return the steps to tick: "read" and "correct" (summary), without the steps that are done. Empty if the handover is
        over."""
        readers, summaries = self._readers(section), section["restatements"]
        is_read = self._reader in readers if self._reader else bool(readers)
        is_correct = any(summary["correct"] for account, summary in summaries.items() if self._reader in (None, account))
        steps = ((N_("read"), is_read), (N_("correct"), is_correct))
        return [] if self._is_over else [self._translate(name) for name, is_done in steps if not is_done]

    def _overdue(self, section: State, is_large: bool) -> list[Line]:
        """Return the overdue tasks, urgent ones first, then the longest overdue, with the time overdue and the assignee. A row
        has only the first task."""
        cards = sorted(section["tasks"]["overdue"], key=lambda card: (card["priority"] != "urgent", str(card["due"])))
        shown, title = (MAX_BOX_TASKS, MAX_BOX_TITLE) if is_large else (1, MAX_ROW_TITLE)
        lines: list[Line] = [
            [self._task(card, title), f", {self._length(card['due'])}", self._owner(card, is_large)] for card in cards[:shown]
        ]
        if (count := len(cards) - shown) > 0 and is_large:
            lines.append([self.ngettext(*sentences.MORE, count)])
        elif count > 0:
            lines[0] += [" · ", self.ngettext("{count} more overdue", "{count} more overdue", count)]
        return lines

    def _next_steps(self, section: State, is_open: bool, is_large: bool) -> Line:
        """Return the next work: decisions, unanswered sightings, and the next task that is due."""
        search, translate = section["search"], self._translate
        decision = translate(N_("to decide: worrying?")) if is_open and search["undecided"] and not search["worrying"] else ""
        texts = [text for text in (decision, self._unanswered(section["unanswered"])) if text]
        line: Line = [" · ".join(texts)]
        cards = sorted(section["tasks"]["due"], key=lambda card: str(card["due"]))
        for card in cards[:1]:
            title = self._task(card, MAX_BOX_TITLE if is_large else MAX_ROW_TITLE)
            line += [f"{' · ' if texts else ''}{self._near(card['due'])} ", title, self._owner(card, is_large)]
        return line if texts or cards else []

    def _unanswered(self, counts: Mapping[str, int]) -> str:
        """Return "unanswered: 2 not looked at, 1 to assess"; "" if no sighting waits."""
        waiting = self._waiting(counts)
        return self._say(N_("unanswered: {waiting}"), waiting=waiting) if waiting else ""

    def _owner(self, card: State, is_large: bool) -> Piece:
        """Return " · Bob Claes has it until 12:40", " · Bob Claes, alarm not answered", or that nobody is assigned. A row on a
        full page has only the first name."""
        alarm, name = self._alarm_by_subject.get(card["id"]), self._name(card["assignee"])
        text, first_name = self._owner_text(card), name.split()[0]
        if alarm is not None and reported_alarms.is_only_assigned(alarm):
            text, first_name = (self._say(N_("{name}, alarm not answered"), name=each) for each in (name, first_name))
        if not card["assignee"]:
            first_name = str(text)
        return f"\u00a0· {text}" if is_large else UserText(f"\u00a0· {text}", short=f"\u00a0· {first_name}")

    def _task(self, card: State, length: int) -> UserText:
        """Return a task's title, with a form of at most `length` characters for a full page, and one of twice that length for a
        nearly full page."""
        title = self._cut(card["title"], self._max_text, card["id"], "title")
        return replace(title, short=cut_text(title.text, length), middle=cut_text(title.text, 2 * length))

    # -- texts and times

    def _cut(self, text: str, length: int, entity: str = "", path: str = "") -> UserText:
        """Return a typed text as one line, cut with an ellipsis. `entity`, `path`: field of the text, to find its author's
        language."""
        return self._languages.user_text(cut_text(shown_text(text, self._reads), length), entity, path)

    def _length(self, stamp: str) -> str:
        """Return the time between `stamp` and the report, with unbreakable spaces: "42 min", "6 h 32 min", "1 d 14 h". It never
        looks like a time of day."""
        passed = max(timedelta(0), parse_utc(self._report["composed_at"]) - parse_utc(stamp))
        days, rest = divmod(passed, DAY)
        hours, minutes = rest // HOUR, rest % HOUR // MINUTE
        if days:
            text = self._say(sentences.DAYS_HOURS, days=days, hours=hours)
        elif hours:
            text = self._say(sentences.HOURS_MINUTES, hours=hours, minutes=f"{minutes:02}")
        else:
            text = self._say(sentences.MINUTES, minutes=minutes)
        return text.replace(" ", "\u00a0")
