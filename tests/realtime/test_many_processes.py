"""Two server processes on one PostgreSQL and one Redis (here: two desks, each with everything of its own): what is done on one
is seen on the other, once and in order, whatever the bus loses, invents or brings too late.

Alice is at the first, Bob and Charlie are at the second, if nothing else is said.
"""

import asyncio
import contextlib
import logging
import os
import random
import signal
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from websockets.asyncio.client import connect

from board import service
from board.accounts import accounts, live_changes
from board.client import Refusal
from board.commands.execute import QueuedCommand
from board.commands.registry import Command
from board.dev import Postgres, Redis
from board.live import search_summaries
from models.board import OPERATIONS
from realtime.bus import redis_bus
from realtime.bus.redis_bus import RedisBus
from realtime.channels import head_poller, presence
from realtime.source import Position
from tests.support.backends import POSTGRESQL, Backend
from tests.support.people import (
    PASSWORD,
    PATIENCE_S,
    Person,
    Server,
    connect_person,
    create_token,
    new_id,
    running_server,
    session_cookie,
)

NEVER_S = 3_600.0


class OddBus(RedisBus):
    """A bus of a process with which something is wrong."""

    mute = False  # its messages are lost

    def publish(self, channel: str, message: bytes) -> None:
        if not self.mute:
            super().publish(channel, message)


@dataclass
class Pair:
    """Two processes of one installation, and the people on them."""

    one: Server
    two: Server
    redis: Redis
    people: list[Person]

    async def add_person(self, server: Server, name: str, role: str) -> Person:
        return await self.open_socket(server, await create_token(server.service, name, role))

    async def open_socket(self, server: Server, token: str) -> Person:
        """Open another socket of the same account, perhaps on the other process."""
        person = await connect_person(server, token)
        self.people.append(person)
        return person

    @property
    def buses(self) -> list[OddBus]:
        return [server.service.hub.bus for server in (self.one, self.two)]


@pytest.fixture
def own_redis(server_dir: Path) -> Iterator[Redis]:
    server = Redis(server_dir / "own")
    server.start()
    yield server
    with contextlib.suppress(ProcessLookupError):
        os.kill(server.pid, signal.SIGCONT)
    server.stop()


@contextlib.asynccontextmanager
async def processes(folder: Path, postgres: Postgres, redis: Redis) -> AsyncIterator[Pair]:
    with Backend(POSTGRESQL, postgres, redis).settled(folder) as settings:
        async with running_server(folder, **settings) as one, running_server(folder, **settings) as two:
            pair = Pair(one, two, redis, [])
            yield pair
            for person in pair.people:
                await person.close()
            failures = [frame for person in pair.people for frame in person.frames if frame["type"] == "failure"]
            assert not failures, "a screen could not follow"


