"""What this process counted, in plain numbers that whoever measures may read. `hub.tally` is the only one of a process."""

from collections.abc import Callable
from dataclasses import dataclass


def _nobody(seconds: float) -> None:
    """Nobody measures."""


@dataclass
class Counters:
    catch_ups: int = 0  # subscriptions that went on from their position
    resyncs: int = 0  # those that told a position and were answered with a snapshot
    snapshots: int = 0  # those that told none
    gaps: int = 0  # messages that came with a hole before them
    sweep_finds: int = 0  # channels that the sweep found behind the database: their message was late or lost
    slow_cut: int = 0  # readers that were let go because they did not drain
    flooding_cut: int = 0  # and those that said far too much
    openings_failed: int = 0  # subscriptions that ended by a fault of ours
    sockets_failed: int = 0  # sockets that ended by one
    delay: Callable[[float], None] = _nobody  # told the seconds from an event's publishing to its being owed to readers here
