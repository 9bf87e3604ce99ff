"""The client for programs, with real servers behind a line that is cut, and with invented ones that answer as a test wants."""

import asyncio
import contextlib
import json
import shutil
import subprocess
import sys
import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import select
from websockets.asyncio.server import ServerConnection, serve

from board import client as client_module
from board.accounts import accounts, live_changes
from board.client import AccessEnded, AsyncClient, Board, Client, Frame, Gap, Refusal
from board.maintenance import transfer
from models.accounts import Account
from models.db.database import Database
from tests.support import backends
from tests.support.people import PATIENCE_S, Person, Server, connect_person, create_token, running_server
from tests.support.tcp_proxy import TcpProxy, proxy_to


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client_module, "MIN_PAUSE_S", 0.02)
    monkeypatch.setattr(client_module, "MAX_PAUSE_S", 0.2)


@pytest.fixture
async def token(server: Server) -> str:
    return await create_token(server.service, "Robot", "investigator")


@pytest.fixture
async def line(server: Server) -> AsyncIterator[TcpProxy]:
    async with proxy_to(server.url) as proxy:
        yield proxy


async def notes_after(alice: Person, search: str, *texts: str) -> None:
    for text in texts:
        await alice.command(search, "note.add", {"text": text})


async def seqs(frames: AsyncIterator[Frame], last: int) -> list[int]:
    """Return the numbers of all events up to one, in the order in which they were yielded."""
    found: list[int] = []
    async with asyncio.timeout(PATIENCE_S):
        while last not in found:
            frame = await anext(frames)
            found += [event["seq"] for event in frame["events"]] if frame["type"] == "events" else []
    return found


def url_of(server: Any) -> str:
    return f"http://127.0.0.1:{next(iter(server.sockets)).getsockname()[1]}"


async def until(frames: AsyncIterator[Frame], type: str) -> Frame:
    async with asyncio.timeout(PATIENCE_S):
        while (frame := await anext(frames))["type"] != type:
            pass
    return frame


# --- boards


async def test_each_event_comes_once_over_a_line_that_is_cut(alice: Person, line: TcpProxy, token: str) -> None:
    search = await alice.open_search()
    async with AsyncClient(line.url, token) as client, contextlib.aclosing(client.follow(search)) as frames:
        live = await until(frames, "subscribed")
        await notes_after(alice, search, "before")
        line.cut()
        await notes_after(alice, search, "meanwhile", "and another")
        line.heal()
        await notes_after(alice, search, "after")
        assert await seqs(frames, live["seq"] + 4) == [live["seq"] + number for number in (1, 2, 3, 4)]


async def test_a_program_goes_on_from_the_position_of_its_last_run(alice: Person, server: Server, token: str) -> None:
    search = await alice.open_search()
    seq = (await alice.subscribe(search)).seq
    await notes_after(alice, search, "meanwhile")
    epoch = alice.boards[search].epoch
    async with AsyncClient(server.url, token) as client, contextlib.aclosing(client.follow(search, epoch, seq)) as frames:
        assert (await anext(frames))["type"] == "events"
        assert (await until(frames, "subscribed"))["seq"] == seq + 1


async def test_frames_of_no_board_are_handed_over(alice: Person, server: Server, token: str) -> None:
    frames: list[Frame] = []
    async with AsyncClient(server.url, token, on_frame=frames.append) as client:
        replica = await client.subscribe(await alice.open_search())
        await client.send({"type": "ping", "id": "mine"})
        await client.command("operations", "note.add", {"text": "answered after the ping"})
        assert {"type": "pong", "id": "mine"} in frames
        assert (frames[0]["type"], replica.live) == ("hello", True)


