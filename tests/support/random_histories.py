"""Histories that hypothesis makes up: random work on boards, with what was true at each moment kept as it was then.

They are played on a server in a thread of its own, so that a test which is in a loop can look at all of them at once."""

import asyncio
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.support import random_commands
from tests.support.people import Person, Refusal, connect_person, create_token, running_server

WANTED = {"card.withdrawn", "column.removed", "card.moved", "search.access_set"}
MOST = 4  # times the searches that were asked for

Board = dict[tuple[str, str], tuple[int, Any]]  # (kind, id) -> seq and state


@dataclass
class History:
    """What one reader is given of a board, and what was true of it: by what `?at=` is asked for (a seq, or a time)."""

    events: list[dict[str, Any]]
    head: int
    kept: dict[str, Board] = field(default_factory=dict)  # the snapshot of that moment, kept from then
    stored: dict[str, Board] = field(default_factory=dict)  # what the server says today


async def read_snapshot(reader: Person, board: str, at: str | None = None) -> tuple[int, Board]:
    answer = await reader.http.get(f"/api/v1/boards/{board}", params={} if at is None else {"at": at})
    assert answer.status_code == 200, answer.text
    body = answer.json()
    return body["seq"], {(each["kind"], each["id"]): (each["seq"], each["state"]) for each in body["entities"]}


async def list_events(reader: Person, board: str) -> list[dict[str, Any]]:
    events: list[dict[str, Any]] = []
    while page := (await reader.http.get(f"/api/v1/boards/{board}/events", params={"after": len(events)})).json()["events"]:
        events += page
    return events


class HistoryGenerator:
    """Alice and Bob work, search after search, until all that matters has happened; Charlie may see some of them, and not
    others."""

    alice: Person
    charlie: Person

    def __init__(self, commands: int, moments: int) -> None:
        self.commands, self.moments = commands, moments
        self.histories: list[History] = []
        self.operations: dict[str, Board] = {}  # as Alice saw it, by seq
        self.loop = asyncio.new_event_loop()

    def play(self, searches: int) -> list[History]:
        """That many searches and more, each of its own random commands; the histories of all, and of `operations` for two
        readers."""
        with tempfile.TemporaryDirectory() as folder:
            try:
                return self.loop.run_until_complete(self._begin(Path(folder), searches))
            finally:
                self.loop.close()

    async def _begin(self, folder: Path, searches: int) -> list[History]:
        async with running_server(folder) as server:
            people = []
            for name, role in (("Alice", "coordinator"), ("Charlie", "investigator")):
                people.append(await connect_person(server, await create_token(server.desk, name, role)))
            self.alice, self.charlie = people
            try:
                await self.alice.open_search(access="members", members=[self.alice.account["id"]])
                for number, random in enumerate(await asyncio.to_thread(_randoms, MOST * searches)):
                    if number < searches or not self.is_worth_it():
                        await self._search(random)
                for reader in people:
                    await self._operations(reader)
            finally:
                for person in people:
                    await person.leave()
        return self.histories

    def is_worth_it(self) -> bool:
        """Whether there was something to get wrong."""
        events = [event for history in self.histories for event in history.events]
        return {event.get("type") for event in events} >= WANTED and any("undoes" in event for event in events)

    async def _search(self, random: Random) -> None:
        search = await self.alice.open_search()
        screen, kept = await self.alice.follow(search), {}
        accounts = [self.alice.account["id"], self.charlie.account["id"]]
        for number in range(self.commands):
            name, data = random_commands.random_command(random, screen, accounts)
            if number % 10 == 5:
                name, data = "search.set_access", _access(random, accounts)
            try:
                ack = await self.alice.do(search, name, data)
            except Refusal as refused:
                if refused.code == "closed":
                    await self.alice.do(search, "search.set_status", {"status": "open", "reason": "more came in"})
                continue
            if ack["seqs"]:
                await self.alice.up_to(search, ack["seqs"][-1])
            if random.random() < 0.4:
                seq, now = await read_snapshot(self.alice, search)
                kept[str(seq)] = now
        seq, self.operations[str(seq)] = await read_snapshot(self.alice, "operations")
        await self._keep(History(await list_events(self.alice, search), screen.seq, kept), self.alice, search, random)

    async def _operations(self, reader: Person) -> None:
        """Rights are those of now, for all history: what the reader sees today is what they see of then."""
        events = await list_events(reader, "operations")
        _, now = await read_snapshot(reader, "operations")
        _, all_now = await read_snapshot(self.alice, "operations")
        hidden = all_now.keys() - now.keys()
        kept = {seq: {key: said for key, said in then.items() if key not in hidden} for seq, then in self.operations.items()}
        assert bool(hidden) == (reader is self.charlie)
        await self._keep(History(events, len(events), kept), reader, "operations", Random(len(events)))

    async def _keep(self, history: History, reader: Person, board: str, random: Random) -> None:
        """With what the server says of moments: those that were kept, others, and times at and between events."""
        times = sorted({each["at"] for each in history.events if "at" in each})
        seqs = [str(random.randint(1, history.head)) for _ in range(self.moments)]
        first = next(each["seq"] for each in history.events if "at" in each)
        for at in [
            *history.kept,
            *(seq for seq in seqs if int(seq) >= first),
            *random.sample(times, min(self.moments, len(times))),
        ]:
            _, history.stored[at] = await read_snapshot(reader, board, at)
        self.histories.append(history)


def _access(random: Random, accounts: list[str]) -> dict[str, Any]:
    return random.choice([{"access": "desk", "members": []}, {"access": "members", "members": accounts[:1]}])


def _randoms(count: int) -> list[Random]:
    """So many sources of chance, as hypothesis gives them: another run of it, other ones."""
    found: list[Random] = []

    @settings(max_examples=count, deadline=None, database=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck))
    @given(st.integers(0, 2**64))
    def take(seed: int) -> None:
        found.append(Random(seed))

    take()
    return found
