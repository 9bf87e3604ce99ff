"""The bus over Redis: two lines, one that hears and one that says, made anew together whenever either fails.

Redis is trusted with nothing: it may lose, double, be silent, and let others publish. So each message carries a keyed digest,
each confirmation means that there may be a gap, and a heartbeat of our own through Redis shows within seconds that it lives.
"""

import asyncio
import contextlib
import hashlib
import hmac
import logging
import random
import secrets
import time
from collections import deque
from dataclasses import dataclass, field
from typing import Any

from redis.exceptions import ResponseError

from realtime.bus import MAX_MESSAGE_BYTES, BusMisconfigured, GapHandler, MessageHandler
from realtime.redis_connection import CONNECTION_ERRORS, RedisConnection, connection_of, until_one_ends

log = logging.getLogger("realtime.bus")

MIN_VERSION = 7  # the major version of Redis that we need
_TOO_OLD = f"This Redis is too old: {MIN_VERSION} or newer is needed."
HEARTBEAT_INTERVAL_S = 1.0
HEARTBEAT_TIMEOUT_S = 3.0  # no heartbeat of ours was heard for so long: both lines are made anew
SUBSCRIBE_TIMEOUT_S = 1.0  # how long a follower waits for the confirmation; one that comes later still means a gap
START_TIMEOUT_S = 5.0  # how long a starting process waits for the first answer; Redis may come later
RECONNECT_PAUSES_S = (0.1, 1.0)  # from the first to the longest pause between tries
FORGERY_COLLECT_S = 0.05  # how long forgeries are collected before the journal is asked
DRAIN_TIMEOUT_S = 1.0
_DIGEST_BYTES = 16  # bytes


class HeartbeatTimeout(OSError):
    """Nothing of ours came back through Redis for too long."""


@dataclass(eq=False, slots=True)
class _Subscription:
    """One channel that is followed; `settled`: it is confirmed, or the lines are down and nobody shall wait."""

    confirmed: bool = False
    answered: asyncio.Event = field(default_factory=asyncio.Event)


