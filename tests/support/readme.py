"""The README's own words, and those of other pages, for tests that do what they say."""

import re

from board.bootstrap import ROOT

README = (ROOT / "README.md").read_text(encoding="utf-8")


def blocks(after: str, language: str, page: str = README) -> list[str]:
    """The blocks of code in one language that follow a text, in order."""
    _, found, rest = page.partition(after)
    assert found, after
    return re.findall(rf"^```{language}\n(.*?)^```$", rest, flags=re.S | re.M)
