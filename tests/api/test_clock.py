"""A clock that is set, or differs from another machine's: what happened keeps its order and its true time, and every screen says
that times may be wrong, until that is long over."""

import asyncio
import itertools
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import orjson
import pytest
import structlog
from hypothesis import given
from hypothesis import strategies as st

from board.dev import Postgres, Redis
from board.engine import hash_chain
from board.service import BoardService
from board.telemetry import clock
from board.telemetry.clock import ClockCheck, StepDetector
from models.board import Board
from models.db.database import Database
from models.db.schema import migrate
from models.times import format_utc, now, parse_utc
from realtime.periodic import cancel_all
from tests.realtime.test_many_processes import processes
from tests.support.backends import SLOW_ON_POSTGRESQL, Backend
from tests.support.browser_window import wait_until
from tests.support.display_client import DisplayBrowser, pair_browser
from tests.support.people import Person, Server, connect_person, create_token, running_server, settings_for
from tests.support.server_clock import WallClock

HOURS = timedelta(hours=5)


async def told(person: Person, **like: Any) -> dict[str, Any]:
    """The frame `clock` that says this: True of what is told, False of what is not."""
    return dict(
        await person.wait_until(
            lambda: next(
                (
                    frame
                    for frame in person.frames
                    if frame["type"] == "clock" and all((frame[name] is not None) == is_told for name, is_told in like.items())
                ),
                None,
            )
        )
    )


# -- recorded times -----------------------------------------------------------------------------------------------------------


@pytest.fixture
async def alice(server: Server) -> AsyncIterator[Person]:
    person = await connect_person(server, await create_token(server.service, "Alice", "coordinator"))
    yield person
    await person.close()


@pytest.mark.both_backends
async def test_events_keep_their_true_time_after_a_jump_and_back(server: Server, alice: Person, wall_clock: WallClock) -> None:
    search = await alice.open_search()
    screen = await alice.subscribe(search)

    async def write(ahead: timedelta) -> dict[str, Any]:
        wall_clock.set(ahead)
        (seq,) = (await alice.command(search, "note.add", {"text": "the aunt was called"}))["seqs"]
        return (await alice.wait_for_seq(search, seq)).events[-1]

    before, during, after, later = [await write(ahead) for ahead in (timedelta(0), HOURS, timedelta(0), timedelta(seconds=1))]
    assert all("clock" not in event for event in (before, during))  # nothing is added to ordinary events
    assert during["at"] == after["at"] == later["at"]
    assert before["at"] <= after["clock"] <= later["clock"] < during["at"]
    assert parse_utc(during["at"]) - parse_utc(after["clock"]) > HOURS - timedelta(minutes=1)
    assert screen.events == (await alice.http.get(f"/api/v1/boards/{search}/events?after={before['seq'] - 1}")).json()["events"]
    kept = {event["seq"]: event for event in (await alice.http.get(f"/api/v1/boards/{search}/journal.json")).json()["events"]}
    assert kept[after["seq"]]["clock"] == after["clock"]
    assert await server.service.database.read(lambda session: hash_chain.verify(session, session.get_one(Board, search))) is None
    paper = (await alice.http.get(f"/searches/{search}/history.md")).text
    assert paper.count("clock time: ") == 2


async def test_events_of_processes_that_wait_for_each_other_do_not_grow(tmp_path: Path, postgres: Postgres, redis: Redis) -> None:
    async with processes(tmp_path, postgres, redis) as pair:
        alice = await pair.add_person(pair.one, "Alice", "coordinator")
        other = await pair.open_socket(pair.two, alice.token)
        search = await alice.open_search()
        await asyncio.gather(*(who.command(search, "note.add", {"text": "x"}) for _ in range(40) for who in (alice, other)))
        events = (await alice.http.get(f"/api/v1/boards/{search}/events?limit=1000")).json()["events"]
        assert len(events) > 80
        assert not [event for event in events if "clock" in event]


async def test_status_set_while_the_clock_was_behind_has_the_time_of_its_event(
    server: Server, alice: Person, wall_clock: WallClock
) -> None:
    """A display finds what a search came to by the time of the event: an earlier one it would take for what was before."""
    search = await alice.open_search()
    wall_clock.set(-HOURS)
    over = {"status": "closed", "reason": "over", "acknowledge": "nothing is to be done any more"}
    (seq,) = (await alice.command(search, "search.set_status", over))["seqs"]
    browser = DisplayBrowser(server)
    await pair_browser(alice, browser, ["operations"])
    display = await browser.connect()
    await display.subscribe("operations")
    (event,) = (await alice.http.get(f"/api/v1/boards/{search}/events?after={seq - 1}")).json()["events"]
    assert event["clock"] < event["at"]
    assert display.boards["operations"].of_kind("search")[search]["status_at"] == event["at"]
    await display.close()
    await browser.close()


# -- detection and warning ----------------------------------------------------------------------------------------------------


