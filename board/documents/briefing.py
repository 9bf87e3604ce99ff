"""Briefing of a shift on paper: one A4 page to talk through, tick and sign, made from the report of a handover."""

from dataclasses import dataclass
from datetime import timedelta

from board import labels
from board.commands.alerts import short_name
from board.documents.content import Fact, Line, UserText, short_datetime, template
from board.documents.handover_report import ReportDocument
from board.earlier_disappearances import described, in_order
from board.i18n import N_, moment_text
from board.predefined_tasks import shown_text
from models.board import OPERATIONS
from models.entity import State
from models.times import parse_utc

MAX_BOX_TEXT, MAX_ROW_TEXT = 320, 130  # characters of what somebody wrote: the report has the rest
MAX_BOX_TITLE, MAX_ROW_TITLE = 46, 26  # characters of a task
MAX_BOX_TASKS = 3
MAX_NEXT = 3  # tasks on the whole page
MAX_LOOSE_ROWS = 6  # with more the rows are set closer, so that 40 searches have room on two pages
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Tag:
    """Framed word. `is_open`: a dashed frame, because something is still to be decided or written."""

    text: str
    is_open: bool = False


@dataclass(frozen=True, slots=True)
class Child:
    """Search of one child: in a large box with `facts`, or in a row."""

    is_large: bool
    name: str
    initials: str
    tags: list[Tag]
    missing: str
    kind: str
    about: str
    looks: Line
    clothing: Line
    lead: Line
    facts: list[Fact]
    is_written: bool
    situation: Line
    late: list[Line]
    soon: Line
    calls: Line


@dataclass(frozen=True, slots=True)
class Briefing:
    """Briefing to print. `file` is its name without extension. `texts` are the labels of the page, by name."""

    title: str
    language: str
    file: str
    printed: str
    checksum: str
    texts: dict[str, str]
    head: Line
    as_of: str
    desk: list[Fact]
    large: list[tuple[Child, ...]]
    rows: list[Child]
    is_close: bool
    reader: str
    signatures: tuple[str, str]


def html(paper: Briefing) -> str:
    """Return the briefing as an HTML page without external resources."""
    return template("briefing.html").render(paper=paper)


def cut_text(text: str, length: int) -> str:
    """Return a text in one line of at most `length` characters, cut with an ellipsis."""
    line = " ".join(text.split())
    return line if len(line) <= length else f"{line[: length - 1].rstrip()}…"


