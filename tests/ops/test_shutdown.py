"""A server that is told to end: it takes nobody new, lets everybody go in their turn, and loses nothing that it acknowledged."""

import asyncio
import contextlib
import json
import signal
import socket
from pathlib import Path

import httpx2 as httpx
import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from board.server.serve import MAX_CLOSED_AT_ONCE, uvicorn_config
from board.service import BoardService
from tests.ops import test_crash_recovery
from tests.ops.test_crash_recovery import Process
from tests.ops.test_workers import follow, give, hear
from tests.realtime.test_slow_reader import stalled
from tests.support import backends
from tests.support.people import PATIENCE_S, new_id, settings_for
from tests.support.worker_processes import running_workers

MANY = MAX_CLOSED_AT_ONCE + 30


async def _serve(folder: Path) -> tuple[Process, str]:
    """A server in a process of its own, and Alice's token."""
    token = test_crash_recovery.prepare(folder)
    process = Process(folder)
    process.environment["MAX_SOCKETS_PER_ACCOUNT"] = "0"
    await process.start()
    return process, token


async def _come(process: Process, token: str) -> ClientConnection:
    headers = {"Authorization": f"Bearer {token}"}
    return await connect(process.url.replace("http", "ws") + "/ws", additional_headers=headers, max_size=None)


async def _gone(process: Process) -> int:
    return await asyncio.wait_for(process.process.wait(), 15)


@pytest.mark.slow
async def test_clients_are_closed_one_after_the_other_and_served_until_then(tmp_path: Path) -> None:
    process, token = await _serve(tmp_path)
    board = await test_crash_recovery.open_search(process, token)
    sockets = await asyncio.gather(*(_come(process, token) for _ in range(MANY)))
    async with httpx.AsyncClient(base_url=process.url, timeout=PATIENCE_S) as http:
        assert (await http.get("/readyz")).status_code == 200
        process.process.send_signal(signal.SIGTERM)
        closing = [asyncio.create_task(each.wait_closed()) for each in sockets]
        await asyncio.wait(closing, timeout=PATIENCE_S, return_when=asyncio.FIRST_COMPLETED)
        # Now some connections are closed. The others are served; on an open one a balancer is told to look
        # elsewhere, and new ones are refused.
        here = [each for each in sockets if each.close_code is None]
        assert here
        served = 0
        for each in here:
            try:
                served += (await give(each, board, "note.add", {"text": "Still here."}))["type"] == "ack"
            except ConnectionClosed:
                continue
            break
        assert served == 1
        answer = await http.get("/readyz")
        assert (answer.status_code, answer.json()["going"], answer.headers["Retry-After"]) == (503, True, "5")
        with pytest.raises(OSError, match=r"refused|Connect call failed"):
            await _come(process, token)
        await asyncio.wait_for(asyncio.gather(*closing), 15)
    assert {each.close_code for each in sockets} == {1012}
    assert await _gone(process) == 0


@pytest.mark.slow
async def test_commands_under_way_are_answered_before_the_goodbye(tmp_path: Path) -> None:
    process, token = await _serve(tmp_path)
    board = await test_crash_recovery.open_search(process, token)
    sockets = [await _come(process, token) for _ in range(4)]
    ids = [[new_id() for _ in range(30)] for _ in sockets]

    async def storm(each: ClientConnection, ids: list[str]) -> dict[str, list[int]]:
        acked: dict[str, list[int]] = {}
        for id in ids:
            frame = {"type": "command", "id": id, "board": board, "name": "sighting.add", "data": {"description": id}}
            await each.send(json.dumps(frame))
        process.process.send_signal(signal.SIGTERM)  # four signals in all: one is enough, and more do no harm
        try:
            while True:
                answer = json.loads(await each.recv())
                if answer["type"] == "ack":
                    acked[answer["id"]] = answer["seqs"]
        except ConnectionClosed:
            assert each.close_code == 1012
        return acked

    answers = await asyncio.wait_for(asyncio.gather(*map(storm, sockets, ids)), 15)
    assert await _gone(process) == 0
    assert sum(map(len, answers)) > 0
    writers = [test_crash_recovery.Writer(process, token, board) for _ in sockets]
    for writer, acked in zip(writers, answers, strict=True):
        writer.acked = acked
    test_crash_recovery.check(tmp_path, board, writers)