@pytest.fixture
def odd(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(redis_bus, "RedisBus", OddBus)


@pytest.fixture
async def pair(tmp_path: Path, postgres: Postgres, redis: Redis, odd: None) -> AsyncIterator[Pair]:
    async with processes(tmp_path, postgres, redis) as running:
        yield running


@pytest.fixture
async def fragile(tmp_path: Path, postgres: Postgres, own_redis: Redis, odd: None) -> AsyncIterator[Pair]:
    """Pair of processes on a Redis that may be broken."""
    async with processes(tmp_path, postgres, own_redis) as running:
        yield running


@pytest.fixture
async def alice(pair: Pair) -> Person:
    return await pair.add_person(pair.one, "Alice", "coordinator")


@pytest.fixture
async def bob(pair: Pair) -> Person:
    return await pair.add_person(pair.two, "Bob", "investigator")


@pytest.fixture
async def charlie(pair: Pair) -> Person:
    return await pair.add_person(pair.two, "Charlie", "investigator")


@pytest.fixture
def no_sweep(monkeypatch: pytest.MonkeyPatch) -> None:
    """Turn off the polling of heads: only messages and requests get through."""
    monkeypatch.setattr(head_poller, "POLL_INTERVAL_S", NEVER_S)
    monkeypatch.setattr(service, "RIGHTS_POLL_S", NEVER_S)
    monkeypatch.setattr(search_summaries, "INTERVAL_S", NEVER_S)


async def true(fact: Callable[[], Any]) -> None:
    async with asyncio.timeout(PATIENCE_S):
        while not fact():
            await asyncio.sleep(0.02)


async def note(person: Person, board: str, text: str = "x") -> int:
    return int((await person.command(board, "note.add", {"text": text}))["seqs"][-1])


# -- events --------------------------------------------------------------------------------------------------------------


async def test_a_search_opened_on_one_is_seen_on_the_other(pair: Pair, alice: Person, bob: Person) -> None:
    screen = await bob.subscribe(OPERATIONS)
    search = await alice.open_search()
    await bob.wait_until(lambda: ("search", search) in screen.entities)
    await bob.wait_until(lambda: [f for f in bob.frames if f["type"] == "summary" and search in f["searches"]])
    assert (await bob.subscribe(search)).of_kind("task")


@pytest.mark.usefixtures("no_sweep")
async def test_all_screens_agree_while_many_write_on_both(pair: Pair, alice: Person) -> None:
    search = await alice.open_search()
    crew = [await pair.add_person(server, f"Helper{n}", "investigator") for n in range(2) for server in (pair.one, pair.two)]
    for person in crew:
        await person.subscribe(search)

    async def work(person: Person) -> None:
        for number in range(40):
            await note(person, search, f"{person.account['name']} {number}")
            await asyncio.sleep(random.random() * 0.01)

    await asyncio.gather(*map(work, crew))
    truth = await alice.snapshot(search)
    for person in crew:
        screen = await person.wait_for_seq(search, truth["seq"])
        assert screen.entities == truth["entities"]
        assert not [frame for frame in person.frames if frame["type"] == "snapshot" and frame["seq"] > 100]
    assert pair.one.service.hub.counters.gaps_found_by_poll == pair.two.service.hub.counters.gaps_found_by_poll == 0
    assert sum(bus.received for bus in pair.buses) > 2 * 160


@pytest.mark.usefixtures("no_sweep")
async def test_commit_during_the_first_snapshot_is_not_missed(pair: Pair, alice: Person, bob: Person) -> None:
    """The bus has confirmed that it tells us of the board before the reading begins."""
    search = await alice.open_search()
    source = pair.two.service.source
    really = source.read_channel
    seqs = []

    async def overtaken(channel: str, asked: Any) -> Any:
        opening = await really(channel, asked)
        seqs.append(await note(alice, search))
        return opening

    source.read_channel = overtaken  # type: ignore[method-assign]
    await bob.subscribe(search)
    await bob.wait_for_seq(search, seqs[0])


@pytest.mark.usefixtures("no_sweep")
async def test_event_during_a_journal_read_is_not_missed(pair: Pair, alice: Person, bob: Person) -> None:
    """An event that is not trusted but read is covered too, if it is announced when that read is about to end."""
    search = await alice.open_search()
    screen = await bob.subscribe(search)
    source = pair.two.service.source
    really = source.events_after
    seqs = [await set_access(alice, search, "members", bob)]

    async def overtaken(channel: str, position: Position) -> Any:
        records = await really(channel, position)
        if not records and len(seqs) < 3:
            seqs.append(await set_access(alice, search, "members", bob, alice))
            await true(lambda: pair.two.service.hub.channels[search].has_more)  # it was announced
        return records

    source.events_after = overtaken  # type: ignore[method-assign]
    seqs.append(await set_access(alice, search, "desk"))
    await bob.wait_for_seq(search, max(seqs))
    assert screen.live


async def test_a_message_that_is_lost_is_found_by_the_sweep(pair: Pair, alice: Person, bob: Person) -> None:
    search = await alice.open_search()
    await bob.subscribe(search)
    pair.buses[0].mute = True
    await bob.wait_for_seq(search, await note(alice, search))
    assert pair.two.service.hub.counters.gaps_found_by_poll == 1


@pytest.mark.usefixtures("no_sweep")
async def test_a_message_after_one_that_is_lost_has_it_read(pair: Pair, alice: Person, bob: Person) -> None:
    search = await alice.open_search()
    await bob.subscribe(search)
    pair.buses[0].mute = True
    await note(alice, search)
    pair.buses[0].mute = False
    await bob.wait_for_seq(search, await note(alice, search))
    assert pair.two.service.hub.counters.sequence_gaps == 1


@pytest.mark.usefixtures("no_sweep")
async def test_a_message_too_large_for_the_bus_is_read_in_the_journal(
    pair: Pair, alice: Person, bob: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("realtime.bus.bus_messages.MAX_MESSAGE_BYTES", 2_000)
    search = await alice.open_search()
    screen = await bob.subscribe(search)
    await bob.wait_for_seq(search, await note(alice, search, "x" * 4_000))
    assert len(screen.events[-1]["state"]["text"]) == 4_000


@pytest.mark.usefixtures("no_sweep")
async def test_a_forged_message_shows_nothing_and_has_the_journal_asked(pair: Pair, alice: Person, bob: Person) -> None:
    search = await alice.open_search()
    screen = await bob.subscribe(search)
    pair.buses[0].mute = True
    seq = await note(alice, search, "the truth")
    stranger = RedisBus(pair.redis.url, b"not the secret")
    stranger._prefix = pair.buses[0]._prefix  # the name of a channel is no secret
    await stranger.start(lambda channel, message: None, lambda channel: None)
    forged = b'{"epoch":"%s","first":%d,"last":%d,"sent":0}\n{"seq":%d}' % (screen.epoch.encode(), seq, seq, seq)
    stranger.publish(f"events:{search}", forged)
    await bob.wait_for_seq(search, seq)
    await stranger.stop()
    assert screen.events[-1]["state"]["text"] == "the truth"
    assert [bus.bad_signatures for bus in pair.buses] == [0, 1]


@pytest.mark.sample(every=4)
@pytest.mark.parametrize(
    "message",
    [
        b"", b"nonsense", b"[]", b"{}", b'{"epoch":"other","first":1,"last":99999,"sent":0}\n{}', b"\n\n",
        b'{"epoch":"%s","first":%d,"last":%d,"sent":0}\n{"seq":%d}', b'{"epoch":"%s","first":%d,"last":%d,"sent":0}\n[%d]',
    ],
)  # fmt: skip
@pytest.mark.usefixtures("no_sweep")
async def test_a_message_of_another_version_has_the_journal_asked(pair: Pair, alice: Person, bob: Person, message: bytes) -> None:
    search = await alice.open_search()
    screen = await bob.subscribe(search)
    pair.buses[0].mute = True
    seq = await note(alice, search, "the truth")
    pair.buses[0].mute = False
    filled = message % (screen.epoch.encode(), seq, seq, seq) if b"%s" in message else message
    pair.buses[0].publish(f"events:{search}", filled)
    pair.buses[0].publish("presence", filled)
    await bob.wait_for_seq(search, seq)
    assert screen.events[-1]["state"]["text"] == "the truth"


@pytest.mark.usefixtures("no_sweep")
async def test_unpublished_commit_of_a_dead_process_is_announced_by_the_retry(pair: Pair, alice: Person, bob: Person) -> None:
    search = await alice.open_search()
    await bob.subscribe(search)
    reader = next(each.viewer for each in pair.one.service.hub.connections if each.account == alice.account)
    command = Command("again", search, "note.add", {"text": "nobody was told of it"})
    order = QueuedCommand(reader, command, pair.one.service.clock)
    await pair.one.service.database.write(order, boards=order.boards)  # and no later event
    again = await pair.open_socket(pair.two, alice.token)
    ack = await again.command(search, "note.add", {"text": "nobody was told of it"}, id="again")
    await bob.wait_for_seq(search, ack["seqs"][-1])


async def test_or_by_the_sweep(pair: Pair, alice: Person, bob: Person) -> None:
    search = await alice.open_search()
    await bob.subscribe(search)
    reader = next(each.viewer for each in pair.one.service.hub.connections if each.account == alice.account)
    order = QueuedCommand(reader, Command("once", search, "note.add", {"text": "x"}), pair.one.service.clock)
    written: Any = await pair.one.service.database.write(order, boards=order.boards)
    await bob.wait_for_seq(search, written.ack.seqs[-1])


# -- Redis comes and goes ------------------------------------------------------------------------------------------------


async def silenced(redis: Redis) -> None:
    os.kill(redis.pid, signal.SIGSTOP)


async def stopped(redis: Redis) -> None:
    redis.kill()


async def healed(redis: Redis) -> None:
    if redis.alive:
        os.kill(redis.pid, signal.SIGCONT)
    else:
        await asyncio.to_thread(redis.start)


@pytest.mark.sample(every=2)
@pytest.mark.parametrize("break_it", [stopped, silenced])
async def test_the_board_goes_on_without_redis_and_with_it_again(
    fragile: Pair, break_it: Callable[[Redis], Awaitable[None]], caplog: pytest.LogCaptureFixture
) -> None:
    alice = await fragile.add_person(fragile.one, "Alice", "coordinator")
    bob = await fragile.add_person(fragile.two, "Bob", "investigator")
    search, other = await alice.open_search(), await alice.open_search()
    await bob.subscribe(search)
    with caplog.at_level(logging.WARNING, "realtime.bus.bus"):
        await break_it(fragile.redis)
        await bob.wait_for_seq(search, await note(alice, search, "while it is away, or nobody knows"))
        await true(lambda: not any(bus.up for bus in fragile.buses))
        await bob.wait_for_seq(search, await note(alice, search, "while it is known to be away"))
        await bob.subscribe(other)
        await bob.wait_for_seq(other, await note(alice, other, "on a board that was first followed then"))
        late = await fragile.open_socket(fragile.two, bob.token)
        await late.subscribe(search)
        await healed(fragile.redis)
        await true(lambda: all(bus.up for bus in fragile.buses))
    heard = fragile.buses[1].received
    await bob.wait_for_seq(other, await note(alice, other, "by the bus again"))
    await true(lambda: fragile.buses[1].received > heard)
    said = [record.getMessage().partition(" (")[0] for record in caplog.records]
    assert sorted(said) == ["bus down"] * 2 + ["bus up again"] * 2, "one line each way, of each process"


# -- rights --------------------------------------------------------------------------------------------------------------


@pytest.fixture(params=["the bus", "no bus"])
def with_or_without_bus(request: pytest.FixtureRequest, pair: Pair) -> None:
    for bus in pair.buses:
        bus.mute = request.param == "no bus"


async def test_signing_out_on_one_process_ends_the_session_on_the_other(pair: Pair, with_or_without_bus: None) -> None:
    email = f"dora-{new_id()}@desk.example"
    await live_changes.add_account(pair.one.service, email, "Dora", "investigator", PASSWORD)
    secret = await session_cookie(pair.one.service, email)
    headers = {"Cookie": f"board_session={secret}", "Origin": pair.two.url}
    socket = await connect(pair.two.ws, additional_headers=headers)
    dora = Person(pair.two, "", socket)
    await dora.wait_until(lambda: dora.account)
    answer = await dora.http.post(f"{pair.one.url}/logout", headers=headers | {"Origin": pair.one.url, "Authorization": ""})
    assert answer.status_code == 303
    await dora.wait_until(lambda: dora.close_code == 4501)
    await dora.close()


async def test_a_role_that_is_lost_on_one_is_lost_on_the_other(
    pair: Pair, alice: Person, bob: Person, with_or_without_bus: None
) -> None:
    search = await alice.open_search()
    email = (await bob.http.get("/api/v1/me")).json()["email"]
    await live_changes.apply_change(pair.one.service, lambda database: accounts.set_role(database, email, "viewer"))
    await bob.wait_until(lambda: [frame for frame in bob.frames if frame["type"] == "account"])
    with pytest.raises(Refusal, match="forbidden"):
        await note(bob, search)


async def test_an_account_that_is_disabled_on_one_is_out_on_the_other(pair: Pair, bob: Person, with_or_without_bus: None) -> None:
    email = (await bob.http.get("/api/v1/me")).json()["email"]
    await live_changes.apply_change(pair.one.service, lambda database: accounts.set_enabled(database, email, False))
    await bob.wait_until(lambda: bob.close_code == 4501)


async def set_access(alice: Person, search: str, access: str, *members: Person) -> int:
    ids = [person.account["id"] for person in (alice, *members)]
    return int((await alice.command(search, "search.set_access", {"access": access, "members": ids}))["seqs"][-1])


def told(person: Person, board: str, after: int) -> list[dict[str, Any]]:
    """The events that came from a seq on, whatever of them is shown."""
    frames = [frame for frame in person.frames if frame["type"] == "events" and frame["board"] == board]
    return [event for frame in frames for event in frame["events"] if event["seq"] >= after]


async def test_removed_member_gets_nothing_that_comes_after(
    pair: Pair, alice: Person, bob: Person, charlie: Person, with_or_without_bus: None
) -> None:
    search = await alice.open_search(person={"first_name": "Noor"})
    screen, operations = await charlie.subscribe(search), await charlie.subscribe(OPERATIONS)
    await bob.subscribe(search)
    seq = await set_access(alice, search, "members", bob)
    last = [await note(alice, search, f"secret {number}") for number in range(5)][-1]
    await alice.command(search, "search.update", {"person": {"last_name": "Secret"}})
    await bob.wait_for_seq(search, last)
    await charlie.wait_until(lambda: screen.unsubscribed == "forbidden")
    assert told(charlie, search, seq) == []
    await charlie.wait_for_seq(OPERATIONS, (await alice.snapshot(OPERATIONS))["seq"])
    assert ("search", search) not in operations.entities
    assert "ecret" not in str(charlie.frames)


@pytest.mark.usefixtures("no_sweep")
async def test_rights_are_read_in_the_journal_before_what_follows_is_shown(pair: Pair, alice: Person, charlie: Person) -> None:
    """An event that sets rights is not trusted, but looked up, also where nothing but the bus announces it."""
    search = await alice.open_search(person={"first_name": "Noor"})
    screen, operations = await charlie.subscribe(search), await charlie.subscribe(OPERATIONS)
    seq = await set_access(alice, search, "members")
    await note(alice, search, "secret")
    await charlie.wait_until(lambda: screen.unsubscribed == "forbidden")
    await charlie.wait_for_seq(OPERATIONS, (await alice.snapshot(OPERATIONS))["seq"])
    assert told(charlie, search, seq) == []
    assert ("search", search) not in operations.entities
    assert operations.events[-1] == {
        "seq": operations.seq, "hidden": True, "kind": "search", "id": search, "state": None,
    }  # fmt: skip


async def test_new_members_only_search_is_not_announced_on_the_other_process(
    pair: Pair, alice: Person, charlie: Person, with_or_without_bus: None
) -> None:
    await charlie.subscribe(OPERATIONS)
    search = await alice.open_search(access="members", members=[alice.account["id"]], person={"first_name": "Zoë"})
    await note(alice, search)
    await alice.command(search, "search.update", {"person": {"last_name": "Zoë"}})
    other = await alice.open_search()
    await charlie.wait_until(lambda: [f for f in charlie.frames if f["type"] == "summary" and other in f["searches"]])
    await charlie.wait_for_seq(OPERATIONS, (await alice.snapshot(OPERATIONS))["seq"])
    events = (await charlie.http.get("/api/v1/boards/operations/events")).text
    for trace in (search, "Zoë", "Zo\\u00eb"):
        assert trace not in str(charlie.frames)
        assert trace not in events


@pytest.mark.usefixtures("no_sweep")
async def test_first_page_of_events_uses_current_rights_on_an_unaware_process(pair: Pair, alice: Person, charlie: Person) -> None:
    pair.buses[0].mute = True
    search = await alice.open_search(access="members", members=[alice.account["id"]])
    after = (await alice.snapshot(OPERATIONS))["seq"]
    await alice.command(search, "search.update", {"person": {"last_name": "Secret"}})
    answer = await charlie.http.get("/api/v1/boards/operations/events", params={"after": after})
    assert answer.json()["events"] == [{"seq": after + 1, "hidden": True}]


@pytest.mark.usefixtures("no_sweep")
async def test_member_added_on_the_other_process_is_let_in(pair: Pair, alice: Person, charlie: Person) -> None:
    search = await alice.open_search(access="members", members=[alice.account["id"]])
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.3):
            await charlie.subscribe(search)
    pair.buses[0].mute = True
    await pair.two.service.source.reload()
    await set_access(alice, search, "members", charlie)
    assert not pair.two.service.visibility.can_see(charlie.account["id"], search)
    assert (await charlie.subscribe(search)).of_kind("task")


@pytest.mark.usefixtures("no_sweep")
async def test_queued_frames_are_dropped_when_another_process_ends_the_right(pair: Pair, alice: Person, charlie: Person) -> None:
    """A snapshot that waits to be written shows what may not be seen any more: a fresh one is sent instead."""
    search = await alice.open_search(person={"first_name": "Noor"})
    await charlie.subscribe(OPERATIONS)
    hub = pair.two.service.hub
    connection = next(each for each in hub.connections if each.account == charlie.account)
    connection.writer.is_full = True  # type: ignore[attr-defined]
    await charlie.send({"type": "subscribe", "board": OPERATIONS})
    await true(lambda: connection.send_queue.holds_frames(OPERATIONS))
    at = len(charlie.frames)
    await set_access(alice, search, "members")
    await true(lambda: not pair.two.service.visibility.can_see(charlie.account["id"], search))
    connection.writer.is_full = False  # type: ignore[attr-defined]
    connection._on_room()  # type: ignore[attr-defined]
    await charlie.wait_until(lambda: [frame for frame in charlie.frames[at:] if frame["type"] == "subscribed"])
    assert search not in str(charlie.frames[at:])


# -- presence ------------------------------------------------------------------------------------------------------------


def people(person: Person, board: str) -> list[tuple[str, Any]] | None:
    """Return who is on a board and at which card, as this person last heard."""
    heard = [frame for frame in person.frames if frame["type"] == "presence" and frame["board"] == board]
    return [(each["name"], each.get("card")) for each in heard[-1]["people"]] if heard else None


async def is_at(person: Person, board: str, card: str | None = None) -> None:
    await person.send({"type": "presence", "board": board, "card": card, "editing": False})


async def test_presence_is_the_same_on_both_processes_newest_last(pair: Pair, alice: Person, bob: Person) -> None:
    search = await alice.open_search()
    for person in (alice, bob):
        await person.subscribe(search)
        await person.subscribe(OPERATIONS)
    await is_at(alice, search, "a")
    await is_at(bob, search, "b")
    for person in (alice, bob):
        await person.wait_until(lambda person=person: people(person, search) == [("Alice", "a"), ("Bob", "b")])
        await person.wait_until(
            lambda person=person: [
                frame for frame in person.frames
                if frame["type"] == "summary" and frame["searches"].get(search, {}).get("people") == 2
            ]
        )  # fmt: skip
    await is_at(alice, search, "c")
    for person in (alice, bob):
        await person.wait_until(lambda person=person: people(person, search) == [("Bob", "b"), ("Alice", "c")])
    await alice.socket.close()
    await bob.wait_until(lambda: people(bob, search) == [("Bob", "b")])


async def test_a_process_that_comes_later_knows_who_is_there(pair: Pair, alice: Person, tmp_path: Path) -> None:
    search = await alice.open_search()
    await alice.subscribe(search)
    await is_at(alice, search, "a")
    settings = pair.one.service.settings
    given = {"database_url": settings.database_url, "redis_url": settings.redis_url, "secret_key": settings.secret_key}
    async with running_server(tmp_path, **given) as three:
        dora = await pair.add_person(three, "Dora", "viewer")
        await dora.subscribe(search)
        await dora.wait_until(lambda: people(dora, search) == [("Alice", "a")])
        await is_at(dora, search, "d")
        await alice.wait_until(lambda: people(alice, search) == [("Alice", "a"), ("Dora", "d")])
    # a clean exit, which needs no time-out
    await alice.wait_until(lambda: people(alice, search) == [("Alice", "a")])
    assert presence.EXPIRY_S > PATIENCE_S


async def test_a_process_that_was_killed_has_nobody_soon(
    pair: Pair, alice: Person, bob: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert presence.EXPIRY_S + presence.MIN_INTERVAL_S < 15
    monkeypatch.setattr(presence, "EXPIRY_S", 1.0)
    monkeypatch.setattr(presence, "FULL_GOSSIP_INTERVAL_S", 0.3)
    search = await alice.open_search()
    await alice.subscribe(search)
    await bob.subscribe(search)
    await is_at(bob, search, "b")
    await alice.wait_until(lambda: people(alice, search) == [("Bob", "b")])
    await asyncio.sleep(1.5)
    assert people(alice, search) == [("Bob", "b")], "it is told anew"
    pair.buses[1].mute = True
    await alice.wait_until(lambda: people(alice, search) == [])
    pair.buses[1].mute = False
    await alice.wait_until(lambda: people(alice, search) == [("Bob", "b")])
