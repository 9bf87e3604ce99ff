"""Making an environment: beside the one in use, and in use itself only when it is whole."""

from __future__ import annotations

import hashlib
import importlib.util
import os
import shutil
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from board.install import checkout, environments
from board.install.environments import LINK, UNFINISHED, in_use, is_ours, python_of, read_stamp, write_stamp
from board.install.requirements import declared, digest, extras_of, locks, unfit, unlocked
from board.install.steps import CannotInstall, find_uv, output_of, report, run


def ensure(root: Path, needed: frozenset[str], wanted: frozenset[str] = frozenset()) -> Path:
    """Return the Python of an environment that has what the checkout requires, with the extras that are needed, and with those
    that are wanted if they can be had. It is made first if need be, and in use then. Raises CannotInstall."""
    unknown = needed - extras_of(root)
    if unknown:
        raise CannotInstall(f"there is no extra {min(unknown)}: there are {', '.join(sorted(extras_of(root)))}")
    wanted &= extras_of(root)
    env = environments.find(root, needed | wanted)
    if env is None or env != in_use(root) or _is_renamed(root, env):
        with install_lock(root):
            env = environments.find(root, needed | wanted) or _provide(root, needed, wanted)  # another start may have made it
            _settle(root, env)
    return python_of(env)


@contextmanager
def install_lock(root: Path) -> Iterator[None]:
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
            report("another start is installing: waiting for it")
            fcntl.flock(handle, fcntl.LOCK_EX)
        os.set_inheritable(handle, True)  # if this process is killed, the lock holds until its pip has ended too
        yield
    finally:
        os.close(handle)


def _provide(root: Path, needed: frozenset[str], wanted: frozenset[str]) -> Path:
    """Return an environment that was made or filled just now; without the wanted extras where only those can't be had."""
    before = in_use(root)
    had = extras_of(root) & frozenset(read_stamp(before).get("extras", ()))
    try:
        if python_of(before).exists() and not is_ours(root, before) and output_of([str(python_of(before)), "--version"]):
            return _fill_theirs(root, before, needed | wanted | had)
        return _build(root, needed | wanted | had)
    except CannotInstall as why:
        env = environments.find(root, needed) if wanted else None
        if env is not None:
            report(f"{why}; going on without: {', '.join(sorted(wanted))}")
            return env
        program = root / LINK / "bin/board"
        rest = f"what was installed before is as it was: {program}" if program.exists() else "start again to retry"
        raise CannotInstall(f"{why}; nothing is left half done, and {rest}") from why


def _build(root: Path, extras: frozenset[str]) -> Path:
    """Make a new environment and return it; where that fails nothing of it is left."""
    uv, began = find_uv(), time.monotonic()
    if not uv and importlib.util.find_spec("ensurepip") is None:  # Debian parts it from Python
        raise CannotInstall(
            "this Python can't make an environment (it has no ensurepip): install "
            f"python{sys.version_info[0]}.{sys.version_info[1]}-venv (on Debian or Ubuntu: with apt), or install uv"
        )
    made_from = digest(root, extras)
    env = environments.new_name(root, made_from[:12])
    report(f"installing what the board needs into {env}, with {'uv' if uv else 'pip'}; this happens once")
    try:
        environments.remove_unfinished(root)
        env.mkdir(parents=True)
        write_stamp(env, UNFINISHED)
        _make(env, uv)
        _fill(root, env, uv, extras)
        checkout.put(root, env)
        if hasattr(os, "sync"):
            os.sync()  # a stamp must not outlive the power when the packages do not
        write_stamp(env, _stamp(root, env, extras, made_from))
    except (OSError, CannotInstall) as why:
        shutil.rmtree(env, ignore_errors=True)
        raise why if isinstance(why, CannotInstall) else CannotInstall(f"can't write {env}: {why.strerror or why}") from why
    report(f"installed in {time.monotonic() - began:.0f} s")
    return env


def _fill_theirs(root: Path, env: Path, extras: frozenset[str]) -> Path:
    """Install into an environment that a person made, by their installer's own way; stamped only if that went well."""
    uv = find_uv()
    report(f"installing what the board needs into your own {env}, with {'uv' if uv else 'pip'}")
    target = str(root) + (f"[{','.join(sorted(extras))}]" if extras else "")
    if not uv and not output_of([str(python_of(env)), "-m", "pip", "--version"]):
        run([str(python_of(env)), "-m", "ensurepip", "--upgrade"])
    run([*_installer(env, uv), "--editable", target])
    try:
        write_stamp(env, _stamp(root, env, extras, digest(root, extras)) | {"own": True})
    except OSError as why:
        raise CannotInstall(f"can't write {env}: {why.strerror or why}") from why
    return env


def _settle(root: Path, env: Path) -> None:
    """Put an environment in use, with the names that the checkout has now."""
    with suppress(OSError, CannotInstall):  # another account's: its names are only told
        if _is_renamed(root, env):
            checkout.put(root, env)
            write_stamp(env, read_stamp(env) | {"named": _named(root)})
    try:
        if env != in_use(root):
            environments.put_in_use(root, env)
            environments.remove_old(root)
    except OSError as why:  # it runs all the same
        report(f"{root / LINK} can't be set to {env}: {why}")


def _make(env: Path, uv: str | None) -> None:
    if uv:
        run([uv, "venv", "--allow-existing", "--python", sys.executable, *no_cache(), str(env)])
    else:
        run([sys.executable, "-m", "venv", str(env)])


def _fill(root: Path, env: Path, uv: str | None, extras: frozenset[str]) -> None:
    """Install the dependencies: by the locks where they fit, each file by its digest; else as pyproject.toml declares them, and
    so what extras without a lock add."""
    locked, rest = locks(root, extras), declared(root, extras)
    if locked:
        run([*_installer(env, uv), "--require-hashes", *(word for lock in locked for word in ("--requirement", str(lock)))])
        rest = [each for each in rest if each not in declared(root, extras - unlocked(root, extras))]
        if rest:
            report(f"no lock names what {', '.join(sorted(unlocked(root, extras)))} needs: its versions are chosen now")
    elif why := unfit(root, extras):
        report(f"{why}: installing without them, in versions that are chosen now")
    if rest:
        run([*_installer(env, uv), *rest])


def _installer(env: Path, uv: str | None) -> list[str]:
    if uv:
        return [uv, "pip", "install", "--python", str(python_of(env)), *no_cache()]
    return [str(python_of(env)), "-m", "pip", "install", "--disable-pip-version-check", "--no-input"]


def no_cache() -> list[str]:
    """uv gives up where it can't keep a cache; pip only says so."""
    home = Path(os.environ.get("HOME") or "/nonexistent")
    return [] if os.access(home, os.W_OK) else ["--no-cache"]


def _stamp(root: Path, env: Path, extras: frozenset[str], made_from: str) -> dict[str, Any]:
    return {
        "made_from": made_from, "python": environments.identity(env), "place": str(env), "extras": sorted(extras),
        "named": _named(root),
    }  # fmt: skip


def _named(root: Path) -> str:
    """Return a text that changes when the checkout's version, programs or anything else of pyproject.toml does."""
    return hashlib.sha256((root / "pyproject.toml").read_bytes()).hexdigest()


def _is_renamed(root: Path, env: Path) -> bool:
    return "own" not in read_stamp(env) and read_stamp(env).get("named") != _named(root)