@pytest.mark.both_backends(SLOW_ON_POSTGRESQL)
async def test_screens_are_warned_of_a_jump_and_of_a_journal_that_is_ahead(
    server: Server, alice: Person, wall_clock: WallClock
) -> None:
    browser = DisplayBrowser(server)
    await pair_browser(alice, browser, ["operations"])
    display = await browser.connect()
    assert not [frame for frame in alice.frames if frame["type"] == "clock"]  # without a fault there is no warning
    with structlog.testing.capture_logs() as logged:
        wall_clock.set(HOURS)
        frames = [await told(each, jumped=True) for each in (alice, display)]
        assert frames[0] == frames[1]
        assert frames[0]["jumped"]["by_s"] == pytest.approx(HOURS.total_seconds(), abs=5)
        search = await alice.open_search()
        wall_clock.set(timedelta(0))
        back = await alice.wait_until(
            lambda: next((f for f in alice.frames if f["type"] == "clock" and f["jumped"]["by_s"] < 0 and f["ahead"]), None)
        )
    (opened,) = (await alice.http.get(f"/api/v1/boards/{search}/events?limit=1")).json()["events"]
    assert back["ahead"]["until"] >= opened["at"] > back["ahead"]["at"]
    assert back["jumped"]["at"] < opened["at"]
    # later clients are warned after `hello`
    newcomer = await connect_person(server, await create_token(server.service, "Bob", "investigator"))
    assert await told(newcomer, jumped=True, ahead=True) == back
    assert newcomer.frames[0]["type"] == "hello"
    warned = [line for line in logged if "clock" in line["event"]]
    assert [line["event"] for line in warned] == ["clock jumped", "clock jumped", "events ahead of the clock"]
    assert {line["log_level"] for line in warned} == {"warning"}
    metrics = (await alice.http.get("/metrics")).text
    assert "board_clock_jumps_total" in metrics
    ahead = [line for line in metrics.splitlines() if line.startswith("board_clock_ahead_seconds{")]
    assert max(float(line.split()[-1]) for line in ahead) > HOURS.total_seconds() - 60
    for person in (display, newcomer):
        await person.close()
    await browser.close()


async def test_journal_that_is_ahead_at_the_start_is_reported(tmp_path: Path, wall_clock: WallClock) -> None:
    wall_clock.set(HOURS)
    async with running_server(tmp_path) as server:
        alice = await connect_person(server, token := await create_token(server.service, "Alice", "coordinator"))
        await alice.open_search()
        await alice.close()
    wall_clock.set(timedelta(0))
    async with running_server(tmp_path) as server:
        alice = await connect_person(server, token)
        frame = await told(alice, ahead=True)
        assert frame["jumped"] is None  # no jump was seen
        assert parse_utc(frame["ahead"]["until"]) - now() > HOURS - timedelta(minutes=1)
        await alice.close()


# -- duration of the warning --------------------------------------------------------------------------------------------------


@dataclass
class Hub:
    """Frames that a process has sent to its screens."""

    told: list[dict[str, Any]] = field(default_factory=list)

    def broadcast(self, subject: str, people: bytes, displays: bytes) -> None:
        assert (subject, people) == ("clock", displays)
        self.told.append(orjson.loads(people))


@dataclass
class Machine:
    """A machine with a clock of its own, on one database with others."""

    database: Database
    up: float = 1_000.0
    off: float = 0.0

    def __post_init__(self) -> None:
        self.hub = Hub()
        self.watch = ClockCheck(self.database, self.hub.broadcast, self.clock, lambda: self.up)

    def clock(self) -> datetime:
        return BEGINS + timedelta(seconds=self.up + self.off)

    async def passes(self, seconds: float, *others: "Machine") -> None:
        """Time passes, and the machines look at their clocks."""
        for machine in (self, *others):
            machine.up += seconds
        for _ in range(clock.TICKS_PER_READ):
            for machine in (self, *others):
                await machine.watch.tick()

    async def happens(self) -> None:
        """An event is committed by this machine's clock."""
        at = format_utc(self.clock())

        def happen(session: Any) -> None:
            board = session.get(Board, "operations") or Board(id="operations", number=1, kind="operations", epoch="e", at="")
            board.at = max(board.at, at)
            session.add(board)

        await self.database.write(happen)

    @property
    def says(self) -> tuple[bool, bool]:
        last = self.hub.told[-1] if self.hub.told else {"jumped": None, "ahead": None}
        return last["jumped"] is not None, last["ahead"] is not None


BEGINS = datetime.fromisoformat("2026-11-24T22:00:00+00:00")
NOTHING, JUMPED, AHEAD, BOTH = (False, False), (True, False), (False, True), (True, True)


@pytest.fixture
async def machine(backend: Backend, installation: dict[str, Any]) -> AsyncIterator[Callable[[], Machine]]:
    """Machines on one new database."""
    databases: list[Database] = []

    def make() -> Machine:
        databases.append(Database(installation["database_url"]))
        migrate(databases[-1])
        return Machine(databases[-1])

    yield make
    for database in databases:
        await database.close()


