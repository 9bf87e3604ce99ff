"""Types of values that travel as JSON. Nothing is checked at run time: mypy holds the code to them, and descriptions are made
from them."""

from collections.abc import Callable
from typing import Annotated, Any


class Shape:
    """JSON Schema keywords that a type can't say, for `Annotated`; pydantic reads them."""

    def __init__(self, **keywords: Any) -> None:
        self.keywords = keywords

    def __get_pydantic_json_schema__(self, core: Any, handler: Callable[[Any], dict[str, Any]]) -> dict[str, Any]:
        return handler(core) | self.keywords


class Made(Shape):
    """JSON Schema that is made when a description is."""

    def __init__(self, make: Callable[[], dict[str, Any]]) -> None:
        self.make = make

    def __get_pydantic_json_schema__(self, core: Any, handler: Callable[[Any], dict[str, Any]]) -> dict[str, Any]:
        return self.make()


def component(name: str) -> Made:
    """Return a schema that the description has under this name."""
    return Made(lambda: {"component": name})


Count = Annotated[int, Shape(minimum=0)]
Time = Annotated[str, Shape(format="date-time")]
Id = Annotated[str, Shape(minLength=1, maxLength=64)]
