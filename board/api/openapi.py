"""OpenAPI 3.1 description, served at `GET /api/v1/openapi.json`; built once from the routes, the command table and the states.

New commands and endpoints appear by themselves; an endpoint is described exactly once `board.api.endpoint_docs` has its line.
"""

import re
from collections.abc import Iterable

from starlette.routing import BaseRoute, Route

from board.api.endpoint_docs import ENDPOINTS, PLACES, SUMMARIES
from board.commands import schemas
from board.commands.registry import TABLE
from board.commands.schemas import Schema, class_name
from board.engine import kinds
from board.errors import MESSAGES
from board.settings import VERSION
from board.web.http import BASE, STATUS
from board.web.schema_helpers import COUNT, ID, TEXT, TIME, TRUE, EndpointDoc, array_of, nullable, object_schema, ref

UNKNOWN = EndpointDoc({}, tuple(STATUS))  # for endpoints without a line of their own


def document(routes: Iterable[BaseRoute]) -> Schema:
    """Return the whole description of these routes. The same for everybody: it depends on no board."""
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
    call = ENDPOINTS.get((method, route.path), UNKNOWN)
    places = [
        {"name": name, "in": "path", "required": True, "schema": PLACES.get(name, TEXT)}
        for name in re.findall(r"\{(\w+)\}", route.path)
    ]
    operation: Schema = {
        "operationId": f"{method.lower()}{re.sub(r'[^a-z]+', '_', route.path)}",
        "summary": SUMMARIES.get((method, route.path), ""),
        "parameters": [*places, *({"name": name, "in": "query", "schema": each} for name, each in call.query.items())],
        "responses": {str(call.status): _response("Done.", call.media, call.answer), **_refusals(call)},
    }
    if call.tagged:
        tag = {"headers": {"ETag": {"required": True, "schema": TEXT}}}
        operation["parameters"].append({"name": "If-None-Match", "in": "header", "schema": TEXT})
        operation["responses"][str(call.status)] |= tag
        operation["responses"]["304"] = {"description": "What the caller has is what there is."} | tag
    if call.body is not None:
        operation["requestBody"] = {"required": True, "content": {"application/json": {"schema": call.body}}}
    return operation | ({"security": []} if call.open else {})


def _response(description: str, media: str, schema: Schema) -> Schema:
    return {"description": description, "content": {media: {"schema": schema}}}


def _refusals(call: EndpointDoc) -> Schema:
    """Return a response for each status, with its possible codes."""
    by_status: dict[int, list[str]] = {}
    for code in call.refusals:
        by_status.setdefault(STATUS[code], []).append(code)
    return {
        str(status): _response(
            " ".join(MESSAGES[code] for code in codes),
            "application/json",
            {"allOf": [ref("Refusal"), {"properties": {"code": {"enum": codes}}}]},
        )
        | _fields_of(status)
        for status, codes in sorted(by_status.items())
    }


def _fields_of(status: int) -> Schema:
    """Return the header fields of a refusal."""
    seconds: Schema = {"type": "integer", "minimum": 1}
    fields: dict[int, Schema] = {401: {"WWW-Authenticate": TEXT}, 429: {"Retry-After": seconds}, 503: {"Retry-After": seconds}}
    headers = {name: {"required": True, "schema": schema} for name, schema in fields.get(status, {}).items()}
    return {"headers": headers} if headers else {}


def _events(kinds: Iterable[str]) -> dict[str, Schema]:
    """Return the forms of an event, each under its own name: one for each kind, erased, and hidden."""
    known: Schema = {"seq": COUNT, "at": TIME, "type": TEXT, "id": ID}
    whole = {"actor": nullable(ref("Actor")), "command": nullable(TEXT), "changes": array_of(TEXT)}
    more: Schema = {"reason": TEXT, "acknowledge": TEXT, "undoes": COUNT, "private": array_of(TEXT), "clock": TIME}
    return {
        "Actor": object_schema({"id": ID, "name": TEXT}),
        **{
            class_name(kind, "event"): object_schema(known | whole | {"kind": _only(kind), "state": nullable(ref(kind))}, more)
            for kind in kinds
        },
        "ErasedEvent": object_schema(known | {"kind": {"type": "string", "enum": list(kinds)}, "erased": TRUE}),
        "HiddenEvent": object_schema({"seq": COUNT, "hidden": TRUE}),
    }


def _only(value: str) -> Schema:
    return {"type": "string", "const": value}


def _schemas() -> Schema:
    states = {kind.name: schemas.state(kind) for kind in kinds.every()}
    commands = {name: schemas.command(name) for name in TABLE}
    entities = {
        class_name(kind, "entity"): object_schema({"kind": _only(kind), "id": ID, "seq": COUNT, "state": ref(kind)})
        for kind in states
    }
    events = _events(states)
    return states | commands | entities | events | {
        "Entity": {"oneOf": [ref(name) for name in entities]},
        "Event": {"oneOf": [ref(name) for name in events if name != "Actor"]},
        "Command": {
            "oneOf": [ref(name) for name in commands],
            "discriminator": {"propertyName": "name", "mapping": {name: ref(name)["$ref"] for name in commands}},
        },
        "Ack": object_schema({"id": TEXT, "board": ID, "seqs": array_of(COUNT)}, {"opened": ID}),
        "Refusal": {
            "type": "object",
            "properties": {
                "code": {"enum": list(MESSAGES)}, "message": TEXT, "fields": {"type": "object", "additionalProperties": TEXT},
                "current": {"type": "object"}, "id": TEXT, "retry_after_s": {"type": "integer", "minimum": 1},
            },
            "required": ["code", "message"],
        },
    }  # fmt: skip
