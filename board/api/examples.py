"""Examples of bodies and answers, generated from their schemas. A field has a typical value for its name, otherwise the smallest
valid value."""

from collections.abc import Mapping
from typing import Any

from board.commands.schemas import Schema

ID = "01a217dd-a5f8-718f-b400-6d1c2e5f9a01"
MAX_ID = 64  # longest text that is an id
AT = "2026-11-24T17:00:00.000Z"
# Typical values by field name, used if they fit the schema.
BY_NAME: dict[str, Any] = {
    "name": "Alice", "email": "alice@desk.example", "first_name": "Noor", "reference": "2026-0117", "text": "Seen at the station",
    "description": "Girl with a red coat", "message": "Not found, or you do not have access.", "place": "Gent, Korenmarkt",
    "lat": 51.0543, "lon": 3.7174, "language": "en", "link": "https://board.example.org/password#secret", "code": "K7F2Q9",
    "board": ID, "head": "a" * 64, "epoch": "01a217dd", "seq": 7, "number": 12, "q": "red coat", "title": "Call the school",
}  # fmt: skip
BY_FORMAT = {"date-time": AT, "date": "2026-11-24", "email": "alice@desk.example", "uri": "https://board.example.org"}
BY_PATTERN = {r"\S": "text", "^[A-Za-z0-9_-]{1,64}$": "example-1", "^[0-9a-f]{64}$": "a" * 64}
NEW_NOTE = {"id": "example-1", "name": "note.add", "data": {"text": "Seen at the station"}}  # body of a command


def example(schema: Schema, components: Mapping[str, Schema], name: str = "", within: tuple[str, ...] = ()) -> Any:
    """Return a value that fits the schema: the first of several alternatives, without optional fields."""
    if "$ref" in schema:
        component = str(schema["$ref"]).rpartition("/")[2]
        if component == "Command":
            return NEW_NOTE
        return example(components[component], components, name, (*within, component))
    if "const" in schema or "enum" in schema:
        return schema["const"] if "const" in schema else schema["enum"][0]
    for key in ("oneOf", "anyOf"):
        if key in schema and "properties" not in schema:
            alternative = next((option for option in schema[key] if option.get("type") != "null"), schema[key][0])
            return example(alternative, components, name, within)
    if "allOf" in schema and "properties" not in schema:
        return example(schema["allOf"][0], components, name, within)
    return _of_type(schema, components, name, within)


def _of_type(schema: Schema, components: Mapping[str, Schema], name: str, within: tuple[str, ...]) -> Any:
    kind = schema.get("type", "object")
    kind = next((option for option in kind if option != "null"), "null") if isinstance(kind, list) else kind
    match kind:
        case "object":
            fields, required = schema.get("properties", {}), schema.get("required", ())
            return {field: example(fields[field], components, field, within) for field in required if field in fields}
        case "array":
            if len(set(within)) < len(within):  # a type that contains itself
                return []
            return [example(schema.get("items", {}), components, name, within)] * max(1, schema.get("minItems", 0))
        case "string":
            return _text(schema, name)
        case "integer" | "number":
            return _number(schema, name)
        case "boolean":
            return True
    return None


def _text(schema: Schema, name: str) -> str:
    typical = BY_NAME.get(name)
    if "format" in schema:
        return BY_FORMAT.get(schema["format"], "…")
    if name == "email":
        return str(typical)
    if "pattern" in schema:
        return BY_PATTERN.get(schema["pattern"], ID) if schema["pattern"] != r"\S" or not isinstance(typical, str) else typical
    if isinstance(typical, str):
        return typical[: schema.get("maxLength", len(typical))]
    return ID if name == "id" or schema.get("maxLength") == MAX_ID else "text"


def _number(schema: Schema, name: str) -> Any:
    low, high = schema.get("minimum", 0), schema.get("maximum", float("inf"))
    typical = BY_NAME.get(name)
    return typical if isinstance(typical, int | float) and low <= typical <= high else max(low, min(1, high))
