"""Red means that something is late and that nobody has it: counts of a search, of the list of unanswered entries and of walls."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from board.live import summary_counts
from board.live.search_summaries import LastSignificantEvents
from models.board import OPERATIONS
from models.times import format_utc
from tests.api.test_alarms import MINUTE, Alarms, id_of
from tests.support.backends import SLOW_ON_POSTGRESQL
from tests.support.server_clock import WallClock
from tests.support.team import running_team

pytestmark = pytest.mark.both_backends(SLOW_ON_POSTGRESQL)

NONE = {"look": 0, "judge": 0, "pass_on": 0}
LATE = 61  # minutes, of 60


@pytest.fixture
async def alarms(installation: dict[str, Any], tmp_path: Path, wall_clock: WallClock) -> AsyncIterator[Alarms]:
    """A search that Alice leads; the shift is held by Ada."""
    async with running_team(tmp_path, **installation) as team:
        search = await team.alice.open_search(lead=team.alice.account["id"])
        await team.ada.command(OPERATIONS, "shift.take", {"reason": "night"})
        yield Alarms(team, search, wall_clock)


async def summary(alarms: Alarms) -> dict[str, Any]:
    service = alarms.desk.server.service
    at = format_utc(service.clock())
    counted = await service.database.read(lambda session: summary_counts.count(session, [alarms.search], at))
    return counted[alarms.search].summary


async def card(alarms: Alarms, kind: str, name: str, data: dict[str, Any]) -> str:
    """Add a card, and return its id."""
    (seq, *_) = (await alarms.desk.bob.command(alarms.search, name, data))["seqs"]
    events = (await alarms.desk.bob.http.get(f"/api/v1/boards/{alarms.search}/events", params={"after": seq - 1})).json()[
        "events"
    ]
    return next(str(event["id"]) for event in events if event["kind"] == kind)


async def alarm_about(alarms: Alarms, about: str) -> str:
    return next(id for id, state in (await alarms.states()).items() if state["about"]["id"] == about and not state["ended_at"])


async def unanswered(alarms: Alarms) -> tuple[dict[str, Any], dict[str, bool]]:
    """Return the counts of late entries, and whether somebody has each entry."""
    body = (await alarms.desk.alice.http.get("/api/v1/unanswered")).json()
    return {name: body["counts"][name] for name in ("late", "late_open")}, {each["id"]: each["held"] for each in body["entries"]}


async def test_an_assigned_sighting_is_late_but_not_red(alarms: Alarms) -> None:
    id = await card(alarms, "sighting", "sighting.add", {"description": "a girl on the bridge"})
    alarms.clock.set(LATE * MINUTE)
    red = NONE | {"look": 1}
    assert {name: (await summary(alarms))["unanswered"][name] for name in ("late", "late_open")} == {"late": 1, "late_open": red}
    assert await unanswered(alarms) == ({"late": 1, "late_open": red}, {id: False})
    await alarms.desk.alice.command(alarms.search, "card.assign", {"card": id, "assignee": id_of(alarms.desk.bob)})
    assert {name: (await summary(alarms))["unanswered"][name] for name in ("late", "late_open")} == {"late": 1, "late_open": NONE}
    assert await unanswered(alarms) == ({"late": 1, "late_open": NONE}, {id: True})


async def test_a_promise_about_all_late_sightings_removes_their_red(alarms: Alarms) -> None:
    id = await card(alarms, "sighting", "sighting.add", {"description": "a girl on the bridge"})
    await alarms.after(LATE)
    assert await unanswered(alarms) == ({"late": 1, "late_open": NONE | {"look": 1}}, {id: False})
    await alarms.desk.charlie.command(alarms.search, "alarm.take", {"alarm": await alarm_about(alarms, alarms.search)})
    assert (await summary(alarms))["unanswered"]["late_open"] == NONE
    assert await unanswered(alarms) == ({"late": 1, "late_open": NONE}, {id: True})


async def test_an_urgent_sighting_with_an_open_alarm_is_red(alarms: Alarms) -> None:
    id = await card(alarms, "sighting", "sighting.add", {"description": "a girl", "priority": "urgent"})
    await alarms.after(LATE)
    assert await unanswered(alarms) == ({"late": 1, "late_open": NONE | {"look": 1}}, {id: False})
    await alarms.desk.charlie.command(alarms.search, "alarm.take", {"alarm": await alarm_about(alarms, id)})
    assert await unanswered(alarms) == ({"late": 1, "late_open": NONE}, {id: True})


@pytest.mark.parametrize("profile", ["room", "inner"])
async def test_an_overdue_task_that_is_promised_is_named(alarms: Alarms, profile: str) -> None:
    due = {"due": "2020-01-01T00:00:00Z", "priority": "urgent"}
    task = await card(alarms, "task", "task.add", {"title": "Ask the shop"} | due)
    other = await card(alarms, "task", "task.add", {"title": "Ask the school", "due": "2021-01-01T00:00:00Z"})
    await alarms.after(1)
    told = await summary(alarms)
    assert (told["overdue_open"], told["promised"], told["overdue_task"]["id"]) == (told["overdue_tasks"], [], task)
    await alarms.desk.charlie.command(alarms.search, "alarm.take", {"alarm": await alarm_about(alarms, task)})
    told = await summary(alarms)
    assert (told["overdue_open"], told["promised"], told["overdue_task"]["id"]) == (told["overdue_tasks"] - 1, [task], other)
    shown = LastSignificantEvents().for_displays(alarms.search, told, profile)
    assert (shown["overdue_open"], shown["promised"]) == (told["overdue_open"], [task])
