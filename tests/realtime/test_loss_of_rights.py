"""Loss of a right by each cause, in random order on two processes: open sockets and pages end or narrow within five seconds, and
nobody else's do."""

import asyncio
import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx2 as httpx
import pytest
from sqlalchemy import text
from sqlmodel import Session
from websockets.asyncio.client import connect

from board.accounts import accounts, guests, identities, live_changes
from board.accounts.factors import second_factors
from board.client import Refusal
from board.config.sign_in import Provider, RoleRule
from board.dev import Postgres, Redis
from board.engine.rights_version import bump_rights_version
from board.providers import people
from models.accounts import Account
from models.times import format_utc, now
from realtime.wire.protocol import CLOSE_SESSION_ENDED
from tests.realtime.test_many_processes import Pair, processes
from tests.support.limited_callers import add_guest, connect_guest
from tests.support.people import PASSWORD, PATIENCE_S, Person, Server, connect_person, new_id, session_cookie

WITHIN_S = 5  # from the contract
STEPS = 12
SOON = timedelta(seconds=1)
PROVIDER = Provider(
    key="police", name="Police account", issuer="https://login.example", client_id="searchboard",
    role=[RoleRule(claim="groups", value=role, role=role) for role in ("viewer", "investigator")],
)  # fmt: skip

Change = Callable[[Session], Any]


@dataclass
class Holder:
    """Holder of rights, with an open socket that follows the search. `token`: name of the token, if the socket has one."""

    person: Person
    server: Server
    id: str
    email: str
    token: str = ""
    is_guest: bool = False
    role: str = "investigator"
    is_open: bool = True

    @property
    def may_write(self) -> bool:
        return self.is_open and self.role != "viewer"


