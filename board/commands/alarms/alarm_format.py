"""Format of an open alarm in lists and frames."""

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

`seq`: number of its last event.
`reference`: reference of the search; null on `operations`.
`child`: first name, initial of the last name and age (`Mila B., 6`); null on `operations`.
`sex`: sex of the child, for grammatical agreement; null if it is unknown, and on `operations`. *0.4.0*
`about.number`: number of the card, tip or handover; for a note, the number of its card.
`place`: place of the sighting or task.
`seen_at`: time of the sighting.
`title`: title of the card or tip, beginning of the note, or name of the person with the planned duty.
`occasion`: the `when` of its rule, such as `sighting_urgent`; null for alarms that were raised before this field existed. *0.4.0*
`steps`: its ladder, with one entry for each recipient of a step.
`steps[].ask`: `assignee`, `lead`, `holder`, `coordinators`, `coordinators_all`, `desk`, `desk_all`, `mentioned` or `expected`.
`steps[].name`: current name of the person that `ask` refers to, or null.
`steps[].everyone`: whether it asks all users or coordinators, on duty or not; `desk` and `coordinators` do if nobody is on duty.
`steps[].at`: time at which the step was or is due.
`asked_me`: whether it asks the caller.
`assignee`: of the card, or null. *0.4.0*
`until`: end of the promise of `taken_by`; null if nobody has it. *0.4.0*
`promises`: number of promises: 1 for taking the alarm, and 1 for each extension. *0.4.0*
`handover`: number of the accepted handover that passed it to `taken_by`; otherwise null. *0.4.0*
`round`: number of repeats of the last step, and of lapsed promises. *0.4.0*
`lapsed_by`: account whose promise lapsed, until somebody takes the alarm. *0.4.0*
`released_by`: account that gave it back, or lost it, at `released_at`, until somebody takes the alarm. *0.4.0*
`released_because`: why that account lost it, as in the state of an alarm; null if it gave it back. *0.4.0*
`count`: for `queue_late`, number of sightings and wakes that have waited too long; otherwise null. *0.4.0*
"""
