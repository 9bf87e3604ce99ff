"""Two server machines, one PostgreSQL and one Redis: one machine is cut off and healed, and every promise holds on both."""

import asyncio
import contextlib
import os
import secrets
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, cast

import pytest
from websockets.asyncio.client import connect

from board.dev import Postgres, Redis
from tests.support.network_namespaces import Host, NamespacesUnavailable, Network, network
from tests.support.people import STARTS_WITHIN_S, Person, Server, new_id
from tests.support.worker_processes import SERVE, WorkerProcesses, wait_until

HEALS_WITHIN_S = 60
PORT = 8000  # nobody else is on these machines
AGAIN_S = 0.1  # a writer that got "unavailable" resends the command


@pytest.fixture(scope="module")
def lines() -> Iterator[Network]:
    try:
        with network() as made:
            yield made
    except NamespacesUnavailable as why:
        pytest.skip(f"network namespaces can't be made here: {why}")


@dataclass
class Machine:
    """A server on a machine of its own."""

    host: Host
    environment: dict[str, str]

    @property
    def server(self) -> Server:
        """Server in the form that the helpers for people need."""
        return replace(_NOWHERE, url=f"http://{self.host.address}:{PORT}")

    async def start(self) -> None:
        words = [sys.executable, "-c", SERVE, "serve", "--host", self.host.address, "--port", str(PORT)]
        self.process = await asyncio.create_subprocess_exec(
            *self.host.command(*words), env=self.environment, stdout=subprocess.PIPE
        )
        assert self.process.stdout is not None
        line = await asyncio.wait_for(self.process.stdout.readline(), STARTS_WITHIN_S)
        assert line.startswith(b"listening on "), line

    async def stop(self) -> None:
        with contextlib.suppress(ProcessLookupError):
            self.process.send_signal(signal.SIGTERM)
        assert await asyncio.wait_for(self.process.wait(), 15) == 0


_NOWHERE = Server(service=cast(Any, None), url="", uvicorn=cast(Any, None))


class Writer(Person):
    """Writer that sends each command with its own id until it is acknowledged, whatever the network and the server answer."""

    board: str

    def _handle(self, frame: dict[str, Any]) -> None:
        if frame["type"] in ("ack", "refused"):
            waiting = self._answers.get(frame["id"])
            if waiting is None or waiting.done():
                return  # for a resent command that was, or will be, answered twice
        super()._handle(frame)

    def begin(self, board: str) -> None:
        self.board, self.acked, self.stopping = board, dict[str, list[int]](), False
        self.refused = Counter[str]()
        self.writing = asyncio.create_task(self._write())

    async def _write(self) -> None:
        while not self.stopping:
            id = new_id()
            frame = {"type": "command", "id": id, "board": self.board, "name": "note.add", "data": {"text": f"note {id}"}}
            self.acked[id] = (await self._until_acknowledged(frame))["seqs"]
            await asyncio.sleep(AGAIN_S / 10)

    async def _until_acknowledged(self, frame: dict[str, Any]) -> dict[str, Any]:
        while True:
            with contextlib.suppress(TimeoutError):
                answer = await self.start_command(frame)
                if answer["type"] == "ack":
                    return answer
                assert answer["code"] == "unavailable", answer
                self.refused[answer["code"]] += 1
                await asyncio.sleep(AGAIN_S)

    async def end(self) -> None:
        self.stopping = True
        await asyncio.wait_for(self.writing, HEALS_WITHIN_S)

    def goes_on(self) -> None:
        """Raise the error that ended this person's writing or connection."""
        if self.writing.done():
            self.writing.result()
        assert self.close_code is None
        assert not self.failures()

    def failures(self) -> list[dict[str, Any]]:
        """Return the errors that ended this person's reading."""
        return [frame for frame in self.frames if frame["type"] == "failure"]

    def heads(self) -> int:
        """Return how often this person received heads."""
        return sum(frame["type"] == "heads" for frame in self.frames)


