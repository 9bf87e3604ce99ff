"""The client for programs, with real servers behind a line that is cut, and with invented ones that answer as a test wants."""

import asyncio
import contextlib
import json
import re
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
import traceback
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
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
from realtime.delivery import stall_check
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


async def live(client: AsyncClient, board: str) -> Board:
    """Return a replica of a board once it is live; it is not followed any more."""
    replica = Board(board)
    async with contextlib.aclosing(client.follow(replica)) as frames:
        await until(frames, "subscribed")
        assert replica.live
    return replica


# --- boards


async def test_each_event_comes_once_over_a_line_that_is_cut(alice: Person, line: TcpProxy, token: str) -> None:
    search = await alice.open_search()
    async with AsyncClient(line.url, token) as client, contextlib.aclosing(client.follow(Board(search))) as frames:
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
    replica = Board(search, alice.boards[search].epoch, seq)
    async with AsyncClient(server.url, token) as client, contextlib.aclosing(client.follow(replica)) as frames:
        said = [await anext(frames)]
        while said[-1]["type"] != "subscribed":
            said.append(await anext(frames))
        assert [each["type"] for each in said if each.get("board")] == ["events", "subscribed"]
        assert said[-1]["seq"] == seq + 1


async def test_frames_of_no_board_are_handed_over(alice: Person, server: Server, token: str) -> None:
    search = await alice.open_search()
    async with AsyncClient(server.url, token) as client, contextlib.aclosing(client.follow(Board(search))) as frames:
        assert (await anext(frames))["type"] == "hello"
        await client.send({"type": "ping", "id": "mine"})
        assert (await until(frames, "pong"))["id"] == "mine"


async def test_many_boards_are_followed_over_one_socket(alice: Person, server: Server, line: TcpProxy, token: str) -> None:
    searches = [await alice.open_search() for _ in range(5)]
    boards = [Board(search) for search in searches]
    async with AsyncClient(line.url, token) as client, contextlib.aclosing(client.follow(*boards)) as frames:
        for _ in range(2):
            for _ in searches:
                await until(frames, "subscribed")
            assert all(board.live for board in boards)
            assert [each.account["name"] for each in server.service.hub.connections].count("Robot") == 1
            line.cut()
            for search in searches:
                await notes_after(alice, search, "meanwhile")
            line.heal()
        for _ in searches:
            await until(frames, "subscribed")
        for board in boards:
            assert board.entities == (await alice.snapshot(board.name))["entities"]


async def test_a_replica_goes_on_after_a_restart_and_a_restore(tmp_path: Path) -> None:
    async with contextlib.AsyncExitStack() as stack:
        async with running_server(tmp_path) as server:
            alice = await connect_person(server, await create_token(server.service, "Alice", "coordinator"))
            search = await alice.open_search()
            replica = Board(search)
            client = await stack.enter_async_context(AsyncClient(server.url, alice.token))
            frames = await stack.enter_async_context(contextlib.aclosing(client.follow(replica)))
            await until(frames, "subscribed")
            epoch, seq, entities = replica.epoch, replica.seq, dict(replica.entities)
            await alice.close()
            port = int(server.url.rpartition(":")[2])
        async with running_server(tmp_path, port=port) as server:
            await until(frames, "hello")
            assert not replica.live
            await until(frames, "subscribed")
            assert (await client.command(search, "note.add", {"text": "lost by the restore"}))["seqs"] == [seq + 1]
            assert await seqs(frames, seq + 1) == [seq + 1]
            assert (replica.live, replica.epoch, replica.seq) == (True, epoch, seq + 1)
        database = Database(backends.sqlite_url(tmp_path))
        database.write_now(transfer.reset_epochs)
        await database.close()
        async with running_server(tmp_path, port=port):
            await until(frames, "subscribed")
            assert replica.epoch != epoch
            assert {key: state for key, state in replica.entities.items() if key[0] != "note"} == entities