async def test_a_replica_goes_on_after_a_restart_and_a_restore(tmp_path: Path) -> None:
    async with contextlib.AsyncExitStack() as stack:
        async with running_server(tmp_path) as server:
            alice = await connect_person(server, await create_token(server.service, "Alice", "coordinator"))
            search = await alice.open_search()
            client = await stack.enter_async_context(AsyncClient(server.url, alice.token))
            replica = await client.subscribe(search)
            epoch, seq, entities = replica.epoch, replica.seq, dict(replica.entities)
            await alice.close()
            port = int(server.url.rpartition(":")[2])
        async with running_server(tmp_path, port=port) as server, asyncio.timeout(PATIENCE_S):
            await client.wait_until(replica, lambda board: not board.live)
            await client.wait_until(replica, lambda board: board.live)
            assert (await client.command(search, "note.add", {"text": "lost by the restore"}))["seqs"] == [seq + 1]
            await client.wait_until(replica, lambda board: board.seq == seq + 1)
            assert replica.epoch == epoch
        database = Database(backends.sqlite_url(tmp_path))
        database.write_now(transfer.reset_epochs)
        await database.close()
        async with running_server(tmp_path, port=port), asyncio.timeout(PATIENCE_S):
            await client.wait_until(replica, lambda board: board.live and board.epoch != epoch)
            assert {key: state for key, state in replica.entities.items() if key[0] != "note"} == entities


