"""The colleagues of `demo --live`: real programs on real sockets, who let a newcomer work and know an end."""

import asyncio
import contextlib
import os
import re
import signal
import sys
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from random import Random
from typing import Any

import httpx2 as httpx
import pytest

from board.commands.cards import tasks
from board.commands.registry import TABLE
from board.commands.sightings import sightings
from board.demo import seed_data
from board.demo.simulated_texts import texts
from board.demo.simulated_users import SimulatedTeam, UserCredentials, create_tokens
from models.times import now
from tests.ops.test_demo import AROUND_BELGIUM, points
from tests.support.people import PATIENCE_S, Person, Server, connect_person, create_token, running_server

FAST = 0.01  # fraction of the time that they take
LONG_S = 6 * PATIENCE_S  # five people with one server on a busy machine
MAY_BE_REFUSED = {"conflict", "closed"}
ONE_SEARCH = """
from board.demo import seed
told = [each for each in seed.steps() if each.search == "wout"]
seed.steps = lambda: told
from board.command_line.cli import main
main()
"""


@contextlib.asynccontextmanager
async def working(server: Server, **more: Any) -> AsyncIterator[SimulatedTeam]:
    """Simulated team at work. Nobody may fail, and nothing that they do may be refused."""
    team = SimulatedTeam(server.url, await server.service.database.write(create_tokens), **({"factor": FAST} | more))
    running = asyncio.create_task(team.run())
    try:
        yield team
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
    assert team.failed == []
    assert set(team.refused) <= MAY_BE_REFUSED, team.refused


@contextlib.asynccontextmanager
async def newcomer(server: Server) -> AsyncIterator[Person]:
    alice = await connect_person(server, await create_token(server.service, "Alice", "coordinator"))
    try:
        yield alice
    finally:
        await alice.close()


async def until(alice: Person, true: Any) -> None:
    """Wait for a condition on Alice's frames, longer than other tests may take."""
    async with asyncio.timeout(LONG_S):
        while not true():
            with contextlib.suppress(TimeoutError):
                await alice.wait_until(true)


async def search(alice: Person, reference: str | None = None, kind: str = "runaway") -> str:
    """A new search of hers, which she follows."""
    board = await alice.open_search(kind=kind, **({"reference": reference} if reference else {}))
    await alice.subscribe(board)
    return board


def by_whom(alice: Person, team: SimulatedTeam, *boards: str) -> set[str]:
    """Colleagues whose events she has seen."""
    return {event["actor"]["id"] for board in boards for event in alice.boards[board].events if event["actor"]} & team.team


def cards(alice: Person, board: str) -> int:
    screen = alice.boards[board]
    return len(screen.of_kind("sighting")) + len(screen.of_kind("task"))


async def test_a_newcomer_who_is_alone_sees_several_at_work(tmp_path: Path) -> None:
    async with running_server(tmp_path) as server, newcomer(server) as alice:
        boards = [await search(alice, "DEMO-01"), await search(alice, "DEMO-10", "parental_abduction"), await search(alice)]

        def done() -> set[str]:
            return {event["type"] for board in boards for event in alice.boards[board].events}

        def present() -> list[dict[str, Any]]:
            frames = [each for each in alice.frames if each["type"] == "presence" and each["board"] in boards]
            return [each for frame in frames for each in frame["people"] if each["account"] in team.team]

        async with working(server) as team:
            await until(alice, lambda: len(by_whom(alice, team, *boards)) >= 3)
            await until(alice, lambda: len({each["account"] for each in present()}) >= 3)
            await until(alice, lambda: any(each["editing"] for each in present()) and any(each["card"] for each in present()))
            wanted = {"sighting.added", "sighting.graded", "sighting.assessed", "task.added", "task.updated", "card.moved"}
            await until(alice, lambda: done() >= wanted | {"card.assigned", "note.added", "sighting.updated"})


async def test_a_search_is_filled_to_a_bound_and_then_worked_on(tmp_path: Path) -> None:
    most = {"card": 9, "note": 2}
    async with running_server(tmp_path) as server, newcomer(server) as alice:
        board = await search(alice, "DEMO-01")

        def full() -> bool:
            return cards(alice, board) >= most["card"] and len(alice.boards[board].of_kind("note")) >= most["note"]

        async with working(server, most=most, factor=FAST / 5) as team:
            await until(alice, full)
            so_far = alice.boards[board].seq
            await until(alice, lambda: alice.boards[board].seq > so_far + 10)
            assert len(by_whom(alice, team, board)) >= 3
        assert cards(alice, board) == most["card"]
        assert len(alice.boards[board].of_kind("note")) == most["note"]