async def test_a_reader_that_lags_is_disconnected_and_loses_nothing(
    alice: Person, server: Server, token: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stall_check, "STALL_TIMEOUT_S", 0.5)
    search, counters = await alice.open_search(), server.service.hub.counters
    async with AsyncClient(server.url, token) as client, contextlib.aclosing(client.follow(Board(search))) as frames:
        live, cut, count = await until(frames, "subscribed"), counters.slow_clients_closed, 0
        async with asyncio.timeout(6 * PATIENCE_S):
            while counters.slow_clients_closed == cut:  # nothing is read meanwhile
                await asyncio.gather(*(alice.command(search, "note.add", {"text": "é" * 4_000}) for _ in range(20)))
                count += 20
        await client.command(search, "note.add", {"text": "what is not read holds up no answer"})
        first = live["seq"] + 1
        assert await seqs(frames, first + count) == list(range(first, first + count + 1))


async def test_a_board_that_may_not_be_seen_is_refused(alice: Person, server: Server, token: str) -> None:
    search = await alice.open_search()
    replica = Board(search)
    async with AsyncClient(server.url, token) as client:
        async with contextlib.aclosing(client.follow(replica, Board("operations"))) as frames:
            await until(frames, "subscribed")
            await alice.command(search, "search.set_access", {"access": "members", "members": [alice.account["id"]]})
            with pytest.raises(Refusal, match="forbidden") as refused:
                await until(frames, "none")
        assert (refused.value.body["board"], replica.entities) == (search, {})
        with pytest.raises(Refusal, match="not_found"):
            await live(client, search)
        assert (await live(client, "operations")).seq > 0


async def test_a_board_that_was_left_can_be_followed_again(alice: Person, server: Server, token: str) -> None:
    search = await alice.open_search()
    replica = Board(search)
    async with AsyncClient(server.url, token) as client:
        for number in range(3):
            async with contextlib.aclosing(client.follow(replica)) as frames:
                await until(frames, "subscribed")
            assert not replica.live
            await notes_after(alice, search, f"note {number}")
        fresh = await live(client, search)
        assert fresh.entities == (await alice.snapshot(search))["entities"] == (await client.read(search)).entities


@pytest.mark.parametrize("events", [[3], [1], [2, 4], [2, 2]])
def test_an_event_that_is_not_the_next_one_is_a_gap(events: list[int]) -> None:
    replica = Board("b")
    replica.apply({"type": "snapshot", "board": "b", "epoch": "e", "seq": 1, "entities": []})
    with pytest.raises(Gap):
        replica.apply({"type": "events", "board": "b", "epoch": "e", "events": [{"seq": seq, "hidden": True} for seq in events]})
    assert replica.seq == 1
    replica.apply({"type": "events", "board": "b", "epoch": "e", "events": [{"seq": 2, "hidden": True}]})
    assert replica.seq == 2


# --- commands and calls


async def test_a_command_whose_answer_is_lost_is_executed_once(alice: Person, line: TcpProxy, token: str) -> None:
    search = await alice.open_search()
    replica = await alice.subscribe(search)
    async with AsyncClient(line.url, token) as client:
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
        assert (await client.command(search, "note.add", {"text": "and it goes on"}))["seqs"]


async def test_many_commands_stay_within_the_rate_limit(tmp_path: Path) -> None:
    async with running_server(tmp_path, max_messages_per_second=20) as server:
        token = await create_token(server.service, "Robot", "coordinator")
        async with AsyncClient(server.url, token) as client, asyncio.timeout(6 * PATIENCE_S):
            acks = await asyncio.gather(*(client.command("operations", "note.add", {"text": f"{n}"}) for n in range(60)))
            assert len({ack["seqs"][0] for ack in acks}) == 60
            entities = (await client.read("operations")).entities
            assert len([kind for kind, _ in entities if kind == "note"]) == 60


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


