"""What /metrics tells, of all workers at once. Codes and counts only: no name, no text, and no id but those of wall displays.

With several workers each writes its numbers into a folder of the supervisor's (PROMETHEUS_MULTIPROC_DIR, set before this is
imported), and whichever is asked adds them up. What belongs to one process is labelled with its process id.
"""

import contextlib
import os
import time
from collections.abc import Iterable, Iterator

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector

from board.errors import Refused
from board.telemetry.logs import WORKER
from models.db.errors import DatabaseUnavailable
from realtime.hub import Hub
from realtime.periodic import every

FOLDER = "PROMETHEUS_MULTIPROC_DIR"
TOLD_S = 1.0  # how often a worker writes down what it counted, for the one that is asked
_DELAYS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)  # seconds

registry = CollectorRegistry()
commands = Counter("board_commands", "Commands by outcome: ok, a code of refusal, or failed", ["outcome"], registry=registry)
sign_ins = Counter("board_sign_ins", "Tries to sign in by outcome: succeeded, failed, throttled", ["outcome"], registry=registry)
refused = Counter(
    "board_refused",
    "Refused at the door by reason: origin, public_url, token, http, socket, rate, connections, slow",
    ["reason"],
    registry=registry,
)
failures = Counter(
    "board_failures",
    "Faults of the program: exceptions that nobody foresaw, by what they ended: command, call, page, socket",
    ["at"],
    registry=registry,
)
stuck = Counter("board_loop_stuck", "Times that an event loop stood still for over 3 s", registry=registry)
clock_jumps = Counter("board_clock_jumps", "Times that the wall clock was set by 5 s or more", registry=registry)
_commit = Histogram("board_commit_seconds", "From a command's arrival to its being durable", buckets=_DELAYS, registry=registry)
_delay = Histogram(
    "board_delivery_delay_seconds",
    "From an event's commit in one process to its being owed to the readers of another",
    buckets=_DELAYS,
    registry=registry,
)


def _gauge(name: str, what: str, *labels: str) -> Gauge:
    # Not "pid": that label is taken away where workers are added up.
    return Gauge(name, what, ["process", *labels], registry=registry, multiprocess_mode="livesum")


_process = _gauge("board_process", "1 for each serving process, with the number of its worker", "worker")
_connections = _gauge("board_connections", "Open sockets")
_readers = _gauge("board_readers", "Subscriptions of boards")
_boards = _gauge("board_boards_followed", "Boards that somebody follows")
_head = _gauge("board_head", "The highest seq that was passed on, of any board")
_bus_up = _gauge("board_bus_up", "1 while messages pass between processes, 0 while the database is asked instead")

_writes_up = _gauge("board_writes_up", "1 while the database takes writes, 0 from one that failed until one works")
_clock_ahead = _gauge("board_clock_ahead_seconds", "By how much the newest event's time is ahead of the clock; 0 where it is not")

# What realtime counts in plain numbers: the metric, whose number it is (the hub's tally or its bus), and the number's name.
_COUNTED = [
    (Counter(f"board_{name}", what, registry=registry), owner, name)
    for owner, name, what in (
        ("tally", "catch_ups", "Subscriptions that went on from their position"),
        ("tally", "resyncs", "Subscriptions that told a position and were answered with a snapshot"),
        ("tally", "snapshots", "Subscriptions that told no position"),
        ("tally", "gaps", "Messages that came with a hole before them"),
        ("tally", "sweep_finds", "Boards that were found behind the database by the sweep"),
        ("tally", "slow_cut", "Readers that were let go because they did not drain"),
        ("tally", "openings_failed", "Subscriptions that ended by a fault of the program"),
        ("tally", "sockets_failed", "Sockets that ended by a fault of the program"),
        ("tally", "flooding_cut", "Sockets that were closed because they said far too much"),
        ("bus", "published", "Messages that were given to the bus"),
        ("bus", "heard", "Messages that came from the bus"),
        ("bus", "reconnects", "Times that the bus was found again"),
        ("bus", "forged", "Messages of the bus whose digest was wrong"),
        ("bus", "dropped", "Messages that the bus did not take, as it was down or full"),
    )
]


def attach(hub: Hub) -> None:
    """Has the delay of deliveries measured from now on."""
    hub.tally.delay = _delay.observe
    _process.labels(_pid(), os.environ.get(WORKER, "0")).set(1)
    writes(True)


def clock_ahead(seconds: float) -> None:
    _clock_ahead.labels(_pid()).set(seconds)


@contextlib.contextmanager
def observe_command() -> Iterator[None]:
    """Around the judging of a command: counts what came of it, and how long a commit took."""
    began = time.perf_counter()
    try:
        yield
    except Refused as refused:
        commands.labels("failed" if _by_the_database(refused) else refused.code).inc()
        raise
    except Exception:
        commands.labels("failed").inc()
        raise
    commands.labels("ok").inc()
    _commit.observe(time.perf_counter() - began)


def _by_the_database(refused: Refused) -> bool:
    """True where the database failed; false where too much waits for it, which is refused by the same code."""
    return isinstance(refused.__cause__, DatabaseUnavailable) and refused.__cause__.__cause__ is not None


def writes(work: bool) -> None:
    _writes_up.labels(_pid()).set(work)


async def publish_loop(counts: "HubMetrics") -> None:
    """Writes down what this process counted, again and again, for whichever process is asked."""

    async def round() -> None:
        counts.take()

    await round()  # whoever asks another worker hears of this one from the beginning
    await every(TOLD_S, round)


class HubMetrics:
    """The numbers of one hub, taken over into the metrics."""

    def __init__(self, hub: Hub) -> None:
        self._hub = hub
        self._taken = [0 for _ in _COUNTED]

    def take(self) -> None:
        hub, pid = self._hub, _pid()
        _connections.labels(pid).set(len(hub.connections))
        _boards.labels(pid).set(len(hub.channels))
        _readers.labels(pid).set(sum(len(channel.subscriptions) for channel in hub.channels.values()))
        _head.labels(pid).set(max((channel.sequence.seq for channel in hub.channels.values()), default=0))
        _bus_up.labels(pid).set(hub.bus.up)
        for place, (counter, owner, name) in enumerate(_COUNTED):
            count = getattr(getattr(hub, owner), name)
            counter.inc(count - self._taken[place])
            self._taken[place] = count


def render() -> bytes:
    """The metrics of all workers, in Prometheus' text format."""
    if FOLDER not in os.environ:
        return generate_latest(registry)
    together = CollectorRegistry()
    MultiProcessCollector(together)  # type: ignore[no-untyped-call]
    return generate_latest(together)


def displays(standings: Iterable[tuple[str, str]]) -> bytes:
    """The metric of wall displays, (id, state), as the database has them: none of one process, and asked for each time."""
    told = CollectorRegistry()
    what = "1 for each wall display that shows what is true, 0 for one that does not"
    current = Gauge("board_display_current", what, ["display"], registry=told)
    for id, state in standings:
        current.labels(id).set(state == "current")
    return generate_latest(told)


def _pid() -> str:
    return str(os.getpid())
