"""Seed a new installation with the demo data, through the same commands that people use."""

import tomllib
from datetime import datetime, timedelta
from functools import partial
from secrets import token_urlsafe

from sqlmodel import Session, col, select

from board.accounts import accounts, live_changes
from board.commands.registry import TABLE, Command
from board.config.settings import Settings
from board.demo import seed_files
from board.demo.seed_data import Step, people, resolve, steps
from board.engine import journal
from board.engine.identity import Caller
from board.errors import Refused
from board.files.http.uploads import Uploads
from board.paths import DATA
from board.service import BoardService
from models.alarm import Alarm
from models.board import OPERATIONS
from models.search import Search
from models.times import format_utc, now, parse_utc

PASSWORD = "quiet-lantern-harbour"  # noqa: S105  of those who sign in; printed, and good for nothing else
ALARMS_TAKEN = timedelta(minutes=4)  # after which people took the alarms of earlier days
ALARMS_LEFT = timedelta(hours=2)  # alarms that are younger now are still open
ACCOUNTS_CREATED = timedelta(days=30)  # before the first step: the accounts existed by then


class SeedError(Exception):
    """Step of the seed data that the server refuses; the text names it and the reason."""


async def create(settings: Settings, moment: datetime | None = None) -> int:
    """Create an installation with the demo data, as seen from `moment` (default: now). Return the number of commands."""
    seeder = Seeder(moment or now())
    service = await BoardService.open(settings, lambda: seeder.clock)
    try:
        return await seeder.run(service)
    finally:
        await service.close()


class Seeder:
    """Runner of the seed data, which resolves its short names to ids: accounts, searches, columns and cards."""

    def __init__(self, moment: datetime) -> None:
        self._now = moment
        self.clock = moment - ACCOUNTS_CREATED  # the time that the service takes for now
        self._callers: dict[str, Caller] = {}
        self._people: dict[str, str] = {}  # id by short name, for `resolve`
        self._boards: dict[str, str] = {}
        self._ids: dict[str, dict[str, str]] = {}  # by search: ids of its columns, cards and people

    async def run(self, service: BoardService) -> int:
        await self._add_accounts(service)
        uploads = Uploads(service)
        all_steps = steps()
        for count, step in enumerate(all_steps):
            await self._take_alarms(service, self._now + step.ago)
            self.clock = self._now + step.ago
            try:
                await self._execute(service, uploads, step, f"demo-{count}")
            except (Refused, KeyError) as error:
                raise SeedError(f"{step.search}, {step.command} at {step.ago}: {_reason(error)}") from error
        await self._take_alarms(service, self._now)
        return len(all_steps)

    async def _take_alarms(self, service: BoardService, before: datetime) -> None:
        """Take the alarms raised before a time, as their people did: who leads the search, or the first who was asked."""
        latest = min(before - ALARMS_TAKEN, self._now - ALARMS_LEFT)
        callers = {caller.account.id: caller for caller in self._callers.values()}
        for alarm, lead in await service.database.read(lambda session: _open_alarms(session, format_utc(latest))):
            taker = next((callers[id] for id in (lead, *alarm.asked) if id in callers), None)
            if taker is not None:
                self.clock = parse_utc(alarm.raised_at) + ALARMS_TAKEN
                data = {"alarm": alarm.id}
                await service.execute(taker, Command(f"take-{alarm.id}", alarm.board, "alarm.take", data))

    async def _add_accounts(self, service: BoardService) -> None:
        for person in people():
            password = PASSWORD if person.signs_in else token_urlsafe()
            account = await live_changes.add_account(service, person.email, person.name, person.role, password)
            self._people[f"person:{person.key}"] = account
            self._callers[person.key] = await live_changes.caller_for(service, account)
            if person.takes_in:
                add = partial(
                    accounts.add_token, name=person.name, scope="intake", email=person.email, now=format_utc(service.clock())
                )
                await live_changes.apply_change(service, add)

    async def _execute(self, service: BoardService, uploads: Uploads, step: Step, id: str) -> None:
        ids = self._ids.get(step.search, self._people)
        data = resolve(step.data, self._now, format_utc, ids)
        board = OPERATIONS if TABLE[step.command].board_kind == "operations" else self._boards[step.search]
        if step.command == "file.attach":
            data["upload"] = await seed_files.upload(uploads, self._callers[step.by], board, data.pop("drawing"))
        ack = await service.execute(self._callers[step.by], Command(id, board, step.command, data))
        if ack.opened:
            self._boards[step.search] = ack.opened
            self._ids[step.search] = self._people | await _initial_ids(service, ack.opened, step.data["kind"])
        elif step.name:
            events = await service.database.read(lambda session: journal.events_after(session, board, ack.seqs[0] - 1, 1))
            ids[f"card:{step.name}"] = events[0].entity


def _open_alarms(session: Session, latest: str) -> list[tuple[Alarm, str | None]]:
    """Return the open alarms raised up to a time, the oldest first, with who leads the search of each."""
    asked = select(Alarm, Search.lead).where(Alarm.board == Search.id, col(Alarm.raised_at) <= latest)
    asked = asked.where(col(Alarm.taken_at).is_(None), col(Alarm.ended_at).is_(None)).order_by(Alarm.raised_at)
    return list(session.exec(asked))


async def _initial_ids(service: BoardService, board: str, kind: str) -> dict[str, str]:
    """Return the ids of a newly opened search by short name: columns by role, first tasks by key."""
    keys = iter(each["key"] for each in tomllib.loads((DATA / "first_tasks.toml").read_text(encoding="utf-8"))[kind])
    found = {}
    for event in await service.database.read(lambda session: journal.events_after(session, board, 0)):
        if event.type == "column.added":
            found[f"column:{event.payload()['state']['role']}"] = event.entity
        elif event.type == "task.added":
            found[f"card:{next(keys)}"] = event.entity
    return found


def _reason(error: Refused | KeyError) -> str:
    return f"{error.code} {error.fields or ''}" if isinstance(error, Refused) else f"no such name: {error}"
