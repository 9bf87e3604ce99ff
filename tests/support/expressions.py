"""Regular expressions of the program, found in its source, and its loops over texts.

An expression is `FILE: the source of its pattern`. If the pattern cannot be evaluated from the module alone because
its value is a parameter, the caller gives its patterns.
"""

import ast
import importlib
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from board.bootstrap import ROOT

PROGRAM = ("board", "models", "realtime")
METHODS = ("match", "fullmatch", "search", "split", "sub", "subn", "findall", "finditer")
OTHERS = ("regex", "re2", "fnmatch", "sre_compile", "parse")  # other modules with regular expressions


class Expression(NamedTuple):
    """Call with a pattern: its key, the pattern if it can be evaluated, and the methods by which it is used."""

    key: str
    pattern: "re.Pattern[Any] | None"
    methods: tuple[str, ...]


@cache
def trees() -> dict[Path, ast.Module]:
    """Return the syntax trees of the program, by file."""
    files = sorted(file for folder in PROGRAM for file in (ROOT / folder).rglob("*.py"))
    return {file: ast.parse(file.read_text(encoding="utf-8")) for file in files}


@cache
def expressions() -> list[Expression]:
    """Return all expressions of the module `re` in the program."""
    found = []
    for file, tree in trees().items():
        if here := list(calls(tree)):
            names = _names(tree)
            found += [_expression(file, call, names.get(call)) for call in here]
    return found


def calls(tree: ast.Module) -> Iterator[ast.Call]:
    for node in ast.walk(tree):
        match node:
            case ast.Call(func=ast.Attribute(value=ast.Name(id="re"), attr=name)) if name == "compile" or name in METHODS:
                yield node


def imports_of_re() -> list[str]:
    """Return imports that would hide an expression: the module under another name, or its functions alone."""
    found = []
    for file, tree in trees().items():
        for node in ast.walk(tree):
            match node:
                case ast.Import(names=names):
                    found += [
                        f"{_name(file)}: {each.name}"
                        for each in names
                        if each.name in OTHERS or (each.name == "re" and each.asname)
                    ]
                case ast.ImportFrom(module=module) if module == "re" or module in OTHERS:
                    found.append(f"{_name(file)}: {module}")
    return found


def _is_hidden(name: ast.alias) -> bool:
    return name.name in OTHERS or (name.name == "re" and name.asname is not None)


def keywords() -> list[str]:
    """Return the patterns of types and schemas: `pattern=` of a call, and `"pattern"` of a dictionary."""
    found = []
    for file, tree in trees().items():
        for node in ast.walk(tree):
            match node:
                case ast.Call(func=func, keywords=given):
                    found += [
                        f"{_name(file)}: {ast.unparse(func)} {_source(each.value)}"
                        for each in given
                        if each.arg in ("pattern", "regex")
                    ]
                case ast.Dict(keys=keys, values=values):
                    pairs = zip(keys, values, strict=True)
                    found += [
                        f"{_name(file)}: schema {_source(value)}"
                        for key, value in pairs
                        if isinstance(key, ast.Constant) and key.value == "pattern"
                    ]
    return found


STATEMENT = re.compile(r"\b(SELECT|UPDATE|DELETE|INSERT|WHERE)\b")
SQL = re.compile(r"\bREGEXP\b|\bRLIKE\b|\bSIMILAR TO\b|\bGLOB\b|\bregexp_\w+|\bLIKE\b|\bILIKE\b| !?~\*? ", re.IGNORECASE)


def statements() -> list[str]:
    """Return statements of SQL that compare with a pattern."""
    found = []
    for file, tree in trees().items():
        for node in ast.walk(tree):
            match node:
                case ast.Constant(value=str(text)) if re.search(r"\b(SELECT|UPDATE|DELETE|INSERT|WHERE)\b", text) and SQL.search(
                    text
                ):
                    found.append(f"{_name(file)}: {SQL.findall(text)[0]}")
                case ast.Call(func=ast.Attribute(attr=("regexp_match" | "like" | "ilike" | "regexp_replace" | "op") as name)):
                    found.append(f"{_name(file)}: {name}")
    return found


