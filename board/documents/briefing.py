"""Briefing of a shift on paper: an A4 page to talk through, tick and sign, generated from the report of a handover."""

from collections import Counter
from dataclasses import dataclass

from board import labels
from board.commands.alarms.alerts import short_name
from board.commands.handover import text_authorship
from board.config import sentences
from board.documents.briefing_children import MAX_BOX_TITLE, BriefingChildren, Child
from board.documents.content import Fact, Line, template
from board.i18n import N_, moment_text
from models.board import OPERATIONS
from models.entity import State

MAX_NAMED = 6  # alarms named on the entire page; the counts include all
MAX_NEXT = 3  # tasks due next, on the entire page
BLANK = "____\u00a0:\u00a0____"  # space to write a time
MAX_LOOSE_ROWS = 6  # more rows are printed closer together, so that 40 searches fit on two pages


@dataclass(frozen=True, slots=True)
class BriefingPaper:
    """Briefing to print.

    - `file`: its file name without extension.
    - `texts`: labels of the page, by name.
    - `is_over`: the handover has ended, so there is nothing to tick or sign.
    - `outcome`: how the handover ended.
    """

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
    signatures: tuple[str, ...]
    is_over: bool
    outcome: list[Fact]


def html(paper: BriefingPaper) -> str:
    """Return the briefing as an HTML page without external resources."""
    return template("briefing.html").render(paper=paper)


