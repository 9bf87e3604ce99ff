"""JSON Schemas as rows of a Markdown table."""

from collections.abc import Iterable, Iterator
from typing import Any

from board.api import routes

Schema = dict[str, Any]
# Referred to by name, because they have their own entries, or are placeholders for kinds.
FEW = 2  # fields of one type; more are not listed one by one
NAMED = {"Entity", "Event", "LiveEvent", "Command", "Refusal", "OpenAlarm", "SearchSummary", "HeldShift", "SearchReport", "Alert"}


def table(head: Iterable[str], lines: Iterable[Iterable[str]]) -> Iterator[str]:
    """Yield a Markdown table, nothing without lines."""
    head, lines = list(head), [list(line) for line in lines]
    if lines:
        yield f"| {' | '.join(head)} |"
        yield f"|{'---|' * len(head)}"
        yield from (f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in line)} |" for line in lines)
        yield ""


def rows(schema: Schema, nested: bool, path: str = "") -> Iterator[tuple[str, str, str]]:
    """Yield path, name and type of each field of an object. `?`: it may be missing."""
    schema = _merged(_resolved(schema))
    for name, each in schema.get("properties", {}).items():
        optional = name not in schema.get("required", ())
        given = _without_null(each) if optional else each
        yield path + name, f"`{path}{name}`{'?' if optional else ''}", type_text(given)
        if nested:
            for below, mark in [_below(each)] if _below(each) else []:
                yield from rows(below, nested, f"{path}{name}{mark}.")


def _merged(schema: Schema) -> Schema:
    """Merge a union of objects into one object with all their fields; a field is optional unless all objects require it."""
    if "properties" in schema or not {"anyOf", "oneOf"} & schema.keys():
        return schema
    some = [_resolved(each) for each in schema.get("anyOf") or schema["oneOf"]]
    variants: dict[str, list[Schema]] = {}
    for one in some:
        for name, each in one.get("properties", {}).items():
            variants.setdefault(name, []).append(each)
    properties = {name: _either(schemas) for name, schemas in variants.items()}
    required = set.intersection(*(set(one.get("required", ())) for one in some))
    return {"properties": properties, "required": sorted(required)}


def _either(schemas: list[Schema]) -> Schema:
    """Return a schema for a field that several objects have: only its type, if they differ and are many."""
    distinct = [schema for index, schema in enumerate(schemas) if schema not in schemas[:index]]
    if len(distinct) <= FEW:
        return distinct[0] if len(distinct) == 1 else {"anyOf": distinct}
    types = {_resolved(schema).get("type", "string" if "const" in schema else None) for schema in distinct}
    return {"type": types.pop()} if len(types) == 1 else {}


def _below(schema: Schema) -> tuple[Schema, str] | None:
    """Return the object in a field, and the prefix of its fields' names; None if there is no object, or if it has its own
    entry."""
    match schema:
        case {"$ref": str(to)}:
            return None if _is_named(to) else _below(_resolved(schema))
        case {"properties": dict(fields)} if len(fields) > FEW and _alike(fields):  # looked up by name
            return next(iter(fields.values())), ".*"
        case {"properties": _}:
            return schema, ""
        case {"anyOf": list(some)}:
            objects = [below for each in some if (below := _below(each))]
            return ({"anyOf": [schema for schema, _ in objects]}, objects[0][1]) if objects else None
        case {"type": "array", "items": dict(items)}:
            found = _below(items)
            return (found[0], f"[]{found[1]}") if found else None
        case {"additionalProperties": dict(items)}:
            found = _below(items)
            return (found[0], f".*{found[1]}") if found else None
    return None


def _alike(fields: Schema) -> bool:
    first = next(iter(fields.values()))
    return "properties" in first and all(each == first for each in fields.values())


def _resolved(schema: Schema) -> Schema:
    if "$ref" not in schema:
        return schema
    known = routes.document()["components"]["schemas"] | routes.socket_document()["components"]["schemas"]
    return dict(known[schema["$ref"].rpartition("/")[2]])


def _is_named(to: str) -> bool:
    name = to.rpartition("/")[2]
    return name in NAMED or name.islower()


def _without_null(schema: Schema) -> Schema:
    if "anyOf" not in schema:
        return schema
    left = [each for each in schema["anyOf"] if each != {"type": "null"}]
    return left[0] if len(left) == 1 else schema | {"anyOf": left}


def type_text(schema: Schema) -> str:
    """Return the type of a value in a few words."""
    match schema:
        case {"$ref": str(to)}:
            return to.rpartition("/")[2] if _is_named(to) else type_text(_resolved(schema))
        case {"properties": dict(fields)} if len(fields) > FEW and _alike(fields):
            return f"object of {', '.join(f'`{name}`' for name in fields)}"
        case {"properties": _}:
            return "object"
        case {"anyOf": list(some)} | {"oneOf": list(some)}:
            return " | ".join(dict.fromkeys(map(type_text, some)))
        case {"const": value}:
            return f"`{value}`".lower() if isinstance(value, bool) else f"`{value}`"
        case {"enum": list(values)}:
            return ", ".join(f"`{value}`" for value in values if value)
        case {"type": "array", "items": items}:
            return f"list of {type_text(items) or 'any'}{_most(schema, 'maxItems')}"
        case {"type": "object", "additionalProperties": dict(items)}:
            return f"{type_text(_without_null(items))} by key{_most(schema, 'maxProperties')}"
        case {"format": "date-time"}:
            return "time"
        case {"format": "date"}:
            return "day"
        case {"type": "string", "minLength": 1, "maxLength": 64}:
            return "id"
        case {"type": "string"}:
            return f"text{_most(schema, 'maxLength')}"
        case {"type": "integer" | "number" as type}:
            return f"{type}{_range(schema)}"
        case {"type": str(name)}:
            return name
    return "any"


def _most(schema: Schema, keyword: str) -> str:
    return f", at most {schema[keyword]:,}" if keyword in schema else ""


def _range(schema: Schema) -> str:
    low, high, default = schema.get("minimum"), schema.get("maximum"), schema.get("default")
    limits = f", {low} to {high}" if low is not None and high is not None and high < 2**53 - 1 else ""
    return limits + (f", {default} if not given" if default is not None else "")
