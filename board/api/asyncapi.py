"""AsyncAPI 3 description of the socket, served at `GET /api/v1/asyncapi.json`: the frames of `realtime.wire.protocol`, and their
content."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal, NotRequired, get_args, get_type_hints

from typing_extensions import TypedDict

from board.api import openapi
from board.api.type_schemas import ref, schemas_of
from board.commands.alarms.alarm_format import AlarmTaker, OpenAlarm
from board.commands.duty.duty_status import PersonOnDuty, PlannedPerson
from board.commands.schemas import Schema
from board.config.predefined_tasks import younger_than
from board.config.settings import VERSION
from board.errors import MESSAGES
from board.live.contradicted import Contradicted
from board.lookup.unanswered import UnansweredCounts
from models.accounts import ROLES
from models.display import ALL_DISPLAYS, PROFILES, THEMES
from realtime.wire import protocol
from realtime.wire.wire_types import ComputedSchema, Count, Id, Shape, Time

ABOUT = (
    "Each text frame is one JSON object. See board/contract.md for the guarantees. A wall display gets less than described here: "
    "only the fields of states and summaries that it may show, and only the name, start and number of the shift."
)

SocketAccount = TypedDict("SocketAccount", {
    "id": Id, "name": str, "role": Annotated[str, Shape(enum=[*ROLES, ALL_DISPLAYS])], "locked_at": NotRequired[Time],
    "writes": NotRequired[Literal[True]],
})  # fmt: skip
DisplaySettings = TypedDict("DisplaySettings", {
    "profile": Annotated[str, Shape(enum=list(PROFILES))], "language": str, "shows": dict[str, Any],
    "theme": Annotated[str, Shape(enum=list(THEMES))], "sound": bool, "reload": Count,
})  # fmt: skip
LastEvent = TypedDict("LastEvent", {"seq": Count, "at": Time, "type": str})
Present = TypedDict("Present", {"account": Id, "name": str})
DueTask = TypedDict("DueTask", {"id": Id, "number": Count, "title": str, "due": Time})
DueCall = TypedDict("DueCall", {"id": Id, "number": Count, "due": Time, "assignee": Id | None})
SummarySighting = TypedDict("SummarySighting", {
    "id": Id, "number": Count, "seen_at": Time | None, "received_at": Time, "place": str | None, "assessment": str,
})  # fmt: skip
UnassessedSighting = TypedDict("UnassessedSighting", {
    "id": Id, "number": Count, "seen_at": Time | None, "received_at": Time, "place": str | None, "priority": str,
    "assignee": Id | None, "taken_by": Id | None, "until": Time | None,
})  # fmt: skip
AlarmCause = TypedDict("AlarmCause", {"kind": str, "id": Id, "seq": Count})
SummaryAlarm = TypedDict("SummaryAlarm", {
    "id": Id, "rule": str, "occasion": str | None, "raised_at": Time, "step": int, "next_at": Time | None, "about": AlarmCause,
    "number": Count | None, "assignee": Id | None, "lapsed_by": Id | None, "lapsed_at": Time | None,
    "released_by": Id | None, "released_at": Time | None, "released_because": str | None,
})  # fmt: skip
SummaryPromise = TypedDict("SummaryPromise", {
    "id": Id, "rule": str, "occasion": str | None, "about": AlarmCause, "number": Count | None, "assignee": Id | None,
    "taken_by": AlarmTaker, "until": Time,
})  # fmt: skip
SearchSummary = TypedDict("SearchSummary", {
    "unassessed_sightings": Count, "open_tasks": Count, "overdue_tasks": Count, "overdue_open": Count, "promised": list[Id],
    "people": Count, "last": LastEvent,
    "suggested": list[Annotated[str, ComputedSchema(lambda: {"enum": list(younger_than())})]],
    "present": list[Present], "overdue_task": DueTask | None, "next_task": DueTask | None, "next_call": DueCall | None,
    "unassessed_sighting": UnassessedSighting | None, "credible_sighting": SummarySighting | None,
    "alarm": SummaryAlarm | None, "alarms": Count, "promise": SummaryPromise | None, "unanswered": UnansweredCounts,
    "contradiction": Contradicted | None,
})  # fmt: skip
"""Summary of a search on `operations`, for lists. Accounts that may not see the search do not get it. The single sightings and
tasks are null unless the search is open.