async def test_each_command_has_its_answer_after_the_restart_and_ran_once(tmp_path: Path) -> None:
    process, token = await _serve(tmp_path)
    board = await test_crash_recovery.open_search(process, token)
    commands = [
        {"type": "command", "id": new_id(), "board": board, "name": "sighting.add", "data": {"description": f"Seen {number}"}}
        for number in range(30)
    ]
    writer = test_crash_recovery.Writer(process, token, board)
    before = await _come(process, token)
    for command in commands:
        await before.send(json.dumps(command))
    process.process.send_signal(signal.SIGTERM)  # no or few answers yet
    with contextlib.suppress(ConnectionClosed):
        while True:
            answer = json.loads(await asyncio.wait_for(before.recv(), PATIENCE_S))
            assert answer["type"] != "refused", answer
            if answer["type"] == "ack":
                writer.acked[answer["id"]] = answer["seqs"]
    assert before.close_code == 1012
    assert await _gone(process) == 0
    await process.start()
    after = await _come(process, token)
    for command in commands:
        await after.send(json.dumps(command))
        answer = await hear(after, type="ack", id=command["id"])
        assert writer.acked.setdefault(answer["id"], answer["seqs"]) == answer["seqs"]
    await after.close()
    await process.end(signal.SIGTERM)
    test_crash_recovery.check(tmp_path, board, [writer])
    seqs = [seq for seqs in writer.acked.values() for seq in seqs]
    assert len(writer.acked) == len(seqs) == len(set(seqs)) == len(commands)


@pytest.mark.slow
async def test_it_ends_in_time_with_clients_that_do_not_read_or_say_nothing(tmp_path: Path) -> None:
    process, token = await _serve(tmp_path)
    board = await test_crash_recovery.open_search(process, token)
    deaf = await stalled(process.url, token, board)
    silent = socket.create_connection(("127.0.0.1", int(process.url.rpartition(":")[2])))  # sends no request
    half = socket.create_connection(("127.0.0.1", int(process.url.rpartition(":")[2])))
    half.sendall(b"POST /login HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nemail=")  # never the rest
    writer = test_crash_recovery.Writer(process, token, board)
    writing = asyncio.create_task(writer.write())
    while len(writer.acked) < 300:
        await asyncio.sleep(0.02)
        assert not writing.done()
    writer.stopping = True
    process.process.send_signal(signal.SIGTERM)
    assert await _gone(process) == 0
    writing.cancel()
    await asyncio.gather(writing, return_exceptions=True)
    test_crash_recovery.check(tmp_path, board, [writer])
    deaf.transport.abort()
    silent.close()
    half.close()


@pytest.mark.slow
async def test_reading_client_gets_all_that_was_acknowledged(tmp_path: Path) -> None:
    process, token = await _serve(tmp_path)
    board = await test_crash_recovery.open_search(process, token)
    alice, bob = await _come(process, token), await _come(process, token)
    await follow(bob, board)
    acks = await asyncio.gather(*(give(alice, board, "note.add", {"text": "One."}) for _ in range(1)))
    process.process.send_signal(signal.SIGTERM)
    seen = (await hear(bob, type="events", board=board))["events"]
    assert [event["seq"] for event in seen] == acks[0]["seqs"]
    await asyncio.wait_for(bob.wait_closed(), PATIENCE_S)
    assert await _gone(process) == 0


@pytest.mark.slow
@pytest.mark.parametrize("what", ["the shift", "alerts", "heads"])
async def test_a_desk_closes_when_something_changes_in_that_very_moment(tmp_path: Path, what: str) -> None:
    service = await BoardService.open(settings_for(tmp_path, database_url=backends.sqlite_url(tmp_path)))
    changed = {
        "the shift": service.shift_status.changed,
        "alerts": service.hub.requested["alerts"],
        "heads": service.hub.head_poller._check_requested,
    }[what]
    while not changed._waiters:
        await asyncio.sleep(0)
    changed.set()  # the waiter would be woken in the next turn of the loop, and is cancelled in this one
    async with asyncio.timeout(PATIENCE_S):
        await service.close()


LOGGING_HANGS = """
import time
from board.server import serve
serve.SHUTDOWN_TIMEOUT_S = 0.5
class Log:
    def info(self, event, **more):
        if event != "serving":  # but what is said in the loop when it goes, and then when it did not end in time
            time.sleep(300)
    error = info
serve.log = Log()
"""


@pytest.mark.slow
async def test_it_ends_in_time_also_where_logging_hangs(tmp_path: Path) -> None:
    test_crash_recovery.prepare(tmp_path)
    async with running_workers(f"sqlite:///{tmp_path}/board.db", 1, first=LOGGING_HANGS) as workers:
        assert await workers.end() == 1


def test_a_proxy_closes_an_idle_line_before_we_do() -> None:
    """The proxy (nginx) keeps a connection for 60 s, and loses a request that it sends just after the server closed it."""
    assert uvicorn_config(object()).timeout_keep_alive > 60
