"""Bus over Redis: a subscribing and a publishing connection, replaced together when either fails.

Redis is not trusted: it may lose or duplicate messages, hang, and let others publish. Therefore each message has a keyed digest,
each confirmation of a subscription counts as a possible gap, and a heartbeat through Redis detects a failure within seconds.
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

from realtime.bus.bus import MAX_MESSAGE_BYTES, BusMisconfigured, GapHandler, MessageHandler
from realtime.bus.redis_connection import CONNECTION_ERRORS, RedisConnection, connection_of, until_one_ends
from realtime.periodic import cancel_all

log = logging.getLogger("realtime.bus.bus")

MIN_VERSION = 7  # oldest major version of Redis that works
_TOO_OLD = f"This Redis is too old. The board needs version {MIN_VERSION} or newer."
HEARTBEAT_INTERVAL_S = 1.0
HEARTBEAT_TIMEOUT_S = 3.0  # without a heartbeat for that long, both connections are replaced
SUBSCRIBE_TIMEOUT_S = 1.0  # wait for the confirmation of a subscription; a later one still counts as a gap
START_TIMEOUT_S = 5.0  # wait of a starting process for the first answer; Redis may start later
RECONNECT_PAUSES_S = (0.1, 1.0)  # shortest and longest pause between attempts
FORGERY_COLLECT_S = 0.05  # from the first forged message to the check of the journal, one for a burst
DRAIN_TIMEOUT_S = 1.0
_DIGEST_BYTES = 16  # bytes


class HeartbeatTimeout(OSError):
    """Failure of the bus: no heartbeat of this process came back through Redis for HEARTBEAT_TIMEOUT_S."""


@dataclass(eq=False, slots=True)
class _Subscription:
    """Subscription to one channel. `answered`: set when it is confirmed, or when the connections are down."""

    confirmed: bool = False
    answered: asyncio.Event = field(default_factory=asyncio.Event)


class RedisBus:
    """Bus over Redis. `key`: secret shared by all processes of an installation. Raises ValueError for an unusable URL."""

    def __init__(self, url: str, key: bytes) -> None:
        connection_of(url)
        self.up = False
        self.published = self.dropped = self.received = self.bad_signatures = self.reconnects = 0
        self.heartbeat_s: float | None = None  # round trip of the last heartbeat through Redis
        self._url, self._key = url, hashlib.blake2b(key, person=b"board bus", digest_size=32).digest()
        # Two installations may share a Redis; a user may be restricted to `board:*`.
        self._prefix = b"board:%s:" % hashlib.blake2b(self._key, digest_size=6).hexdigest().encode()
        self._heartbeat_channel = f"beat:{secrets.token_hex(8)}"
        self._subscriptions: dict[str, _Subscription] = {}
        self._unanswered: deque[tuple[str, _Subscription | None]] = deque()  # unanswered (un)subscribes, in order
        self._subscriber: RedisConnection | None = None
        self._publisher: RedisConnection | None = None
        self._heartbeat_sent_at = self._heartbeat_received_at = 0.0
        self._resubscribed = asyncio.Event()  # set when all subscriptions are confirmed again after a reconnect
        self._forged_channels: set[str] = set()
        self._logged_down = False
        self._on_message: MessageHandler = lambda channel, message: None
        self._on_gap: GapHandler = lambda channel: None
        self._task: asyncio.Task[None] | None = None
        self._first_attempt: asyncio.Future[None] | None = None  # result of the first attempt to connect

    # -- interface of the hub ----------------------------------------------------------------------------------------

    async def start(self, on_message: MessageHandler, on_gap: GapHandler) -> None:
        self._on_message, self._on_gap = on_message, on_gap
        self._first_attempt = asyncio.get_running_loop().create_future()
        self._task = asyncio.create_task(self._run())
        await asyncio.wait([self._first_attempt], timeout=START_TIMEOUT_S)
        if self._first_attempt.done():
            self._first_attempt.result()
        else:
            self._went_down("no answer")

    async def subscribe(self, channel: str) -> None:
        subscription = self._subscriptions.get(channel)
        if subscription is None:
            subscription = self._subscriptions[channel] = _Subscription()
            self._request_subscribe(channel, subscription)
        if self.up and not subscription.confirmed:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(SUBSCRIBE_TIMEOUT_S):
                    await subscription.answered.wait()

    def unsubscribe(self, channel: str) -> None:
        subscription = self._subscriptions.pop(channel, None)
        if subscription is not None:
            subscription.answered.set()
            self._send_subscribe("UNSUBSCRIBE", channel, None)

    def reaches_others(self, channel: str) -> bool:
        return True  # the subscribers of other processes are not known

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
            await cancel_all([self._task])
            self._task = None
        self.up = False

    # -- connections -------------------------------------------------------------------------------------------------

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
                log.exception("bus failed")
            pause = RECONNECT_PAUSES_S[0] if self._went_down(reason) else min(RECONNECT_PAUSES_S[1], 2 * pause)
            self._report_first_attempt()
            await asyncio.sleep(pause * random.uniform(0.5, 1))  # noqa: S311  (so that processes do not reconnect all at once)
            self.reconnects += 1

    def _report_first_attempt(self, error: Exception | None = None) -> bool:
        """Report the result of the first attempt to `start`; return whether this was the first."""
        if self._first_attempt is None or self._first_attempt.done():
            return False
        if error is not None:
            self._first_attempt.set_exception(error)
        else:
            self._first_attempt.set_result(None)
        return True

    async def _run_connections(self) -> None:
        """Run both connections until one fails. Raises its error."""
        subscriber, publisher = (
            RedisConnection(self._url, self._on_subscriber_answer),
            RedisConnection(self._url, self._on_publisher_answer),
        )
        try:
            await subscriber.open()
            await publisher.open()
            await _check_version(publisher)
            self._subscriber, self._publisher = subscriber, publisher
            self._unanswered.clear()
            self._resubscribed.clear()
            for channel, subscription in self._subscriptions.items():
                self._request_subscribe(channel, subscription)
            # Answers arrive in order, so after the last one all channels are subscribed again.
            self._request_subscribe(self._heartbeat_channel, None)
            await until_one_ends(subscriber.run(), publisher.run(), self._heartbeat_loop())
        finally:
            self._subscriber = self._publisher = None
            for subscription in self._subscriptions.values():
                subscription.confirmed = False
                subscription.answered.set()
            await subscriber.close()
            await publisher.close()

    def _request_subscribe(self, channel: str, subscription: _Subscription | None) -> None:
        if subscription is not None and self._subscriber is not None:
            subscription.answered.clear()
        self._send_subscribe("SUBSCRIBE", channel, subscription)

    def _send_subscribe(self, command: str, channel: str, subscription: _Subscription | None) -> None:
        if self._subscriber is not None:
            if self._subscriber.send(command, self._channel_name(channel)):
                self._unanswered.append((channel, subscription))
            else:  # a full queue means a dead connection: replace it, so that no subscription is lost
                self._heartbeat_received_at = float("-inf")

    async def _heartbeat_loop(self) -> None:
        """Publish a heartbeat every HEARTBEAT_INTERVAL_S. Raises HeartbeatTimeout when none comes back."""
        self._heartbeat_received_at = time.monotonic()
        async with asyncio.timeout(HEARTBEAT_TIMEOUT_S):
            await self._resubscribed.wait()
        while True:
            self._heartbeat_sent_at = time.monotonic()
            self._publish(self._heartbeat_channel, b"%d" % time.monotonic_ns())
            await asyncio.sleep(HEARTBEAT_INTERVAL_S)
            delay_s = time.monotonic() - self._heartbeat_sent_at - HEARTBEAT_INTERVAL_S
            if (
                delay_s > HEARTBEAT_INTERVAL_S / 2
            ):  # this process was stopped, and has not read the messages that arrived in the meantime
                self._heartbeat_received_at += delay_s
            if time.monotonic() - self._heartbeat_received_at > HEARTBEAT_TIMEOUT_S:
                raise HeartbeatTimeout

    def _went_down(self, reason: str) -> bool:
        """Mark the bus as down and log it once; return whether it was up."""
        was_up, self.up = self.up, False
        if not self._logged_down:
            self._logged_down = True
            log.warning(f"bus down ({reason})")
        return was_up

    def _came_up(self) -> None:
        self.up = True
        self._report_first_attempt()
        if self._logged_down:
            self._logged_down = False
            log.warning("bus up again")
        self._on_gap(None)

    # -- messages received -------------------------------------------------------------------------------------------

    def _on_publisher_answer(self, answer: Any) -> None:
        if isinstance(answer, ResponseError):  # such as missing rights; then the heartbeat fails as well
            self.dropped += 1

    def _on_subscriber_answer(self, answer: Any) -> None:
        """Handle an answer. Raises the error of Redis if it refuses a subscription."""
        if isinstance(answer, Exception):
            raise answer
        kind, name = answer[0], answer[1]
        if kind == b"message":
            self._on_signed_message(name, answer[2])
        elif kind in (b"subscribe", b"unsubscribe") and self._unanswered:
            channel, subscription = self._unanswered.popleft()
            if subscription is None:
                if channel == self._heartbeat_channel:
                    self._resubscribed.set()
            elif self._subscriptions.get(channel) is subscription:
                subscription.confirmed = True
                subscription.answered.set()
                self._on_gap(channel)  # earlier messages were not received

    def _on_signed_message(self, name: bytes, signed: bytes) -> None:
        channel = name[len(self._prefix) :].decode(errors="replace")
        digest, message = signed[:_DIGEST_BYTES], signed[_DIGEST_BYTES:]
        if not hmac.compare_digest(digest, self._digest(name, message)):
            self.bad_signatures += 1
            self._on_forged(channel)
        elif channel == self._heartbeat_channel:
            self._on_heartbeat(message)
        elif channel in self._subscriptions:
            self.received += 1
            self._on_message(channel, message)

    def _on_heartbeat(self, message: bytes) -> None:
        now = time.monotonic()
        took_s = now - int(message) / 1e9
        if took_s > HEARTBEAT_TIMEOUT_S:  # an old heartbeat that somebody repeated
            return
        self._heartbeat_received_at, self.heartbeat_s = now, took_s
        if not self.up:
            self._came_up()

    def _on_forged(self, channel: str) -> None:
        """Request a check of the journal after a forged message, one for a burst."""
        if not self._forged_channels:
            asyncio.get_running_loop().call_later(FORGERY_COLLECT_S, self._report_forged)
        self._forged_channels.add(channel)

    def _report_forged(self) -> None:
        channels, self._forged_channels = self._forged_channels, set()
        for channel in channels & self._subscriptions.keys():
            self._on_gap(channel)

    # -- names and digests -------------------------------------------------------------------------------------------

    def _channel_name(self, channel: str) -> bytes:
        return self._prefix + channel.encode()

    def _digest(self, name: bytes, message: bytes) -> bytes:
        mac = hashlib.blake2b(len(name).to_bytes(4), key=self._key, digest_size=_DIGEST_BYTES)
        mac.update(name)
        mac.update(message)
        return mac.digest()


async def _check_version(connection: RedisConnection) -> None:
    """Raise BusMisconfigured if Redis is too old. Every Redis user may run HELLO."""
    try:
        answer = await connection.request("HELLO")
    except ResponseError as error:
        if "unknown command" in str(error).lower():
            raise BusMisconfigured(_TOO_OLD) from None
        answer = []
    server_info = dict(zip(answer[::2], answer[1::2], strict=False)) if isinstance(answer, list) else {}
    version = server_info.get(b"version", b"")
    major = version.partition(b".")[0]
    if major.isdigit() and int(major) < MIN_VERSION:
        raise BusMisconfigured(_TOO_OLD)
