"""Bus over Redis, as it decides: on answers that come late or that nobody waits for, and on faults. No Redis runs here."""

import asyncio
import contextlib
from typing import Any

import pytest
from redis.exceptions import ResponseError

from realtime.bus import redis_bus
from realtime.bus.bus import BusMisconfigured
from realtime.bus.redis_bus import RedisBus
from tests.realtime.test_bus import KEY, Ear
from tests.support.people import PATIENCE_S


@pytest.fixture
async def ear() -> Ear:
    """Subscriber of a bus whose Redis never answers; the tests answer in its place."""
    over = RedisBus("redis://127.0.0.1:1", KEY)
    ear = Ear(over)
    over._on_message, over._on_gap = ear.hear, ear.gap
    return ear


def redis_bus_of(ear: Ear) -> RedisBus:
    assert isinstance(ear.bus, RedisBus)
    return ear.bus


def messages(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [each.message for each in caplog.records if each.name == "realtime.bus.bus"]


async def test_confirmation_that_nobody_waits_for_is_ignored(ear: Ear) -> None:
    over = redis_bus_of(ear)
    await over.subscribe("events:a")  # no connection: nothing is sent
    over._on_subscriber_answer([b"subscribe", over._channel_name("events:a"), 1])
    assert ear.gaps == []
    over._unanswered.append(("events:a", over._subscriptions["events:a"]))
    over._on_subscriber_answer([b"subscribe", over._channel_name("events:a"), 1])
    assert ear.gaps == ["events:a"]


async def test_confirmation_of_an_earlier_subscription_confirms_no_later_one(ear: Ear) -> None:
    over = redis_bus_of(ear)
    await over.subscribe("events:a")
    over._unanswered.append(("events:a", over._subscriptions["events:a"]))
    over.unsubscribe("events:a")
    await over.subscribe("events:a")
    over._on_subscriber_answer([b"subscribe", over._channel_name("events:a"), 1])
    assert not over._subscriptions["events:a"].confirmed
    assert ear.gaps == []


async def test_message_that_arrives_after_its_unsubscribe_is_dropped(ear: Ear) -> None:
    over = redis_bus_of(ear)
    name = over._channel_name("events:a")
    answer = [b"message", name, over._digest(name, b"1") + b"1"]
    await over.subscribe("events:a")
    over._on_subscriber_answer(answer)
    over.unsubscribe("events:a")
    over.unsubscribe("events:a")  # again
    over._on_subscriber_answer(answer)
    assert ear.heard == [("events:a", b"1")]
    assert over.received == 1


async def test_bus_that_was_not_started_stops(ear: Ear) -> None:
    await ear.bus.stop()
    ear.bus.publish("events:a", b"1")
    assert ear.bus.dropped == 1


async def test_start_does_not_wait_for_a_redis_that_is_silent(
    ear: Ear, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    over = redis_bus_of(ear)
    monkeypatch.setattr(redis_bus, "START_TIMEOUT_S", 0)
    monkeypatch.setattr(over, "_run_connections", asyncio.Event().wait)
    await over.start(ear.hear, ear.gap)
    assert not over.up
    assert messages(caplog) == ["bus down (no answer)"]
    await over.stop()


async def test_fault_of_the_bus_itself_is_logged_and_it_connects_again(
    ear: Ear, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    over, tried, again = redis_bus_of(ear), list[int](), asyncio.Event()

    async def fails_once() -> None:
        tried.append(1)
        if len(tried) == 1:
            raise RuntimeError("a fault")
        again.set()
        await asyncio.Event().wait()

    monkeypatch.setattr(redis_bus, "RECONNECT_PAUSES_S", (0, 0))
    monkeypatch.setattr(over, "_run_connections", fails_once)
    await over.start(ear.hear, ear.gap)
    await asyncio.wait_for(again.wait(), PATIENCE_S)
    assert over.reconnects == 1
    assert messages(caplog) == ["bus failed", "bus down (RuntimeError)"]
    await over.stop()


@pytest.mark.parametrize(("answer", "too_old"), [
    ([b"server", b"redis", b"version", b"6.2.1"], True), ([b"server", b"redis", b"version", b"7.0.0"], False), ([], False),
    (ResponseError("unknown command 'HELLO'"), True), (ResponseError("NOPERM"), False), (b"OK", False),
])  # fmt: skip
async def test_only_a_redis_that_says_it_is_old_is_refused(answer: object, too_old: bool) -> None:
    class Answering:
        async def request(self, *command: str) -> object:
            if isinstance(answer, Exception):
                raise answer
            return answer

    connection: Any = Answering()
    with pytest.raises(BusMisconfigured) if too_old else contextlib.nullcontext():
        await redis_bus._check_version(connection)


async def test_misconfiguration_found_later_does_not_end_the_bus(ear: Ear, monkeypatch: pytest.MonkeyPatch) -> None:
    over, tried, again = redis_bus_of(ear), list[int](), asyncio.Event()

    async def replaced_by_an_old_one() -> None:
        tried.append(1)
        if len(tried) == 1:
            raise OSError
        if len(tried) == 2:
            raise BusMisconfigured("too old")
        again.set()
        await asyncio.Event().wait()

    monkeypatch.setattr(redis_bus, "RECONNECT_PAUSES_S", (0, 0))
    monkeypatch.setattr(over, "_run_connections", replaced_by_an_old_one)
    await over.start(ear.hear, ear.gap)
    await asyncio.wait_for(again.wait(), PATIENCE_S)
    assert over.reconnects == 2
    await over.stop()
