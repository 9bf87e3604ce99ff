"""Initial sync and delivery: what a client is sent when rights, the journal or the client change at the worst moment."""

import asyncio
import contextlib
from collections.abc import Iterable

import pytest

from realtime import hub as hubs
from realtime.bus import bus, bus_messages
from realtime.channels import channel as channels
from realtime.channels import head_poller, ring
from realtime.channels.channel_reader import MAX_ANSWERS
from realtime.hub import Hub
from realtime.source import EventRecord, TemporarilyUnavailable
from realtime.wire.protocol import CLOSE_RESTART, SetPresence
from tests.support.event_journal import Client, EventJournal, event, hub_on, nothing
from tests.support.people import PATIENCE_S

FRESH = ["snapshot", "subscribed", "presence", "heads"]
RESUMED = ["events", "subscribed", "presence", "heads"]
KEPT_EVENTS = 40  # by all rings together


async def settle(hub: Hub[str]) -> None:
    """Wait for reads and snapshots under way, also for those that they start."""
    while work := [each.catching_up for each in hub.channels.values() if each.catching_up and not each.catching_up.done()]:
        await asyncio.gather(*work)
    while work := [each.reading_back for each in hub.channels.values() if each.reading_back]:
        await asyncio.gather(*work)
    while hub.initial_sync._tasks:
        await asyncio.gather(*hub.initial_sync._tasks)


def publish_from_elsewhere(hub: Hub[str], records: list[EventRecord]) -> None:
    """Publish events on the hub's bus, as another process does."""
    hub.bus.publish(bus.events_channel("a"), bus_messages.encode("e", records))


@pytest.fixture(autouse=True)
def small_ring(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ring, "EVENT_BYTES", 1_000)
    monkeypatch.setattr(ring, "MAX_KEPT_BYTES", KEPT_EVENTS * 1_020)


@pytest.fixture
def journal() -> EventJournal:
    return EventJournal(head=3)


# -- the client leaves ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("moment", ["while_reading", "while_rendering"])
async def test_client_that_leaves_during_its_subscribe_is_sent_nothing(journal: EventJournal, moment: str) -> None:
    hub = await hub_on(journal)
    alice = Client(hub)
    setattr(journal, moment, lambda: hub.subscriptions.remove_connection(alice))
    await hub.subscribe(alice, "a")
    assert await alice.kinds() == []
    assert not hub.channels


async def test_client_that_leaves_before_its_subscribe_fails_is_sent_no_error(journal: EventJournal) -> None:
    hub = await hub_on(journal)
    alice, bob = Client(hub), Client(hub, "Bob")
    journal.fault = TemporarilyUnavailable()
    asking = [asyncio.create_task(hub.subscribe(each, "a")) for each in (alice, bob)]
    await asyncio.sleep(0)  # both wait for one read
    hub.subscriptions.remove_connection(alice)
    await asyncio.gather(*asking)
    assert await alice.kinds() == []
    assert [(each["type"], each["code"]) for each in await bob.received()] == [("error", "unavailable")]


async def test_client_that_leaves_while_missed_events_are_read_is_sent_no_more(journal: EventJournal) -> None:
    hub = await hub_on(journal)
    bob, alice = Client(hub, "Bob"), Client(hub)
    await hub.subscribe(bob, "a")
    journal.while_reading = lambda: _publish_beyond_the_ring(hub, journal)
    journal.while_reading_events = lambda: hub.subscriptions.remove_connection(alice)
    await hub.subscribe(alice, "a")
    assert await alice.kinds() == []
    assert list(hub.channels["a"].subscriptions) == [bob]


def _publish_beyond_the_ring(hub: Hub[str], journal: EventJournal) -> None:
    """Publish more events than the channel keeps, so that a client behind them has to read the journal."""
    hub.publish("a", journal.epoch, journal.append(KEPT_EVENTS + 1))


