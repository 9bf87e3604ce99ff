"""Counts of searches are kept: after whatever happened they are those that would be counted anew."""

import contextlib
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import pytest
from sqlalchemy import text
from sqlmodel import Session

from board.client import Refusal
from board.live import summary_counts
from board.live.summary_counts import Counted, Summary, recount
from models.times import format_utc
from tests.support.backends import SLOW_ON_POSTGRESQL
from tests.support.team import Team

pytestmark = pytest.mark.both_backends(SLOW_ON_POSTGRESQL)

START = datetime(2026, 11, 24, 8, tzinfo=UTC)
Known = dict[str, Counted]


def summaries(counted: Mapping[str, Counted]) -> dict[str, Summary]:
    return {search: each.summary for search, each in counted.items()}


class Desk:
    """Desk whose clock for tasks is set by the test."""

    def __init__(self, team: Team) -> None:
        self.team, self.at = team, START
        self.known: Known = {}

    async def _read(self, known: Known) -> Known:
        at = format_utc(self.at)
        read: Callable[[Session], Known] = lambda session: recount(session, known, at)  # noqa: E731
        return await self.team.server.service.database.read(read)

    async def look(self) -> dict[str, Summary]:
        """Count what is needed, and compare with everything counted anew; return the summaries."""
        self.known = await self._read(self.known)
        assert summaries(self.known) == summaries(await self._read({}))
        return summaries(self.known)

    async def counted(self) -> set[str]:
        """Return the searches that are counted again now."""
        before = self.known
        await self.look()
        return {search for search, each in self.known.items() if before.get(search) is not each}

    def due(self, minutes: int) -> str:
        return format_utc(START + timedelta(minutes=minutes))


@pytest.fixture
def desk(team: Team) -> Desk:
    return Desk(team)


async def act(desk: Desk, random: Random, search: str, cards: dict[str, str]) -> None:
    """Send a random command; it may be refused, as the search may be closed."""
    due = random.choice((None, desk.due(random.randint(-60, 240))))
    card = random.choice([*cards, ""])
    status = random.choice(("open", "open", "open", "closed"))
    task, sighting = (card if cards.get(card) == kind else None for kind in ("task", "sighting"))
    commands: list[tuple[str, dict[str, Any]]] = [
        *[("task.add", {"title": "ask", "due": due})] * 3,
        ("sighting.add", {"description": "a child", "priority": random.choice(("normal", "urgent"))}),
        ("note.add", {"text": "nothing to count"}),
        (
            "search.set_status",
            {"status": status, "reason": "so", "acknowledge": "known"},
        ),
    ]
    if task:
        commands += [("task.update", {"task": task, "due": due}), ("card.withdraw", {"card": task, "reason": "done"})]
    if sighting:
        assessment = random.choice(("credible", "unverifiable"))
        commands += [("sighting.assess", {"sighting": sighting, "assessment": assessment, "reason": "so"})] * 2
    name, data = random.choice(commands)
    if data.get("status") == "open":
        del data["acknowledge"]
    with contextlib.suppress(Refusal):
        ack = await desk.team.alice.command(search, name, data)
        if name in ("task.add", "sighting.add"):
            cards[await first_entity(desk, search, ack["seqs"][0])] = name.partition(".")[0]


async def first_entity(desk: Desk, search: str, seq: int) -> str:
    """Return the entity of an event."""
    answer = await desk.team.alice.http.get(f"/api/v1/boards/{search}/events", params={"after": seq - 1, "limit": 1})
    return str(answer.json()["events"][0]["id"])


@pytest.mark.sample(every=3)
@pytest.mark.parametrize("seed", range(3))
async def test_kept_counts_equal_counts_made_anew_after_any_history(desk: Desk, seed: int) -> None:
    random = Random(seed)
    searches: dict[str, dict[str, str]] = {await desk.team.alice.open_search(): {} for _ in range(3)}
    overdue = 0
    for _ in range(25):
        for _ in range(random.randint(0, 4)):
            search = random.choice([*searches])
            await act(desk, random, search, searches[search])
        desk.at += timedelta(minutes=random.choice((-30, 0, 1, 20, 60)))
        overdue += sum(each["overdue_tasks"] for each in (await desk.look()).values())
    assert overdue, "the history had something to count"


async def test_only_what_changed_is_counted_again(desk: Desk) -> None:
    alice = desk.team.alice
    search, other = await alice.open_search(), await alice.open_search()
    await desk.look()
    assert await desk.counted() == set()
    await alice.command(search, "note.add", {"text": "here"})
    assert await desk.counted() == {search}
    await alice.command(other, "task.add", {"title": "ask", "due": desk.due(10)})
    assert await desk.counted() == {other}


async def test_task_becomes_overdue_without_an_event(desk: Desk) -> None:
    search = await desk.team.alice.open_search()
    await desk.team.alice.command(search, "task.add", {"title": "ask", "due": desk.due(10)})
    await desk.look()
    overdue = desk.known[search].summary["overdue_tasks"]
    desk.at = START + timedelta(minutes=10)
    assert search not in await desk.counted()
    desk.at += timedelta(milliseconds=1)
    assert search in await desk.counted()
    assert desk.known[search].summary["overdue_tasks"] == overdue + 1
    assert await desk.counted() == set()


async def test_clock_that_was_set_back_counts_everything_again(desk: Desk) -> None:
    search = await desk.team.alice.open_search()
    await desk.team.alice.command(search, "task.add", {"title": "ask", "due": desk.due(10)})
    desk.at = START + timedelta(minutes=11)
    overdue = (await desk.look())[search]["overdue_tasks"]
    desk.at = START
    assert (await desk.look())[search]["overdue_tasks"] == overdue - 1


async def test_restored_board_at_the_same_seq_is_counted_again(desk: Desk) -> None:
    search = await desk.team.alice.open_search()
    await desk.look()
    anew = text("UPDATE board SET epoch = 'anew' WHERE id = :board")
    await desk.team.server.service.database.write(lambda session: session.connection().execute(anew, {"board": search}).rowcount)
    assert await desk.counted() == {search}


async def test_many_searches_are_counted_in_batches(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    searches = [await desk.team.alice.open_search() for _ in range(5)]
    await desk.look()
    monkeypatch.setattr(summary_counts, "BATCH_SIZE", 2)
    for search in searches:
        await desk.team.alice.command(search, "note.add", {"text": "here"})
    assert await desk.counted() == set(searches)
