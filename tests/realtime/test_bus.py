"""Bus: promises of both implementations, and the recovery of the one over Redis from any failure of Redis."""

import asyncio
import contextlib
import logging
import os
import signal
import socket
import ssl
import subprocess
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from board.dev import Redis
from realtime.bus import bus, redis_bus, redis_connection
from realtime.bus.bus import Bus, BusMisconfigured, MemoryBroker, MemoryBus
from realtime.bus.redis_bus import RedisBus
from tests.support.people import PATIENCE_S
from tests.support.tcp_proxy import proxy_to

KEY = b"a secret of the installation"


class Ear:
    """Subscriber of a bus: what it received, and where it was told of a gap."""

    def __init__(self, over: Bus) -> None:
        self.bus = over
        self.heard: list[tuple[str, bytes]] = []
        self.gaps: list[str | None] = []
        self._news = asyncio.Event()

    def hear(self, channel: str, message: bytes) -> None:
        self.heard.append((channel, message))
        self._news.set()

    def gap(self, channel: str | None) -> None:
        self.gaps.append(channel)
        self._news.set()

    async def until(self, true: Callable[[], Any]) -> None:
        async with asyncio.timeout(PATIENCE_S):
            while not true():
                self._news.clear()
                with contextlib.suppress(TimeoutError):  # some events reach no callback, such as the bus going down
                    async with asyncio.timeout(0.05):
                        await self._news.wait()


Make = Callable[[], Awaitable[Ear]]


@pytest.fixture(params=["memory", "redis"])
async def make(request: pytest.FixtureRequest) -> AsyncIterator[Make]:
    """Function that adds a process on the same bus: `await make()`."""
    air, ears = MemoryBroker(), list[Ear]()
    url = request.getfixturevalue("redis_url") if request.param == "redis" else ""

    async def one() -> Ear:
        ear = Ear(RedisBus(url, KEY) if url else MemoryBus(air))
        await ear.bus.start(ear.hear, ear.gap)
        ears.append(ear)
        return ear

    yield one
    for ear in ears:
        await ear.bus.stop()


# -- both buses ----------------------------------------------------------------------------------------------------------


async def test_message_reaches_all_subscribers_in_order(make: Make) -> None:
    one, two, three = await make(), await make(), await make()
    for ear in (one, two):
        await ear.bus.subscribe("a")
    await three.bus.subscribe("b")
    said = [("a", b"%d" % number) for number in range(500)]
    for channel, message in said:
        one.bus.publish(channel, message)
    one.bus.publish("b", b"the end")
    await three.until(lambda: three.heard)
    await two.until(lambda: len(two.heard) >= 500)
    await one.until(lambda: len(one.heard) >= 500)
    assert one.heard == two.heard == said
    assert three.heard == [("b", b"the end")]
    assert (one.bus.published, one.bus.dropped, two.bus.received, two.bus.bad_signatures) == (501, 0, 500, 0)


async def test_message_sent_after_subscribe_returned_is_received(make: Make) -> None:
    one, two = await make(), await make()
    for number in range(50):
        await two.bus.subscribe(f"c{number}")
        one.bus.publish(f"c{number}", b"now")
    await two.until(lambda: len(two.heard) == 50)


async def test_a_confirmation_means_that_there_may_be_a_gap(make: Make) -> None:
    ear = await make()
    ear.gaps.clear()
    await ear.bus.subscribe("a")
    assert ear.gaps == ["a"]
    await ear.bus.subscribe("a")
    assert ear.gaps == ["a"]
    ear.bus.unsubscribe("a")
    await ear.bus.subscribe("a")
    assert ear.gaps == ["a", "a"]


async def test_unsubscribed_client_gets_no_messages_until_it_subscribes_again(make: Make) -> None:
    one, two = await make(), await make()
    for _ in range(20):
        await two.bus.subscribe("a")
        two.bus.unsubscribe("a")
    one.bus.publish("a", b"unheard")
    await two.bus.subscribe("b")
    await two.bus.subscribe("a")
    one.bus.publish("a", b"heard")
    await two.until(lambda: two.heard)
    assert two.heard == [("a", b"heard")]


