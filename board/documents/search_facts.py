"""Facts of one search in a printed handover report."""

from collections.abc import Mapping

from board import labels
from board.config import sentences
from board.config.earlier_disappearances import described, in_order
from board.documents.content import Fact, Line, datetime_text
from board.documents.decision_text import decided
from board.documents.report_wording import ReportWording
from board.i18n import N_
from models.entity import State
from models.search import Person

_DECIDED = {True: N_("Yes"), False: N_("No"), None: N_("Not decided")}
_IN_HEADING = ("first_name", "last_name", "age", "birth_date", "needs_until")
_WAITING = {
    "look": sentences.NOT_LOOKED_AT, "judge": sentences.TO_ASSESS, "pass_on": sentences.WAITING_FOR_POLICE,
    "wakes": sentences.TO_LOOK_AT_AGAIN,
}  # fmt: skip
_MARKS = {
    (False, ""): sentences.NO_EVENTS, (True, ""): sentences.ONLY_READ, (False, "summarised"): sentences.ONLY_SUMMARISED,
    (False, "answered"): sentences.ONLY_ANSWERED, (True, "summarised"): sentences.ONLY_READ_SUMMARISED,
    (True, "answered"): sentences.ONLY_READ_ANSWERED,
}  # fmt: skip
_CHILD = tuple(name for name in Person.model_fields if name not in _IN_HEADING)  # description of the child


def _marks(section: State) -> str:
    """Return whether a search without events since signing was read and summarised. These marks do not count as events."""
    summaries = section["restatements"].values()
    step = "answered" if any(each["answered_at"] for each in summaries) else "summarised" if summaries else ""
    return _MARKS[bool(section["reads"]), step]


