"""Strict parser of JSON from outside, which refuses input that two programs could read differently.

It is the standard parser with hooks, because faster ones silently accept duplicate keys, U+0000 and huge integers. It takes
linear time, because any client may send any text.
"""

import json
import math
import re
from collections.abc import Sequence
from typing import Any

MAX_DEPTH = 32
MAX_INTEGER = 2**53  # browsers round larger integers
_PARSE_DEPTH = 400  # the recursive parser is not called for deeper nesting
_UNSOUND = re.compile("[\x00\ud800-\udfff]")


def parse(source: str) -> tuple[Any, str | None]:
    """Return the value, and its problem or None. The value is None if the text is not JSON.

    An invalid value is returned too, so that an answer can name its command.
    """
    try:  # nearly all texts are valid; they share one decoder, because making one takes as long as parsing a command
        if source.count("[") + source.count("{") <= MAX_DEPTH and "\\u" not in source:
            return _SOUND.decode(source), None
    except ValueError:
        pass  # find the problem below
    depth = _depth(source)
    if depth > _PARSE_DEPTH:
        return None, f"Nested deeper than {MAX_DEPTH}."
    problems: list[str] = [] if depth <= MAX_DEPTH else [f"Nested deeper than {MAX_DEPTH}."]

    def constant(name: str) -> None:
        problems.append(f"{name} is not JSON.")

    def integer(digits: str) -> int | None:
        try:
            return _integer(digits)
        except ValueError:
            problems.append("A whole number is beyond 2^53.")
            return None

    def number(digits: str) -> float | None:
        try:
            return _number(digits)
        except ValueError:
            problems.append("A number is too large.")
            return None

    def pairs(items: Sequence[tuple[str, Any]]) -> dict[str, Any]:
        members = dict(items)
        if len(members) != len(items):
            problems.append("A key is given twice.")
        return members

    try:
        value = json.loads(source, parse_constant=constant, parse_int=integer, parse_float=number, object_pairs_hook=pairs)
    except (ValueError, RecursionError):
        return None, "This is not JSON."
    if depth <= MAX_DEPTH and "\\u" in source and not _texts_are_sound(value):
        problems.append("A text holds U+0000 or half of a character.")
    return value, problems[0] if problems else None


def _integer(digits: str) -> int:
    if len(digits) > 17 or abs(int(digits)) > MAX_INTEGER:
        raise ValueError
    return int(digits)


def _number(digits: str) -> float:
    value = float(digits)
    if not math.isfinite(value):
        raise ValueError
    is_integer = value.is_integer() and abs(value) <= MAX_INTEGER
    return int(value) if is_integer else value  # JSON has one number type: 11.0 is 11


def _pairs(items: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(items)
    if len(members) != len(items):
        raise ValueError
    return members


def _constant(name: str) -> None:
    raise ValueError


_SOUND = json.JSONDecoder(parse_constant=_constant, parse_int=_integer, parse_float=_number, object_pairs_hook=_pairs)


def _depth(source: str) -> int:
    """Return the nesting depth of brackets outside of strings, up to the parser's limit."""
    if source.count("[") + source.count("{") <= MAX_DEPTH:
        return 0  # few brackets: the limit can't be exceeded
    # Without escapes, every second part between quotes is outside of strings: as far as the text is JSON, and the parser stops
    # where it is not.
    outside = source.replace("\\\\", "").replace('\\"', "").split('"')[::2]
    deepest = depth = 0
    for character in "".join(outside):
        if character in "[{":
            depth += 1
            deepest = max(deepest, depth)
            if depth > _PARSE_DEPTH:
                break
        elif character in "]}":
            depth -= 1
    return deepest


def _texts_are_sound(value: Any) -> bool:
    stack = [value]
    while stack:
        item = stack.pop()
        if isinstance(item, str):
            if _UNSOUND.search(item):
                return False
        elif isinstance(item, dict):
            stack += item
            stack += item.values()
        elif isinstance(item, list):
            stack += item
    return True