async def test_many_who_ask_for_the_same_wait_for_one_confirmation(make: Make) -> None:
    ear = await make()
    ear.gaps.clear()
    await asyncio.gather(*(ear.bus.subscribe("a") for _ in range(20)))
    assert ear.gaps == ["a"]


@pytest.mark.parametrize("message", [b"", b"\r\n$3\r\n", bytes(range(256)), b"x" * bus.MAX_MESSAGE_BYTES])
async def test_a_message_is_any_bytes(make: Make, message: bytes) -> None:
    ear = await make()
    await ear.bus.subscribe("a b\r\nSUBSCRIBE é")
    ear.bus.publish("a b\r\nSUBSCRIBE é", message)
    await ear.until(lambda: ear.heard)
    assert ear.heard == [("a b\r\nSUBSCRIBE é", message)]


async def test_message_that_is_too_large_is_dropped_and_counted(make: Make) -> None:
    ear = await make()
    await ear.bus.subscribe("a")
    ear.bus.publish("a", b"x" * (bus.MAX_MESSAGE_BYTES + 1))
    ear.bus.publish("a", b"small")
    await ear.until(lambda: ear.heard)
    assert ear.heard == [("a", b"small")]
    assert ear.bus.dropped == 1


async def test_a_bus_that_has_stopped_loses_what_is_said(make: Make) -> None:
    one, two = await make(), await make()
    await two.bus.subscribe("a")
    one.bus.publish("a", b"last words")
    await one.bus.stop()
    await two.until(lambda: two.heard)
    one.bus.publish("a", b"too late")
    assert one.bus.dropped == 1


async def test_message_under_way_is_not_delivered_after_its_unsubscribe() -> None:
    ear = Ear(MemoryBus())
    await ear.bus.start(ear.hear, ear.gap)
    await ear.bus.subscribe("a")
    ear.bus.publish("a", b"1")
    ear.bus.unsubscribe("a")
    await asyncio.sleep(0)
    assert ear.heard == []


def test_names_of_channels_are_told_apart() -> None:
    assert bus.board_of(bus.events_channel("presence")) == "presence"
    assert bus.board_of(bus.PRESENCE_CHANNEL) is None


# -- Redis ---------------------------------------------------------------------------------------------------------------


@pytest.fixture
def breakable(server_dir: Path) -> Iterator[Redis]:
    """A Redis of this test's own, to be broken."""
    server = Redis(server_dir / "breakable", options={"client-output-buffer-limit": "pubsub 256kb 256kb 1"})
    server.start()
    yield server
    with contextlib.suppress(ProcessLookupError):
        os.kill(server.pid, signal.SIGCONT)
    server.stop()


@contextlib.asynccontextmanager
async def on(url: str, key: bytes = KEY) -> AsyncIterator[Ear]:
    ear = Ear(RedisBus(url, key))
    await ear.bus.start(ear.hear, ear.gap)
    try:
        yield ear
    finally:
        await ear.bus.stop()


class Raw:
    """Other client of Redis."""

    def __init__(self, server: Redis) -> None:
        self._socket = socket.create_connection(("127.0.0.1", server.port))
        self._file = self._socket.makefile("rb")
        assert self.say("AUTH", server.password) == b"+OK"

    def __enter__(self) -> "Raw":
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()
        self._socket.close()

    def say(self, *command: str | bytes) -> bytes:
        """A command; the first line of its answer."""
        parts = [part if isinstance(part, bytes) else part.encode() for part in command]
        self._socket.sendall(b"*%d\r\n" % len(parts) + b"".join(b"$%d\r\n%s\r\n" % (len(part), part) for part in parts))
        line = self._file.readline().strip()
        if line[:1] == b"$":
            return self._file.read(int(line[1:]) + 2)[:-2]
        return bytes(line)


@pytest.fixture
def raw(redis: Redis) -> Iterator[Raw]:
    with Raw(redis) as speaking:
        yield speaking


