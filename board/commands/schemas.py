"""JSON Schemas of commands and states, generated from the data types of the commands, so that a new command or field appears
by itself. Checks that handlers make beyond the types stand in `RULES`."""

import re
from collections.abc import Mapping
from functools import cache
from typing import Any, Literal

from pydantic import TypeAdapter
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaMode, JsonSchemaValue
from pydantic_core import core_schema

from board import fields
from board.commands import appeals, briefings, columns, handovers, outcomes, searches, shifts, sightings, sources, tasks
from board.commands.command import CommandSpec
from board.commands.registry import TABLE
from board.fields import Data, Id, LongText, Time
from board.predefined_tasks import former_criteria
from models.column import Column
from models.entity import Entity
from models.handover import Briefing, Handover, SearchHandover, Shift
from models.note import Note
from models.search import Search
from models.sighting import Sighting
from models.task import Task
from realtime.strict_json import MAX_INTEGER

Schema = dict[str, Any]

KINDS: tuple[type[Entity], ...] = (Search, Column, Sighting, Task, Note, Shift, Handover, SearchHandover, Briefing)


class Position(Data):
    """Journal position, with the hash of the chain there, in hex."""

    epoch: str
    seq: int
    head: str


class Mark(Data):
    """Mark of how far somebody has read a board for a handover."""

    handover: int
    seq: int
    at: Time


