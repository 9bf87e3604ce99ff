"""The checkout's own environment, `.venv`: made, renewed, and stamped when it is whole. Standard library only.

A stamp in the environment says what it was made from. While an install runs the stamp says that it is unfinished, so
one that was interrupted is seen, and done anew from nothing. An environment without a stamp is a person's own: it is
filled, never wiped. All talk goes to standard error, so that `board account add` can print an id alone.
"""

from __future__ import annotations

import hashlib
import importlib.util
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

STAMP = "board.json"
SHOWN_ON_FAILURE = 15  # lines: pip's reason stands in the last few


class CannotInstall(Exception):
    """There is no way to make the environment here; the text is the sentence for the person."""


def ensure(root: Path, extras: frozenset[str]) -> Path:
    """The Python of an up-to-date .venv in `root`, installed first if need be. Raises CannotInstall."""
    if not is_current(root, extras):
        with alone(root):
            if not is_current(root, extras):  # another start may have done it while this one waited
                install(root, extras | frozenset(noted(root / ".venv").get("extras", [])))
    return python_of(root / ".venv")


# --- what is there


def is_current(root: Path, extras: frozenset[str]) -> bool:
    """True if .venv is whole, was made from this pyproject.toml at this place, and its Python is still the same."""
    stamp = noted(root / ".venv")
    if stamp.get("made_from") != digest(root) or not extras <= set(stamp["extras"]):
        return False  # decided without starting that Python: it takes 20 ms
    return is_whole(root / ".venv")


def is_whole(venv: Path) -> bool:
    """True if it can be used or filled up: it runs, its last install was finished, and neither it nor its Python moved."""
    stamp, runs = noted(venv), version_of(python_of(venv))
    if not stamp:
        return bool(runs)
    return bool(runs) and stamp.get("python") == runs and stamp.get("place") == str(venv)


def noted(venv: Path) -> dict[str, Any]:
    """The stamp: `made_from`, `python`, `place`, `extras`; `unfinished` alone during an install; empty without one."""
    try:
        kept = json.loads((venv / STAMP).read_text())
    except FileNotFoundError:
        return {}
    except (OSError, ValueError):
        return {"unfinished": True}
    return kept if isinstance(kept, dict) else {"unfinished": True}


def note(venv: Path, stamp: dict[str, Any]) -> None:
    fresh = venv / (STAMP + ".new")
    fresh.write_text(json.dumps(stamp))
    fresh.replace(venv / STAMP)


def digest(root: Path) -> str:
    """Changes when the dependencies may have changed."""
    return hashlib.sha256((root / "pyproject.toml").read_bytes()).hexdigest()


def python_of(venv: Path) -> Path:
    return venv / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def version_of(python: Path) -> str:
    """What that Python says it is; empty if it is gone or broken."""
    return ask([str(python), "-c", "import sys; print(sys.version)"])


def ask(command: list[str]) -> str:
    """What a command prints, on one line; empty if it can't be started or fails."""
    try:
        said = subprocess.run(command, check=False, capture_output=True, text=True)  # noqa: S603 - our own words, no shell
    except OSError:
        return ""
    return " ".join(said.stdout.split()) if said.returncode == 0 else ""


# --- the install


@contextmanager
def alone(root: Path) -> Iterator[None]:
    """Only one start at a time installs. The lock is on the checkout's folder itself, so it leaves nothing behind."""
    try:
        import fcntl
    except ImportError:  # Windows has no such lock: two first starts at once are the person's to avoid
        yield
        return
    handle = os.open(root, os.O_RDONLY)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say("another start is installing: waiting for it")
            fcntl.flock(handle, fcntl.LOCK_EX)
        os.set_inheritable(handle, True)  # if this process is killed, the lock holds until its pip has ended too
        yield
    finally:
        os.close(handle)