`people`: number of people on the board.
`present`: at most ten of these people, by name. *0.4.0*
`last`: the last event.
`suggested`: keys of unanswered criteria that the facts of the search suggest. `under_13` is suggested if the child's age, or the
age by the date of birth on the day of the disappearance (in Brussels), is below 13. Suggestions decide nothing.
`overdue_open`: number of overdue tasks that no promise is about. *0.4.0*
`promised`: the overdue tasks that a promise is about, at most 20. *0.4.0*
`overdue_task`: the longest overdue task; one that no promise is about, if there is one. *0.4.0*
`next_task`: the task that is due next. *0.4.0*
`next_call`: the call with a contact that is due next, by the contact's id and number. *0.4.0*
`unassessed_sighting`: the urgent sighting that has waited longest; without one, the sighting that has waited longest. *0.4.0*
`credible_sighting`: among those assessed as `credible` or `confirmed`, the sighting seen last. *0.4.0*
`unassessed_sighting.place`: text of its place.
`unassessed_sighting.taken_by`: account that took its alarm, if the alarm has not ended. *0.4.0*
`unassessed_sighting.until`: end of that account's promise. *0.4.0*
`credible_sighting.place`: text of its place.
`alarm`: the oldest open alarm of the search. *0.4.0*
`alarm.number`: number of the card that it is about, or null.
`alarm.assignee`: assignee of the card that it is about, or null.
`alarm.lapsed_by`: account whose promise lapsed, or null.
`alarm.released_by`: account that gave it back, or lost it, at `released_at`, or null.
`alarm.released_because`: why that account lost it, as in the state of an alarm; null if it gave it back. *0.4.0*
`alarms`: number of open alarms. *0.4.0*
`promise`: the alarm of the search that somebody has: about an urgent sighting first, then the one whose promise ends first.
*0.4.0*
`unanswered`: numbers of waiting and late sightings by queue; see *Queues*. *0.4.0*
`unanswered.late_open`: number of late sightings that nobody has, by queue. *0.4.0*
`contradiction`: the most important pair of sightings that cannot both be true; see *Possible or impossible*. Null if there is
none. *0.4.0*
`contradiction.number`: number of the sighting that is doubtful, or was seen first.
`contradiction.other`: number of the other sighting.
`contradiction.doubtful`: whether the other sighting is confirmed, and this one is not.
`contradiction.km`: shortest distance, as sentences state it.
`contradiction.minutes`: minutes between the stated times.
`contradiction.pairs`: number of such pairs; at most 200.
"""
HandoverStatus = TypedDict("HandoverStatus", {
    "number": Count, "status": str, "outgoing": Id, "incoming": Id | None, "signed_at": Time | None,
})  # fmt: skip
ClockJumped = TypedDict("ClockJumped", {"by_s": float, "at": Time})
ClockAhead = TypedDict("ClockAhead", {"until": Time, "at": Time})
CONTENTS: Mapping[str, Any] = {
    type.__name__: type
    for type in (
        SocketAccount, DisplaySettings, SearchSummary, HandoverStatus, PersonOnDuty, PlannedPerson, ClockJumped, ClockAhead,
        OpenAlarm, protocol.HiddenEntity,
    )
}  # fmt: skip


def document() -> Schema:
    """Return the full description. It is the same for everybody, because it depends on no board."""
    directions = {"receive": get_args(protocol.ClientFrame), "send": get_args(protocol.ServerFrame)}
    frames = {frame.__name__: frame for frames in directions.values() for frame in frames}
    _, frame_schemas = schemas_of({**frames, **CONTENTS})
    shared_schemas = openapi.parts()
    shared_schemas["Command"] |= {"discriminator": "name"}  # an object in OpenAPI
    shift = shared_schemas["shift"]
    held_shift = shift | {"properties": shift["properties"] | {"name": {"type": "string"}}}
    socket_schemas: Schema = {
        "RefusalCode": {"type": "string", "enum": list(MESSAGES)},
        "LiveEvent": {"oneOf": [ref("Event"), ref("HiddenEntity")]},
        "HeldShift": held_shift | {"required": [*shift["required"], "name"]},
    }
    messages = {
        name: {
            "name": get_args(get_type_hints(frame)["type"])[0],
            "payload": {"allOf": [ref("Command"), ref(name)]} if frame is protocol.CommandFrame else ref(name),
        }
        for name, frame in frames.items()
    }
    on_channel = {name: {"$ref": f"#/channels/socket/messages/{name}"} for name in frames}
    return {
        "asyncapi": "3.0.0",
        "info": {"title": "Searchboard", "version": VERSION, "description": ABOUT},
        "defaultContentType": "application/json",
        "channels": {
            "socket": {
                "address": "/ws",
                "messages": {name: {"$ref": f"#/components/messages/{name}"} for name in frames},
                "bindings": {"ws": {"method": "GET"}},
            }
        },
        "operations": {
            action: {
                "action": action,
                "channel": {"$ref": "#/channels/socket"},
                "messages": [on_channel[frame.__name__] for frame in frame_types],
            }
            for action, frame_types in directions.items()
        },
        "components": {"messages": messages, "schemas": shared_schemas | frame_schemas | socket_schemas},
    }
