"""Clients that are behind the ring: the journal is read once for all who need the same, and for none who does not read."""

import asyncio
from itertools import pairwise

import pytest

from realtime.channels import read_back, ring
from realtime.hub import Hub
from realtime.source import EventRecord, TemporarilyUnavailable
from tests.support.event_journal import Client, EventJournal, event, hub_on

KEPT_EVENTS = 20


@pytest.fixture(autouse=True)
def small_ring(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ring, "EVENT_BYTES", 1_000)
    monkeypatch.setattr(ring, "MAX_KEPT_BYTES", KEPT_EVENTS * 1_020)
    monkeypatch.setattr(ring, "MIN_RELEASED_BYTES", 1)


@pytest.fixture
def journal() -> EventJournal:
    return EventJournal(head=3)


async def followers(hub: Hub[str], *names: str) -> list[Client]:
    clients = [Client(hub, name) for name in names]
    for client in clients:
        await hub.subscribe(client, "a")
        await client.received()
    return clients


def fill(client: Client) -> None:
    """Let a client not read: what it is sent waits behind this."""
    client.send(b'{"type":"pong"}')


async def publish(hub: Hub[str], journal: EventJournal, number: int) -> None:
    for _ in range(number):
        hub.publish("a", journal.epoch, journal.append())
    while any(each.sweep or each.timer for each in hub.channels.values()):
        await asyncio.sleep(0.001)


def drain(client: Client) -> None:
    """Let a client have room, and say so as its connection does."""
    client.send_queue.take(10**9)
    del client.lagging["a"]
    client.hub.send_missed(client, "a")


async def test_journal_is_not_read_for_a_client_that_does_not_read(journal: EventJournal) -> None:
    hub = await hub_on(journal)
    alice, bob = await followers(hub, "Alice", "Bob")
    fill(bob)
    for _ in range(5):
        await publish(hub, journal, KEPT_EVENTS)
    assert (journal.reads, list(bob.lagging)) == (0, ["a"])
    assert await alice.seqs() == list(range(4, 104))
    drain(bob)
    assert await bob.seqs() == list(range(4, 104))
    assert journal.reads


async def test_one_read_and_one_encoding_serve_all_who_need_the_same(journal: EventJournal) -> None:
    hub = await hub_on(journal)
    clients = await followers(hub, *"ABCDEFGH")
    for client in clients:
        fill(client)
    await publish(hub, journal, 3 * KEPT_EVENTS)
    shown: list[int] = []
    journal.render = lambda viewer, channel, record, live: shown.append(record.seq) or record.wire  # type: ignore[method-assign]
    for client in clients:
        drain(client)
    for client in clients:
        assert await client.seqs() == list(range(4, 64))
    assert journal.reads == 1
    assert shown == list(range(4, 64))


async def test_page_is_kept_for_a_client_that_comes_later(journal: EventJournal, monkeypatch: pytest.MonkeyPatch) -> None:
    hub = await hub_on(journal)
    alice, bob = await followers(hub, "Alice", "Bob")
    journal.page_size = 8
    for client in (alice, bob):
        fill(client)
    await publish(hub, journal, KEPT_EVENTS + 5)
    monkeypatch.setattr(ring, "MAX_KEPT_BYTES", 10**9)  # a page fits beside the ring
    for client in (alice, bob):
        drain(client)
        assert await client.seqs() == list(range(4, 29))
    assert journal.reads == 1


async def test_client_gets_on_if_pages_are_larger_than_all_rings_may_be(journal: EventJournal) -> None:
    hub = await hub_on(journal)
    (alice,) = await followers(hub, "Alice")
    fill(alice)
    await publish(hub, journal, 10 * KEPT_EVENTS)
    journal.page_size = 3 * KEPT_EVENTS
    drain(alice)
    assert await alice.seqs() == list(range(4, 204))
    assert hub.subscriptions.rings.held_bytes <= ring.MAX_KEPT_BYTES


async def test_old_pages_are_given_back(journal: EventJournal) -> None:
    hub = await hub_on(journal)
    (alice,) = await followers(hub, "Alice")
    fill(alice)
    await publish(hub, journal, 3 * KEPT_EVENTS)
    journal.page_size = 2
    drain(alice)
    assert await alice.seqs() == list(range(4, 64))
    assert len(hub.channels["a"].pages) == read_back.MAX_PAGES
    hub.unsubscribe(alice, "a")
    assert hub.subscriptions.rings.held_bytes == 0


