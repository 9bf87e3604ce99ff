"""Alarms about what is left undone: late sightings and tips, and searches that nobody decides, reviews or reports."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from board.commands.sightings import late_reports
from models.board import OPERATIONS
from models.times import format_utc, now
from tests.api.test_alarms import MINUTE, Alarms
from tests.support.backends import SLOW_ON_POSTGRESQL
from tests.support.people import Person
from tests.support.server_clock import WallClock
from tests.support.team import running_team
from tests.support.wakes import add_wake, sleeping_tip

pytestmark = pytest.mark.both_backends(SLOW_ON_POSTGRESQL)

HOUR = 60  # minutes
TWO_CRITERIA = {"disability": {"answer": "yes"}, "medication": {"answer": "yes"}}
OUTCOME = {"found_at": "2026-11-24T15:10:00Z", "condition": "well", "how": "police", "family_told": True, "police_told": None}


@pytest.fixture
async def alarms(installation: dict[str, Any], tmp_path: Path, wall_clock: WallClock) -> AsyncIterator[Alarms]:
    """A runaway whose search Alice leads, without alarms; the shift is held by Ada."""
    async with running_team(tmp_path, **installation) as team:
        search = await team.alice.open_search(lead=team.alice.account["id"])
        await team.ada.command(OPERATIONS, "shift.take", {"reason": "night"})
        yield Alarms(team, search, wall_clock)


async def rules(alarms: Alarms, board: str = "") -> list[str]:
    """Return the rules of the alarms that have not ended, without those of the search's first tasks."""
    found = [state["rule"] for state in (await alarms.states(board)).values() if not state["ended_at"]]
    return [rule for rule in found if rule != "overdue_task"]


async def listed(who: Person, rule: str) -> dict[str, Any]:
    (alarm,) = [alarm for alarm in (await who.http.get("/api/v1/alarms")).json()["alarms"] if alarm["rule"] == rule]
    return dict(alarm)


async def add(alarms: Alarms, text: str) -> str:
    await alarms.desk.bob.command(alarms.search, "sighting.add", {"description": text})
    entities = (await alarms.desk.alice.snapshot(alarms.search))["entities"]
    return next(id for (kind, id), state in entities.items() if kind == "sighting" and state["description"] == text)


async def test_late_sightings_of_a_search_raise_one_alarm_with_their_number(alarms: Alarms) -> None:
    first, second = await add(alarms, "a girl on the bridge"), await add(alarms, "a girl in the park")
    await alarms.after(HOUR - 1)
    assert await rules(alarms) == []
    await alarms.after(HOUR + 1)
    assert await rules(alarms) == ["queue_late"]
    assert (await listed(alarms.desk.alice, "queue_late"))["count"] == 2
    await alarms.desk.charlie.command(alarms.search, "sighting.looked_at", {"sighting": first})
    await alarms.after(HOUR + 1)
    assert (await listed(alarms.desk.alice, "queue_late"))["count"] == 1
    await alarms.desk.charlie.command(alarms.search, "sighting.looked_at", {"sighting": second})
    await alarms.after(HOUR + 1)
    assert await rules(alarms) == []


async def test_late_wakes_count_as_late_sightings_do(alarms: Alarms) -> None:
    wake = await add_wake(alarms.desk.server.service, alarms.search, await sleeping_tip(alarms.desk.bob))
    await alarms.after(HOUR - 1)
    assert await rules(alarms) == []
    await alarms.after(HOUR + 1)
    assert await rules(alarms) == ["queue_late"]
    assert (await listed(alarms.desk.alice, "queue_late"))["count"] == 1
    await alarms.desk.charlie.command(alarms.search, "wake.answer", {"wake": wake, "answer": "not_same"})
    await alarms.after(HOUR + 1)
    assert await rules(alarms) == []


async def test_late_sightings_of_all_searches_are_counted_at_once(alarms: Alarms, monkeypatch: pytest.MonkeyPatch) -> None:
    other = await alarms.desk.alice.open_search()
    await add(alarms, "a girl on the bridge")
    await alarms.desk.bob.command(other, "sighting.add", {"description": "a boy"})
    await alarms.after(HOUR + 1)
    counted: list[list[str]] = []

    def count_late(session: Any, rule: Any, boards: list[str], at: str) -> Any:
        counted.append(sorted(boards))
        return real(session, rule, boards, at)

    real = late_reports.count_late
    monkeypatch.setattr(late_reports, "count_late", count_late)
    found = (await alarms.desk.ada.http.get("/api/v1/alarms")).json()["alarms"]
    assert {alarm["board"]: alarm["count"] for alarm in found if alarm["rule"] == "queue_late"} == {alarms.search: 1, other: 1}
    assert counted[0] == sorted([alarms.search, other]), "one query for all"


