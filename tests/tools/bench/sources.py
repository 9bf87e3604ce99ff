"""Time of a sighting with a confidential source, from the command until its ack, with `DATA_KEYS` and without.

Rounds with and without keys alternate, because a machine's speed drifts. One caller waits for each ack.
"""

import asyncio
import secrets
import tempfile
import time
from base64 import b64encode
from collections.abc import Iterator
from pathlib import Path
from statistics import median
from typing import NamedTuple

from sqlalchemy import text

from models import confidential
from models.key_ring import KEY_BYTES
from tests.tools.bench import Figure, percentile
from tests.tools.bench._server import LIMITS_OFF, create_coordinator, create_coordinators, execute, open_search, open_service
from tests.tools.bench._workload import SIGHTING_TEXT

ROUNDS, WARM, COMMANDS = 4, 50, 500
SOURCE = {"source_name": "Anna Peeters", "source_contact": "+32475123456"}
_STORED = text("SELECT source_name FROM sighting WHERE board = :board LIMIT 1")


class Round(NamedTuple):
    """Time of each command, and its CPU time, in seconds."""

    took: list[float]
    cpu: float


def measure() -> Iterator[Figure]:
    with tempfile.TemporaryDirectory() as folder:
        keys = Path(folder, "keys")
        keys.write_text(b64encode(secrets.token_bytes(KEY_BYTES)).decode())
        keys.chmod(0o600)
        settings = {
            name: LIMITS_OFF | {"DATABASE_URL": f"sqlite:///{folder}/{name}.db"} | more
            for name, more in (("without", {}), ("with", {"DATA_KEYS": f"file:{keys}"}))
        }
        for each in settings.values():
            asyncio.run(_prepare(each))
        rounds = {name: list[Round]() for name in settings}
        for _ in range(ROUNDS):
            for name, each in settings.items():
                rounds[name].append(asyncio.run(_round(each, is_sealed=name == "with")))
    for name, found in rounds.items():
        yield from _figures(f"sighting with a source, {name} DATA_KEYS", found)


def _figures(subject: str, rounds: list[Round]) -> Iterator[Figure]:
    took, on = sorted(each for found in rounds for each in found.took), "SQLite, in process"
    for percent in (50, 95):
        yield Figure(f"{subject}, p{percent}", percentile(took, percent) * 1_000, "ms", None, on)
    yield Figure("… CPU time for each", median(found.cpu for found in rounds) * 1e6, "µs", None, on)


async def _prepare(settings: dict[str, str]) -> None:
    service = await open_service(settings)
    await create_coordinators(service, 1)
    await service.close()


async def _round(settings: dict[str, str], *, is_sealed: bool) -> Round:
    """Send commands, after some that warm up. A round has its own search, so that none is full."""
    service = await open_service(settings)
    caller = await create_coordinator(service)
    board, took = await open_search(service, caller), list[float]()
    used = 0.0
    for number in range(WARM + COMMANDS):
        used = time.process_time() if number == WARM else used
        began = time.perf_counter()
        await execute(service, caller, board, "sighting.add", {"description": SIGHTING_TEXT} | SOURCE)
        took.append(time.perf_counter() - began)
    cpu = (time.process_time() - used) / COMMANDS
    stored = await service.database.read(lambda session: session.connection().execute(_STORED, {"board": board}).scalar_one())
    assert stored.startswith(confidential.PREFIX) == is_sealed, "otherwise both are the same"
    await service.close()
    return Round(took[WARM:], cpu)