async def passes(one: Ear, two: Ear, channel: str = "a") -> None:
    """Messages pass again, from one to the other. (While it recovers, some may be lost.)"""
    before = len(two.heard)
    async with asyncio.timeout(PATIENCE_S):
        while len(two.heard) == before:
            one.bus.publish(channel, b"are you there")
            await asyncio.sleep(0.05)


async def restarted(server: Redis) -> None:
    await asyncio.to_thread(server.restart)


async def killed(server: Redis) -> None:
    server.kill()
    await asyncio.sleep(0.3)
    await asyncio.to_thread(server.start)


async def lines_killed(server: Redis) -> None:
    with Raw(server) as raw:
        assert int(raw.say("CLIENT", "KILL", "TYPE", "pubsub")[1:]) == 2


async def publishers_killed(server: Redis) -> None:
    with Raw(server) as raw:
        assert int(raw.say("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes")[1:]) >= 2


async def overflowed(server: Redis) -> None:
    """A reader that is slower than what comes: Redis drops it, with all that it was still owed. Stopped, the loop reads
    nothing; the other side has no part in it."""
    name = _wire_name(server, "a")
    with Raw(server) as raw:
        for _ in range(20_000):
            raw.say("PUBLISH", name, b"x" * 1_000)


def _wire_name(server: Redis, channel: str) -> bytes:
    return RedisBus(server.url, KEY)._channel_name(channel)


@pytest.mark.parametrize("break_it", [restarted, killed, lines_killed, publishers_killed, overflowed])
async def test_any_disconnect_ends_in_a_gap_after_resubscribing(
    breakable: Redis, break_it: Callable[[Redis], Awaitable[None]]
) -> None:
    async with on(breakable.url) as one, on(breakable.url) as two:
        for ear in (one, two):
            await ear.bus.subscribe("a")
            await ear.bus.subscribe("b")
        await passes(one, two)
        one.gaps.clear()
        two.gaps.clear()
        await break_it(breakable)
        for ear in (one, two):
            await ear.until(lambda ear=ear: None in ear.gaps)
            assert set(ear.gaps[: ear.gaps.index(None)]) >= {"a", "b"}, "followed again before it is said to be up"
            assert ear.bus.up
            assert ear.bus.reconnects >= 1
        await passes(one, two)
        await passes(two, one, "b")


