"""Serve like `python -m board serve`, and record how late a timer of the loop is, which shows how long the loop was blocked.

BENCH_LAG names a file. Each line has a time in seconds, the delay of the timer, and the CPU time that the loop's
thread used during it; other programs or threads caused the rest. The file with the suffix `.buffers` has the bytes in
the fullest buffer of a connection, once a second. BENCH_POLL_S is the interval of polling the heads.
"""

import asyncio
import os
import time
from itertools import islice
from typing import TextIO

from board.__main__ import main
from board.engine import board_limits
from realtime.channels import head_poller

MAX_ENTITIES = 1_000_000  # per board: a benchmark adds more notes than a real search has
EVERY_S = 0.002
MOST_WEIGHED = 1_100  # connections: more would block the loop
NOTED_S = 0.002  # shorter delays are not recorded


def watch(loop: asyncio.AbstractEventLoop, file: TextIO) -> None:
    """Record late timers from now on."""

    def tick(due: float, before_s: float) -> None:
        if file.closed:  # the loop has ended
            return
        now, used_s = time.monotonic(), time.thread_time()
        if now - due > NOTED_S:
            file.write(f"{now:.6f} {now - due:.6f} {used_s - before_s:.6f}\n")
        loop.call_later(EVERY_S, tick, time.monotonic() + EVERY_S, used_s)

    loop.call_soon(tick, time.monotonic(), time.thread_time())


def weigh(loop: asyncio.AbstractEventLoop, file: TextIO) -> None:
    """Record the bytes in the fullest buffer of a connection, once a second."""
    if file.closed:
        return
    transports = islice(loop._transports.values(), MOST_WEIGHED)  # type: ignore[attr-defined]
    file.write(f"{max((each.get_write_buffer_size() for each in transports), default=0)}\n")
    loop.call_later(1, weigh, loop, file)


if __name__ == "__main__":
    head_poller.POLL_INTERVAL_S = float(os.environ.get("BENCH_POLL_S", head_poller.POLL_INTERVAL_S))
    board_limits.MAX_ENTITIES = MAX_ENTITIES
    board_limits.BoardLimits._require_share = lambda limits: None  # type: ignore[method-assign, assignment]  # one account adds all
    run_forever = asyncio.BaseEventLoop.run_forever

    def watched(loop: asyncio.BaseEventLoop) -> None:
        with open(os.environ["BENCH_LAG"], "a", buffering=1) as notes, open(f"{notes.name}.buffers", "a", buffering=1) as sizes:
            watch(loop, notes)
            loop.call_soon(weigh, loop, sizes)
            run_forever(loop)

    asyncio.BaseEventLoop.run_forever = watched  # type: ignore[method-assign, assignment]
    main()
