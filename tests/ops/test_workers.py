"""Several workers behind one address: what one does the others see, and none that dies, hangs or is restarted loses anything."""

import asyncio
import contextlib
import json
import os
import signal
from collections.abc import AsyncIterator
from typing import Any

import httpx2 as httpx
import pytest
from websockets.asyncio.client import ClientConnection
from websockets.exceptions import WebSocketException

from board.dev import Postgres, Redis
from tests.support.backends import fresh_database
from tests.support.people import PATIENCE_S, new_id
from tests.support.worker_processes import SERVE, WorkerProcesses, is_running, running_workers, wait_until

SEARCH = {"kind": "runaway", "person": {"first_name": "Noor"}, "missing_since": "2026-11-24T15:10:00Z"}
CROWDED = """
import errno
from board.server import worker_process
begin, starts = worker_process.subprocess.Popen, []
def popen(command, **more):
    if command[1:3] == worker_process.ARGUMENTS:
        starts.append(command)
        if len(starts) in (2, 4):
            raise BlockingIOError(errno.EAGAIN, "no room for one more")
    return begin(command, **more)
worker_process.subprocess.Popen = popen
"""
DEAF = """
import os, sys
from board.server import supervisor, worker_process
supervisor.STOP_TIMEOUT_S = 1.0
worker_process.ARGUMENTS = ["-c", '''
import os, sys
from board.server import serve, worker
serve.GracefulServer.handle_exit = lambda self, sig, frame: None
worker.os.kill = lambda pid, sig: os._exit(1)  # but when the supervisor is gone it goes too
worker.main(*map(int, sys.argv[1:]))
''']
log = supervisor.log
class Log:
    def __getattr__(self, name):
        return getattr(log, name)
    def error(self, event, **more):
        log.error(event, **more, here=os.path.exists(f"/proc/{more['worker_pid']}"))
supervisor.log = Log()
"""
HASTY = "from board.server import supervisor; supervisor.HEARTBEAT_TIMEOUT_S = 3.0"


async def hear(socket: ClientConnection, **like: Any) -> dict[str, Any]:
    """The next frame that is like this."""
    async with asyncio.timeout(PATIENCE_S):
        while True:
            frame: dict[str, Any] = json.loads(await socket.recv())
            if frame.items() >= like.items():
                return frame


async def give(socket: ClientConnection, board: str, name: str, data: Any, id: str | None = None) -> dict[str, Any]:
    id = id or new_id()
    await socket.send(json.dumps({"type": "command", "id": id, "board": board, "name": name, "data": data}))
    return await hear(socket, id=id)


async def follow(socket: ClientConnection, board: str) -> None:
    await socket.send(json.dumps({"type": "subscribe", "board": board}))
    await hear(socket, type="subscribed", board=board)


@pytest.fixture(scope="module")
async def workers(postgres: Postgres, redis: Redis) -> AsyncIterator[WorkerProcesses]:
    """Two, for all scenes that leave two behind."""
    with fresh_database(postgres) as url:
        async with running_workers(url, 2, redis.url, MAX_SOCKETS_PER_ACCOUNT="0") as two:
            yield two
            assert await two.end() == 0


async def test_a_search_opened_on_one_worker_is_seen_on_the_other(workers: WorkerProcesses) -> None:
    one, two = workers.pids
    alice, bob = await workers.come_to(await workers.hire("Alice", "coordinator"), one), None
    bob = await workers.come_to(await workers.hire("Bob", "investigator"), two)
    await follow(bob, "operations")
    opened = (await give(alice, "operations", "search.open", SEARCH))["opened"]
    seen = await hear(bob, type="events", board="operations")
    assert [event["id"] for event in seen["events"]] == [opened]
    await follow(bob, opened)
    await follow(alice, opened)
    await give(bob, opened, "note.add", {"text": "Seen at the station."})
    assert [event["type"] for event in (await hear(alice, type="events", board=opened))["events"]] == ["note.added"]
    told = await workers.metrics()
    assert all(f'board_connections{{process="{pid}"}} ' in told for pid in (one, two))
    assert 'board_commands_total{outcome="ok"} 2.0' in told


