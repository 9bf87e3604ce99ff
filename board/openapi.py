"""`GET /api/v1/openapi.json`: every call as OpenAPI 3.1, made once from the routes, the table of commands and the states.

A new command is in it by itself; a new call is too, and exactly so once it has its line in `CALLS`.
"""

import inspect
import re
from dataclasses import dataclass, field
from functools import cache

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from board import schemas, sightings
from board.answers import STATUS, answer
from board.commands import TABLE
from board.errors import SENTENCES
from board.schemas import COMMAND_ID, Schema
from board.settings import VERSION
from models.accounts import ROLES
from models.board import OPERATIONS
from realtime.strict import MAX_INTEGER

BASE = "/api/v1"
TEXT: Schema = {"type": "string"}
COUNT: Schema = {"type": "integer", "minimum": 0}
TIME: Schema = {"type": "string", "format": "date-time"}
ID: Schema = {"type": "string", "minLength": 1, "maxLength": 64}
UUID = "[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"
EVERYWHERE = ("unauthenticated", "forbidden", "unavailable")
ON_A_BOARD = (*EVERYWHERE, "not_found")


def shape(needed: Schema, more: Schema | None = None) -> Schema:
    """An object with these fields, of which `more` may be missing."""
    return {
        "type": "object", "properties": needed | (more or {}), "required": list(needed), "additionalProperties": False,
    }  # fmt: skip


def ref(name: str) -> Schema:
    return {"$ref": f"#/components/schemas/{name}"}


def many(item: Schema) -> Schema:
    return {"type": "array", "items": item}


def _or_null(one: Schema) -> Schema:
    return {"anyOf": [one, {"type": "null"}]}


_HEAD: Schema = {"board": ID, "epoch": TEXT, "seq": COUNT}
_ACCOUNT: Schema = {"id": ID, "name": TEXT, "role": {"enum": list(ROLES)}}
_PLACES: dict[str, Schema] = {
    "board": {"type": "string", "pattern": f"^({OPERATIONS}|{UUID})$"},
    "sighting": {"type": "string", "pattern": f"^{UUID}$"},
}


@dataclass(frozen=True, slots=True)
class Call:
    """What a call takes and gives: `answer` with `status`, or one of these refusals."""

    answer: Schema
    refusals: tuple[str, ...] = EVERYWHERE
    query: dict[str, Schema] = field(default_factory=dict)
    body: Schema | None = None
    status: int = 200
    media: str = "application/json"
    open: bool = False  # also to who is not signed in


def _taken_in() -> Schema:
    """A sighting with its source, for the search that is meant by either of its names."""
    written, private = schemas.of(sightings.Fields), schemas.of(sightings.Private)
    both = {"id": COMMAND_ID} | written["properties"] | private["properties"]
    named = [{one: TEXT, other: {"type": "null"}} for one, other in (("board", "reference"), ("reference", "board"))]
    return {
        "oneOf": [
            {
                "type": "object", "properties": both | names, "required": ["id", next(iter(names)), *written["required"]],
                "additionalProperties": False,
            }
            for names in named
        ]
    }  # fmt: skip


_NUMBER: Schema = _or_null({"type": "number"})
_NAMES: Schema = {"fr": TEXT, "nl": TEXT, "de": TEXT}
_PLACE: Schema = shape({
    "id": TEXT, "kind": {"enum": ["municipality", "locality", "city"]}, "name": TEXT, **_NAMES, "postal": many(TEXT),
    "within": _or_null(shape({"id": TEXT, **_NAMES})), "province": _or_null(shape(_NAMES)), "country": TEXT,
    "lat": _NUMBER, "lon": _NUMBER, "radius_m": _NUMBER,
})  # fmt: skip

CALLS: dict[tuple[str, str], Call] = {
    ("GET", "/me"): Call(
        shape(_ACCOUNT | {"email": TEXT, "language": _or_null(TEXT)}), refusals=("unauthenticated", "unavailable")
    ),
    ("GET", "/accounts"): Call(shape({"accounts": many(shape(_ACCOUNT | {"enabled": {"type": "boolean"}}))})),
    ("GET", "/boards"): Call(
        shape({"boards": many(shape(
            {"board": ID, "kind": {"enum": ["operations", "search"]}, "epoch": TEXT, "seq": COUNT},
            {"reference": TEXT, "status": {"enum": ["open", "found", "closed"]}},
        ))})
    ),
    ("GET", "/boards/{board}"): Call(
        shape(_HEAD | {"entities": many(ref("Entity"))}),
        (*ON_A_BOARD, "invalid"),
        query={"at": {"anyOf": [{"type": "integer", "minimum": 0, "maximum": MAX_INTEGER}, TIME]}},
    ),
    ("GET", "/boards/{board}/events"): Call(
        shape(_HEAD | {"events": many(ref("Event"))}),
        (*ON_A_BOARD, "invalid"),
        query={
            "after": {"type": "integer", "minimum": 0, "maximum": MAX_INTEGER, "default": 0},
            "limit": {"type": "integer", "minimum": 1, "maximum": 1_000, "default": 500},
            "entity": TEXT,
        },
    ),
    ("POST", "/boards/{board}/commands"): Call(
        ref("Ack"),
        (*ON_A_BOARD, "invalid", "unknown_command", "conflict", "closed", "too_large"),
        body=ref("Command"),
    ),
    ("GET", "/boards/{board}/sightings/{sighting}/source"): Call(
        shape({"name": _or_null(TEXT), "contact": _or_null(TEXT)}), ON_A_BOARD
    ),
    ("GET", "/boards/{board}/cards.csv"): Call(TEXT, ON_A_BOARD, media="text/csv"),
    ("GET", "/boards/{board}/cards.json"): Call(shape(_HEAD | {"cards": many(ref("Entity"))}), ON_A_BOARD),
    ("GET", "/boards/{board}/journal.csv"): Call(TEXT, ON_A_BOARD, media="text/csv"),
    ("GET", "/boards/{board}/journal.json"): Call(shape(_HEAD | {"events": many(ref("Event"))}), ON_A_BOARD),
    ("POST", "/intake/sightings"): Call(
        shape({"board": ID, "sighting": ID, "number": COUNT, "seq": COUNT}),
        (*ON_A_BOARD, "invalid", "closed", "too_large"),
        body=_taken_in(),
        status=201,
    ),
    ("GET", "/places"): Call(
        shape({"places": many(_PLACE), "attribution": TEXT}),
        ("unauthenticated", "unavailable", "invalid"),
        query={
            "q": {"type": "string", "maxLength": 200},
            "limit": {"type": "integer", "minimum": 1, "maximum": 20, "default": 8},
        },
    ),
    ("GET", "/openapi.json"): Call({"type": "object"}, (), open=True),
}  # fmt: skip
UNKNOWN = Call({}, tuple(STATUS))  # until it has a line of its own