async def test_client_far_behind_is_sent_a_snapshot(journal: EventJournal, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(read_back, "MAX_BEHIND", 2 * KEPT_EVENTS)
    journal.oldest = 10**9
    hub = await hub_on(journal)
    (alice,) = await followers(hub, "Alice")
    fill(alice)
    await publish(hub, journal, 3 * KEPT_EVENTS)
    drain(alice)
    await asyncio.gather(*hub.initial_sync._tasks)
    assert await alice.kinds() == ["snapshot", "subscribed", "presence", "heads"]
    assert journal.reads == 0


async def test_journal_that_cannot_be_read_is_read_again(journal: EventJournal, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(read_back, "RETRY_S", 0.0)
    hub = await hub_on(journal)
    (alice,) = await followers(hub, "Alice")
    fill(alice)
    await publish(hub, journal, 2 * KEPT_EVENTS)
    journal.fault = TemporarilyUnavailable()
    drain(alice)
    for _ in range(5):
        await asyncio.sleep(0)
    journal.fault = None
    assert await alice.seqs() == list(range(4, 44))


async def test_client_is_synchronised_again_after_a_fault(journal: EventJournal) -> None:
    hub = await hub_on(journal)
    (alice,) = await followers(hub, "Alice")
    fill(alice)
    await publish(hub, journal, 2 * KEPT_EVENTS)

    def fail() -> None:
        raise ValueError("a fault")

    journal.while_reading_events = fail
    drain(alice)
    while hub.channels["a"].reading_back:
        await asyncio.sleep(0)
    await asyncio.gather(*hub.initial_sync._tasks)
    assert await alice.seqs() == list(range(4, 44))
    assert hub.counters.subscribes_resumed == 1


@pytest.mark.parametrize("leaves", [True, False], ids=["leaves", "loses its rights"])
async def test_client_that_is_gone_when_the_page_arrives_is_sent_none_of_it(journal: EventJournal, leaves: bool) -> None:
    hub = await hub_on(journal)
    alice, bob = await followers(hub, "Alice", "Bob")
    for client in (alice, bob):
        fill(client)
    await publish(hub, journal, 2 * KEPT_EVENTS)

    def leave() -> None:
        if leaves:
            hub.unsubscribe(alice, "a")
        else:
            journal.hidden_from.add("Alice")

    journal.while_reading_events = leave
    for client in (alice, bob):
        drain(client)
    assert await bob.seqs() == list(range(4, 44))
    assert await alice.kinds() == ["unsubscribed"]


async def test_board_that_is_restored_while_its_page_is_read_is_sent_anew(journal: EventJournal) -> None:
    hub = await hub_on(journal)
    (alice,) = await followers(hub, "Alice")
    fill(alice)
    await publish(hub, journal, 2 * KEPT_EVENTS)

    def restore() -> None:
        journal.epoch, journal.events = "f", [event(1)]
        hub.initial_sync.reset(hub.channels["a"])

    journal.while_reading_events = restore
    drain(alice)
    while hub.initial_sync._tasks or hub.channels["a"].reading_back:
        await asyncio.sleep(0)
    assert await alice.kinds() == ["snapshot", "subscribed", "presence", "heads"]
    assert not hub.channels["a"].pages


async def test_rights_that_change_while_a_page_is_read_lose_nobody(journal: EventJournal) -> None:
    """Audiences are formed anew then, and the client stands in another one."""
    hub = await hub_on(journal)
    (alice,) = await followers(hub, "Alice")
    fill(alice)
    await publish(hub, journal, 2 * KEPT_EVENTS)

    def change() -> None:
        journal.visibility["Alice"] = 1
        hub.subscriptions.drop_unauthorized()

    journal.while_reading_events = change
    drain(alice)
    assert await alice.seqs() == list(range(4, 44))


async def test_channels_share_the_time_of_a_step_of_the_loop(journal: EventJournal, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("realtime.channels.slices.SLICE_S", 0.0)
    monkeypatch.setattr("realtime.delivery.delivery.ITEMS_PER_CLOCK", 1)
    hub = await hub_on(journal)
    clients = [Client(hub, name) for name in "ABCDEF"]
    for client, channel in zip(clients, "aabbcc", strict=True):
        await hub.subscribe(client, channel)
        await client.received()
    new: list[EventRecord] = journal.append()
    for channel in "abc":
        hub.publish(channel, journal.epoch, new)
    swept = [0]
    for _ in range(12):
        await asyncio.sleep(0)
        swept.append(sum(bool(client._written) for client in clients))
    steps = [after - before for before, after in pairwise(swept) if after > before]
    assert steps == [3, 1, 1, 1], "the first clients of each channel at once, and of the others those of one channel in a step"


async def test_frames_are_not_shared_by_those_who_see_different_things(journal: EventJournal) -> None:
    journal.audience = lambda viewer: viewer
    hub = await hub_on(journal)
    alice, bob = await followers(hub, "Alice", "Bob")
    for client in (alice, bob):
        fill(client)
    await publish(hub, journal, 2)
    shown: list[str] = []
    journal.render = lambda viewer, channel, record, live: shown.append(viewer) or record.wire  # type: ignore[method-assign]
    for client in (alice, bob):
        drain(client)
        assert await client.seqs() == [4, 5]
    assert shown == ["Alice", "Alice", "Bob", "Bob"]


async def test_frames_of_before_a_change_of_rights_are_not_sent_after_it(journal: EventJournal) -> None:
    hub = await hub_on(journal)
    alice, bob = await followers(hub, "Alice", "Bob")
    for client in (alice, bob):
        fill(client)
    await publish(hub, journal, 2)
    drain(alice)
    assert await alice.seqs() == [4, 5]
    journal.visibility["Charlie"] = 1
    journal.render = lambda viewer, channel, record, live: b'{"seq":%d,"hidden":true}' % record.seq  # type: ignore[method-assign]
    drain(bob)
    (frame,) = await bob.received()
    assert [event.get("hidden") for event in frame["events"]] == [True, True]


async def test_erased_events_are_read_from_the_journal_again(journal: EventJournal) -> None:
    hub = await hub_on(journal)
    alice, bob = await followers(hub, "Alice", "Bob")
    fill(bob)
    await publish(hub, journal, 3)
    journal.erasures = {journal.head + 1}
    await publish(hub, journal, 1)
    assert await alice.seqs() == [4, 5, 6, 7]
    assert hub.channels["a"].ring.after(5, 7) is None
    assert [record.seq for record in hub.channels["a"].ring.after(6, 7) or ()] == [7]
    reads = journal.reads
    drain(bob)
    assert await bob.seqs() == [4, 5, 6, 7]
    assert journal.reads > reads
