"""Bootstrap from a checkout and a bare Python to a running board, with the standard library only.

`prepare` is for `python3 -m board`: it returns when the current Python can run the board; otherwise it makes an environment in
the checkout and starts the same command again inside it. `board/install/` does the installing. The installed program `board`
installs nothing: it calls `keep`.
"""

from __future__ import annotations

import importlib.metadata
import importlib.util
import json
import os
import re
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

from board.install import CannotInstall, ensure, environments, report
from board.install.commit import commit
from board.install.requirements import project

ROOT = Path(__file__).resolve().parent.parent
DISTRIBUTION = "searchboard"
RESTARTED = "BOARD_PREPARED"  # set for the second start, so that it can't loop
TESTING = ("test", "bench", "fault-test", "faults", "pictures", "attack", "dev")  # commands that need the `test` extra
HELP = ("-h", "--help")
REFERENCE = "board/docs/reference/command-line.md"
MARKUP = re.compile(r"`|\[([^][]+)\]\([^()]+\)")  # Markdown of code and links
NONE: frozenset[str] = frozenset()


def prepare(arguments: Sequence[str], root: Path = ROOT) -> None:
    """Return if this Python has what the command needs. Otherwise install it, and replace this process with a new start."""
    prepared = os.environ.pop(RESTARTED, None) == str(root)
    needed, wanted = extras_for(arguments)
    if prepared or not is_checkout(root) or is_installed_here(root, needed, wanted):
        environments.hold(Path(sys.prefix))
        return
    if asks_for_help(arguments) and environments.find(root, NONE) is None:
        sys.stdout.write(help_text(arguments, root))
        sys.exit(0)
    try:
        python = ensure(root, needed, wanted)
    except CannotInstall as why:
        sys.exit(f"board: {why}")
    except KeyboardInterrupt:
        sys.exit("board: interrupted: run the same command again")
    reexec(python, arguments, root)


def keep(root: Path = ROOT) -> None:
    """Prevent the removal of this Python's environment, and warn if it lacks packages that the checkout requires."""
    env = Path(sys.prefix).resolve()
    environments.hold(env)
    if is_checkout(root) and environments.is_ours(root, env) and not environments.is_current(root, env, NONE):
        report(f"{env} lacks packages that this checkout requires: {advice(root)}")


def advice(root: Path = ROOT, extra: str = "") -> str:
    """Return the advice on how to install a missing package."""
    if is_checkout(root):
        return f"run `python3 -m board install{extra and f' {extra}'}` in {root}"
    return "install the board again with what it requires, in the way in which it was installed here"


def extras_for(arguments: Sequence[str]) -> tuple[frozenset[str], frozenset[str]]:
    """Return the extras of pyproject.toml that the command needs, and the extras that it can do without. Help needs none."""
    words = _words(arguments)
    command = words[0] if words else ""
    if asks_for_help(arguments):
        return NONE, NONE
    if command == "install":
        return frozenset(words[1:]), NONE
    return frozenset({"test"}) if command in TESTING else NONE, frozenset({"paper"}) if command == "demo" else NONE


def asks_for_help(arguments: Sequence[str]) -> bool:
    """Return whether the arguments ask for help, so that the command does nothing else."""
    return any(word in HELP for word in arguments)


def help_text(arguments: Sequence[str], root: Path = ROOT) -> str:
    """Return the lines of the reference about a command, or about all commands. This help needs no packages."""
    rows = re.findall(r"^\| `([^`]+)` \| (.+) \|$", (root / REFERENCE).read_text(encoding="utf-8"), flags=re.M)
    command = " ".join(_words(arguments)[:1])
    matches = [row for row in rows if row[0].split()[0] == command] or rows
    lines = [f"  {call}\n      {MARKUP.sub(_shown, text)}" for call, text in matches]
    return "\n".join(["Usage: python3 -m board COMMAND …   (a command installs what it needs at its first start)", *lines, ""])


def _shown(markup: re.Match[str]) -> str:
    return markup[1] or ""


def _words(arguments: Sequence[str]) -> list[str]:
    """Return the arguments without options."""
    return [
        word
        for word, before in zip(arguments, ("", *arguments), strict=False)
        if not word.startswith("-") and before != "--env-file"
    ]


def version(root: Path = ROOT) -> str:
    """Return this program's version; in a checkout that of pyproject.toml, because the environment's may be older."""
    if is_checkout(root):
        return str(project(root).get("version", ""))
    try:
        return importlib.metadata.version(DISTRIBUTION)
    except importlib.metadata.PackageNotFoundError:  # started from a tree that was never installed
        return "0"


def full_version(root: Path = ROOT) -> str:
    """Return the version with the commit, if that is known."""
    found = commit(root)
    return f"{version(root)} ({found})" if found else version(root)


def is_checkout(root: Path) -> bool:
    """Return True for a source tree, False for an installed package, whose dependencies are installed with it."""
    return (root / "pyproject.toml").is_file()


def is_installed_here(root: Path, needed: frozenset[str], wanted: frozenset[str] = NONE) -> bool:
    """Return whether the running Python has this checkout installed, in our environment or the person's own."""
    env = Path(sys.prefix).resolve()
    if environments.read_stamp(env) and (env == environments.in_use(root) or environments.is_ours(root, env)):
        # a Python started by the link would load later imports from another environment after an upgrade
        return str(env) == sys.prefix and environments.is_current(root, env, needed | wanted)
    return installed_from() == root and ("test" not in needed or importlib.util.find_spec("pytest") is not None)


def installed_from() -> Path | None:
    """Return the folder from which this Python has the board installed as editable, if any."""
    try:
        written = importlib.metadata.distribution(DISTRIBUTION).read_text("direct_url.json")
    except importlib.metadata.PackageNotFoundError:
        return None
    origin = json.loads(written or "{}")
    if not origin.get("dir_info", {}).get("editable"):
        return None
    return Path(str(origin["url"]).removeprefix("file://"))


def reexec(python: Path, arguments: Sequence[str], root: Path) -> NoReturn:
    """Replace this process with the same command, run by the Python that has the dependencies."""
    os.environ[RESTARTED] = str(root)
    command = [str(python), "-m", "board", *arguments]
    sys.stdout.flush()
    sys.stderr.flush()
    if os.name == "nt":  # there, exec returns to the prompt while the new process runs
        sys.exit(subprocess.run(command, check=False).returncode)  # noqa: S603 - our own Python, the person's own arguments
    os.execv(python, command)  # noqa: S606