class RedisBus:
    """`key` is a secret that all processes of one installation share. Raises ValueError on a URL that can't be used."""

    def __init__(self, url: str, key: bytes) -> None:
        connection_of(url)
        self.up = False
        self.published = self.dropped = self.received = self.bad_signatures = self.reconnects = 0
        self.heartbeat_s: float | None = None  # how long the last heartbeat took through Redis
        self._url, self._key = url, hashlib.blake2b(key, person=b"board bus", digest_size=32).digest()
        # Two installations may share a Redis; a user may be held to `board:*`.
        self._prefix = b"board:%s:" % hashlib.blake2b(self._key, digest_size=6).hexdigest().encode()
        self._heartbeat_channel = f"beat:{secrets.token_hex(8)}"
        self._subscriptions: dict[str, _Subscription] = {}
        self._unanswered: deque[tuple[str, _Subscription | None]] = deque()  # (un)subscribes whose answer is not there yet
        self._subscriber: RedisConnection | None = None
        self._publisher: RedisConnection | None = None
        self._heartbeat_sent_at = self._heartbeat_received_at = 0.0
        self._resubscribed = asyncio.Event()  # everything that was followed before is followed again
        self._forged_channels: set[str] = set()
        self._logged_down = False
        self._on_message_callback: MessageHandler = lambda channel, message: None
        self._on_gap: GapHandler = lambda channel: None
        self._task: asyncio.Task[None] | None = None
        self._first_attempt: asyncio.Future[None] | None = None  # how the first try went

    # -- what the hub asks for ----------------------------------------------------------------------------------------

    async def start(self, heard: MessageHandler, gap: GapHandler) -> None:
        self._on_message_callback, self._on_gap = heard, gap
        self._first_attempt = asyncio.get_running_loop().create_future()
        self._task = asyncio.create_task(self._run())
        await asyncio.wait([self._first_attempt], timeout=START_TIMEOUT_S)
        if self._first_attempt.done():
            self._first_attempt.result()
        else:
            self._went_down("no answer")

    async def subscribe(self, channel: str) -> None:
        following = self._subscriptions.get(channel)
        if following is None:
            following = self._subscriptions[channel] = _Subscription()
            self._request_subscribe(channel, following)
        if self.up and not following.confirmed:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(SUBSCRIBE_TIMEOUT_S):
                    await following.answered.wait()

    def unsubscribe(self, channel: str) -> None:
        following = self._subscriptions.pop(channel, None)
        if following is not None:
            following.answered.set()
            self._send_subscribe("UNSUBSCRIBE", channel, None)

    def publish(self, channel: str, message: bytes) -> None:
        if len(message) <= MAX_MESSAGE_BYTES and self._publish(channel, message):
            self.published += 1
        else:
            self.dropped += 1

    def _publish(self, channel: str, message: bytes) -> bool:
        name = self._channel_name(channel)
        return self._publisher is not None and self._publisher.send("PUBLISH", name, self._digest(name, message) + message)

    async def stop(self) -> None:
        if self._publisher is not None and self.up:
            await self._publisher.drain(DRAIN_TIMEOUT_S)
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
            self._task = None
        self.up = False

    # -- the lines ----------------------------------------------------------------------------------------------------

    async def _run(self) -> None:
        pause = RECONNECT_PAUSES_S[0]
        while True:
            try:
                await self._run_connections()
            except BusMisconfigured as error:
                reason = str(error)
                if self._report_first_attempt(error):
                    return
            except CONNECTION_ERRORS as error:
                reason = type(error).__name__
            except Exception as error:
                reason = type(error).__name__
                log.exception("the bus failed")
            pause = RECONNECT_PAUSES_S[0] if self._went_down(reason) else min(RECONNECT_PAUSES_S[1], 2 * pause)
            self._report_first_attempt()
            await asyncio.sleep(pause * random.uniform(0.5, 1))  # noqa: S311  (so that not all processes come at once)
            self.reconnects += 1

    def _report_first_attempt(self, error: Exception | None = None) -> bool:
        """Tells who starts the bus how the first try went; whether it was the first."""
        if self._first_attempt is None or self._first_attempt.done():
            return False
        if error is not None:
            self._first_attempt.set_exception(error)
        else:
            self._first_attempt.set_result(None)
        return True

    async def _run_connections(self) -> None:
        """One life of the two lines: it ends with a fault."""
        ears, mouth = (
            RedisConnection(self._url, self._on_subscriber_answer),
            RedisConnection(self._url, self._on_publisher_answer),
        )
        try:
            await ears.open()
            await mouth.open()
            await _check_version(mouth)
            self._subscriber, self._publisher = ears, mouth
            self._unanswered.clear()
            self._resubscribed.clear()
            for channel, following in self._subscriptions.items():
                self._request_subscribe(channel, following)
            # Answers come in order: when the last is there, all that was followed is followed again.
            self._request_subscribe(self._heartbeat_channel, None)
            await until_one_ends(ears.run(), mouth.run(), self._heartbeat_loop())
        finally:
            self._subscriber = self._publisher = None
            for following in self._subscriptions.values():
                following.confirmed = False
                following.answered.set()
            await ears.close()
            await mouth.close()

    def _request_subscribe(self, channel: str, following: _Subscription | None) -> None:
        if following is not None and self._subscriber is not None:
            following.answered.clear()
        self._send_subscribe("SUBSCRIBE", channel, following)

    def _send_subscribe(self, command: str, channel: str, following: _Subscription | None) -> None:
        if self._subscriber is not None:
            if self._subscriber.send(command, self._channel_name(channel)):
                self._unanswered.append((channel, following))
            else:  # so much is waiting that the line is as good as dead; a channel must not be forgotten
                self._heartbeat_received_at = float("-inf")

    async def _heartbeat_loop(self) -> None:
        """Says a heartbeat every second, and ends when none is heard any more. Raises HeartbeatTimeout."""
        self._heartbeat_received_at = time.monotonic()
        async with asyncio.timeout(HEARTBEAT_TIMEOUT_S):
            await self._resubscribed.wait()
        while True:
            self._heartbeat_sent_at = time.monotonic()
            self._publish(self._heartbeat_channel, b"%d" % time.monotonic_ns())
            await asyncio.sleep(HEARTBEAT_INTERVAL_S)
            late = time.monotonic() - self._heartbeat_sent_at - HEARTBEAT_INTERVAL_S
            if late > HEARTBEAT_INTERVAL_S / 2:  # we were not running ourselves: what came meanwhile is still to be read
                self._heartbeat_received_at += late
            if time.monotonic() - self._heartbeat_received_at > HEARTBEAT_TIMEOUT_S:
                raise HeartbeatTimeout

    def _went_down(self, reason: str) -> bool:
        """Says once that the bus is down; whether it was up."""
        was_up, self.up = self.up, False
        if not self._logged_down:
            self._logged_down = True
            log.warning(f"the bus is down ({reason})")
        return was_up

    def _came_up(self) -> None:
        self.up = True
        self._report_first_attempt()
        if self._logged_down:
            self._logged_down = False
            log.warning("the bus is up again")
        self._on_gap(None)

    # -- what comes in ------------------------------------------------------------------------------------------------

    def _on_publisher_answer(self, answer: Any) -> None:
        if isinstance(answer, ResponseError):  # of few rights, say: the heartbeat fails as well
            self.dropped += 1

    def _on_subscriber_answer(self, answer: Any) -> None:
        """Raises what Redis refused: a channel that can't be followed."""
        if isinstance(answer, Exception):
            raise answer
        kind, name = answer[0], answer[1]
        if kind == b"message":
            self._on_message(name, answer[2])
        elif kind in (b"subscribe", b"unsubscribe") and self._unanswered:
            channel, following = self._unanswered.popleft()
            if following is None:
                if channel == self._heartbeat_channel:
                    self._resubscribed.set()
            elif self._subscriptions.get(channel) is following:
                following.confirmed = True
                following.answered.set()
                self._on_gap(channel)  # what was said before this moment was not heard

    def _on_message(self, name: bytes, sealed: bytes) -> None:
        channel = name[len(self._prefix) :].decode(errors="replace")
        digest, message = sealed[:_DIGEST_BYTES], sealed[_DIGEST_BYTES:]
        if not hmac.compare_digest(digest, self._digest(name, message)):
            self.bad_signatures += 1
            self._on_forged(channel)
        elif channel == self._heartbeat_channel:
            self._on_heartbeat(message)
        elif channel in self._subscriptions:
            self.received += 1
            self._on_message_callback(channel, message)

    def _on_heartbeat(self, message: bytes) -> None:
        now = time.monotonic()
        took = now - int(message) / 1e9
        if took > HEARTBEAT_TIMEOUT_S:  # an old one, said again by somebody else
            return
        self._heartbeat_received_at, self.heartbeat_s = now, took
        if not self.up:
            self._came_up()

    def _on_forged(self, channel: str) -> None:
        """A forged message: the journal is asked what is true, though not once for each of a thousand forgeries."""
        if not self._forged_channels:
            asyncio.get_running_loop().call_later(FORGERY_COLLECT_S, self._report_forged)
        self._forged_channels.add(channel)

    def _report_forged(self) -> None:
        doubted, self._forged_channels = self._forged_channels, set()
        for channel in doubted & self._subscriptions.keys():
            self._on_gap(channel)

    # -- names and digests --------------------------------------------------------------------------------------------

    def _channel_name(self, channel: str) -> bytes:
        return self._prefix + channel.encode()

    def _digest(self, name: bytes, message: bytes) -> bytes:
        made = hashlib.blake2b(len(name).to_bytes(4), key=self._key, digest_size=_DIGEST_BYTES)
        made.update(name)
        made.update(message)
        return made.digest()


async def _check_version(line: RedisConnection) -> None:
    """Raises BusMisconfigured where Redis is too old. HELLO may be asked by every user."""
    try:
        told = await line.request("HELLO")
    except ResponseError as error:
        if "unknown command" in str(error).lower():
            raise BusMisconfigured(_TOO_OLD) from None
        told = []
    facts = dict(zip(told[::2], told[1::2], strict=False)) if isinstance(told, list) else {}
    version = facts.get(b"version", b"")
    major = version.partition(b".")[0]
    if major.isdigit() and int(major) < MIN_VERSION:
        raise BusMisconfigured(_TOO_OLD)
