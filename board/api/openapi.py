"""OpenAPI 3.1 description, served at `GET /api/v1/openapi.json`; built once from the calls, the command table and the states.

New commands and calls appear automatically: each call declares its body and answer at its handler.
"""

import inspect
import re
from collections.abc import Iterable, Mapping
from typing import Annotated, Any, Literal, NotRequired

from typing_extensions import TypedDict

from board.api.examples import example
from board.api.tags import tag_of, tags
from board.api.type_schemas import ref, schemas_of
from board.commands import schemas
from board.commands.registry import TABLE
from board.commands.schemas import Schema, class_name
from board.config.settings import VERSION
from board.engine import kinds
from board.errors import MESSAGES, Refusal
from board.web.endpoint import BOARD, BYTES, UUID, Call, IntParam, Param, TimeParam
from board.web.http import BASE
from board.web.refusals import STATUS
from models.entity import State
from models.fields import Data
from realtime.wire.strict_json import MAX_INTEGER
from realtime.wire.wire_types import Count, Id, Shape, Time, component

PATH_PARAMS: dict[str, Schema] = {
    "board": BOARD.schema,
    "sighting": {"type": "string", "pattern": f"^{UUID}$"},
    "display": {"type": "string", "pattern": f"^{UUID}$"},
    "file": {"type": "string", "pattern": f"^{UUID}$"},
    "upload": {"type": "string", "pattern": f"^{UUID}$"},
    "account": {"type": "string", "pattern": f"^{UUID}$"},
    "number": {"type": "integer", "minimum": 1, "maximum": MAX_INTEGER},
}
TEXT: Schema = {"type": "string"}
BINARY: Schema = {"type": "string", "format": "binary"}
OCTETS = "application/octet-stream"
Shapes = dict[tuple[str, str], Schema]  # by method and path


def document(calls: Iterable[Call]) -> Schema:
    """Return the full description of these calls. It is the same for everybody, because it depends on no board."""
    calls = list(calls)
    answers, bodies, components = shapes(calls)
    component_schemas = parts() | components
    paths: dict[str, Schema] = {}
    for call in calls:
        key = call.method, call.path
        paths.setdefault(BASE + call.path, {})[call.method.lower()] = _operation(call, answers[key], bodies.get(key))
    for operation in (operation for path in paths.values() for operation in path.values()):
        _add_examples(operation, component_schemas)
    return {
        "openapi": "3.1.0",
        "info": {"title": "Searchboard", "version": VERSION, "description": "See board/contract.md for the guarantees."},
        "servers": [{"url": "/"}],
        "tags": tags(),
        "security": [{"token": []}, {"session": []}],
        "paths": paths,
        "components": {
            "schemas": component_schemas,
            "securitySchemes": {
                "token": {"type": "http", "scheme": "bearer"},
                "session": {"type": "apiKey", "in": "cookie", "name": "board_session"},
            },
        },
    }


def shapes(calls: Iterable[Call]) -> tuple[Shapes, Shapes, dict[str, Schema]]:
    """Return the schemas of answers, the schemas of bodies, and the components that they refer to."""
    calls = list(calls)
    answers: dict[tuple[str, ...], Any] = {("answer", call.method, call.path): call.answer_type for call in calls}
    bodies = {("body", call.method, call.path): call.body for call in calls if call.body not in (None, BYTES)}
    data_types = {key: type for key, type in bodies.items() if inspect.isclass(type) and issubclass(type, Data)}
    by_key, components = schemas_of(answers | {key: type for key, type in bodies.items() if key not in data_types})
    by_key |= {key: schemas.schema_of(type) for key, type in data_types.items()}
    by_part: dict[str, Shapes] = {"answer": {}, "body": {}}
    for (part, method, path), schema in by_key.items():
        by_part[part][method, path] = schema
    return by_part["answer"], by_part["body"], components


def _operation(call: Call, answer: Schema, body: Schema | None) -> Schema:
    path_params = [
        {"name": name, "in": "path", "required": True, "schema": PATH_PARAMS.get(name, TEXT)}
        for name in re.findall(r"\{(\w+)\}", call.path)
    ]
    operation: Schema = {
        "operationId": f"{call.method.lower()}{re.sub(r'[^a-z]+', '_', call.path)}",
        "summary": call.summary,
        "tags": [tag_of(call.path)],
        "parameters": [
            *path_params,
            *(_query(param) for param in call.query),
            *(_header(param) for param in call.headers),
        ],
        "responses": {str(call.status): _answer(call, answer), **_refusals(call)},
    }
    if call.tagged:
        tag = {"headers": {"ETag": {"required": True, "schema": TEXT}}}
        operation["parameters"].append({"name": "If-None-Match", "in": "header", "schema": TEXT})
        operation["responses"][str(call.status)] |= tag
        operation["responses"]["304"] = {"description": "The client's copy is current."} | tag
    if call.body is BYTES:
        operation["requestBody"] = {"required": True, "content": {OCTETS: {"schema": BINARY}}}
    elif body is not None:
        operation["requestBody"] = {"required": True, "content": {"application/json": {"schema": body}}}
    return operation | ({"security": []} if call.open else {})