class SearchFacts(ReportWording):
    """Facts of the searches in a report."""

    def _facts(self, section: State) -> list[Fact]:
        search, translate = section["search"], self._translate
        appeal = search["appeal"] or {}
        facts: list[Fact] = [
            (self._field("kind"), [self._word("search.kind", search["kind"])]),
            (self._field("worrying"), [self._decision(search), *self._suggested(search), *self._decider(search)]),
            (self._field("missing_since"), [self._at(search["missing_since"])]),
            *self._last_seen(search["last_seen"] or {}),
            (self._field("lead"), [self._name(search["lead"]) if search["lead"] else translate(sentences.NOBODY)]),
            *self._goal(search),
            *self._child(search["person"]),
            *self._details(search["details"] or {}),
            *self._earlier(search["earlier"]),
            *self._sightings(section),
        ]
        if appeal.get("level", "none") != "none":
            until = self._until(self._at(appeal["until"])) if appeal.get("until") else ""
            parts = (self._word("appeal.level", appeal["level"]), until, decided(appeal.get("decided_by"), self._reads))
            facts.append((self._field("appeal"), [" · ".join(filter(None, parts))]))
        if section["outside"]:
            facts.append((translate(N_("Not seen by")), [f"{self._name(section['outside'])} · {self._keeper(section)}"]))
        elif search["access"] == "members" and self._report["shift"]:
            facts.append((translate(N_("Responsible in the shift")), [self._responsible()]))
        facts += self._ended(search)
        facts += self._progress(section)
        return [*facts, *self._checksum(section["head"])]

    def _decision(self, search: State) -> str:
        """Return whether the disappearance is worrying. Without a decision, return that one is due, or the open criteria."""
        if search["worrying"] is not None or (search["undecided"] and search["status"] != "open"):
            return self._translate(_DECIDED[search["worrying"]])
        return self._translate(sentences.DECISION_DUE) if search["undecided"] else self._open_criteria(search["open_criteria"])

    def _open_criteria(self, criteria: State) -> str:
        """Return which criteria are not answered, or that no criterion applies."""
        if criteria["open"] == criteria["all"]:
            return self._translate(sentences.CRITERIA_OPEN)
        unknown = ", ".join(self._field(f"criteria.{key}") for key in criteria["unknown"])
        parts = [
            self._translate(sentences.CRITERIA_PARTLY_OPEN) if criteria["open"] else "",
            self._say(sentences.CRITERIA_UNKNOWN, criteria=unknown) if unknown else "",
        ]
        return " · ".join(filter(None, parts)) or self._translate(sentences.NO_CRITERION)

    def _decider(self, search: State) -> Line:
        """Return who decided if the disappearance is worrying."""
        text = decided(search["worrying_decided_by"], self._reads) if search["worrying"] is not None else ""
        return [f" · {text}"] if text else []

    def _checksum(self, text: str) -> list[Fact]:
        return [(self._translate(N_("Checksum")), [text])]

    def _last_seen(self, last_seen: State) -> list[Fact]:
        place = last_seen.get("text")
        if not place:
            return []
        at = [f"{self._at(last_seen['at'])} · "] if last_seen.get("at") else []
        return [(self._translate(sentences.LAST_SEEN_RECORDED), [*at, self._languages.text_by(place, None)])]

    def _sightings(self, section: State) -> list[Fact]:
        """Return the latest credible sighting, the last confirmed sighting, and the numbers of unanswered sightings."""
        credible, confirmed, translate = section["last_credible"], section["last_confirmed"], self._translate
        sex = section["search"]["person"]["sex"]
        facts: list[Fact] = [
            (translate(sentences.LATEST_CREDIBLE), self._last(credible, sex) if credible else [translate(sentences.NONE_SO_FAR)])
        ]
        if confirmed:
            facts.append((translate(sentences.LAST_CONFIRMED), self._last(confirmed, sex)))
        facts += [(translate(sentences.CONTRADICTION), [pair["text"]]) for pair in section["contradictions"]]
        waiting = self._waiting(section["unanswered"])
        return [*facts, (translate(N_("Unanswered")), [waiting])] if waiting else facts

    def _waiting(self, counts: Mapping[str, int]) -> str:
        """Return "2 not looked at, 1 to assess" from the numbers of sightings by queue; "" if all are 0."""
        return ", ".join(self.ngettext(*text, counts[queue]) for queue, text in _WAITING.items() if counts.get(queue))

    def _responsible(self) -> str:
        """Return the current and the next person responsible for a members-only search that the shift holder sees."""
        handover, shift = self._handover, self._report["shift"]
        if handover is None or not handover["signed_at"]:
            holder = shift["holder"]
        else:
            holder = handover["ended_by"] if handover["status"] == "accepted" else handover["outgoing"]
        name = self._name(holder)
        if handover is None or handover["ended_at"]:
            return name
        if handover["incoming"]:
            return f"{name} · {self._say(sentences.NEXT_RESPONSIBLE, name=self._name(handover['incoming']))}"
        return f"{name} · {self._translate(sentences.MEMBER_RESPONSIBLE)}"

    def _progress(self, section: State) -> list[Fact]:
        """Return the numbers of events in the shift and since signing, and the readers of the search."""
        count, after, handover = section["since"]["events"], section["after"], self._handover
        ngettext = self.ngettext
        shift = ngettext(*sentences.EVENTS, count) if count else self._translate(sentences.NO_EVENTS)
        facts: list[Fact] = [(self._translate(sentences.SINCE_SHIFT), [shift])]
        if handover and handover["status"] == "signed":
            text = ngettext(*sentences.EVENTS, after["events"]) if after["events"] else self._translate(_marks(section))
            if important := after["significant"]:
                text += ", " + ngettext(*sentences.IMPORTANT_ONES, important)
            facts.append((self._translate(sentences.SINCE_SIGNING), [text]))
        if readers := self._readers(section):
            names = [self._read_by(account, at) for account, at in readers.items()]
            facts.append((self._translate(N_("Read by")), [" · ".join(names)]))
        return facts

    def _readers(self, section: State) -> dict[str, str | None]:
        """Return the accounts that read the search for this handover, with the times. A time is None if the account has read
        for a later handover since then."""
        readers: dict[str, str | None] = {account: mark["at"] for account, mark in section["reads"].items()}
        handover, may_be_unread = self._handover, section["unread_by"] or section["search"]["access"] == "members"
        if handover and handover["status"] == "accepted" and not may_be_unread:
            readers.setdefault(handover["ended_by"], None)
        return readers

    def _read_by(self, account: str, at: str | None) -> str:
        """Return "Nadia, 26 Nov 09:24"."""
        name = self._name(account)
        return self._say(sentences.NAME_AT, name=name, at=self._near_day(at)) if at else name

    def _goal(self, search: State) -> list[Fact]:
        goal = search["goal"]
        if goal is None:
            return []
        due = [f" · {self._say(sentences.BY_TIME, at=self._at(goal['until']))}"] if goal["until"] else []
        line: Line = [self._languages.text_by(goal["text"], goal["by"]), *due, f" · {self._name(goal['by'])}"]
        return [(self._field("goal"), line)]

    def _child(self, person: State) -> list[Fact]:
        """Return the description and the needs of the child, without empty fields."""
        facts, translate = list[Fact](), self._translate
        for name in _CHILD:
            if person[name] is not None:
                coded = labels.value(f"person.{name}", "search", person[name], translate)
                text = coded if coded is not None else self._languages.detail(str(person[name]), name)
                until = person["needs_until"] if name == "needs" else None
                due = [f" · {self._covered(until, self._at(until))}"] if until else []
                facts.append((self._field(f"person.{name}"), [text, *due]))
        return facts

    def _details(self, details: State) -> list[Fact]:
        """Return the filled-in details."""
        facts, translate = list[Fact](), self._translate
        for name, value in details.items():
            if value is not None:
                coded = labels.value(f"details.{name}", "search", value, translate)
                text = ", ".join(value) if isinstance(value, list) else value
                piece = coded if coded is not None else self._languages.text_by(text, None)
                facts.append((self._field(f"details.{name}"), [piece]))
        return facts

    def _earlier(self, earlier: State | None) -> list[Fact]:
        lines = [described(item, self._reads) for item in in_order(earlier)]
        text = self._translate(sentences.SEPARATOR).join(lines)
        return [(self._field("earlier"), [self._languages.text_by(text, None)])] if lines else []

    def _keeper(self, section: State) -> str:
        """Return the person responsible for a search that the incoming coordinator may not see."""
        briefing = section["briefing"] or {}
        if not briefing.get("keeper"):
            return self._translate(sentences.NOBODY_RESPONSIBLE)
        text = self._translate(sentences.RESPONSIBLE_SINCE)
        return text.format(number=briefing["handover"], name=self._name(briefing["keeper"]))

    def _suggested(self, search: State) -> Line:
        """Return the criteria that the child's age suggests; none after somebody has decided."""
        if search["worrying"] is not None or not search["suggested"]:
            return []
        keys = ", ".join(self._field(f"criteria.{key}") for key in search["suggested"])
        return [f" · {labels.with_colon(self._translate(sentences.SUGGESTED), self._translate)} {keys}"]

    def _ended(self, search: State) -> list[Fact]:
        """Return how the child was found, and the reason for closing with open items."""
        outcome, facts = search["outcome"], list[Fact]()
        if outcome:
            family = sentences.FAMILY_TOLD if outcome["family_told"] else sentences.FAMILY_NOT_TOLD
            police = sentences.POLICE_TOLD if outcome["police_told"] else sentences.POLICE_NOT_TOLD
            translate = labels.agreeing(self._translate, search["person"].get("sex"))
            codes = [labels.value(f"outcome.{name}", "search", outcome[name], translate) for name in ("condition", "how")]
            parts = [self._at(outcome["found_at"]), outcome["place"], *codes, self._translate(family), self._translate(police)]
            facts.append((self._field("outcome"), [" · ".join(part for part in parts if part)]))
            if reason := outcome.get("reason") or (search["status"] == "found" and search["status_reason"]):
                facts.append((self._field("outcome.reason"), [self._languages.text_by(reason, None)]))
        if search["status"] == "closed" and search["status_reason"]:
            facts.append((self._translate(sentences.CLOSING_NOTE), [self._languages.text_by(search["status_reason"], None)]))
        if search["acknowledge"]:
            facts.append((self._field("acknowledge"), [self._languages.text_by(search["acknowledge"], None)]))
        return facts

    def _last(self, sighting: State, sex: str | None) -> Line:
        place = (sighting["place"] or {}).get("text")
        number = self._say(sentences.SIGHTING, number=sighting["number"])
        text = f"{number} · {self._sighted(sighting, datetime_text, sex)}"
        return [text, " · ", self._languages.text_by(place, None)] if place else [text]
