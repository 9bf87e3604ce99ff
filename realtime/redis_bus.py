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

from realtime.bus import MAX_MESSAGE, BusMisconfigured, Gap, Heard
from realtime.redis_connection import FAULTS, RedisConnection, connection_of, until_one_ends

log = logging.getLogger("realtime.bus")

OLDEST = 7  # the major version of Redis that we need
_TOO_OLD = f"This Redis is too old: {OLDEST} or newer is needed."
BEAT_S = 1.0
SILENT_S = 3.0  # no heartbeat of ours was heard for so long: both lines are made anew
FOLLOW_S = 1.0  # how long a follower waits for the confirmation; one that comes later still means a gap
START_S = 5.0  # how long a starting process waits for the first answer; Redis may come later
AGAIN_S = (0.1, 1.0)  # from the first to the longest pause between tries
DOUBT_S = 0.05  # how long forgeries are collected before the journal is asked
LAST_WORDS_S = 1.0
_DIGEST = 16  # bytes


class HeartbeatTimeout(OSError):
    """Nothing of ours came back through Redis for too long."""


@dataclass(eq=False, slots=True)
class _Subscription:
    """One channel that is followed; `settled`: it is confirmed, or the lines are down and nobody shall wait."""

    confirmed: bool = False
    settled: asyncio.Event = field(default_factory=asyncio.Event)


