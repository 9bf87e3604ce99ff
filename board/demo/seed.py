"""Plays the story into a fresh installation, through the same commands that people use."""

import tomllib
from datetime import datetime, timedelta
from functools import partial
from secrets import token_urlsafe

from board.accounts import accounts, live_changes
from board.commands.registry import TABLE, Command
from board.demo.seed_data import Step, people, resolve, steps
from board.engine import journal
from board.engine.identity import Caller
from board.errors import Refused
from board.paths import DATA
from board.service import BoardService
from board.settings import Settings
from models.board import OPERATIONS
from models.times import format_utc, now

PASSWORD = "quiet-lantern-harbour"  # noqa: S105  of those who sign in; printed, and good for nothing else
CONVENED = timedelta(days=30)  # before the first step: the desk and its people were there


class SeedError(Exception):
    """The story has a step that the desk refuses; the text says which and why."""


class FakeClock:
    """The desk's clock while the story is played: it says what it is set to."""

    def __init__(self, moment: datetime) -> None:
        self.moment = moment

    def __call__(self) -> datetime:
        return self.moment


async def make(settings: Settings, moment: datetime | None = None) -> int:
    """A new installation with the story in it, as seen from `moment` (default: now). Gives the number of commands."""
    player = Seeder(moment or now())
    desk = await BoardService.open(settings, player.clock)
    try:
        return await player.play(desk)
    finally:
        await desk.close()


class Seeder:
    """Knows what the short names of the story came to: accounts, searches, and the columns and cards of each."""

    def __init__(self, moment: datetime) -> None:
        self._now = moment
        self.clock = FakeClock(moment - CONVENED)
        self._callers: dict[str, Caller] = {}
        self._people: dict[str, str] = {}  # short name to id, as `resolve` wants it
        self._boards: dict[str, str] = {}
        self._ids: dict[str, dict[str, str]] = {}  # by search: its columns and cards, and the people

    async def play(self, desk: BoardService) -> int:
        await self._convene(desk)
        told = steps()
        for count, step in enumerate(told):
            self.clock.moment = self._now + step.ago
            try:
                await self._do(desk, step, f"demo-{count}")
            except (Refused, KeyError) as why:
                raise SeedError(f"{step.search}, {step.command} at {step.ago}: {_reason(why)}") from why
        return len(told)

    async def _convene(self, desk: BoardService) -> None:
        for person in people():
            password = PASSWORD if person.signs_in else token_urlsafe()
            account = await live_changes.add_account(desk, person.email, person.name, person.role, password)
            self._people[f"person:{person.key}"] = account
            self._callers[person.key] = await live_changes.caller_for(desk, account)
            if person.takes_in:
                add = partial(
                    accounts.add_token, name=person.name, scope="intake", email=person.email, now=format_utc(desk.clock())
                )
                await live_changes.apply_change(desk, add)

    async def _do(self, desk: BoardService, step: Step, id: str) -> None:
        known = self._ids.get(step.search, self._people)
        data = resolve(step.data, self._now, format_utc, known)
        board = OPERATIONS if TABLE[step.command].board_kind == "operations" else self._boards[step.search]
        ack = await desk.execute(self._callers[step.by], Command(id, board, step.command, data))
        if ack.opened:
            self._boards[step.search] = ack.opened
            self._ids[step.search] = self._people | await _beginnings(desk, ack.opened, step.data["kind"])
        elif step.name:
            made = await desk.database.read(lambda session: journal.events_after(session, board, ack.seqs[0] - 1, 1))
            known[f"card:{step.name}"] = made[0].entity


async def _beginnings(desk: BoardService, board: str, kind: str) -> dict[str, str]:
    """The short names on a board that was just opened: its columns by role, its first tasks by key."""
    keys = iter(each["key"] for each in tomllib.loads((DATA / "first_tasks.toml").read_text(encoding="utf-8"))[kind])
    found = {}
    for said in await desk.database.read(lambda session: journal.events_after(session, board, 0)):
        if said.type == "column.added":
            found[f"column:{said.payload()['state']['role']}"] = said.entity
        elif said.type == "task.added":
            found[f"card:{next(keys)}"] = said.entity
    return found


def _reason(why: Refused | KeyError) -> str:
    return f"{why.code} {why.fields or ''}" if isinstance(why, Refused) else f"no such name: {why}"