def _query(param: Param | IntParam | TimeParam) -> Schema:
    """Return the parameter for a field of a call's query."""
    required = {"required": True} if isinstance(param, TimeParam) and param.is_required else {}
    return {"name": param.name, "in": "query", "schema": param.schema} | required


def _header(param: Param | IntParam) -> Schema:
    """Return the parameter for a header of a call. Integers are required."""
    required = {"required": True} if isinstance(param, IntParam) else {}
    return {"name": param.name, "in": "header", "schema": param.schema} | required


def _answer(call: Call, schema: Schema) -> Schema:
    """Return the response of a call. Bytes of any media type are also described as `application/octet-stream`, because client
    generators support only that."""
    response = _response("Done.", call.media, schema)
    if schema == BINARY:
        response["content"].setdefault(OCTETS, {"schema": schema})
    return response


def _add_examples(operation: Schema, components: Mapping[str, Schema]) -> None:
    """Add an example to the body and to the answer, if they are JSON."""
    answer = next(iter(operation["responses"].values()))
    for part in (answer, operation.get("requestBody", {})):
        for media, content in part.get("content", {}).items():
            if media == "application/json":
                content["example"] = example(content["schema"], components)


def _response(description: str, media: str, schema: Schema) -> Schema:
    return {"description": description, "content": {media: {"schema": schema}}}


def _refusals(call: Call) -> Schema:
    """Return the response for each status of a refusal, with the codes that it can have."""
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
    """Return the headers of a refusal with this status."""
    seconds: Schema = {"type": "integer", "minimum": 1}
    fields: dict[int, Schema] = {401: {"WWW-Authenticate": TEXT}, 429: {"Retry-After": seconds}, 503: {"Retry-After": seconds}}
    headers = {name: {"required": True, "schema": schema} for name, schema in fields.get(status, {}).items()}
    return {"headers": headers} if headers else {}


EventToken = TypedDict("EventToken", {"id": Id, "name": str})
Actor = TypedDict("Actor", {"id": Id, "name": str, "token": NotRequired[EventToken]})
EventMeta = TypedDict("EventMeta", {"seq": Count, "at": Time, "type": str, "id": Id})
# Fields of an event that all kinds share; `parts` adds `kind` and `state`.
SharedEventFields = TypedDict("SharedEventFields", {
    "seq": Count, "at": Time, "type": str, "id": Id, "actor": Actor | None, "command": str | None, "changes": list[str],
    "reason": NotRequired[str], "acknowledge": NotRequired[str], "undoes": NotRequired[Count], "private": NotRequired[list[str]],
    "clock": NotRequired[Time], "after_days": NotRequired[Count],
})  # fmt: skip
HiddenEvent = TypedDict("HiddenEvent", {"seq": Count, "hidden": Literal[True]})


def parts() -> Schema:
    """Return the components for states, entities, events and commands."""
    states = {kind.name: schemas.state(kind) for kind in kinds.every()}
    commands = {name: schemas.command(name) for name in TABLE}
    define: Any = TypedDict
    entities, events = {}, {}
    for kind in states:
        kind_type, state = Annotated[str, Shape(const=kind)], Annotated[State, component(kind)]
        name = class_name(kind, "entity")
        entities[name] = define(name, {"kind": kind_type, "id": Id, "seq": Count, "state": state})
        name = class_name(kind, "event")
        events[name] = define(name, SharedEventFields.__annotations__ | {"kind": kind_type, "state": state | None})
    erased = {"kind": Annotated[str, Shape(enum=list(states))], "erased": Literal[True]}
    events |= {"ErasedEvent": define("ErasedEvent", EventMeta.__annotations__ | erased), "HiddenEvent": HiddenEvent}
    _, components = schemas_of(entities | events | {"Refusal": Refusal})
    return states | commands | components | {
        "Entity": {"oneOf": [ref(name) for name in entities]},
        "Event": {"oneOf": [ref(name) for name in events]},
        "Command": {
            "oneOf": [ref(name) for name in commands],
            "discriminator": {"propertyName": "name", "mapping": {name: ref(name)["$ref"] for name in commands}},
        },
    }  # fmt: skip