async def test_each_worker_takes_its_share_of_a_burst(workers: WorkerProcesses) -> None:
    token, pids = await workers.hire("Alice", "coordinator"), workers.pids
    for pid in pids:
        os.kill(pid, signal.SIGSTOP)
    coming = [asyncio.create_task(workers.add_person(token)) for _ in range(100)]
    await wait_until(lambda: workers.waiting == len(coming))
    for pid in pids:
        os.kill(pid, signal.SIGCONT)
    sockets = await asyncio.gather(*coming)
    by_worker = [sum(workers.serving(socket) == pid for socket in sockets) for pid in pids]
    assert min(by_worker) >= 25, by_worker
    await asyncio.gather(*(socket.close() for socket in sockets))


async def test_a_worker_that_is_killed_is_replaced_and_the_others_notice_nothing(workers: WorkerProcesses) -> None:
    one, two = workers.pids
    token = await workers.hire("Alice", "coordinator")
    there, here = await workers.come_to(token, one), await workers.come_to(token, two)
    os.kill(one, signal.SIGKILL)
    with pytest.raises(WebSocketException):
        await hear(there, type="never")
    assert (await give(here, "operations", "search.open", SEARCH))["type"] == "ack"
    fresh = await wait_until(lambda: [pid for pid in workers.pids if pid not in (one, two)])
    await (await workers.come_to(token, fresh[0])).close()
    told = await workers.metrics()
    assert f'process="{one}"' not in told
    assert f'process="{two}"' in told
    assert any('"worker exited"' in line and f'"worker_pid": {one}' in line for line in workers.said)


class Steady:
    """Client that works on through any failure: it reconnects, and resends unanswered commands."""

    def __init__(self, workers: WorkerProcesses, token: str, board: str) -> None:
        self.workers, self.token, self.board = workers, token, board
        self.acks: list[dict[str, Any]] = []
        self.closes: list[int | None] = []
        self.enough = False

    async def work(self) -> None:
        pending = None
        while not self.enough:
            socket = await self.workers.add_person(self.token)  # a refused connection fails the test
            with contextlib.suppress(WebSocketException):
                while not self.enough:
                    pending = pending or new_id()
                    answer = await give(socket, self.board, "note.add", {"text": pending}, pending)
                    assert answer["type"] == "ack", answer
                    self.acks.append(answer)
                    pending = None
            await socket.close()
            self.closes.append(socket.close_code)


@pytest.mark.slow
async def test_a_rolling_restart_drops_nothing(workers: WorkerProcesses) -> None:
    before, said = set(workers.pids), len(workers.said)
    token = await workers.hire("Alice", "coordinator")
    alice = await workers.add_person(token)
    board = (await give(alice, "operations", "search.open", SEARCH))["opened"]
    steady = [Steady(workers, token, board) for _ in range(4)]
    work = [asyncio.create_task(each.work()) for each in steady]
    asked = 0
    workers.process.send_signal(signal.SIGHUP)
    while before & set(workers.pids):
        async with httpx.AsyncClient(timeout=PATIENCE_S) as http:  # a new connection each time
            assert (await http.get(f"{workers.url}/healthz")).status_code == 200
        asked += 1
        assert not any(task.done() for task in work), [task for task in work if task.done()]
        await asyncio.sleep(0.01)
    for each in steady:
        each.enough = True
    await asyncio.wait_for(asyncio.gather(*work), 3 * PATIENCE_S)
    assert asked > 10
    assert len(workers.pids) == 2
    assert {code for each in steady for code in each.closes} == {1012, 1000}
    seqs = [seq for each in steady for ack in each.acks for seq in ack["seqs"]]
    assert len(set(seqs)) == len(seqs) > 0
    assert not any('"worker exited"' in line or '"worker killed: unresponsive"' in line for line in workers.said[said:])


