"""Real server to measure, with people and searches, and helper processes that are controlled by lines."""

import asyncio
import contextlib
import os
import secrets
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlmodel import Session

from board.accounts import accounts, live_changes
from board.commands.command import Ack
from board.commands.registry import Command
from board.config.settings import Settings
from board.dev import Postgres, Redis, server_folder
from board.engine.identity import Caller
from board.service import BoardService
from models.accounts import Account
from models.board import OPERATIONS
from models.ids import new_id
from models.times import format_utc, now
from tests.tools.bench._workload import SEARCH

ROOT = Path(__file__).parents[3]
# Most benchmarks use one account more than any person would; `board bench --limits` measures with the default limits.
LIMITS_OFF = (
    {}
    if os.environ.get("BENCH_LIMITS") == "on"
    else {
        "MAX_SOCKETS_PER_ACCOUNT": "0",
        "MAX_MESSAGES_PER_SECOND": "0",
        "MAX_INTAKE_PER_MINUTE": "0",
        "MAX_DOCUMENTS_PER_MINUTE": "0",
    }
)
HELPER = "helper0@desk.example"  # author of all events


# -- servers --------------------------------------------------------------------------------------------------------------


@contextlib.contextmanager
def on_sqlite() -> Iterator[dict[str, str]]:
    """Yield the settings of a new installation of one process."""
    with tempfile.TemporaryDirectory() as folder:
        yield LIMITS_OFF | {"DATABASE_URL": f"sqlite:///{folder}/board.db", "PORT": "0"}


@dataclass
class Servers:
    postgres: Postgres
    redis: Redis
    settings: dict[str, str]


@contextlib.contextmanager
def on_servers(workers: int = 1) -> Iterator[Servers]:
    """Yield the settings of a new installation on a PostgreSQL and a Redis of its own."""
    with server_folder() as folder:
        postgres, redis = Postgres(folder / "postgres"), Redis(folder / "redis")
        try:
            postgres.start()
            redis.start()
            named = {
                "DATABASE_URL": postgres.create("board"), "REDIS_URL": redis.url, "SECRET_KEY": secrets.token_urlsafe(32),
                "WORKERS": str(workers), "PORT": "0",
            }  # fmt: skip
            yield Servers(postgres, redis, LIMITS_OFF | named)
        finally:
            redis.stop()
            postgres.stop()


@contextlib.contextmanager
def serving(settings: dict[str, str], watched: dict[str, str] | None = None) -> Iterator[tuple["subprocess.Popen[str]", int]]:
    """Yield a server process and its port. `watched`: variables for `_watched`, which then runs the server."""
    process, port = serve(settings, watched)
    try:
        yield process, port
    finally:
        process.terminate()
        process.communicate()


def serve(settings: dict[str, str], watched: dict[str, str] | None = None) -> tuple["subprocess.Popen[str]", int]:
    environment = os.environ | settings | {"BOARD_PREPARED": str(ROOT), "PYTHONUNBUFFERED": "1", "LOG_LEVEL": "WARNING"}
    environment |= watched or {}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)  # an installed program is compiled already
    words = [sys.executable, "-m", "tests.tools.bench._watched" if watched else "board", "serve"]
    process = subprocess.Popen(words, env=environment, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    line = process.stdout.readline()
    assert line.startswith("listening on"), line
    return process, int(line.strip().rpartition(":")[2])


# -- data -----------------------------------------------------------------------------------------------------------------


async def open_service(settings: dict[str, str]) -> BoardService:
    given = {name.lower(): value for name, value in settings.items()}
    service = await BoardService.open(Settings(_env_file=None, **given))
    # One caller opens all searches and fills whole boards.
    service.shares = service.shares.model_copy(update={"account": 10_000, "token": 10_000, "searches": 10_000})
    return service


async def create_coordinators(service: BoardService, count: int) -> list[str]:
    """Create coordinators; return a token of each."""
    at = format_utc(now())

    def tokens(database: Session) -> list[str]:
        made = []
        for number in range(count):
            email = f"helper{number}@desk.example"
            account = Account(
                id=new_id(), email=email, name=f"Helper {number}", role="coordinator", password="none", created_at=at
            )  # fmt: skip
            database.add(account)
            database.flush()
            made.append(accounts.add_token(database, email, "write", email, at))
        return made

    return await live_changes.apply_change(service, tokens)


async def create_viewer(service: BoardService) -> str:
    """Create a viewer; return a token."""
    at, email = format_utc(now()), "viewer@desk.example"

    def token(database: Session) -> str:
        database.add(Account(id=new_id(), email=email, name="Victor", role="viewer", password="none", created_at=at))
        database.flush()
        return accounts.add_token(database, email, "read", email, at)

    return await live_changes.apply_change(service, token)


async def create_coordinator(service: BoardService) -> Caller:
    account = await service.database.read(lambda session: accounts.find(session, HELPER).id)
    return await live_changes.caller_for(service, account)


async def execute(service: BoardService, caller: Caller, board: str, name: str, data: dict[str, Any]) -> Ack:
    return await service.execute(caller, Command(secrets.token_urlsafe(9), board, name, data))


async def open_search(service: BoardService, caller: Caller) -> str:
    return str((await execute(service, caller, OPERATIONS, "search.open", SEARCH)).opened)


async def prepare_searches(settings: dict[str, str], people: int, searches: int, cards: int) -> tuple[list[str], list[str]]:
    """Create people and searches with cards; return the tokens and the ids."""
    service = await open_service(settings)
    tokens = await create_coordinators(service, people)
    caller = await create_coordinator(service)
    boards = [await open_search(service, caller) for _ in range(searches)]
    for board in boards:
        await asyncio.gather(
            *(execute(service, caller, board, "sighting.add", {"description": "A child " * 10}) for _ in range(cards))
        )
    await service.close()
    return tokens, boards


# -- other processes ------------------------------------------------------------------------------------------------------


def start_helper(file: str, *words: object) -> "subprocess.Popen[str]":
    """Start a process that runs a file of this folder."""
    given = [sys.executable, "-m", f"tests.tools.bench.{file}", *map(str, words)]
    return subprocess.Popen(given, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def write_to(process: "subprocess.Popen[str]", word: str) -> None:
    assert process.stdin is not None
    process.stdin.write(word + "\n")
    process.stdin.flush()


def read_from(process: "subprocess.Popen[str]") -> str:
    assert process.stdout is not None
    line = process.stdout.readline().strip()
    assert line, "it ended"
    return line
