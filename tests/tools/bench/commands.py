"""Durable commands per second: service processes, each with many people who wait for their acks.

Each command names the position on which it is based, as in a browser.
"""

import asyncio
import json
import secrets
import sys
import time
from collections.abc import Iterator
from typing import Any

from board.accounts import accounts, live_changes
from board.commands.command import Ack
from board.commands.registry import Command
from board.engine import journal
from board.engine.identity import Caller
from board.server.serve import tune_runtime
from board.service import BoardService
from models.board import OPERATIONS
from tests.tools.bench import Figure
from tests.tools.bench._server import (
    HELPER,
    create_coordinators,
    on_servers,
    on_sqlite,
    open_service,
    read_from,
    start_helper,
    write_to,
)
from tests.tools.bench._workload import SEARCH, SIGHTING_TEXT, commands_of_person

WARM_S, SECONDS = 1, 5  # a board has room for 10,000 notes and cards
PEOPLE, BOARDS = 64, 32


def measure() -> Iterator[Figure]:
    with on_sqlite() as settings:
        rate = _rate(settings, 1, 1, PEOPLE)
        yield Figure("durable commands, one board, in process", rate, "/s", 2_000, "SQLite, one process")
    with on_servers() as servers:
        one = _rate(servers.settings, 1, 1, PEOPLE)
        yield Figure("durable commands, one board, in process", one, "/s", 1_000, "PostgreSQL, one process")
        many = _rate(servers.settings | {"DATABASE_URL": servers.postgres.create("many")}, 2, BOARDS // 2, PEOPLE // 2)
        yield Figure(f"durable commands, {BOARDS} boards, in process", many, "/s", 3_000, "PostgreSQL, two processes")


def _rate(settings: dict[str, str], processes: int, boards: int, people: int) -> float:
    """Return the commands per second of all processes together. Each process has its own boards, with `people` people on each."""
    given = {name: value for name, value in settings.items() if name != "REDIS_URL"}
    asyncio.run(_prepared(given))
    running = [start_helper("commands", boards, people, WARM_S, SECONDS) for _ in range(processes)]
    for each in running:
        write_to(each, json.dumps(given))
    for each in running:  # all are ready before the first begins
        assert read_from(each) == "ready"
    for each in running:
        write_to(each, "go")
    return sum(float(each.communicate()[0].splitlines()[-1]) for each in running)  # log lines may precede the result


async def _prepared(settings: dict[str, str]) -> None:
    service = await open_service(settings)
    await create_coordinators(service, 1)
    await service.close()


class Search:
    """Search with its people, each of whom works on a separate card."""

    def __init__(self, service: BoardService, caller: Caller) -> None:
        self.service, self.caller = service, caller
        self.id, self.columns = "", list[str]()
        self.acked = 0

    async def command(self, name: str, data: dict[str, Any], base: int | None = None) -> Ack:
        ack = await self.service.execute(self.caller, Command(secrets.token_urlsafe(12), self.id or OPERATIONS, name, data, base))
        self.acked += 1
        return ack

    async def begin(self, people: int) -> list[str]:
        """Open the search, with a card for each of its people; return their ids."""
        self.id = (await self.command("search.open", SEARCH)).opened or ""
        await asyncio.gather(*(self.command("sighting.add", {"description": SIGHTING_TEXT}) for _ in range(people)))
        said = await self.service.database.read(lambda session: journal.events_after(session, self.id, 0))
        self.columns = [each.entity for each in said if each.type == "column.added"]
        return [each.entity for each in said if each.type == "sighting.added"]

    async def work(self, card: str) -> None:
        """Work as one person until cancelled."""
        seq = None
        for name, data in commands_of_person(card, self.columns):
            seq = (await self.command(name, data, seq)).seqs[0]


async def _work(boards: int, people: int, warm_s: float, seconds: float) -> float:
    """Print the acknowledged commands per second, counted from the line on standard input."""
    service = await open_service(json.loads(sys.stdin.readline()))
    account = await service.database.read(lambda session: accounts.find(session, HELPER).id)
    searches = [Search(service, await live_changes.caller_for(service, account)) for _ in range(boards)]
    cards = [await search.begin(people) for search in searches]
    tune_runtime()  # as a server does when it has started
    print("ready", flush=True)
    await asyncio.to_thread(sys.stdin.readline)
    working = [asyncio.create_task(search.work(card)) for search, mine in zip(searches, cards, strict=True) for card in mine]
    await asyncio.sleep(warm_s)
    before, began = sum(search.acked for search in searches), time.monotonic()
    await asyncio.sleep(seconds)
    rate = (sum(search.acked for search in searches) - before) / (time.monotonic() - began)
    for task in working:
        if task.done():
            task.result()  # raises: somebody's command was refused
        task.cancel()
    await asyncio.gather(*working, return_exceptions=True)
    await service.close()
    return rate


if __name__ == "__main__":
    _boards, _people, _warm_s, _seconds = sys.argv[1:]
    print(asyncio.run(_work(int(_boards), int(_people), float(_warm_s), float(_seconds))))
