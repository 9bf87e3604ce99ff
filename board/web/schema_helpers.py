"""Helpers for endpoint documentation: JSON Schemas and the description of an endpoint."""

from dataclasses import dataclass, field

from board.commands.schemas import Schema

TEXT: Schema = {"type": "string"}
COUNT: Schema = {"type": "integer", "minimum": 0}
TIME: Schema = {"type": "string", "format": "date-time"}
ID: Schema = {"type": "string", "minLength": 1, "maxLength": 64}
TRUE: Schema = {"type": "boolean", "const": True}  # the type is needed: client generators ignore a const alone
UUID = "[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"
EVERYWHERE = ("unauthenticated", "forbidden", "rate_limited", "failed", "unavailable")
ON_A_BOARD = (*EVERYWHERE, "not_found")


def object_schema(needed: Schema, more: Schema | None = None) -> Schema:
    """Return the schema of an object; fields in `more` are optional."""
    return {
        "type": "object", "properties": needed | (more or {}), "required": list(needed), "additionalProperties": False,
    }  # fmt: skip


def ref(name: str) -> Schema:
    return {"$ref": f"#/components/schemas/{name}"}


def array_of(item: Schema) -> Schema:
    return {"type": "array", "items": item}


def nullable(one: Schema) -> Schema:
    return {"anyOf": [one, {"type": "null"}]}


@dataclass(frozen=True, slots=True)
class EndpointDoc:
    """Documentation of an endpoint: query, body, `answer` with `status`, and refusal codes."""

    answer: Schema
    refusals: tuple[str, ...] = EVERYWHERE
    query: dict[str, Schema] = field(default_factory=dict)
    body: Schema | None = None
    status: int = 200
    media: str = "application/json"
    tagged: bool = False  # has an entity tag, and may answer 304
    open: bool = False  # needs no sign-in
