"""Trace of one command: how many files and functions its transaction runs through, and how often it goes from file to file.

A measure of how much one has to read to follow a command. Only functions of the three packages count; a call through a library,
such as a validator, counts as one of the file that called the library.
"""

import asyncio
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from types import FrameType
from typing import Any, Final

from board.accounts import live_changes
from board.bootstrap import ROOT
from board.commands.execute import CommandResult, QueuedCommand
from board.commands.registry import Command
from board.config.settings import Settings
from board.engine.identity import Caller
from board.errors import OperationError
from board.service import BoardService
from models.board import OPERATIONS
from models.ids import new_id
from models.times import now

PACKAGES: Final = ("board", "models", "realtime")
SEARCH: Final = {"kind": "runaway", "person": {"first_name": "Noor"}, "missing_since": "2026-11-24T15:10:00Z"}
SIGHTING: Final = {"description": "Girl in a yellow coat at the tram stop", "place": {"text": "Gent"}}
# Commands that can be traced, by the name on the command line: the command, and its data.
TRACED: Final[dict[str, tuple[str, dict[str, Any]]]] = {
    "sighting.add": ("sighting.add", SIGHTING),
    "sighting.add-urgent": ("sighting.add", SIGHTING | {"priority": "urgent"}),
    "task.add": ("task.add", {"title": "Ask the driver"}),
    "note.add": ("note.add", {"text": "The driver calls back"}),
}


@dataclass
class Trace:
    """Functions that were called, and hops from file to file, with their numbers."""

    functions: Counter[tuple[str, str, int]] = field(default_factory=Counter)  # file, name and line
    hops: Counter[tuple[str, str]] = field(default_factory=Counter)  # calling file, called file

    @property
    def files(self) -> set[str]:
        return {file for file, _, _ in self.functions}

    def entered(self) -> Counter[str]:
        """Return how often each file was entered from another one."""
        found: Counter[str] = Counter()
        for (_, file), times in self.hops.items():
            found[file] += times
        return found

    def details(self) -> Iterator[str]:
        """Yield lines for a reader: how often each file was entered, and then from which files. Most frequent first."""
        yield from (f"{times:5}  into {file}" for file, times in self.entered().most_common())
        yield from (f"{times:5}  {caller} -> {called}" for (caller, called), times in self.hops.most_common())

    def __str__(self) -> str:
        return f"{len(self.files)} files, {len(self.functions)} functions, {self.hops.total()} hops from file to file"

    def __call__(self, frame: FrameType, event: str, _: object) -> None:
        """Count a call, as the profile function of the interpreter."""
        code = frame.f_code
        file = _file(code.co_filename)
        if event != "call" or file is None:
            return
        self.functions[file, code.co_qualname, code.co_firstlineno] += 1
        caller = _caller(frame)
        if caller is not None and caller != file:
            self.hops[caller, file] += 1


def _caller(frame: FrameType) -> str | None:
    """Return the file of the nearest caller in the three packages; None if the trace began after it."""
    below = frame.f_back
    while below is not None and below.f_code.co_filename != __file__:
        if (file := _file(below.f_code.co_filename)) is not None:
            return file
        below = below.f_back
    return None


@cache
def _file(path: str) -> str | None:
    """Return a file of the three packages, relative to the checkout; None for others."""
    file = Path(path)
    is_ours = path != __file__ and any(file.is_relative_to(ROOT / package) for package in PACKAGES)
    return str(file.relative_to(ROOT)) if is_ours else None


def trace(name: str) -> Trace:
    """Return the trace of a command on a new SQLite database, by its name in TRACED. Raises OperationError if it has no such
    name."""
    if name not in TRACED:
        raise OperationError(f"Only these commands can be traced: {', '.join(TRACED)}.")
    with tempfile.TemporaryDirectory() as folder:
        return asyncio.run(_trace(Path(folder), *TRACED[name]))


async def _trace(folder: Path, name: str, data: dict[str, Any]) -> Trace:
    service = await BoardService.open(Settings(_env_file=None, database_url=f"sqlite:///{folder / 'board.db'}"))
    try:
        alice = await live_changes.add_account(service, "alice@desk.example", "Alice", "coordinator", "salt peter four tides")
        caller = await live_changes.caller_for(service, alice)
        opened = await service.execute(caller, Command(new_id(), OPERATIONS, "search.open", SEARCH))
        give = _giver(service, caller, opened.opened or "", name, data)
        give()  # fills the caches, which later commands find filled
        return _traced(give)
    finally:
        await service.close()


def _giver(service: BoardService, caller: Caller, board: str, name: str, data: dict[str, Any]) -> Callable[[], CommandResult]:
    """Return a function that executes and commits the command in this thread."""

    def give() -> CommandResult:
        result = service.database.write_now(QueuedCommand(caller, Command(new_id(), board, name, data), now))
        if isinstance(result, CommandResult):
            return result
        raise result

    return give


def _traced(run: Callable[[], object]) -> Trace:
    found = Trace()
    before = sys.getprofile()
    sys.setprofile(found)
    try:
        run()
    finally:
        sys.setprofile(before)
    return found
