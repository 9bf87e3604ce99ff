"""`python3 -m board test` fails for what fails twice, and names what fails once."""

import re
import subprocess
import sys
import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest
from mypy.fscache import FileSystemCache
from mypy.modulefinder import FindModuleCache, SearchPaths
from mypy.options import Options

from board.bootstrap import ROOT
from board.dev import check

# In the folder of the tests, `first(name)` is true the first time that it is asked for a name.
CONFTEST = """
import os, pathlib, pytest
def first(name):
    seen = pathlib.Path(__file__).with_name(f"{name}.seen")
    new = not seen.exists()
    seen.touch()
    return new
"""
HEAD = "from conftest import first\nimport os, pytest\n"
GOOD = "def test_good(): pass\n"
ONCE = "def test_once(): assert not first('once'), 'only the first time'\n"
ALWAYS = "def test_always(): assert False, 'each time'\n"
SETUP = "@pytest.fixture\ndef server():\n    assert not first('setup'), 'it did not start'\ndef test_served(server): pass\n"
TEARDOWN = (
    "@pytest.fixture\ndef server():\n    yield\n    assert not first('end'), 'it did not end'\ndef test_ends(server): pass\n"
)
CRASH = "def test_crash():\n    if first('crash'): os._exit(9)\n"
CRASHES = "def test_crashes(): os._exit(9)\n"
SKIPPED = "def test_skips():\n    if not first('skip'): pytest.skip('not now')\n    assert False\n"
STOPPED = "def test_stopped():\n    if first('stop'): raise KeyboardInterrupt\n"
SLOW = "@pytest.mark.slow\ndef test_slow(): assert not first('slow')\n"
BROKEN = "import nothing_of_that_name\n"
Tried = Callable[..., tuple[int, str]]


