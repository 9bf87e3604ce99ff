"""Types of a handover report, for the page, the file, the PDF and the API."""

from typing import Annotated, Literal, NotRequired

from typing_extensions import TypedDict

from board.commands.searches.suggested_criteria import OpenCriteria
from board.config.predefined_tasks import younger_than
from board.engine import kinds
from board.notifications.alert_format import CardKind
from board.reach.reported import ReportedContradiction
from board.web.endpoint import of_state, part_of_state
from models.entity import State
from models.handover import Handover
from models.search import CHILD_FIELDS, Search
from models.sighting import Sighting
from realtime.wire.wire_types import ComputedSchema, Count, Id, Time, component

People = dict[str, str]  # names by id
Priority = Literal["low", "normal", "urgent"]


# Field that a significant event set, with its value.
EventResult = TypedDict("EventResult", {"path": str, "value": str | bool | None})
# Significant event. `number`: of a card. `now`: result of the card at the position of the report, if it has changed since.
ReportedEvent = TypedDict("ReportedEvent", {
    "seq": Count, "at": Time, "type": str, "kind": str, "id": Id, "author": Id | None, "number": NotRequired[Count],
    "result": EventResult | None, "now": NotRequired[EventResult | None],
})  # fmt: skip
News = TypedDict("News", {"seq": Count, "events": Count, "significant": list[ReportedEvent]})
NewsOfShift = TypedDict("NewsOfShift", {
    "seq": Count, "events": Count, "significant": list[ReportedEvent], "from": Literal["shift"],
})  # fmt: skip
# Events that the reader has not seen. `unread`: whether the reader must read the search.
NewsOfReader = TypedDict("NewsOfReader", {
    "seq": Count, "events": Count, "significant": list[ReportedEvent], "from": Literal["seen", "shift"], "unread": bool,
})  # fmt: skip
CountAfter = TypedDict("CountAfter", {"seq": Count, "events": Count, "significant": Count})
ReportedCard = TypedDict("ReportedCard", {
    "kind": CardKind, "id": Id, "seq": Count, "number": Count, "title": str,
    "assignee": Id | None, "priority": Priority, "due": Time | None, "at": Time | None, "seen_at": Time | None,
    "place": str | None, "grade": str | None,
})  # fmt: skip
ReportedTasks = TypedDict("ReportedTasks", {
    "done": list[ReportedCard], "overdue": list[ReportedCard], "due": list[ReportedCard], "undated": list[ReportedCard],
})  # fmt: skip
Pinned = TypedDict("Pinned", {
    "kind": Annotated[str, ComputedSchema(lambda: {"enum": [*(kind.name for kind in kinds.cards()), "note"]})],
    "id": Id, "seq": Count, "number": Count | None,
    "title": str, "assignee": Id | None, "priority": Priority | None, "due": Time | None, "at": Time | None,
    "seen_at": Time | None, "place": str | None, "grade": str | None, "category": str | None, "card": Id | None,
    "done": bool, "result": str | None,
})  # fmt: skip
# Facts of a search. `suggested`: criteria that these facts suggest. `undecided`: nobody has decided if it is worrying.
ReportedSearch = TypedDict("ReportedSearch", {
    "reference": Annotated[str, of_state(Search, "reference")], "kind": Annotated[str, of_state(Search, "kind")],
    "status": Annotated[str, of_state(Search, "status")], "missing_since": Annotated[str, of_state(Search, "missing_since")],
    "worrying": Annotated[bool | None, of_state(Search, "worrying")],
    "worrying_decided_by": Annotated[State | None, of_state(Search, "worrying_decided_by")],
    "lead": Annotated[str | None, of_state(Search, "lead")],
    "access": Annotated[str, of_state(Search, "access")], "appeal": Annotated[State | None, of_state(Search, "appeal")],
    "outcome": Annotated[State | None, of_state(Search, "outcome")],
    "status_reason": Annotated[str | None, of_state(Search, "status_reason")],
    "acknowledge": Annotated[str | None, of_state(Search, "acknowledge")],
    "last_seen": Annotated[State | None, of_state(Search, "last_seen")],
    "goal": Annotated[State | None, of_state(Search, "goal")],
    "details": Annotated[State | None, of_state(Search, "details")],
    "earlier": Annotated[dict[str, State] | None, of_state(Search, "earlier")],
    "suggested": list[Annotated[str, ComputedSchema(lambda: {"enum": list(younger_than())})]], "undecided": bool,
    "open_criteria": OpenCriteria, "photo": Annotated[str | None, of_state(Search, "photo")],
    "person": Annotated[State, part_of_state(Search, *CHILD_FIELDS, group="person")],
})  # fmt: skip
LastConfirmed = TypedDict("LastConfirmed", {
    "id": Id, "number": Count, "seen_at": Annotated[str | None, of_state(Sighting, "seen_at")],
    "received_at": Annotated[str, of_state(Sighting, "received_at")],
    "place": Annotated[State | None, of_state(Sighting, "place")],
})  # fmt: skip
ReadMark = TypedDict("ReadMark", {"seq": Count, "at": Time})
# Summary by a person who takes over, and the answer of the person who hands over.
Restated = TypedDict("Restated", {
    "text": str, "at": Time, "correct": bool | None, "reason": str | None, "answered_by": Id | None, "answered_at": Time | None,
})  # fmt: skip
# Number of waiting sightings in each queue, and of waiting wakes.
ReportedQueues = TypedDict("ReportedQueues", {"look": Count, "judge": Count, "pass_on": Count, "wakes": Count})
AlarmSubject = TypedDict("AlarmSubject", {"kind": str, "id": Id, "number": Count | None})
ReportedAlarm = TypedDict("ReportedAlarm", {
    "id": Id, "seq": Count, "about": AlarmSubject, "rule": str, "occasion": str | None, "title": str | None,
    "due": Time | None, "raised_at": Time, "taken_by": Id | None, "taken_at": Time | None, "until": Time | None,
    "promises": Count, "lapsed_by": Id | None, "lapsed_at": Time | None, "released_by": Id | None, "released_at": Time | None,
    "released_because": str | None, "assignee": Id | None, "moves": bool,
})  # fmt: skip
# Alarms of a board that have not ended. Counts: `open`, nobody has it; `assigned`, of these, the assignee has not answered;
# `held`, somebody has it; `moving`, it passes on with the shift.
ReportedAlarms = TypedDict("ReportedAlarms", {
    "open": Count, "assigned": Count, "held": Count, "moving": Count, "listed": list[ReportedAlarm],
})  # fmt: skip
# Call with a contact that is due. `title`: name of the contact.
ReportedCall = TypedDict("ReportedCall", {
    "id": Id, "seq": Count, "number": Count, "title": str, "role": str, "due": Time, "assignee": Id | None,
})  # fmt: skip
CardOfFile = TypedDict("CardOfFile", {"kind": CardKind, "id": Id, "number": Count})
# File that was added in the shift. `card`: card that it belongs to.
ReportedFile = TypedDict("ReportedFile", {
    "id": Id, "seq": Count, "name": str, "caption": str | None, "picture": bool, "card": CardOfFile | None, "note": Id | None,
    "added_by": Id, "added_at": Time,
})  # fmt: skip
TogetherChild = TypedDict("TogetherChild", {"board": Id, "first_name": str, "age": Count | None})
"""Child who disappeared together with the child of a search, on another search that the reader sees."""
SearchReport = TypedDict("SearchReport", {
    "board": Id, "epoch": str, "seq": Count, "head": str, "search": ReportedSearch, "outside": Id | None,
    "together": list[TogetherChild],
    "last_confirmed": LastConfirmed | None, "last_credible": LastConfirmed | None, "since": NewsOfShift,
    "ungraded": list[ReportedCard], "alarms": ReportedAlarms, "unanswered": ReportedQueues, "to_look_at": list[ReportedCard],
    "to_assess": list[ReportedCard], "to_pass_on": list[ReportedCard], "contradictions": list[ReportedContradiction],
    "tasks": ReportedTasks, "calls": list[ReportedCall],
    "cards": dict[str, list[ReportedCard]], "left_out": Count, "files": list[ReportedFile],
    "briefing": Annotated[State, component("briefing")] | None, "pinned": list[Pinned], "after": CountAfter,
    "reader": NewsOfReader, "reads": dict[str, ReadMark], "restatements": dict[str, Restated], "unread_by": Id | None,
})  # fmt: skip
"""Section of the report on one search. The `title` of a card can be its description. Its `at` is the time when a sighting was
seen, or received if that is unknown, or when a note happened; `seen_at` of a sighting is null if it is unknown. The `place` and
the `grade` of a sighting are texts; the grade is null if nobody has graded it (*0.4.0*). The number of further cards is in
`left_out`.

`board`: with `epoch`, `seq` and `head`: its position in the report.
`search`: facts of the search. `last_seen`, `goal`, `photo` and all of `person` except the date of birth were added in *0.4.0*.
`search.worrying_decided_by`: *0.4.0*
`search.suggested`: as in the summary.
`search.undecided`: a criterion applies or is suggested, and nobody has decided.
`search.open_criteria`: criteria that nobody has answered with yes or no. *0.4.0*
`search.open_criteria.unknown`: keys of the open criteria that have a basis.
`search.open_criteria.open`: number of all other open criteria.
`search.open_criteria.all`: number of all criteria, answered or not.
`outside`: account that should answer for the search but may not see it, or null. During a handover, and in a signed report, it
is the account that takes over; otherwise the holder of the shift. The `keeper` of the briefing answers for the search instead.
`last_confirmed`: most recently seen of the confirmed sightings, or null.
`last_credible`: most recently seen of the credible and confirmed sightings, or null.
`since`: what has happened since the shift began.
`since.seq`: seq of the board at that time.
`since.events`: number of events since then.
`since.significant`: newest 100 significant events.
`since.significant[].author`: the account, or null. *0.4.0*
`since.significant[].result`: the field that it set, and its value after the event; null if the type already says it. *0.4.0*
`since.significant[].now`: of a card whose result has changed since: the result at this position, so that the earlier one does not
mislead. It can be `withdrawn`. *0.4.0*
`alarms`: alarms that have not ended. In a signed report, they are as at the signature, which can be after the position of the
section. *0.4.0*
`alarms.open`: number of alarms that nobody has.
`alarms.assigned`: number of these that are assigned, through their card, to somebody who has not answered.
`alarms.held`: number of alarms that somebody has.
`alarms.moving`: number of alarms that pass on when the handover is accepted; 0 without an open or ended handover.
`alarms.listed`: at most 100, in this order: alarms that nobody has, longest first; alarms that are only assigned; alarms that
pass on; all other alarms, by `until`.
`alarms.listed[].title`: title of the card or tip, beginning of the note, or person of the planned duty; null if it has none.
`alarms.listed[].due`: due time of the task, for an alarm about an overdue task; otherwise null. *0.4.0*
`alarms.listed[].taken_by`: account that has it, until `until`; null if nobody has had it since `lapsed_at`, `released_at` or
`raised_at`.
`alarms.listed[].moves`: whether it passes on: the outgoing coordinator has it, and does not keep it.
`unanswered`: number of waiting sightings in each queue. A sighting of two children waits, and is listed, on one of their
searches. *0.4.0*
`unanswered.wakes`: number of waiting wakes; `look` does not include them. *0.4.0*
`to_look_at`: sightings that nobody has looked at, as cards; at most 100. *0.4.0*
`to_assess`: sightings that wait to be assessed, as cards; at most 100. *0.4.0*
`to_pass_on`: sightings that wait to be passed on, as cards; at most 100. *0.4.0*
`contradictions`: pairs of sightings that cannot both be true at this position; at most 20. *0.4.0*
`contradictions[].sighting`: the doubtful one, if one of them is confirmed; otherwise the one that was seen first.
`contradictions[].text`: sentence in the reader's language.
`ungraded`: ungraded sightings; at most 100.
`tasks.done`: tasks done in this shift; at most 100.
`tasks.due`: tasks due within 8 hours; at most 100.
`tasks.undated`: open tasks without a due time that are urgent or in progress; at most 100. *0.4.0*
`calls`: calls with contacts that are due before the end of the next shift, earliest first; at most 100. None without the right
`contacts`. *0.4.0*
`calls[].title`: name of the contact.
`cards`: unfinished cards of kinds other than sightings and tasks, by kind, without withdrawn ones.
`files`: files that were added since the shift began and are not withdrawn, oldest first. *0.4.0*
`files[].card`: the card that it is on, or null.
`files[].note`: the note that it is on, or null.
`briefing`: its state, or null.
`pinned`: the cards and notes that the briefing pins, as cards. `title` of a note is its text.
`pinned[].done`: whether it is a card in a column for finished work. *0.4.0*
`pinned[].result`: result of a task that is done, or null. *0.4.0*
`after`: changes on the board after this position.
`after.seq`: current seq of the board.
`after.events`: number of events, without marks of reading.
`after.significant`: number of significant events, among the newest 1,000 candidates.
`reads`: last `seq` that each account has read for this handover, and when. Restatements and answers are not included.
`restatements`: summary by each account, for this handover only. *0.4.0*
`unread_by`: account that accepted the handover without having read the search; otherwise null. *0.4.0*
`reader`: news for the reader. This is the only part of a section that differs between the readers who see the search.
`reader.from`: `seen`: news since the reader last saw it; `shift`: since the shift began, as the reader has never seen the search.
`reader.unread`: whether the reader must read it before accepting the handover (while that is signed).
"""
# Handover before this one, if it was refused or withdrawn.
PreviousHandover = TypedDict("PreviousHandover", {
    "number": Count, "status": str, "ended_by": Id, "ended_at": Time, "reason": str | None, "signed": bool,
})  # fmt: skip
# Grave alarm, and its unwatched time in the period of the handover's watch line.
GraveAlarm = TypedDict("GraveAlarm", {"board": Id, "about": AlarmSubject, "rule": str, "occasion": str})
ReportedWait = TypedDict("ReportedWait", {
    "board": Id, "about": AlarmSubject, "rule": str, "occasion": str, "unwatched_s": Count,
})  # fmt: skip
# Search of a signed handover that was erased later.
ErasedSearch = TypedDict("ErasedSearch", {"board": Id, "at": Time})
ReportedWaits = TypedDict("ReportedWaits", {
    "longest": list[ReportedWait], "others_s": Count, "longest_taken": GraveAlarm | None,
})  # fmt: skip
HandoverReport = TypedDict("HandoverReport", {
    "handover": Annotated[State, component("handover")] | None, "shift": Annotated[State, component("shift")] | None,
    "composed_at": Time, "live": bool, "people": People, "withheld": bool, "previous": PreviousHandover | None,
    "alarms": ReportedAlarms, "watch": ReportedWaits | None, "searches": list[SearchReport],
    "erased": list[ErasedSearch],
})  # fmt: skip
HANDOVER_FIELDS = (  # of a handover in the list, without its texts
    "number", "status", "outgoing", "incoming", "prepared_by", "prepared_at", "signed_at", "ended_by", "ended_at", "searches",
)  # fmt: skip
HandoverEntry = Annotated[State, part_of_state(Handover, *HANDOVER_FIELDS)]
HandoverList = TypedDict("HandoverList", {"handovers": list[HandoverEntry], "people": People})
