"""Names of tests: the subject first, at most 70 characters (`test_queued_frames_are_dropped_when_access_ends`)."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from board.bootstrap import ROOT

MAX_LENGTH = 70
# Words that begin a clause ("what was read") or a circumstance ("with two workers"), and so put the subject later or nowhere.
REFUSED = re.compile(
    "(what|who|whose|whom|whoever|where|wherever|whatever|whichever|which|those|that|whether|how|when|while|as|if|until"
    "|after|before|by|of|in|on|at|from|with|without|for|to)_"
)

DEFINED = re.compile(r"^ *(?:async )?def (test_\w+)\(", re.M)


def problem(name: str) -> str | None:
    """Return why a name of a test is refused, None if it is not."""
    if len(name) > MAX_LENGTH:
        return f"has {len(name)} characters"
    clause = REFUSED.match(name.removeprefix("test_"))
    return f"begins with {clause[1]!r}" if clause else None


def names_in(folder: Path) -> Iterator[tuple[Path, str]]:
    """Yield the file and the name of each test in a folder."""
    for file in sorted(folder.rglob("*.py")):
        for name in DEFINED.findall(file.read_text(encoding="utf-8")):
            yield file, name


def refused_in(folder: Path) -> list[str]:
    return [f"{file.relative_to(folder)}: {name} {why}" for file, name in names_in(folder) if (why := problem(name))]


def test_names_of_all_tests_keep_the_rule() -> None:
    assert len(list(names_in(ROOT / "tests"))) > 1_000
    assert refused_in(ROOT / "tests") == []


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("test_what_is_owed_is_dropped", "begins with 'what'"),
        ("test_who_signs_out_is_out", "begins with 'who'"),
        ("test_of_two_who_accept_at_once_one_does", "begins with 'of'"),
        (f"test_{'x' * MAX_LENGTH}", "has 75 characters"),
        ("test_queued_frames_are_dropped_when_access_ends", None),
        ("test_offline_page_says_so", None),  # a word that only begins like a refused one
    ],
)
def test_problem_names_the_broken_rule(name: str, why: str | None) -> None:
    assert problem(name) == why


def test_refused_name_in_a_file_is_found(tmp_path: Path) -> None:
    (tmp_path / "test_x.py").write_text(
        "class TestX:\n    async def test_where_it_is_it_stays(self) -> None: ...\n", encoding="utf-8"
    )
    assert refused_in(tmp_path) == ["test_x.py: test_where_it_is_it_stays begins with 'where'"]
