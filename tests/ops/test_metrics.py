"""Metrics: numbers of all workers at once, and nothing about the searches."""

import asyncio
import contextlib
import json
import re
from collections.abc import Iterator
from pathlib import Path

import httpx2 as httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families

from board import app
from board.bootstrap import ROOT
from board.telemetry import metrics
from models.db.database import Database
from models.db.schema import migrate
from tests.ops.test_workers import SEARCH, follow, give, hear
from tests.support.people import Person
from tests.support.worker_processes import WorkerProcesses, running_workers, wait_until

LABELS = {"process", "worker", "outcome", "reason", "at", "le", "way", "queue", "disk", "kind"}


class Told:
    """Answer of /metrics."""

    def __init__(self, text: str) -> None:
        self.samples = [sample for family in text_string_to_metric_families(text) for sample in family.samples]

    def __call__(self, name: str, **labels: str) -> float:
        """The sum of a metric's samples with these labels; those that are not there count nothing."""
        return sum(s.value for s in self.samples if s.name == name and s.labels.items() >= labels.items())

    def words(self) -> Iterator[str]:
        for sample in self.samples:
            yield from sample.labels.values()


async def _until_told(workers: WorkerProcesses, **wanted: float) -> Told:
    """Wait until these metrics have these values: each worker writes its own once a second."""
    told = Told(await workers.metrics())
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(10):
            while {name: told(f"board_{name}") for name in wanted} != wanted:
                await asyncio.sleep(0.1)
                told = Told(await workers.metrics())
    assert {name: told(f"board_{name}") for name in wanted} == wanted
    return told


async def _played(workers: WorkerProcesses, one: int, two: int) -> tuple[str, Told]:
    alice = await workers.come_to(await workers.hire("Alice", "coordinator"), one)
    bob = await workers.come_to(await workers.hire("Bob", "viewer"), two)
    board = (await give(alice, "operations", "search.open", SEARCH))["opened"]
    await follow(alice, "operations")
    await bob.send(json.dumps({"type": "subscribe", "board": board}))
    at = await hear(bob, type="subscribed", board=board)
    await bob.send(json.dumps({"type": "subscribe", "board": board, "epoch": at["epoch"], "after": at["seq"] - 1}))
    await hear(bob, type="subscribed", board=board)
    await bob.send(json.dumps({"type": "subscribe", "board": board, "epoch": "another", "after": 3}))
    at = await hear(bob, type="subscribed", board=board)
    seqs = (await give(alice, board, "note.add", {"text": "Seen at the station."}))["seqs"]
    await hear(bob, type="events", board=board)
    assert (await give(bob, board, "note.add", {"text": "No."}))["code"] == "forbidden"
    assert (await give(alice, board, "note.add", {}))["code"] == "invalid"
    told = await _until_told(
        workers, connections=2, subscriptions=2, subscribe_resumed_total=1, subscribe_reset_total=1, subscribe_fresh_total=2
    )
    assert told("board_max_seq") >= seqs[0]
    assert told("board_commands_total", outcome="ok") == 2
    assert told("board_commands_total", outcome="forbidden") == 1
    assert told("board_commands_total", outcome="invalid") == 1
    assert told("board_commit_seconds_count") == 2
    assert told("board_delivery_delay_seconds_count") >= (one != two)
    assert {sample for each in told.samples for sample in each.labels} <= LABELS
    assert not {board, "operations", "Alice", "Bob", "Noor"} & set(told.words())
    await alice.close()
    await bob.close()
    return board, told


