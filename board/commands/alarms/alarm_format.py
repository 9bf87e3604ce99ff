"""Open alarm as it is listed and sent."""

from typing import Annotated

from typing_extensions import TypedDict

from models.search import SEXES
from realtime.wire.wire_types import Count, Id, Shape, Time

Sex = Annotated[str, Shape(enum=[*SEXES])]
AlarmedEntity = TypedDict("AlarmedEntity", {"kind": str, "id": Id, "number": Count | None})
AlarmStep = TypedDict("AlarmStep", {"ask": str, "name": str | None, "everyone": bool, "at": Time, "done": bool})
AlarmTaker = TypedDict("AlarmTaker", {"id": Id, "name": str})
OpenAlarm = TypedDict("OpenAlarm", {
    "id": Id, "board": Id, "seq": Count, "reference": str | None, "child": str | None, "sex": Sex | None, "about": AlarmedEntity,
    "place": str | None, "seen_at": Time | None, "title": str | None, "rule": str, "occasion": str | None, "raised_at": Time,
    "step": int, "next_at": Time | None, "steps": list[AlarmStep], "asked_me": bool, "assignee": AlarmTaker | None,
    "taken_by": AlarmTaker | None, "taken_at": Time | None, "until": Time | None, "promises": Count, "handover": Count | None,
    "round": Count, "lapsed_by": AlarmTaker | None, "lapsed_at": Time | None, "released_by": AlarmTaker | None,
    "released_at": Time | None, "released_because": str | None, "count": Count | None,
})  # fmt: skip
"""Open alarm, in the frame `alarms` and in `GET /api/v1/alarms`.

`seq`: its last event.
`reference`: of the search; null on `operations`.
`child`: first name, initial of the last name and age (`Mila B., 6`); null on `operations`.
`sex`: of the child, for words that agree with it; null if it is unknown, and on `operations`. *0.4.0*
`about.number`: of the card or tip, of the card of a note, or of the handover.
`place`: of a sighting.
`seen_at`: of a sighting.
`title`: of a card or tip; the beginning of a note; the person of a planned duty.
`occasion`: the `when` of its rule, such as `sighting_urgent`; null for alarms that were raised before it was added. *0.4.0*
`steps`: the ladder.
`steps[].ask`: `assignee`, `lead`, `holder`, `coordinators`, `coordinators_all`, `desk`, `desk_all`, `mentioned` or `expected`.
`steps[].name`: name of that person at present, or null.
`steps[].everyone`: whether it asks all users or coordinators, on duty or not: for `desk` and `coordinators` if nobody is on duty.
`steps[].at`: time at which it was or is due.
`asked_me`: whether it asks the caller.
`assignee`: of the card, or null. *0.4.0*
`until`: end of the promise of `taken_by`; null if nobody has it. *0.4.0*
`promises`: 1 for taking it, and 1 for each extension. *0.4.0*
`handover`: number of the accepted handover by which it passed to `taken_by`; otherwise null. *0.4.0*
`round`: number of repeats of the last step, and of lapsed promises. *0.4.0*
`lapsed_by`: account whose promise lapsed, until somebody takes the alarm. *0.4.0*
`released_by`: account that gave it back, or lost it, at `released_at`, until somebody takes the alarm. *0.4.0*
`released_because`: why that account lost it, as in the state of an alarm; null if it gave it back. *0.4.0*
`count`: for `queue_late`, number of sightings and wakes that wait too long now; otherwise null. *0.4.0*
"""