# -- the journal moves on -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("number", [1, KEPT_EVENTS + 1])
async def test_event_published_during_a_subscribe_is_sent_once(journal: EventJournal, number: int) -> None:
    """Few come from the channel's ring, many from the journal."""
    hub = await hub_on(journal)
    bob, alice = Client(hub, "Bob"), Client(hub)
    await hub.subscribe(bob, "a")

    def publish_once() -> None:
        journal.while_reading = nothing
        hub.publish("a", "e", journal.append(number))

    journal.while_reading = publish_once
    await hub.subscribe(alice, "a")
    hub.publish("a", "e", journal.append())
    await settle(hub)
    expected = list(range(4, 5 + number))
    assert await alice.seqs() == await bob.seqs() == expected


async def test_journal_without_the_missed_events_ends_the_subscribe(journal: EventJournal) -> None:
    hub = await hub_on(journal)
    bob, alice = Client(hub, "Bob"), Client(hub)
    await hub.subscribe(bob, "a")

    def lose_events() -> None:
        _publish_beyond_the_ring(hub, journal)
        journal.events = journal.events[:3]

    journal.while_reading = lose_events
    await hub.subscribe(alice, "a")
    assert [(each["type"], each.get("code")) for each in await alice.received()] == [("error", "unavailable")]


async def test_reader_of_a_newer_head_makes_the_channel_catch_up(journal: EventJournal) -> None:
    hub = await hub_on(journal)
    bob, alice = Client(hub, "Bob"), Client(hub)
    await hub.subscribe(bob, "a")
    journal.append(2)  # committed elsewhere, and the message was lost
    await hub.subscribe(alice, "a")
    await settle(hub)
    assert await bob.seqs() == [4, 5]
    assert await alice.kinds() == FRESH  # it had them in its snapshot


async def test_restored_board_found_by_a_new_reader_resets_the_others(journal: EventJournal) -> None:
    hub = await hub_on(journal)
    bob, alice = Client(hub, "Bob"), Client(hub)
    await hub.subscribe(bob, "a")
    await bob.received()
    journal.epoch = "f"
    await hub.subscribe(alice, "a")
    await settle(hub)
    assert await alice.kinds() == FRESH
    assert [(each["type"], each.get("epoch")) for each in await bob.received()][:2] == [("snapshot", "f"), ("subscribed", "f")]


async def test_restored_board_found_by_its_own_commit_resets_the_readers(journal: EventJournal) -> None:
    hub = await hub_on(journal)
    bob = Client(hub, "Bob")
    await hub.subscribe(bob, "a")
    await bob.received()
    journal.epoch = "f"
    hub.publish("a", "f", journal.append())
    await settle(hub)
    assert await bob.kinds() == FRESH
    assert hub.channels["a"].sequence.epoch == "f"


async def test_events_that_wait_for_an_earlier_one_are_delivered_after_it(journal: EventJournal) -> None:
    hub = await hub_on(journal)
    bob = Client(hub, "Bob")
    await hub.subscribe(bob, "a")
    four, five, six = journal.append(3)
    hub.publish("a", "e", [six])
    hub.publish("a", "e", [five])
    hub.publish("a", "e", [four])
    await settle(hub)
    assert await bob.seqs() == [4, 5, 6]
    assert hub.counters.sequence_gaps == 2


