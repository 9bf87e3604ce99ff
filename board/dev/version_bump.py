"""Writer of a new version into the files that state it: the project, the changelog, and the tables of releases."""

import re
from datetime import date
from pathlib import Path

from board.dev.release_checks import CHANGELOG, RELEASES, tables_of, version_of


def bump(root: Path, version: str, day: date) -> list[str]:
    """Write a version, and return the changed files. Raises ValueError if it is not a later version, or if a file lacks the text
    to replace."""
    before = version_of(root)
    if not re.fullmatch(r"\d+\.\d+\.\d+", version) or _parts(version) <= _parts(before):
        raise ValueError(f"{version} is not a version after {before}")
    tables = tables_of(root)
    _replace(root / "pyproject.toml", f'version = "{before}"', f'version = "{version}"')
    _replace(
        root / CHANGELOG, "## [Unreleased]\n", f"## [Unreleased]\n\n## [{version}] - {day.isoformat()}\n\nTables: {tables}.\n"
    )
    last = re.findall(r'"\d+\.\d+\.\d+": "\d{4}"', (root / RELEASES).read_text(encoding="utf-8"))[-1]
    _replace(root / RELEASES, last, f'{last}, "{version}": "{tables}"')
    return ["pyproject.toml", CHANGELOG, RELEASES]


def _parts(version: str) -> list[int]:
    return [int(part) for part in version.split(".")]


def _replace(file: Path, old: str, new: str) -> None:
    text = file.read_text(encoding="utf-8")
    if text.count(old) != 1:
        raise ValueError(f"{file.name} does not have {old.strip()!r} once")
    file.write_text(text.replace(old, new), encoding="utf-8")
