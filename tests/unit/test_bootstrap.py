"""Bootstrap: decisions of the first start, from a checkout to a running board. Nothing is installed here."""

import fcntl
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any
from venv import EnvBuilder

import pytest

from board import bootstrap
from board.__main__ import too_old
from board.dev import test_programs
from board.install import CannotInstall, build, environments, requirements
from board.install import steps as install_steps

TEST = frozenset({"test"})
PAPER = frozenset({"paper"})
BASE: frozenset[str] = frozenset()
DECLARED = """
[project]
name = "searchboard"
version = "{version}"
requires-python = ">=3.11"
dependencies = ["starlette>={starlette}"]
scripts = {{board = "board.__main__:main"}}
[project.optional-dependencies]
paper = ["weasyprint"]
test = ["pytest>=8"]
"""


def declare(checkout: Path, version: str = "1.0", starlette: str = "1.0") -> None:
    (checkout / "pyproject.toml").write_text(DECLARED.format(version=version, starlette=starlette))


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    declare(tmp_path)
    return tmp_path


@pytest.fixture
def venv(checkout: Path) -> Path:
    """An environment that a person made."""
    place = checkout / ".venv"
    make_venv([sys.executable, "-m", "venv", str(place)])
    return place


def make_venv(command: list[str]) -> None:
    """Create the files of `python -m venv PLACE` in this process, without the seconds that pip takes."""
    assert command[:3] == [sys.executable, "-m", "venv"], command
    EnvBuilder(symlinks=True).create(command[3])


