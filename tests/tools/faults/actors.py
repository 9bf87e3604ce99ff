"""Accounts of a run, created in its database, and the coordinator who opens searches and grants and revokes rights."""

import asyncio
import contextlib
import ssl
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from random import Random
from typing import Any

import httpx2 as httpx
from sqlmodel import Session

from board.accounts import accounts
from models.db.database import Database, DatabaseUnavailable
from models.times import format_utc, now
from tests.tools.faults.recordings import CommandLog, Revocation
from tests.tools.faults.system_under_test import SystemUnderTest
from tests.tools.faults.writer import WriterBoard

PASSWORD = "a password of the fault harness"
AGAIN_S = 0.1
GIVES_UP_S = 60.0
ENDS_WITHIN_S = 5.0  # until all processes must have closed a disabled account's sockets
NO_TLS = ssl.create_default_context()  # created once, because httpx would create one for each request
FIRST_SIGHTINGS = 12  # per board, so that writers have cards to change


@dataclass(frozen=True, slots=True)
class Account:
    id: str
    email: str
    token: str


def prepare_accounts(names: dict[str, str]) -> Callable[[Session], dict[str, Account]]:
    """Return a function that creates an account and a token for each name. `names`: role by name; `intake` is an investigator
    whose token has that scope. Hashes the passwords before the function runs: on a busy machine, that takes longer than a
    transaction may last.
    """
    at = format_utc(now())
    emails = {name: f"{name}@desk.example" for name in names}
    prepared = {
        name: accounts.prepare_account(emails[name], name, "investigator" if role == "intake" else role, PASSWORD, at)
        for name, role in names.items()
    }

    def create(session: Session) -> dict[str, Account]:
        taken: dict[str, Account] = {}
        for name, role in names.items():
            id = prepared[name](session)
            session.flush()
            scope = {"viewer": "read", "intake": "intake"}.get(role, "write")
            taken[name] = Account(id, emails[name], accounts.add_token(session, name, scope, emails[name], at))
        return taken

    return create


async def run_on_database(url: str, work: Any) -> Any:
    """Run a function in a transaction, directly on the database. Retries while the database is unavailable."""
    database = Database(url)
    try:
        deadline = time.monotonic() + GIVES_UP_S
        while True:
            try:
                return await asyncio.to_thread(database.write_now, work)
            except DatabaseUnavailable:
                if time.monotonic() > deadline:
                    raise
                await asyncio.sleep(AGAIN_S)
    finally:
        await database.close()


@dataclass(slots=True)
class Guest:
    """Reader of a members-only search who repeatedly loses and regains membership."""

    reader: str
    account: Account
    board: str


class CommandRefused(Exception):
    """Raised if the server refuses a command."""


@dataclass(slots=True)
class Client:
    """Person who gives commands. Retries each command, with the same id, on any worker until one answers."""

    plant: SystemUnderTest
    account: Account
    commands: CommandLog
    boards: list[str]  # shared by the whole run: recordings name a board by its index here
    random: Random

    async def request(self, method: str, path: str, body: Any = None) -> Any:
        """Return status and body of the first useful answer. Retries on random workers."""
        deadline = time.monotonic() + GIVES_UP_S
        headers = {"Authorization": f"Bearer {self.account.token}"}
        while True:
            url = self.plant.http(self.random.randrange(len(self.plant.workers)))
            with contextlib.suppress(httpx.HTTPError):
                options: dict[str, Any] = {"timeout": 2.0, "trust_env": False, "verify": NO_TLS}
                async with httpx.AsyncClient(base_url=url, headers=headers, **options) as client:
                    answer = await client.request(method, path, json=body)
                    if answer.status_code < 500 and answer.status_code != 429:
                        return answer.status_code, answer.json()
            if time.monotonic() > deadline:
                raise RuntimeError(f"no worker answers {method} {path}")
            await asyncio.sleep(AGAIN_S)

    async def command(self, board: str, name: str, data: dict[str, Any]) -> dict[str, Any]:
        """Give a command and return its ack. Raises CommandRefused if the server refuses it."""
        if board not in self.boards:
            self.boards.append(board)
        id = self.commands.invoke(name, self.boards.index(board), time.monotonic())
        status, ack = await self.request("POST", f"/api/v1/boards/{board}/commands", {"id": id, "name": name, "data": data})
        number = int(id.rpartition("-")[2])
        if status != 200:
            self.commands.refuse(number, time.monotonic())
            raise CommandRefused(f"{name} was refused: {ack}")
        self.commands.ok(number, ack["seqs"], time.monotonic())
        return dict(ack)


@dataclass(slots=True)
class Coordinator(Client):
    """Coordinator who opens searches, and grants and revokes rights."""

    guests: list[Guest] = field(default_factory=list)
    revocations: list[Revocation] = field(default_factory=list)
    _members: dict[str, list[str]] = field(default_factory=dict)
    _locks: dict[str, asyncio.Lock] = field(default_factory=dict)

    async def open_search(self, number: int, members: list[str] | None) -> WriterBoard:
        """Open a search with some sightings. `members`: makes it members only."""
        access = {} if members is None else {"access": "members", "members": [self.account.id, *members]}
        data = {"kind": "runaway", "person": {"first_name": f"Noor {number}"}, "missing_since": "2026-11-24T15:10:00Z", **access}
        board = str((await self.command("operations", "search.open", data))["opened"])
        if members is not None:
            self._members[board] = [self.account.id, *members]
        for each in range(FIRST_SIGHTINGS):
            await self.command(board, "sighting.add", {"description": f"the {each}. sighting"})
        _, read = await self.request("GET", f"/api/v1/boards/{board}")
        ids: dict[str, list[str]] = {"sighting": [], "task": [], "column": []}
        for entity in read["entities"]:
            ids.setdefault(entity["kind"], []).append(entity["id"])
        return WriterBoard(board, ids["sighting"], ids["sighting"] + ids["task"], ids["column"], read["seq"])

    async def shut_out(self, guest: Guest, seconds: float) -> None:
        """Remove a guest from the members for some seconds, and record the revocation."""
        began = time.monotonic()
        ack = await self._set_member(guest, False)
        if ack["seqs"]:
            await asyncio.sleep(seconds)
            until = time.monotonic()
            await self._set_member(guest, True)
            by = (self.account.id, ack["id"])
            self.revocations.append(Revocation(guest.reader, guest.board, ack["seqs"][-1], began, until, began, by))

    async def _set_member(self, guest: Guest, is_member: bool) -> dict[str, Any]:
        async with self._locks.setdefault(guest.board, asyncio.Lock()):
            others = [each for each in self._members[guest.board] if each != guest.account.id]
            members = [*others, guest.account.id] if is_member else others
            self._members[guest.board] = members
            return await self.command(guest.board, "search.set_access", {"access": "members", "members": members})

    async def disable(self, guest: Guest, seconds: float) -> None:
        """Disable a guest's account for some seconds, and record the revocation."""
        began = time.monotonic()
        await self._set_enabled(guest, False)
        since = time.monotonic() + ENDS_WITHIN_S
        await asyncio.sleep(seconds)
        until = time.monotonic()
        await self._set_enabled(guest, True)
        self.revocations.append(Revocation(guest.reader, None, -1, since, until, began))

    async def _set_enabled(self, guest: Guest, enabled: bool) -> None:
        work = partial(accounts.set_enabled, email=guest.account.email, enabled=enabled)
        await run_on_database(self.plant.database_url, work)
