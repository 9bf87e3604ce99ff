"""From a checkout to a running board: what the first start decides. Nothing is installed here."""

import fcntl
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from board import bootstrap, install
from board.__main__ import too_old

TEST = frozenset({"test"})
BASE: frozenset[str] = frozenset()


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    (tmp_path / "pyproject.toml").write_text("[project]\nname = 'searchboard'\n")
    return tmp_path


@pytest.fixture
def venv(checkout: Path) -> Path:
    """A stand-in for a finished .venv: its Python is the one that runs the tests."""
    place = checkout / ".venv"
    (place / "bin").mkdir(parents=True)
    (place / "bin/python").symlink_to(sys.executable)
    stamp(checkout)
    return place


def stamp(checkout: Path, **other: Any) -> None:
    """Stamps the .venv as finished and right, but for what is given."""
    venv = checkout / ".venv"
    python = install.version_of(install.python_of(venv))
    right = {"made_from": install.digest(checkout), "python": python, "place": str(venv), "extras": []}
    install.note(venv, right | other)


@pytest.fixture
def steps(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """What would be run. `python -m venv` leaves a Python behind, as the real one does."""
    ran: list[list[str]] = []

    def run(command: list[str]) -> None:
        ran.append(command)
        if "venv" in command:
            binary = Path(command[-1]) / "bin"
            binary.mkdir()
            (binary / "python").symlink_to(sys.executable)

    monkeypatch.setattr(install, "run", run)
    monkeypatch.setattr(install, "find_uv", lambda: None)
    return ran


def kinds(steps: list[list[str]]) -> list[str]:
    return ["make" if "venv" in step else "fill" for step in steps if "ensurepip" not in step]


@pytest.mark.parametrize("version", [(2, 7, 18), (3, 6, 15), (3, 10, 13)])
def test_too_old_a_python_is_told_what_to_install(version: tuple[int, ...]) -> None:
    sentence = too_old(version)
    assert ".".join(map(str, version)) in sentence
    assert "3.11" in sentence


@pytest.mark.parametrize("version", [(3, 11, 0), (3, 14, 1), (4, 0, 0)])
def test_a_new_enough_python_hears_nothing(version: tuple[int, ...]) -> None:
    assert too_old(version) == ""


def test_the_first_file_is_one_that_an_old_python_can_read() -> None:
    import ast

    ast.parse(Path(bootstrap.ROOT / "board/__main__.py").read_text(), feature_version=(3, 6))


def test_what_comes_before_the_dependencies_needs_none(checkout: Path) -> None:
    tried = "import board.bootstrap, sys; print(sorted(m for m in sys.modules if 'typer' in m or 'starlette' in m))"
    said = subprocess.run([sys.executable, "-S", "-c", tried], cwd=bootstrap.ROOT, capture_output=True, text=True, check=True)
    assert said.stdout.strip() == "[]"


@pytest.mark.parametrize(
    ("arguments", "extras"),
    [
        (["test", "-k", "demo"], TEST),
        (["bench"], TEST),
        (["demo", "--port", "0"], BASE),
        (["account", "add", "test"], BASE),
        (["--help"], BASE),
        ([], BASE),
    ],
)
def test_only_what_a_command_needs_is_installed(arguments: list[str], extras: frozenset[str]) -> None:
    assert bootstrap.extras_for(arguments) == extras


def test_the_first_start_makes_the_environment_and_the_second_is_instant(checkout: Path, steps: list[list[str]]) -> None:
    python = install.ensure(checkout, BASE)
    assert python == checkout / ".venv/bin/python"
    assert kinds(steps) == ["make", "fill"]
    install.ensure(checkout, BASE)
    assert kinds(steps) == ["make", "fill"]


def test_the_tests_add_their_own_to_it_and_a_later_demo_takes_nothing_away(checkout: Path, steps: list[list[str]]) -> None:
    install.ensure(checkout, BASE)
    install.ensure(checkout, TEST)
    assert kinds(steps) == ["make", "fill", "fill"]
    assert steps[-1][-1].endswith("[test]")
    install.ensure(checkout, BASE)
    assert len(kinds(steps)) == 3
    (checkout / "pyproject.toml").write_text("changed")
    install.ensure(checkout, BASE)
    assert steps[-1][-1].endswith("[test]")


def test_new_dependencies_are_filled_in(checkout: Path, venv: Path, steps: list[list[str]]) -> None:
    (checkout / "pyproject.toml").write_text("changed")
    install.ensure(checkout, BASE)
    assert kinds(steps) == ["fill"]
    assert install.is_current(checkout, BASE)


@pytest.mark.parametrize(
    "wrong", [{"unfinished": True, "python": ""}, {"python": "3.11.0 of another build"}, {"place": "/before/it/was/moved"}]
)
def test_one_that_is_not_whole_is_made_anew(wrong: dict[str, Any], checkout: Path, venv: Path, steps: list[list[str]]) -> None:
    stamp(checkout, **wrong)
    (venv / "half").touch()
    (checkout / "pyproject.toml").write_text("changed")
    install.ensure(checkout, BASE)
    assert kinds(steps) == ["make", "fill"]
    assert not (venv / "half").exists()


def test_one_whose_python_is_gone_is_made_anew(checkout: Path, venv: Path, steps: list[list[str]]) -> None:
    (venv / "bin/python").unlink()
    (venv / "bin/python").symlink_to("/nonexistent/python3")
    install.ensure(checkout, BASE)
    assert kinds(steps) == ["make", "fill"]


def test_an_install_that_is_interrupted_is_done_anew(
    checkout: Path, steps: list[list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    run = install.run

    def interrupted(command: list[str]) -> None:
        run(command)
        if "pip" in command:
            raise KeyboardInterrupt

    monkeypatch.setattr(install, "run", interrupted)
    with pytest.raises(KeyboardInterrupt):
        install.ensure(checkout, BASE)
    assert not install.is_current(checkout, BASE)
    monkeypatch.setattr(install, "run", run)
    install.ensure(checkout, BASE)
    assert kinds(steps) == ["make", "fill", "make", "fill"]


def test_an_environment_of_the_persons_own_is_filled_and_never_wiped(checkout: Path, venv: Path, steps: list[list[str]]) -> None:
    (venv / install.STAMP).unlink()
    (venv / "theirs").touch()
    install.ensure(checkout, BASE)
    assert kinds(steps) == ["fill"]
    assert (venv / "theirs").exists()


@pytest.mark.parametrize("text", ["", "{", "[]", "null"])
def test_a_stamp_that_can_not_be_read_counts_as_unfinished(text: str, checkout: Path, venv: Path) -> None:
    (venv / install.STAMP).write_text(text)
    assert not install.is_current(checkout, BASE)
    assert not install.is_whole(venv)


def test_without_a_way_to_make_one_the_person_hears_what_to_install(checkout: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(install, "find_uv", lambda: None)
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(install.CannotInstall, match=r"python3\.\d+-venv"):
        install.ensure(checkout, BASE)
    assert not (checkout / ".venv").exists()


def test_an_install_that_fails_shows_why(capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(install.CannotInstall, match="reason above"):
        install.run([sys.executable, "-c", "print('no such package'); raise SystemExit(3)"])
    assert "no such package" in capfd.readouterr().err


def test_a_home_that_can_not_be_written_costs_only_the_cache(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HOME", "/nonexistent")
    assert install.no_cache() == ["--no-cache"]
    monkeypatch.setenv("HOME", str(tmp_path))
    assert install.no_cache() == []


def test_an_installed_package_goes_straight_through(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bootstrap, "ensure", lambda *_: pytest.fail("nothing to install"))
    bootstrap.prepare(["serve"], tmp_path)  # no pyproject.toml beside it


def test_the_second_start_does_not_prepare_again(checkout: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bootstrap, "ensure", lambda *_: pytest.fail("would go round for ever"))
    monkeypatch.setenv(bootstrap.AGAIN, str(checkout))
    bootstrap.prepare(["serve"], checkout)
    assert bootstrap.AGAIN not in os.environ  # what is started from here decides for itself


def test_it_starts_the_same_command_inside(checkout: Path, venv: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[list[str]] = []
    monkeypatch.setattr(os, "execv", lambda path, command: started.append(command))
    bootstrap.prepare(["demo", "--port", "0"], checkout)
    monkeypatch.delenv(bootstrap.AGAIN)
    assert started == [[str(venv / "bin/python"), "-m", "board", "demo", "--port", "0"]]


def test_a_second_first_start_waits_for_the_first(checkout: Path) -> None:
    with install.alone(checkout):
        waiting = subprocess.Popen(
            [sys.executable, "-c", f"from board.install import alone; from pathlib import Path\n"
             f"with alone(Path({str(checkout)!r})): print('in')"],
            cwd=bootstrap.ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip
        assert waiting.stderr is not None
        assert "waiting" in waiting.stderr.readline()
        assert waiting.poll() is None
    said, _ = waiting.communicate(timeout=10)
    assert said == "in\n"


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="looks for the child in /proc")
def test_the_lock_outlives_a_start_that_is_killed(checkout: Path, tmp_path: Path) -> None:
    """What it had started may still write: the next start waits for that too."""
    slow = "import time; print('up', flush=True); time.sleep(30)"
    code = f"from board import install; from pathlib import Path; import sys\n" \
           f"with install.alone(Path({str(checkout)!r})): install.run([sys.executable, '-c', {slow!r}])"  # fmt: skip
    killed = subprocess.Popen([sys.executable, "-c", code], cwd=bootstrap.ROOT, stderr=subprocess.DEVNULL)
    orphan = child_of(killed.pid)
    try:
        killed.kill()
        killed.wait()
        assert is_locked(checkout)
    finally:
        os.kill(orphan, signal.SIGKILL)
    deadline = time.monotonic() + 5
    while is_locked(checkout) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert not is_locked(checkout)


def child_of(pid: int) -> int:
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        if children:
            return int(children[0])
        time.sleep(0.02)
    raise AssertionError("it started nothing")


def is_locked(folder: Path) -> bool:
    handle = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(handle)
    return False


def test_the_stamp_says_what_it_was_made_from(checkout: Path, steps: list[list[str]]) -> None:
    install.ensure(checkout, TEST)
    kept = json.loads((checkout / ".venv" / install.STAMP).read_text())
    assert set(kept) == {"made_from", "python", "place", "extras"}
    assert kept["extras"] == ["test"]
