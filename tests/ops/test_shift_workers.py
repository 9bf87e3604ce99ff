"""Three coordinators hand a shift on at random, all at once, to workers that are processes of their own: one of them holds it at
every moment, as the journal tells."""

import asyncio
from itertools import pairwise
from random import Random
from typing import Any

import httpx2 as httpx
import pytest

from board.dev import Redis
from tests.support.people import new_id
from tests.support.worker_processes import running_workers

WORKERS, STEPS = 3, 50
ROUNDS = 10  # at most, of STEPS each: until everything relevant has happened
OPERATIONS = "/api/v1/boards/operations"
OPEN = ("prepared", "signed")
OFTEN = {
    "shift.take": 1, "handover.prepare": 6, "handover.sign": 12, "handover.accept": 8, "handover.refuse": 3,
    "handover.withdraw": 1,
}  # fmt: skip


WANTED = {"shift.taken", "shift.handed_over", "handover.prepared", "handover.signed", "handover.refused"}


class Coordinator:
    """Each call goes by a connection of its own, to whichever worker takes it."""

    def __init__(self, url: str, token: str, seed: int) -> None:
        headers = {"authorization": f"Bearer {token}", "connection": "close"}
        self.http, self.random, self.done = httpx.AsyncClient(base_url=url, headers=headers), Random(seed), 0

    async def command(self, name: str, **data: Any) -> None:
        answer = await self.http.post(f"{OPERATIONS}/commands", json={"id": new_id(), "name": name, "data": data})
        assert answer.status_code in (200, 403, 409), answer.text
        self.done += answer.status_code == 200

    async def work(self) -> None:
        for _ in range(STEPS):
            report = (await self.http.get("/api/v1/handover")).json()
            number = (report["handover"] or {"number": 1})["number"]
            positions = {section["board"]: section["seq"] for section in report["searches"]}
            name = self.random.choices(list(OFTEN), list(OFTEN.values()))[0]
            given = {
                "shift.take": {"reason": "mine now"},
                "handover.prepare": {},
                "handover.sign": {"handover": number, "positions": positions},
                "handover.accept": {"handover": number, "restatement": "nothing is open"},
                "handover.refuse": {"handover": number, "reason": "not yet"},
                "handover.withdraw": {"handover": number},
            }
            await self.command(name, **given[name])


@pytest.mark.slow
async def test_one_holds_the_shift_at_every_moment_whoever_serves_whom(postgres_url: str, redis: Redis) -> None:
    events: list[dict[str, Any]] = []
    async with running_workers(postgres_url, WORKERS, redis.url) as workers:
        people = [
            Coordinator(workers.url, await workers.hire(name, "coordinator"), seed)
            for seed, name in enumerate(("Alice", "Ada", "Dora"))
        ]
        for _ in range(ROUNDS):
            await asyncio.gather(*(person.work() for person in people))
            events = (await people[0].http.get(f"{OPERATIONS}/events", params={"limit": 1000})).json()["events"]
            if {event["type"] for event in events} >= WANTED:
                break
        for person in people:
            assert person.done
            await person.http.aclose()
        assert await workers.end() == 0
    check([event for event in events if event["kind"] in ("shift", "handover")])


def check(events: list[dict[str, Any]]) -> None:
    """Check each event against the one before."""
    assert {event["type"] for event in events} >= WANTED
    holder, handover = None, {"number": 0, "status": "none"}
    for before, event in pairwise([None, *events]):
        assert event is not None
        state = event["state"]
        if event["kind"] == "handover":
            began = event["type"] == "handover.prepared"
            assert state["number"] == handover["number"] + began
            assert (handover["status"] in OPEN) != began, "one is open at most"
            handover = state
            continue
        assert (state["before"], state["holder"]) == (holder, event["actor"]["id"])
        assert holder != state["holder"]
        if event["type"] == "shift.handed_over":
            assert before is not None
            assert (before["type"], before["actor"]["id"]) == ("handover.accepted", state["holder"])
        else:
            assert handover["status"] not in OPEN
        holder = state["holder"]