class RedisBus:
    """`key` is a secret that all processes of one installation share. Raises ValueError on a URL that can't be used."""

    def __init__(self, url: str, key: bytes) -> None:
        connection_of(url)
        self.up = False
        self.published = self.dropped = self.heard = self.forged = self.reconnects = 0
        self.beat_s: float | None = None  # how long the last heartbeat took through Redis
        self._url, self._key = url, hashlib.blake2b(key, person=b"board bus", digest_size=32).digest()
        # Two installations may share a Redis; a user may be held to `board:*`.
        self._prefix = b"board:%s:" % hashlib.blake2b(self._key, digest_size=6).hexdigest().encode()
        self._beat_channel = f"beat:{secrets.token_hex(8)}"
        self._followed: dict[str, _Subscription] = {}
        self._asked: deque[tuple[str, _Subscription | None]] = deque()  # (un)subscribes whose answer is not there yet
        self._ears: RedisConnection | None = None
        self._mouth: RedisConnection | None = None
        self._beat_sent = self._beat_heard = 0.0
        self._confirmed = asyncio.Event()  # everything that was followed before is followed again
        self._doubted: set[str] = set()
        self._told_down = False
        self._heard: Heard = lambda channel, message: None
        self._gap: Gap = lambda channel: None
        self._task: asyncio.Task[None] | None = None
        self._tried: asyncio.Future[None] | None = None  # how the first try went

    # -- what the hub asks for ----------------------------------------------------------------------------------------

    async def start(self, heard: Heard, gap: Gap) -> None:
        self._heard, self._gap = heard, gap
        self._tried = asyncio.get_running_loop().create_future()
        self._task = asyncio.create_task(self._run())
        await asyncio.wait([self._tried], timeout=START_S)
        if self._tried.done():
            self._tried.result()
        else:
            self._went_down("no answer")

    async def follow(self, channel: str) -> None:
        following = self._followed.get(channel)
        if following is None:
            following = self._followed[channel] = _Subscription()
            self._subscribe(channel, following)
        if self.up and not following.confirmed:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(FOLLOW_S):
                    await following.settled.wait()

    def leave(self, channel: str) -> None:
        following = self._followed.pop(channel, None)
        if following is not None:
            following.settled.set()
            self._ask("UNSUBSCRIBE", channel, None)

    def publish(self, channel: str, message: bytes) -> None:
        if len(message) <= MAX_MESSAGE and self._say(channel, message):
            self.published += 1
        else:
            self.dropped += 1

    def _say(self, channel: str, message: bytes) -> bool:
        name = self._wire(channel)
        return self._mouth is not None and self._mouth.put("PUBLISH", name, self._digest(name, message) + message)

    async def stop(self) -> None:
        if self._mouth is not None and self.up:
            await self._mouth.settle(LAST_WORDS_S)
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
            self._task = None
        self.up = False

    # -- the lines ----------------------------------------------------------------------------------------------------

    async def _run(self) -> None:
        pause = AGAIN_S[0]
        while True:
            try:
                await self._connected()
            except BusMisconfigured as error:
                reason = str(error)
                if self._first_try(error):
                    return
            except FAULTS as error:
                reason = type(error).__name__
            except Exception as error:
                reason = type(error).__name__
                log.exception("the bus failed")
            pause = AGAIN_S[0] if self._went_down(reason) else min(AGAIN_S[1], 2 * pause)
            self._first_try()
            await asyncio.sleep(pause * random.uniform(0.5, 1))  # noqa: S311  (so that not all processes come at once)
            self.reconnects += 1

    def _first_try(self, error: Exception | None = None) -> bool:
        """Tells who starts the bus how the first try went; whether it was the first."""
        if self._tried is None or self._tried.done():
            return False
        if error is not None:
            self._tried.set_exception(error)
        else:
            self._tried.set_result(None)
        return True

    async def _connected(self) -> None:
        """One life of the two lines: it ends with a fault."""
        ears, mouth = RedisConnection(self._url, self._on_ears), RedisConnection(self._url, self._on_mouth)
        try:
            await ears.open()
            await mouth.open()
            await _check_age(mouth)
            self._ears, self._mouth = ears, mouth
            self._asked.clear()
            self._confirmed.clear()
            for channel, following in self._followed.items():
                self._subscribe(channel, following)
            # Answers come in order: when the last is there, all that was followed is followed again.
            self._subscribe(self._beat_channel, None)
            await until_one_ends(ears.run(), mouth.run(), self._live())
        finally:
            self._ears = self._mouth = None
            for following in self._followed.values():
                following.confirmed = False
                following.settled.set()
            await ears.close()
            await mouth.close()

    def _subscribe(self, channel: str, following: _Subscription | None) -> None:
        if following is not None and self._ears is not None:
            following.settled.clear()
        self._ask("SUBSCRIBE", channel, following)

    def _ask(self, command: str, channel: str, following: _Subscription | None) -> None:
        if self._ears is not None:
            if self._ears.put(command, self._wire(channel)):
                self._asked.append((channel, following))
            else:  # so much is waiting that the line is as good as dead; a channel must not be forgotten
                self._beat_heard = float("-inf")

    async def _live(self) -> None:
        """Says a heartbeat every second, and ends when none is heard any more. Raises HeartbeatTimeout."""
        self._beat_heard = time.monotonic()
        async with asyncio.timeout(SILENT_S):
            await self._confirmed.wait()
        while True:
            self._beat_sent = time.monotonic()
            self._say(self._beat_channel, b"%d" % time.monotonic_ns())
            await asyncio.sleep(BEAT_S)
            late = time.monotonic() - self._beat_sent - BEAT_S
            if late > BEAT_S / 2:  # we were not running ourselves: what came meanwhile is still to be read
                self._beat_heard += late
            if time.monotonic() - self._beat_heard > SILENT_S:
                raise HeartbeatTimeout

    def _went_down(self, reason: str) -> bool:
        """Says once that the bus is down; whether it was up."""
        was_up, self.up = self.up, False
        if not self._told_down:
            self._told_down = True
            log.warning(f"the bus is down ({reason})")
        return was_up

    def _came_up(self) -> None:
        self.up = True
        self._first_try()
        if self._told_down:
            self._told_down = False
            log.warning("the bus is up again")
        self._gap(None)

    # -- what comes in ------------------------------------------------------------------------------------------------

    def _on_mouth(self, answer: Any) -> None:
        if isinstance(answer, ResponseError):  # of few rights, say: the heartbeat fails as well
            self.dropped += 1

    def _on_ears(self, answer: Any) -> None:
        """Raises what Redis refused: a channel that can't be followed."""
        if isinstance(answer, Exception):
            raise answer
        kind, name = answer[0], answer[1]
        if kind == b"message":
            self._on_message(name, answer[2])
        elif kind in (b"subscribe", b"unsubscribe") and self._asked:
            channel, following = self._asked.popleft()
            if following is None:
                if channel == self._beat_channel:
                    self._confirmed.set()
            elif self._followed.get(channel) is following:
                following.confirmed = True
                following.settled.set()
                self._gap(channel)  # what was said before this moment was not heard

    def _on_message(self, name: bytes, sealed: bytes) -> None:
        channel = name[len(self._prefix) :].decode(errors="replace")
        digest, message = sealed[:_DIGEST], sealed[_DIGEST:]
        if not hmac.compare_digest(digest, self._digest(name, message)):
            self.forged += 1
            self._doubt(channel)
        elif channel == self._beat_channel:
            self._on_beat(message)
        elif channel in self._followed:
            self.heard += 1
            self._heard(channel, message)

    def _on_beat(self, message: bytes) -> None:
        now = time.monotonic()
        took = now - int(message) / 1e9
        if took > SILENT_S:  # an old one, said again by somebody else
            return
        self._beat_heard, self.beat_s = now, took
        if not self.up:
            self._came_up()

    def _doubt(self, channel: str) -> None:
        """A forged message: the journal is asked what is true, though not once for each of a thousand forgeries."""
        if not self._doubted:
            asyncio.get_running_loop().call_later(DOUBT_S, self._ask_journal)
        self._doubted.add(channel)

    def _ask_journal(self) -> None:
        doubted, self._doubted = self._doubted, set()
        for channel in doubted & self._followed.keys():
            self._gap(channel)

    # -- names and digests --------------------------------------------------------------------------------------------

    def _wire(self, channel: str) -> bytes:
        return self._prefix + channel.encode()

    def _digest(self, name: bytes, message: bytes) -> bytes:
        made = hashlib.blake2b(len(name).to_bytes(4), key=self._key, digest_size=_DIGEST)
        made.update(name)
        made.update(message)
        return made.digest()


async def _check_age(line: RedisConnection) -> None:
    """Raises BusMisconfigured where Redis is too old. HELLO may be asked by every user."""
    try:
        told = await line.ask("HELLO")
    except ResponseError as error:
        if "unknown command" in str(error).lower():
            raise BusMisconfigured(_TOO_OLD) from None
        told = []
    facts = dict(zip(told[::2], told[1::2], strict=False)) if isinstance(told, list) else {}
    version = facts.get(b"version", b"")
    major = version.partition(b".")[0]
    if major.isdigit() and int(major) < OLDEST:
        raise BusMisconfigured(_TOO_OLD)