def install(root: Path, extras: frozenset[str]) -> None:
    """Make .venv anew unless it is whole, install the checkout into it, and stamp it at the very end."""
    venv, uv, began = root / ".venv", find_uv(), time.monotonic()
    if not uv and importlib.util.find_spec("ensurepip") is None:  # Debian parts it from Python
        raise CannotInstall(
            "this Python can't make an environment (it has no ensurepip): install "
            f"python{sys.version_info[0]}.{sys.version_info[1]}-venv (on Debian or Ubuntu: with apt), or install uv"
        )
    say(f"installing what the board needs into {venv}, with {'uv' if uv else 'pip'}; this happens once")
    try:
        if not is_whole(venv):
            wipe(venv)
            venv.mkdir()
            note(venv, {"unfinished": True})
            make(venv, uv)
        note(venv, {"unfinished": True})
        fill(root, venv, uv, extras)
        stamp = {"made_from": digest(root), "python": version_of(python_of(venv)), "place": str(venv)}
        note(venv, {**stamp, "extras": sorted(extras)})
    except OSError as why:
        raise CannotInstall(f"can't write {venv}: {why.strerror or why}") from why
    say(f"installed in {time.monotonic() - began:.0f} s")


def wipe(venv: Path) -> None:
    if venv.is_symlink() or venv.is_file():
        venv.unlink()
    elif venv.exists():
        shutil.rmtree(venv)


def find_uv() -> str | None:
    """The path of a uv that works (a version manager's shim may be there without one)."""
    uv = shutil.which("uv")
    return uv if uv and ask([uv, "--version"]) else None


def make(venv: Path, uv: str | None) -> None:
    if uv:
        run([uv, "venv", "--allow-existing", "--python", sys.executable, *no_cache(), str(venv)])
    else:
        run([sys.executable, "-m", "venv", str(venv)])


def fill(root: Path, venv: Path, uv: str | None, extras: frozenset[str]) -> None:
    """Install the checkout as editable, with its dependencies and these extras."""
    python, target = str(python_of(venv)), str(root) + (f"[{','.join(sorted(extras))}]" if extras else "")
    if uv:
        run([uv, "pip", "install", "--python", python, *no_cache(), "--editable", target])
        return
    if not ask([python, "-m", "pip", "--version"]):  # a person's own environment may be without
        run([python, "-m", "ensurepip", "--upgrade"])
    run([python, "-m", "pip", "install", "--disable-pip-version-check", "--no-input", "--editable", target])


def no_cache() -> list[str]:
    """uv gives up where it can't keep a cache; pip only says so."""
    home = Path(os.environ.get("HOME") or "/nonexistent")
    return [] if os.access(home, os.W_OK) else ["--no-cache"]


# --- what the person sees


def say(sentence: str) -> None:
    print(f"board: {sentence}", file=sys.stderr, flush=True)  # noqa: T201 - before there is anything else to say it with


def run(command: list[str]) -> None:
    """Run one step of the install and show how far it is. Raises CannotInstall with the step's last lines."""
    environment = os.environ | {"PIP_USER": "0"}  # a person's setting that no environment can follow
    environment.pop("PYTHONHOME", None)
    lines: list[str] = []
    with subprocess.Popen(  # noqa: S603 - our own words, no shell
        command,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        close_fds=False,  # the step holds the lock along with us
    ) as step:
        assert step.stdout is not None
        for line in step.stdout:
            lines.append(line.rstrip())
            show(lines)
    if sys.stderr.isatty():
        sys.stderr.write("\r\033[K")
    if step.returncode != 0:
        sys.stderr.write("\n".join(lines[-SHOWN_ON_FAILURE:]) + "\n")
        raise CannotInstall("the install failed, for the reason above; nothing is left half done: start again to retry")


def show(lines: list[str]) -> None:
    """On a terminal one line that moves; elsewhere (a log) a line for each package that is fetched."""
    line = lines[-1].strip()
    if sys.stderr.isatty():
        width = shutil.get_terminal_size().columns - 1
        sys.stderr.write(f"\r\033[K  {line}"[: width + 4])
        sys.stderr.flush()
    elif line.startswith(("Collecting", "Installing", "Resolved", "Prepared", "Installed")):
        print(f"  {line[:160]}", file=sys.stderr, flush=True)  # noqa: T201
