"""Everything is started anew, and a thousand clients come back from their positions; meanwhile somebody else asks for trifles.

The clients are one process with a thousand sockets, each of which tries again within a second until it is let in, as a browser
does. Each follows the operations board and one of twenty searches, on which things happened while it was away.
"""

import asyncio
import os
import secrets
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sqlmodel import Session

from board import accounts
from board.commands import Ack, Command
from board.desk import Desk
from board.dev import Postgres, Redis, server_folder
from board.settings import Settings
from board.sign_in import Caller
from models.accounts import Account
from models.board import OPERATIONS
from models.ids import new_id
from models.times import now, stamp
from tests.bench import Figure
from tests.bench._crowd import CLIENTS

ACCOUNTS, SEARCHES, CARDS, MISSED = 100, 20, 30, 25
ROOT = Path(__file__).parents[2]
SEARCH = {"kind": "runaway", "person": {"first_name": "Noor"}, "missing_since": "2026-11-24T15:10:00Z"}


def measure() -> Iterator[Figure]:
    for workers in (1, 2):
        back, trifles = _come_back(workers)
        on = f"PostgreSQL, Redis, {workers} worker{'s' if workers > 1 else ''}"
        yield Figure(f"{CLIENTS} clients come back", back, "s", 5, on, low=True)
        yield Figure("slowest trifle meanwhile", trifles * 1_000, "ms", 250, on, low=True)


def _come_back(workers: int) -> tuple[float, float]:
    """Seconds from the server's return to the last client's being live again, and the longest that anything small took."""
    with server_folder() as folder:
        postgres, redis = Postgres(folder / "postgres"), Redis(folder / "redis")
        postgres.start()
        redis.start()
        try:
            settings = {
                "DATABASE_URL": postgres.create("board"), "REDIS_URL": redis.url, "SECRET_KEY": secrets.token_urlsafe(32),
                "WORKERS": str(workers), "PORT": "0", "MAX_SOCKETS_PER_ACCOUNT": "0",
            }  # fmt: skip
            tokens, boards = asyncio.run(prepared(settings))
            serving, port = serve(settings)
            settings["PORT"] = str(port)
            with role("clients", port, *tokens) as clients:
                say(clients, ",".join(boards))
                heard(clients)
                say(clients, "leave")
                asyncio.run(_meanwhile(settings, boards))
                serving.kill()
                serving.wait()
                redis.restart()
                postgres.restart()
                say(clients, "return")
                with role("trifles", port, tokens[0]) as trifles:
                    serving, _ = serve(settings)
                    since = time.time()
                    back = float(heard(clients))
                    say(trifles, str(since))
                    slowest = float(heard(trifles))
                return back - since, slowest
        finally:
            serving.terminate()
            serving.wait()
            redis.stop()
            postgres.stop()


async def prepared(settings: dict[str, str]) -> tuple[list[str], list[str]]:
    """Tokens of the accounts, and the ids of the searches."""
    desk = await desk_of(settings)
    at = stamp(now())

    def tokens(database: Session) -> list[str]:
        made = []
        for number in range(ACCOUNTS):
            email = f"helper{number}@desk.example"
            account = Account(
                id=new_id(), email=email, name=f"Helper {number}", role="coordinator", password="none", created_at=at
            )  # fmt: skip
            database.add(account)
            database.flush()
            made.append(accounts.add_token(database, email, "write", email, at))
        return made

    made = await accounts.change(desk, tokens)
    caller = await somebody(desk)
    boards = [str((await do(desk, caller, OPERATIONS, "search.open", SEARCH)).opened) for _ in range(SEARCHES)]
    for board in boards:
        await asyncio.gather(*(do(desk, caller, board, "sighting.add", {"description": "A child " * 10}) for _ in range(CARDS)))
    await desk.close()
    return made, boards


async def _meanwhile(settings: dict[str, str], boards: list[str]) -> None:
    desk = await desk_of(settings)
    caller = await somebody(desk)
    for board in boards:
        await asyncio.gather(*(do(desk, caller, board, "note.add", {"text": f"note {number}"}) for number in range(MISSED)))
    await desk.close()


async def desk_of(settings: dict[str, str]) -> Desk:
    given = {name.lower(): value for name, value in settings.items()}
    return await Desk.open(Settings(_env_file=None, **given))  # type: ignore[arg-type]


async def somebody(desk: Desk) -> Caller:
    account = await desk.database.read(lambda session: accounts.find(session, "helper0@desk.example").id)
    return await accounts.caller_for(desk, account)


async def do(desk: Desk, caller: Caller, board: str, name: str, data: dict[str, Any]) -> Ack:
    return await desk.execute(caller, Command(secrets.token_urlsafe(9), board, name, data))


def serve(settings: dict[str, str]) -> tuple["subprocess.Popen[str]", int]:
    environment = os.environ | settings | {"BOARD_PREPARED": str(ROOT), "PYTHONUNBUFFERED": "1"}
    words = [sys.executable, "-m", "board", "serve"]
    serving = subprocess.Popen(words, env=environment, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert serving.stdout is not None
    line = serving.stdout.readline()
    assert line.startswith("listening on"), line
    return serving, int(line.strip().rpartition(":")[2])


def role(role: str, *words: object) -> "subprocess.Popen[str]":
    given = [sys.executable, "-m", "tests.bench._crowd", role, *map(str, words)]
    return subprocess.Popen(given, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def say(process: "subprocess.Popen[str]", word: str) -> None:
    assert process.stdin is not None
    process.stdin.write(word + "\n")
    process.stdin.flush()


def heard(process: "subprocess.Popen[str]") -> str:
    assert process.stdout is not None
    heard = process.stdout.readline().strip()
    assert heard, "it ended"
    return heard