async def answered(replies: list[bytes | None], use: Callable[[AsyncClient], Coroutine[Any, Any, None]]) -> list[dict[str, Any]]:
    """Use a client whose calls are answered with these replies, or by a lost connection; return the JSON that was sent."""
    asked: list[dict[str, Any]] = []

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
        if length := int((re.findall(r"content-length: (\d+)", head) or [0])[0]):
            asked.append(json.loads(await reader.readexactly(length)))
        if (reply := replies.pop(0)) is not None:
            body = b"" if b"\r\nContent-Type: " not in reply else b"<p>" if b"html" in reply else b'{"seqs": []}'
            writer.write(b"HTTP/1.1 %b\r\nContent-Length: %d\r\nConnection: close\r\n\r\n%b" % (reply, len(body), body))
        writer.close()

    async with await asyncio.start_server(answer, "127.0.0.1", 0) as server, AsyncClient(url_of(server), "token") as client:
        await asyncio.wait_for(use(client), PATIENCE_S)
    return asked


OK = b"200 OK\r\nContent-Type: application/json"


async def test_a_call_is_made_again_after_the_seconds_that_the_server_names(monkeypatch: pytest.MonkeyPatch) -> None:
    waits: list[Any] = []
    pause = client_module._pause
    monkeypatch.setattr(client_module, "_pause", lambda attempt, wait=None: (waits.append(wait), pause(attempt))[1])

    async def use(client: AsyncClient) -> None:
        assert await client.request("GET", "/") == {"seqs": []}

    await answered([b"429 T\r\nRetry-After: 7", b"503 U\r\nRetry-After: 3", None, OK], use)
    assert waits == ["7", "3", None]


async def test_an_unanswered_command_is_sent_again_with_the_same_id() -> None:
    async def use(client: AsyncClient) -> None:
        assert await client.command("board", "note.add", id="mine") == {"seqs": []}

    replies = [None, b"503 Unavailable", *[None] * client_module.CALL_ATTEMPTS, OK]
    asked = await answered(replies, use)
    assert [each["id"] for each in asked] == ["mine"] * (3 + client_module.CALL_ATTEMPTS)


@pytest.mark.parametrize("reply", [b"200 OK", b"204 No Content", b"200 OK\r\nContent-Type: text/html"])
async def test_a_success_that_is_no_ack_acknowledges_nothing(reply: bytes) -> None:
    async def use(client: AsyncClient) -> None:
        assert await client.command("board", "note.add", id="mine") == {"seqs": []}

    assert [each["id"] for each in await answered([reply, reply, OK], use)] == ["mine"] * 3


async def test_only_some_commands_wait_for_answers_at_once() -> None:
    arrived = asyncio.Semaphore(0)

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        asked.append(writer)
        arrived.release()

    asked: list[asyncio.StreamWriter] = []
    async with await asyncio.start_server(answer, "127.0.0.1", 0) as server, asyncio.timeout(PATIENCE_S):
        async with AsyncClient(url_of(server), "token") as client:
            commands = [asyncio.create_task(client.command("board", "note.add")) for _ in range(100)]
            for _ in range(client_module.MAX_COMMANDS):
                await arrived.acquire()
            assert client._slots.locked()
            assert len(asked) == client_module.MAX_COMMANDS
        said = await asyncio.gather(*commands, return_exceptions=True)
        assert {type(each) for each in said} == {ConnectionAbortedError}
        for writer in asked:
            writer.close()


async def test_a_call_that_may_not_be_repeated_is_made_once() -> None:
    async def use(client: AsyncClient) -> None:
        with pytest.raises(client_module.httpx.TransportError):
            await client.request("POST", "/", json={"name": "no id"})
        with pytest.raises(Refusal, match="status 503"):
            await client.request("POST", "/", json={"name": "no id"})

    assert len(await answered([None, b"503 Unavailable", OK], use)) == 2


# --- the end


