"""Docstrings of declarations, split into the text about the declaration and the texts about its fields."""

import ast
import inspect
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from itertools import zip_longest
from typing import Any, get_args

from pydantic import BaseModel

from board.bootstrap import ROOT
from models.entity import json_type

_FIELD = re.compile(r"^`([\w.*\[\]-]+)`: (.*)$")


@dataclass(frozen=True)
class Docs:
    """Text about a declaration, and texts about its fields by path."""

    text: str
    fields: dict[str, str] = field(default_factory=dict)


def parse(docstring: str) -> Docs:
    """Split a docstring: a line "`name`: text" begins the text of a field, which ends before the next one or an empty line."""
    text: list[str] = []
    fields: dict[str, str] = {}
    name = ""
    for line in docstring.splitlines():
        if match := _FIELD.match(line):
            name, fields[match[1]] = match[1], match[2]
        elif name and line.strip():
            fields[name] += f" {line.strip()}"
        else:
            name = ""
            text.append(line)
    return Docs(re.sub(r"\n{3,}", "\n\n", "\n".join(text)).strip(), fields)


def docs_of(type: type) -> Docs:
    """Return the docs of a class, with those of its bases and of the groups in its fields."""
    found: dict[str, str] = {}
    for name, group in _groups(type):
        found |= {f"{name}.{path}": text for path, text in docs_of(group).fields.items()}
    for base in reversed(type.__mro__):
        found |= parse(_own(base)).fields if issubclass(base, BaseModel) else {}
    return Docs(parse(_own(type)).text, found)


def _own(type: type) -> str:
    return inspect.cleandoc(type.__dict__.get("__doc__") or "")


def _groups(type: type) -> list[tuple[str, Any]]:
    """Return the fields of a class whose values are classes too, or collections of one, with that class."""
    found = []
    for name, each in getattr(type, "model_fields", {}).items():
        annotation = json_type(type, name) if hasattr(type, "STATE") and name in type.STATE else each.annotation
        for inner, path in _classes(annotation, each.alias or name):
            found.append((path, inner))
    return found


def _classes(annotation: Any, path: str) -> list[tuple[Any, str]]:
    if inspect.isclass(annotation) and issubclass(annotation, BaseModel):
        return [(annotation, path)]
    mark = ".*" if getattr(annotation, "__origin__", None) is dict else ""
    return [each for inner in get_args(annotation) for each in _classes(inner, path + mark)]


def docs_of_function(function: Callable[..., Any]) -> Docs:
    """Return the docs of the handler of a call; the text after the first paragraph is for clients."""
    _, _, rest = inspect.cleandoc(function.__doc__ or "").partition("\n\n")
    return parse(rest)


def docs_of_component(name: str) -> Docs:
    """Return the docs of a type that travels: its docstring, or the text behind its assignment."""
    return parse(_documented().get(name, ""))


@cache
def _documented() -> dict[str, str]:
    found: dict[str, str] = {}
    for package in ("board", "models", "realtime"):
        for file in sorted((ROOT / package).rglob("*.py")):
            body = ast.parse(file.read_text(encoding="utf-8")).body
            for node, following in zip_longest(body, body[1:]):
                match node, following:
                    case ast.Assign(targets=[ast.Name(id=name)]), ast.Expr(value=ast.Constant(value=str(text))):
                        found[name] = inspect.cleandoc(text)
                    case ast.ClassDef(name=name), _ if any(getattr(base, "id", "") == "TypedDict" for base in node.bases):
                        found[name] = ast.get_docstring(node) or ""
    return found