TEXT_METHODS = {
    "find", "rfind", "index", "rindex", "startswith", "partition", "rpartition", "split", "rsplit", "removeprefix", "replace",
}  # fmt: skip


def scanners() -> list[str]:
    """Return functions with a loop that moves through a text by index, and so may visit a part repeatedly."""
    return [
        f"{_name(file)}: {function.name}"
        for file, tree in trees().items()
        for function in ast.walk(tree)
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef)
        if any(isinstance(loop, ast.While) and _goes_through_a_text(loop) for loop in ast.walk(function))
    ]


def _goes_through_a_text(loop: ast.While) -> bool:
    for node in ast.walk(loop):
        match node:
            case ast.Call(func=ast.Attribute(attr=name)) if name in TEXT_METHODS:
                return True
            case ast.Subscript(slice=ast.Slice()) | ast.Subscript(value=ast.Name(id=("text" | "head"))):
                return True
    return False


def _name(file: Path) -> str:
    return file.relative_to(ROOT).as_posix()


def _expression(file: Path, call: ast.Call, name: str | None) -> Expression:
    assert isinstance(call.func, ast.Attribute)
    method = call.func.attr
    methods = _methods(file, name) if method == "compile" else (method,)
    return Expression(f"{_name(file)}: {_source(call.args[0])}", _evaluate(file, call), methods)


def _source(node: ast.expr) -> str:
    """Return a pattern as a line of text: its own text if it is a constant, otherwise the code that builds it."""
    if not isinstance(node, ast.Constant):
        return ast.unparse(node)
    text = node.value.decode("latin-1") if isinstance(node.value, bytes) else str(node.value)
    return "".join(char if char.isprintable() else f"\\u{ord(char):04x}" for char in text)


def _evaluate(file: Path, call: ast.Call) -> "re.Pattern[Any] | None":
    assert isinstance(call.func, ast.Attribute)
    flags = [word.value for word in call.keywords if word.arg == "flags"]
    place = {"compile": 1, "split": 3, "sub": 4, "subn": 4}.get(call.func.attr, 2)
    flags = flags or call.args[place : place + 1]
    try:
        module = vars(importlib.import_module(".".join(file.relative_to(ROOT).with_suffix("").parts)))
        pattern, *given = (eval(ast.unparse(each), module) for each in [call.args[0], *flags])
    except NameError:
        return None
    return re.compile(pattern, *given)


def _names(tree: ast.Module) -> dict[ast.AST, str]:
    """Return the names of expressions, by their calls: the variable's, or that of the table that contains the expression."""
    found: dict[ast.AST, str] = {}
    for node in tree.body:
        match node:
            case ast.Assign(targets=[ast.Name(id=name), *_]) | ast.AnnAssign(target=ast.Name(id=name)):
                found |= dict.fromkeys(ast.walk(node), name)
    return found


@cache
def _uses() -> dict[tuple[str, str], set[str]]:
    """Return the methods by which names are used, by file and name. The file is empty for a name of another module."""
    found: dict[tuple[str, str], set[str]] = {}
    for file, tree in trees().items():
        for node in ast.walk(tree):
            match node:
                case ast.Attribute(value=ast.Name(id=name), attr=method) if method in METHODS:
                    found.setdefault((_name(file), name), set()).add(method)
                case ast.Attribute(value=ast.Attribute(attr=name), attr=method) if method in METHODS:
                    found.setdefault(("", name), set()).add(method)
    return found


def _methods(file: Path, name: str | None) -> tuple[str, ...]:
    """Return the methods by which an expression of this name is used; all methods if the uses cannot be determined."""
    return tuple(sorted(_uses().get((_name(file), name or ""), set()) | _uses().get(("", name or ""), set()))) or METHODS
