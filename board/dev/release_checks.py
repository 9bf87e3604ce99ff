"""Conditions of a release: what the files must state before the commit is tagged. One run lists all that are not met."""

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

from board.install.requirements import project

CHANGELOG, CONTRACT, RELEASES = "CHANGELOG.md", "board/contract.md", "models/db/releases.py"
MIGRATIONS = "models/db/migrations/versions"


def git(root: Path, *words: str) -> str:
    """Return the output of git. Raises OSError if git can't be run, subprocess.CalledProcessError if it fails."""
    done = subprocess.run(["git", "-C", str(root), *words], check=True, capture_output=True, text=True)  # noqa: S603, S607 - our own words
    return done.stdout.strip()


def version_of(root: Path) -> str:
    return str(project(root).get("version", ""))


def tables_of(root: Path) -> str:
    """Return the number of the newest migration."""
    return max(file.name.partition("_")[0] for file in (root / MIGRATIONS).glob("[0-9]*.py"))


def problems(root: Path) -> Iterator[str]:
    """Yield a sentence for each condition that is not met."""
    version, tables = version_of(root), tables_of(root)
    if not re.fullmatch(r"\d+\.\d+\.\d+", version):
        yield f"The version {version} of pyproject.toml is not of three numbers."
    if git(root, "status", "--porcelain"):
        yield "The tree has changes that are not committed."
    if git(root, "tag", "--list", f"v{version}"):
        yield f"The tag v{version} exists already. Choose the next version: python3 -m board release --bump VERSION."
    yield from _problems_of_texts(root, version, tables)


def _problems_of_texts(root: Path, version: str, tables: str) -> Iterator[str]:
    sections = re.findall(r"^## \[([^]\n]+)\](.*)\n(?:\n(Tables: \d{4}\.)\n)?", _read(root, CHANGELOG), flags=re.M)
    names = [name for name, _, _ in sections]
    if names[:2] != ["Unreleased", version]:
        yield f"{CHANGELOG} has no section [{version}] below [Unreleased]."
    elif not re.fullmatch(r" - \d{4}-\d\d-\d\d", sections[1][1]):
        yield f"The section [{version}] of {CHANGELOG} has no date."
    elif sections[1][2] != f"Tables: {tables}.":
        yield f'The section [{version}] of {CHANGELOG} does not begin with "Tables: {tables}."'
    elif _text_below(root, "Unreleased"):
        yield f"The section [Unreleased] of {CHANGELOG} is not empty: its changes are in this commit."
    elif not _text_below(root, version).removeprefix(f"Tables: {tables}.").strip():
        yield f"The section [{version}] of {CHANGELOG} is empty."
    if f'"{version}": "{tables}"' not in _read(root, RELEASES):
        yield f"{RELEASES} does not state the tables {tables} of {version}."
    if not re.search(rf"^- {re.escape(version)}:", _read(root, CONTRACT).partition("\n## Changes\n")[2], flags=re.M):
        yield f"{CONTRACT} has no changes of {version}: name the version above what is new in it."


def _text_below(root: Path, name: str) -> str:
    """Return the text of a section of the changelog."""
    _, _, rest = _read(root, CHANGELOG).partition(f"## [{name}]")
    return rest.partition("\n")[2].partition("\n## [")[0].strip()


def _read(root: Path, name: str) -> str:
    return (root / name).read_text(encoding="utf-8")
