"""Types of values in JSON on the wire. They are not checked at run time: mypy checks the code, and descriptions are generated
from them."""

from collections.abc import Callable
from typing import Annotated, Any


class Shape:
    """JSON Schema keywords that a type can't express, for `Annotated`; pydantic reads them."""

    def __init__(self, **keywords: Any) -> None:
        self.keywords = keywords

    def __get_pydantic_json_schema__(self, core: Any, handler: Callable[[Any], dict[str, Any]]) -> dict[str, Any]:
        return handler(core) | self.keywords


class ComputedSchema(Shape):
    """JSON Schema that is computed when a description is generated."""

    def __init__(self, make: Callable[[], dict[str, Any]]) -> None:
        self.make = make

    def __get_pydantic_json_schema__(self, core: Any, handler: Callable[[Any], dict[str, Any]]) -> dict[str, Any]:
        return self.make()


def component(name: str) -> ComputedSchema:
    """Return a reference to the schema with this name in the description."""
    return ComputedSchema(lambda: {"component": name})


Count = Annotated[int, Shape(minimum=0)]
Time = Annotated[str, Shape(format="date-time")]
Id = Annotated[str, Shape(minLength=1, maxLength=64)]
