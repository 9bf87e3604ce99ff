"""AsyncAPI 3 description of the socket, served at `GET /api/v1/asyncapi.json`: the frames of `realtime.wire.protocol`, and
what the board puts into them."""

from collections.abc import Mapping
from typing import Annotated, Any, get_args, get_type_hints

from typing_extensions import TypedDict

from board.api import openapi
from board.api.type_schemas import ref, schemas_of
from board.commands.alarms.alarm_format import OpenAlarm
from board.commands.schemas import Schema
from board.config.predefined_tasks import younger_than
from board.config.settings import VERSION
from board.errors import MESSAGES
from board.lookup.unanswered import UnansweredCounts
from models.accounts import ROLES
from models.display import ALL_DISPLAYS, PROFILES, THEMES
from realtime.wire import protocol
from realtime.wire.wire_types import ComputedSchema, Count, Id, Shape, Time

ABOUT = (
    "One JSON object a text frame. See board/contract.md for what is promised. What a wall display gets is less than what is "
    "described here: of states and summaries only what it may show, and of the shift only name, begin and number."
)

SocketAccount = TypedDict("SocketAccount", {
    "id": Id, "name": str, "role": Annotated[str, Shape(enum=[*ROLES, ALL_DISPLAYS])],
})  # fmt: skip
DisplaySettings = TypedDict("DisplaySettings", {
    "profile": Annotated[str, Shape(enum=list(PROFILES))], "language": str, "shows": dict[str, Any],
    "theme": Annotated[str, Shape(enum=list(THEMES))], "sound": bool, "reload": Count,
})  # fmt: skip
LastEvent = TypedDict("LastEvent", {"seq": Count, "at": Time, "type": str})
Present = TypedDict("Present", {"account": Id, "name": str})
DueTask = TypedDict("DueTask", {"id": Id, "number": Count, "title": str, "due": Time})
SummarySighting = TypedDict("SummarySighting", {
    "id": Id, "number": Count, "seen_at": Time | None, "received_at": Time, "place": str | None, "assessment": str,
})  # fmt: skip
UnassessedSighting = TypedDict("UnassessedSighting", {
    "id": Id, "number": Count, "seen_at": Time | None, "received_at": Time, "place": str | None, "priority": str,
    "assignee": Id | None, "taken_by": Id | None,
})  # fmt: skip
AlarmCause = TypedDict("AlarmCause", {"kind": str, "id": Id, "seq": Count})
SummaryAlarm = TypedDict("SummaryAlarm", {
    "id": Id, "rule": str, "occasion": str | None, "raised_at": Time, "step": int, "next_at": Time | None, "about": AlarmCause,
    "number": Count | None, "assignee": Id | None,
})  # fmt: skip
SearchSummary = TypedDict("SearchSummary", {
    "unassessed_sightings": Count, "open_tasks": Count, "overdue_tasks": Count, "people": Count, "last": LastEvent,
    "suggested": list[Annotated[str, ComputedSchema(lambda: {"enum": list(younger_than())})]],
    "present": list[Present], "overdue_task": DueTask | None, "next_task": DueTask | None,
    "unassessed_sighting": UnassessedSighting | None, "credible_sighting": SummarySighting | None,
    "alarm": SummaryAlarm | None, "alarms": Count, "unanswered": UnansweredCounts,
})  # fmt: skip
"""Summary of a search on `operations`, for lists. Accounts that may not see the search get none of it. The single sightings and
tasks are null unless the search is open.

`people`: number of people on the board.
`present`: at most ten of them, by name. *0.4.0*
`last`: the last event.
`suggested`: keys of criteria that the facts of the search suggest and that nobody has answered: `under_13` if the child's age,
or the age by the date of birth on the day of the disappearance (in Brussels), is below 13. It decides nothing.
`overdue_task`: the task that is overdue longest. *0.4.0*
`next_task`: the task that is due next. *0.4.0*
`unassessed_sighting`: an urgent one first, then the one that waits longest. *0.4.0*
`credible_sighting`: the one seen last of those assessed as `credible` or `confirmed`. *0.4.0*
`unassessed_sighting.place`: its text.
`unassessed_sighting.taken_by`: of its alarm, if there is one that has not ended. *0.4.0*
`credible_sighting.place`: its text.
`alarm`: the oldest open alarm of the search. *0.4.0*
`alarm.number`: of the card that it is about, else null.
`alarm.assignee`: of the card that it is about, else null.
`alarms`: number of open alarms. *0.4.0*
`unanswered`: how many sightings wait in each queue, and how many of them are late; see *Queues*. *0.4.0*
"""
HandoverStatus = TypedDict("HandoverStatus", {
    "number": Count, "status": str, "outgoing": Id, "incoming": Id | None, "signed_at": Time | None,
})  # fmt: skip
ClockJumped = TypedDict("ClockJumped", {"by_s": float, "at": Time})
ClockAhead = TypedDict("ClockAhead", {"until": Time, "at": Time})
CONTENTS: Mapping[str, Any] = {
    each.__name__: each
    for each in (
        SocketAccount, DisplaySettings, SearchSummary, HandoverStatus, ClockJumped, ClockAhead, OpenAlarm, protocol.HiddenEntity,
    )
}  # fmt: skip


def document() -> Schema:
    """Return the whole description. The same for everybody: it depends on no board."""
    directions = {"receive": get_args(protocol.ClientFrame), "send": get_args(protocol.ServerFrame)}
    frames = {frame.__name__: frame for frames in directions.values() for frame in frames}
    _, made = schemas_of({**frames, **CONTENTS})
    parts = openapi.parts()
    parts["Command"] |= {"discriminator": "name"}  # an object in OpenAPI
    name = {"type": "object", "properties": {"name": {"type": "string"}}, "required": ["name"]}
    held = parts["shift"] | {"properties": parts["shift"]["properties"] | name["properties"]}
    own: Schema = {
        "RefusalCode": {"type": "string", "enum": list(MESSAGES)},
        "LiveEvent": {"oneOf": [ref("Event"), ref("HiddenEntity")]},
        "HeldShift": held | {"required": [*parts["shift"]["required"], "name"]},
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
                "messages": [on_channel[frame.__name__] for frame in each],
            }
            for action, each in directions.items()
        },
        "components": {"messages": messages, "schemas": parts | made | own},
    }
