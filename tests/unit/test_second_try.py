"""Second try of failed tests: what it forgives, what it names, and what a strict run refuses."""

import json
from pathlib import Path

import pytest

from board.bootstrap import ROOT
from board.dev import second_try
from board.dev.test_command import is_strict

SUITE = """
from pathlib import Path

def test_passes(): pass

def test_fails_once():
    mark = Path(__file__).with_name("tried")
    tried = mark.exists()
    mark.touch()
    assert tried, "the first time"

def test_fails(): assert {broken} is False
"""


@pytest.fixture
def _plain_pytest(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let pytest find this checkout, and load no plugins of others: they take most of the time of these runs."""
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")


def tried(folder: Path, *, broken: bool) -> second_try.Run:
    (folder / "test_suite.py").write_text(SUITE.format(broken=broken))
    (folder / "tried").unlink(missing_ok=True)
    ran = second_try.run(["-q", "--strict-markers"], folder)
    assert ran.retriable
    second_try.again(ran, ["-q"], folder)
    ran.count_flaky(folder)
    return ran


@pytest.mark.usefixtures("_plain_pytest")
def test_flaky_test_passes_and_is_named_and_counted(tmp_path: Path) -> None:
    for times in (1, 2):
        ran = tried(tmp_path, broken=False)
        assert (ran.code, ran.flaky) == (0, ["test_suite.py::test_fails_once"])
        assert ran.flaky_lines()[0].startswith("FLAKY: test_suite.py::test_fails_once failed, and passed")
        assert any("the first time" in line for line in ran.flaky_lines())
        assert json.loads((tmp_path / second_try.COUNTS).read_text()) == {"test_suite.py::test_fails_once": times}


@pytest.mark.usefixtures("_plain_pytest")
def test_test_that_fails_twice_fails_the_run_and_the_others_are_named(tmp_path: Path) -> None:
    ran = tried(tmp_path, broken=True)
    assert (ran.code, ran.flaky) == (second_try.TESTS_FAILED, ["test_suite.py::test_fails_once"])
    assert ran.counts() == "1 failed, 2 passed, 2 rerun"


@pytest.mark.parametrize(
    ("arguments", "strict"),
    [
        ([], False), (["--strict"], True), (["tests/unit", "-x"], False), (["-m", "not slow"], False),
        (["-m", "slow"], True), (["-mslow"], True), (["-x", "-m", "slow or not slow"], True), (["-k", "slow"], False),
    ],
)  # fmt: skip
def test_run_of_slow_tests_is_strict(arguments: list[str], strict: bool) -> None:
    assert is_strict(arguments) is strict