async def test_nothing_comes_back_once_access_has_ended(server: Server, token: str) -> None:
    async with AsyncClient(server.url, token) as client:
        async with contextlib.aclosing(client.follow(Board("operations"))) as frames:
            await until(frames, "subscribed")
            email = await server.service.database.read(lambda session: session.exec(select(Account.email)).one())
            await live_changes.apply_change(server.service, lambda session: accounts.set_enabled(session, email, False))
            with pytest.raises(AccessEnded, match="4501"):
                await until(frames, "none")
        for refused in (client.command("operations", "note.add", {"text": "a"}), live(client, "none")):
            with pytest.raises(AccessEnded):
                await asyncio.wait_for(refused, PATIENCE_S)


async def test_a_wrong_token_ends_everything_that_waits(server: Server) -> None:
    async with AsyncClient(server.url, "no such token") as client, asyncio.timeout(PATIENCE_S):
        waiting = [client.command("operations", "note.add", {"text": "a"}), live(client, "operations")]
        said = await asyncio.gather(*waiting, return_exceptions=True)
        assert [type(each) for each in said] == [AccessEnded, AccessEnded]


async def test_everything_that_waits_ends_when_the_client_is_closed(server: Server, token: str) -> None:
    async with AsyncClient(server.url, token) as client, AsyncClient("http://127.0.0.1:1", token) as alone:
        frames, nobody = client.follow(Board("operations")), alone.follow(Board("operations"))
        await until(frames, "subscribed")
        command = alone.command("operations", "note.add", {"text": "a"})
        waiting = [asyncio.create_task(each) for each in (until(frames, "none"), until(nobody, "none"), command)]
        await asyncio.sleep(0)
    said = await asyncio.wait_for(asyncio.gather(*waiting, return_exceptions=True), PATIENCE_S)
    assert [type(each) for each in said] == [StopAsyncIteration, StopAsyncIteration, ConnectionAbortedError]


# --- invented servers


def said(type: str, **more: Any) -> str:
    return json.dumps({"type": type, **more})


def snapshot(board: str, seq: int) -> str:
    return said("snapshot", board=board, epoch="e", seq=seq, entities=[])


def event(board: str, seq: int) -> str:
    return said("events", board=board, epoch="e", events=[{"seq": seq, "hidden": True}])


def subscribed(board: str, seq: int) -> str:
    return said("subscribed", board=board, epoch="e", seq=seq)


async def served(answers: Callable[[Frame], list[str]], use: Callable[[AsyncClient], Coroutine[Any, Any, None]]) -> list[Frame]:
    """Use a client whose frames are answered like this; return what it sent."""
    asked: list[Frame] = []

    async def handle(connection: ServerConnection) -> None:
        await connection.send(said("hello"))
        async for text in connection:
            asked.append(json.loads(text))
            for frame in answers(asked[-1]):
                await connection.send(frame)

    async with serve(handle, "127.0.0.1", 0) as server, AsyncClient(url_of(server), "token") as client:
        await asyncio.wait_for(use(client), PATIENCE_S)
    return asked


async def read_two_and_three(client: AsyncClient) -> None:
    async with contextlib.aclosing(client.follow(Board("b"))) as frames:
        assert await seqs(frames, 3) == [2, 3]


async def test_a_hole_in_what_is_sent_is_read_again_from_the_position() -> None:
    def answers(asked: Frame) -> list[str]:
        return [event("b", 2), event("b", 3)] if "after" in asked else [snapshot("b", 1), event("b", 3)]

    asked = await served(answers, read_two_and_three)
    assert asked[1] == {"type": "subscribe", "board": "b", "epoch": "e", "after": 1}


async def test_a_head_that_was_not_reached_by_the_next_one_is_read_again() -> None:
    heads = said("heads", heads={"b": {"epoch": "e", "seq": 3}, "other": {"epoch": "x", "seq": 9}})

    def answers(asked: Frame) -> list[str]:
        if "after" in asked:
            return [event("b", 2), event("b", 3)]
        return [snapshot("b", 1), subscribed("b", 1), heads, heads]

    asked = await served(answers, read_two_and_three)
    assert asked[1] == {"type": "subscribe", "board": "b", "epoch": "e", "after": 1}


