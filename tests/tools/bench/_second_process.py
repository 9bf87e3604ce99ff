"""Second process of an installation: it commits notes to a search, and publishes them through Redis.

`python -m tests.tools.bench._second_process held BOARD COUNT`: commit all notes first, and publish them at a line on
standard input; print the digest of the journal, computed as the load generator does for a
reader. `… paced BOARD COUNT RATE`: commit and publish RATE notes per second, each stamped with its time of
publication; print the sorted times of the commits.
"""

import asyncio
import gc
import re
import sys
import time
from functools import partial

import orjson
import structlog

from board.config.settings import Settings
from board.engine import board_limits, journal
from board.service import BoardService
from realtime.bus.bus import board_of
from realtime.bus.redis_bus import RedisBus
from tests.tools.bench._clients import read_line, write_line
from tests.tools.bench._server import create_coordinator, execute
from tests.tools.bench._watched import MAX_ENTITIES

STAMP = re.compile(rb"~t=:(\d+)")
PRIME, WHOLE = 1_099_511_628_211, 2**64 - 1  # of the digest (FNV)
MAX_IN_FLIGHT = 2_000  # half of the number at which commands are refused; on a busy machine, the measured rate drops instead
TEXT_SIZE = 190  # characters that make an event as large as in the other benchmarks


def note_text(size: int = TEXT_SIZE) -> str:
    """Return a text that begins with the time now."""
    return f"~t=:{time.monotonic_ns()} ".ljust(size, "x")


class HoldingBus(RedisBus):
    """Bus that holds its events back until it is released."""

    held: list[tuple[str, bytes]] | None = None

    def publish(self, channel: str, message: bytes) -> None:
        if self.held is not None and board_of(channel):
            self.held.append((channel, message))
        else:
            super().publish(channel, message)

    def release(self) -> None:
        held, self.held = self.held or [], None
        for each in held:
            self.publish(*each)


class StampingBus(RedisBus):
    """Bus that sets the stamps in events to the time of publication, from which the delivery is measured."""

    def publish(self, channel: str, message: bytes) -> None:
        super().publish(channel, STAMP.sub(b"~t=:%d" % time.monotonic_ns(), message))


async def _held(settings: Settings, board: str, count: int) -> None:
    bus = HoldingBus(str(settings.redis_url), settings.secret())
    service = await BoardService.open(settings, bus=bus)
    caller = await create_coordinator(service)
    write_line("open")
    await read_line()
    bus.held = []
    acks = await asyncio.gather(*(execute(service, caller, board, "note.add", {"text": note_text()}) for _ in range(count)))
    write_line(await _digest(service, board, min(ack.seqs[0] for ack in acks) - 1))
    await read_line()
    bus.release()
    await read_line()
    await service.close()


async def _digest(service: BoardService, board: str, after: int) -> str:
    """Return the digest of the journal's stamps after a seq."""
    digest = 0
    while events := await service.database.read(partial(journal.events_after, board=board, seq=after)):
        for event in events:
            for stamp in STAMP.findall(orjson.dumps(event.payload())):
                digest = (digest * PRIME & WHOLE) ^ int(stamp)
        after = events[-1].seq
    return f"{digest:016x}"


async def _paced(settings: Settings, board: str, count: int, rate: float) -> None:
    service = await BoardService.open(settings, bus=StampingBus(str(settings.redis_url), settings.secret()))
    caller = await create_coordinator(service)
    took: list[float] = []

    in_flight = asyncio.Semaphore(MAX_IN_FLIGHT)

    async def commit() -> None:
        async with in_flight:
            began = time.monotonic()
            await execute(service, caller, board, "note.add", {"text": note_text()})
            took.append(time.monotonic() - began)

    gc.collect()
    gc.freeze()  # as a server does when it has started
    write_line("open")
    await read_line()
    began = time.monotonic()
    writing = []
    for number in range(count):
        await asyncio.sleep(began + number / rate - time.monotonic())
        writing.append(asyncio.create_task(commit()))
    await asyncio.gather(*writing)
    write_line(orjson.dumps(sorted(took)).decode())
    await read_line()
    await service.close()


async def _main(way: str, board: str, count: str, rate: str = "0") -> None:
    board_limits.MAX_ENTITIES = MAX_ENTITIES
    board_limits.BoardLimits._require_share = lambda limits: None  # type: ignore[method-assign, assignment]  # one account adds all
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))  # standard output is for the parent process
    settings = Settings(_env_file=None, **orjson.loads(await read_line()))
    await (_held(settings, board, int(count)) if way == "held" else _paced(settings, board, int(count), float(rate)))


if __name__ == "__main__":
    asyncio.run(_main(*sys.argv[1:]))
