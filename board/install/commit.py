"""Commit of this program, read from the repository in a checkout, otherwise from the record of the build."""

from __future__ import annotations

import re
from contextlib import suppress
from pathlib import Path

RECORD = "board/commit.txt"  # `git archive`, from which releases are built, writes the commit there; see .gitattributes
SHORT = 12  # characters shown


def commit(root: Path) -> str:
    """Return the shortened commit; empty if unknown. Reads git's files, because git refuses to answer users other than
    the owner of the checkout."""
    hexadecimal = _of_repository(root / ".git") or _line(root / RECORD)
    return hexadecimal[:SHORT] if re.fullmatch(r"[0-9a-f]{40,64}", hexadecimal) else ""


def _of_repository(git: Path) -> str:
    if git.is_file():  # of a worktree, which has its own HEAD and shares the branches
        git = (git.parent / _line(git).removeprefix("gitdir: ")).resolve()
    head = _line(git / "HEAD")
    if not head.startswith("ref: "):
        return head
    reference = head.removeprefix("ref: ")
    shared = (git / _line(git / "commondir")).resolve()
    return _line(git / reference) or _line(shared / reference) or _packed(shared / "packed-refs", reference)


def _packed(file: Path, reference: str) -> str:
    with suppress(OSError, UnicodeDecodeError):
        for line in file.read_text(encoding="utf-8").splitlines():
            if line.endswith(f" {reference}"):
                return line.partition(" ")[0]
    return ""


def _line(file: Path) -> str:
    """Return the first line; empty if the file can't be read."""
    with suppress(OSError, UnicodeDecodeError):
        return file.read_text(encoding="utf-8").partition("\n")[0].strip()
    return ""
