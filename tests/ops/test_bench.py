"""Every figure of the bench can be measured: tried with tiny numbers. How large it is, people look at, on a quiet machine."""

import asyncio
import contextlib
import importlib
import shutil
from collections.abc import Iterator
from typing import Any

import pytest

from board.bootstrap import ROOT
from board.dev import Postgres, Redis
from tests.support import backends
from tests.tools.bench import Figure, percentile, table_head
from tests.tools.bench._machine import describe_machine
from tests.tools.bench._server import LIMITS_OFF, Servers

FOLDER = ROOT / "tests/tools/bench"
TINY: dict[str, dict[str, Any]] = {  # small sizes with which each file is tried
    "point_in_time": {"CARDS": 12, "EVENTS": 60, "READINGS": 3, "WARM": 0},
    "big_board": {"CARDS": 40, "NOTES": 5, "OPENINGS": 1, "SNAPSHOTS": 2},
    "reconnect": {"CLIENTS": 4, "ACCOUNTS": 2, "SEARCHES": 2, "CARDS": 1, "MISSED": 1, "WORKERS": (1,)},
    "commands": {"WARM_S": 0, "SECONDS": 0.3, "PEOPLE": 4, "BOARDS": 2},
    "delivery": {"BOARDS": 2, "READERS": 2, "RATE": 20, "WARM_S": 0, "SECONDS": 1, "SETTLE_S": 0.3},
    "handover": {"SEARCHES": 2, "CARDS": 2, "SINCE": 1, "READINGS": 1, "WARM": 0},
    "heavy_reads": {"CARDS": 30, "AT_ONCE": 4, "WARM_S": 0, "SECONDS": 0.3},
    "history": {"EVENTS": 80, "CARDS": 12, "OPENINGS": 1},
    "memory": {"FIRST": 2, "CLIENTS": 3, "ACCOUNTS": 2, "SEARCHES": 2, "CARDS": 1, "SETTLE_S": 0.1},
    "replay": {"CARDS": 12, "EVENTS": 80, "STEPS": 4, "WARM": 0},
    "screens": {"SIZES": ((30, 5),), "CHANGES": 2, "DROPS": 2, "WARM": 0},
    "keystrokes": {"SIZES": ((30, 5),), "LETTERS": 3, "WARM": 1},
    "vocabulary": {"SIGHTINGS": 3, "TIPS": 3, "ROUNDS": 1, "WARM": 0, "LOOKUPS": 2},
    "wall": {"DISPLAYS": 3, "CHANGES": 2, "WARM": 0, "PAUSE_S": 0},
    "years": {
        "EVENTS": 64,
        "SEARCHES": 2,
        "CARDS": 12,
        "LONG_EVENTS": 40,
        "LONG_CARDS": 8,
        "READINGS": 2,
        "WARM": 0,
        "STARTS": 1,
    },
    "fanout": {"ROUNDS": 1, "READERS": 4, "BURST": 20, "RATED": 4},
    "second_process": {"ROUNDS": 1, "READERS": 3, "BURST": 20, "RATE": 20, "SECONDS": 1, "APART_EVENTS": 3},
    "many_readers": {"READERS": 4, "SECONDS": 1, "SEARCHES": 2, "READERS_EACH": 2, "WRITERS": 2, "COMMANDS_PER_S": 20, "EACH": 2},
    "stalled_readers": {"HEALTHY": 3, "STALLED": 1, "RATE": 20, "SECONDS": 1, "WEIGHED_AT_S": 0.2},
    "files": {"PHOTOS": 1, "PIXELS": (400, 300), "PEOPLE": 2, "SIZE": 100_000},
    "photos": {"PHOTOS": 2, "PIXELS": (400, 300), "WARM": 1},
    "thumbnails": {"CARDS": 40, "NOTES": 5, "THUMBS": (0, 4, 6), "OPENINGS": 1, "WARM": 0},
    "capacity": {"SIMULATED_S": 0.2, "TIMES": (1, 2)},
    "coming_in": {"ROUNDS": 1, "CLIENTS": 4, "IDLE": 200, "CARDS": 2, "IDLE_MS": 10},
    "first_call": {},
    "read_log": {"ROUNDS": 1, "SECONDS": 0.3, "WARM_S": 0, "PEOPLE": 4, "PACED": 2, "READERS": 4, "ROWS": 1_000},
    "map": {"SIGHTINGS": 20, "OPENINGS": 1, "ADDED": 3, "WARM": 1},
    "sources": {"ROUNDS": 1, "WARM": 1, "COMMANDS": 5},
    "watch": {"ALARMS": 3, "SEARCHES": 2, "OPENINGS": 2},
    "figures": {"FILES": 30, "MONTHS": (1, 2)},
    "writes": {"PEOPLE": 4, "BOARDS": 2, "WARM_S": 0, "SECONDS": 0.3, "ROUNDS": 1, "PROCESSES": (1,)},
}
OF_THEIR_OWN = (
    "fanout",
    "coming_in",
    "second_process",
    "many_readers",
    "stalled_readers",
)  # servers and programs in C: without a compiler there is nothing to try
LONGER = (
    "capacity",
    "point_in_time",
    "reconnect",
    "commands",
    "delivery",
    "handover",
    "heavy_reads",
    "read_log",
    "years",
    "writes",
    "files",
)  # each starts many processes
# half a minute each
IN_WINDOWS = (
    "big_board",
    "screens",
    "wall",
    "photos",
    "history",
    "replay",
    "thumbnails",
    "keystrokes",
    "watch",
    "map",
    "figures",
    "first_call",
)