@pytest.fixture
def steps(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """Commands that would be run; environments are created, and nothing is installed into them."""
    ran: list[list[str]] = []

    def run(command: list[str]) -> None:
        ran.append(command)
        if "venv" in command:
            make_venv(command)

    monkeypatch.setattr(build, "run", run)
    monkeypatch.setattr(build, "find_uv", lambda: None)
    return ran


@pytest.fixture
def offline(monkeypatch: pytest.MonkeyPatch, steps: list[list[str]]) -> None:
    """Make every installation fail from now on."""
    run = build.run  # type: ignore[attr-defined]

    def fails(command: list[str]) -> None:
        run(command)
        if "pip" in command:
            raise CannotInstall("no network")

    monkeypatch.setattr(build, "run", fails)


def kinds(steps: list[list[str]]) -> list[str]:
    return ["make" if "venv" in step else "fill" for step in steps if "ensurepip" not in step]


def change_stamp(env: Path, **other: Any) -> None:
    environments.write_stamp(env.resolve(), environments.read_stamp(env) | other)


@pytest.mark.parametrize("version", [(2, 7, 18), (3, 6, 15), (3, 10, 13)])
def test_too_old_a_python_is_told_what_to_install(version: tuple[int, ...]) -> None:
    sentence = too_old(version)
    assert ".".join(map(str, version)) in sentence
    assert "3.11" in sentence


@pytest.mark.parametrize("version", [(3, 11, 0), (3, 14, 1), (4, 0, 0)])
def test_supported_python_prints_nothing(version: tuple[int, ...]) -> None:
    assert too_old(version) == ""


def test_the_first_file_is_one_that_an_old_python_can_read() -> None:
    import ast

    ast.parse(Path(bootstrap.ROOT / "board/__main__.py").read_text(), feature_version=(3, 6))


def test_modules_before_the_dependencies_need_none(checkout: Path) -> None:
    tried = "import board.bootstrap, sys; print(sorted(m for m in sys.modules if 'typer' in m or 'starlette' in m))"
    said = subprocess.run([sys.executable, "-S", "-c", tried], cwd=bootstrap.ROOT, capture_output=True, text=True, check=True)
    assert said.stdout.strip() == "[]"


@pytest.mark.parametrize(
    ("arguments", "needed", "wanted"),
    [
        (["test", "-k", "demo"], TEST, BASE),
        (["bench"], TEST, BASE),
        (["demo", "--port", "0"], BASE, PAPER),
        (["account", "add", "test"], BASE, BASE),
        (["--env-file", "demo", "test"], TEST, BASE),
        (["--env-file=x", "test"], TEST, BASE),
        (["install"], BASE, BASE),
        (["install", "paper"], PAPER, BASE),
        (["--help"], BASE, BASE),
        *(
            (["--env-file", "x", command, help], BASE, BASE)
            for command in (*bootstrap.TESTING, "demo")
            for help in ("-h", "--help")
        ),
        (["pictures", "--list"], TEST, BASE),
        ([], BASE, BASE),
    ],
)
def test_only_what_a_command_needs_is_installed(arguments: list[str], needed: frozenset[str], wanted: frozenset[str]) -> None:
    assert bootstrap.extras_for(arguments) == (needed, wanted)


def test_the_first_start_makes_the_environment_and_the_second_is_instant(checkout: Path, steps: list[list[str]]) -> None:
    python = build.ensure(checkout, BASE)
    assert python == (checkout / ".venv").resolve() / "bin/python"
    assert (checkout / ".venv").readlink().parent == Path(".venvs")  # relative: the checkout's own
    assert kinds(steps) == ["make", "fill"]
    assert build.ensure(checkout, BASE) == python
    assert kinds(steps) == ["make", "fill"]


def test_the_tests_add_their_own_to_it_and_a_later_demo_takes_nothing_away(checkout: Path, steps: list[list[str]]) -> None:
    build.ensure(checkout, BASE)
    build.ensure(checkout, TEST)
    assert kinds(steps) == ["make", "fill", "make", "fill"]
    assert steps[-1][-2:] == ["starlette>=1.0", "pytest>=8"]
    build.ensure(checkout, BASE)
    assert len(kinds(steps)) == 4
    declare(checkout, starlette="1.1")
    build.ensure(checkout, BASE)
    assert steps[-1][-2:] == ["starlette>=1.1", "pytest>=8"]


def test_an_extra_that_there_is_not_is_said(checkout: Path, steps: list[list[str]]) -> None:
    with pytest.raises(CannotInstall, match="no extra papre: there are paper, test"):
        build.ensure(checkout, frozenset({"papre"}))
    assert not steps


def test_a_change_of_anything_but_the_dependencies_installs_nothing(checkout: Path, steps: list[list[str]]) -> None:
    build.ensure(checkout, BASE)
    declare(checkout, version="2.0")
    (checkout / "pyproject.toml").write_text((checkout / "pyproject.toml").read_text() + "# a comment\n[tool.ruff]\n")
    build.ensure(checkout, BASE)
    assert kinds(steps) == ["make", "fill"]
    told = [sys.executable, "-m", "pip", "--python", str(checkout / ".venv/bin/python"), "list", "--format=json"]
    listed = json.loads(subprocess.run(told, capture_output=True, text=True, check=True).stdout)
    found = {each["name"]: each for each in listed}["searchboard"]
    assert (found["version"], found["editable_project_location"]) == ("2.0", str(checkout))


def test_lock_contents_count_as_dependencies_but_not_its_comments(checkout: Path) -> None:
    before = requirements.digest(checkout, BASE)
    (lock := checkout / "requirements.txt").write_text("# made by\nstarlette==1.0 \\\n    --hash=sha256:00\n    # via x\n")
    locked = requirements.digest(checkout, BASE)
    lock.write_text("starlette==1.0 \\\n    --hash=sha256:00\n")
    assert before != locked == requirements.digest(checkout, BASE)
    lock.write_text("starlette==1.0 \\\n    --hash=sha256:01\n")
    assert locked != requirements.digest(checkout, BASE)


def test_lock_file_limits_what_is_installed(checkout: Path, steps: list[list[str]]) -> None:
    (checkout / "requirements.txt").write_text("Starlette==1.0 \\\n    --hash=sha256:00\n")
    (checkout / "requirements-test.txt").write_text("starlette==1.0 --hash=sha256:00\npytest==8 --hash=sha256:00\n")
    build.ensure(checkout, TEST)
    assert steps[-1][-5:] == [
        "--require-hashes", "--requirement", str(checkout / "requirements.txt"),
        "--requirement", str(checkout / "requirements-test.txt"),
    ]  # fmt: skip


def test_a_lock_that_lacks_something_is_not_used_and_that_is_said(
    checkout: Path, steps: list[list[str]], capsys: pytest.CaptureFixture[str]
) -> None:
    (checkout / "requirements.txt").write_text("uvicorn==1.0 --hash=sha256:00\n")
    build.ensure(checkout, BASE)
    assert steps[-1][-1] == "starlette>=1.0"
    assert "do not name starlette" in capsys.readouterr().err


def test_extra_without_a_lock_is_installed_after_the_locked_and_reported(
    checkout: Path, steps: list[list[str]], capsys: pytest.CaptureFixture[str]
) -> None:
    (checkout / "requirements.txt").write_text("starlette==1.0 --hash=sha256:00\n")
    build.ensure(checkout, TEST)
    assert steps[-2][-3:] == ["--require-hashes", "--requirement", str(checkout / "requirements.txt")]
    assert steps[-1][-1] == "pytest>=8"
    assert not {"starlette>=1.0", "--require-hashes"} & {*steps[-1]}
    assert "no lock names what test needs" in capsys.readouterr().err
    (checkout / "requirements-paper.txt").write_text("weasyprint==68 --hash=sha256:00\n")
    build.ensure(checkout, PAPER)  # beside the present packages
    assert steps[-2][-2:] == ["--requirement", str(checkout / "requirements-paper.txt")]
    assert steps[-1][-1] == "pytest>=8"


@pytest.mark.parametrize(
    ("where", "name", "value"),
    [("sys", "platform", "win32"), ("platform", "machine", lambda: "riscv64"), ("sys", "version_info", (3, 99, 0)),
     ("platform", "python_implementation", lambda: "PyPy")],
)  # fmt: skip
def test_a_lock_is_used_only_where_it_was_tried_and_elsewhere_that_is_said(
    checkout: Path, steps: list[list[str]], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str],
    where: str, name: str, value: Any,
) -> None:  # fmt: skip
    (checkout / "requirements.txt").write_text("starlette==1.0 --hash=sha256:00\n")
    assert requirements.locks(checkout, BASE) == [checkout / "requirements.txt"]
    with monkeypatch.context() as patch:
        patch.setattr(getattr(requirements, where), name, value)
        assert requirements.locks(checkout, BASE) == []
        build._install_dependencies(checkout, checkout / ".venv", None, BASE)
    assert steps[-1][-1] == "starlette>=1.0"
    assert "the locks were not tried on" in capsys.readouterr().err


