"""Extractor of translatable texts from scripts (`pybabel extract`, see board/locales/babel.cfg).

Babel's own JavaScript extractor counts braces inside the strings of `${…}`, and so misses every text with a `{name}` in a
template string.
"""

import json
import re
from collections.abc import Collection, Iterator, Mapping
from typing import IO, Any

_TEXT = r'"(?:[^"\\\n]|\\.)*"'
_CALL = re.compile(rf"(?<![\w.$])([tnp])\(\s*({_TEXT})(?:\s*,\s*({_TEXT}))?")
_COMMENT = re.compile(r"^\s*// (translators: .*)$")

Extracted = tuple[int, str, str | tuple[str, str], list[str]]


def javascript(
    file: IO[bytes], keywords: Mapping[str, Any], comment_tags: Collection[str], options: Mapping[str, Any]
) -> Iterator[Extracted]:
    """Yield each `t("…")`, `n("…", "…")` and `p("context", "…")`, with a comment `// translators: …` on the line before it."""
    text = file.read().decode()
    lines = text.splitlines()
    for call in _CALL.finditer(text):
        name, first, second = call.groups()
        line = text.count("\n", 0, call.start()) + 1
        comment = _COMMENT.match(lines[line - 2]) if line > 1 else None
        comments = [comment[1]] if comment else []
        if name == "t":
            yield line, name, json.loads(first), comments
        elif second:  # n: one and many; p: context and text
            yield line, name, (json.loads(first), json.loads(second)), comments
