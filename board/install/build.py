"""Build of an environment, which is put in use once it is complete."""

from __future__ import annotations

import hashlib
import importlib.util
import os
import shutil
import sys
import time
from collections.abc import Iterator
from compileall import compile_dir
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from board.install import checkout, environments
from board.install.environments import LINK, UNFINISHED, in_use, is_ours, python_of, read_stamp, write_stamp
from board.install.requirements import declared, digest, extras_of, locks, unlocked, why_not_locked
from board.install.steps import CannotInstall, find_uv, output_of, report, run


def ensure(root: Path, required: frozenset[str], optional: frozenset[str] = frozenset()) -> Path:
    """Return the Python of an environment with the requirements of the checkout and the `required` extras.

    The `optional` extras are included if they can be installed. Builds a missing environment and puts it in use. Raises
    CannotInstall.
    """
    unknown = required - extras_of(root)
    if unknown:
        raise CannotInstall(f"there is no extra {min(unknown)}: there are {', '.join(sorted(extras_of(root)))}")
    optional &= extras_of(root)
    env = environments.find(root, required | optional)
    if env is None or env != in_use(root) or _is_renamed(root, env):
        with install_lock(root):
            # Another start may have built it
            env = environments.find(root, required | optional) or _build_or_fill(root, required, optional)
            _put_in_use(root, env)
    return python_of(env)


@contextmanager
def install_lock(root: Path) -> Iterator[None]:
    """Lock the installation for one process. The lock is on the checkout's folder itself, so it leaves no file."""
    try:
        import fcntl
    except ImportError:  # Windows has no such lock: people must avoid two first starts at the same time
        yield
        return
    handle = os.open(root, os.O_RDONLY)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            report("another start is installing: waiting for it")
            fcntl.flock(handle, fcntl.LOCK_EX)
        os.set_inheritable(handle, True)  # if this process is killed, its pip holds the lock until it ends
        yield
    finally:
        os.close(handle)


def _build_or_fill(root: Path, required: frozenset[str], optional: frozenset[str]) -> Path:
    """Build or fill an environment, and return it; without the optional extras if only those can't be installed."""
    before = in_use(root)
    installed_extras = extras_of(root) & frozenset(read_stamp(before).get("extras", ()))
    try:
        if python_of(before).exists() and not is_ours(root, before) and output_of([str(python_of(before)), "--version"]):
            return _fill_foreign(root, before, required | optional | installed_extras)
        return _build(root, required | optional | installed_extras)
    except CannotInstall as error:
        env = environments.find(root, required) if optional else None
        if env is not None:
            report(f"{error}; going on without: {', '.join(sorted(optional))}")
            return env
        program = root / LINK / "bin/board"
        rest = f"what was installed before is as it was: {program}" if program.exists() else "start again to retry"
        raise CannotInstall(f"{error}; nothing is left half done, and {rest}") from error


def _build(root: Path, extras: frozenset[str]) -> Path:
    """Build a new environment and return it; remove it after a failure."""
    uv, start = find_uv(), time.monotonic()
    if not uv and importlib.util.find_spec("ensurepip") is None:  # Debian packages it separately
        raise CannotInstall(
            "this Python can't make an environment (it has no ensurepip): install "
            f"python{sys.version_info[0]}.{sys.version_info[1]}-venv (on Debian or Ubuntu: with apt), or install uv"
        )
    requirements_digest = digest(root, extras)
    env = environments.new_name(root, requirements_digest[:12])
    report(f"installing what the board needs into {env}, with {'uv' if uv else 'pip'}; this takes a minute or so, once")
    try:
        environments.remove_unfinished(root)
        env.mkdir(parents=True)
        write_stamp(env, UNFINISHED)
        _create(env, uv)
        _install_dependencies(root, env, uv, extras)
        checkout.register(root, env)
        if hasattr(os, "sync"):
            os.sync()  # after a power failure the stamp must not exist without the packages
        write_stamp(env, _stamp(root, env, extras, requirements_digest))
    except (OSError, CannotInstall) as error:
        shutil.rmtree(env, ignore_errors=True)
        raise (
            error if isinstance(error, CannotInstall) else CannotInstall(f"can't write {env}: {error.strerror or error}")
        ) from error
    report(f"installed in {time.monotonic() - start:.0f} s")
    return env


