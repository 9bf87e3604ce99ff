"""Injector for each kind of fault. An injection returns once the fault is over, on its own or because the injector healed it."""

import asyncio
import os
import re
import signal
import time
from collections.abc import Awaitable, Callable
from random import Random
from typing import Any

import redis

from tests.tools.faults.actors import Coordinator
from tests.tools.faults.faulty_proxy import FaultyProxy
from tests.tools.faults.reader import Reader
from tests.tools.faults.schedule import Fault
from tests.tools.faults.system_under_test import SystemUnderTest, Worker
from tests.tools.faults.writer import Writer

ASKS_S = 2.0  # time-out for an answer from Redis
OVERHEARD_S = 0.4  # how long a forger listens for genuine messages
SEAM_S = 30.0  # within which a worker must reach its seam
ARRIVES_S = 1.0  # until answers that were already sent have arrived
KEPT = 200  # recent genuine messages, for forgeries and replays
FLOOD, FLOOD_BYTES = 200, 65_536


class FaultInjector:
    def __init__(
        self, plant: SystemUnderTest, chief: Coordinator, readers: list[Reader], writers: list[Writer],
        kills_at_seam: bool = False,
    ) -> None:  # fmt: skip
        self.plant, self.chief, self.readers, self.writers = plant, chief, readers, writers
        self._kills_at_seam = kills_at_seam
        self._overheard: list[tuple[bytes, bytes]] = []

    def known(self) -> dict[str, Callable[[Fault, Random], Awaitable[None]]]:
        return {
            "worker.kill": self._kill_worker, "worker.term": self._end_worker, "worker.stop": self._stop_worker,
            "redis.kill": self._kill_redis, "redis.restart": self._restart_redis, "redis.stop": self._stop_redis,
            "redis.client_kill": self._kill_clients, "redis.overflow": self._overflow,
            "redis.black_hole": self._on_line(self.plant.redis_lines, _black_hole),
            "redis.black_hole_silent": self._on_line(self.plant.redis_lines, _silent_black_hole),
            "redis.reset": self._on_line(self.plant.redis_lines, _reset),
            "redis.slow": self._on_line(self.plant.redis_lines, _slow),
            "redis.slices": self._on_line(self.plant.redis_lines, _slices),
            "redis.forged": self._forge, "redis.replayed": self._replay,
            "postgres.fast": self._restart_postgres, "postgres.immediate": self._crash_postgres,
            "postgres.terminate": self._terminate, "postgres.reset": self._on_line(self.plant.postgres_lines, _reset),
            "line.reset": self._on_line(self._lines, _reset), "line.cut": self._on_line(self._lines, _cut),
            "line.black_hole": self._on_line(self._lines, _black_hole), "line.slow": self._on_line(self._lines, _slow),
            "line.slices": self._on_line(self._lines, _slices),
            "reader.sleep": self._sleep, "reader.reset": self._reset_client,
            "store.gone": self._lose_store, "store.slow": self._slow_store,
            "rights.member": self._shut_out, "rights.account": self._disable,
        }  # fmt: skip

    async def strike(self, fault: Fault) -> None:
        """Inject a fault, and return when it has healed. Raises redis.RedisError if Redis was unavailable for another reason."""
        await self.known()[fault.kind](fault, Random(fault.seed))

    @property
    def _lines(self) -> list[FaultyProxy]:
        return [worker.line for worker in self.plant.workers]

    @staticmethod
    def _on_line(lines: list[FaultyProxy], how: Any) -> Callable[[Fault, Random], Awaitable[None]]:
        async def blow(fault: Fault, random: Random) -> None:
            await how(lines[fault.target], fault.lasts, random)

        return blow

    # -- workers ------------------------------------------------------------------------------------------------------

    async def _kill_worker(self, fault: Fault, random: Random) -> None:
        worker = self.plant.workers[fault.target]
        if self._kills_at_seam:
            await self._reach_seam(worker)
        await asyncio.to_thread(worker.kill)
        await asyncio.sleep(fault.lasts)
        await asyncio.to_thread(worker.start)

    @staticmethod
    async def _reach_seam(worker: Worker) -> None:
        """Ask a mutated worker to wait at its seam. Return once it waits there and its earlier answers have arrived."""
        worker.seam.touch()
        async with asyncio.timeout(SEAM_S):
            while worker.seam.exists():
                await asyncio.sleep(0.02)
        await asyncio.sleep(ARRIVES_S)

    async def _end_worker(self, fault: Fault, random: Random) -> None:
        worker = self.plant.workers[fault.target]
        await asyncio.to_thread(worker.stop)
        await asyncio.to_thread(worker.start)

    async def _stop_worker(self, fault: Fault, random: Random) -> None:
        worker = self.plant.workers[fault.target]
        worker.signal(signal.SIGSTOP)
        try:
            await asyncio.sleep(fault.lasts)
        finally:
            worker.signal(signal.SIGCONT)

    # -- Redis --------------------------------------------------------------------------------------------------------

    async def _kill_redis(self, fault: Fault, random: Random) -> None:
        assert self.plant.redis is not None
        await asyncio.to_thread(self.plant.redis.kill)
        await asyncio.sleep(fault.lasts)
        await asyncio.to_thread(self.plant.redis.start)

    async def _restart_redis(self, fault: Fault, random: Random) -> None:
        assert self.plant.redis is not None
        await asyncio.to_thread(self.plant.redis.stop)
        await asyncio.sleep(fault.lasts)
        await asyncio.to_thread(self.plant.redis.start)

    async def _stop_redis(self, fault: Fault, random: Random) -> None:
        assert self.plant.redis is not None
        os.kill(self.plant.redis.pid, signal.SIGSTOP)
        try:
            await asyncio.sleep(fault.lasts)
        finally:
            os.kill(self.plant.redis.pid, signal.SIGCONT)

    async def _ask_redis(self, work: Callable[[redis.Redis], Any]) -> Any:
        def ask() -> Any:
            assert self.plant.redis is not None
            with redis.Redis.from_url(self.plant.redis.url, socket_timeout=ASKS_S, retry_on_error=[], protocol=2) as client:
                return work(client)

        return await asyncio.to_thread(ask)

    async def _kill_clients(self, fault: Fault, random: Random) -> None:
        types = random.choice([["pubsub"], ["normal"], ["pubsub", "normal"]])
        for each in types:
            await self._ask_redis(
                lambda client, each=each: client.execute_command("CLIENT", "KILL", "TYPE", each, "SKIPME", "yes")
            )

    async def _overflow(self, fault: Fault, random: Random) -> None:
        """Publish more on a followed channel than Redis buffers for a subscriber, so that it disconnects the subscribers."""

        def flood(client: redis.Redis) -> None:
            channels = client.pubsub_channels("board:*")
            client.config_set("client-output-buffer-limit", "pubsub 262144 131072 1")
            with client.pipeline(transaction=True) as pipe:
                for _ in range(FLOOD if channels else 0):
                    pipe.publish(random.choice(channels), random.randbytes(FLOOD_BYTES))
                pipe.execute()

        try:
            await self._ask_redis(flood)
            await asyncio.sleep(fault.lasts)
        finally:
            await self._ask_redis(lambda client: client.config_set("client-output-buffer-limit", "pubsub 33554432 8388608 60"))

    async def _overhear(self) -> list[tuple[bytes, bytes]]:
        """Listen for a moment, and return the genuine (channel, message) pairs."""

        def listen(client: redis.Redis) -> list[tuple[bytes, bytes]]:
            heard: list[tuple[bytes, bytes]] = []
            with client.pubsub() as listening:  # type: ignore[no-untyped-call]
                listening.psubscribe("board:*")
                deadline = time.monotonic() + OVERHEARD_S
                while len(heard) < 20 and (left := deadline - time.monotonic()) > 0:
                    message = listening.get_message(timeout=left)
                    if message is not None and message["type"] == "pmessage":
                        heard.append((message["channel"], message["data"]))
            return heard

        heard: list[tuple[bytes, bytes]] = await self._ask_redis(listen)
        self._overheard = (self._overheard + heard)[-KEPT:]
        return heard

    async def _publish(self, messages: list[tuple[bytes, bytes]]) -> None:
        def publish(client: redis.Redis) -> None:
            for channel, message in messages:
                client.publish(channel, message)

        await self._ask_redis(publish)

    async def _forge(self, fault: Fault, random: Random) -> None:
        """Publish forgeries of genuine messages: with changed numbers or texts, on other channels, or as junk."""
        heard = await self._overhear() or self._overheard[-5:]
        forged: list[tuple[bytes, bytes]] = []
        for channel, message in heard:
            other = random.choice(heard)[0]
            forged += [(channel, each) for each in forgeries(message, random)]
            forged += [(other, message)] if other != channel else []
        await self._publish(forged)

    async def _replay(self, fault: Fault, random: Random) -> None:
        """Publish new and old genuine messages again, in random order."""
        heard = await self._overhear()
        again = heard * 2 + random.sample(self._overheard, min(20, len(self._overheard)))
        random.shuffle(again)
        await self._publish(again)

    # -- PostgreSQL ---------------------------------------------------------------------------------------------------

    async def _restart_postgres(self, fault: Fault, random: Random) -> None:
        await asyncio.to_thread(self.plant.postgres.stop)
        await asyncio.sleep(fault.lasts)
        await asyncio.to_thread(self.plant.postgres.start)

    async def _crash_postgres(self, fault: Fault, random: Random) -> None:
        """Kill all processes of PostgreSQL at the same time, so that its next start must recover."""
        await asyncio.to_thread(self.plant.postgres.kill)
        await asyncio.sleep(fault.lasts)
        await asyncio.to_thread(self.plant.postgres.start)

    async def _terminate(self, fault: Fault, random: Random) -> None:
        share = random.choice([0.2, 0.6, 1.0])

        def terminate() -> None:
            query = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'board' AND random() <= %s"
            with self.plant.postgres.admin() as connection:
                connection.execute(query, (share,))

        await asyncio.to_thread(terminate)

    # -- store of files -----------------------------------------------------------------------------------------------

    async def _lose_store(self, fault: Fault, random: Random) -> None:
        """Make the store unavailable: rename its folder, as if the disk was unmounted, or cut off the bucket."""
        assert self.plant.store is not None
        if isinstance(self.plant.store, FaultyProxy):
            return await random.choice([_cut, _black_hole])(self.plant.store, fault.lasts, random)
        away = self.plant.store.with_name("away")
        try:
            self.plant.store.rename(away)
        except FileNotFoundError:  # nothing was stored yet
            return None
        try:
            await asyncio.sleep(fault.lasts)
        finally:
            away.rename(self.plant.store)
        return None

    async def _slow_store(self, fault: Fault, random: Random) -> None:
        if isinstance(self.plant.store, FaultyProxy):
            await _slow(self.plant.store, fault.lasts, random)

    # -- clients ------------------------------------------------------------------------------------------------------

    async def _sleep(self, fault: Fault, random: Random) -> None:
        self.readers[fault.target].sleep(fault.lasts)
        await asyncio.sleep(fault.lasts)

    async def _reset_client(self, fault: Fault, random: Random) -> None:
        self.readers[fault.target].reset()
        random.choice(self.writers).reset()

    async def _shut_out(self, fault: Fault, random: Random) -> None:
        await self.chief.shut_out(self.chief.guests[fault.target], fault.lasts)

    async def _disable(self, fault: Fault, random: Random) -> None:
        await self.chief.disable(self.chief.guests[fault.target], fault.lasts)


