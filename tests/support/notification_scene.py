"""Installation with alarms whose notifications are due, and senders of one or more processes."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Row, text

from board.accounts import live_changes
from board.commands.registry import Command
from board.config.alarm_rules import load_rules
from board.config.settings import Settings
from board.engine.identity import Caller
from board.notifications import pending, ways
from board.notifications.sender import Sender
from board.service import BoardService
from models.alarm import Alarm
from models.board import OPERATIONS
from models.db.database import Database
from models.times import format_utc
from tests.support.people import PASSWORD, new_id

CHILD = "Noortje"  # in no notification
PUBLIC_URL = "https://board.example.org"
START = datetime(2026, 11, 24, 22, 0, tzinfo=UTC)


class NoticeScene:
    """Scene of a search with alarms. The test moves the clock."""

    service: BoardService
    alice: str
    bob: str
    search: str
    now = START

    def __init__(self, settings: dict[str, Any]) -> None:
        self.settings = Settings(_env_file=None, **({"public_url": PUBLIC_URL} | settings))
        self._senders: list[tuple[Sender, Database]] = []

    def clock(self) -> datetime:
        return self.now

    def later(self, **passed: float) -> None:
        self.now += timedelta(**passed)

    async def open(self) -> None:
        self.service = await BoardService.open(self.settings, clock=self.clock)
        self.alice = await self.account("Alice", "coordinator")
        self.bob = await self.account("Bob", "investigator")
        self.search = await self.open_search()

    async def account(self, name: str, role: str, email: str = "") -> str:
        address = email or f"{name.lower()}@desk.example"
        return await live_changes.add_account(self.service, address, name, role, PASSWORD)

    async def open_search(self, **more: Any) -> str:
        data = {"kind": "runaway", "person": {"first_name": CHILD}, "missing_since": "2026-11-24T15:10:00Z"} | more
        ack = await self.does(self.alice, OPERATIONS, "search.open", data)
        return str(ack.opened)

    async def does(self, who: str, board: str, name: str, data: dict[str, Any]) -> Any:
        caller: Caller = await live_changes.caller_for(self.service, who)
        return await self.service.execute(caller, Command(new_id(), board, name, data))

    async def alarm(self, *ways: pending.Way, to: str = "", step: int = 1, rule: str = "urgent_sighting", board: str = "") -> str:
        """Put an alarm and its notifications into the tables; return its id."""
        id, at, board = new_id(), format_utc(self.now), board or self.search
        values: dict[str, Any] = {
            "id": id, "board": board, "about": {"kind": "sighting", "id": f"s{id}", "seq": 1}, "rule": rule,
            "raised_at": at, "step": step, "asked": [], "handed_on": [], "entity": f"s{id}", "cause": "1",
        }  # fmt: skip

        def put(session: Any) -> None:
            session.add(Alarm(**values))
            session.flush()
            for way in ways:
                accounts = pending.WEBHOOK if way == "webhook" else [to or self.bob]
                pending.add(session, board=board, alarm=id, step=step, way=way, accounts=accounts, now=at)

        await self.service.database.write(put)
        return id

    async def sender(self, **settings: Any) -> Sender:
        """Create the sender of another process, with its own connection."""
        database = Database(self.settings.database_url)
        made = Sender(database, self.settings.model_copy(update=settings), load_rules(), self.clock)
        made._ways = await asyncio.to_thread(ways.make, made._settings)
        self._senders.append((made, database))
        return made

    async def rows(self) -> list[Row[Any]]:
        query = text("SELECT * FROM notification ORDER BY way, account, id")
        return list(await self.service.database.read(lambda session: session.connection().execute(query).all()))

    async def row(self) -> Row[Any]:
        (found,) = await self.rows()
        return found

    async def sql(self, statement: str, **values: Any) -> None:
        await self.service.database.write(lambda session: session.connection().execute(text(statement), values))

    async def close(self) -> None:
        for sender, database in self._senders:
            for task in sender._tasks:
                task.cancel()
            await sender.close()
            await database.close()
        await self.service.close()


async def settled(sender: Sender) -> None:
    """Wait until the sender has recorded the results of all its attempts."""
    while sender._tasks:
        await asyncio.wait(set(sender._tasks))


async def send(*senders: Sender) -> None:
    """Let these senders send due notifications at the same time, until none is due."""
    while True:
        await asyncio.gather(*(each.send_due() for each in senders))
        if not any(each._tasks or each._wanted.is_set() for each in senders):
            return
        for each in senders:
            each._wanted.clear()
        await asyncio.gather(*map(settled, senders))


@contextlib.asynccontextmanager
async def notification_scene(installation: dict[str, Any], **settings: Any) -> AsyncIterator[NoticeScene]:
    """Open an installation with these transports."""
    made = NoticeScene(installation | settings)
    await made.open()
    try:
        yield made
    finally:
        await made.close()