async def test_early_events_beyond_the_bound_are_read_from_the_journal(
    journal: EventJournal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(channels, "MAX_OUT_OF_ORDER", 1)
    hub = await hub_on(journal)
    bob = Client(hub, "Bob")
    await hub.subscribe(bob, "a")
    four, five, six = journal.append(3)
    for early in (five, six, five):
        hub.publish("a", "e", [early])
    assert len(hub.channels["a"].out_of_order) == 1
    await settle(hub)
    assert await bob.seqs() == [four.seq, 5, 6]


async def test_early_events_that_overlap_are_delivered_once(journal: EventJournal) -> None:
    hub = await hub_on(journal)
    bob = Client(hub, "Bob")
    await hub.subscribe(bob, "a")
    four, five, six = journal.append(3)
    hub.publish("a", "e", [five, six])
    hub.publish("a", "e", [six])
    hub.publish("a", "e", [four, five])
    await settle(hub)
    assert await bob.seqs() == [4, 5, 6]
    hub.publish("a", "e", [six])  # again
    assert await bob.seqs() == []


async def test_journal_that_fails_during_a_catch_up_is_read_again(journal: EventJournal) -> None:
    hub = await hub_on(journal)
    bob = Client(hub, "Bob")
    await hub.subscribe(bob, "a")
    journal.append(2)
    journal.fault = TemporarilyUnavailable()
    assert hub.delivery.catch_up(hub.channels["a"])
    await settle(hub)
    assert await bob.seqs() == []
    journal.fault = None
    await hub.head_poller._poll(requested=True)
    await settle(hub)
    assert await bob.seqs() == [4, 5]
    assert hub.counters.gaps_found_by_poll == 1


async def test_event_committed_during_a_catch_up_is_read_by_it(journal: EventJournal) -> None:
    hub = await hub_on(journal)
    bob = Client(hub, "Bob")
    await hub.subscribe(bob, "a")
    started: list[bool] = []

    def commit_after_the_read() -> None:
        if not started:
            journal.append()
            started.append(hub.delivery.catch_up(hub.channels["a"]))

    journal.while_reading_events = commit_after_the_read
    hub.delivery.catch_up(hub.channels["a"])
    await settle(hub)
    assert started == [False]  # one is under way already
    assert await bob.seqs() == [4]


async def test_catch_up_of_a_channel_that_was_reset_reads_nothing(journal: EventJournal) -> None:
    hub = await hub_on(journal)
    bob = Client(hub, "Bob")
    await hub.subscribe(bob, "a")
    await bob.received()
    journal.append()
    hub.delivery.catch_up(hub.channels["a"])
    hub.initial_sync.reset(hub.channels["a"])
    await settle(hub)
    assert await bob.kinds() == FRESH


async def test_channel_that_nobody_follows_any_more_stops_reading(journal: EventJournal) -> None:
    hub = await hub_on(journal)
    bob = Client(hub, "Bob")
    await hub.subscribe(bob, "a")
    channel = hub.channels["a"]
    hub.delivery.catch_up(channel)
    hub.unsubscribe(bob, "a")
    assert channel.catching_up is not None
    with pytest.raises(asyncio.CancelledError):
        await channel.catching_up
    assert not hub.channels
    hub.unsubscribe(bob, "a")  # of a channel that it does not follow
    assert (await bob.kinds())[-2:] == ["unsubscribed", "unsubscribed"]


# -- rights change --------------------------------------------------------------------------------------------------------------


async def test_board_hidden_while_it_is_rendered_is_not_sent(journal: EventJournal) -> None:
    hub = await hub_on(journal)
    alice = Client(hub)
    journal.while_rendering = lambda: journal.hidden_from.add("Alice")
    await hub.subscribe(alice, "a")
    assert [(each["type"], each.get("code")) for each in await alice.received()] == [("error", "not_found")]


async def test_snapshot_rendered_by_old_rights_is_read_again(journal: EventJournal) -> None:
    hub = await hub_on(journal)
    alice = Client(hub)
    journal.while_rendering = lambda: journal.visibility.update(Alice=1)
    await hub.subscribe(alice, "a")
    assert await alice.kinds() == FRESH
    assert hub.channel_reader.reads == 2


async def test_position_before_a_change_of_rights_gets_a_snapshot(journal: EventJournal) -> None:
    """The first read has only events, as the position seemed to be continuable; so it is read again for a snapshot."""
    hub = await hub_on(journal)
    alice, bob = Client(hub), Client(hub, "Bob")
    journal.changed = {"Alice": 2}
    await hub.subscribe(alice, "a", ("e", 1))
    await hub.subscribe(bob, "a", ("e", 1))
    assert await alice.kinds() == FRESH
    assert await bob.kinds() == RESUMED
    assert (hub.counters.subscribes_resumed, hub.counters.subscribes_reset, hub.counters.subscribes_fresh) == (1, 0, 1)


async def test_position_of_another_epoch_gets_a_snapshot(journal: EventJournal) -> None:
    hub = await hub_on(journal)
    alice = Client(hub)
    await hub.subscribe(alice, "a", ("d", 2))
    assert await alice.kinds() == FRESH
    assert hub.counters.subscribes_reset == 1


async def test_rights_that_end_while_missed_events_are_read_end_the_subscribe(journal: EventJournal) -> None:
    hub = await hub_on(journal)
    bob, alice = Client(hub, "Bob"), Client(hub)
    await hub.subscribe(bob, "a")
    journal.while_reading = lambda: _publish_beyond_the_ring(hub, journal)
    journal.while_reading_events = lambda: journal.hidden_from.add("Alice")
    await hub.subscribe(alice, "a")
    assert [(each["type"], each.get("reason")) for each in await alice.received()] == [("unsubscribed", "forbidden")]


async def test_changed_rights_replace_only_frames_that_are_queued(journal: EventJournal) -> None:
    hub = await hub_on(journal)
    alice, bob, charlie = Client(hub), Client(hub, "Bob"), Client(hub, "Charlie")
    for each in (alice, bob, charlie):
        await hub.subscribe(each, "a")
    await alice.received()  # written: nothing to replace
    hub.initial_sync.invalidate("a", lambda viewer: viewer != "Charlie")
    hub.initial_sync.invalidate("a board that nobody follows", lambda viewer: True)
    await settle(hub)
    assert await alice.kinds() == []
    assert await bob.kinds() == FRESH
    assert await charlie.kinds() == FRESH


async def test_connection_with_other_rights_gets_all_its_channels_again(journal: EventJournal) -> None:
    hub = await hub_on(journal)
    alice, bob = Client(hub), Client(hub, "Bob")
    for channel in ("a", "b"):
        await hub.subscribe(alice, channel)
    await hub.subscribe(bob, "a")
    for each in (alice, bob):
        await each.received()
    hub.initial_sync.resubscribe_all(alice)
    await settle(hub)
    assert sorted(frame["board"] for frame in await alice.received() if frame["type"] == "snapshot") == ["a", "b"]
    assert await bob.kinds() == []


async def test_events_of_a_subscription_that_ended_are_not_sent(journal: EventJournal) -> None:
    hub = await hub_on(journal)
    bob, alice = Client(hub, "Bob"), Client(hub)
    for each in (bob, alice):
        await hub.subscribe(each, "a")
        await each.received()
    for each in (bob, alice):
        each.send(b'{"type":"pong"}')  # it does not read: the event waits behind this
    hub.publish("a", "e", journal.append())
    await asyncio.sleep(0)  # the sweep begins with the next step of the loop
    assert list(bob.lagging) == ["a"]
    hub.unsubscribe(bob, "a")
    assert await bob.kinds() == ["pong", "unsubscribed"]
    assert await alice.kinds() == ["pong", "events"]


async def test_events_published_in_one_step_of_the_loop_make_one_frame(journal: EventJournal) -> None:
    hub = await hub_on(journal)
    alice = Client(hub)
    await hub.subscribe(alice, "a")
    await alice.received()
    for number in range(3):  # as many commits of a group
        hub.publish("a", "e", journal.append(1 + number))
    await asyncio.sleep(0)
    assert [len(frame["events"]) for frame in await alice.received()] == [6]


async def test_viewers_without_a_common_audience_share_no_frame(journal: EventJournal) -> None:
    hub = await hub_on(journal)
    alice, bob = Client(hub), Client(hub, "Bob")
    for each in (alice, bob):
        await hub.subscribe(each, "a")
        await each.received()
    rendered: list[str] = []
    journal.render = lambda viewer, channel, record, live: rendered.append(viewer) or record.wire  # type: ignore[method-assign]
    journal.audience = lambda viewer: None
    hub.publish("a", "e", journal.append())
    assert await alice.seqs() == await bob.seqs() == [4]
    assert sorted(rendered) == ["Alice", "Bob"]
    journal.audience = lambda viewer: "all"
    hub.publish("a", "e", journal.append())
    assert await alice.seqs() == await bob.seqs() == [5]
    assert len(rendered) == 3


@pytest.mark.parametrize("behind", [False, True], ids=["up to date", "behind"])
async def test_events_that_cannot_be_rendered_for_one_end_its_connection_alone(journal: EventJournal, behind: bool) -> None:
    hub = await hub_on(journal)
    alice, bob = Client(hub), Client(hub, "Bob")
    for each in (bob, alice):
        await hub.subscribe(each, "a")
    hub.publish("a", "e", journal.append())
    for each in (bob, alice):
        await each.received()
    journal.audience = lambda viewer: viewer
    shown = journal.render

    def render(viewer: str, channel: str, record: EventRecord, live: bool) -> bytes:
        if viewer == "Bob":
            raise ValueError("a fault")
        return shown(viewer, channel, record, live)

    journal.render = render  # type: ignore[method-assign]
    if behind:
        hub.channels["a"].subscriptions[bob].seq -= 1
    for _ in range(2):  # the next sweep is not kept waiting
        hub.publish("a", "e", journal.append())
        assert len(await alice.seqs()) == 1
    assert (bob.closed_with, alice.closed_with) == (CLOSE_RESTART, 0)
    assert hub.counters.sockets_failed


# -- to whom --------------------------------------------------------------------------------------------------------------------


async def test_display_is_sent_no_presence(journal: EventJournal) -> None:
    hub = await hub_on(journal)
    wall = Client(hub, "Wall", display={})
    await hub.subscribe(wall, "a")
    assert await wall.kinds() == ["snapshot", "subscribed", "heads"]


async def test_live_subscriptions_of_displays_are_known_until_they_end(journal: EventJournal) -> None:
    hub = await hub_on(journal)
    wall, alice = Client(hub, "Wall", display={}), Client(hub)
    known = hub.subscriptions.of_displays
    for each in (wall, alice):
        await hub.subscribe(each, "a")
    assert [each.connection for each in known] == [wall]
    await hub.subscribe(wall, "a")  # in place of the earlier one
    assert list(known) == [hub.channels["a"].subscriptions[wall]]
    hub.subscriptions.remove_connection(wall)
    assert not known


async def test_broadcast_goes_to_those_whose_frame_changed_and_to_later_ones(journal: EventJournal) -> None:
    hub = await hub_on(journal)
    alice, wall = Client(hub), Client(hub, "Wall", display={})
    hub.broadcast("shift", b'{"type":"of a person"}', b'{"type":"of a display"}')
    assert (await alice.kinds(), await wall.kinds()) == (["of a person"], ["of a display"])
    hub.broadcast("shift", b'{"type":"changed"}', b'{"type":"of a display"}')
    assert (await alice.kinds(), await wall.kinds()) == (["changed"], [])
    late = Client(hub, "Late")
    hub.send_broadcasts(late)
    assert await late.kinds() == ["changed"]


async def test_many_clients_are_answered_a_few_at_a_time(journal: EventJournal) -> None:
    hub = await hub_on(journal)
    clients = [Client(hub, f"Client {number}") for number in range(3 * MAX_ANSWERS)]
    await asyncio.gather(*(hub.subscribe(each, "a") for each in clients))
    assert [await each.kinds() for each in clients] == [FRESH] * len(clients)
    assert hub.channel_reader.reads < len(clients)


async def test_right_that_comes_while_waiting_is_recorded_before_the_snapshot(journal: EventJournal) -> None:
    hub = await hub_on(journal)
    alice = Client(hub)
    journal.hidden_from = {alice.viewer}
    async with contextlib.AsyncExitStack() as slots:
        for _ in range(MAX_ANSWERS):
            await slots.enter_async_context(hub.channel_reader.answer_slots)
        asking = asyncio.create_task(hub.subscribe(alice, "a"))
        while not hub.channel_reader.answer_slots._waiters:
            await asyncio.sleep(0)
        assert journal.opened == []
        journal.hidden_from = set()
    await asking
    assert await alice.kinds() == FRESH
    assert journal.opened == [(alice.viewer, "a")]


async def test_client_without_a_right_while_waiting_is_not_recorded(journal: EventJournal) -> None:
    hub = await hub_on(journal)
    alice = Client(hub)
    journal.hidden_from = {alice.viewer}
    await hub.subscribe(alice, "a")
    assert await alice.kinds() == ["error"]
    assert (journal.opened, journal.refused) == ([], [(alice.viewer, "a")])


# -- from other processes -------------------------------------------------------------------------------------------------------


async def test_announced_head_is_checked_only_if_it_is_not_here_yet(journal: EventJournal) -> None:
    hub = await hub_on(journal)
    bob = Client(hub, "Bob")
    await hub.subscribe(bob, "a")
    hub.head_poller._check_requested.clear()
    hub.announce_head("a", 3)
    hub.announce_head("nobody follows", 3)
    assert not hub.head_poller._check_requested.is_set()
    hub.announce_head("a", 4)
    assert hub.head_poller._check_requested.is_set()


async def test_poll_finds_a_restored_board_and_a_missing_event(journal: EventJournal) -> None:
    hub = await hub_on(journal)
    bob = Client(hub, "Bob")
    await hub.subscribe(bob, "a")
    await hub.subscribe(bob, "b")
    await bob.received()
    hub.channels["b"].sequence.seq = journal.head + 1  # ahead of the database: nothing to read
    journal.append()
    await hub.head_poller._poll(requested=False)
    await settle(hub)
    assert await bob.seqs() == [4]
    journal.epoch = "f"
    await hub.head_poller._poll(requested=True)
    await settle(hub)
    assert sorted(await bob.kinds()) == sorted([*FRESH, *FRESH])


async def test_channel_left_during_a_poll_is_not_read(journal: EventJournal) -> None:
    hub = await hub_on(journal)
    bob = Client(hub, "Bob")
    await hub.subscribe(bob, "a")
    await hub.subscribe(bob, "b")
    journal.append()
    journal.hidden_from.add("Bob")  # the poll drops both subscriptions
    await hub.head_poller._poll(requested=True)
    assert not hub.channels
    assert hub.counters.gaps_found_by_poll == 0


@pytest.mark.parametrize("seqs", [(4, 6), (4, 9, 6)])
async def test_message_with_wrong_numbers_makes_the_journal_be_checked(journal: EventJournal, seqs: tuple[int, ...]) -> None:
    hub = await hub_on(journal)
    bob = Client(hub, "Bob")
    await hub.subscribe(bob, "a")
    hub.head_poller._check_requested.clear()
    publish_from_elsewhere(hub, [event(seq) for seq in seqs])
    await asyncio.sleep(0)  # the bus delivers
    assert hub.head_poller._check_requested.is_set()
    assert await bob.seqs() == []


async def test_events_of_another_process_are_delivered_and_measured(journal: EventJournal) -> None:
    hub = await hub_on(journal)
    bob = Client(hub, "Bob")
    await hub.subscribe(bob, "a")
    delays: list[float] = []
    hub.counters.observe_delay = delays.append
    four, five = journal.append(2)
    for records in ([four], [four], [five]):  # one of them twice
        publish_from_elsewhere(hub, records)
    await asyncio.sleep(0)
    assert await bob.seqs() == [4, 5]
    assert len(delays) == 2


async def test_event_that_changes_rights_is_read_from_the_journal(journal: EventJournal) -> None:
    """A message of another process may hold too little of it: here one event, and the journal has two."""
    hub = await hub_on(journal)
    bob = Client(hub, "Bob")
    await hub.subscribe(bob, "a")
    four, _ = journal.append(2)
    journal.about_rights = {4}
    publish_from_elsewhere(hub, [four])
    await asyncio.sleep(0)  # the bus delivers
    assert await bob.seqs() == []
    await settle(hub)
    assert await bob.seqs() == [4, 5]


async def test_poll_goes_on_after_the_database_failed(
    journal: EventJournal, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    hub = await hub_on(journal)
    bob = Client(hub, "Bob")
    await hub.subscribe(bob, "a")
    journal.append()
    faults = iter([TemporarilyUnavailable(), RuntimeError("a fault")])
    polled, heads = asyncio.Event(), journal.heads

    async def fails_twice(channels: Iterable[str]) -> tuple[str, dict[str, tuple[str, int]]]:
        if (fault := next(faults, None)) is not None:
            raise fault
        polled.set()
        return await heads(channels)

    monkeypatch.setattr(head_poller, "POLL_INTERVAL_S", 0)
    monkeypatch.setattr(journal, "heads", fails_twice)
    polling = asyncio.create_task(hub.head_poller.poll_loop())
    await asyncio.wait_for(polled.wait(), PATIENCE_S)
    while hub.channels["a"].sequence.seq < 4:
        await asyncio.sleep(0)
    polling.cancel()
    assert await bob.seqs() == [4]
    assert [each.message for each in caplog.records] == ["head poll failed"]


# -- limits and the end ---------------------------------------------------------------------------------------------------------


async def test_connection_follows_a_bounded_number_of_channels(journal: EventJournal, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hubs, "MAX_FOLLOWED", 1)
    hub = await hub_on(journal)
    bob = Client(hub, "Bob")
    await hub.subscribe(bob, "a")
    await bob.received()
    await hub.subscribe(bob, "b")
    assert [(each["type"], each.get("code")) for each in await bob.received()] == [("error", "too_large")]
    await hub.subscribe(bob, "a")  # again, in place of the first
    assert await bob.kinds() == FRESH


async def test_presence_is_refused_on_a_channel_that_is_not_followed(journal: EventJournal) -> None:
    hub = await hub_on(journal)
    bob = Client(hub, "Bob")
    await hub.subscribe(bob, "a")
    await bob.received()
    hub.set_presence(bob, SetPresence("b", None, False))
    assert [(each["type"], each.get("code")) for each in await bob.received()] == [("error", "not_found")]
    hub.set_presence(bob, SetPresence("a", "a card", False))
    assert hub.presence.count("a") == 1


async def test_hub_that_stops_closes_connections_and_ends_its_reads(
    journal: EventJournal, monkeypatch: pytest.MonkeyPatch
) -> None:
    hub = await hub_on(journal)
    bob = Client(hub, "Bob")
    await hub.subscribe(bob, "a")
    await bob.received()

    async def never(*_: object) -> None:
        await asyncio.Event().wait()

    monkeypatch.setattr(journal, "read_channel", never)
    hub.initial_sync.resubscribe_all(bob)
    await asyncio.sleep(0)
    await hub.stop()
    assert bob.closed_with == CLOSE_RESTART
    assert not hub.initial_sync._tasks
    assert await bob.kinds() == []


# -- the record of subscriptions ------------------------------------------------------------------------------------------------


async def test_subscription_is_recorded_before_it_is_sent_and_once(journal: EventJournal) -> None:
    hub = await hub_on(journal)
    alice = Client(hub)
    await hub.subscribe(alice, "a")
    hub.initial_sync.resubscribe_all(alice)
    await settle(hub)
    assert journal.opened == [("Alice", "a")]
    assert journal.closed == []
    hub.unsubscribe(alice, "a")
    hub.unsubscribe(alice, "a")
    assert journal.closed == [("Alice", "a")]


async def test_subscription_that_cannot_be_recorded_is_sent_nothing(journal: EventJournal) -> None:
    hub = await hub_on(journal)
    alice = Client(hub)
    journal.records = False
    await hub.subscribe(alice, "a")
    assert [(each["type"], each.get("code")) for each in await alice.received()] == [("error", "unavailable")]
    assert not hub.channels
    journal.records = True
    await hub.subscribe(alice, "a")
    assert await alice.kinds() == FRESH


async def test_client_that_leaves_while_it_is_recorded_is_closed(journal: EventJournal) -> None:
    hub = await hub_on(journal)
    alice = Client(hub)
    journal.while_recording = lambda: hub.subscriptions.remove_connection(alice)
    await hub.subscribe(alice, "a")
    assert await alice.kinds() == []
    assert (journal.opened, journal.closed) == ([("Alice", "a")], [("Alice", "a")])


async def test_closed_connection_ends_its_subscriptions(journal: EventJournal) -> None:
    hub = await hub_on(journal)
    alice = Client(hub)
    for name in ("a", "b"):
        await hub.subscribe(alice, name)
    hub.subscriptions.remove_connection(alice)
    assert sorted(map(str, journal.closed)) == ["('Alice', 'a')", "('Alice', 'b')"]
