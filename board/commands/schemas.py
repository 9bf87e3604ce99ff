"""JSON Schemas of commands and states, generated from the data types of the commands, so that a new command or field appears
automatically. `RULES` has the checks that handlers make beyond the types."""

import re
from collections.abc import Mapping
from functools import cache
from typing import Any

from pydantic import TypeAdapter
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaMode, JsonSchemaValue
from pydantic_core import core_schema

from board.commands.cards import tasks
from board.commands.command import CommandSpec
from board.commands.registry import TABLE
from board.commands.searches import outcomes
from board.commands.sightings import sightings
from board.config.predefined_tasks import former_criteria
from board.engine.kinds import Kind
from models import fields
from models.search import MAX_EARLIER, Criterion, Outcome, Search
from models.sighting import Grade
from realtime.wire.strict_json import MAX_INTEGER

Schema = dict[str, Any]

_TEXT_CHECKS: dict[Any, Schema] = {  # by validator
    fields._not_blank: {"pattern": r"\S"},
    fields._time: {"format": "date-time"},
    fields._date: {"format": "date", "pattern": r"^\d{4}-\d\d-\d\d$"},
}
COMMAND_ID: Schema = {"type": "string", "pattern": "^[A-Za-z0-9_-]{1,64}$"}
_NULL: Schema = {"type": "null"}
_NOT_BOTH: Schema = {"anyOf": [{"properties": {"before": _NULL}}, {"properties": {"after": _NULL}}]}
_ONE: Schema = {
    "oneOf": [
        {"properties": {"before": {"type": "string"}, "after": _NULL}, "required": ["before"]},
        {"properties": {"before": _NULL, "after": {"type": "string"}}, "required": ["after"]},
    ]
}
_POINT: Schema = {
    "anyOf": [
        {"properties": {"lat": _NULL, "lon": _NULL}},
        {"properties": {"lat": {"type": "number"}, "lon": {"type": "number"}}, "required": ["lat", "lon"]},
    ]
}
_EARLIER: Schema = {"maxProperties": MAX_EARLIER, "propertyNames": {"pattern": r"^[a-z0-9]{1,16}$"}}
_CHECKLIST: Schema = {"maxProperties": tasks.MAX_ITEMS, "propertyNames": {"pattern": r"^[a-z0-9]{1,16}$"}}


def _only_with(field: str, value: str, other: str, schema: Schema) -> Schema:
    """Return the rule that `other` is present if and only if `field` has this value."""
    return {
        "if": {"properties": {field: {"const": value}}},
        "then": {"properties": {other: schema}, "required": [other]},
        "else": {"properties": {other: _NULL}},
    }


RULES: dict[str, Schema] = {  # by command: its handler's checks of several fields together
    "search.set_status": {
        "allOf": [
            _only_with("status", "found", "outcome", {"type": "object"}),
            {"if": {"properties": {"status": {"enum": ["open", "found"]}}}, "then": {"properties": {"acknowledge": _NULL}}},
        ]
    },
    "sighting.assess": _only_with("assessment", "duplicate", "duplicate_of", {"type": "string"}),
    "card.move": _NOT_BOTH,
    "column.add": _NOT_BOTH,
    "column.move": _ONE,
}


class _Shapes(GenerateJsonSchema):
    def function_after_schema(self, schema: core_schema.AfterValidatorFunctionSchema) -> JsonSchemaValue:
        return super().function_after_schema(schema) | _TEXT_CHECKS.get(schema["function"]["function"], {})


def schema_of(type: Any, mode: JsonSchemaMode = "validation") -> Schema:
    """Return the schema of a type, without references."""
    generated = TypeAdapter(type).json_schema(schema_generator=_Shapes, mode=mode)
    shape: Schema = _inlined(generated, generated.get("$defs", {}), mode)
    shape.pop("$defs", None)
    return shape


def _inlined(shape: Any, definitions: Mapping[str, Any], mode: JsonSchemaMode) -> Any:
    if isinstance(shape, list):
        return [_inlined(item, definitions, mode) for item in shape]
    if not isinstance(shape, dict):
        return shape
    if "$ref" in shape:
        return _inlined(definitions[shape["$ref"].rpartition("/")[2]], definitions, mode)
    # docstrings of classes are for readers of the code, not for clients
    keys = shape.keys() - {"$defs", "description", "default"}
    schema = {key: _inlined(value, definitions, mode) for key, value in shape.items() if key in keys}
    if "properties" in shape:
        schema["properties"] = {name: _inlined(field, definitions, mode) for name, field in shape["properties"].items()}
        _complete(schema, mode)
    schema.pop("title", None)
    return schema


