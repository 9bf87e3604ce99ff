"""Reading JSON from outside, strictly: what two programs could read differently is not accepted.

The standard parser with hooks, not a faster one: those take duplicate keys, U+0000 and huge integers without a word.
Everything here takes time in proportion to the length of the text: whoever may send a message may send any.
"""

import json
import math
import re
from collections.abc import Sequence
from typing import Any

MAX_DEPTH = 32
MAX_INTEGER = 2**53  # beyond it, browsers round
_PARSE_DEPTH = 400  # deeper than this we do not even let the parser try: it recurses
_UNSOUND = re.compile("[\x00\ud800-\udfff]")


def parse(source: str) -> tuple[Any, str | None]:
    """The value, and what is wrong with it (None when nothing is). The value is None where it can't be parsed at all.

    A value with a fault is given too, so that an answer can name the command that it was part of.
    """
    depth = _depth(source)
    if depth > _PARSE_DEPTH:
        return None, f"Nested deeper than {MAX_DEPTH}."
    faults: list[str] = [] if depth <= MAX_DEPTH else [f"Nested deeper than {MAX_DEPTH}."]

    def constant(name: str) -> None:
        faults.append(f"{name} is not JSON.")

    def integer(digits: str) -> int | None:
        if len(digits) > 17 or abs(int(digits)) > MAX_INTEGER:
            faults.append("A whole number is beyond 2^53.")
            return None
        return int(digits)

    def number(digits: str) -> float | None:
        value = float(digits)
        if not math.isfinite(value):
            faults.append("A number is too large.")
            return None
        whole = value.is_integer() and abs(value) <= MAX_INTEGER
        return int(value) if whole else value  # JSON has one kind of number: 11.0 is 11

    def pairs(items: Sequence[tuple[str, Any]]) -> dict[str, Any]:
        found = dict(items)
        if len(found) != len(items):
            faults.append("A key is given twice.")
        return found

    try:
        value = json.loads(source, parse_constant=constant, parse_int=integer, parse_float=number, object_pairs_hook=pairs)
    except (ValueError, RecursionError):
        return None, "This is not JSON."
    if depth <= MAX_DEPTH and "\\u" in source and not _texts_are_sound(value):
        faults.append("A text holds U+0000 or half of a character.")
    return value, faults[0] if faults else None


def _depth(source: str) -> int:
    """How deeply brackets nest, strings left out; counted no further than the parser may go."""
    if source.count("[") + source.count("{") <= MAX_DEPTH:
        return 0  # as most texts are: it is never more than that
    # Without its escapes, every second part of a text between quotes is outside of strings: so far as it is JSON, at least,
    # and farther the parser does not go.
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
    left = [value]
    while left:
        each = left.pop()
        if isinstance(each, str):
            if _UNSOUND.search(each):
                return False
        elif isinstance(each, dict):
            left += each
            left += each.values()
        elif isinstance(each, list):
            left += each
    return True