class BriefingDocument(ReportDocument):
    """Report as a briefing."""

    def briefing(self, printed: str, seq: int) -> Briefing:
        report, handover = self._report, self._handover
        now, sections = report["composed_at"], report["searches"]
        children = [self._one(each) for each in sections]
        large, rows = [each for each in children if each.is_large], [each for each in children if not each.is_large]
        number = f"-{handover['number']}" if handover else ""
        as_of = self._say(N_("As of {at}, event {seq}"), at=moment_text(now, "HH:mm:ss", self._reads), seq=seq)
        checksum = f"{self._translate(N_('Checksum'))} {handover['digest'][:16]}" if handover and handover["digest"] else ""
        return Briefing(
            title=self._translate(N_("Shift briefing")), language=self._reads, file=f"briefing{number}", printed=printed,
            checksum=checksum, texts=self._texts(), head=self._head(sections), as_of=as_of, desk=self._notices(sections),
            large=[tuple(large[at : at + 2]) for at in range(0, len(large), 2)], rows=rows,
            is_close=len(rows) > MAX_LOOSE_ROWS, reader=self._incoming(), signatures=self._signatures(),
        )  # fmt: skip

    def _texts(self) -> dict[str, str]:
        count, ngettext = len(self._report["searches"]), self.ngettext
        all_correct = ngettext("The search is summarised correctly", "All {count} searches are summarised correctly", count)
        texts = {
            "private": N_("Personal data of children. Shred it after the shift."),
            "who": N_("Child"), "missing": N_("Missing"), "situation": N_("Situation"), "next": N_("Overdue and next"),
            "calls": N_("Calls and updates due"), "read": N_("read"), "correct": N_("correct"),
            "note": N_("What must not be forgotten"),
            "empty": N_("empty"), "late": N_("Overdue"), "soon": N_("Next"),
            "legend": N_(
                "■ overdue. Dashed frame: undecided, or empty. The handover report has long texts in full."
            ),
        }  # fmt: skip
        return {name: self._translate(text) for name, text in texts.items()} | {"all": all_correct}

    # -- the desk

    def _head(self, sections: list[State]) -> Line:
        """Return "Alice → Dora · Fri 27 Nov 2026, 10:00 · 9 open searches · 2 worrying …"."""
        handover, shift, ngettext = self._handover, self._report["shift"], self.ngettext
        of = handover["outgoing"] if handover else shift["holder"] if shift else None
        people = " → ".join(self._name(each) for each in (of, handover and handover["incoming"]) if each)
        searches = [each["search"] for each in sections if each["search"]["status"] == "open"]
        worrying, open_ones = sum(bool(each["worrying"]) for each in searches), len(searches)
        undecided = sum(each["undecided"] and not each["worrying"] for each in searches)
        late, ungraded = sum(len(each["tasks"]["overdue"]) for each in sections), sum(len(each["ungraded"]) for each in sections)
        counts = [
            ngettext("{count} open search", "{count} open searches", open_ones) if open_ones else None,
            ngettext("{count} worrying", "{count} worrying", worrying) if worrying else None,
            ngettext("{count} to be decided", "{count} to be decided", undecided) if undecided else None,
            ngettext("{count} task overdue", "{count} tasks overdue", late) if late else None,
            ngettext("{count} sighting to grade", "{count} sightings to grade", ungraded) if ungraded else None,
        ]
        at = moment_text(self._report["composed_at"], "EEE d MMM y, HH:mm", self._reads)
        return [people, " · ".join(each for each in (at, *counts) if each)]

    def _notices(self, sections: list[State]) -> list[Fact]:
        """Return what concerns the whole desk: its texts, what is due next, which searches ended, what the reader may not see."""
        handover, translate, facts = self._handover, self._translate, list[Fact]()
        for path in ("faults", "remarks") if handover else ():
            if handover and handover[path]:
                facts.append((self._field(path), [self._cut(handover[path], MAX_BOX_TEXT, OPERATIONS, path)]))
        due = [(each, card) for each in sections for card in each["tasks"]["due"]]
        soon = sorted(due, key=lambda found: str(found[1]["due"]))[:MAX_NEXT]
        if soon:
            line: Line = []
            for section, card in soon:
                child = f" ({section['search']['person']['first_name']})"
                line += [" · " if line else "", f"{self._near(card['due'])} ", self._task(card, MAX_BOX_TITLE), child]
            facts.append((translate(N_("Next")), line))
        ended = [each["search"] for each in sections if each["search"]["status"] != "open"]
        if ended:
            names = [f"{short_name(each['person'])} ({translate(labels.VALUES['status'][each['status']])})" for each in ended]
            facts.append((translate(N_("Ended in this shift")), [" · ".join(names)]))
        if self._report["withheld"]:
            facts.append((translate(N_("Not included")), [translate(N_("searches of which you are not a member"))]))
        return facts

    def _incoming(self) -> str:
        """Return the first name of who takes over, for the head of the boxes to tick."""
        incoming = self._handover and self._handover["incoming"]
        return self._name(incoming).split()[0] if incoming else self._translate(N_("Incoming"))

    def _signatures(self) -> tuple[str, str]:
        """Return the lines to sign: who hands over, and who accepts."""
        handover, shift, translate = self._handover, self._report["shift"], self._translate
        of = handover["outgoing"] if handover else shift["holder"] if shift else None
        incoming = handover and handover["incoming"]
        outgoing = self._name(of) if of else translate(N_("Outgoing coordinator"))
        if handover and handover["signed_at"]:
            signed = self._say(N_("{name}, signed at {at}"), name=outgoing, at=self._near(handover["signed_at"]))
        else:
            signed = self._say(N_("{name} signs at {at}"), name=outgoing, at="____ : ____")
        name = self._name(incoming) if incoming else self._field("incoming")
        return signed, self._say(N_("{name} accepts at {at}"), name=name, at="____ : ____")

    # -- one search

    def _one(self, section: State) -> Child:
        search, translate = section["search"], self._translate
        person, briefing = search["person"], section["briefing"] or {}
        is_open = search["status"] == "open"
        is_grave = is_open and bool(search["worrying"])
        kind = self._word("search.kind", search["kind"])
        sex = labels.value("person.sex", "search", person["sex"], translate)
        since = self._say(N_("missing since {at}"), at=self._near(search["missing_since"]))
        return Child(
            is_large=is_grave, name=short_name(person),
            initials="".join(part[:1] for part in (person["first_name"], person["last_name"] or "")),
            tags=self._tags(search, is_open), missing=self._length(search["missing_since"]) if is_open else "",
            kind=kind, about=" · ".join(each for each in (sex, kind, since) if each),
            looks=self._looks(person), clothing=[self._cut(person["clothing"], MAX_ROW_TEXT)] if person["clothing"] else [],
            lead=self._lead(search),
            facts=self._box(section, briefing),
            is_written=bool(briefing.get("assessment")), situation=self._situation(section, briefing, MAX_ROW_TEXT),
            late=self._late(section, is_grave),
            soon=self._soon(section, is_open, is_grave),
            calls=self._calls(section, MAX_ROW_TEXT),
        )  # fmt: skip

    def _tags(self, search: State, is_open: bool) -> list[Tag]:
        translate = self._translate
        if not is_open:
            return [Tag(self._word("status", search["status"]))]
        tags = [Tag(self._field("worrying"))] if search["worrying"] else []
        tags += [Tag(translate(N_("Worrying?")), is_open=True)] if search["undecided"] and not search["worrying"] else []
        return [*tags, Tag(self._word("access", "members"))] if search["access"] == "members" else tags

    def _looks(self, person: State) -> Line:
        translate = self._translate
        cm = person["height_cm"]
        height = self._say(N_("{metres} m {centimetres}"), metres=cm // 100, centimetres=f"{cm % 100:02}") if cm else None
        build = labels.value("person.build", "search", person["build"], translate)
        parts = [each for each in (height, build, person["hair"], person["eyes"], person["features"]) if each]
        looks = ", ".join(parts) or (person["description"] if not person["clothing"] else None)
        return [self._cut(looks, MAX_BOX_TEXT)] if looks else []

    def _lead(self, search: State) -> Line:
        translate, appeal = self._translate, search["appeal"] or {}
        who = self._name(search["lead"]) if search["lead"] else None
        line: Line = [self._say(N_("in charge: {name}"), name=who) if who else translate(N_("nobody in charge"))]
        if appeal.get("level", "none") != "none":
            level, until = self._word("appeal.level", appeal["level"]), appeal.get("until")
            text = N_("Appeal: {level} until {until}") if until else N_("Appeal: {level}")
            line.append(" · " + translate(text).format(level=level, until=self._near(until) if until else ""))
        return line

    def _box(self, section: State, briefing: State) -> list[Fact]:
        search, translate = section["search"], self._translate
        needs, goal, last = search["person"]["needs"], search["goal"], section["last_credible"]
        facts: list[Fact] = []
        if place := (search["last_seen"] or {}).get("text"):
            facts.append((self._field("last_seen"), [self._cut(place, MAX_ROW_TEXT)]))
        details = search["details"] or {}
        if vehicle := ", ".join(filter(None, (details.get(f"vehicle_{name}") for name in ("plate", "make", "colour")))):
            facts.append((translate(N_("Vehicle")), [self._cut(vehicle, MAX_ROW_TEXT)]))
        if earlier := in_order(search["earlier"]):
            facts.append((self._field("earlier"), [self._cut(described(earlier[-1], self._reads), MAX_ROW_TEXT)]))
        if last:
            at = self._sighted(last, lambda stamp, _: self._near(stamp))
            where = (last["place"] or {}).get("text")
            credible: Line = [at, " ", self._cut(where, MAX_ROW_TEXT)] if where else [at]
            facts.append((translate(N_("Latest credible")), credible))
        if pins := section["pinned"]:
            points: list[Line] = [[self._cut(each["title"], MAX_ROW_TEXT)] for each in pins[:MAX_BOX_TASKS]]
            points += self._more(len(pins) - MAX_BOX_TASKS)
            line = [piece for point in points for piece in (" · ", *point)]
            facts.append((translate(N_("Critical points")), line[1:]))
        facts.append((translate(N_("Situation")), self._situation(section, briefing, MAX_BOX_TEXT, is_box=True)))
        if goal:
            by = [f" {self._say(N_('by {at}'), at=self._near(goal['until']))}"] if goal["until"] else []
            facts.append((translate(N_("Goal")), [self._cut(goal["text"], MAX_BOX_TEXT), *by]))
        if needs:
            until = search["person"]["needs_until"]
            by = [f" {self._say(N_('by {at}'), at=self._near(until))}"] if until else []
            facts.append((self._field("person.needs"), [self._cut(needs, MAX_ROW_TEXT), *by]))
        if briefing.get("contingencies"):
            text = self._cut(briefing["contingencies"], MAX_BOX_TEXT, section["board"], "contingencies")
            facts.append((translate(N_("If … then …")), [text]))
        facts.append((translate(N_("Calls and updates due")), self._calls(section, MAX_BOX_TEXT)))
        return facts

    def _situation(self, section: State, briefing: State, length: int, is_box: bool = False) -> Line:
        """Return what was written of the situation; in a row also the latest credible sighting, and that nobody is in charge."""
        text, last, search = briefing.get("assessment"), section["last_credible"], section["search"]
        line: Line = [self._cut(text, length, section["board"], "assessment")] if text else []
        if is_box:
            return line
        if last and not text:
            where = (last["place"] or {}).get("text")
            line += [self._sighted(last, lambda stamp, _: self._near(stamp))]
            line += [" ", self._cut(where, MAX_BOX_TITLE)] if where else []
        if search["status"] == "open" and not search["lead"]:
            line += [" · " if line else "", self._translate(N_("nobody in charge"))]
        return line

    def _calls(self, section: State, length: int) -> Line:
        text = (section["briefing"] or {}).get("contacts")
        return [self._cut(text, length, section["board"], "contacts")] if text else []

    def _late(self, section: State, is_large: bool) -> list[Line]:
        """Return overdue tasks, the longest overdue first, with how long and in a box with whom; in a row one of them."""
        cards = sorted(section["tasks"]["overdue"], key=lambda card: str(card["due"]))
        if not is_large:
            more = "".join(f", {piece}" for line in self._more(len(cards) - 1) for piece in line)
            return [[self._task(card, MAX_ROW_TITLE), f", {self._length(card['due'])}{more}"] for card in cards[:1]]
        lines: list[Line] = []
        for card in cards[:MAX_BOX_TASKS]:
            who = f" · {self._name(card['assignee'])}" if card["assignee"] else ""
            lines.append([self._task(card, MAX_BOX_TITLE), f", {self._length(card['due'])}{who}"])
        return [*lines, *self._more(len(cards) - MAX_BOX_TASKS)]

    def _soon(self, section: State, is_open: bool, is_large: bool) -> Line:
        """Return what has to be done next: to decide, to grade, and the next task that is due."""
        search, ungraded, translate = section["search"], section["ungraded"], self._translate
        texts = [translate(N_("to decide: worrying?"))] if is_open and search["undecided"] and not search["worrying"] else []
        if ungraded:
            texts.append(self.ngettext("{count} sighting to grade", "{count} sightings to grade", len(ungraded)))
        line: Line = [" · ".join(texts)]
        cards = sorted(section["tasks"]["due"], key=lambda card: str(card["due"]))
        for card in cards[:1]:
            who = f" · {self._name(card['assignee'])}" if card["assignee"] and is_large else ""
            title = self._task(card, MAX_BOX_TITLE if is_large else MAX_ROW_TITLE)
            line += [f"{' · ' if texts else ''}{self._near(card['due'])} ", title, who]
        return line if texts or cards else []

    def _task(self, card: State, length: int) -> UserText:
        return self._cut(card["title"], length, card["id"], "title")

    def _more(self, count: int) -> list[Line]:
        """Return a line that counts what was left out, so that paper shows it too."""
        return [[self.ngettext("{count} more", "{count} more", count)]] if count > 0 else []

    # -- texts and times

    def ngettext(self, one: str, many: str, count: int) -> str:
        """Return a plural with its count. Has the name by which texts to translate are found."""
        return self._count(one, many, count).format(count=count)

    def _cut(self, text: str, length: int, entity: str = "", path: str = "") -> UserText:
        """Return a typed text in one line, cut with an ellipsis; with the language of its author, if the field is known."""
        return self._languages.user_text(cut_text(shown_text(text, self._reads), length), entity, path)

    def _near(self, stamp: str) -> str:
        """Return "09:41" on the day of the report, else "24 Nov 22:34"."""
        same = moment_text(stamp, "y D", "en") == moment_text(self._report["composed_at"], "y D", "en")
        return moment_text(stamp, "HH:mm", self._reads) if same else short_datetime(stamp, self._reads)

    def _length(self, stamp: str) -> str:
        """Return how long it was from a time to that of the report: "42 min", "6 h 32", "1 d 14 h"."""
        passed = max(timedelta(0), parse_utc(self._report["composed_at"]) - parse_utc(stamp))
        days, rest = divmod(passed, DAY)
        hours, minutes = rest // HOUR, rest % HOUR // MINUTE
        if days:
            return self._say(N_("{days} d {hours} h"), days=days, hours=hours)
        if hours:
            return self._say(N_("{hours} h {minutes}"), hours=hours, minutes=f"{minutes:02}")
        return self._say(N_("{minutes} min"), minutes=minutes)