def _complete(shape: Schema, mode: JsonSchemaMode) -> None:
    """Complete an object schema with the rules that pydantic does not know."""
    properties, may_lack = shape["properties"], shape.pop(fields.MAY_LACK, ())
    if "checklist" in properties:
        item = properties["checklist"]["additionalProperties"]
        properties["checklist"] |= _CHECKLIST
        if mode == "validation":
            properties["checklist"]["additionalProperties"] = nullable(item)
    if "earlier" in properties:
        items = next(option for option in properties["earlier"]["anyOf"] if "additionalProperties" in option)
        items |= _EARLIER
        if mode == "validation":
            items["additionalProperties"] = nullable(items["additionalProperties"])
    if "lat" in properties:
        shape |= _POINT
    if mode == "serialization":
        shape["required"] = [name for name in properties if name not in may_lack]  # all others are always present
    else:  # null means "not given"
        required = shape.get("required", ())
        shape["properties"] = {name: field if name in required else nullable(field) for name, field in properties.items()}


def nullable(shape: Schema) -> Schema:
    if not shape or _NULL in shape.get("anyOf", ()) or shape.get("type") == "null":
        return shape
    return {"anyOf": [*shape["anyOf"], _NULL]} if set(shape) == {"anyOf"} else {"anyOf": [shape, _NULL]}


def patch_schema(shape: Schema) -> Schema:
    """Return the schema of merge patches: any of the fields, with null if the field is optional."""
    if "anyOf" in shape and "properties" not in shape:
        return shape | {"anyOf": [patch_schema(option) for option in shape["anyOf"]]}
    schema = {key: value for key, value in shape.items() if key not in ("required", *_POINT)}
    if "properties" in shape:
        schema["properties"] = {name: patch_schema(field) for name, field in shape["properties"].items()}
    if isinstance(shape.get("additionalProperties"), dict):
        schema["additionalProperties"] = patch_schema(shape["additionalProperties"])
    return schema


@cache
def data_of(command_name: str) -> Schema:
    """Return the schema of a command's data."""
    spec: CommandSpec = TABLE[command_name]
    shape = schema_of(spec.data)
    if spec.patches:
        shape["properties"] = shape.get("properties", {}) | {
            name: field for type in spec.patches for name, field in patch_schema(schema_of(type))["properties"].items()
        }
        shape["additionalProperties"] = False
    if spec.data is outcomes.SetOutcome:
        shape["properties"]["outcome"] = patch_schema(schema_of(Outcome))
    if spec.data is sightings.GradeSighting:
        shape["properties"]["grade"] = patch_schema(schema_of(Grade))
    return shape | RULES.get(command_name, {})


def command(name: str) -> Schema:
    """Return the schema of a command, as clients send it."""
    data = data_of(name)
    required = ["id", "name", *(["data"] if data.get("required") or "oneOf" in data else [])]
    return {
        "title": class_name(name, "command"),
        "type": "object",
        "properties": {
            "id": COMMAND_ID,
            "name": {"const": name},
            "data": data,
            "base": nullable({"type": "integer", "minimum": 0, "maximum": MAX_INTEGER}),
            "epoch": nullable({"type": "string"}),
        },
        "required": required,
    }


def state(kind: Kind) -> Schema:
    """Return the schema of a kind's state, with every field present."""
    data_fields: Schema = schema_of(kind.data, "serialization").get("properties", {})
    properties = {}
    for name in kind.model.STATE:
        server_type = kind.server_type(name)
        properties[name] = data_fields[name] if server_type is None else schema_of(server_type, "serialization")
    if kind.model is Search:
        properties["criteria"]["properties"] |= {key: schema_of(Criterion, "serialization") for key in former_criteria()}
    return {
        "title": class_name(kind.name, "state"), "type": "object", "properties": properties, "required": list(properties),
        "additionalProperties": False,
    }  # fmt: skip


def class_name(*words: str) -> str:
    """Return the name of a schema in generated clients, such as `SightingGradeCommand`. Unique, also with a field's name
    appended."""
    return "".join(part.capitalize() for word in words for part in re.split(r"[._]", word))
