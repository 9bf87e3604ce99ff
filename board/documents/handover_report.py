"""Printed report of a handover."""

from collections.abc import Callable
from itertools import chain
from typing import Any

from sqlmodel import Session

from board import labels
from board.documents.content import Block, Document, Fact, Line, Section, UserText, datetime_text, short_datetime
from board.documents.text_languages import TextLanguages
from board.earlier_disappearances import described, in_order
from board.engine import kinds
from board.i18n import N_, translations
from models.board import OPERATIONS
from models.entity import State

_DECIDED = {True: N_("Yes"), False: N_("No"), None: N_("Not decided")}
_WORDS = {
    "assessment": N_("Situation"), "hypotheses": N_("Open hypotheses"),
    "dropped": N_("Dropped hypotheses, and why"), "contingencies": N_("If … then …"),
    "contacts": N_("Calls and updates due: family, police, press"),
}  # fmt: skip
_WITHHELD = N_("Searches of which you are not a member are not shown.")
_LEFT_OUT = ("{count} more card not shown.", "{count} more cards not shown.")
_ENDED = {"accepted": N_("Accepted by"), "refused": N_("Errors"), "withdrawn": N_("Withdrawn by")}
_DESK = ("faults", "remarks")
_CHILD = ("description", "height_cm", "build", "hair", "eyes", "features", "clothing", "needs")  # to know the child by


