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


SCOPED = re.compile(r"\.([a-z][\w-]*)([^\w-].*)?", re.DOTALL)
EVERYWHERE = ("base.css", "print.css", "print_board.css", "phone.css", "palette.css")
# Classes that mean one thing on all pages, and are styled where each part of it is.
SHARED = {
    "alarm", "alarm-steps", "alarm-taken", "audit", "board-layout", "button", "campaign", "change-note", "child-details",
    "child-summary", "clock", "closed-searches", "column", "column-header", "confirmed", "details-view", "dialog", "form",
    "freshness-label", "goal", "grade", "handover-contents", "header-bar", "history-root", "list", "looked-at", "not-both",
    "operations-column", "operations-header", "outside", "panel", "promise-due", "quick", "search", "search-header",
    "search-page", "settings-page", "stale-overlay", "tabs", "theirs", "tip-dialog", "tools", "unknown", "waits",
    "watch-line", "watch-main", "watch-more", "where", "words-of",
}  # fmt: skip


def alternatives(selectors: str) -> list[str]:
    """Return the selectors of a list, also those of an `:is()` that one begins with."""
    found = list[str]()
    for each in re.split(r",(?![^(]*\))", selectors):
        listed = re.fullmatch(r":is\(([^()]*)\)(.*)", each.strip(), re.DOTALL)
        found += [f"{first.strip()}{listed[2]}" for first in listed[1].split(",")] if listed else [each]
    return found


def styled_classes(css: str) -> tuple[set[str], set[str]]:
    """Return the classes that are styled wherever they are, and those that selectors begin with."""
    alone, first = set[str](), set[str]()
    for selectors in re.findall(r"([^{};]+)\{", re.sub(r"/\*.*?\*/", "", css, flags=re.DOTALL)):
        for each in alternatives(selectors):
            if found := SCOPED.fullmatch(each.strip()):
                first.add(found[1])
                alone.update([found[1]] if not found[2] else [])
    return alone, first


def test_no_two_parts_of_a_page_style_the_same_class_by_accident() -> None:
    files = [path for path in (ROOT / "static" / "css").glob("*.css") if path.name not in EVERYWHERE]
    found = {path.name: styled_classes(path.read_text()) for path in files}
    for name, (alone, _) in found.items():
        for other in found.keys() - {name}:
            both = (alone & found[other][1]) - SHARED
            assert not both, f"{name} styles {sorted(both)} on every page, also what {other} means by it"


def test_styled_classes_are_found() -> None:
    assert styled_classes(".a { } .b .c, .d:is(.e, .f) { } @media print { .g { } }") == ({"a", "g"}, {"a", "b", "d", "g"})
    assert styled_classes(":is(.a, .b) > .c { } :is(.d, .e) { }") == ({"d", "e"}, {"a", "b", "d", "e"})