def forgeries(message: bytes, random: Random) -> list[bytes]:
    """Return messages that a forger without the key can create from a genuine one."""
    seqs = [int(found) for found in re.findall(rb'"seq":(\d+)', message)]
    beyond = len(set(seqs))  # numbers that would follow these events
    later = re.sub(rb'"(seq|first|last)":(\d+)', lambda found: b'"%s":%d' % (found[1], int(found[2]) + beyond), message)
    altered = message.replace(b'"content":', b'"c0ntent":', 1)
    cut = message[: random.randrange(len(message) + 1)]
    return [each for each in (later, altered, cut, later[:-32], random.randbytes(50), b"") if each != message]


async def _reset(line: FaultyProxy, seconds: float, random: Random) -> None:
    line.reset()


async def _cut(line: FaultyProxy, seconds: float, random: Random) -> None:
    line.refusing = True
    line.reset()
    await _and_heal(line, seconds)


async def _black_hole(line: FaultyProxy, seconds: float, random: Random) -> None:
    line.swallow()
    await _and_heal(line, seconds)


async def _silent_black_hole(line: FaultyProxy, seconds: float, random: Random) -> None:
    """Drop all bytes, and leave the dead connections open at the end: their clients must find out on their own."""
    line.swallow()
    await _and_heal(line, seconds, tell=False)


async def _slow(line: FaultyProxy, seconds: float, random: Random) -> None:
    line.delay_s = random.uniform(0.02, 0.25)
    await _and_heal(line, seconds)


async def _slices(line: FaultyProxy, seconds: float, random: Random) -> None:
    line.slice = random.choice([1, 3, 7, 40])
    await _and_heal(line, seconds)


async def _and_heal(line: FaultyProxy, seconds: float, tell: bool = True) -> None:
    try:
        await asyncio.sleep(seconds)
    finally:
        line.heal(tell)
