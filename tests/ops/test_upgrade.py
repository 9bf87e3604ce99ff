"""An upgrade that fails, or is killed at any of its steps, leaves the installation that was there; a real one, by pip, too."""

import base64
import hashlib
import os
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from board.bootstrap import ROOT
from board.install import environments
from tests.support.people import PATIENCE_S

PROJECT = """
[project]
name = "searchboard"
version = "{version}"
requires-python = ">=3.11"
dependencies = ["thing=={thing}"]
scripts = {{board = "board.__main__:main"}}
"""
# What stands for the command line: it says which `thing` it runs with, and `serve` says it for as long as it is asked, each time
# with a part of it that it had not loaded yet.
PROGRAM = """
import sys


def main():
    if "serve" not in sys.argv:
        import thing

        return print(thing.VERSION)
    for line in sys.stdin:
        print(__import__("thing." + line.strip(), fromlist=["x"]).VERSION, flush=True)
"""
PARTS = ("one", "two", "three", "four")


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A checkout with the real install, and a program of two lines."""
    made = tmp_path / "checkout"
    shutil.copytree(ROOT / "board/install", made / "board/install", ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("__init__.py", "__main__.py", "bootstrap.py"):
        shutil.copy(ROOT / "board" / name, made / "board")
    (made / "board/command_line").mkdir()
    (made / "board/command_line/__init__.py").touch()
    (made / "board/command_line/cli.py").write_text(PROGRAM)
    declare(made, "1")
    return made


def declare(checkout: Path, thing: str, version: str = "1.0") -> None:
    (checkout / "pyproject.toml").write_text(PROJECT.format(thing=thing, version=version))


# -- by pip, without a network --------------------------------------------------------------------------------------------


class Machine:
    """A machine without a network, and a folder of packages."""

    def __init__(self, checkout: Path, packages: Path) -> None:
        self.checkout, self.packages = checkout, packages
        packages.mkdir()
        kept = {name: value for name, value in os.environ.items() if name in ("LANG", "TMPDIR", "HOME")}
        self.environment = kept | {
            "PATH": "/usr/bin:/bin", "PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(packages), "PIP_CONFIG_FILE": os.devnull,
        }  # fmt: skip

    def offer(self, version: str) -> None:
        """Put a wheel of `thing` into the folder."""
        said = f"VERSION = {version!r}\n"
        info = f"thing-{version}.dist-info"
        files = {"thing/__init__.py": said, **{f"thing/{part}.py": said for part in PARTS}}
        files[f"{info}/METADATA"] = f"Metadata-Version: 2.1\nName: thing\nVersion: {version}\n"
        files[f"{info}/WHEEL"] = "Wheel-Version: 1.0\nGenerator: hand\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
        with zipfile.ZipFile(self.packages / f"thing-{version}-py3-none-any.whl", "w") as wheel:
            rows = []
            for name, text in files.items():
                wheel.writestr(name, text)
                digest = base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).rstrip(b"=").decode()
                rows.append(f"{name},sha256={digest},{len(text)}\n")
            wheel.writestr(f"{info}/RECORD", "".join(rows) + f"{info}/RECORD,,\n")

    def lock(self, version: str) -> None:
        """Write the lock file, with the digest of the wheel."""
        wheel = self.packages / f"thing-{version}-py3-none-any.whl"
        digest = hashlib.sha256(wheel.read_bytes()).hexdigest()
        (self.checkout / "requirements.txt").write_text(
            f"thing=={version} \\\n    --hash=sha256:{digest}\n    # via searchboard\n"
        )

    def start(self, *words: str) -> subprocess.CompletedProcess[str]:
        """Run `python3 -m board …` in the checkout."""
        return self._run(sys.executable, "-m", "board", *words)

    def program(self, *words: str) -> subprocess.CompletedProcess[str]:
        """The installed program."""
        return self._run(str(self.checkout / ".venv/bin/board"), *words)

    def _run(self, *command: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(command, cwd=self.checkout, env=self.environment, capture_output=True, text=True, check=False)


@pytest.fixture
def machine(checkout: Path, tmp_path: Path) -> Machine:
    return Machine(checkout, tmp_path / "packages")


@pytest.mark.slow
def test_running_installation_survives_two_failed_upgrades_and_a_good_one(machine: Machine) -> None:
    machine.offer("1")
    assert machine.start().stdout == "1\n"
    server = subprocess.Popen(
        [machine.checkout / ".venv/bin/board", "serve"], cwd=machine.checkout, env=machine.environment,
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip

    def asked(part: str) -> str:
        assert server.stdin is not None
        assert server.stdout is not None
        print(part, file=server.stdin, flush=True)
        return server.stdout.readline().strip()

    with server:
        assert asked("one") == "1"
        declare(machine.checkout, "2")
        for part in ("two", "three"):
            failed = machine.start()
            assert failed.returncode == 1
            assert "thing==2" in failed.stderr  # pip's own reason
            assert f"what was installed before is as it was: {machine.checkout}/.venv/bin/board" in failed.stderr
            assert machine.program().stdout == "1\n"
            assert asked(part) == "1"
        assert "python3 -m board install" in machine.program().stderr
        assert not machine.program("--help").returncode

        machine.offer("2")
        (machine.checkout / "requirements.txt").write_text(f"thing==2 --hash=sha256:{'0' * 64}\n")
        assert "DO NOT MATCH THE HASHES" in machine.start().stderr
        assert machine.program().stdout == "1\n"
        machine.lock("2")
        assert machine.start().stdout == "2\n"
        done = machine.program()
        assert (done.stdout, done.stderr) == ("2\n", "")
        assert asked("four") == "1"  # it had not loaded this part before
        assert server.stdin is not None
        server.stdin.close()
        assert server.wait(PATIENCE_S) == 0

    (machine.packages / "thing-1-py3-none-any.whl").unlink()
    (machine.checkout / "requirements.txt").unlink()
    declare(machine.checkout, "1", "0.9")  # and back, without a source to install from
    assert machine.start().stdout == "1\n"
    assert machine.program().stdout == "1\n"


# -- killed, at every step --------------------------------------------------------------------------------------------------

# Repeats an upgrade, and kills it at its first write, then at its second, and so on to the end.
# Instead of pip, which takes seconds, it writes one module.
KILLER = '''
import os, shutil, signal, sys
from pathlib import Path

from board.install import build, environments

root, start, swaps = Path(sys.argv[1]), sys.argv[2], sys.argv[3] == "swaps"
BASE = frozenset()
WRITES = {"os.mkdir", "os.rename", "os.symlink", "os.remove", "os.rmdir", "os.chmod", "shutil.rmtree", "ctypes.dlsym"}


def thing():
    return (root / "pyproject.toml").read_text().partition("thing==")[2][0]


def run(command):
    place = Path(command[-1])
    if "venv" in command:
        packages = place / f"lib/python{sys.version_info[0]}.{sys.version_info[1]}/site-packages"
        packages.mkdir(parents=True)
        (place / "bin").mkdir()
        (place / "bin/python").symlink_to(sys._base_executable)
        (place / "pyvenv.cfg").write_text(f"home = {Path(sys._base_executable).parent}\\n")
    else:
        (packages,) = Path(command[0]).parent.parent.glob("lib/*/site-packages")
        (packages / "thing.py").write_text(f"VERSION = {thing()!r}\\n")


def program_says():
    """Without a start, which takes longer than all else here: what the Python that it names would find."""
    program = root / ".venv/bin/board"
    if not program.exists():
        return "none"
    python = Path(program.read_text().splitlines()[0].removeprefix("#!"))
    assert os.access(python, os.X_OK)
    (found,) = python.parent.parent.glob("lib/*/site-packages/thing.py")
    assert list(found.parent.glob("searchboard*.pth"))
    return found.read_text().split("'")[1]


def declare(version):
    file = root / "pyproject.toml"
    file.write_text(file.read_text().replace(f"thing=={thing()}", f"thing=={version}"))


def upgrade(killed_at=None):
    seen = 0

    def look(event, args):
        nonlocal seen
        if event in WRITES or (event == "open" and isinstance(args[1], str) and "w" in args[1]):
            seen += 1
            if seen == killed_at:
                os.kill(os.getpid(), signal.SIGKILL)

    if (child := os.fork()) == 0:
        if killed_at:
            sys.addaudithook(look)
        build.ensure(root, BASE)
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


build.run, build.find_uv, os.sync = run, lambda: None, lambda: None
build.report = environments.report = lambda sentence: None
if not swaps:
    environments._exchange = lambda one, other: False
kept = root.with_name("kept")
if start != "nothing":
    build.ensure(root, BASE)
if start == "earlier":  # as versions before made it: in its place, without a link
    env = environments.in_use(root)
    (root / ".venv").unlink()
    env.rename(root / ".venv")
    program = root / ".venv/bin/board"
    program.write_text(program.read_text().replace(str(env), str(root / ".venv")))
    environments.write_stamp(root / ".venv", {"made_from": "0", "python": "x", "place": str(root / ".venv"), "extras": []})
shutil.copytree(root, kept, symlinks=True)
at = 0
while True:
    at += 1
    for name in (".venv", ".venvs"):
        path = root / name
        path.unlink() if path.is_symlink() else shutil.rmtree(path, ignore_errors=True)
        if (kept / name).is_symlink():
            path.symlink_to(os.readlink(kept / name))
        elif (kept / name).exists():
            shutil.copytree(kept / name, path, symlinks=True)
    declare("1" if start == "nothing" else "2")
    ended = upgrade(at)
    now, again, last = program_says(), upgrade(), program_says()
    left = sorted(each.name for each in (root / ".venvs").iterdir())
    declare("1")
    print(at, "killed" if ended else "done", now, again, last, len(left), flush=True)
    if not ended:
        break
'''


def killed(checkout: Path, start: str, swaps: bool = True) -> Iterator[Mapping[str, str]]:
    """An upgrade that was killed at each of its steps: what the program said right after it, and after the next start."""
    done = subprocess.run(
        [sys.executable, "-c", KILLER, str(checkout), start, "swaps" if swaps else "renames"],
        cwd=checkout, env={"PATH": os.environ["PATH"]}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert len(done.stdout.splitlines()) > 15
    for line in done.stdout.splitlines():
        yield dict(zip(("at", "ended", "now", "code", "last", "left"), line.split(), strict=True))


@pytest.mark.slow
def test_upgrade_killed_at_any_step_leaves_the_old_or_the_new_one(checkout: Path) -> None:
    said = set()
    for step in killed(checkout, "linked"):
        assert step["now"] in ("1", "2"), step
        assert (step["code"], step["last"], step["left"]) == ("0", "2", "2"), step  # the one in use, and the one before
        said.add(step["now"])
    assert said == {"1", "2"}


@pytest.mark.slow
def test_first_install_killed_at_any_step_is_finished_by_the_next_start(checkout: Path) -> None:
    for step in killed(checkout, "nothing"):
        assert (step["code"], step["last"], step["left"]) == ("0", "1", "1"), step


@pytest.mark.slow
@pytest.mark.skipif(sys.platform not in ("linux", "darwin"), reason="swaps two names in one step")
def test_one_of_an_earlier_version_is_replaced_in_one_step(checkout: Path) -> None:
    for step in killed(checkout, "earlier"):
        assert step["now"] in ("1", "2"), step
        assert (step["code"], step["last"], step["left"]) == ("0", "2", "2"), step


@pytest.mark.slow
def test_next_start_sets_the_link_where_names_cannot_be_swapped(checkout: Path) -> None:
    gone = 0
    for step in killed(checkout, "earlier", swaps=False):
        gone += step["now"] == "none"
        assert (step["code"], step["last"], step["left"]) == ("0", "2", "2"), step
    assert gone == 1  # between two renames


def test_the_system_swaps_two_names(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "link").symlink_to("elsewhere")
    assert environments._exchange(tmp_path / "link", tmp_path / "folder")
    assert (tmp_path / "folder").is_symlink()
    assert (tmp_path / "link").is_dir()