async def test_a_reader_that_lags_loses_nothing(
    alice: Person, server: Server, token: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(client_module, "MAX_QUEUED_FRAMES", 4)
    search = await alice.open_search()
    async with AsyncClient(server.url, token) as client, contextlib.aclosing(client.follow(search)) as frames:
        live = await until(frames, "subscribed")
        await notes_after(alice, search, *map(str, range(12)))
        replica = await client.wait_until(client._boards[search], lambda board: board._overrun)
        await client.command(search, "note.add", {"text": "a full queue holds up no answer"})
        assert len(replica._queue or ()) == 4
        assert await seqs(frames, live["seq"] + 13) == list(range(live["seq"] + 1, live["seq"] + 14))


async def test_a_board_that_may_not_be_seen_is_refused(alice: Person, server: Server, token: str) -> None:
    search = await alice.open_search()
    async with AsyncClient(server.url, token) as client:
        replica = await client.subscribe(search)
        await alice.command(search, "search.set_access", {"access": "members", "members": [alice.account["id"]]})
        with pytest.raises(Refusal, match="forbidden"):
            await client.wait_until(replica, lambda board: False)
        assert not replica.entities
        with pytest.raises(Refusal, match="not_found"):
            await client.subscribe(search)
        assert (await client.subscribe("operations")).live


async def test_a_board_that_was_left_can_be_followed_again(alice: Person, server: Server, token: str) -> None:
    search = await alice.open_search()
    async with AsyncClient(server.url, token) as client:
        for number in range(3):
            replica = await client.subscribe(search)
            await notes_after(alice, search, f"note {number}")
            await client.unsubscribe(search)
        replica = await client.subscribe(search)
        assert replica.entities == (await alice.snapshot(search))["entities"] == (await client.read(search)).entities


@pytest.mark.parametrize("events", [[3], [1], [2, 4], [2, 2]])
def test_an_event_that_is_not_the_next_one_is_a_gap(events: list[int]) -> None:
    replica = Board()
    replica.apply({"type": "snapshot", "epoch": "e", "seq": 1, "entities": []})
    with pytest.raises(Gap):
        replica.apply({"type": "events", "epoch": "e", "events": [{"seq": seq, "hidden": True} for seq in events]})
    assert replica.seq == 1
    replica.apply({"type": "events", "epoch": "e", "events": [{"seq": 2, "hidden": True}]})
    assert replica.seq == 2


# --- commands and calls


async def test_a_command_whose_answer_is_lost_is_executed_once(alice: Person, line: TcpProxy, token: str) -> None:
    search = await alice.open_search()
    replica = await alice.subscribe(search)
    async with AsyncClient(line.url, token) as client:
        await client.subscribe(search)
        line.hold_answers()
        answer = asyncio.create_task(client.command(search, "note.add", {"text": "once"}))
        await alice.wait_until(lambda: len(replica.of_kind("note")) == 1)
        line.cut()
        line.release()
        line.heal()
        ack = await asyncio.wait_for(answer, PATIENCE_S)
        assert ack["seqs"] == [replica.seq]
        assert len((await client.read(search)).entities) == len(replica.entities)


async def test_a_refusal_names_fields_and_the_current_state(alice: Person, server: Server, token: str) -> None:
    search = await alice.open_search()
    async with AsyncClient(server.url, token) as client:
        with pytest.raises(Refusal) as refused:
            await client.command(search, "note.add", {})
        assert (refused.value.code, list(refused.value.fields)) == ("invalid", ["text"])
        added = await alice.command(search, "sighting.add", {"description": "in a red coat"})
        sighting = next(iter((await alice.subscribe(search)).of_kind("sighting")))
        await alice.command(search, "sighting.update", {"sighting": sighting, "clothing": "red"})
        change = {"sighting": sighting, "clothing": "blue"}
        with pytest.raises(Refusal) as refused:
            await client.command(search, "sighting.update", change, base=added["seqs"][-1])
        assert (refused.value.code, refused.value.current["clothing"]) == ("conflict", "red")
        with pytest.raises(Refusal, match="too_large"):
            await client.command(search, "note.add", {"text": "x" * 70_000})
        assert (await client.command(search, "note.add", {"text": "and it goes on"}))["type"] == "ack"


async def test_many_commands_stay_within_the_rate_limit(tmp_path: Path) -> None:
    async with running_server(tmp_path, max_messages_per_second=20) as server:
        token = await create_token(server.service, "Robot", "coordinator")
        async with AsyncClient(server.url, token) as client, asyncio.timeout(6 * PATIENCE_S):
            acks = await asyncio.gather(*(client.command("operations", "note.add", {"text": f"{n}"}) for n in range(60)))
            assert len({ack["seqs"][0] for ack in acks}) == 60
            replica = await client.subscribe("operations")
            assert len([kind for kind, _ in replica.entities if kind == "note"]) == 60


async def test_calls_read_boards_and_raise_refusals(alice: Person, server: Server, token: str) -> None:
    search = await alice.open_search()
    async with AsyncClient(server.url, token) as client:
        assert search in [each["board"] for each in (await client.request("GET", "/api/v1/boards"))["boards"]]
        assert (await client.read(search)).entities == (await alice.snapshot(search))["entities"]
        assert (await client.request("GET", f"/api/v1/boards/{search}/cards.csv")).startswith(b"\xef\xbb\xbf")
        with pytest.raises(Refusal, match="not_found"):
            await client.read("none")
    async with AsyncClient(server.url, "no such token") as client:
        with pytest.raises(AccessEnded):
            await client.read(search)


async def test_a_call_is_made_again_after_the_seconds_that_the_server_names(monkeypatch: pytest.MonkeyPatch) -> None:
    waits: list[Any] = []
    pause = client_module._pause
    monkeypatch.setattr(client_module, "_pause", lambda attempt, wait=None: (waits.append(wait), pause(attempt))[1])
    replies = iter([b"429 T\r\nRetry-After: 7", b"503 U\r\nRetry-After: 3", None, b"200 OK\r\nContent-Type: application/json"])

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        if (reply := next(replies)) is not None:
            writer.write(b"HTTP/1.1 " + reply + b"\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}")
        writer.close()

    async with await asyncio.start_server(answer, "127.0.0.1", 0) as server, AsyncClient(url_of(server), "token") as client:
        assert await client.request("GET", "/") == {}
    assert waits == ["7", "3", None]


# --- the end


async def test_nothing_comes_back_once_access_has_ended(server: Server, token: str) -> None:
    async with AsyncClient(server.url, token) as client, asyncio.timeout(PATIENCE_S):
        replica = await client.subscribe("operations")
        email = await server.service.database.read(lambda session: session.exec(select(Account.email)).one())
        await live_changes.apply_change(server.service, lambda session: accounts.set_enabled(session, email, False))
        with pytest.raises(AccessEnded, match="4501"):
            await client.wait_until(replica, lambda board: False)
        for refused in (client.command("operations", "note.add", {"text": "a"}), client.subscribe("none")):
            with pytest.raises(AccessEnded):
                await refused


async def test_a_wrong_token_ends_everything_that_waits(server: Server) -> None:
    async with AsyncClient(server.url, "no such token") as client, asyncio.timeout(PATIENCE_S):
        waiting = [client.command("operations", "note.add", {"text": "a"}), client.subscribe("operations")]
        said = await asyncio.gather(*waiting, return_exceptions=True)
        assert [type(each) for each in said] == [AccessEnded, AccessEnded]


async def test_everything_that_waits_ends_when_the_client_is_closed() -> None:
    async with AsyncClient("http://127.0.0.1:1", "token") as client:  # nobody is there
        waiting = asyncio.create_task(client.command("operations", "note.add", {"text": "a"}))
        await asyncio.sleep(0)
    with pytest.raises(ConnectionError):
        await asyncio.wait_for(waiting, PATIENCE_S)


async def served(
    handle: Callable[[ServerConnection], Awaitable[None]], use: Callable[[AsyncClient], Coroutine[Any, Any, None]]
) -> None:
    async with serve(handle, "127.0.0.1", 0) as server, AsyncClient(url_of(server), "token") as client:
        await asyncio.wait_for(use(client), PATIENCE_S)


async def test_an_unanswered_command_is_sent_again_with_the_same_id() -> None:
    asked: list[str] = []

    async def board(socket: ServerConnection) -> None:
        await socket.send(json.dumps({"type": "hello"}))
        async for text in socket:
            asked.append(json.loads(text)["id"])
            if len(asked) == 1:
                return await socket.close(1012)
            refusal = {"type": "refused", "id": asked[-1], "code": "unavailable"}
            await socket.send(json.dumps(refusal if len(asked) == 2 else {"type": "ack", "id": asked[-1]}))
        return None

    async def use(client: AsyncClient) -> None:
        assert (await client.command("board", "note.add", id="mine"))["type"] == "ack"

    await served(board, use)
    assert asked == ["mine"] * 3


async def test_a_hole_in_what_is_sent_is_read_again_from_the_position() -> None:
    asked: list[Frame] = []

    async def board(socket: ServerConnection) -> None:
        await socket.send(json.dumps({"type": "hello"}))
        async for text in socket:
            asked.append(frame := json.loads(text))
            if frame["type"] == "unsubscribe":
                await socket.send(json.dumps({"type": "unsubscribed", "board": "b", "reason": "asked"}))
            elif "after" in frame:
                await socket.send(event(2))
                await socket.send(event(3))
            else:
                empty = {"type": "snapshot", "board": "b", "epoch": "e", "seq": 1, "entities": []}
                await socket.send(json.dumps(empty))
                await socket.send(event(3))

    def event(seq: int) -> str:
        return json.dumps({"type": "events", "board": "b", "epoch": "e", "events": [{"seq": seq, "hidden": True}]})

    async def use(client: AsyncClient) -> None:
        async with contextlib.aclosing(client.follow("b")) as frames:
            assert await seqs(frames, 3) == [2, 3]

    await served(board, use)
    assert asked[2] == {"type": "subscribe", "board": "b", "epoch": "e", "after": 1}


# --- without asyncio, and alone


async def test_a_board_that_has_to_wait_holds_up_nothing_else() -> None:
    asked = 0

    async def handle(socket: ServerConnection) -> None:
        nonlocal asked
        await socket.send(json.dumps({"type": "hello"}))
        async for text in socket:
            frame = json.loads(text)
            if frame["type"] == "subscribe":
                asked += 1
                refusal = {"type": "error", "board": frame["board"], "code": "rate_limited", "retry_after_s": 600}
                await socket.send(json.dumps(refusal))
            elif frame["type"] == "command":
                await socket.send(json.dumps({"type": "ack", "id": frame["id"], "seqs": []}))

    async with serve(handle, "127.0.0.1", 0) as server, AsyncClient(url_of(server), "token") as client:
        waiting = asyncio.create_task(client.subscribe("busy"))
        async with asyncio.timeout(PATIENCE_S):
            assert (await client.command("other", "note.add"))["type"] == "ack"
            await client.unsubscribe("busy")
            with pytest.raises(Refusal, match="left"):
                await waiting
    assert asked <= 2


def test_parts_of_another_snapshot_are_forgotten() -> None:
    def part(epoch: str, id: str, **more: Any) -> Frame:
        return {"type": "snapshot", "epoch": epoch, "seq": 4, "entities": [{"kind": "note", "id": id, "state": {}}], **more}

    replica = Board()
    for frame in (part("a", "old", more=True), part("b", "one", more=True), part("b", "two")):
        replica.apply(frame)
    assert set(replica.entities) == {("note", "one"), ("note", "two")}


async def test_an_id_that_the_server_could_not_name_is_refused_here() -> None:
    async with AsyncClient("http://127.0.0.1:9", "token") as client:
        for id in ("a b", "x" * 65, "é"):
            with pytest.raises(ValueError, match="An id has"):
                await client.command("board", "note.add", id=id)


def test_closing_ends_what_other_threads_wait_for() -> None:
    with pytest.raises(RuntimeError, match="with"):
        Client("http://127.0.0.1:9", "token").read("board")
    ended: list[str] = []

    def wait(client: Client) -> None:
        try:
            client.command("board", "note.add")
        except BaseException as error:
            ended.append(type(error).__name__)

    with Client("http://127.0.0.1:9", "token") as client:
        thread = threading.Thread(target=wait, args=(client,), daemon=True)
        thread.start()
        while not client._client._commands and thread.is_alive():
            thread.join(0.01)
    thread.join(PATIENCE_S)
    assert ended == ["ConnectionError"]


async def test_a_program_without_asyncio_follows_commands_and_reads(alice: Person, server: Server, token: str) -> None:
    search = await alice.open_search()

    def work() -> list[str]:
        with Client(server.url, token) as client:
            told: list[str] = []
            for frame in client.follow(search):
                told.append(frame["type"])
                if frame["type"] == "subscribed":
                    client.command(search, "note.add", {"text": "from a thread"})
                if frame["type"] == "events":
                    break
            with pytest.raises(Refusal, match="not_found"):
                client.read("none")
            assert client.read(search).seq == client.request("GET", f"/api/v1/boards/{search}")["seq"]
            return told

    told = await asyncio.wait_for(asyncio.to_thread(work), PATIENCE_S)
    assert [each for each in told if each in ("snapshot", "subscribed", "events")] == ["snapshot", "subscribed", "events"]


async def test_a_copy_of_the_file_works_alone(alice: Person, server: Server, token: str, tmp_path: Path) -> None:
    shutil.copy(client_module.__file__, tmp_path / "searchboard_client.py")
    program = """
import sys
sys.modules.update(dict.fromkeys(("board", "realtime", "models", "orjson", "starlette")))  # an import of them fails
from searchboard_client import Client
url, token, search = sys.argv[1:]
with Client(url, token) as client:
    print(client.command(search, "note.add", {"text": "alone"})["type"], len(client.read(search).entities))
"""
    (tmp_path / "program.py").write_text(program)
    search = await alice.open_search()
    words = [sys.executable, "program.py", server.url, token, search]
    options: dict[str, Any] = {"cwd": tmp_path, "capture_output": True, "text": True, "timeout": 4 * PATIENCE_S}
    done = await asyncio.to_thread(lambda: subprocess.run(words, check=False, **options))
    assert (done.stdout, done.stderr) == (f"ack {len((await alice.snapshot(search))['entities'])}\n", "")
