"""Log events of the code and of the reference are the same."""

import ast
import re
from collections.abc import Iterator

from board.audit.entries import ENTRIES
from board.bootstrap import ROOT
from tests.support.readme_blocks import document

LEVELS = ("debug", "info", "warning", "error", "exception")
LOGGERS = ("log", "throttled_log")
AT = ("command", "call", "page", "socket")  # arguments of `failures.answered`


def logged(text: str) -> Iterator[str]:
    """Yield the event of each call of a logger. A value in it is shown as `…`."""
    for node in ast.walk(ast.parse(text)):
        match node:
            case ast.Call(func=ast.Attribute(value=ast.Name(id=logger), attr=level), args=[first, *_]):
                if logger in LOGGERS and level in LEVELS:
                    yield from _texts(first)


def _texts(node: ast.expr) -> Iterator[str]:
    match node:
        case ast.Constant(value=str(text)):
            yield text
        case ast.JoinedStr(values=parts):
            yield "".join(str(part.value) if isinstance(part, ast.Constant) else "…" for part in parts)


def in_code() -> set[str]:
    files = [file for package in ("board", "realtime", "models") for file in (ROOT / package).rglob("*.py")]
    found = {event for file in files for event in logged(file.read_text(encoding="utf-8"))}
    assert len(found) > 30, "there is something to see"
    return found


def in_reference() -> set[str]:
    return set(re.findall(r"^\| `([^`]+)` \| [a-z, ]+ \|", document("reference/log-events"), flags=re.M))


def test_every_log_event_is_in_the_reference() -> None:
    assert in_code() - {"… failed"} - ENTRIES.keys() - in_reference() == set()
    assert {f"{at} failed" for at in AT} <= in_reference()


def test_every_log_event_of_the_reference_is_in_the_code() -> None:
    code = "".join(file.read_text(encoding="utf-8") for file in (ROOT / "board").rglob("*.py"))
    there = in_code() | {f"{at} failed" for at in AT}
    elsewhere = {event for event in in_reference() if event.replace("…", "{") in code}  # not in a call of a logger
    assert in_reference() - there - elsewhere == set()


def test_an_event_of_a_new_line_is_seen() -> None:
    assert list(logged('log.error("something new", code=1)\nlog.warning(f"down ({reason})")\nprint("no")')) == [
        "something new", "down (…)"
    ]  # fmt: skip
