"""Processes that run test files at the same time: what runs where, and what is reported of a process that dies."""

import os
from pathlib import Path

import pytest

from board.bootstrap import ROOT
from board.dev import second_try
from board.dev.test_command import ABREAST

SUITE = """
import atexit, os, time
from pathlib import Path
import pytest

HERE = Path(__file__).parent
atexit.register(lambda: (HERE / f"ended-{os.getpid()}").touch())  # in the controller

@pytest.fixture(scope="session")
def session():
    yield
    (HERE / f"torn-down-{os.getpid()}").touch()

@pytest.fixture(scope="module", autouse=True)
def module(session, tmp_path_factory):
    (tmp_path_factory.mktemp("folder") / "file").touch()
    print("set up in", os.getpid())
    with (HERE / "modules").open("a") as file:
        print(Path(__file__).name, os.getpid(), file=file)

def test_waits_for_the_other_file():
    (HERE / f"{Path(__file__).name}.began").touch()
    while len([*HERE.glob("*.began")]) < 2: time.sleep(0.01)

def test_prints(capfd):
    os.system("echo of a child")
    assert capfd.readouterr().out == "of a child\\n"

def test_last(): pass
"""
DIES = """
import os
def test_before(): pass
def test_dies(): os.kill(os.getpid(), 9)
def test_after(): pass
"""


def run(folder: Path, *options: str, **files: str) -> second_try.Run:
    for name, text in files.items():
        (folder / f"test_{name}.py").write_text(text)
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    return second_try.run(["-q", *ABREAST[:2], "--abreast=2", *options], folder, environment)


def test_files_run_at_the_same_time_each_in_one_process(tmp_path: Path) -> None:
    ran = run(tmp_path, a=SUITE, b=SUITE)
    assert (ran.code, ran.counts()) == (0, "6 passed")
    lines = [line.split() for line in (tmp_path / "modules").read_text().splitlines()]
    assert sorted(name for name, _ in lines) == ["test_a.py", "test_b.py"], "once each"
    processes = {process for _, process in lines}
    assert len(processes) == 2
    assert {file.name for file in tmp_path.glob("torn-down-*")} == {f"torn-down-{process}" for process in processes}
    assert not {f"ended-{process}" for process in processes} & {file.name for file in tmp_path.glob("ended-*")}


def test_process_that_dies_costs_one_test(tmp_path: Path) -> None:
    ran = run(tmp_path, a=DIES, b="def test_other(): pass")
    assert ran.code == second_try.TESTS_FAILED
    assert ran.outcomes.complete
    assert [*ran.outcomes.failed] == ["test_a.py::test_dies"]
    assert "ended with -9 in this test" in ran.outcomes.failed["test_a.py::test_dies"]
    assert ran.outcomes.passed == ["test_a.py::test_after", "test_a.py::test_before", "test_b.py::test_other"]


def test_output_of_a_failed_test_is_its_own(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    fails = "def test_{0}():\n    print('said by {0}')\n    assert False"
    ran = run(tmp_path, a=fails.format("a"), b=fails.format("b"))
    assert ran.counts() == "2 failed"
    told = capfd.readouterr().out
    assert [told.count(f"\nsaid by {name}\n") for name in "ab"] == [1, 1]


def test_first_failure_ends_all_processes_where_that_is_asked_for(tmp_path: Path) -> None:
    waits = "import time\ndef test_waits(): time.sleep(600)"
    ran = run(tmp_path, "-x", a=waits, b="def test_fails(): assert False")
    assert (ran.code, ran.retriable, [*ran.outcomes.failed]) == (second_try.TESTS_FAILED, False, ["test_b.py::test_fails"])
