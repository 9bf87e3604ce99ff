"""Room of running tests: one marked `alone`, which measures in time or takes the whole machine, is in it by itself."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

GATE = Path(__file__)
ROOM = Path(__file__).with_name("__init__.py")


@contextmanager
def room(alone: bool) -> Iterator[None]:
    """Keep the room for a `with` block, with others or alone.

    Who waits to be alone keeps later ones at the gate, and so is not overtaken. Each lock is released before its file is closed:
    processes that were forked meanwhile have the file as well.
    """
    with GATE.open() as gate, ROOM.open() as inside:
        fcntl.flock(gate, fcntl.LOCK_EX)
        fcntl.flock(inside, fcntl.LOCK_EX if alone else fcntl.LOCK_SH)
        fcntl.flock(gate, fcntl.LOCK_UN)
        try:
            yield
        finally:
            fcntl.flock(inside, fcntl.LOCK_UN)