async def test_a_subscribe_is_sent_again_when_the_server_could_not_answer() -> None:
    answer = iter([[said("error", board="b", code="unavailable")], [snapshot("b", 1), event("b", 2), event("b", 3)]])
    assert await served(lambda _: next(answer), read_two_and_three) == [{"type": "subscribe", "board": "b"}] * 2


async def test_a_board_that_has_to_wait_holds_up_nothing_else() -> None:
    refused = iter(["unavailable"] * 3)

    def answers(asked: Frame) -> list[str]:
        if asked["type"] == "ping":
            return [event("other", int(asked["id"])), said("pong", id=asked["id"])]
        if asked["board"] == "other":
            return [snapshot("other", 1), subscribed("other", 1)]
        if code := next(refused, None):
            return [said("error", board="busy", code=code)]
        return [snapshot("busy", 1), subscribed("busy", 1)]

    async def use(client: AsyncClient) -> None:
        busy, other = Board("busy"), Board("other")
        async with contextlib.aclosing(client.follow(busy, other)) as frames:
            while not other.live:
                await anext(frames)
            for seq in (2, 3):
                await client.send({"type": "ping", "id": str(seq)})
            assert await seqs(frames, 3) == [2, 3]
            while not busy.live:
                assert (await anext(frames))["type"] != "hello", "the socket stays"
            assert (other.live, other.seq) == (True, 3)

    asked = await served(answers, use)
    assert [each.get("board") for each in asked].count("busy") == 4
    assert [each.get("board") for each in asked].count("other") == 1


async def test_a_refused_board_waits_as_long_as_it_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    waits: list[Any] = []
    pause = client_module._pause
    monkeypatch.setattr(client_module, "_pause", lambda attempt, wait=None: (waits.append((attempt, wait)), pause(0))[1])
    answer = iter(
        [[said("error", board="b", code="rate_limited", retry_after_s=7)], [said("error", board="b", code="unavailable")]]
    )

    async def use(client: AsyncClient) -> None:
        async with contextlib.aclosing(client.follow(Board("b"))) as frames:
            await until(frames, "subscribed")

    await served(lambda _: next(answer, [snapshot("b", 1), subscribed("b", 1)]), use)
    assert waits == [(1, 7), (2, None)]


async def test_a_live_board_that_the_server_lost_is_subscribed_again() -> None:
    answer = iter([[snapshot("b", 1), subscribed("b", 1), said("error", board="b", code="unavailable")]])
    asked = await served(lambda _: next(answer, [event("b", 2), event("b", 3)]), read_two_and_three)
    assert asked[1] == {"type": "subscribe", "board": "b", "epoch": "e", "after": 1}


async def test_frames_are_read_while_boards_are_subscribed() -> None:
    async def use(client: AsyncClient) -> None:
        boards = [Board(f"{number}") for number in range(1_000)]
        async with contextlib.aclosing(client.follow(*boards)) as frames:
            await until(frames, "subscribed")
            assert boards[0].live

    asked = await served(lambda asked: [snapshot(asked["board"], 1), subscribed(asked["board"], 1)], use)
    assert len(asked) < 1_000


async def test_a_presence_waits_until_its_board_is_live() -> None:
    def answers(asked: Frame) -> list[str]:
        return [snapshot("b", 1), subscribed("b", 1)] if asked["type"] == "subscribe" else [said("pong")]

    async def use(client: AsyncClient) -> None:
        presence = {"type": "presence", "board": "b", "card": None, "editing": False}
        async with contextlib.aclosing(client.follow(Board("b"))) as frames:
            await until(frames, "hello")
            await client.send(presence)
            await until(frames, "subscribed")
            await client.send(presence)
            await until(frames, "pong")

    assert [each["type"] for each in await served(answers, use)] == ["subscribe", "presence"]