async def writer(machine: Machine, token: str) -> Writer:
    connected = await connect(machine.server.ws, additional_headers={"Authorization": f"Bearer {token}"}, max_size=None)
    person = Writer(machine.server, token, connected)
    await person.wait_until(lambda: person.account)
    return person


@pytest.fixture(scope="module")
async def machines(lines: Network, server_dir: Path) -> AsyncIterator[tuple[Machine, Machine]]:
    """Both, over servers that listen on the line between them."""
    postgres = Postgres(server_dir / "hosts-postgres", fsync=False, host=lines.servers)
    redis = Redis(server_dir / "hosts-redis", host=lines.servers)
    postgres.start()
    redis.start()
    environment = os.environ | {
        "DATABASE_URL": postgres.create("board"), "REDIS_URL": redis.url, "SECRET_KEY": secrets.token_urlsafe(32),
        "MAX_MESSAGES_PER_SECOND": "0", "WORKERS": "1",
    }  # fmt: skip
    pair = tuple(Machine(host, environment) for host in lines.hosts)
    try:
        for machine in pair:
            await machine.start()
        yield cast(tuple[Machine, Machine], pair)
        for machine in pair:
            await machine.stop()
    finally:
        for machine in pair:
            with contextlib.suppress(ProcessLookupError, AttributeError):
                machine.process.kill()
        redis.stop()
        postgres.stop()


@pytest.mark.parametrize(
    "cut", [pytest.param(Host.swallow, id="silent"), pytest.param(Host.pull_the_plug, id="unplugged", marks=pytest.mark.slow)]
)
async def test_partitioned_machine_loses_nothing_and_doubles_nothing(machines: tuple[Machine, Machine], cut: Any) -> None:
    one, other = machines
    browsers = WorkerProcesses(one.environment["DATABASE_URL"], 1)
    alice = await writer(one, await browsers.hire("Alice", "coordinator"))
    bob = await writer(other, await browsers.hire("Bob", "investigator"))
    search = await alice.open_search()
    for person in (alice, bob):
        await person.subscribe(search)
    for person in (alice, bob):
        person.begin(search)
    await wait_until(lambda: min(len(alice.acked), len(bob.acked)) > 20 and min(alice.heads(), bob.heads()) > 0)

    cut(other.host)
    try:
        await wait_until(lambda: bob.refused["unavailable"], HEALS_WITHIN_S)
        at_cut, elsewhere, given = bob.heads(), alice.heads(), len(alice.acked)
        await wait_until(lambda: alice.heads() > elsewhere + 1, HEALS_WITHIN_S)
        assert bob.heads() == at_cut  # his screen says that it may not be current
        # hers continues: if he was cut within a transaction, once the database gives up his lock of the board
        await wait_until(lambda: len(alice.acked) > given, HEALS_WITHIN_S)
        assert bob.close_code is None
        assert (await bob.http.get("/readyz")).status_code == 503
        assert (await alice.http.get("/readyz")).status_code == 200
        missed = alice.boards[search].seq - bob.boards[search].seq
        assert missed > 0
    finally:
        other.host.heal()

    back = len(bob.acked)

    def has_come_back() -> bool:
        for person in (alice, bob):
            person.goes_on()
        return bob.heads() > at_cut and len(bob.acked) > back

    await wait_until(has_come_back, HEALS_WITHIN_S)
    for person in (alice, bob):
        await person.end()
    for person in (alice, bob):
        fresh = await person.snapshot(search)
        screen = await person.wait_for_seq(search, fresh["seq"])  # the replica fails unless each event comes once and in order
        assert screen.entities == fresh["entities"]
    command_of = {event["seq"]: event["command"] for event in bob.boards[search].events}
    for person in (alice, bob):
        for id, seqs in person.acked.items():
            assert [command_of[seq] for seq in seqs] == [id]
    notes = Counter(state["text"] for state in alice.boards[search].of_kind("note").values())
    assert notes == Counter(f"note {id}" for person in (alice, bob) for id in person.acked)
    for person in (alice, bob):
        await person.close()
        assert not person.failures()
