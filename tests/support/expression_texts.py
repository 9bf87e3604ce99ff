"""Texts that may be slow for regular expressions, built from the parts of each expression."""

import re
import re._constants as sre  # type: ignore[import-not-found]
import re._parser as parser  # type: ignore[import-not-found]
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from functools import cache, partial
from itertools import product
from typing import Any

from tests.support.linear_time import slowness

WITH_REPLACEMENT = ("sub", "subn")
REPEATS = 10_000
FEW = 3  # number of tried members of a character class, and of branches
MAX_SINGLE = 6  # characters of an expression of which all pairs are tried
NEAR_MISSES = ("", "\0", "\n")
SAMPLES = "aZ0_ \n\t-.,;:/\\'\"()[]{}<>@#%&=+*?^$|~`é\u0301\u00a0²"
Tree = Iterable[tuple[Any, Any]]


def text_makers(pattern: "re.Pattern[Any]") -> Iterator[Callable[[int], str]]:
    """Yield functions from a maximum length to a text that may be slow for an expression: each part repeated after
    the text before it, two neighbours repeated, and near misses of these."""
    for (start, part), end in product(repeats(pattern), NEAR_MISSES):
        yield partial(_text, start, part, end)


def _text(start: str, part: str, end: str, length: int) -> str:
    count = min(REPEATS, max(1, (length - len(start) - len(end)) // len(part)))
    return (start + part * count)[: max(0, length - len(end))] + end


def repeats(pattern: "re.Pattern[Any]") -> list[tuple[str, str]]:
    """Return pairs of a prefix and a repeated part of a matching text."""
    source = pattern.pattern.decode("latin-1") if isinstance(pattern.pattern, bytes) else pattern.pattern
    tree = parser.parse(source, pattern.flags & ~re.UNICODE if isinstance(pattern.pattern, bytes) else pattern.flags)
    parts: dict[tuple[str, str], None] = {}
    _walk(tree, "", parts)
    literals = list(dict.fromkeys(part for _, part in parts if len(part) == 1))[:MAX_SINGLE]
    parts |= {("", one + other): None for one, other in product(literals, literals)}
    whole = _sample(tree)
    for pair in [("", whole), ("", whole[:-1]), ("", whole[1:])]:
        parts[pair] = None
    return [(start, part) for start, part in parts if part]


def _walk(tree: Tree, start: str, parts: dict[tuple[str, str], None]) -> None:
    last: list[str] = []
    for node in tree:
        here = _samples(node)
        for part in here:
            parts[start, part] = parts["", part] = None
            for before in last:
                parts[start, before + part] = None
        for inner in _inner(node):
            _walk(inner, start, parts)
        start, last = start + (here[0] if here else ""), here or last


def _inner(node: tuple[Any, Any]) -> list[Tree]:
    op, value = node
    if op is sre.BRANCH:
        return list(value[1])
    if op is sre.SUBPATTERN:
        return [value[-1]]
    if op in (sre.MAX_REPEAT, sre.MIN_REPEAT, sre.POSSESSIVE_REPEAT):
        return [value[2]]
    if op in (sre.ASSERT, sre.ASSERT_NOT):
        return [value[1]]
    return [value] if op is sre.ATOMIC_GROUP else []


def _sample(tree: Tree) -> str:
    return "".join((_samples(node) or [""])[0] for node in tree)


def _samples(node: tuple[Any, Any]) -> list[str]:
    """Return texts that match a part of an expression, the most common first."""
    op, value = node
    if op is sre.LITERAL:
        return [chr(value)]
    if op in (sre.IN, sre.NOT_LITERAL, sre.ANY, sre.CATEGORY, sre.RANGE):
        return _members(node)
    if op is sre.BRANCH:
        return [_sample(each) for each in value[1]][:FEW]
    if op in (sre.MAX_REPEAT, sre.MIN_REPEAT, sre.POSSESSIVE_REPEAT):
        inner = _sample(value[2])
        return [inner * max(1, min(int(value[0]), 64))]
    return [_sample(each) for each in _inner(node)]


@cache
def _single(text: str) -> "re.Pattern[str]":
    return re.compile(text, re.DOTALL)


def _members(node: tuple[Any, Any]) -> list[str]:
    """Return some characters of a class."""
    op, value = node
    if op is sre.ANY:
        return ["a", "\n"]
    if op is sre.NOT_LITERAL:
        return [next(each for each in SAMPLES if each != chr(value))]
    items = value if op is sre.IN else [node]
    is_negated = bool(items) and items[0][0] is sre.NEGATE
    found = [each for each in SAMPLES if any(_has(item, each) for item in items) != is_negated]
    if not is_negated:
        found += [chr(item[1]) for item in items if item[0] is sre.LITERAL]
        found += [chr(item[1][0]) for item in items if item[0] is sre.RANGE]
    return list(dict.fromkeys(found))[:FEW]


_CATEGORIES = {
    sre.CATEGORY_DIGIT: r"\d", sre.CATEGORY_NOT_DIGIT: r"\D", sre.CATEGORY_SPACE: r"\s", sre.CATEGORY_NOT_SPACE: r"\S",
    sre.CATEGORY_WORD: r"\w", sre.CATEGORY_NOT_WORD: r"\W",
}  # fmt: skip


def _has(item: tuple[Any, Any], char: str) -> bool:
    op, value = item
    if op is sre.LITERAL:
        return ord(char) == value
    if op is sre.RANGE:
        return bool(value[0] <= ord(char) <= value[1])
    return op is sre.CATEGORY and _single(_CATEGORIES[value]).match(char) is not None


def runner(pattern: "re.Pattern[Any]", method: str) -> Callable[[str], object]:
    """Return a function that applies an expression to a text, as the program does."""
    use, is_bytes = getattr(pattern, method), isinstance(pattern.pattern, bytes)
    given: tuple[Any, ...] = ("",) if method in WITH_REPLACEMENT else ()
    if is_bytes:
        return lambda text: use(*(b"" for _ in given), text.encode("latin-1", "replace"))
    return (lambda text: deque(use(text), 0)) if method == "finditer" else lambda text: use(*given, text)


def slow(pattern: "re.Pattern[Any]", methods: Iterable[str], longest: int) -> str | None:
    """Describe a text of this length for which an expression is too slow; None if there is none."""
    found = (slowness(runner(pattern, method), make, longest) for method in methods for make in text_makers(pattern))
    return next(filter(None, found), None)
