"""Alarms in a printed handover report, about searches, tips and duties: who has each alarm, until when, and who gets it with the
shift."""

from functools import cached_property

from board.commands.alarms.alerts import short_name
from board.config import sentences
from board.documents.content import Block, Fact, Line, Section, UserText, is_date
from board.documents.field_values import alarm_name
from board.documents.search_facts import SearchFacts
from board.handover import reported_alarms
from board.i18n import P_
from models.board import OPERATIONS
from models.entity import State

# by (report is live, promise has an end, card is assigned to another account)
_HELD = {
    (True, False, False): sentences.HAS_IT, (True, True, False): sentences.HAS_IT_UNTIL,
    (True, False, True): sentences.HAS_IT_ASSIGNED, (True, True, True): sentences.HAS_IT_UNTIL_ASSIGNED,
    (False, False, False): sentences.HELD_AT_SIGNING, (False, True, False): sentences.HELD_AT_SIGNING_UNTIL,
    (False, False, True): sentences.HELD_AT_SIGNING_ASSIGNED, (False, True, True): sentences.HELD_AT_SIGNING_UNTIL_ASSIGNED,
}  # fmt: skip
# sentences in a live report and in a signed one, by the reason why the last owner lost an alarm; None: the owner released it
FORMER: dict[str | None, tuple[str, str]] = {
    None: (sentences.HAD_IT, sentences.HAD_IT_AT_SIGNING), "access": (sentences.LOST_ACCESS, sentences.LOST_ACCESS_AT_SIGNING),
    "account": (sentences.LOST_ACCOUNT, sentences.LOST_ACCOUNT_AT_SIGNING),
    "duty": (sentences.LOST_DUTY, sentences.LOST_DUTY_AT_SIGNING),
    "handover": (sentences.LOST_HANDOVER, sentences.LOST_HANDOVER_AT_SIGNING),
}  # fmt: skip
MAX_LISTED = 100  # alarms of all searches and of `operations`; the counts include all