async def test_a_redis_that_says_nothing_is_noticed(breakable: Redis, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(redis_bus, "HEARTBEAT_TIMEOUT_S", 1.0)
    async with on(breakable.url) as ear:
        await ear.bus.subscribe("a")
        ear.gaps.clear()
        os.kill(breakable.pid, signal.SIGSTOP)
        await asyncio.wait_for(ear.bus.subscribe("b"), PATIENCE_S)  # the wait for a confirmation is bounded
        await ear.until(lambda: not ear.bus.up)
        await asyncio.wait_for(ear.bus.subscribe("c"), 0.5)
        ear.bus.publish("a", b"lost")
        assert ear.bus.dropped == 1
        os.kill(breakable.pid, signal.SIGCONT)
        await ear.until(lambda: None in ear.gaps)
        assert set(ear.gaps) == {"a", "b", "c", None}


async def test_a_line_that_swallows_everything_is_noticed(breakable: Redis, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(redis_bus, "HEARTBEAT_TIMEOUT_S", 1.0)
    async with proxy_to(f"http://127.0.0.1:{breakable.port}") as line:
        url = breakable.url.replace(f":{breakable.port}", f":{line.url.rpartition(':')[2]}")
        async with on(url) as ear:
            await ear.bus.subscribe("a")
            ear.gaps.clear()
            line.swallow()
            await ear.until(lambda: not ear.bus.up)
            line.heal()
            await ear.until(lambda: None in ear.gaps)
            await passes(ear, ear)


async def test_a_board_starts_without_redis_and_finds_it_later(breakable: Redis, caplog: pytest.LogCaptureFixture) -> None:
    breakable.stop()
    with caplog.at_level(logging.WARNING, "realtime.bus.bus"):
        async with on(breakable.url) as ear:
            assert not ear.bus.up
            await asyncio.wait_for(ear.bus.subscribe("a"), 0.5)
            await asyncio.sleep(0.5)  # several attempts
            await asyncio.to_thread(breakable.start)
            await ear.until(lambda: ear.bus.up and None in ear.gaps)
            await passes(ear, ear)
    said = [record.getMessage() for record in caplog.records]
    assert [each.partition(" (")[0] for each in said] == ["bus down", "bus up again"], "one line each way"
    assert not [each for each in said if breakable.password in each or str(breakable.port) in each]


async def test_a_forged_message_is_dropped_and_counted_and_the_journal_asked(redis: Redis, raw: Raw) -> None:
    async with on(redis.url) as one, on(redis.url, b"another installation's") as other, on(redis.url) as two:
        for ear in (one, other, two):
            await ear.bus.subscribe("a")
            ear.gaps.clear()
        name = _wire_name(redis, "a")
        sealed = one.bus._digest(name, b"true") + b"true"  # type: ignore[attr-defined]
        assert _wire_name(redis, "b") != name
        forged = [b"", b"x", sealed[:-1], b"\0" * 16 + b"true", sealed + b"!"]
        for message in forged:
            assert raw.say("PUBLISH", name, message) == b":2", "the other installation is not asked"
        # a valid message of another channel
        raw.say("PUBLISH", _wire_name(redis, "b"), sealed)
        await two.bus.subscribe("b")
        raw.say("PUBLISH", _wire_name(redis, "b"), sealed)
        await two.until(lambda: set(two.gaps) >= {"a", "b"} and two.bus.bad_signatures == len(forged) + 1)
        raw.say("PUBLISH", name, sealed)
        await two.until(lambda: two.heard)
        assert two.heard == one.heard == [("a", b"true")]
        assert one.gaps == ["a"], "once for many"
        assert not other.heard
        assert other.bus.bad_signatures == 0


async def test_an_old_heartbeat_said_again_does_not_hide_that_redis_is_silent(redis: Redis) -> None:
    async with on(redis.url) as ear:
        over: Any = ear.bus
        before = over._heartbeat_received_at
        over._on_heartbeat(b"1")
        assert over._heartbeat_received_at == before


async def test_a_user_of_few_rights_is_enough(redis: Redis, raw: Raw) -> None:
    raw.say("ACL", "LOG", "RESET")
    rights = ["resetchannels", "&board:*", "-@all", "+subscribe", "+unsubscribe", "+publish", "+ping"]
    assert raw.say("ACL", "SETUSER", "few", "on", ">p@ss/word", *rights) == b"+OK"
    url = f"redis://few:p%40ss%2Fword@127.0.0.1:{redis.port}/3"
    async with on(url) as one, on(redis.url) as two:
        assert one.bus.up
        await one.bus.subscribe("a")
        await two.bus.subscribe("a")
        one.bus.publish("a", b"by few")
        await one.until(lambda: one.heard)
        await two.until(lambda: two.heard)
    assert raw.say("ACL", "LOG") == b"*0", "it tried nothing that it may not do"
    raw.say("ACL", "DELUSER", "few")


@pytest.mark.parametrize("rights", [["+subscribe", "+unsubscribe"], ["+publish"], []])
async def test_too_few_rights_or_a_wrong_password_are_a_bus_that_is_down(
    redis: Redis, raw: Raw, rights: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(redis_bus, "HEARTBEAT_TIMEOUT_S", 0.5)
    raw.say("ACL", "SETUSER", "none", "on", ">pass", "resetchannels", "&board:*", "-@all", *rights)
    for password in ("pass", "wrong"):
        async with on(f"redis://none:{password}@127.0.0.1:{redis.port}") as ear:
            assert not ear.bus.up
            await asyncio.wait_for(ear.bus.subscribe("a"), 0.5)
    raw.say("ACL", "DELUSER", "none")


async def test_a_redis_that_is_too_old_is_refused(redis: Redis, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(redis_bus, "MIN_VERSION", 99)
    with pytest.raises(BusMisconfigured, match="too old"):
        async with on(redis.url):
            pass


@pytest.mark.parametrize("url", ["", "http://x", "localhost", "redis://h:port", "redis://h?no_such_thing=1", "redis://h:1?db=x"])
def test_a_url_that_names_no_redis_is_refused_without_repeating_it(url: str) -> None:
    with pytest.raises(ValueError, match=r"^REDIS_URL is like redis://user:password@host:6379, rediss://"):
        RedisBus(url, KEY)


async def test_over_a_socket_of_this_machine(server_dir: Path) -> None:
    path = server_dir / "sock"
    server = Redis(server_dir / "unix", options={"unixsocket": str(path), "unixsocketperm": "777"})
    server.start()
    try:
        async with on(f"unix://:{server.password}@{path}") as ear:
            await ear.bus.subscribe("a")
            await passes(ear, ear)
    finally:
        server.stop()


async def test_over_tls_by_a_certificate_that_is_checked(redis: Redis, tmp_path: Path) -> None:
    """A proxy stands for the TLS that a Redis can be built with: the binary from the package index has none."""
    key, certificate = tmp_path / "key", tmp_path / "certificate"
    made = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "1",
            "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost", "-keyout", key, "-out", certificate]  # fmt: skip
    subprocess.run(made, check=True, capture_output=True)  # type: ignore[arg-type]
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)

    async def pipe(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError):
            while data := await reader.read(65_536):
                writer.write(data)
        writer.close()

    async def through(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        inner_reader, inner_writer = await asyncio.open_connection("127.0.0.1", redis.port)
        await asyncio.gather(pipe(reader, inner_writer), pipe(inner_reader, writer))

    async with await asyncio.start_server(through, "127.0.0.1", 0, ssl=context) as server:
        port = server.sockets[0].getsockname()[1]
        url = f"rediss://:{redis.password}@localhost:{port}?ssl_ca_certs={certificate}"
        async with on(url) as ear:
            await ear.bus.subscribe("a")
            await passes(ear, ear)
        async with on(f"rediss://:{redis.password}@localhost:{port}") as ear:
            assert not ear.bus.up, "a certificate that nobody vouches for"


async def test_queue_of_outgoing_messages_is_bounded(breakable: Redis, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(redis_connection, "MAX_QUEUED_BYTES", 100_000)
    async with on(breakable.url) as ear:
        await ear.bus.subscribe("a")
        for _ in range(200):
            ear.bus.publish("a", b"x" * 1_000)
        assert 0 < ear.bus.dropped < 200
        assert ear.bus.dropped + ear.bus.published == 200
        await ear.until(lambda: len(ear.heard) == ear.bus.published)


async def test_channels_without_room_in_a_request_are_not_forgotten(redis: Redis, monkeypatch: pytest.MonkeyPatch) -> None:
    async with on(redis.url) as ear:
        monkeypatch.setattr(redis_connection, "MAX_QUEUED", 10)
        following = [asyncio.create_task(ear.bus.subscribe(f"c{number}")) for number in range(20)]
        await asyncio.sleep(0)
        monkeypatch.setattr(redis_connection, "MAX_QUEUED", 10_000)
        await asyncio.gather(*following)
        await ear.until(lambda: {f"c{number}" for number in range(20)} <= set(ear.gaps))
        assert ear.bus.reconnects == 1
        await passes(ear, ear, "c19")


async def test_a_dead_host_is_given_up_by_the_kernel_too(redis: Redis) -> None:
    made: Any = redis_connection.connection_of(redis.url)
    await made.connect()
    wire = made._writer.get_extra_info("socket")
    assert wire.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE) == 1
    assert wire.getsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT) == 5_000
    assert "Hiredis" in type(made._parser).__name__
    await made.disconnect()


async def test_embedded_bus_knows_whether_another_process_listens() -> None:
    air = MemoryBroker()
    one, two = MemoryBus(air), MemoryBus(air)
    for bus_of in (one, two):
        await bus_of.start(lambda channel, message: None, lambda channel: None)
    await one.subscribe("a")
    assert (one.reaches_others("a"), two.reaches_others("a")) == (False, True)
    await two.subscribe("a")
    assert (one.reaches_others("a"), two.reaches_others("a"), one.reaches_others("b")) == (True, True, False)
