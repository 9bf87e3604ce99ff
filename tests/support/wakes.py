"""Tips that sleep, and sightings that wake them."""

import asyncio
from collections.abc import Sequence
from functools import partial
from typing import Any

from sqlmodel import Session, select

from board.commands.sightings import wake_steps
from board.commands.sightings.due_wakes import Claim
from board.commands.sightings.wakes import WokenReport, wake_id
from board.lookup import set_aside_reports
from board.lookup.look_again import Candidate, Reason
from board.service import BoardService
from models.board import OPERATIONS
from models.ids import new_id
from models.tip import Tip
from models.wake import DueWake
from tests.support.people import PATIENCE_S, Person

WHERE = {"text": "Monon bridge", "lat": 50.4701, "lon": 4.8702, "radius_m": 50}
NEAR = {"text": "", "lat": 50.4712, "lon": 4.8712, "radius_m": 50}
SAID = "a man on the bridge, in a mustard anorak, with Zébulonne"
SEEN = {"description": SAID, "place": NEAR, "seen_at": "2026-11-24T15:20:00Z"}
CONFIRMED = {"description": "a man in a mustard anorak", "place": WHERE, "seen_at": "2026-11-24T15:00:00Z"}


async def add_wake(service: BoardService, search: str, tip: str) -> str:
    """Add the wake of a tip on a search, as the server does; return its id."""
    reports = [WokenReport("tip", tip, 1, 0.9, [Reason("same_place", 1).stored()])]
    fn = partial(wake_steps.record, claim=Claim(search, "", 0, 1), reports=reports, clock=service.clock)
    await service.write(fn, boards=(OPERATIONS, search))
    return wake_id(search, tip)


async def add_tip(person: Person, **data: Any) -> str:
    """Add a tip near the confirmed sighting; return its id."""
    await person.command(OPERATIONS, "tip.add", SEEN | data)
    return max(id for kind, id in (await person.snapshot(OPERATIONS))["entities"] if kind == "tip")


async def sleeping_tip(person: Person, **data: Any) -> str:
    """Add a tip and dismiss it; return its id."""
    tip = await add_tip(person, **data)
    await person.command(OPERATIONS, "tip.dismiss", {"tip": tip, "reason": "cleared"})
    return tip


async def add_dismissed_tips(service: BoardService, reports: Sequence[Candidate]) -> None:
    """Add archived tips of earlier years with the contents of these reports."""
    assert len(reports) < set_aside_reports.MAX_COMPARED

    def fill(session: Session) -> None:
        for number, report in enumerate(reports):
            session.add(
                Tip(
                    id=new_id(), board=OPERATIONS, number=10_000 + number, description=report.folded, folded=report.folded,
                    seen_at=report.at, received_at="2026-11-24T15:00:00.000Z", source={"kind": "unknown", "sealed": False},
                    place={"lat": None, "lon": None, "radius_m": None} | (report.place or {}),
                    dismissed={"reason": "cleared", "at": "2026-11-24T15:00:00.000Z", "by": "x"},
                    queue="answered", queue_since="2026-11-24T15:00:00.000Z", archived_at="2026-11-25T15:00:00.000Z",
                    recorded_at="2026-11-24T15:00:00.000Z", taken_by="",
                )
            )  # fmt: skip

    await service.database.write(fill)


async def confirm(person: Person, search: str, assessment: str = "confirmed", **data: Any) -> str:
    """Add a sighting to a search and assess it; return its id."""
    await person.command(search, "sighting.add", CONFIRMED | data)
    sighting = max(id for kind, id in (await person.snapshot(search))["entities"] if kind == "sighting")
    await person.command(search, "sighting.assess", {"sighting": sighting, "assessment": assessment})
    return sighting


async def wakes_of(person: Person, search: str) -> dict[str, dict[str, Any]]:
    """Return the states of the wakes of a search by the report that they are about."""
    entities = (await person.snapshot(search))["entities"]
    return {state["tip"] or state["sighting"]: {"id": id} | state for (kind, id), state in entities.items() if kind == "wake"}


async def wait_for_wakes(reader: Person, search: str, count: int = 1) -> dict[str, dict[str, Any]]:
    async with asyncio.timeout(PATIENCE_S):
        while len(found := await wakes_of(reader, search)) < count:
            await asyncio.sleep(0.02)
    return found


async def events_of_wakes(reader: Person, board: str) -> list[dict[str, Any]]:
    answer = await reader.http.get(f"/api/v1/boards/{board}/events", params={"limit": 1000})
    return [event for event in answer.json()["events"] if event["kind"] == "wake"]


async def due(service: BoardService) -> dict[str, DueWake]:
    """Return the due searches."""
    rows = await service.database.read(lambda session: list(session.exec(select(DueWake))))
    return {row.board: row for row in rows}


async def opened(person: Person, **data: Any) -> str:
    """Open a search for a child whose name is in no tip; return its id."""
    return await person.open_search(**{"person": {"first_name": "Liberty", "last_name": "Vale"}, **data})