class BriefingDocument(BriefingChildren):
    """Report of a handover as a briefing."""

    def briefing(self, printed: str) -> BriefingPaper:
        report, handover = self._report, self._handover
        now, sections = report["composed_at"], report["searches"]
        children = [self._one(section) for section in sections]
        large, rows = [child for child in children if child.is_large], [child for child in children if not child.is_large]
        number = f"-{handover['number']}" if handover else ""
        as_of = self._say(N_("As of {at}"), at=moment_text(now, "HH:mm:ss", self._reads))
        checksum = f"{self._translate(N_('Checksum'))} {handover['digest'][:16]}" if handover and handover["digest"] else ""
        return BriefingPaper(
            title=self._translate(N_("Shift briefing")), language=self._reads, file=f"briefing{number}", printed=printed,
            checksum=checksum, texts=self._texts(), head=self._head(sections), as_of=as_of,
            desk=self._with_colons(self._notices(sections)),
            large=[tuple(large[start : start + 2]) for start in range(0, len(large), 2)], rows=rows,
            is_close=len(rows) > MAX_LOOSE_ROWS, reader=self._incoming(), signatures=self._signatures(),
            is_over=self._is_over, outcome=self._outcome(),
        )  # fmt: skip

    def _texts(self) -> dict[str, str]:
        count, ngettext = len(self._report["searches"]), self.ngettext
        all_correct = ngettext(
            "The search is summarised correctly", "All {count} searches on this sheet are summarised correctly", count
        )
        texts = {
            "private": N_("Personal data of children. Shred it after the shift."),
            "who": sentences.CHILD, "missing": N_("Missing"), "situation": N_("Situation"), "next": N_("Overdue and next"),
            "calls": N_("Calls and updates due"),
            "note": N_("What must not be forgotten"),
            "empty": sentences.EMPTY, "separator": sentences.SEPARATOR, "late": sentences.OVERDUE, "soon": sentences.DUE_NEXT,
            "legend": N_(
                "■ overdue. Dashed frame: undecided, or not filled in. If the page is full, long texts end with …: the handover "
                "report has them in full."
            ),
        }  # fmt: skip
        return {name: self._translate(text) for name, text in texts.items()} | {"all": all_correct}

    # -- the desk

    def _head(self, sections: list[State]) -> Line:
        """Return "Alice → Dora · Fri 27 Nov 2026, 10:00 · 9 open searches · 2 worrying …"."""
        handover, shift, ngettext = self._handover, self._report["shift"], self.ngettext
        outgoing = handover["outgoing"] if handover else shift["holder"] if shift else None
        people = " → ".join(self._name(account) for account in (outgoing, self._reader) if account)
        searches = [section["search"] for section in sections if section["search"]["status"] == "open"]
        worrying, open_count = sum(bool(search["worrying"]) for search in searches), len(searches)
        undecided = sum(search["undecided"] and not search["worrying"] for search in searches)
        overdue = sum(len(section["tasks"]["overdue"]) for section in sections)
        waiting = sum((Counter(section["unanswered"]) for section in sections), Counter[str]())
        counts = [
            ngettext("{count} open search", "{count} open searches", open_count) if open_count else None,
            ngettext(*sentences.WORRYING_ONES, worrying) if worrying else None,
            ngettext(*sentences.TO_BE_DECIDED, undecided) if undecided else None,
            ngettext("{count} task overdue", "{count} tasks overdue", overdue) if overdue else None,
            self._unanswered(waiting),
        ]
        at = moment_text(self._report["composed_at"], "EEE d MMM y, HH:mm", self._reads)
        return [people, " · ".join(part for part in (at, *counts) if part)]

    def _notices(self, sections: list[State]) -> list[Fact]:
        """Return the facts about the desk: its alarms and texts, the next tasks, the searches that ended, and a notice of hidden
        searches."""
        handover, translate, facts = self._handover, self._translate, self._alarm_facts(MAX_NAMED)
        for path in text_authorship.OF_DESK if handover else ():
            if handover and handover[path]:
                facts.append((self._field(path), self._prose(handover, path, OPERATIONS)))
        due = [(section, card) for section in sections for card in section["tasks"]["due"]]
        next_tasks = sorted(due, key=lambda pair: str(pair[1]["due"]))[:MAX_NEXT]
        if next_tasks:
            line: Line = []
            for section, card in next_tasks:
                child = f" ({section['search']['person']['first_name']})"
                line += [" · " if line else "", f"{self._near(card['due'])} ", self._task(card, MAX_BOX_TITLE), child]
            facts.append((translate(sentences.DUE_NEXT), line))
        ended = [section["search"] for section in sections if section["search"]["status"] != "open"]
        if ended:
            names = [
                f"{short_name(search['person'])} ({translate(labels.VALUES['status'][search['status']])})" for search in ended
            ]
            facts.append((translate(N_("Ended in this shift")), [" · ".join(names)]))
        if self._report["withheld"]:
            facts.append((translate(N_("Not included")), [translate(N_("some members-only searches"))]))
        return facts

    def _incoming(self) -> str:
        """Return the first name of the incoming coordinator, as the heading of the boxes to tick."""
        reader = self._reader
        return self._name(reader).split()[0] if reader else self._translate(N_("Incoming"))

    def _signatures(self) -> tuple[str, ...]:
        """Return the lines to sign for both coordinators; none if the handover is over."""
        if self._is_over:
            return ()
        handover, shift, translate = self._handover, self._report["shift"], self._translate
        outgoing = handover["outgoing"] if handover else shift["holder"] if shift else None
        incoming = handover and handover["incoming"]
        outgoing_name = self._name(outgoing) if outgoing else translate(N_("The outgoing coordinator"))
        if handover and handover["signed_at"]:
            signed = labels.with_colon(translate(N_("Signed")), translate)
            first = f"{signed} {outgoing_name}, {self._near(handover['signed_at'])}"
        else:
            first = self._say(N_("{name} signs at {at}"), name=outgoing_name, at=BLANK)
        incoming_name = self._name(incoming) if incoming else translate(N_("The incoming coordinator"))
        return first, self._say(N_("{name} accepts at {at}"), name=incoming_name, at=BLANK)

    def _outcome(self) -> list[Fact]:
        """Return how the handover ended; empty while it is open."""
        handover = self._handover
        if handover is None or not handover["ended_at"]:
            return []
        return self._with_colons(self._steps(handover))