@pytest.mark.both_backends
async def test_clock_jump_is_reported_30_minutes_and_until_the_journal_is_passed(machine: Callable[[], Machine]) -> None:
    one, other = machine(), machine()
    await one.passes(1, other)
    one.off = HOURS.total_seconds()
    await one.passes(1, other)
    assert (one.says, other.says) == (JUMPED, JUMPED)
    await one.happens()
    one.off = 0.0
    await one.passes(1, other)
    assert (one.says, other.says) == (BOTH, BOTH)
    assert one.hub.told[-1]["jumped"]["by_s"] == -HOURS.total_seconds()
    for _ in range(4):
        await one.passes(clock.SHOWN_S / 4, other)
    assert (one.says, other.says) == (AHEAD, AHEAD)
    while one.up < HOURS.total_seconds() + 1_000:
        await one.passes(clock.REPEAT_S, other)
        assert (one.says, other.says) == (AHEAD, AHEAD)
    for _ in range(4):
        await one.passes(clock.SHOWN_S / 4, other)
    assert (one.says, other.says) == (NOTHING, NOTHING)
    assert one.hub.told[-1] == {"type": "clock", "jumped": None, "ahead": None}


async def test_jump_before_the_first_tick_is_reported(machine: Callable[[], Machine], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "TICK_S", 0.0)
    one = machine()
    running = asyncio.create_task(one.watch.run())
    await asyncio.sleep(0)  # it has begun, and waits for its first tick
    one.off = HOURS.total_seconds()
    await wait_until(lambda: one.watch._ticks)
    await cancel_all([running])
    await one.passes(1)
    assert one.says == JUMPED


@pytest.mark.both_backends
async def test_two_machines_whose_clocks_differ_both_say_so(machine: Callable[[], Machine]) -> None:
    right, wrong = machine(), machine()
    wrong.off = 3_600.0
    await right.passes(1, wrong)
    assert (right.says, wrong.says) == (NOTHING, NOTHING)
    await wrong.happens()
    await right.passes(1, wrong)
    assert (right.says, wrong.says) == (AHEAD, AHEAD)
    await right.passes(clock.SHOWN_S / 2)
    another = machine()  # a process that starts during the fault
    another.up = right.up
    await another.passes(1)
    assert another.says == AHEAD


async def test_kept_clock_jumps_are_bounded_and_old_ones_are_not_shown(machine: Callable[[], Machine]) -> None:
    one = machine()
    for number in range(clock.MAX_ROWS + 5):
        one.off = 60.0 * (number % 2)
        await one.watch.tick()
    counted = "SELECT count(*) FROM clockfault"
    assert await one.database.read(lambda session: session.connection().exec_driver_sql(counted).scalar()) == clock.MAX_ROWS
    later = machine()
    later.up = one.up + 2 * clock.SHOWN_S
    await later.passes(1)
    assert later.says == NOTHING


async def test_story_player_sets_its_own_clock(tmp_path: Path, wall_clock: WallClock) -> None:
    told_at = (BEGINS + timedelta(hours=number) for number in itertools.count())
    service = await BoardService.open(settings_for(tmp_path), lambda: next(told_at))
    assert not [task for task in service._tasks if "ClockCheck" in repr(task)]
    await service.close()
    service = await BoardService.open(settings_for(tmp_path))
    assert [task for task in service._tasks if "ClockCheck" in repr(task)]
    await service.close()


# -- clocks compared ----------------------------------------------------------------------------------------------------------


@given(st.lists(st.floats(-clock.SLEW / 2, clock.SLEW / 2), max_size=200), st.floats(0.01, 60))
def test_a_clock_that_is_set_gently_does_not_jump(rates: list[float], every: float) -> None:
    steps, wall, up = StepDetector(), 1_000_000.0, 5.0
    for rate in rates:
        assert steps.tick(wall, up) == 0.0
        up, wall = up + every, wall + every * (1 + rate)


@given(st.floats(-1e6, 1e6).filter(lambda by: abs(by) > clock.JUMP_S + 0.5), st.floats(0.5, 60))
def test_a_jump_is_seen_once_and_by_how_much(by: float, every: float) -> None:
    steps = StepDetector()
    seen = [steps.tick(1_000_000.0 + number * every + (by if number > 2 else 0.0), number * every) for number in range(6)]
    assert seen == [0.0, 0.0, 0.0, pytest.approx(by, abs=0.5), 0.0, 0.0]


def test_many_small_steps_are_a_jump() -> None:
    steps = StepDetector()
    seen = [steps.tick(1_000_000.0 + 2.0 * number, 1.0 * number) for number in range(20)]
    assert sum(seen) == pytest.approx(19, abs=clock.JUMP_S + 1)