def _fill_foreign(root: Path, env: Path, extras: frozenset[str]) -> Path:
    """Install into an environment that a person created, with its installer; stamp it only after success."""
    uv = find_uv()
    report(f"installing what the board needs into your own {env}, with {'uv' if uv else 'pip'}")
    target = str(root) + (f"[{','.join(sorted(extras))}]" if extras else "")
    if not uv and not output_of([str(python_of(env)), "-m", "pip", "--version"]):
        run([str(python_of(env)), "-m", "ensurepip", "--upgrade"])
    run([*_installer(env, uv), "--editable", target])
    try:
        write_stamp(env, _stamp(root, env, extras, digest(root, extras)) | {"own": True})
    except OSError as error:
        raise CannotInstall(f"can't write {env}: {error.strerror or error}") from error
    return env


def _put_in_use(root: Path, env: Path) -> None:
    """Put an environment in use, with the current names of the checkout."""
    with suppress(OSError, CannotInstall):  # another user's environment is read-only; the start still works
        if _is_renamed(root, env):
            checkout.register(root, env)
            write_stamp(env, read_stamp(env) | {"named": _named(root)})
    try:
        if env != in_use(root):
            environments.put_in_use(root, env)
            environments.remove_old(root)
    except OSError as error:  # the start works without it
        report(f"{root / LINK} can't be set to {env}: {error}")


def _create(env: Path, uv: str | None) -> None:
    if uv:
        run([uv, "venv", "--allow-existing", "--python", sys.executable, *uv_cache_options(), str(env)])
    else:
        run([sys.executable, "-m", "venv", str(env)])


def _install_dependencies(root: Path, env: Path, uv: str | None, extras: frozenset[str]) -> None:
    """Install the dependencies from the lock files with hashes if they apply, otherwise as pyproject.toml declares them. Extras
    without a lock file are always installed as declared."""
    installer = [*_installer(env, uv), *(() if uv else ("--no-compile",))]
    lock_files, rest = locks(root, extras), declared(root, extras)
    if lock_files:
        run([*installer, "--require-hashes", *(word for lock in lock_files for word in ("--requirement", str(lock)))])
        rest = [requirement for requirement in rest if requirement not in declared(root, extras - unlocked(root, extras))]
        if rest:
            report(f"no lock names what {', '.join(sorted(unlocked(root, extras)))} needs: its versions are chosen now")
    elif error := why_not_locked(root, extras):
        report(f"{error}: installing without them, in versions that are chosen now")
    if rest:
        run([*installer, *rest])
    if not uv:
        compile_dir(env / "lib", quiet=2, workers=0)  # on all cores: pip uses one


def _installer(env: Path, uv: str | None) -> list[str]:
    if uv:  # compiles nothing by default; isolated decoders can't write files, so they would compile their libraries each time
        return [uv, "pip", "install", "--compile-bytecode", "--python", str(python_of(env)), *uv_cache_options()]
    return [str(python_of(env)), "-m", "pip", "install", "--disable-pip-version-check", "--no-input"]


def uv_cache_options() -> list[str]:
    """Return the option that uv needs in a read-only home folder, where it would fail. Pip only warns there."""
    home = Path(os.environ.get("HOME") or "/nonexistent")
    return [] if os.access(home, os.W_OK) else ["--no-cache"]


def _stamp(root: Path, env: Path, extras: frozenset[str], requirements_digest: str) -> dict[str, Any]:
    return {
        "made_from": requirements_digest, "python": environments.identity(env), "place": str(env), "extras": sorted(extras),
        "named": _named(root),
    }  # fmt: skip


def _named(root: Path) -> str:
    """Return a digest of pyproject.toml, which contains the checkout's version and programs."""
    return hashlib.sha256((root / "pyproject.toml").read_bytes()).hexdigest()


def _is_renamed(root: Path, env: Path) -> bool:
    return "own" not in read_stamp(env) and read_stamp(env).get("named") != _named(root)