@pytest.fixture
def tried(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Tried:
    """`tried({"test_a.py": GOOD}, "-x")`: the exit code over a checkout with these tests, and all that was printed."""
    (tmp_path / "tests").mkdir()
    (tmp_path / "tests" / "conftest.py").write_text(CONFTEST)
    options = "-p xdist -p no:cacheprovider -m 'not slow'"
    (tmp_path / "pytest.ini").write_text(f"[pytest]\naddopts = {options}\ntestpaths = tests\nmarkers = slow: longer\n")
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    monkeypatch.setattr(check, "ROOT", tmp_path)
    monkeypatch.setattr(check, "RULES", {"lint": ("platform", ["platform"])})
    for name in ("find", "find_postgres", "fetch_redis"):
        monkeypatch.setattr(check, name, lambda *_: "here")

    def run(files: dict[str, str], *arguments: str) -> tuple[int, str]:
        for name, text in files.items():
            (tmp_path / "tests" / name).write_text(HEAD + text)
        code = check.run(arguments)
        return code, "".join(capfd.readouterr())

    return run


def closing(said: str) -> str:
    """Everything in the last line of pytest's form but the seconds."""
    return re.findall(r"^=+ (.*) in [\d.]+s =+$", said, re.M)[-1]


def flaky(said: str) -> list[str]:
    return re.findall(r"^FLAKY: (\S+)", said, re.M)


def test_all_that_passes_is_tried_once(tried: Tried) -> None:
    code, said = tried({"test_a.py": GOOD})
    assert (code, closing(said), flaky(said)) == (0, "1 passed", [])
    assert re.search(r"^board: lint \d+\.\d s, tests \d+\.\d s$", said, re.M)


@pytest.mark.parametrize(
    ("text", "name", "why"),
    [
        (ONCE, "test_once", "only the first time"),
        (SETUP, "test_served", "it did not start"),
        (TEARDOWN, "test_ends", "it did not end"),
        (CRASH, "test_crash", "crashed while running"),
    ],
    ids=["test", "setup", "teardown", "crash"],
)
def test_a_test_that_fails_once_is_named_and_fails_nothing(tried: Tried, text: str, name: str, why: str) -> None:
    code, said = tried({"test_a.py": GOOD + text, "test_b.py": GOOD})
    assert (code, closing(said)) == (0, "3 passed, 1 rerun")
    assert flaky(said) == [f"tests/test_a.py::{name}"]
    assert why in said.split("FLAKY:")[1]
    assert re.search(r"^board: lint \d+\.\d s, tests \d+\.\d s, second try \d+\.\d s$", said, re.M)
    assert re.search(r"^=+ .*1 passed in [\d.]+s =+$", said, re.M), "pytest's own line of the second try"


@pytest.mark.parametrize("text", [ALWAYS, SKIPPED], ids=["fails", "is skipped"])
def test_a_test_that_does_not_pass_the_second_time_fails_the_run(tried: Tried, text: str) -> None:
    code, said = tried({"test_a.py": ONCE + GOOD + text})
    assert (code, closing(said)) == (1, "1 failed, 2 passed, 2 rerun")
    assert flaky(said) == ["tests/test_a.py::test_once"]


def many(count: int) -> str:
    return "".join(ONCE.replace("once", f"once_{number}") for number in range(count))


def test_five_tests_get_a_second_try_and_six_do_not(tried: Tried) -> None:
    code, said = tried({"test_a.py": GOOD + many(5)}, "-n0")
    assert (code, closing(said), len(flaky(said))) == (0, "6 passed, 5 rerun", 5)


def test_six_tests_that_fail_fail_at_once(tried: Tried) -> None:
    code, said = tried({"test_a.py": GOOD + many(6)}, "-n0")
    assert (code, closing(said), flaky(said)) == (1, "6 failed, 1 passed", [])
    assert "no second try: 6 tests failed, more than 5" in said


@pytest.mark.parametrize("workers", [(), ("-n0",)], ids=["abreast", "one"])
def test_a_file_that_can_not_be_read_fails_at_once(tried: Tried, workers: tuple[str, ...]) -> None:
    code, said = tried({"test_a.py": GOOD + ONCE, "test_b.py": BROKEN}, *workers)
    assert (code, flaky(said)) == (2 if workers else 1, [])
    assert "1 error" in closing(said)
    assert "no second try" in said


def test_a_worker_that_always_dies_fails_the_run(tried: Tried) -> None:
    code, said = tried({"test_a.py": CRASHES + GOOD})
    assert (code, flaky(said)) == (1, [])


@pytest.mark.parametrize(
    ("text", "arguments", "ends"),
    [
        (ONCE + GOOD, ("-x", "-n0"), 1),
        (ONCE + GOOD, ("-x",), 2),
        (STOPPED, ("-n0",), 2),
        ("", (), 5),
        (ONCE, ("-k", "nothing"), 5),
        (ONCE, ("--no-such-option",), 4),
    ],
    ids=["-x", "-x abreast", "interrupted", "empty", "none chosen", "usage"],
)
def test_a_run_that_was_not_whole_gets_no_second_try(tried: Tried, text: str, arguments: tuple[str, ...], ends: int) -> None:
    code, said = tried({"test_a.py": text}, *arguments)
    assert (code, flaky(said)) == (ends, [])
    assert "no second try" in said


def test_the_second_try_takes_the_arguments_of_a_person(tried: Tried, tmp_path: Path) -> None:
    code, said = tried({"test_a.py": SLOW + GOOD, "test_b.py": ALWAYS}, "-m", "slow", "tests/test_a.py", "--junitxml", "out.xml")
    assert (code, closing(said)) == (0, "1 passed, 1 rerun")
    assert flaky(said) == ["tests/test_a.py::test_slow"]
    assert 'failures="1"' in (tmp_path / "out.xml").read_text()


def test_a_rule_that_fails_fails_the_run(tried: Tried, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(check, "RULES", {"lint": ("nothing", ["no_module_of_that_name"])})
    code, said = tried({"test_a.py": GOOD + ONCE})
    assert (code, closing(said)) == (1, "1 failed (nothing), pytest ended with 0: 2 passed, 1 rerun")


# -- what the rules look at -----------------------------------------------------------------------------------------------

SOURCES = {path for room in ("board", "realtime", "models") for path in (ROOT / room).rglob("*.py")}
TESTS = set((ROOT / "tests").rglob("*.py"))


def test_ruff_looks_at_every_file() -> None:
    command = [sys.executable, "-m", *check.RULES["lint"][1], "--show-files"]
    shown = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert {*map(Path, shown.splitlines())} >= SOURCES | TESTS


def test_mypy_looks_at_every_file_of_the_program() -> None:
    packages = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["mypy"]["packages"]
    finder = FindModuleCache(SearchPaths((str(ROOT),), (), (), ()), FileSystemCache(), Options())
    assert {Path(str(each.path)) for package in packages for each in finder.find_modules_recursive(package)} >= SOURCES


def test_pytest_looks_at_every_file_with_tests() -> None:
    texts = {path.name: path.read_text() for path in TESTS}
    with_tests = {name for name, text in texts.items() if re.search(r"^(async )?def test_", text, re.M)}
    assert len(with_tests) > 100
    by_name = [name for name in with_tests if not name.startswith("test_")]  # run by another one, in another network
    assert [name for name in by_name if not any(name in text for each, text in texts.items() if each != name)] == []