def test_new_dependencies_come_into_a_new_environment_beside_the_old_one(checkout: Path, steps: list[list[str]]) -> None:
    old = build.ensure(checkout, BASE).parent.parent
    (old / "kept").touch()
    declare(checkout, starlette="1.1")
    new = build.ensure(checkout, BASE).parent.parent
    assert kinds(steps) == ["make", "fill", "make", "fill"]
    assert (checkout / ".venv").resolve() == new != old
    assert (old / "kept").exists()


def test_the_one_before_comes_back_without_an_install_and_older_ones_go(checkout: Path, steps: list[list[str]]) -> None:
    first = build.ensure(checkout, BASE)
    declare(checkout, starlette="1.1")
    second = build.ensure(checkout, BASE)
    declare(checkout, starlette="1.0")
    assert build.ensure(checkout, BASE) == first
    assert (checkout / ".venv/bin/python").resolve() == first.resolve()
    assert len(kinds(steps)) == 4
    declare(checkout, starlette="1.2")
    third = build.ensure(checkout, BASE)
    assert [each.exists() for each in (first, second, third)] == [True, False, True]


def test_one_that_a_process_runs_from_is_not_removed(checkout: Path, steps: list[list[str]]) -> None:
    first = build.ensure(checkout, BASE)
    code = f"from board.install import environments; from pathlib import Path; import sys\n" \
           f"environments.hold(Path({str(first.parent.parent)!r})); print('held', flush=True); sys.stdin.read()"  # fmt: skip
    holding = subprocess.Popen(
        [sys.executable, "-c", code], cwd=bootstrap.ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    with holding:
        assert holding.stdin is not None
        assert holding.stdout is not None
        assert holding.stdout.readline() == "held\n"
        for starlette in ("1.1", "1.2", "1.3"):
            declare(checkout, starlette=starlette)
            build.ensure(checkout, BASE)
        assert first.exists()
        holding.stdin.close()
    declare(checkout, starlette="1.4")
    build.ensure(checkout, BASE)
    assert not first.exists()


@pytest.mark.usefixtures("steps")
def test_a_failed_upgrade_leaves_the_old_one_as_it_was_and_says_so(
    checkout: Path, request: pytest.FixtureRequest, capsys: pytest.CaptureFixture[str]
) -> None:
    old = build.ensure(checkout, BASE)
    declare(checkout, starlette="1.1")
    request.getfixturevalue("offline")
    for _ in range(3):
        with pytest.raises(
            CannotInstall, match=r"no network; nothing is left half done, and .* is as it was: .*\.venv/bin/board"
        ):
            build.ensure(checkout, BASE)
        assert (checkout / ".venv").resolve() == old.parent.parent
        assert environments.is_usable(old.parent.parent)
        assert [each.name for each in (checkout / ".venvs").iterdir()] == [old.parent.parent.name]


@pytest.mark.usefixtures("steps")
def test_optional_package_that_fails_is_left_out(
    checkout: Path, request: pytest.FixtureRequest, capsys: pytest.CaptureFixture[str]
) -> None:
    old = build.ensure(checkout, BASE)
    request.getfixturevalue("offline")
    assert build.ensure(checkout, BASE, PAPER) == old
    assert "going on without: paper" in capsys.readouterr().err
    with pytest.raises(CannotInstall):
        build.ensure(checkout, PAPER)


def test_a_disk_that_is_full_leaves_nothing_half_done(
    checkout: Path, steps: list[list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    old = build.ensure(checkout, BASE)
    declare(checkout, starlette="1.1")

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(build.checkout, "register", full)  # type: ignore[attr-defined]
    with pytest.raises(CannotInstall, match="No space left on device"):
        build.ensure(checkout, BASE)
    assert (checkout / ".venv").resolve() == old.parent.parent
    assert [each.name for each in (checkout / ".venvs").iterdir()] == [old.parent.parent.name]


def test_moved_environment_is_created_again(checkout: Path, steps: list[list[str]], tmp_path: Path) -> None:
    build.ensure(checkout, BASE)
    moved = tmp_path / "elsewhere"
    moved.mkdir()
    for name in (".venv", ".venvs", "pyproject.toml"):
        (checkout / name).rename(moved / name)
    python = build.ensure(moved, BASE)
    assert kinds(steps) == ["make", "fill", "make", "fill"]
    assert python.is_relative_to(moved)


def test_environment_of_another_python_is_created_again(checkout: Path, steps: list[list[str]]) -> None:
    first = build.ensure(checkout, BASE)
    change_stamp(checkout / ".venv", python="cpython-399 of another machine")
    second = build.ensure(checkout, BASE)
    assert second != first
    (checkout / ".venv/bin/python").unlink()
    (checkout / ".venv/bin/python").symlink_to("/nonexistent/python3")
    build.ensure(checkout, BASE)
    assert kinds(steps) == ["make", "fill"] * 3


def test_interrupted_install_is_repeated(checkout: Path, steps: list[list[str]], monkeypatch: pytest.MonkeyPatch) -> None:
    run = build.run  # type: ignore[attr-defined]

    def interrupted(command: list[str]) -> None:
        run(command)
        if "pip" in command:
            raise KeyboardInterrupt

    monkeypatch.setattr(build, "run", interrupted)
    with pytest.raises(KeyboardInterrupt):
        build.ensure(checkout, BASE)
    assert environments.find(checkout, BASE) is None
    monkeypatch.setattr(build, "run", run)
    python = build.ensure(checkout, BASE)
    assert kinds(steps) == ["make", "fill", "make", "fill"]
    assert [each.name for each in (checkout / ".venvs").iterdir()] == [python.parent.parent.name]


def test_an_environment_of_the_persons_own_is_filled_and_never_wiped(checkout: Path, venv: Path, steps: list[list[str]]) -> None:
    (venv / "theirs").touch()
    assert build.ensure(checkout, BASE) == venv / "bin/python"
    assert kinds(steps) == ["fill"]
    assert steps[-1][-2:] == ["--editable", str(checkout)]
    build.ensure(checkout, BASE)
    declare(checkout, starlette="1.1")
    build.ensure(checkout, TEST)
    assert kinds(steps) == ["fill", "fill"]
    assert steps[-1][-1].endswith("[test]")
    assert (venv / "theirs").exists()
    assert not venv.is_symlink()


def test_an_environment_of_the_persons_own_outlives_a_failed_install(checkout: Path, venv: Path, offline: None) -> None:
    (venv / "theirs").touch()
    for _ in range(2):
        with pytest.raises(CannotInstall):
            build.ensure(checkout, BASE)
    assert (venv / "theirs").exists()
    assert environments.read_stamp(venv) == {}


def test_one_of_the_persons_own_that_runs_no_more_is_put_aside(
    checkout: Path, venv: Path, steps: list[list[str]], capsys: pytest.CaptureFixture[str]
) -> None:
    (venv / "theirs").touch()
    shutil.rmtree(venv / "bin")
    build.ensure(checkout, BASE)
    assert kinds(steps) == ["make", "fill"]
    assert (checkout / ".venvs/replaced/theirs").exists()
    assert "is kept" in capsys.readouterr().err
    for starlette in ("1.1", "1.2", "1.3"):
        declare(checkout, starlette=starlette)
        build.ensure(checkout, BASE)
    assert (checkout / ".venvs/replaced/theirs").exists()


@pytest.mark.parametrize("swaps", [True, False])
def test_environment_of_an_earlier_version_is_replaced_and_kept(
    swaps: bool, checkout: Path, venv: Path, steps: list[list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    if not swaps:
        monkeypatch.setattr(environments, "_exchange", lambda one, other: False)
    environments.write_stamp(
        venv, {"made_from": "0" * 64, "python": "3.11.7 of some build", "place": str(venv), "extras": ["test"]}
    )
    (venv / "earlier").touch()
    build.ensure(checkout, BASE)
    assert kinds(steps) == ["make", "fill"]
    assert steps[-1][-1] == "pytest>=8"
    assert (checkout / ".venv").is_symlink()
    assert (checkout / ".venvs/replaced/earlier").exists()


@pytest.mark.parametrize("text", ["", "{", "[]", "null"])
def test_a_stamp_that_can_not_be_read_counts_as_unfinished(text: str, checkout: Path, steps: list[list[str]]) -> None:
    env = build.ensure(checkout, BASE).parent.parent
    (env / environments.STAMP).write_text(text)
    assert not environments.is_usable(env)
    assert build.ensure(checkout, BASE).parent.parent != env
    assert kinds(steps) == ["make", "fill", "make", "fill"]


def test_missing_venv_module_is_reported_with_what_to_install(checkout: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(build, "find_uv", lambda: None)
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(CannotInstall, match=r"python3\.\d+-venv"):
        build.ensure(checkout, BASE)
    assert not (checkout / ".venv").exists()


def test_an_install_that_fails_shows_why(capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(CannotInstall, match="reason above"):
        install_steps.run([sys.executable, "-c", "print('no such package'); raise SystemExit(3)"])
    assert "no such package" in capfd.readouterr().err


@pytest.mark.parametrize("words", [["--help"], ["fault-test", "--help"], ["install", "-h"], ["account", "add", "--help"]])
def test_help_installs_nothing_and_is_printed_from_the_reference(
    words: list[str], checkout: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(bootstrap, "ensure", lambda *_: pytest.fail("nothing is needed"))
    reference = checkout / bootstrap.REFERENCE
    reference.parent.mkdir(parents=True)
    reference.write_text((bootstrap.ROOT / bootstrap.REFERENCE).read_text())
    with pytest.raises(SystemExit) as end:
        bootstrap.prepare(words, checkout)
    out = capsys.readouterr().out
    assert end.value.code == 0
    assert f"\n  {'demo' if words == ['--help'] else words[0]} " in out


def test_help_of_an_installed_checkout_is_the_commands_own(
    checkout: Path, steps: list[list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    build.ensure(checkout, BASE)
    started: list[list[str]] = []
    monkeypatch.setattr(os, "execv", lambda path, command: started.append(command))
    steps.clear()
    bootstrap.prepare(["fault-test", "--help"], checkout)
    monkeypatch.delenv(bootstrap.RESTARTED)
    assert steps == []
    assert started[0][-2:] == ["fault-test", "--help"]


def test_help_of_a_test_program_needs_no_packages_of_the_tests(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(test_programs.importlib.util, "find_spec", lambda name: None)  # type: ignore[attr-defined]
    assert [program(["--help"]) for program in (test_programs.faults, test_programs.attack, test_programs.pictures)] == [0] * 3
    assert capsys.readouterr().out.count("Usage: ") == 3


def test_an_install_into_a_log_prints_a_line_a_minute(capsys: pytest.CaptureFixture[str]) -> None:
    times = iter([0.0, *(second / 2 for second in range(1, 250)), *[200.0] * 9])
    progress = install_steps.Progress(lambda: next(times))
    for number in range(150):
        progress.show([f"Collecting package-{number}"])
    assert capsys.readouterr().err.splitlines() == ["board: still installing: Collecting package-119"]


def test_a_home_that_can_not_be_written_costs_only_the_cache(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HOME", "/nonexistent")
    assert build.uv_cache_options() == ["--no-cache"]
    monkeypatch.setenv("HOME", str(tmp_path))
    assert build.uv_cache_options() == []


def test_an_installed_package_goes_straight_through(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bootstrap, "ensure", lambda *_: pytest.fail("nothing to install"))
    bootstrap.prepare(["serve"], tmp_path)  # no pyproject.toml beside it


def test_the_second_start_does_not_prepare_again(checkout: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bootstrap, "ensure", lambda *_: pytest.fail("would go round for ever"))
    monkeypatch.setenv(bootstrap.RESTARTED, str(checkout))
    bootstrap.prepare(["serve"], checkout)
    assert bootstrap.RESTARTED not in os.environ  # processes started from here decide for themselves


def test_it_starts_the_same_command_inside_by_the_environments_own_path(
    checkout: Path, steps: list[list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    started: list[list[str]] = []
    monkeypatch.setattr(os, "execv", lambda path, command: started.append(command))
    bootstrap.prepare(["demo", "--port", "0"], checkout)
    monkeypatch.delenv(bootstrap.RESTARTED)
    python = (checkout / ".venv").resolve() / "bin/python"
    assert started == [[str(python), "-m", "board", "demo", "--port", "0"]]


def test_the_installed_program_installs_nothing_and_says_what_it_lacks(
    checkout: Path, steps: list[list[str]], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    env = build.ensure(checkout, BASE).parent.parent
    monkeypatch.setattr(sys, "prefix", str(env))
    bootstrap.keep(checkout)
    assert "requires" not in capsys.readouterr().err
    declare(checkout, starlette="1.1")
    bootstrap.keep(checkout)
    assert f"run `python3 -m board install` in {checkout}" in capsys.readouterr().err
    assert kinds(steps) == ["make", "fill"]


def test_restarted_workers_use_the_environment_of_an_upgrade(
    checkout: Path, steps: list[list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "prefix", str(build.ensure(checkout, BASE).parent.parent))
    declare(checkout, starlette="1.1")
    upgraded = build.ensure(checkout, BASE)
    assert environments.python_now(checkout) == upgraded
    monkeypatch.setattr(sys, "prefix", "/usr")
    assert environments.python_now(checkout) == Path(sys.executable)


@pytest.mark.parametrize("name", [".venv", ".venvs"])
def test_a_python_of_the_checkout_serves_only_by_its_own_path(
    name: str, checkout: Path, steps: list[list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    env = build.ensure(checkout, BASE).parent.parent
    monkeypatch.setattr(sys, "prefix", str(checkout / ".venv" if name == ".venv" else env))
    assert bootstrap.is_installed_here(checkout, BASE) is (name == ".venvs")


def test_a_second_first_start_waits_for_the_first(checkout: Path) -> None:
    with build.install_lock(checkout):
        waiting = subprocess.Popen(
            [sys.executable, "-c", f"from board.install.build import install_lock; from pathlib import Path\n"
             f"with install_lock(Path({str(checkout)!r})): print('in')"],
            cwd=bootstrap.ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip
        assert waiting.stderr is not None
        assert "waiting" in waiting.stderr.readline()
        assert waiting.poll() is None
    said, _ = waiting.communicate(timeout=10)
    assert said == "in\n"


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="looks for the child in /proc")
def test_the_lock_outlives_a_start_that_is_killed(checkout: Path, tmp_path: Path) -> None:
    """Children of a killed start may still write: the next start waits for them too."""
    slow = "import time; time.sleep(30)"  # writes nothing: the pipe to the killed start is broken
    code = f"from board.install import build; from pathlib import Path; import sys\n" \
           f"with build.install_lock(Path({str(checkout)!r})): build.run([sys.executable, '-c', {slow!r}])"  # fmt: skip
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
    build.ensure(checkout, TEST)
    kept = json.loads((checkout / ".venv" / environments.STAMP).read_text())
    assert set(kept) == {"made_from", "python", "place", "extras", "named"}
    assert kept["extras"] == ["test"]