async def openapi(request: Request) -> Response:
    """This description."""
    return answer(document())


@cache
def document() -> Schema:
    """All of it. The same for everybody: it says what there is, not what is on any board."""
    from board.api import routes  # which has this very call among them

    paths: dict[str, Schema] = {}
    for route in routes:
        if isinstance(route, Route) and "rest" not in route.path:
            for method in (route.methods or set()) - {"HEAD"}:
                paths.setdefault(BASE + route.path, {})[method.lower()] = _operation(method, route)
    return {
        "openapi": "3.1.0",
        "info": {"title": "Searchboard", "version": VERSION, "description": "See board/contract.md for what is promised."},
        "servers": [{"url": "/"}],
        "security": [{"token": []}, {"session": []}],
        "paths": paths,
        "components": {
            "schemas": _schemas(),
            "securitySchemes": {
                "token": {"type": "http", "scheme": "bearer"},
                "session": {"type": "apiKey", "in": "cookie", "name": "board_session"},
            },
        },
    }


def _operation(method: str, route: Route) -> Schema:
    call = CALLS.get((method, route.path), UNKNOWN)
    places = [
        {"name": name, "in": "path", "required": True, "schema": _PLACES.get(name, TEXT)}
        for name in re.findall(r"\{(\w+)\}", route.path)
    ]
    said = " ".join((inspect.getdoc(route.endpoint) or "").split())
    told: Schema = {
        "operationId": f"{method.lower()}{re.sub(r'[^a-z]+', '_', route.path)}",
        "summary": said.partition(". ")[0].rstrip("."),
        "description": said,
        "parameters": [*places, *({"name": name, "in": "query", "schema": each} for name, each in call.query.items())],
        "responses": {str(call.status): _response("Done.", call.media, call.answer), **_refusals(call)},
    }
    if call.body is not None:
        told["requestBody"] = {"required": True, "content": {"application/json": {"schema": call.body}}}
    return told | ({"security": []} if call.open else {})


def _response(description: str, media: str, schema: Schema) -> Schema:
    return {"description": description, "content": {media: {"schema": schema}}}


def _refusals(call: Call) -> Schema:
    """One response for each status, with the codes that it may have."""
    by_status: dict[int, list[str]] = {}
    for code in call.refusals:
        by_status.setdefault(STATUS[code], []).append(code)
    return {
        str(status): _response(
            " ".join(SENTENCES[code] for code in codes),
            "application/json",
            {"allOf": [ref("Refusal"), {"properties": {"code": {"enum": codes}}}]},
        )
        for status, codes in sorted(by_status.items())
    }


def _schemas() -> Schema:
    states = {kind.KIND: schemas.state(kind) for kind in schemas.KINDS}
    commands = {name: schemas.command(name) for name in TABLE}
    event = {"seq": COUNT, "at": TIME, "type": TEXT, "kind": {"enum": list(states)}, "id": ID}
    whole = {
        "actor": _or_null(shape({"id": ID, "name": TEXT})), "command": _or_null(TEXT), "changes": many(TEXT),
    }  # fmt: skip
    events = [
        shape(event | whole | {"kind": {"const": kind}, "state": _or_null(ref(kind))}, {"reason": TEXT, "undoes": COUNT})
        for kind in states
    ]
    return states | commands | {
        "Entity": {"oneOf": [shape({"kind": {"const": kind}, "id": ID, "seq": COUNT, "state": ref(kind)}) for kind in states]},
        "Event": {"oneOf": [
            *events,
            shape(event | {"erased": {"const": True}}),
            shape({"seq": COUNT, "hidden": {"const": True}}),
        ]},
        "Command": {
            "oneOf": [ref(name) for name in commands],
            "discriminator": {"propertyName": "name", "mapping": {name: ref(name)["$ref"] for name in commands}},
        },
        "Ack": shape({"id": TEXT, "board": ID, "seqs": many(COUNT)}, {"opened": ID}),
        "Refusal": {
            "type": "object",
            "properties": {
                "code": {"enum": list(SENTENCES)}, "message": TEXT, "fields": {"type": "object", "additionalProperties": TEXT},
                "current": {"type": "object"}, "id": TEXT,
            },
            "required": ["code", "message"],
        },
    }  # fmt: skip