class OpenAlarms(SearchFacts):
    """Alarms in a report that have not ended. `section`: section of an alarm's search, or the section for `operations`."""

    def _open_now(self) -> list[Section]:
        """Return the section about alarms; none if there is no handover and no alarm."""
        lines, heading = self._alarm_lines(MAX_LISTED), [self._open_title()]
        if lines:
            return [Section(list(heading), blocks=[Block("", lines)], note=self._alarm_counts())]
        nothing = sentences.NOTHING_OPEN if self._report["live"] else sentences.NOTHING_WAS_OPEN
        return [Section(list(heading), note=self._translate(nothing))] if self._number else []

    def _open_title(self) -> str:
        """Return "Open alarms" or, for a signed report, when they were open."""
        if self._report["live"]:
            return self._translate(sentences.OPEN_NOW)
        return self._say(sentences.OPEN_AT_SIGNING, at=self._near_day(self._report["composed_at"]))

    def _alarm_facts(self, limit: int) -> list[Fact]:
        """Return one fact: the numbers of alarms, and the names of at most `limit` alarms, first of those that nobody has. Return
        none without an alarm. A full page names half as many. The last part counts the alarms that are not named."""
        line: Line = [self._alarm_counts()]
        alarms, half = self._alarms(), limit // 2
        for index, (section, alarm) in enumerate(alarms[:limit]):
            text = f" — {self._alarm_name(section, alarm)}\u00a0· {', '.join(self._custody(section, alarm))}"
            line.append(UserText(text, short="" if index >= half else None))
        if len(alarms) > half:
            line.append(UserText(self._others(len(alarms) - limit), short=self._others(len(alarms) - half)))
        return [(self._open_title(), line)] if line != [""] else []

    def _others(self, count: int) -> str:
        """Return " — 6 more in the handover report"; "" if no alarm is left out."""
        ngettext = self.ngettext
        return (
            " — " + ngettext("{count} more in the handover report", "{count} more in the handover report", count)
            if count > 0
            else ""
        )

    def _alarm_counts(self) -> str:
        """Return "6 that nobody has · 4 assigned, not answered · 3 that someone has · 3 pass on with the shift", in the order of
        the list."""
        held, assigned, free, moving = (self._total(name) for name in ("held", "assigned", "open", "moving"))
        live = self._report["live"]
        counted = (
            (free - assigned, sentences.NOBODY_HAS if live else sentences.NOBODY_HAD), (assigned, sentences.ASSIGNED_ONLY),
            (held, sentences.SOMEBODY_HAS if live else sentences.SOMEBODY_HAD), (moving, sentences.PASSING_ON),
        )  # fmt: skip
        return " · ".join(self.ngettext(*plural, count) for count, plural in counted if count)

    def _total(self, name: str) -> int:
        return sum(section["alarms"][name] for section in self._with_alarms())

    def _alarm_lines(self, limit: int) -> list[Line]:
        """Return a line for each of the first `limit` alarms. The last line counts the rest."""
        found, alarms = self._alarms(), [section["alarms"] for section in self._with_alarms()]
        count = sum(each["held"] + each["open"] for each in alarms) - min(limit, len(found))
        more: list[Line] = [[self.ngettext(*sentences.MORE, count)]] if count else []
        return [*(self._alarm_line(section, alarm) for section, alarm in found[:limit]), *more]

    def _alarms(self) -> list[tuple[State, State]]:
        """Return the listed alarms with their sections: first those that nobody has, then those that are only assigned."""
        found = [(section, alarm) for section in self._with_alarms() for alarm in section["alarms"]["listed"]]
        return sorted(found, key=lambda pair: reported_alarms.order(pair[1]))

    def _with_alarms(self) -> list[State]:
        """Return the sections of the searches, and one for `operations`, which has only alarms."""
        desk = {"board": OPERATIONS, "search": None, "outside": None, "briefing": None, "alarms": self._report["alarms"]}
        return [*self._report["searches"], desk]

    def _alarm_name(self, section: State, alarm: State) -> str:
        """Return "Mila B., 6 · Urgent sighting 4" or "Urgent tip 7"."""
        name = alarm_name(alarm, alarm["about"]["number"], self._translate)
        return f"{short_name(section['search']['person'])} · {name}" if section["search"] else name

    def _alarm_line(self, section: State, alarm: State) -> Line:
        line: Line = [self._alarm_name(section, alarm)]
        line += [" · ", self._languages.text_by(alarm["title"], None)] if alarm["title"] else []
        extensions = alarm["promises"] - 1
        details = [
            self._since(alarm), self.ngettext(*sentences.EXTENDED, extensions) if extensions > 0 else None,
            *self._custody(section, alarm),
        ]  # fmt: skip
        return [*line, "".join(f" · {detail}" for detail in details if detail)]

    def _since(self, alarm: State) -> str:
        """Return "open since 09:22"; "overdue since 08:52" for an overdue task, whose alarm can begin later."""
        since = self._near(alarm["due"] or alarm["raised_at"])
        if alarm["due"]:
            return self._say(P_("a date", "overdue since {time}") if is_date(since) else sentences.OVERDUE_SINCE, time=since)
        return self._say(P_("a date", "open since {time}") if is_date(since) else sentences.OPEN_SINCE, time=since)

    def _custody(self, section: State, alarm: State) -> list[str]:
        """Return "Alice has it until 08:00" and "→ Nadia", or "Alice keeps it until 08:00"."""
        if alarm["moves"]:
            return [self._who_has_it(alarm), self._successor(section)]
        taker, until = alarm["taken_by"], alarm["until"]
        if until and self._handover is not None and taker == self._handover["outgoing"]:
            return [self._say(sentences.KEEPS_IT_UNTIL, name=self._name(taker), time=self._near(until))]
        return [self._who_has_it(alarm)]

    def _who_has_it(self, alarm: State) -> str:
        """Return the sentence about the owner of an alarm and its card, as on screens (static/js/format/ownership.js)."""
        taker, assignee, until = alarm["taken_by"], alarm["assignee"], alarm["until"]
        if taker is None:
            return self._nobody_has_it(alarm)
        names = {"name": self._name(taker), "assignee": self._name(assignee)}
        text = _HELD[bool(self._report["live"]), bool(until), assignee not in (None, taker)]
        return self._say(text, **names, time=self._near(until) if until else "")

    def _nobody_has_it(self, alarm: State) -> str:
        """Return the sentence about an alarm that nobody has or, in a signed report, that nobody had then."""
        if alarm["lapsed_by"] is not None and alarm["lapsed_at"] is not None:
            return self._had_it(alarm["lapsed_by"], alarm["lapsed_at"])
        if alarm["assignee"] is not None:
            return self._say(sentences.NO_ANSWER, name=self._name(alarm["assignee"]))
        if alarm["released_by"] is not None and alarm["released_at"] is not None:
            return self._had_it(alarm["released_by"], alarm["released_at"], alarm.get("released_because"))
        return self._translate(sentences.NOBODY_HAS_IT if self._report["live"] else sentences.NOBODY_HAD_IT)

    def _had_it(self, former: str, until: str, because: str | None = None) -> str:
        live, signed = FORMER[because]
        text = live if self._report["live"] else signed
        return self._say(text, name=self._name(former), time=self._near(until))

    def _owner_text(self, card: State) -> str | None:
        """Return who has a card: the owner of its alarm, or its assignee."""
        alarm = None if card.get("done") else self._alarm_by_subject.get(card["id"])
        return self._assignee(card) if alarm is None else self._who_has_it(alarm)

    @cached_property
    def _alarm_by_subject(self) -> dict[str, State]:
        """Listed alarms by the id of their subject; of several, the first one that nobody has."""
        alarms = [alarm for section in self._report["searches"] for alarm in section["alarms"]["listed"]]
        return {alarm["about"]["id"]: alarm for alarm in reversed(alarms)}

    def _assignee(self, card: State) -> str | None:
        """Return the name of a card's assignee, or "nobody assigned" for an open task without one."""
        if card["assignee"]:
            return self._name(card["assignee"])
        return self._translate(sentences.NOBODY_ASSIGNED) if card["kind"] == "task" and not card.get("done") else None

    def _successor(self, section: State) -> str:
        """Return "→ Nadia": the account that gets the alarms of a search."""
        handover, keeper = self._handover or {}, (section["briefing"] or {}).get("keeper") if section["outside"] else None
        successor = keeper or (handover["ended_by"] if handover["status"] == "accepted" else handover["incoming"])
        return self._say(sentences.PASSES_TO, name=self._name(successor)) if successor else self._translate(sentences.PASSES_ON)
