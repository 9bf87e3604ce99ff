"""Code blocks of the README and of the documentation, for tests that run them."""

import re

from board.bootstrap import ROOT
from board.paths import DOCS

README = (ROOT / "README.md").read_text(encoding="utf-8")


def document(name: str) -> str:
    """Return the text of a document, such as `how-to/install`."""
    return (DOCS / f"{name}.md").read_text(encoding="utf-8")


def code_blocks(after: str, language: str, page: str = README) -> list[str]:
    """Return the blocks of code in one language that follow a text, in order."""
    _, found, rest = page.partition(after) if after else ("", "all", page)
    assert found, after
    return re.findall(rf"^```{language}\n(.*?)^```$", rest, flags=re.S | re.M)
