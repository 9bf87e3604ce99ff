"""Tips that sleep, and sightings that wake them."""

from functools import partial
from typing import Any

from board.commands.sightings import wake_steps
from board.commands.sightings.due_wakes import Claim
from board.commands.sightings.wakes import WokenReport, wake_id
from board.lookup.look_again import Reason
from board.service import BoardService
from models.board import OPERATIONS
from tests.support.people import Person

WHERE = {"text": "Monon bridge", "lat": 50.4701, "lon": 4.8702, "radius_m": 50}
NEAR = {"text": "", "lat": 50.4712, "lon": 4.8712, "radius_m": 50}
SAID = "a man on the bridge, in a mustard anorak, with Zébulonne"
CONFIRMED = {"description": "a man in a mustard anorak", "place": WHERE, "seen_at": "2026-11-24T15:00:00Z"}


async def add_wake(service: BoardService, search: str, tip: str) -> str:
    """Add the wake of a tip on a search, as the server does; return its id."""
    reports = [WokenReport("tip", tip, 1, 0.9, [Reason("same_place", 1).stored()])]
    fn = partial(wake_steps.record, claim=Claim(search, "", 0, 1), reports=reports, clock=service.clock)
    await service.write(fn, boards=(OPERATIONS, search))
    return wake_id(search, tip)


async def add_tip(person: Person, **data: Any) -> str:
    """Add a tip near the confirmed sighting; return its id."""
    given = {"description": SAID, "place": NEAR, "seen_at": "2026-11-24T15:20:00Z"}
    await person.command(OPERATIONS, "tip.add", given | data)
    return max(id for kind, id in (await person.snapshot(OPERATIONS))["entities"] if kind == "tip")


async def sleeping_tip(person: Person, **data: Any) -> str:
    """Add a tip and dismiss it; return its id."""
    tip = await add_tip(person, **data)
    await person.command(OPERATIONS, "tip.dismiss", {"tip": tip, "reason": "cleared"})
    return tip


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
