"""Coverage that is held: counted from coverage's report for each package, and named where it is too low."""

from typing import Any

from board.dev import test_coverage


def file(lines: int, covered: int, branches: int = 0, taken: int = 0) -> dict[str, Any]:
    summary = {"num_statements": lines, "covered_lines": covered, "num_branches": branches, "covered_branches": taken}
    return {"summary": summary}


def test_lines_and_branches_are_summed_by_package() -> None:
    found = test_coverage.by_package(
        {"board/engine/a.py": file(80, 80, 20, 10), "board/engine/b.py": file(100, 100), "realtime/hub.py": file(10, 5)}
    )
    assert found == {"board/engine": 95.0, "board/commands": 100.0, "realtime": 50.0}


def test_a_package_that_is_covered_too_little_is_named() -> None:
    found = {"board/engine": 95.0, "board/commands": 94.9, "realtime": 99.0}
    assert test_coverage.faults(found) == ["board/commands: 94.9 % covered, 95.0 % are held"]