class ReportDocument:
    """Report as a document, composed for its reader (board/handover/report.py), in the language `reads`."""

    def __init__(self, session: Session, report: State, reads: str) -> None:
        self._report, self._reads = report, reads
        catalogue = translations(reads)
        self._translate: Callable[[str], str] = catalogue.ugettext
        self._count: Callable[[str, str, int], str] = catalogue.ungettext
        self._languages = TextLanguages(session, reads)
        handover: State | None = report["handover"]
        # one that has ended is not part of the present report
        self._handover = None if handover is None or (report["live"] and handover["ended_at"]) else handover
        signed_at = self._handover["position"] if self._handover else None
        self._languages.load(OPERATIONS, signed_at["seq"] if signed_at else 2**53, [OPERATIONS])
        for section in report["searches"]:
            sightings = (section["ungraded"], section["to_pass_on"])
            cards = chain(*sightings, section["pinned"], *section["tasks"].values(), *section["cards"].values())
            self._languages.load(section["board"], section["seq"], [section["board"], *(card["id"] for card in cards)])

    def document(self, printed: str) -> Document:
        """Return the document. `printed` says who printed it, when, and up to which event."""
        handover, notes = self._handover, list[str]()
        title = self._say(N_("Handover {number}"), number=handover["number"]) if handover else self._say(N_("Handover"))
        if self._report["live"]:
            notes.append(self._say(N_("Not signed. Searches as they were at {at}."), at=self._at(self._report["composed_at"])))
        if self._report["withheld"]:
            notes.append(self._say(_WITHHELD))
        facts = [*self._shift(), *(self._steps(handover) if handover else [])]
        sections = self._desk(handover) if handover else []
        sections += [self._section(each) for each in self._report["searches"]]
        file = f"handover-{handover['number']}" if handover else "handover"
        return Document(title, self._reads, file, printed, facts, notes, sections)

    # -- the desk

    def _shift(self) -> list[Fact]:
        shift, translate = self._report["shift"], self._translate
        if shift is None:
            return [(translate(N_("Shift")), [translate(N_("Nobody in charge of the shift"))])]
        facts: list[Fact] = [(translate(N_("Shift")), [f"{self._name(shift['holder'])}, {self._at(shift['since'])}"])]
        if shift["handover"] is None and shift["reason"]:
            text = translate(N_("Taken without a handover"))
            facts.append((text, [self._languages.text_by(shift["reason"], shift["holder"])]))
        return facts

    def _steps(self, state: State) -> list[Fact]:
        translate = self._translate
        facts: list[Fact] = [(self._field("status"), [self._word("handover.status", state["status"])])]
        if state["signed_at"]:
            facts.append((translate(N_("Signed")), [f"{self._name(state['outgoing'])}, {self._at(state['signed_at'])}"]))
        if state["incoming"]:
            facts.append((self._field("incoming"), [self._name(state["incoming"])]))
        if state["ended_at"]:
            ended = f"{self._name(state['ended_by'])}, {self._at(state['ended_at'])}"
            facts.append((translate(_ENDED[state["status"]]), [ended]))
        facts += [
            (self._field(path), [self._languages.text_by(state[path], state["ended_by"])])
            for path in ("restatement", "reason") if state[path]
        ]  # fmt: skip
        if state["digest"]:
            where = self._say(N_("all searches at event {seq}"), seq=state["position"]["seq"])
            facts.append((translate(N_("Integrity")), [f"{where} · {translate(N_('digest'))} {state['digest']}"]))
        return facts

    def _desk(self, state: State) -> list[Section]:
        words = [(self._field(path), self._languages.user_text(state[path], OPERATIONS, path)) for path in _DESK if state[path]]
        return [Section([self._translate(N_("General"))], words=words)] if words else []

    # -- one search

    def _section(self, section: State) -> Section:
        search, briefing = section["search"], section["briefing"] or {}
        words = [
            (self._translate(name), self._languages.user_text(briefing[path], section["board"], path))
            for path, name in _WORDS.items() if briefing.get(path)
        ]  # fmt: skip
        words += [each for account, said in section["restatements"].items() for each in self._restated(account, said)]
        return Section(
            self._heading(search), self._facts(section), words, [block for block in self._blocks(section) if block.lines]
        )

    def _restated(self, account: str, said: State) -> list[tuple[str, UserText]]:
        """Return what somebody understood, whether it is correct, and what is not."""
        at = short_datetime(said["at"], self._reads)
        label = self._say(N_("In their own words: {name}, {at}"), name=self._name(account), at=at)
        by, when = self._name(said["answered_by"]), short_datetime(said["answered_at"], self._reads)
        if said["correct"]:
            label += " · " + self._say(N_("correct, {name}, {at}"), name=by, at=when)
        words = [(label, self._languages.text_by(said["text"], account))]
        if said["correct"] is False:
            label = self._say(N_("Not quite, {name}, {at}"), name=by, at=when)
            words.append((label, self._languages.text_by(said["reason"], said["answered_by"])))
        return words

    def _heading(self, search: State) -> Line:
        person, translate = search["person"], self._translate
        marks = [] if search["status"] == "open" else [self._word("status", search["status"])]
        marks += [self._field("worrying")] if search["worrying"] else []
        marks += [translate(N_("Worrying?"))] if search["undecided"] and search["status"] == "open" else []
        marks += [self._word("access", "members")] if search["access"] == "members" else []
        age = f", {person['age']}" if person["age"] is not None else ""
        return [f"{search['reference']} · {person['first_name']}{age}", *(f" · {mark}" for mark in marks)]

    def _facts(self, section: State) -> list[Fact]:
        search, last, translate = section["search"], section["last_confirmed"], self._translate
        appeal = search["appeal"] or {}
        facts: list[Fact] = [
            (self._field("kind"), [self._word("search.kind", search["kind"])]),
            (self._field("status"), [self._word("status", search["status"])]),
            (self._field("worrying"), [translate(_DECIDED[search["worrying"]]), *self._suggested(search)]),
            (self._field("missing_since"), [self._at(search["missing_since"])]),
            (self._field("lead"), [self._name(search["lead"]) if search["lead"] else translate(N_("nobody in charge"))]),
            *self._goal(search),
            *self._child(search["person"]),
            *self._details(search["details"] or {}),
            *self._earlier(search["earlier"]),
            (translate(N_("Last confirmed sighting")), self._last(last) if last else [translate(N_("none so far"))]),
        ]
        if appeal.get("level", "none") != "none":
            until = f" · {self._say(N_('until {at}'), at=self._at(appeal['until']))}" if appeal.get("until") else ""
            facts.append((self._field("appeal"), [self._word("appeal.level", appeal["level"]) + until]))
        if section["outside"]:
            facts.append((translate(N_("Not seen by")), [f"{self._name(section['outside'])} · {self._keeper(section)}"]))
        facts += self._ended(search)
        position = self._say(N_("event {seq}"), seq=section["seq"])
        return [*facts, (translate(N_("Integrity")), [f"{position} · {section['head']}"])]

    def _goal(self, search: State) -> list[Fact]:
        goal = search["goal"]
        if goal is None:
            return []
        due = [f" · {self._say(N_('due {at}'), at=self._at(goal['until']))}"] if goal["until"] else []
        line: Line = [self._languages.text_by(goal["text"], goal["by"]), *due, f" · {self._name(goal['by'])}"]
        return [(self._field("goal"), line)]

    def _child(self, person: State) -> list[Fact]:
        """Return how to know the child, and what it needs, without empty fields."""
        facts, translate = list[Fact](), self._translate
        for name in _CHILD:
            if person[name] is not None:
                coded = labels.value(f"person.{name}", "search", person[name], translate)
                text = coded if coded is not None else self._languages.text_by(str(person[name]), None)
                until = person["needs_until"] if name == "needs" else None
                due = [f" · {self._say(N_('until {at}'), at=self._at(until))}"] if until else []
                facts.append((self._field(f"person.{name}"), [text, *due]))
        return facts

    def _details(self, details: State) -> list[Fact]:
        """Return what is filled in of the details that belong to kinds of searches."""
        facts, translate = list[Fact](), self._translate
        for name, value in details.items():
            if value is not None:
                coded = labels.value(f"details.{name}", "search", value, translate)
                text = ", ".join(value) if isinstance(value, list) else value
                shown = coded if coded is not None else self._languages.text_by(text, None)
                facts.append((self._field(f"details.{name}"), [shown]))
        return facts

    def _earlier(self, earlier: State | None) -> list[Fact]:
        label = self._field("earlier")
        return [(label, [self._languages.text_by(described(item, self._reads), None)]) for item in in_order(earlier)]

    def _keeper(self, section: State) -> str:
        """Return who answers for a search that the incoming coordinator may not see."""
        briefing = section["briefing"] or {}
        if not briefing.get("keeper"):
            return self._translate(N_("Nobody is responsible for it yet."))
        text = self._translate(N_("Handover {number}: {name} is responsible for it."))
        return text.format(number=briefing["handover"], name=self._name(briefing["keeper"]))

    def _suggested(self, search: State) -> Line:
        """Return the criteria that the child's age suggests, until somebody has decided."""
        if search["worrying"] is not None or not search["suggested"]:
            return []
        keys = ", ".join(self._field(f"criteria.{key}") for key in search["suggested"])
        return [f" · {labels.with_colon(self._translate(N_('suggested by the age')), self._translate)} {keys}"]

    def _ended(self, search: State) -> list[Fact]:
        """Return how the child was found, and the reason for closing with open items."""
        outcome, facts = search["outcome"], list[Fact]()
        if outcome:
            family = N_("family told") if outcome["family_told"] else N_("family not told")
            police = N_("police told") if outcome["police_told"] else N_("police not told")
            codes = [labels.value(f"outcome.{name}", "search", outcome[name], self._translate) for name in ("condition", "how")]
            text = [self._at(outcome["found_at"]), outcome["place"], *codes, self._translate(family), self._translate(police)]
            facts.append((self._field("outcome"), [" · ".join(each for each in text if each)]))
            if outcome.get("reason"):
                facts.append((self._field("outcome.reason"), [self._languages.text_by(outcome["reason"], None)]))
        if search["status"] == "closed" and search["status_reason"]:
            facts.append((self._translate(N_("Closing note")), [self._languages.text_by(search["status_reason"], None)]))
        if search["acknowledge"]:
            facts.append((self._field("acknowledge"), [self._languages.text_by(search["acknowledge"], None)]))
        return facts

    def _last(self, sighting: State) -> Line:
        place = (sighting["place"] or {}).get("text")
        number = self._say(N_("Sighting {number}"), number=sighting["number"])
        text = f"{number} · {self._sighted(sighting, datetime_text)}"
        return [text, " · ", self._languages.text_by(place, None)] if place else [text]

    def _blocks(self, section: State) -> list[Block]:
        translate, tasks, others = self._translate, section["tasks"], section["cards"]
        events, count = [self._event(each) for each in section["since"]["significant"]], section["left_out"]
        left_out: list[Line] = [[self._count(*_LEFT_OUT, count).format(count=count)]] if count else []
        return [
            Block(translate(N_("Critical points")), [self._card(each) for each in section["pinned"]]),
            Block(translate(N_("Overdue")), [self._card(each) for each in tasks["overdue"]]),
            Block(translate(N_("Due in the next shift")), [self._card(each) for each in tasks["due"]]),
            Block(translate(N_("Sightings not yet graded")), [self._card(each) for each in section["ungraded"]]),
            Block(translate(N_("Credible sightings not yet passed on")), [self._card(each) for each in section["to_pass_on"]]),
            Block(translate(N_("Done in this shift")), [self._card(each | {"due": None}) for each in tasks["done"]]),
            *(Block(translate(kinds.named(kind).plural), [self._card(each) for each in cards]) for kind, cards in others.items()),
            Block("", left_out),  # paper says, too, how many cards it does not show
            Block(translate(N_("Photos and files added in this shift")), [self._file(each) for each in section["files"]]),
            Block(translate(N_("Important since the shift began")), events),
        ]

    def _card(self, card: State) -> Line:
        translate = self._translate
        noun = translate(labels.VALUES["category"].get(card.get("category") or "", labels.KINDS[card["kind"]]))
        title = self._languages.user_text(card["title"], card["id"], kinds.named(card["kind"]).title_field or "text")
        seen = {"seen_at": card["seen_at"], "received_at": card["at"]}
        when = self._sighted(seen, short_datetime) if card["kind"] == "sighting" else short_datetime(card["at"], self._reads)
        about = [card["assignee"] and self._name(card["assignee"]), when]
        about += [self._say(N_("due {at}"), at=short_datetime(card["due"], self._reads))] if card["due"] else []
        more = "".join(f" · {each}" for each in about if each)
        return [f"{noun} {card['number']} · " if card["number"] else f"{noun} · ", title, more]

    def _file(self, file: State) -> Line:
        """Return what a file is called, what it is on, and who added it when."""
        title = self._languages.text_by(file["caption"] or file["name"], file["added_by"] if file["caption"] else None)
        card, note = file["card"], self._translate(labels.KINDS["note"]) if file["note"] else None
        on = f"{self._translate(labels.KINDS[card['kind']])} {card['number']}" if card else note
        about = [on, self._name(file["added_by"]), short_datetime(file["added_at"], self._reads)]
        return [title, "".join(f" · {each}" for each in about if each)]

    def _sighted(self, sighting: State, write: Callable[[str, str], str]) -> str:
        """Return "seen 24 Nov 09:00", or "reported 24 Nov 09:23, time unknown" if the time of the sighting is unknown."""
        if seen := sighting["seen_at"]:
            return self._say(N_("seen {at}"), at=write(seen, self._reads))
        return self._say(N_("reported {at}, time unknown"), at=write(sighting["received_at"], self._reads))

    def _event(self, event: State) -> Line:
        number = f" {event['number']}" if event.get("number") else ""
        return [f"{short_datetime(event['at'], self._reads)} · {labels.event(event['type'], self._translate)}{number}"]

    def _say(self, text: str, **values: Any) -> str:
        return self._translate(text).format(**values)

    def _field(self, path: str) -> str:
        return labels.field(path, self._translate)

    def _word(self, path: str, code: str) -> str:
        return self._translate(labels.VALUES[path][code])

    def _at(self, stamp: str | None) -> str:
        return datetime_text(stamp, self._reads)

    def _name(self, id: str | None) -> str:
        name: Any = self._report["people"].get(id)
        return str(name) if name else self._translate(N_("Someone"))