@pytest.mark.slow
async def test_one_answer_covers_all_workers(postgres_url: str, redis_url: str) -> None:
    async with running_workers(postgres_url, 2, redis_url) as workers:
        one, two = workers.pids
        _, told = await _played(workers, one, two)
        for pid in (one, two):
            assert told("board_connections", process=str(pid)) == 1
            assert told("board_worker_info", process=str(pid)) == 1
            assert told("board_bus_up", process=str(pid)) == 1
        assert {each.labels["worker"] for each in told.samples if each.name == "board_worker_info"} == {"1", "2"}
        # Counters outlive their process; gauges do not.
        workers.process.send_signal(1)  # a rolling restart
        await wait_until(lambda: not {one, two} & set(workers.pids))
        told = await _until_told(workers, worker_info=2, connections=0, subscribe_resumed_total=1)
        assert told("board_commands_total", outcome="ok") == 2
        assert {each.labels["process"] for each in told.samples if each.name == "board_worker_info"} == set(
            map(str, workers.pids)
        )
        assert await workers.end() == 0


async def test_single_process_has_the_same_metrics(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path}/board.db")
    await asyncio.to_thread(migrate, database)
    await database.close()
    async with running_workers(database.url, 1) as workers:
        workers_pid = workers.process.pid
        _, told = await _played(workers, workers_pid, workers_pid)
        assert told("board_worker_info", process=str(workers_pid), worker="0") == 1
        assert await workers.end() == 0


def test_deprecated_names_carry_the_same_values() -> None:
    metrics.event_loop_stalls.inc(3)
    metrics._subscriptions.labels("1").set(7)
    text = metrics.render().decode()
    told = Told(text)
    families = {family.name for family in metrics.registry.collect()}
    for new, old in metrics.DEPRECATED.items():
        assert new in families, new
        values = [
            sorted((s.labels.items(), s.value) for s in told.samples if s.name in (name, f"{name}_total")) for name in (new, old)
        ]
        assert values[0] == values[1], new
        assert re.search(rf"^# HELP {old}(_total)? Deprecated: use {new}(_total)?\.$", text, re.M), new
    assert told("board_loop_stuck_total") == told("board_event_loop_stalls_total") >= 3
    assert told("board_readers", process="1") == 7


def test_every_metric_is_in_the_reference() -> None:
    page = (ROOT / "board/docs/reference/metrics.md").read_text(encoding="utf-8")
    for family in metrics.registry.collect():
        name = f"{family.name}_total" if family.type == "counter" else family.name
        (row,) = [line for line in page.splitlines() if line.startswith(f"| `{name}`")]
        if (old := metrics.DEPRECATED.get(family.name)) is not None:
            assert f"`{name.replace(family.name, old)}`" in row


async def _asked(alice: Person, peer: tuple[str, int] | None, **headers: str) -> int:
    """Return the answer to a request without a token from this address."""
    door = httpx.ASGITransport(app.create_app(alice.server.service), client=peer)  # type: ignore[arg-type]
    given = {name.replace("_", "-"): value for name, value in headers.items()}
    async with httpx.AsyncClient(transport=door, base_url="http://board.example") as http:
        return (await http.get("/metrics", headers=given)).status_code


@pytest.mark.parametrize(
    "header",
    ["Forwarded", "Via", "X_Forwarded_For", "X_Forwarded_Host", "X_Forwarded_Proto", "X_Real_IP", "CF_Connecting_IP"],
)
async def test_requests_through_a_local_proxy_are_not_local(alice: Person, header: str) -> None:
    here = ("127.0.0.1", 1)
    assert await _asked(alice, here) == 200
    assert await _asked(alice, here, **{header: "x"}) == 401
    assert await _asked(alice, here, **{header: ""}) == 401


@pytest.mark.parametrize("peer", ["127.0.0.1", "127.8.9.1", "::1", "::ffff:127.0.0.1"])
async def test_this_machine_needs_no_token(alice: Person, peer: str) -> None:
    assert await _asked(alice, (peer, 1)) == 200


@pytest.mark.parametrize("peer", ["192.0.2.1", "::ffff:192.0.2.1", "2001:db8::1", "", "localhost"])
async def test_another_does(alice: Person, peer: str) -> None:
    assert await _asked(alice, (peer, 1)) == 401


async def test_behind_a_unix_socket_stands_a_proxy(alice: Person) -> None:
    assert await _asked(alice, None) == 401
