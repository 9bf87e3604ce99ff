"""Open alarm as it is listed and sent."""

from typing_extensions import TypedDict

from realtime.wire_types import Count, Id, Time

AlarmedEntity = TypedDict("AlarmedEntity", {"kind": str, "id": Id, "number": Count | None})
AlarmStep = TypedDict("AlarmStep", {"ask": str, "name": str | None, "at": Time, "done": bool})
AlarmTaker = TypedDict("AlarmTaker", {"id": Id, "name": str})
OpenAlarm = TypedDict("OpenAlarm", {
    "id": Id, "board": Id, "seq": Count, "reference": str | None, "child": str | None, "about": AlarmedEntity,
    "place": str | None, "seen_at": Time | None, "title": str | None, "rule": str, "occasion": str | None, "raised_at": Time,
    "step": int, "next_at": Time | None, "steps": list[AlarmStep], "asked_me": bool, "assignee": AlarmTaker | None,
    "taken_by": AlarmTaker | None, "taken_at": Time | None,
})  # fmt: skip