async def test_an_urgent_sighting_with_its_own_alarm_is_not_counted_again(alarms: Alarms) -> None:
    await alarms.desk.bob.command(alarms.search, "sighting.add", {"description": "a girl", "priority": "urgent"})
    await alarms.after(HOUR + 1)
    assert await rules(alarms) == ["urgent_sighting"]


async def test_a_late_tip_raises_an_alarm_that_ends_when_it_is_dismissed(alarms: Alarms) -> None:
    await alarms.desk.bob.command(OPERATIONS, "tip.add", {"description": "a boy at the station"})
    await alarms.after(HOUR + 1)
    assert await rules(alarms, OPERATIONS) == ["tip_late"]
    (tip,) = [id for kind, id in (await alarms.desk.alice.snapshot(OPERATIONS))["entities"] if kind == "tip"]
    await alarms.desk.alice.command(OPERATIONS, "tip.dismiss", {"tip": tip, "reason": "an advertisement"})
    assert await rules(alarms, OPERATIONS) == []


async def test_alarm_of_a_waiting_report_is_taken_and_given_back(alarms: Alarms) -> None:
    desk = alarms.desk
    await desk.bob.command(OPERATIONS, "report.add", {"source_name": "Samira", "person": {"first_name": "Lina"}})
    assert await rules(alarms, OPERATIONS) == ["report_waiting"]
    (id,) = [id for id, state in (await alarms.states(OPERATIONS)).items() if state["rule"] == "report_waiting"]
    await desk.alice.command(OPERATIONS, "alarm.take", {"alarm": id})
    assert (await alarms.states(OPERATIONS))[id]["taken_by"] == desk.alice.account["id"]
    await desk.alice.command(OPERATIONS, "alarm.hand_on", {"alarm": id, "to": desk.ada.account["id"]})
    assert (await alarms.states(OPERATIONS))[id]["ended_at"] is None


async def test_two_criteria_without_a_decision_raise_an_alarm(alarms: Alarms) -> None:
    await alarms.desk.bob.command(alarms.search, "search.update", {"criteria": {"disability": {"answer": "yes"}}})
    await alarms.after(31)
    assert await rules(alarms) == [], "one criterion suggests, and calls nobody"
    await alarms.desk.bob.command(alarms.search, "search.update", {"criteria": TWO_CRITERIA})
    await alarms.after(60)
    assert await rules(alarms) == []
    await alarms.after(62)
    assert await rules(alarms) == ["worrying_undecided"]
    await alarms.desk.alice.command(alarms.search, "search.set_worrying", {"worrying": False, "basis": "asked the family"})
    await alarms.after(62)
    assert await rules(alarms) == []


async def test_the_question_if_a_search_is_worrying_has_one_alarm(alarms: Alarms) -> None:
    desk = alarms.desk
    person, lead = {"first_name": "Noor", "age": 9}, desk.bob.account["id"]
    search = await desk.alice.open_search(person=person, criteria=TWO_CRITERIA, lead=lead)
    await alarms.after(31)
    assert await rules(alarms, search) == ["worrying_search"], "which asks already"
    (asking,) = [id for id, state in (await alarms.states(search)).items() if state["rule"] == "worrying_search"]
    await desk.ada.command(search, "alarm.take", {"alarm": asking})
    await alarms.after(62)
    assert await rules(alarms, search) == ["worrying_search"]
    await desk.alice.command(search, "search.set_worrying", {"worrying": False, "basis": "asked the family"})
    await alarms.after(62)
    assert await rules(alarms, search) == []


async def test_a_found_child_of_whom_not_all_were_told_raises_an_alarm(alarms: Alarms) -> None:
    found = {"status": "found", "reason": "at the station", "outcome": OUTCOME}
    await alarms.desk.alice.command(alarms.search, "search.set_status", found)
    await alarms.after(29)
    assert await rules(alarms) == []
    await alarms.after(31)
    assert await rules(alarms) == ["found_not_told"]
    await alarms.desk.alice.command(alarms.search, "search.set_outcome", {"outcome": {"police_told": True}})
    await alarms.after(31)
    assert await rules(alarms) == []