async def test_a_loop_that_was_left_does_not_touch_the_next_one() -> None:
    def answers(asked: Frame) -> list[str]:
        if asked["type"] == "subscribe":
            part = {"type": "snapshot", "board": "b", "epoch": "e", "seq": 1}
            notes = [{"kind": "note", "id": id, "state": {}} for id in "xy"]
            return [json.dumps(part | {"entities": notes[:1], "more": True})]
        last = {"type": "snapshot", "board": "b", "epoch": "e", "seq": 1, "entities": [{"kind": "note", "id": "y", "state": {}}]}
        return [json.dumps(last), subscribed("b", 1), *[said("pong")] * 40]

    async def use(client: AsyncClient) -> None:
        replica = Board("b")
        for kind in ("snapshot", "pong", "pong"):
            async for frame in client.follow(replica):  # left by `break`, so closed later, by itself
                if frame["type"] == "snapshot" and frame.get("more"):
                    if kind != "snapshot":
                        await asyncio.sleep(2 * client_module.MIN_PAUSE_S)  # the end of the one before falls into this snapshot
                    await client.send({"type": "ping"})
                if frame["type"] == kind:
                    break
            if kind == "pong":
                assert (replica.live, set(replica.entities)) == (True, {("note", "x"), ("note", "y")})

    await served(answers, use)


async def test_a_second_follow_on_one_client_is_refused() -> None:
    async def use(client: AsyncClient) -> None:
        async with contextlib.aclosing(client.follow(Board("b"))) as frames:
            await until(frames, "hello")
            with pytest.raises(RuntimeError, match="follows boards already"):
                client.follow(Board("c"))
        async with contextlib.aclosing(client.follow(Board("c"))) as others:
            await until(others, "hello")

    await served(lambda _: [], use)