class Scene:
    """Search on two processes, and holders of rights to it on both."""

    def __init__(self, pair: Pair, search: str, seed: int) -> None:
        self.pair, self.search, self.random = pair, search, random.Random(seed)
        self.holders: list[Holder] = []

    async def fill(self) -> None:
        """Connect a session, a token, a limited token and a guest at each process."""
        for server in (self.pair.one, self.pair.two):
            self.holders += [
                await self._session(server), await self._token(server, ()), await self._token(server, (self.search,)),
                await self._guest(server),
            ]  # fmt: skip
        for holder in self.holders:
            self.pair.people.append(holder.person)
            await holder.person.subscribe(self.search)

    async def _account(self, server: Server) -> tuple[str, str]:
        email = f"eva-{new_id()}@desk.example"
        return await live_changes.add_account(server.service, email, "Eva", "investigator", PASSWORD), email

    async def _session(self, server: Server) -> Holder:
        id, email = await self._account(server)
        await server.service.database.write(lambda session: _link(session, id))
        headers = {"Cookie": f"board_session={await session_cookie(server.service, email)}", "Origin": server.url}
        socket = await connect(server.ws, additional_headers=headers, max_size=None, compression=None)
        person = Person(server, "", socket)
        person.http = httpx.AsyncClient(base_url=server.url, headers=headers, timeout=PATIENCE_S)
        await person.wait_until(lambda: person.account)
        return Holder(person, server, id, email)

    async def _token(self, server: Server, searches: tuple[str, ...]) -> Holder:
        id, email = await self._account(server)
        name, at = f"program {new_id()}", format_utc(now())

        def add(session: Session) -> str:
            return accounts.add_token(session, name, "write", email, at, searches=searches)

        secret = await live_changes.apply_change(server.service, add)
        return Holder(await connect_person(server, secret), server, id, email, token=name)

    async def _guest(self, server: Server) -> Holder:
        guest = await add_guest(server, self.search)
        return Holder(await connect_guest(server, guest), server, guest.id, guest.email, is_guest=True, role="viewer")

    # -- steps --------------------------------------------------------------------------------------------------------------

    async def step(self) -> str:
        """Take a right of a random holder away, at a random process; return its name."""
        holder = self.random.choice([each for each in self.holders if each.is_open])
        name = self.random.choice(self._causes(holder))
        role = self._other_role(holder)
        at, soon = format_utc(now()), format_utc(now() + SOON)
        changes: dict[str, Change] = {
            "account locked": lambda session: accounts.set_enabled(session, holder.email, False),
            "role": lambda session: accounts.set_role(session, holder.email, role),
            "session ended": lambda session: accounts.end_sessions(session, holder.id),
            "factors removed": lambda session: second_factors.remove_all(session, session.get_one(Account, holder.id)),
            "claim lost": lambda session: people.check(session, PROVIDER, holder.id, {}, now()),
            "other claim": lambda session: people.check(session, PROVIDER, holder.id, {"groups": [role]}, now()),
            "token revoked": lambda session: accounts.revoke_token(session, holder.token, at),
            "token ends": lambda session: _set(
                session, "UPDATE token SET expires_at = :at WHERE name = :key", soon, holder.token
            ),
            "claims end": lambda session: _set(session, "UPDATE account SET claims_until = :at WHERE id = :key", soon, holder.id),
            "guest rights": lambda session: guests.set_writes(session, self.search, holder.id, role == "investigator"),
            "guest ended": lambda session: guests.end(session, self.search, holder.id, now()),
            "guest ends": lambda session: _set(session, "UPDATE account SET guest_until = :at WHERE id = :key", soon, holder.id),
        }
        await live_changes.apply_change(self.random.choice([self.pair.one, self.pair.two]).service, changes[name])
        if name in ("role", "other claim", "guest rights"):
            holder.role = role
        else:
            holder.is_open = False
        return name

    def _causes(self, holder: Holder) -> list[str]:
        causes = ["account locked"]
        if holder.is_guest:
            return [*causes, "session ended", "guest rights", "guest ended", "guest ends"]
        if holder.token:
            return [*causes, "role", "token revoked", "token ends", "claims end"]
        return [*causes, "role", "session ended", "factors removed", "claim lost", "other claim"]

    @staticmethod
    def _other_role(holder: Holder) -> str:
        return "viewer" if holder.role == "investigator" else "investigator"

    # -- checks -------------------------------------------------------------------------------------------------------------

    async def check(self) -> None:
        """Check that those who lost their access are out within the time, and that everybody else is not."""
        for holder in self.holders:
            person = holder.person
            if not holder.is_open:
                async with asyncio.timeout(WITHIN_S):
                    await person.wait_until(lambda person=person: person.close_code)
                assert person.close_code == CLOSE_SESSION_ENDED
                assert (await person.http.get("/api/v1/me")).status_code == 401
                page = await person.http.get(f"/searches/{self.search}")
                assert (page.status_code, page.headers["location"].partition("?")[0]) == (303, "/login")
                continue
            assert (await person.request({"type": "ping", "id": 1}, type="pong"))["id"] == 1
            assert await self._writes(person) == holder.may_write

    async def _writes(self, person: Person) -> bool:
        try:
            await person.command(self.search, "note.add", {"text": "still here"})
        except Refusal as refused:
            return refused.code != "forbidden"
        return True


def _link(session: Session, id: str) -> None:
    """Link an account to a person of the provider who has the same id."""
    identities.link(session, session.get_one(Account, id), PROVIDER, id, now(), by_email=False)


def _set(session: Session, sql: str, at: str, key: str) -> None:
    bump_rights_version(session)
    session.connection().execute(text(sql), {"at": at, "key": key})


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(6))
async def test_lost_rights_end_or_narrow_sockets_and_pages_in_time(
    seed: int, tmp_path: Path, postgres: Postgres, redis: Redis
) -> None:
    async with processes(tmp_path, postgres, redis) as pair:
        alice = await pair.add_person(pair.one, "Alice", "coordinator")
        scene = Scene(pair, await alice.open_search(), seed)
        await scene.fill()
        await scene.check()
        taken: list[str] = []
        while len(taken) < STEPS and any(holder.is_open for holder in scene.holders):
            taken.append(await scene.step())
            await scene.check()
        assert len(set(taken)) > 2, "different causes were tried"