@pytest.mark.slow
async def test_a_worker_that_does_not_answer_is_noticed_and_replaced(postgres_url: str, redis_url: str) -> None:
    async with running_workers(postgres_url, 2, redis_url, first=HASTY) as workers:
        one, two = workers.pids
        os.kill(one, signal.SIGSTOP)
        await wait_until(lambda: not is_running(one))
        await wait_until(
            lambda: any('"worker killed: unresponsive"' in line and f'"worker_pid": {one}' in line for line in workers.said)
        )
        fresh = await wait_until(lambda: [pid for pid in workers.pids if pid not in (one, two)])
        await (await workers.come_to(await workers.hire("Alice", "coordinator"), fresh[0])).close()
        assert two in workers.pids
        assert await workers.end() == 0


@pytest.mark.slow
async def test_failed_worker_start_is_retried_and_costs_no_worker(postgres_url: str, redis_url: str) -> None:
    async with running_workers(postgres_url, 2, redis_url, first=CROWDED) as workers:
        before = set(workers.pids)
        assert len(before) == 2
        await wait_until(lambda: any('"worker not started"' in line for line in workers.said))
        (failed,) = (json.loads(line) for line in workers.said if '"worker not started"' in line)
        assert (failed["worker"], failed["code"], failed["error"]) == (2, "EAGAIN", "BlockingIOError")
        workers.process.send_signal(signal.SIGHUP)
        await wait_until(lambda: any('"rolling restart aborted"' in line for line in workers.said))
        assert set(workers.pids) == before
        assert await workers.metrics()
        workers.process.send_signal(signal.SIGHUP)  # there is room again
        await wait_until(lambda: len(workers.pids) == 2 and not before & set(workers.pids))
        assert await workers.end() == 0


@pytest.mark.slow
async def test_workers_end_when_their_supervisor_is_killed(postgres_url: str, redis_url: str) -> None:
    async with running_workers(postgres_url, 2, redis_url) as workers:
        pids = workers.pids
        alice = await workers.add_person(await workers.hire("Alice", "coordinator"))
        workers.process.kill()
        await workers.process.wait()
        with pytest.raises(WebSocketException):
            await hear(alice, type="never")
        assert alice.close_code == 1012
        await wait_until(lambda: not any(map(is_running, pids)))


@pytest.mark.slow
async def test_all_end_in_time_also_with_one_that_hangs(postgres_url: str, redis_url: str) -> None:
    async with running_workers(postgres_url, 2, redis_url) as workers:
        pids = workers.pids
        os.kill(pids[0], signal.SIGSTOP)
        assert await workers.end() == 0
        assert not any(map(is_running, pids))


@pytest.mark.slow
async def test_worker_that_ignores_shutdown_is_killed_and_then_logged(postgres_url: str, redis_url: str) -> None:
    async with running_workers(postgres_url, 2, redis_url, first=DEAF) as workers:
        pids = workers.pids
        assert await workers.end() == 0
        assert not any(map(is_running, pids))
        killed = [json.loads(line) for line in workers.said if '"worker killed: unresponsive"' in line]
        assert {line["worker_pid"] for line in killed} == set(pids)
        assert all(line["stopping"] and line["ready"] and not line["here"] for line in killed)


@pytest.mark.slow
async def test_workers_that_can_not_begin_end_the_supervisor_in_a_sentence(postgres_url: str, redis_url: str) -> None:
    broken = "import sys; from board.server import worker_process; worker_process.ARGUMENTS = ['-c', 'raise SystemExit(3)']"
    workers = WorkerProcesses(postgres_url, 2, redis_url, first=broken)
    process = await asyncio.create_subprocess_exec(
        *workers.command, env=workers.environment, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
    )
    out, said = await asyncio.wait_for(process.communicate(), 6 * PATIENCE_S)
    assert (process.returncode, out) == (1, b"")
    assert said.decode().splitlines()[-1] == "The workers exit as soon as they start. Their messages are above."
    assert b"Traceback" not in said
    assert SERVE in workers.command[2]
