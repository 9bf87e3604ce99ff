"""JSON Schemas of the types that calls and frames have, each type a component with a name of its own."""

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
    """Return the schema of each type, and the components that these refer to. Raises ValueError for two types of one name."""
    inputs = [(key, "serialization", TypeAdapter(type)) for key, type in types.items()]
    made, rest = TypeAdapter.json_schemas(inputs, ref_template=PREFIX + "{model}", schema_generator=_Strict)  # type: ignore[arg-type]
    components = rest.get("$defs", {})
    if doubled := [name for name in components if "__" in name]:  # pydantic puts their modules before equal names
        raise ValueError(f"two types have one name: {doubled}")
    return {key: _clean(schema) for (key, _), schema in made.items()}, {name: _clean(each) for name, each in components.items()}


def _clean(shape: Any) -> Any:
    """Return a schema without titles and docstrings, which are for readers of the code, and with its references."""
    if isinstance(shape, list):
        return [_clean(each) for each in shape]
    if not isinstance(shape, dict):
        return shape
    if "component" in shape:
        return ref(shape["component"])
    cleaned = {name: _clean(each) for name, each in shape.items() if name not in ("title", "description", "properties")}
    if "properties" in shape:
        cleaned["properties"] = {name: _clean(each) for name, each in shape["properties"].items()}
    return cleaned
