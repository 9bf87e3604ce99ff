"""JSON Schemas of the types of calls and frames. Each type is a component with its own name."""

from collections.abc import Hashable, Mapping
from typing import Any, TypeVar

from pydantic import TypeAdapter
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core import core_schema

from board.commands.schemas import Schema

K = TypeVar("K", bound=Hashable)
PREFIX = "#/components/schemas/"


class _Strict(GenerateJsonSchema):
    def typed_dict_schema(self, schema: core_schema.TypedDictSchema) -> JsonSchemaValue:
        return super().typed_dict_schema(schema) | {"additionalProperties": False}


def ref(name: str) -> Schema:
    return {"$ref": PREFIX + name}


def schemas_of(types: Mapping[K, Any]) -> tuple[dict[K, Schema], dict[str, Schema]]:
    """Return the schema of each type, and the components that these refer to. Raises ValueError if two types have the same
    name."""
    inputs = [(key, "serialization", TypeAdapter(type)) for key, type in types.items()]
    schemas, shared = TypeAdapter.json_schemas(inputs, ref_template=PREFIX + "{model}", schema_generator=_Strict)  # type: ignore[arg-type]
    components = shared.get("$defs", {})
    if duplicates := [name for name in components if "__" in name]:  # pydantic puts the module before a name that is not unique
        raise ValueError(f"two types have the same name: {duplicates}")
    return (
        {key: _clean(schema) for (key, _), schema in schemas.items()},
        {name: _clean(component) for name, component in components.items()},
    )


def _clean(shape: Any) -> Any:
    """Return a schema with references to components, and without titles and docstrings, which are for readers of the code."""
    if isinstance(shape, list):
        return [_clean(item) for item in shape]
    if not isinstance(shape, dict):
        return shape
    if "component" in shape:
        return ref(shape["component"])
    cleaned = {name: _clean(value) for name, value in shape.items() if name not in ("title", "description", "properties")}
    if "properties" in shape:
        cleaned["properties"] = {name: _clean(field) for name, field in shape["properties"].items()}
    return cleaned
