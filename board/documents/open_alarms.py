"""Alarms in a printed handover report, about searches, tips and duties: who has each, until when, and where it goes with the
shift."""

from board.commands.alarms.alerts import short_name
from board.config import sentences
from board.documents.content import Block, Fact, Line, Section
from board.documents.field_values import alarm_name
from board.documents.search_facts import SearchFacts
from board.handover import reported_alarms
from models.board import OPERATIONS
from models.entity import State

MAX_LISTED = 100  # alarms of all searches and of `operations`; the counts have all


class OpenAlarms(SearchFacts):
    """Alarms in a report that have not ended. `section` is that of the search, or stands for `operations`."""

    def _open_now(self) -> list[Section]:
        """Return the section about alarms; none if there is no handover and no alarm."""
        lines, heading = self._alarm_lines(MAX_LISTED), [self._translate(sentences.OPEN_NOW)]
        if lines:
            return [Section(list(heading), blocks=[Block("", lines)], note=self._alarm_counts())]
        return [Section(list(heading), note=self._translate(sentences.NOTHING_OPEN))] if self._number else []

    def _alarm_facts(self, limit: int) -> list[Fact]:
        """Return the numbers of alarms, and at most `limit` of those that somebody has, as one fact; none without an alarm."""
        held = [pair for pair in self._alarms() if pair[1]["taken_by"] is not None]
        line: Line = [self._alarm_counts()]
        for section, alarm in held[:limit]:
            line.append(f" — {self._alarm_name(section, alarm)}: {', '.join(self._custody(section, alarm))}")
        return [(self._translate(sentences.OPEN_NOW), line)] if line != [""] else []

    def _alarm_counts(self) -> str:
        """Return "4 that somebody has · 1 that nobody has · 3 pass on with the shift"."""
        counted = (("held", sentences.SOMEBODY_HAS), ("open", sentences.NOBODY_HAS), ("moving", sentences.PASSING_ON))
        totals = [(sum(section["alarms"][name] for section in self._with_alarms()), plural) for name, plural in counted]
        return " · ".join(self.ngettext(*plural, count) for count, plural in totals if count)

    def _alarm_lines(self, limit: int) -> list[Line]:
        """Return a line for each alarm. The last line counts the others."""
        found, alarms = self._alarms(), [section["alarms"] for section in self._with_alarms()]
        count = sum(each["held"] + each["open"] for each in alarms) - min(limit, len(found))
        more: list[Line] = [[self.ngettext(*sentences.MORE, count)]] if count else []
        return [*(self._alarm_line(section, alarm) for section, alarm in found[:limit]), *more]

    def _alarms(self) -> list[tuple[State, State]]:
        """Return the listed alarms with their sections: first those that nobody has, then those that pass on."""
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
            self._say(sentences.OPEN_SINCE, time=self._near(alarm["raised_at"])),
            self.ngettext(*sentences.EXTENDED, extensions) if extensions > 0 else None, *self._custody(section, alarm),
        ]  # fmt: skip
        return [*line, "".join(f" · {detail}" for detail in details if detail)]

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
        if taker is None and alarm["lapsed_by"] is not None and alarm["lapsed_at"] is not None:
            return self._say(sentences.HAD_IT, name=self._name(alarm["lapsed_by"]), time=self._near(alarm["lapsed_at"]))
        if taker is None and assignee is None:
            return self._translate(sentences.NOBODY_HAS_IT)
        if taker is None:
            return self._say(sentences.NO_ANSWER, name=self._name(assignee))
        names = {"name": self._name(taker), "assignee": self._name(assignee)}
        if assignee in (None, taker):
            text = sentences.HAS_IT_UNTIL if until else sentences.HAS_IT
        else:
            text = sentences.HAS_IT_UNTIL_ASSIGNED if until else sentences.HAS_IT_ASSIGNED
        return self._say(text, **names, time=self._near(until) if until else "")

    def _successor(self, section: State) -> str:
        """Return "→ Nadia": the account that gets the alarms of a search."""
        handover, keeper = self._handover or {}, (section["briefing"] or {}).get("keeper") if section["outside"] else None
        successor = keeper or (handover["ended_by"] if handover["status"] == "accepted" else handover["incoming"])
        return self._say(sentences.PASSES_TO, name=self._name(successor)) if successor else self._translate(sentences.PASSES_ON)