# updates are merge patches on these types; their own types are open
PATCHES: dict[type[Data], tuple[type[Data], ...]] = {
    searches.Update: (searches.Fields,),
    sightings.Update: (sightings.Fields, sources.Private),
    tasks.Update: (tasks.Fields,),
    handovers.Write: (briefings.BriefingFields, handovers.HandoverFields),
}
# by kind: the fields that people write, then those that the server makes or that have their own commands
_WRITTEN_FIELDS: dict[type[Entity], type[Data]] = {
    Search: searches.Open, Column: columns.Add, Sighting: sightings.Add, Task: tasks.Add, Note: TABLE["note.add"].data,
    Shift: shifts.Take, Handover: handovers.HandoverFields, SearchHandover: Data, Briefing: briefings.BriefingFields,
}  # fmt: skip
_SERVER_FIELDS: dict[type[Entity], dict[str, Any]] = {
    Search: {
        "reference": fields.Title, "status": searches.SetStatus.model_fields["status"].annotation,
        "status_reason": LongText | None,
        "last_seen": fields.Location | None, "worrying": bool | None,
        "worrying_basis": fields.ShortText | None, "members": list[Id],
        "outcome": outcomes.Outcome | None, "opened_at": Time, "acknowledge": fields.RequiredShortText | None,
        "appeal": {"level": appeals.Level, "from": Time | None, "until": Time | None},
    },
    Column: {"rank": str},
    Sighting: {
        "number": int, "column": Id, "rank": str, "received_at": Time, "late": bool, "grade": sightings.Grade,
        "place": fields.LocationWithRadius | None, "assessment": sightings.Assess.model_fields["assessment"].annotation,
        "duplicate_of": Id | None, "withdrawn": bool, "source_kept": bool | None,
    },
    Task: {"number": int, "column": Id, "rank": str, "withdrawn": bool, "take_down": bool},
    Note: {"happened_at": Time},
    Shift: {
        "number": int, "holder": Id, "since": Time, "before": Id | None, "handover": int | None, "reason": LongText | None,
    },
    Handover: {
        "number": int, "status": Literal["prepared", "signed", "accepted", "refused", "withdrawn"], "outgoing": Id,
        "prepared_by": Id, "prepared_at": Time, "signed_at": Time | None, "searches": int | None, "position": Position | None,
        "digest": str | None, "ended_by": Id | None, "ended_at": Time | None, "reason": LongText | None,
        "restatement": LongText | None,
    },
    SearchHandover: {"handover": int, "position": Position},
    Briefing: {"handover": int, "reads": dict[Id, Mark]},
}  # fmt: skip
_EVENT: dict[Any, Schema] = {  # checks of our own on texts
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
_CHECKLIST: Schema = {"maxProperties": tasks.MAX_ITEMS, "propertyNames": {"pattern": r"^[a-z0-9]{1,16}$"}}


def _only_with(field: str, value: str, other: str, of: Schema) -> Schema:
    """Return a rule: `other` is present if and only if `field` has this value."""
    return {
        "if": {"properties": {field: {"const": value}}},
        "then": {"properties": {other: of}, "required": [other]},
        "else": {"properties": {other: _NULL}},
    }


RULES: dict[str, Schema] = {  # by command: checks of its handler on the data as a whole
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
        return super().function_after_schema(schema) | _EVENT.get(schema["function"]["function"], {})


def schema_of(type: Any, mode: JsonSchemaMode = "validation") -> Schema:
    """Return the schema of a type, without references."""
    made = TypeAdapter(type).json_schema(schema_generator=_Shapes, mode=mode)
    shape: Schema = _inlined(made, made.get("$defs", {}), mode)
    shape.pop("$defs", None)
    return shape


def _inlined(shape: Any, known: Mapping[str, Any], mode: JsonSchemaMode) -> Any:
    if isinstance(shape, list):
        return [_inlined(each, known, mode) for each in shape]
    if not isinstance(shape, dict):
        return shape
    if "$ref" in shape:
        return _inlined(known[shape["$ref"].rpartition("/")[2]], known, mode)
    # docstrings of classes are for readers of the code, not for clients
    schema = {key: _inlined(value, known, mode) for key, value in shape.items() if key not in ("$defs", "description", "default")}
    if "properties" in shape:
        schema["properties"] = {name: _inlined(each, known, mode) for name, each in shape["properties"].items()}
        _complete(schema, mode)
    schema.pop("title", None)
    return schema


def _complete(shape: Schema, mode: JsonSchemaMode) -> None:
    """Complete an object schema with what pydantic does not know."""
    properties = shape["properties"]
    if "checklist" in properties:
        item = properties["checklist"]["additionalProperties"]
        properties["checklist"] |= _CHECKLIST
        if mode == "validation":
            properties["checklist"]["additionalProperties"] = nullable(item)
    if "lat" in properties:
        shape |= _POINT
    if mode == "serialization":
        shape["required"] = list(properties)  # every field is always present
    else:  # null means "not given"
        needed = shape.get("required", ())
        shape["properties"] = {name: each if name in needed else nullable(each) for name, each in properties.items()}


def nullable(shape: Schema) -> Schema:
    if not shape or _NULL in shape.get("anyOf", ()) or shape.get("type") == "null":
        return shape
    return {"anyOf": [*shape["anyOf"], _NULL]} if set(shape) == {"anyOf"} else {"anyOf": [shape, _NULL]}


def patch_schema(shape: Schema) -> Schema:
    """Return the schema of merge patches: any of the fields, with null where the field is optional."""
    if "anyOf" in shape and "properties" not in shape:
        return shape | {"anyOf": [patch_schema(each) for each in shape["anyOf"]]}
    schema = {key: value for key, value in shape.items() if key not in ("required", *_POINT)}
    if "properties" in shape:
        schema["properties"] = {name: patch_schema(each) for name, each in shape["properties"].items()}
    if isinstance(shape.get("additionalProperties"), dict):
        schema["additionalProperties"] = patch_schema(shape["additionalProperties"])
    return schema


@cache
def data_of(name: str) -> Schema:
    """Return the schema of a command's data."""
    rule: CommandSpec = TABLE[name]
    shape = schema_of(rule.data)
    if rule.data in PATCHES:
        shape["properties"] = shape.get("properties", {}) | {
            field: each for type in PATCHES[rule.data] for field, each in patch_schema(schema_of(type))["properties"].items()
        }
        shape["additionalProperties"] = False
    if rule.data is outcomes.SetOutcome:
        shape["properties"]["outcome"] = patch_schema(schema_of(outcomes.Outcome))
    if rule.data is sightings.SetGrade:
        shape["properties"]["grade"] = patch_schema(schema_of(sightings.Grade))
    return shape | RULES.get(name, {})


def command(name: str) -> Schema:
    """Return the schema of a command as it is sent."""
    data = data_of(name)
    needed = ["id", "name", *(["data"] if data.get("required") or "oneOf" in data else [])]
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
        "required": needed,
    }


def state(kind: type[Entity]) -> Schema:
    """Return the schema of a kind's state, with every field present."""
    written, made = _WRITTEN_FIELDS[kind].model_fields, _SERVER_FIELDS[kind]
    properties = {name: _event(made[name] if name in made else written[name].annotation, name, kind) for name in kind.STATE}
    if kind is Search:
        properties["criteria"]["properties"] |= {key: schema_of(searches.Criterion, "serialization") for key in former_criteria()}
    return {"title": class_name(kind.KIND, "state"), **_object(properties)}


def class_name(*words: str) -> str:
    """Return the name of a schema in generated clients, such as `SightingGradeCommand`. Unique, also with a field's name
    appended."""
    return "".join(part.capitalize() for word in words for part in re.split(r"[._]", word))


def _event(type: Any, name: str, kind: type[Entity]) -> Schema:
    if isinstance(type, dict):
        return _object({field: schema_of(each, "serialization") for field, each in type.items()})
    field = _WRITTEN_FIELDS[kind].model_fields.get(name)
    if name in _SERVER_FIELDS[kind] or field is None:
        return schema_of(type, "serialization")
    whole: Schema = schema_of(_WRITTEN_FIELDS[kind], "serialization")["properties"][name]
    return whole


def _object(properties: Schema) -> Schema:
    return {"type": "object", "properties": properties, "required": list(properties), "additionalProperties": False}
