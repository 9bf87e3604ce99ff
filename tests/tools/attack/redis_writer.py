"""Attacker with access to Redis: forges and replays messages, fills and falsifies every key."""

import asyncio
import secrets
from random import Random

import redis.asyncio
from redis.exceptions import RedisError

from tests.tools.attack.attacker import Attacker, Attempt
from tests.tools.attack.target import Target
from tests.tools.faults.fault_injectors import forgeries

HIGH = 10**9  # a count that is above each limit
LISTENS_S = 0.5
MAX_HEARD = 50


class RedisWriter(Attacker):
    def __init__(self, target: Target) -> None:
        super().__init__(target)
        self._redis = redis.asyncio.from_url(target.redis_url or "", protocol=2) if target.redis_url else None
        self._random = Random(1)

    def attempts(self) -> dict[Attempt, int]:
        return {self.forge: 2, self.falsify_counts: 1} if self._redis is not None else {}

    async def forge(self, number: int) -> None:
        """Publish changed, replayed and invented messages on every channel."""
        assert self._redis is not None
        try:
            heard = await self._listen(self._redis)
            for channel, message in heard:
                for forged in [*forgeries(message, self._random), message, secrets.token_bytes(2_000)]:
                    await self._redis.publish(channel, forged)
                    self.tally.count("forged messages", "published")
        except RedisError as error:
            self.tally.count("forged messages", type(error).__name__)

    async def _listen(self, client: "redis.asyncio.Redis") -> list[tuple[bytes, bytes]]:
        heard: list[tuple[bytes, bytes]] = []
        async with client.pubsub() as listening:
            await listening.psubscribe("board:*")
            deadline = asyncio.get_running_loop().time() + LISTENS_S
            while len(heard) < MAX_HEARD and (left := deadline - asyncio.get_running_loop().time()) > 0:
                message = await listening.get_message(timeout=left)
                if message is not None and message["type"] == "pmessage":
                    heard.append((message["channel"], message["data"]))
        return heard

    async def falsify_counts(self, number: int) -> None:
        """Set every count to far above its limit, so that everybody appears to be above the rate limits."""
        assert self._redis is not None
        try:
            async for key in self._redis.scan_iter(count=500):
                await self._redis.set(key, HIGH, ex=3_600)
                self.tally.count("falsified counts", "written")
        except RedisError as error:
            self.tally.count("falsified counts", type(error).__name__)
