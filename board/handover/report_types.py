"""Types of a handover report, as the page, the file, the PDF and the API get it."""

from typing import Annotated, Literal, NotRequired

from typing_extensions import TypedDict

from board.engine import kinds
from board.engine.alert_format import CardKind
from board.predefined_tasks import younger_than
from board.web.endpoint import of_state, part_of_state
from models.entity import State
from models.handover import Handover
from models.search import Search
from models.sighting import Sighting
from realtime.wire_types import Count, Id, Made, Time, component

People = dict[str, str]  # names by id
Priority = Literal["low", "normal", "urgent"]


# Significant event; `number` of a card.
ReportedEvent = TypedDict("ReportedEvent", {
    "seq": Count, "at": Time, "type": str, "kind": str, "id": Id, "number": NotRequired[Count],
})  # fmt: skip
News = TypedDict("News", {"seq": Count, "events": Count, "significant": list[ReportedEvent]})
NewsOfShift = TypedDict("NewsOfShift", {
    "seq": Count, "events": Count, "significant": list[ReportedEvent], "from": Literal["shift"],
})  # fmt: skip
# Events that the reader has not seen; `unread`: they have to read the search.
NewsOfReader = TypedDict("NewsOfReader", {
    "seq": Count, "events": Count, "significant": list[ReportedEvent], "from": Literal["seen", "shift"], "unread": bool,
})  # fmt: skip
CountAfter = TypedDict("CountAfter", {"seq": Count, "events": Count, "significant": Count})
ReportedCard = TypedDict("ReportedCard", {
    "kind": CardKind, "id": Id, "seq": Count, "number": Count, "title": str,
    "assignee": Id | None, "priority": Priority, "due": Time | None, "at": Time | None, "seen_at": Time | None,
})  # fmt: skip
ReportedTasks = TypedDict("ReportedTasks", {"done": list[ReportedCard], "overdue": list[ReportedCard], "due": list[ReportedCard]})
Pinned = TypedDict("Pinned", {
    "kind": Annotated[str, Made(lambda: {"enum": [*(kind.name for kind in kinds.cards()), "note"]})],
    "id": Id, "seq": Count, "number": Count | None,
    "title": str, "assignee": Id | None, "priority": Priority | None, "due": Time | None, "at": Time | None,
    "seen_at": Time | None, "category": str | None, "card": Id | None,
})  # fmt: skip
CHILD_FIELDS = (
    "first_name", "last_name", "age", "sex", "description", "height_cm", "build", "hair", "eyes", "features", "clothing", "needs",
    "needs_until",
)  # fmt: skip
# Facts of a search. `suggested`: criteria that they suggest; `undecided`: nobody has said whether it is worrying.
ReportedSearch = TypedDict("ReportedSearch", {
    "reference": Annotated[str, of_state(Search, "reference")], "kind": Annotated[str, of_state(Search, "kind")],
    "status": Annotated[str, of_state(Search, "status")], "missing_since": Annotated[str, of_state(Search, "missing_since")],
    "worrying": Annotated[bool | None, of_state(Search, "worrying")], "lead": Annotated[str | None, of_state(Search, "lead")],
    "access": Annotated[str, of_state(Search, "access")], "appeal": Annotated[State | None, of_state(Search, "appeal")],
    "outcome": Annotated[State | None, of_state(Search, "outcome")],
    "status_reason": Annotated[str | None, of_state(Search, "status_reason")],
    "acknowledge": Annotated[str | None, of_state(Search, "acknowledge")],
    "last_seen": Annotated[State | None, of_state(Search, "last_seen")],
    "goal": Annotated[State | None, of_state(Search, "goal")],
    "details": Annotated[State | None, of_state(Search, "details")],
    "earlier": Annotated[dict[str, State] | None, of_state(Search, "earlier")],
    "suggested": list[Annotated[str, Made(lambda: {"enum": list(younger_than())})]], "undecided": bool,
    "photo": Annotated[str | None, of_state(Search, "photo")],
    "person": Annotated[State, part_of_state(Search, *CHILD_FIELDS, group="person")],
})  # fmt: skip
LastConfirmed = TypedDict("LastConfirmed", {
    "id": Id, "number": Count, "seen_at": Annotated[str | None, of_state(Sighting, "seen_at")],
    "received_at": Annotated[str, of_state(Sighting, "received_at")],
    "place": Annotated[State | None, of_state(Sighting, "place")],
})  # fmt: skip
ReadMark = TypedDict("ReadMark", {"seq": Count, "at": Time})
# What somebody who takes over understood, and what the person who hands over says of it.
Restated = TypedDict("Restated", {
    "text": str, "at": Time, "correct": bool | None, "reason": str | None, "answered_by": Id | None, "answered_at": Time | None,
})  # fmt: skip
# How many sightings wait in each queue.
ReportedQueues = TypedDict("ReportedQueues", {"look": Count, "judge": Count, "pass_on": Count})
CardOfFile = TypedDict("CardOfFile", {"kind": CardKind, "id": Id, "number": Count})
# File that was added in the shift. `card`: the one that it is on.
ReportedFile = TypedDict("ReportedFile", {
    "id": Id, "seq": Count, "name": str, "caption": str | None, "picture": bool, "card": CardOfFile | None, "note": Id | None,
    "added_by": Id, "added_at": Time,
})  # fmt: skip
# Report on one search. `outside`: the account that is to take over and may not see it. `unread_by`: the account that accepted
# the handover without having read it.
SearchReport = TypedDict("SearchReport", {
    "board": Id, "epoch": str, "seq": Count, "head": str, "search": ReportedSearch, "outside": Id | None,
    "last_confirmed": LastConfirmed | None, "last_credible": LastConfirmed | None, "since": NewsOfShift,
    "ungraded": list[ReportedCard], "unanswered": ReportedQueues, "to_pass_on": list[ReportedCard], "tasks": ReportedTasks,
    "cards": dict[str, list[ReportedCard]], "left_out": Count, "files": list[ReportedFile],
    "briefing": Annotated[State, component("briefing")] | None, "pinned": list[Pinned], "after": CountAfter,
    "reader": NewsOfReader, "reads": dict[str, ReadMark], "restatements": dict[str, Restated], "unread_by": Id | None,
})  # fmt: skip
# Handover before this one, if it was refused or withdrawn.
PreviousHandover = TypedDict("PreviousHandover", {
    "number": Count, "status": str, "ended_by": Id, "ended_at": Time, "reason": str | None, "signed": bool,
})  # fmt: skip
# Report of a handover. `withheld`: some searches are left out, as the reader may not see them; how many is secret.
HandoverReport = TypedDict("HandoverReport", {
    "handover": Annotated[State, component("handover")] | None, "shift": Annotated[State, component("shift")] | None,
    "composed_at": Time, "live": bool, "people": People, "withheld": bool, "previous": PreviousHandover | None,
    "searches": list[SearchReport],
})  # fmt: skip
HANDOVER_FIELDS = (  # of a handover in the list: its texts are left out
    "number", "status", "outgoing", "incoming", "prepared_by", "prepared_at", "signed_at", "ended_by", "ended_at", "searches",
)  # fmt: skip
HandoverEntry = Annotated[State, part_of_state(Handover, *HANDOVER_FIELDS)]
HandoverList = TypedDict("HandoverList", {"handovers": list[HandoverEntry], "people": People})
