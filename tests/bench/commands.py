"""Durable commands a second: desks in processes of their own, each with many people who wait for their acks.

What people do, in turn: a new sighting; a grade, a move, an assessment and a correction of a card of their own; a note on it.
Each names the position it was looked from, as a browser does.
"""

import asyncio
import itertools
import secrets
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from typing import Any

from board import accounts, journal
from board.commands import Ack, Command
from board.desk import Desk
from board.dev import Postgres, server_folder
from board.serve import hurry
from board.settings import Settings
from board.sign_in import Caller
from models.board import OPERATIONS
from tests.bench import Figure

WARM_S, SECONDS = 1, 6
EMAIL = "alice@desk.example"
SEARCH = {"kind": "runaway", "person": {"first_name": "Noor"}, "missing_since": "2026-11-24T15:10:00Z"}
TOLD = "A child in a green anorak with a yellow bag, alone, at the bus stop by the school; took the line to the harbour."


def measure() -> Iterator[Figure]:
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{folder}/board.db"
        yield Figure("durable commands, one board", _rate(url, 1, 1, 64), "a second", 2_000, "SQLite")
    with server_folder() as folder:
        server = Postgres(folder / "postgres")
        server.start()
        try:
            one = _rate(server.create("one"), 1, 1, 64)
            yield Figure("durable commands, one board", one, "a second", 1_000, "PostgreSQL")
            many = _rate(server.create("many"), 2, 16, 32)
            yield Figure("durable commands, 32 boards, two processes", many, "a second", 3_000, "PostgreSQL")
        finally:
            server.stop()


def _rate(url: str, processes: int, boards: int, people: int) -> float:
    """Commands a second of all processes together, each with its own boards, and so many people on each of them."""
    asyncio.run(_prepared(url))
    words = [sys.executable, "-m", "tests.bench.commands", url, str(boards), str(people)]
    running = [subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) for _ in range(processes)]
    for each in running:  # all are ready before one begins
        assert each.stdout is not None
        assert each.stdout.readline() == "ready\n"
    for each in running:
        assert each.stdin is not None
        each.stdin.write("go\n")
        each.stdin.flush()
    return sum(float(each.communicate()[0]) for each in running)


async def _prepared(url: str) -> None:
    desk = await _desk(url)
    await accounts.add_account(desk, EMAIL, "Alice", "coordinator", "correct horse battery")
    await desk.close()


async def _desk(url: str) -> Desk:
    return await Desk.open(Settings(_env_file=None, database_url=url, secret_key="of the bench, and of nobody else"))


class Search:
    """A search with its people, each at work on a card of their own."""

    def __init__(self, desk: Desk, caller: Caller) -> None:
        self.desk, self.caller = desk, caller
        self.id, self.columns = "", list[str]()
        self.acked = 0

    async def do(self, name: str, data: dict[str, Any], base: int | None = None) -> Ack:
        ack = await self.desk.execute(self.caller, Command(secrets.token_urlsafe(12), self.id or OPERATIONS, name, data, base))
        self.acked += 1
        return ack

    async def begin(self, people: int) -> list[str]:
        """Opens it, with a card for each of its people; their ids."""
        self.id = (await self.do("search.open", SEARCH)).opened or ""
        await asyncio.gather(*(self.do("sighting.add", {"description": TOLD}) for _ in range(people)))
        said = await self.desk.database.read(lambda session: journal.after(session, self.id, 0))
        self.columns = [each.entity for each in said if each.type == "column.added"]
        return [each.entity for each in said if each.type == "sighting.added"]

    async def work(self, card: str) -> None:
        """One person, until cancelled."""
        seq = None
        for turn in itertools.count():
            mine = {"sighting": card}
            for name, data in (
                ("sighting.add", {"description": TOLD, "channel": "hotline"}),
                ("sighting.grade", mine | {"grade": {"source": "ABCDEF"[turn % 6], "content": 2}}),
                ("card.move", {"card": card, "column": self.columns[1 + turn % 3]}),
                ("sighting.assess", mine | {"assessment": ("credible", "unverifiable")[turn % 2], "reason": "Called back."}),
                ("sighting.update", mine | {"clothing": f"a green anorak, seen {turn} times"}),
                ("note.add", {"text": "Called back, nothing new.", "card": card}),
            ):
                seq = (await self.do(name, data, seq)).seqs[0]


async def _work(url: str, boards: int, people: int) -> float:
    """How many commands were acknowledged a second, from the moment when somebody says so."""
    desk = await _desk(url)
    account = await desk.database.read(lambda session: accounts.find(session, EMAIL).id)
    searches = [Search(desk, await accounts.caller_for(desk, account)) for _ in range(boards)]
    cards = [await search.begin(people) for search in searches]
    hurry()  # as a server that has started
    print("ready", flush=True)
    await asyncio.to_thread(sys.stdin.readline)
    working = [asyncio.create_task(search.work(card)) for search, mine in zip(searches, cards, strict=True) for card in mine]
    await asyncio.sleep(WARM_S)
    before, began = sum(search.acked for search in searches), time.monotonic()
    await asyncio.sleep(SECONDS)
    rate = (sum(search.acked for search in searches) - before) / (time.monotonic() - began)
    for task in working:
        if task.done():
            task.result()  # raises: somebody's command was refused
        task.cancel()
    await asyncio.gather(*working, return_exceptions=True)
    await desk.close()
    return rate


if __name__ == "__main__":
    print(asyncio.run(_work(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))))