async def test_closing_ends_a_follow_that_connects_or_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client_module, "MIN_PAUSE_S", 600.0)
    monkeypatch.setattr(client_module, "MAX_PAUSE_S", 600.0)
    connected, paused = asyncio.Event(), asyncio.Event()
    pause = client_module._pause
    monkeypatch.setattr(client_module, "_pause", lambda *given: (paused.set(), pause(*given))[1])
    writers: list[asyncio.StreamWriter] = []

    def silent(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writers.append(writer)
        connected.set()

    async with await asyncio.start_server(silent, "127.0.0.1", 0) as server, asyncio.timeout(PATIENCE_S):
        for url, reached in ((url_of(server), connected), ("http://127.0.0.1:1", paused)):
            async with AsyncClient(url, "token") as client:
                waiting = asyncio.create_task(until(client.follow(Board("b")), "none"))
                await reached.wait()
            assert [type(each) for each in await asyncio.gather(waiting, return_exceptions=True)] == [StopAsyncIteration]
        for writer in writers:
            writer.close()


@pytest.mark.parametrize(("code", "attempts"), [(4008, [1, 2, 3]), (4013, [1, 2, 3]), (1009, [1, 2, 3]), (1012, [0, 0, 0])])
async def test_an_overload_makes_each_pause_longer(code: int, attempts: list[int], monkeypatch: pytest.MonkeyPatch) -> None:
    paused: list[int] = []
    monkeypatch.setattr(client_module, "_pause", lambda attempt, wait=None: (paused.append(attempt), 0.0)[1])

    async def handle(connection: ServerConnection) -> None:
        await connection.send(said("hello"))
        await connection.close(code)

    async with (
        asyncio.timeout(PATIENCE_S),
        serve(handle, "127.0.0.1", 0) as server,
        AsyncClient(url_of(server), "token") as client,
        contextlib.aclosing(client.follow()) as frames,
    ):
        while len(paused) < 3:
            assert (await anext(frames))["type"] == "hello"
    assert paused[:3] == attempts


# --- without asyncio, and alone


def test_parts_of_another_snapshot_are_forgotten() -> None:
    def part(epoch: str, id: str, **more: Any) -> Frame:
        entities = [{"kind": "note", "id": id, "state": {}}]
        return {"type": "snapshot", "board": "b", "epoch": epoch, "seq": 4, "entities": entities, **more}

    replica = Board("b")
    for frame in (part("a", "old", more=True), part("b", "one", more=True), part("b", "two")):
        replica.apply(frame)
    assert set(replica.entities) == {("note", "one"), ("note", "two")}


async def test_an_id_that_the_server_could_not_name_is_refused(alice: Person, server: Server, token: str) -> None:
    search = await alice.open_search()
    async with AsyncClient(server.url, token) as client:
        for id in ("a b", "x" * 65, "é"):
            with pytest.raises(Refusal, match="invalid") as refused:
                await client.command(search, "note.add", {"text": "a"}, id=id)
            assert list(refused.value.fields) == ["id"]


def test_closing_ends_what_other_threads_wait_for() -> None:
    ended: list[str] = []

    def wait(client: Client) -> None:
        try:
            client.command("board", "note.add")
        except BaseException as error:
            ended.append(type(error).__name__)

    with socket.create_server(("127.0.0.1", 0)) as silent:
        with Client(f"http://127.0.0.1:{silent.getsockname()[1]}", "token") as client:
            thread = threading.Thread(target=wait, args=(client,), daemon=True)
            thread.start()
            asked, _ = silent.accept()
        thread.join(PATIENCE_S)
        asked.close()
    assert ended == ["ConnectionAbortedError"]
    with pytest.raises(RuntimeError, match="with"):
        client.read("board")


def test_a_client_without_with_starts_nothing() -> None:
    before = threading.active_count()
    client = Client("http://127.0.0.1:1", "token")
    for use in (lambda: client.read("board"), lambda: next(iter(client.follow(Board("board"))))):
        with pytest.raises(RuntimeError, match="with"):
            use()
    assert threading.active_count() == before


@pytest.fixture
def interruptible() -> Iterator[None]:
    """Let SIGINT interrupt this process and those that it starts, also where the tests run in the background."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


def silent_client(server: socket.socket) -> Client:
    return Client(f"http://127.0.0.1:{server.getsockname()[1]}", "token")


def interrupt_the_wait() -> None:
    """Send SIGINT to the program once it waits for a result."""
    program = threading.main_thread().ident or 0
    while not any(frame.name == "result" for frame in traceback.extract_stack(sys._current_frames()[program])):
        time.sleep(0.001)
    signal.pthread_kill(program, signal.SIGINT)


@pytest.mark.usefixtures("interruptible")
def test_a_command_that_is_interrupted_is_not_sent_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client_module, "MAX_COMMANDS", 1)
    is_freed = threading.Event()

    def interrupt(silent: socket.socket) -> None:
        with silent.accept()[0] as asked:
            asked.recv(1)  # it is being sent
            interrupt_the_wait()
            is_freed.wait(PATIENCE_S)

    with (
        socket.create_server(("127.0.0.1", 0)) as silent,
        Client(f"http://127.0.0.1:{silent.getsockname()[1]}", "token") as client,
    ):
        waiting = threading.Thread(target=interrupt, args=(silent,), daemon=True)
        waiting.start()
        with pytest.raises(KeyboardInterrupt):
            client.command("board", "note.add")
        try:
            assert client._wait(asyncio.wait_for, client._client._slots.acquire(), PATIENCE_S), "nothing sends it any more"
        finally:
            is_freed.set()
            waiting.join()


@pytest.mark.usefixtures("interruptible")
def test_a_command_that_is_interrupted_before_it_began_is_not_sent() -> None:
    gate, begun = threading.Event(), list[str]()

    async def begin() -> None:
        await asyncio.sleep(0)  # as for a connection
        begun.append("command")

    with Client("http://127.0.0.1:1", "token") as client:
        assert client._loop is not None
        client._loop.call_soon_threadsafe(gate.wait, PATIENCE_S)  # the client's thread is at something else
        threading.Thread(target=interrupt_the_wait, daemon=True).start()
        with pytest.raises(KeyboardInterrupt):
            client._wait(begin)
        gate.set()
        client._wait(asyncio.sleep, 0.01)
    assert begun == []


async def test_a_frame_that_an_interrupt_took_comes_again(monkeypatch: pytest.MonkeyPatch) -> None:
    def answers(asked: Frame) -> list[str]:
        return [event("b", 2)] if "after" in asked else [snapshot("b", 1), subscribed("b", 1), event("b", 2)]

    def work(url: str) -> None:
        replica, wait = Board("b"), Client._wait

        def interrupted(client: Client, work: Any, *arguments: Any) -> Any:
            said = wait(client, work, *arguments)
            if isinstance(said, dict) and said["type"] == "events":
                monkeypatch.undo()
                raise KeyboardInterrupt
            return said

        with Client(url, "token") as client:
            monkeypatch.setattr(Client, "_wait", interrupted)
            with pytest.raises(KeyboardInterrupt):
                list(client.follow(replica))
            found = next(frame["events"] for frame in client.follow(replica) if frame["type"] == "events")
            assert ([each["seq"] for each in found], replica.seq) == ([2], 2)

    async def use(client: AsyncClient) -> None:
        await asyncio.to_thread(work, client._url)

    asked = await served(answers, use)
    assert asked[1] == {"type": "subscribe", "board": "b", "epoch": "e", "after": 1}


async def test_leaving_waits_a_second_at_most_for_the_close() -> None:
    async def use(client: AsyncClient) -> None:
        async with contextlib.aclosing(client.follow(Board("b"))) as frames:
            await until(frames, "hello")
            assert client._socket is not None
            assert client._socket.close_timeout == client_module.CLOSE_S == 1

    await served(lambda _: [], use)


@pytest.mark.usefixtures("interruptible")
async def test_a_program_that_is_interrupted_ends_at_once(server: Server, token: str) -> None:
    program = """
import sys
from board.client import Board, Client
with Client(*sys.argv[1:]) as client:
    for frame in client.follow(Board("operations")):
        print(frame["type"], flush=True)
"""
    words = [sys.executable, "-c", program, server.url, token]
    process = await asyncio.create_subprocess_exec(*words, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert process.stdout is not None
    assert process.stderr is not None
    try:
        async with asyncio.timeout(4 * PATIENCE_S):
            while await process.stdout.readline() != b"subscribed\n":
                pass
            process.send_signal(signal.SIGINT)
            await process.wait()
        said = (await process.stderr.read()).decode()
        assert said.splitlines()[-1] == "KeyboardInterrupt", said
        assert said.count("Traceback") == 1, said
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


async def test_a_program_without_asyncio_follows_commands_and_reads(alice: Person, server: Server, token: str) -> None:
    search = await alice.open_search()

    def work() -> list[str]:
        with Client(server.url, token) as client:
            told: list[str] = []
            for frame in client.follow(Board(search)):
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


def test_the_file_is_short_enough_to_be_read_before_it_is_copied() -> None:
    assert len(Path(client_module.__file__).read_text().splitlines()) <= 340


async def test_a_copy_of_the_file_works_alone(alice: Person, server: Server, token: str, tmp_path: Path) -> None:
    shutil.copy(client_module.__file__, tmp_path / "searchboard_client.py")
    program = """
import sys
sys.modules.update(dict.fromkeys(("board", "realtime", "models", "orjson", "starlette")))  # an import of them fails
from searchboard_client import Client
url, token, search = sys.argv[1:]
with Client(url, token) as client:
    print(client.command(search, "note.add", {"text": "alone"})["seqs"], len(client.read(search).entities))
"""
    (tmp_path / "program.py").write_text(program)
    search = await alice.open_search()
    seq = (await alice.subscribe(search)).seq
    words = [sys.executable, "program.py", server.url, token, search]
    options: dict[str, Any] = {"cwd": tmp_path, "capture_output": True, "text": True, "timeout": 4 * PATIENCE_S}
    done = await asyncio.to_thread(lambda: subprocess.run(words, check=False, **options))
    assert (done.stdout, done.stderr) == (f"[{seq + 1}] {len((await alice.snapshot(search))['entities'])}\n", "")
