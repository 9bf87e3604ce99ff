"""Cookies are read in time that grows with their length alone; ours are found among others."""

import ast

import pytest
from starlette.requests import HTTPConnection

from board.bootstrap import ROOT
from board.web import cookies
from tests.support.linear_time import superlinear_growth, text_makers


def cookie(text: str) -> str:
    return cookies.parse(HTTPConnection({"type": "http", "headers": [(b"cookie", text.encode("latin-1", "replace"))]}), "board")


def test_time_grows_with_the_length_alone() -> None:
    assert next((slow for make in text_makers() if (slow := superlinear_growth(cookie, make, 65_536))), None) is None


def test_the_slow_reader_of_the_standard_library_is_used_nowhere() -> None:
    read = [
        f"{path.name}:{node.lineno}"
        for path in (ROOT / "board").rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Attribute) and node.attr == "cookies"
    ]
    assert read == []


@pytest.mark.parametrize(
    ("header", "found"),
    [
        ("board=1", "1"), ("a=2; board=1", "1"), ("board=1; a=2", "1"), (" board = 1 ", "1"), ("board=1;board=2", "2"),
        ("board=", ""), ("", ""), ("board", ""), ("xboard=1", ""), ("board=a=b", "a=b"), ('board="1"', '"1"'), (";;=;", ""),
    ],
)  # fmt: skip
def test_a_cookie_is_found_among_others(header: str, found: str) -> None:
    assert cookie(header) == found
