"""Sightings of both that wait: one entry that names both children, counted once by each list and screen."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from board.commands.sightings import late_reports
from board.config.alarm_rules import load_rules
from board.config.targets import load_targets
from board.live.summary_counts import count
from board.lookup import other_children
from models.times import format_utc, now
from tests.api.test_of_both import FOUND, Siblings
from tests.support.backends import SLOW_ON_POSTGRESQL
from tests.support.people import Person
from tests.support.search_scenario import SearchScenario
from tests.support.team import Team

pytestmark = pytest.mark.both_backends(SLOW_ON_POSTGRESQL)

EMMA, FINN = {"first_name": "Emmeline", "age": 11}, {"first_name": "Finnegan", "last_name": "Bos", "age": 6}
QUEUES = ("look", "judge", "pass_on")
THIRD = "A sighting can be of two children. For a third child, add it on that child’s board too."


@pytest.fixture
async def siblings(team: Team) -> Siblings:
    emma, finn = await team.alice.open_search(person=EMMA), await team.alice.open_search(person=FINN)
    await team.alice.command(emma, "search.link", {"search": finn, "how": "together"})
    return Siblings(SearchScenario(team, emma), SearchScenario(team, finn))


async def entries(siblings: Siblings, who: Person | None = None) -> list[dict[str, Any]]:
    """Return the entries of both searches in the list of unanswered ones."""
    answer = await (who or siblings.emma.team.alice).http.get("/api/v1/unanswered", params={"limit": 500})
    boards = {scene.search for scene in siblings}
    return [entry for entry in answer.json()["entries"] if entry["board"] in boards]


async def counts(siblings: Siblings, after: timedelta = timedelta()) -> dict[str, int]:
    """Return the sums over the summaries of both searches, as home and walls show them."""
    service, boards = siblings.emma.team.server.service, [scene.search for scene in siblings]
    at = format_utc(now() + after)
    counted = await service.database.read(lambda session: count(session, boards, at, load_targets()))
    summaries = [each.summary for each in counted.values()]
    return {
        "waiting": sum(summary["unanswered"][queue] for summary in summaries for queue in QUEUES),
        "late": sum(summary["unanswered"]["late"] for summary in summaries),
        "unassessed": sum(summary["unassessed_sightings"] for summary in summaries),
    }


async def test_sighting_of_both_waits_once_and_names_both_children(siblings: Siblings) -> None:
    await siblings.finn.sighting(description="only Finn")
    assert (len(await entries(siblings)), (await counts(siblings))["waiting"]) == (1, 1)
    pair = await siblings.both()
    listed = {entry["id"]: entry for entry in await entries(siblings)}
    assert (len(listed), pair[0] in listed, pair[1] in listed) == (2, True, False)
    other = listed[pair[0]]["of_both"]
    number = (await siblings.finn.state("sighting", pair[1]))["number"]
    reference = (await siblings.finn.state("search", siblings.finn.search))["reference"]
    assert listed[pair[0]]["child"] == "Emmeline, 11"
    assert other == {
        "board": siblings.finn.search, "reference": reference, "child": "Finnegan B., 6", "id": pair[1], "number": number,
    }  # fmt: skip
    assert [entry["of_both"] for id, entry in listed.items() if id != pair[0]] == [None]
    assert await counts(siblings, timedelta(days=1)) == {"waiting": 2, "late": 2, "unassessed": 2}


async def test_sighting_waits_on_the_board_that_raises_its_alarms(siblings: Siblings) -> None:
    pair = await siblings.both()
    await siblings.emma.does("search.set_status", FOUND)
    listed = {entry["id"]: entry for entry in await entries(siblings)}
    assert (listed[pair[1]]["target_min"], listed[pair[1]]["of_both"]) == (60, None), "Finn is still sought"
    await siblings.emma.does("search.set_status", {"status": "open", "reason": "gone again"})
    (entry,) = await entries(siblings)
    one, other = await siblings.states(pair)
    assert entry["id"] == (pair[0] if one["of_both"]["alarms"] else pair[1])
    assert one["of_both"]["alarms"] is not other["of_both"]["alarms"]
    await siblings.emma.does("sighting.set_of_both", {"sighting": pair[0], "search": None})
    assert [(entry["id"], entry["of_both"]) for entry in await entries(siblings)] == [(pair[0], None)]


async def test_assigned_sighting_of_both_is_one_item_of_work(team: Team, siblings: Siblings) -> None:
    pair = await siblings.both()
    await siblings.finn.does("card.assign", {"card": pair[1], "assignee": team.bob.account["id"]})
    work = (await team.bob.http.get("/api/v1/work")).json()["items"]
    assert [item["id"] for item in work if item["id"] in pair] == [pair[0]]


async def test_handover_counts_and_lists_a_sighting_of_both_once(siblings: Siblings) -> None:
    pair = await siblings.both()
    report = (await siblings.emma.team.alice.http.get("/api/v1/handover")).json()
    sections = {section["board"]: section for section in report["searches"] if section["board"] in {e.search for e in siblings}}
    assert [sections[scene.search]["unanswered"]["look"] for scene in siblings] == [1, 0]
    for name in ("to_look_at", "ungraded"):
        listed = [card["id"] for scene in siblings for card in sections[scene.search][name]]
        assert listed == [pair[0]], f"{name}: as often as it counts"


async def test_late_sighting_of_both_raises_one_alarm(siblings: Siblings) -> None:
    await siblings.both()
    (rule,) = load_rules().of("queue_late")
    at = format_utc(datetime.now(UTC) + timedelta(days=1))
    boards = [scene.search for scene in siblings]
    service = siblings.emma.team.server.service
    late = await service.database.read(lambda session: dict(late_reports.count_late(session, rule, boards, at)))
    assert late == {siblings.emma.search: 1}


async def test_other_child_is_named_only_to_readers_who_see_its_search(siblings: Siblings) -> None:
    """Read as a person who opened one of two members-only searches in an emergency."""
    pair = await siblings.both()
    state = (await siblings.emma.state("sighting", pair[0]))["of_both"]
    database, hidden = siblings.emma.team.server.service.database, {siblings.finn.search}
    assert await database.read(lambda session: other_children.read(session, [state], hidden)) == {}
    number = (await siblings.finn.state("sighting", pair[1]))["number"]
    assert (await database.read(lambda session: other_children.read(session, [state], set())))[pair[1]]["number"] == number


async def test_third_child_is_refused_by_a_sentence_that_says_what_to_do(team: Team, siblings: Siblings) -> None:
    third = await team.alice.open_search()
    await siblings.emma.does("search.link", {"search": third, "how": "together"})
    pair = await siblings.both()
    refused = await siblings.emma.refuses("invalid", "sighting.set_of_both", {"sighting": pair[0], "search": third}, "search")
    assert refused.fields["search"] == THIRD
    added = await SearchScenario(team, third).sighting(description="the same")
    assert added["state"]["of_both"] is None
