"""Printed report of a handover."""

from board import labels
from board.config import page_table, sentences
from board.config.lengths import exact_length
from board.documents import report_wording
from board.documents.content import Block, Document, Fact, Line, Piece, Section, UserText, short_datetime
from board.documents.open_alarms import OpenAlarms
from board.engine import kinds
from board.i18n import N_, P_, moment_text
from models.board import OPERATIONS
from models.column import ROLES
from models.entity import State
from models.handover import Briefing, Handover

_WITHHELD = sentences.WITHHELD
_LEFT_OUT = ("{count} more card not shown.", "{count} more cards not shown.")
_ENDED = {"accepted": sentences.ACCEPTED, "refused": sentences.REFUSED, "withdrawn": sentences.WITHDRAWN}


def _texts(kind: str) -> dict[str, str]:
    """Return the headings of the texts that people write for a handover, by path."""
    return {spec.path: spec.heading or spec.label for spec in kinds.named(kind).written if spec.control != "person"}


class ReportDocument(OpenAlarms):
    """Report of a handover as a document."""

    def document(self, printed: str) -> Document:
        """Return the document. `printed`: its printer and time, and the time of its data."""
        handover, notes = self._handover, list[str]()
        title = self._say(sentences.HANDOVER, number=handover["number"]) if handover else self._say(N_("Handover"))
        if self._report["live"]:
            no_handover = N_("No handover in progress. Searches as they were at {at}.")
            note = N_("Not signed. Searches as they were at {at}.") if handover else no_handover
            notes.append(self._say(note, at=moment_text(self._report["composed_at"], "d MMM y HH:mm:ss", self._reads)))
        if self._report["withheld"]:
            notes.append(self._say(_WITHHELD))
        notes += [self._say(sentences.SEARCH_ERASED, day=self._erased_on(search["at"])) for search in self._report["erased"]]
        facts = [*self._shift(), *(self._steps(handover) if handover else []), *self._previous()]
        facts += self._watch(handover["watch"]) if handover and handover.get("watch") else []
        facts += self._checksum(handover["digest"]) if handover and handover["digest"] else []
        sections = [*self._open_now(), *(self._desk(handover) if handover else [])]
        sections += [self._section(section) for section in self._report["searches"]]
        file = f"handover-{handover['number']}" if handover else "handover"
        return Document(title, self._reads, file, printed, facts, notes, sections)

    def _erased_on(self, at: str) -> str:
        return moment_text(at, "d MMM y", self._reads)

    # -- the desk

    def _shift(self) -> list[Fact]:
        shift, translate = self._report["shift"], self._translate
        if shift is None:
            return [(translate(sentences.SHIFT), [translate(sentences.NO_SHIFT)])]
        facts: list[Fact] = [(translate(sentences.SHIFT), [self._holder(shift)])]
        if shift["handover"] is None and shift["reason"]:
            text = translate(N_("Taken without a handover"))
            facts.append((text, [self._languages.text_by(shift["reason"], shift["holder"])]))
        return facts

    def _holder(self, shift: State) -> str:
        """Return who holds the shift and since when. For an accepted handover, also until when, and who holds it next."""
        name, since, handover = self._name(shift["holder"]), self._at(shift["since"]), self._handover
        if handover and handover["status"] == "accepted":
            until, successor = self._at(handover["ended_at"]), self._name(handover["ended_by"])
            return self._say(sentences.SHIFT_HANDED_OVER, name=name, since=since, until=until, next=successor)
        return ", ".join((name, self._say(P_("a date", "since {at}"), at=since)))

    def _steps(self, state: State) -> list[Fact]:
        translate = self._translate
        facts: list[Fact] = [(self._field("status"), [self._status(state)])]
        if state["signed_at"]:
            facts.append((translate(N_("Signed")), [f"{self._name(state['outgoing'])}, {self._at(state['signed_at'])}"]))
        if state["incoming"]:
            facts.append((self._field("incoming"), [self._name(state["incoming"])]))
        texts = {"restatement": self._say(sentences.IN_WORDS_OF, name=self._name(state["ended_by"]))}
        texts["reason"] = translate(sentences.REASON_UNREAD) if state["status"] == "accepted" else self._field("reason")
        facts += [
            (name, [self._languages.text_by(state[path], state["ended_by"])]) for path, name in texts.items() if state[path]
        ]
        if unread := [section["search"] for section in self._report["searches"] if section["unread_by"]]:
            names = " · ".join(f"{self._child_name(search)} ({search['reference']})" for search in unread)
            facts.append((translate(N_("Not read")), [names]))
        return facts

    def _status(self, state: State) -> str:
        """Return how a handover ended, or its status."""
        if not state["ended_at"]:
            return self._word("handover.status", state["status"])
        ended = self._say(_ENDED[state["status"]], who=self._name(state["ended_by"]), number=state["number"])
        return self._say(sentences.NAME_AT, name=ended, at=self._at(state["ended_at"]))

    def _watch(self, line: State) -> list[Fact]:
        """Return the line about unwatched time and the longest wait."""
        lengths = {"unwatched": line["unwatched_s"], "longest": line["longest_taken_s"] or 0}
        values = {name: self._exact_length(seconds) for name, seconds in lengths.items()}
        values["unwatched"] += self._addends()
        values["longest"] += self._longest()
        text = sentences.WATCH_LINE if line["longest_taken_s"] is not None else sentences.WATCH_LINE_EMPTY
        return [(self._translate(page_table.named("watch").title), [self._say(text, **values)])]

    def _addends(self) -> str:
        """Return " (Mila B., 6 · Urgent sighting 4: 12 min; others: 3 min)"; "" without an addend, as on screens
        (static/js/pages/handover/summary.js)."""
        waits, sections = self._report["watch"] or {"longest": [], "others_s": 0}, self._with_alarms()
        by_board = {section["board"]: section for section in sections}
        found = [
            (self._alarm_name(by_board[wait["board"]], wait), wait["unwatched_s"])
            for wait in waits["longest"] if wait["board"] in by_board
        ]  # fmt: skip
        found += [(self._translate(sentences.OTHERS), waits["others_s"])] if waits["others_s"] else []
        texts = [f"{labels.with_colon(_tied(name), self._translate)} {_tied(self._exact_length(each))}" for name, each in found]
        return f" ({self._translate(sentences.SEPARATOR).join(texts)})" if texts else ""

    def _longest(self) -> str:
        """Return " (Mila B., 6 · Urgent sighting 4)", the alarm of the longest wait; "" if the reader may not see it."""
        wait = (self._report["watch"] or {}).get("longest_taken")
        section = next((each for each in self._with_alarms() if wait and each["board"] == wait["board"]), None)
        return f" ({_tied(self._alarm_name(section, wait))})" if wait and section else ""

    def _exact_length(self, seconds: int) -> str:
        text, values = exact_length(seconds)
        return self._say(text, **values)

    def _previous(self) -> list[Fact]:
        """Return how and why the previous handover ended without being accepted."""
        before = self._report["previous"]
        if before is None:
            return []
        why: Line = [" · ", self._languages.text_by(before["reason"], before["ended_by"])] if before["reason"] else []
        return [(self._say(sentences.HANDOVER, number=before["number"]), [self._status(before), *why])]

    def _desk(self, state: State) -> list[Section]:
        texts = [
            (self._labelled(self._translate(name), state, path), self._languages.user_text(state[path], OPERATIONS, path))
            for path, name in _texts(Handover.KIND).items() if state[path]
        ]  # fmt: skip
        return [Section([self._translate(sentences.GENERAL)], texts=texts)] if texts else []

    # -- one search

    def _section(self, section: State) -> Section:
        search, briefing = section["search"], section["briefing"] or {}
        texts = [
            (
                self._labelled(self._translate(name), briefing, path),
                self._languages.user_text(briefing[path], section["board"], path),
            )
            for path, name in _texts(Briefing.KIND).items()
            if briefing.get(path)
        ]
        for account, summary in section["restatements"].items():
            texts += self._restated(account, summary)
        blocks = [block for block in self._blocks(section) if block.lines]
        notes = (self._unread(section), self._empty_texts(briefing, section))
        return Section(
            self._heading(search, section["together"]), self._facts(section), texts, blocks, " ".join(filter(None, notes))
        )

    def _unread(self, section: State) -> str:
        """Return the sentence that somebody accepted the handover without reading the search; "" if it was read."""
        account = section["unread_by"]
        return self._say(sentences.NOT_READ, name=self._name(account)) if account else ""

    def _empty_texts(self, briefing: State, section: State) -> str:
        """Return the names of the empty texts; "" without a handover, because texts are written only for a handover.

        If all are empty, return that nothing was written, unless there is a summary. The text about calls is not missing if calls
        are due.
        """
        texts = _texts(Briefing.KIND)
        empty = [path for path in texts if not briefing.get(path)]
        if len(empty) == len(texts) and self._number and not section["restatements"]:
            return self._translate(sentences.NOTHING_WRITTEN)
        names = [self._translate(texts[path]) for path in empty if path != "contacts" or not section["calls"]]
        if not names or not self._number:
            return ""
        return self._say(sentences.NOT_FILLED_IN, names=" · ".join(names))

    def _restated(self, account: str, summary: State) -> list[tuple[str, UserText]]:
        """Return a summary, and the answer to it, as labelled texts."""
        at = short_datetime(summary["at"], self._reads)
        label = self._say(sentences.RESTATED, name=self._name(account), at=at)
        answered_by, answered_at = self._name(summary["answered_by"]), short_datetime(summary["answered_at"], self._reads)
        if summary["correct"]:
            label += " · " + self._say(sentences.CORRECT, name=answered_by, at=answered_at)
        texts = [(label, self._languages.text_by(summary["text"], account))]
        if summary["correct"] is False:
            label = self._say(sentences.NOT_QUITE, name=answered_by, at=answered_at)
            texts.append((label, self._languages.text_by(summary["reason"], summary["answered_by"])))
        return texts

    def _heading(self, search: State, together: list[State]) -> Line:
        translate = self._translate
        children = translate(sentences.SEPARATOR).join(labels.child(each["first_name"], each["age"]) for each in together)
        marks = [] if search["status"] == "open" else [self._word("status", search["status"])]
        marks += [self._field("worrying")] if search["worrying"] else []
        marks += [translate(sentences.TO_DECIDE)] if search["undecided"] and search["status"] == "open" else []
        marks += [self._word("access", "members")] if search["access"] == "members" else []
        marks = [translate(sentences.TOGETHER).format(children=children), *marks] if children else marks
        return [f"{search['reference']} · {self._child_name(search)}", *(f" · {mark}" for mark in marks)]

    def _blocks(self, section: State) -> list[Block]:
        translate, tasks, other_cards = self._translate, section["tasks"], section["cards"]
        events = [self._event(event) for event in report_wording.last_events(section["since"]["significant"])]
        ungraded, count = report_wording.only_ungraded(section), section["left_out"]
        left_out: list[Line] = [[self._count(*_LEFT_OUT, count).format(count=count)]] if count else []

        def lines(cards: list[State], **changes: bool | None) -> list[Line]:
            return [self._card(card | changes, section["search"]["person"]["sex"]) for card in cards]

        def by_due(cards: list[State]) -> list[Line]:
            return lines(sorted(cards, key=lambda card: str(card["due"])))

        def waiting(name: str) -> list[Line]:
            return lines(report_wording.with_missing_grades(section, name))

        return [
            Block(translate(sentences.CRITICAL_POINTS), lines(section["pinned"], due=None)),
            Block(translate(sentences.OVERDUE), by_due(tasks["overdue"])),
            Block(translate(sentences.DUE_SOON), by_due(tasks["due"])),
            Block(translate(sentences.CALLS_DUE), [self._call(call) for call in section["calls"]]),
            Block(translate(sentences.UNDATED), lines(tasks["undated"])),
            Block(translate(sentences.UNGRADED), lines(ungraded)),
            Block(translate(sentences.SIGHTINGS_TO_LOOK_AT), waiting("to_look_at")),
            Block(translate(sentences.SIGHTINGS_TO_ASSESS), waiting("to_assess")),
            Block(translate(sentences.TO_PASS_ON), waiting("to_pass_on")),
            Block(translate(sentences.DONE), lines(tasks["done"], due=None, done=True)),
            *(Block(translate(kinds.named(kind).plural), lines(cards)) for kind, cards in other_cards.items()),
            Block("", left_out),
            Block(translate(sentences.FILES_ADDED), [self._file(file) for file in section["files"]]),
            Block(translate(sentences.IMPORTANT), events),
        ]

    def _card(self, card: State, sex: str | None) -> Line:
        translate = self._translate
        noun = translate(labels.VALUES["category"].get(card.get("category") or "", labels.KINDS[card["kind"]]))
        title = self._languages.user_text(card["title"], card["id"], kinds.named(card["kind"]).title_field or "text")
        times = {"seen_at": card["seen_at"], "received_at": card["at"]}
        at = short_datetime(card["at"], self._reads)
        time = self._sighted(times, short_datetime, sex) if card["kind"] == "sighting" else at
        grade = translate(sentences.NOT_GRADED) if card.get("ungraded") else card.get("grade")
        details = [grade, self._owner_text(card), time]
        details += [self._say(sentences.DUE, at=short_datetime(card["due"], self._reads))] if card["due"] else []
        more = "".join(f" · {part}" for part in details if part)
        line: Line = [f"{noun} {card['number']} · " if card["number"] else f"{noun} · ", title, more]
        line += [" · ", self._languages.text_by(card["place"], None)] if card.get("place") else []
        if "category" in card and card["done"]:
            line += [" · ", *self._done(self._languages.user_text(card["result"] or "", card["id"], "result"))]
        return line

    def _call(self, call: State) -> Line:
        """Return "24 Nov 12:15 · Saskia Voorbeeld, parent · Bob Claes"."""
        role = self._translate(labels.VALUES["contact.role"][call["role"]])
        assignee = self._name(call["assignee"]) if call["assignee"] else self._translate(sentences.NOBODY_ASSIGNED)
        return [f"{self._near(call['due'])} · ", UserText(call["title"]), f", {role} · {assignee}"]

    def _done(self, result: UserText) -> Line:
        """Return "Done: she takes line 2" for a critical point that is done; "Done" without a result."""
        done = self._translate(ROLES["done"])
        return [f"{labels.with_colon(done, self._translate)} ", result] if result.text else [done]

    def _file(self, file: State) -> Line:
        """Return the title of a file, its card or note, its author and time."""
        title = self._languages.text_by(file["caption"] or file["name"], file["added_by"] if file["caption"] else None)
        card, note = file["card"], self._translate(labels.KINDS["note"]) if file["note"] else None
        subject = f"{self._translate(labels.KINDS[card['kind']])} {card['number']}" if card else note
        details = [subject, self._name(file["added_by"]), short_datetime(file["added_at"], self._reads)]
        return [title, "".join(f" · {part}" for part in details if part)]

    def _event(self, event: State) -> Line:
        """Return "26 Nov 07:48 · Sighting added: Sighting 17 · not assessed · now: credible", or "… · Decision: … · Alice"."""
        is_note = event["kind"] == "note"  # a decision: other notes are not significant
        label, number = labels.event(event["type"], self._translate), event.get("number")
        if is_note:
            label = self._word("category", "decision")
        if number:
            card = self._say(sentences.NUMBERED, kind=self._translate(labels.KINDS[event["kind"]]), number=number)
            label = self._say(sentences.WHAT_CARD, what=label, card=card)
        text, head = self._result(event, event["result"]), f"{short_datetime(event['at'], self._reads)} · {label}"
        if text is None:
            return [head]
        line: Line = [f"{head} · " if number else f"{labels.with_colon(head, self._translate)} ", text]
        if (latest := self._result(event, event.get("now"))) is not None:
            line.append(f" · {self._say(sentences.RESULT_NOW, result=latest)}")
        return [*line, f" · {self._name(event['author'])}"] if is_note and event["author"] else line

    def _result(self, event: State, result: State | None) -> Piece | None:
        """Return what a significant event set: "credible", or the text of a decision or goal; None if the type says it all."""
        path, value = ((result or {}).get(name) for name in ("path", "value"))
        if path == "withdrawn":
            return self._translate(labels.DONE[path])
        text = labels.value(path or "", event["kind"], value, self._translate)
        return text if text is not None or not value else self._languages.user_text(str(value), event["id"], path or "")


def _tied(text: str) -> str:
    """Return a text whose first part does not break: the child's name, or a length."""
    first, separator, rest = text.partition(" · ")
    return first.replace(" ", "\u00a0") + separator + rest
