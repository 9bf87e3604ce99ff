"""Page `/api`: endpoints and commands for programmers, generated from the same tables as the OpenAPI description."""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from board import i18n
from board.api.routes import CALLS
from board.commands import schemas
from board.commands.registry import TABLE
from board.commands.schemas import Schema
from board.engine.identity import Caller
from board.errors import MESSAGES
from board.i18n import N_
from board.web import language
from board.web.http import BASE
from board.web.pages import for_people, page
from board.web.refusals import STATUS
from board.web.same_origin import own_origin

_FORMATS = {"date-time": N_("time"), "date": N_("date")}
_TYPES = {
    "string": N_("text"), "integer": N_("whole number"), "number": N_("number"), "boolean": N_("true or false"),
    "array": N_("list"), "object": N_("object"), "null": N_("null"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Field:
    """Row in a table of fields."""

    path: str
    is_required: bool
    type_text: str
    codes: list[str]


async def api(request: Request, caller: Caller) -> Response:
    """Serve the page of the HTTP API."""
    translate = i18n.gettext_for(language.language_for(request, caller))
    calls, commands = await asyncio.to_thread(_calls, translate), await asyncio.to_thread(_commands, translate)
    codes = [(code, STATUS[code], translate(sentence)) for code, sentence in MESSAGES.items()]
    context: dict[str, Any] = {"calls": calls, "commands": commands, "codes": codes, "origin": own_origin(request), "base": BASE}
    return page(request, "api_docs.html", caller, **context)


def _calls(translate: Any) -> list[dict[str, Any]]:
    from board.api import openapi  # imported on first use: building its schemas takes a sixth of the startup time

    answers, bodies, components = openapi.shapes(CALLS.values())
    inlined = partial(_inlined, components)
    return [
        {
            "method": method, "path": BASE + path, "says": translate(call.summary),
            "status": call.status, "refusals": call.refusals, "media": call.media,
            "query": [_field(param.name, param.schema, False, translate) for param in call.query],
            "gives": list(_fields(inlined(answers[method, path]), translate)),
            "takes": list(_fields(inlined(bodies.get((method, path), {})), translate)),
        }
        for (method, path), call in CALLS.items()
    ]  # fmt: skip


def _inlined(components: Schema, shape: Any) -> Any:
    """Return a schema with references to types of answers replaced by the types. Entities, events and states stay references."""
    if isinstance(shape, list):
        return [_inlined(components, item) for item in shape]
    if not isinstance(shape, dict):
        return shape
    name = str(shape.get("$ref", "")).rpartition("/")[2]
    if name in components:
        return _inlined(components, components[name])
    return {key: _inlined(components, value) for key, value in shape.items()}


def _commands(translate: Any) -> list[dict[str, Any]]:
    return [
        {"name": name, "on": spec.board_kind, "role": spec.role, "data": list(_fields(schemas.data_of(name), translate))}
        for name, spec in TABLE.items()
    ]


def _fields(shape: Schema, translate: Any, path: str = "") -> Iterator[Field]:
    """Yield the fields of an object, including the fields of its groups, by path."""
    for branch in [*shape.get("oneOf", ()), *shape.get("anyOf", ())][:1]:
        yield from _fields(branch, translate, path)
    for name, field in shape.get("properties", {}).items():
        inner = _without_null(field)
        is_required = name in shape.get("required", ())
        if inner.get("properties"):
            yield from _fields(inner, translate, f"{path}{name}.")
        else:
            yield _field(path + name, inner, is_required, translate)


def _field(path: str, shape: Schema, is_required: bool, translate: Any) -> Field:
    codes = [str(code) for code in shape.get("enum", [shape["const"]] if "const" in shape else ()) if code is not None]
    return Field(path, is_required, "" if codes else _type_text(_without_null(shape), translate), codes)


def _type_text(shape: Schema, translate: Any) -> str:
    if "$ref" in shape:
        return str(shape["$ref"].rpartition("/")[2])
    if "anyOf" in shape:
        return ", ".join(dict.fromkeys(_type_text(option, translate) for option in shape["anyOf"]))
    text = translate(_FORMATS.get(shape.get("format", ""), _TYPES.get(shape.get("type", ""), N_("anything"))))
    if shape.get("type") == "array" and "properties" in shape["items"]:
        return f"{text} ({', '.join(shape['items']['properties'])})"
    if shape.get("type") == "array":
        return f"{text} ({_type_text(shape['items'], translate)})"
    if "format" not in shape and "maxLength" in shape:
        return f"{text}, ≤ {shape['maxLength']}"
    if "minimum" in shape and "maximum" in shape:
        return f"{text}, {shape['minimum']} – {shape['maximum']}"
    return str(text)


def _without_null(shape: Schema) -> Schema:
    """Return a schema without its null alternative."""
    if set(shape) != {"anyOf"}:
        return shape
    options = [option for option in shape["anyOf"] if option != {"type": "null"}]
    return options[0] if len(options) == 1 else {"anyOf": options}


routes = [Route("/api", for_people(api))]
