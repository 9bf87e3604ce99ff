"""Selectors of the stylesheets: what they cost on a board of a thousand cards."""

import re
from pathlib import Path

import pytest

from board.bootstrap import ROOT

HOLDS_ALL_CARDS = r"(?:html|body|main|:root|\.board-layout|\.board|\.column|\.list|\.search-page|\.replay-page|\.history-page)"
# The end of a compound that holds all cards, up to its own `:has(`; then what is asked of its content, with at most one pair of
# parentheses inside.
FOUND = re.compile(HOLDS_ALL_CARDS + r"(?:\[[^\]]*\]|:not\((?=:has))*:has\(((?:[^()]|\([^()]*\))*)\)")


def deep_questions(css: str) -> list[str]:
    """Return what is asked of all descendants of an element that holds all cards: a browser goes through them at each change."""
    asked = [each.strip() for content in FOUND.findall(css) for each in content.split(",")]
    return [each for each in asked if not each.startswith(">") or re.search(r"[^>\s]\s+[^>\s]", each)]


@pytest.mark.parametrize("path", sorted((ROOT / "static" / "css").rglob("*.css")), ids=lambda path: path.name)
def test_no_style_asks_for_a_descendant_of_all_cards(path: Path) -> None:
    assert deep_questions(path.read_text()) == []


def test_deep_questions_are_found() -> None:
    assert deep_questions("body:has(.panel) {}") == [".panel"]
    assert deep_questions('.list[data-at="end"]:not(:has([data-card])) {}') == ["[data-card]"]
    assert deep_questions(".column:has(> .a .b, > .list > [x]) {}") == ["> .a .b"]
    assert deep_questions("html:has(> body > main) .card:has(h3 a:focus-visible) {}") == []