def test_each_file_is_tried_here() -> None:
    assert {file.stem for file in FOLDER.glob("[a-z]*.py")} == set(TINY)


@pytest.mark.parametrize("name", ["memory", "sources"])
async def test_a_short_figure_is_measured(name: str, monkeypatch: pytest.MonkeyPatch, postgres: Postgres, redis: Redis) -> None:
    await measured(name, monkeypatch, postgres, redis)


@pytest.mark.slow
@pytest.mark.alone
@pytest.mark.parametrize("name", LONGER)
async def test_a_figure_is_measured(name: str, monkeypatch: pytest.MonkeyPatch, postgres: Postgres, redis: Redis) -> None:
    await measured(name, monkeypatch, postgres, redis)


@pytest.mark.slow
@pytest.mark.browser
@pytest.mark.parametrize("name", IN_WINDOWS)
async def test_a_figure_is_measured_in_windows(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    await measured(name, monkeypatch)


@pytest.mark.slow
@pytest.mark.alone
@pytest.mark.parametrize("name", OF_THEIR_OWN)
@pytest.mark.skipif(shutil.which("cc") is None, reason="no C compiler")
async def test_a_figure_is_measured_beside_other_servers(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    await measured(name, monkeypatch)


async def measured(name: str, monkeypatch: pytest.MonkeyPatch, *servers: Any) -> None:
    """All figures of a file, measured as the command does it: in another thread, as it has loops of its own."""
    file = importlib.import_module(f"tests.tools.bench.{name}")
    for number, value in TINY[name].items():
        assert hasattr(file, number), number
        monkeypatch.setattr(file, number, value)
    if name in set(LONGER) - {
        "capacity",
        "files",
        "read_log",
        "reconnect",
    }:  # those that stop no server use that of the tests
        monkeypatch.setattr(file, "on_servers", lambda workers=1: _borrowed(*servers))
    figures = await asyncio.to_thread(lambda: list(file.measure()))
    assert figures
    for figure in figures:
        assert figure.value >= 0 or figure.unit == "%", figure  # a cost can be lost in the noise
        assert figure.row().count("|") == table_head().splitlines()[0].count("|")


@contextlib.contextmanager
def _borrowed(postgres: Postgres, redis: Redis) -> Iterator[Servers]:
    with backends.fresh_database(postgres) as url:
        named = {
            "DATABASE_URL": url,
            "REDIS_URL": redis.url,
            "SECRET_KEY": "of the bench, and of nobody else at all",
            "PORT": "0",
        }
        yield Servers(postgres, redis, LIMITS_OFF | named)


@pytest.mark.parametrize(
    ("value", "low", "verdict"),
    [
        (99, True, "met"), (100, True, "met"), (150, True, "missed by 50 ms (50%)"),
        (99, False, "missed by 1 ms (1%)"), (100, False, "met"),
    ],
)  # fmt: skip
def test_a_row_says_by_how_much_an_aim_was_missed(value: float, low: bool, verdict: str) -> None:
    cells = [cell.strip() for cell in Figure("a thing", value, "ms", 100, "SQLite", low).row().split("|")[1:-1]]
    assert cells == ["a thing", f"{value} ms", f"{'≤' if low else '≥'} 100 ms", verdict, "SQLite"]


def test_result_describes_the_machine() -> None:
    told = describe_machine()
    assert "MAX_SOCKETS_PER_ACCOUNT=0, MAX_MESSAGES_PER_SECOND=0" in told
    for part in ("Python 3.", "SQLite 3.", "PostgreSQL 1", "Redis ", "Chrom", " cores"):
        assert part in told


def test_a_share_of_the_values() -> None:
    assert [percentile([1.0, 2.0, 3.0, 4.0], share) for share in (0, 50, 99)] == [1.0, 3.0, 4.0]
    with pytest.raises(AssertionError, match="nothing was measured"):
        percentile([], 50)
