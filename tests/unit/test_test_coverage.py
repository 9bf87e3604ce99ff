"""Coverage that is held: merged from the files of all processes, and named where it is too low."""

import json
from pathlib import Path

from board.dev import test_coverage


def write(file: Path, **covered: dict[str, list[object]]) -> None:
    file.write_text(json.dumps({"files": {name.replace("__", "/") + ".py": found for name, found in covered.items()}}))


def found(lines: list[object], missing: list[object], branches: list[object], untaken: list[object]) -> dict[str, list[object]]:
    return {"executed_lines": lines, "missing_lines": missing, "executed_branches": branches, "missing_branches": untaken}


def test_lines_and_branches_of_all_processes_are_merged(tmp_path: Path) -> None:
    write(tmp_path / "gw0.json", realtime__hub=found([1, 2], [3, 4], [[1, 2]], [[1, 3]]))
    write(
        tmp_path / "gw1.json",
        realtime__hub=found([2, 3], [1, 4], [], [[1, 2], [1, 3]]),
        board__engine__a=found([1], [], [[1, 0]], []),
    )
    percentages = test_coverage.measured(tmp_path)
    assert percentages["realtime"] == {"lines": 75.0, "branches": 50.0}
    assert percentages["board/engine"] == {"lines": 100.0, "branches": 100.0}
    assert test_coverage.summary(percentages).startswith("board/engine 100.0 % of lines, 100.0 % of branches; ")


def test_a_percentage_that_is_too_low_is_named() -> None:
    percentages = {"board/engine": {"lines": 95.0, "branches": 94.9}, "realtime": {"lines": 99.0, "branches": 99.0}}
    assert test_coverage.faults(percentages) == ["board/engine: 94.9 % of branches covered, 95.0 % are held"]


def test_nothing_measured_is_too_little(tmp_path: Path) -> None:
    assert len(test_coverage.faults(test_coverage.measured(tmp_path))) == 6
