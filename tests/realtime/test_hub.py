"""Hub: what it does for the subscribers of a channel when their state is no longer valid, and what must not stop it."""

import asyncio
import itertools
from typing import Any

import pytest

from board.engine.identity import Caller
from realtime import periodic
from realtime.delivery.connection import Connection
from realtime.delivery.send_queue import QueueFull, SendQueue
from realtime.hub import Hub
from realtime.source import TemporarilyUnavailable
from realtime.wire.protocol import CLOSE_RESTART
from tests.realtime.test_presence import is_at, people
from tests.support.team import Team
from tests.support.worker_processes import wait_until


def _hub(team: Team) -> Hub[Caller]:
    return team.server.service.hub


async def test_resubscribed_client_gets_a_snapshot_and_keeps_its_presence(team: Team) -> None:
    search = await team.alice.open_search()
    alice, bob = await team.open_socket(team.alice), await team.open_socket(team.bob)
    for person in (alice, bob):
        await person.subscribe(search)
    await is_at(bob, search, "some card")
    await alice.wait_until(lambda: people(alice, search))
    since = len(alice.frames)
    _hub(team).initial_sync.reset(_hub(team).channels[search])
    await alice.wait_until(lambda: [each for each in alice.frames[since:] if each["type"] == "presence"])
    kinds = [each["type"] for each in alice.frames[since:] if each.get("board") == search]
    assert kinds == ["snapshot", "subscribed", "presence"]
    assert [each["card"] for each in people(alice, search) or []] == ["some card"]


async def test_client_that_leaves_before_its_resubscribe_stays_away(team: Team) -> None:
    search = await team.alice.open_search()
    bob = await team.open_socket(team.bob)
    await bob.subscribe(search)
    hub = _hub(team)
    (line,) = hub.channels[search].subscriptions
    hub.initial_sync.reset(hub.channels[search])
    hub.subscriptions.remove_connection(line)
    await asyncio.gather(*hub.initial_sync._tasks)
    assert search not in hub.channels
    assert not line.followed


async def test_queued_frames_are_dropped_when_access_ends_during_subscribe(team: Team, monkeypatch: pytest.MonkeyPatch) -> None:
    search = await team.alice.open_search()
    hub, reading = _hub(team), asyncio.Event()
    before = set(hub.connections)
    charlie = await team.open_socket(team.charlie)
    (line,) = hub.connections - before
    assert isinstance(line, Connection)
    line.writer.is_full = True  # the client does not read: what it is sent waits
    reach = hub.initial_sync._catch_up_to_channel

    async def slowly(*what: Any) -> None:
        reading.set()
        hub.channels[search].rights = None
        hub.subscriptions.drop_unauthorized()
        line.writer.is_full = False
        line._on_room()
        await reach(*what)

    monkeypatch.setattr(hub.initial_sync, "_catch_up_to_channel", slowly)
    monkeypatch.setattr(hub.source, "can_see", lambda reader, channel: not reading.is_set() or channel != search)
    await charlie.send({"type": "subscribe", "board": search})
    await charlie.wait_until(lambda: [each for each in charlie.frames if each["type"] == "unsubscribed"])
    assert not [each for each in charlie.frames if each["type"] in ("snapshot", "subscribed")]


async def test_queue_is_empty_after_a_gap(team: Team, monkeypatch: pytest.MonkeyPatch) -> None:
    bob, hub = await team.open_socket(team.bob), _hub(team)
    line = next(each for each in hub.connections if each.account["name"] == "Bob" and not each.followed)
    assert isinstance(line, Connection)
    line.close(CLOSE_RESTART)

    def full(_: SendQueue, item: object, channel: str | None) -> None:
        raise QueueFull

    with monkeypatch.context() as patch:
        patch.setattr(SendQueue, "put", full)
        patch.setattr(line.writer, "is_full", True)
        line.send(b"1")
    line.send(b"2")
    assert b"2" not in [item for _, item in line.send_queue._frames]
    await bob.close()


async def test_journal_of_another_epoch_is_not_resumed_from_this_position(team: Team) -> None:
    search = await team.alice.open_search()
    at = await team.alice.snapshot(search)
    source = _hub(team).source
    assert [each.seq for each in await source.events_after(search, (at["epoch"], at["seq"] - 1))] == [at["seq"]]
    with pytest.raises(TemporarilyUnavailable):
        await source.events_after(search, ("another", at["seq"] - 1))


async def test_internal_error_while_subscribing_is_sent_to_the_client_alone(team: Team, monkeypatch: pytest.MonkeyPatch) -> None:
    search, other = await team.alice.open_search(), await team.alice.open_search()
    bob = await team.open_socket(team.bob)
    await bob.subscribe(other)
    hub = _hub(team)

    async def fails(name: str) -> None:
        raise RuntimeError("a fault")

    with monkeypatch.context() as patch:
        patch.setattr(hub.bus, "subscribe", fails)
        refused = await bob.request({"type": "subscribe", "board": search}, type="error", board=search)
    assert refused["code"] == "failed"
    assert search not in hub.channels
    await team.alice.command(other, "note.add", {"text": "on"})
    await bob.wait_for_seq(other, (await team.alice.snapshot(other))["seq"])
    await bob.subscribe(search)


async def test_a_round_that_fails_is_not_the_last_one(caplog: pytest.LogCaptureFixture) -> None:
    done: list[int] = []
    numbers, enough = itertools.count(), asyncio.Event()

    async def round() -> None:
        number = next(numbers)
        done.append(number)
        if number == 6:
            enough.set()
        if number in (1, 2, 4):
            raise RuntimeError("a fault")

    going = asyncio.create_task(periodic.run_every(0, round))
    await enough.wait()
    going.cancel()
    await asyncio.gather(going, return_exceptions=True)
    assert done[:7] == list(range(7))
    logged = [each for each in caplog.records if each.name == "realtime.periodic"]
    assert len(logged) == 2  # one for each row of failures
    assert {(each.msg, each.__dict__["task"].rpartition(".")[2]) for each in logged} == {("periodic task failed", "round")}


@pytest.mark.parametrize("leaves", ["lost", "closed"])
async def test_client_that_leaves_during_a_subscribe_is_read_nothing_more(
    team: Team, monkeypatch: pytest.MonkeyPatch, leaves: str
) -> None:
    waiting, other = [await team.alice.open_search() for _ in range(2)]
    hub, began, goes_on, opened = _hub(team), asyncio.Event(), asyncio.Event(), []
    real, before = hub.source.read_channel, set(hub.connections)

    async def slow(channel: str, asked: Any) -> Any:
        began.set()
        await goes_on.wait()
        return await real(channel, asked)

    async def noted(reader: Caller, channel: str) -> object:
        opened.append(channel)
        return reader

    monkeypatch.setattr(hub.source, "read_channel", slow)
    monkeypatch.setattr(hub.source, "on_opened", noted)
    charlie = await team.open_socket(team.charlie)
    (line,) = hub.connections - before
    for board in (waiting, other):
        await charlie.send({"type": "subscribe", "board": board})
    await began.wait()
    requests = hub.channel_reader.requests
    if leaves == "lost":
        charlie.socket.transport.abort()
    else:
        closing = asyncio.create_task(charlie.close())
    await wait_until(lambda: line not in hub.connections)
    goes_on.set()
    await asyncio.gather(*hub.channel_reader._tasks)
    if leaves == "closed":
        await closing
    assert hub.channel_reader.requests == requests, "the second board was asked for after the client had left"
    assert not {waiting, other} & {*opened}, "a read that nobody got was recorded"