async def test_a_report_that_turns_out_to_be_missing_raises_an_alarm_later(alarms: Alarms) -> None:
    alice, told = alarms.desk.alice, OUTCOME | {"police_told": True}
    await alice.command(alarms.search, "search.set_status", {"status": "found", "reason": "at the station", "outcome": told})
    await alarms.after(2 * HOUR)
    assert await rules(alarms) == []
    for _ in range(2):
        await alice.command(alarms.search, "search.set_outcome", {"outcome": {"police_told": False}})
        await alarms.after(2 * HOUR)
        assert await rules(alarms) == ["found_not_told"]
        await alice.command(alarms.search, "search.set_outcome", {"outcome": {"police_told": True}})
        await alarms.after(2 * HOUR)
        assert await rules(alarms) == []


async def test_an_appeal_that_ends_soon_raises_an_alarm_until_it_is_prolonged(alarms: Alarms) -> None:
    begun = now()
    appeal = {
        "level": "posters",
        "from": format_utc(begun),
        "until": format_utc(begun + timedelta(hours=3)),
        "reason": "as agreed",
    }
    await alarms.desk.alice.command(alarms.search, "search.set_appeal", appeal)
    await alarms.after(2 * HOUR - 2)
    assert await rules(alarms) == []
    await alarms.after(2 * HOUR + 2)
    assert await rules(alarms) == ["appeal_ending"]
    longer = appeal | {"until": format_utc(begun + timedelta(hours=9))}
    (seq, *_) = (await alarms.desk.alice.command(alarms.search, "search.set_appeal", longer))["seqs"]
    await alarms.after(2 * HOUR + 2)
    assert await rules(alarms) == []
    await alarms.desk.alice.command(alarms.search, "undo", {"seq": seq})
    await alarms.after(2 * HOUR + 2)
    assert await rules(alarms) == ["appeal_ending"], "it ends soon again"


async def test_an_unreviewed_search_raises_an_alarm_until_a_decision(alarms: Alarms) -> None:
    await alarms.after(48 * HOUR - 1)
    assert await rules(alarms) == []
    await alarms.after(48 * HOUR + 1)
    assert await rules(alarms) == ["search_not_reviewed"]
    await alarms.desk.bob.command(alarms.search, "note.add", {"text": "a comment is no review"})
    await alarms.after(48 * HOUR + 1)
    assert await rules(alarms) == ["search_not_reviewed"]
    await alarms.desk.bob.command(alarms.search, "note.add", {"text": "we go on", "category": "decision"})
    await alarms.after(48 * HOUR + 1)
    assert await rules(alarms) == []
    await alarms.after(96 * HOUR)
    assert await rules(alarms) == []


async def test_an_answer_beside_a_note_ends_its_alarm(alarms: Alarms) -> None:
    await alarms.desk.bob.command(alarms.search, "note.add", {"text": "@Charlie: who calls?", "please_answer": True})
    await alarms.desk.ada.command(alarms.search, "note.add", {"text": "nobody asked me"})
    assert await rules(alarms) == ["please_answer"]
    await alarms.desk.charlie.command(alarms.search, "note.add", {"text": "I do"})
    assert await rules(alarms) == []


async def test_the_third_extension_alerts_the_holder_of_the_shift(alarms: Alarms) -> None:
    desk = alarms.desk
    await desk.bob.command(alarms.search, "sighting.add", {"description": "a girl", "priority": "urgent"})
    id = (await alarms.only())[0]
    await desk.charlie.command(alarms.search, "alarm.take", {"alarm": id})

    async def alerts() -> list[str]:
        return [alert["type"] for alert in (await desk.ada.http.get("/api/v1/alerts")).json()["alerts"]]

    for extension in (1, 2, 3):
        alarms.clock.set(extension * 5 * MINUTE)
        assert "alarm.extended" not in await alerts()
        until = format_utc(now() + 20 * MINUTE)
        await desk.charlie.command(alarms.search, "alarm.extend", {"alarm": id, "until": until, "note": "calling"})
    assert "alarm.extended" in await alerts()