@pytest.mark.slow
async def test_a_search_is_left_alone_while_a_newcomer_edits_a_card(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    noticed: list[str] = []
    keep_off = SimulatedTeam.pause
    monkeypatch.setattr(SimulatedTeam, "pause", lambda self, board: (noticed.append(board), keep_off(self, board)))
    async with running_server(tmp_path) as server, newcomer(server) as alice:
        hers, other = await search(alice, "DEMO-01"), await search(alice, "DEMO-02")
        card = next(iter(alice.boards[hers].of_kind("task")))
        await alice.request(
            {"type": "presence", "board": hers, "card": card, "editing": True}, type="presence", board=hers, count=1
        )
        before = alice.boards[hers].seq
        async with working(server) as team:
            await until(alice, lambda: noticed.count(hers) >= 5 and len(by_whom(alice, team, other)) >= 3)
            assert other not in noticed
            assert (await alice.snapshot(hers))["seq"] == before
            await alice.send({"type": "presence", "board": hers, "card": card, "editing": False})
            await until(alice, lambda: alice.boards[hers].seq > before)


@pytest.mark.slow
async def test_they_come_back_after_a_restart(tmp_path: Path) -> None:
    async with contextlib.AsyncExitStack() as stack:
        async with running_server(tmp_path) as server, newcomer(server) as alice:
            board = await search(alice, "DEMO-01")
            team = await stack.enter_async_context(working(server))
            await until(alice, lambda: len(by_whom(alice, team, board)) >= 3)
            port = int(server.url.rpartition(":")[2])
        async with running_server(tmp_path, port=port) as server, newcomer(server) as alice:
            await alice.subscribe(board)
            await until(alice, lambda: len(by_whom(alice, team, board)) >= 3)
            await stack.aclose()


async def test_refused_user_does_not_retry_for_ever(tmp_path: Path) -> None:
    async with running_server(tmp_path) as server:
        member = UserCredentials(seed_data.people()[0], "nobody", "no such token")
        team = SimulatedTeam(server.url, [member], factor=FAST)
        await asyncio.wait_for(team.run(), PATIENCE_S)
    assert team.failed == []


# --- their commands


def test_all_that_may_come_in_is_valid_and_lies_around_belgium() -> None:
    said = texts(Random(1))
    for reference in (*said.data["search"], None):
        known: set[str] = set()
        while (data := said.sighting(reference, known, now())) is not None:
            sightings.AddSighting.model_validate(data)
            known.add(data["description"])
            for lat, lon in points(data):
                assert AROUND_BELGIUM[0][0] <= lat <= AROUND_BELGIUM[0][1]
                assert AROUND_BELGIUM[1][0] <= lon <= AROUND_BELGIUM[1][1]
        assert len(known) > 15, reference


def test_every_open_search_of_the_story_has_its_own() -> None:
    opened = {step.search: step.data["reference"] for step in seed_data.steps() if step.command == "search.open"}
    over = {step.search for step in seed_data.steps() if step.command == "search.set_status"}
    assert set(texts(Random(1)).data["search"]) == {reference for name, reference in opened.items() if name not in over}


def test_every_text_can_be_said_of_every_card() -> None:
    said, at = texts(Random(1)), now()
    for number in range(200):
        sighting = {
            "number": number,
            "description": "-",
            "place": {"text": "x" * 200},
            "source": {"kind": "named"},
            "channel": "app",
        }
        tasks.AddTask.model_validate(said.follow(sighting, at + timedelta(minutes=number)))
        for content in range(1, 6):
            assessment, reason = said.assessment(sighting | {"grade": {"content": content}}, at)
            sightings.AssessSighting.model_validate({"sighting": "s", "assessment": assessment, "reason": reason})
        for text in (said.result("x", at), said.remark("task", at), said.remark("sighting", at), reason):
            assert not re.search(r"[{}]", text)
        note = said.note(Random(number).choice(["runaway", "unaccompanied_minor", "undefined"]), bool(number % 2), at)
        TABLE["note.add"].data.model_validate(note)


# --- the command


@pytest.mark.slow
async def test_it_says_who_works_along_and_ends_at_a_word(tmp_path: Path) -> None:
    process = await asyncio.create_subprocess_exec(
        *[sys.executable, "-c", ONE_SEARCH, "demo", "--live", "--port", "0"],
        env=os.environ | {"XDG_DATA_HOME": str(tmp_path)}, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    assert process.stdout is not None
    try:
        async with asyncio.timeout(LONG_S):
            said = ""
            while "Stop it" not in said:
                line = (await process.stdout.readline()).decode()
                assert line, said
                said += line
            for person in seed_data.people():
                assert (person.name in said) == person.works
            address = re.search(r"http://\S+", said)
            assert address
            async with httpx.AsyncClient(base_url=address[0], timeout=PATIENCE_S) as http:
                while not re.search(r"^board_connections\S* 5(\.0)?$", (await http.get("/metrics")).text, re.M):
                    await asyncio.sleep(0.05)
    finally:
        process.send_signal(signal.SIGINT)
        told = await asyncio.wait_for(process.communicate(), 15)  # the contract's bound for a server
    assert (process.returncode, told[1]) == (0, b"")
