"""Sightings of two children: one sighting on both boards at every moment, graded, moved and withdrawn once."""

import asyncio
from random import Random
from typing import Any, NamedTuple

import pytest

from board.client import Refusal
from board.commands.sightings import of_both
from board.commands.sightings.twins import COMMON
from tests.support.backends import SLOW_ON_POSTGRESQL
from tests.support.people import Person
from tests.support.search_scenario import UNKNOWN_ID, SearchScenario
from tests.support.team import Team

pytestmark = pytest.mark.both_backends(SLOW_ON_POSTGRESQL)

OUTCOME = {"found_at": "2026-11-24T15:10:00Z", "condition": "well", "how": "police", "family_told": True, "police_told": True}
FOUND = {"status": "found", "reason": "at home", "outcome": OUTCOME}
OPEN = {"status": "open", "reason": "gone again"}
COMPARED = tuple(name for name in COMMON if name != "duplicate_of")
Entities = dict[tuple[str, str], dict[str, Any]]
Step = tuple[SearchScenario, str, str, dict[str, Any]]  # board, sighting, and a command on it


class Siblings(NamedTuple):
    """Boards of two children who disappeared together."""

    emma: SearchScenario
    finn: SearchScenario

    async def both(self, who: Person | None = None, **data: Any) -> tuple[str, str]:
        """Add a sighting of both on Emma's board; return its ids on both boards."""
        sighting = (await self.emma.sighting(**data))["id"]
        event = await self.emma.one("sighting.set_of_both", {"sighting": sighting, "search": self.finn.search}, who)
        return sighting, str(event["state"]["of_both"]["sighting"])

    async def states(self, pair: tuple[str, str]) -> tuple[dict[str, Any], dict[str, Any]]:
        return await self.emma.state("sighting", pair[0]), await self.finn.state("sighting", pair[1])


@pytest.fixture
async def siblings(team: Team) -> Siblings:
    emma, finn = await team.alice.open_search(), await team.alice.open_search()
    await team.alice.command(emma, "search.link", {"search": finn, "how": "together"})
    return Siblings(SearchScenario(team, emma), SearchScenario(team, finn))


def in_common(state: dict[str, Any]) -> dict[str, Any]:
    return {name: state[name] for name in COMPARED if name in state}


async def same(siblings: Siblings, pair: tuple[str, str]) -> dict[str, Any]:
    """Check that a sighting is the same on both boards; return what it has in common."""
    one, other = await siblings.states(pair)
    assert in_common(one) == in_common(other)
    assert one["of_both"]["number"] == other["number"]
    assert other["of_both"]["number"] == one["number"]
    assert {one["of_both"]["alarms"], other["of_both"]["alarms"]} == {True, False}
    return one


async def test_sighting_of_both_is_on_both_boards_with_a_number_on_each(siblings: Siblings) -> None:
    await siblings.finn.sighting(description="only Finn")
    pair = await siblings.both(description="a girl with a small boy", priority="urgent", source_name="Zqname", seen_at=None)
    state = await same(siblings, pair)
    assert len({each["queue_since"] for each in await siblings.states(pair)}) == 1
    assert (state["description"], state["source_kept"]) == ("a girl with a small boy", True)
    assert state["number"] != state["of_both"]["number"]
    assert await siblings.emma.does("sighting.set_of_both", {"sighting": pair[0], "search": siblings.finn.search}) == []
    source = f"/api/v1/boards/{siblings.finn.search}/sightings/{pair[1]}/source"
    assert (await siblings.emma.team.alice.http.get(source)).json()["name"] == "Zqname"


async def test_every_change_of_one_is_a_change_of_the_other(team: Team, siblings: Siblings) -> None:
    pair = await siblings.both()
    other = await siblings.both(description="the same, told again")
    here, there = siblings
    steps: list[Step] = [
        (here, pair[0], "sighting.grade", {"grade": {"source": "B", "content": 2}}),
        (there, pair[1], "sighting.assess", {"assessment": "credible"}),
        (here, pair[0], "sighting.pass_on", {"to": "Zone Gent"}),
        (
            there,
            pair[1],
            "sighting.update",
            {"clothing": "red", "source_contact": "+32 470 12 34 56", "source": {"kind": "named"}},
        ),
        (here, other[0], "sighting.assess", {"assessment": "duplicate", "duplicate_of": pair[0]}),
        (here, other[0], "sighting.looked_at", {}),
    ]
    for scene, id, name, data in steps:
        events = await scene.does(name, {"sighting": id} | data, team.bob)
        assert len(events) == 1 or name == "sighting.looked_at"
        await same(siblings, pair)
    assert [state["duplicate_of"] for state in await siblings.states(other)] == list(pair)
    moves: list[Step] = [
        (there, pair[1], "card.move", {"column": (await there.columns())["doing"]}),
        (here, pair[0], "card.assign", {"assignee": team.bob.account["id"]}),
        (there, pair[1], "card.withdraw", {"reason": "typed twice"}),
        (here, pair[0], "card.restore", {}),
    ]
    for scene, id, name, data in moves:
        await scene.one(name, {"card": id} | data)
        await same(siblings, pair)
    assert (await here.state("sighting", pair[0]))["column"] == (await here.columns())["doing"]
    source = await team.alice.http.get(f"/api/v1/boards/{here.search}/sightings/{pair[0]}/source")
    assert source.json()["contact"] == "+32 470 12 34 56"


async def test_undo_on_one_board_is_an_undo_on_both(siblings: Siblings) -> None:
    pair = await siblings.both()
    grade = await siblings.emma.one("sighting.grade", {"sighting": pair[0], "grade": {"source": "B"}})
    await siblings.emma.one("undo", {"seq": grade["seq"]})
    assert (await same(siblings, pair))["grade"]["source"] == "F"
    moved = await siblings.finn.one("card.move", {"card": pair[1], "column": (await siblings.finn.columns())["done"]})
    await siblings.finn.one("undo", {"seq": moved["seq"]})
    assert (await siblings.emma.state("sighting", pair[0]))["column"] == (await siblings.emma.columns())["inbox"]


async def test_sighting_of_one_child_alone_is_withdrawn_from_the_other_board(siblings: Siblings) -> None:
    pair = await siblings.both()
    apart = await siblings.emma.one("sighting.set_of_both", {"sighting": pair[0], "search": None})
    one, other = await siblings.states(pair)
    assert (one["of_both"], one["withdrawn"], other["of_both"], other["withdrawn"]) == (None, False, None, True)
    await siblings.emma.one("sighting.grade", {"sighting": pair[0], "grade": {"source": "A"}})
    assert (await siblings.finn.state("sighting", pair[1]))["grade"]["source"] == "F"
    undone = await siblings.emma.one("undo", {"seq": apart["seq"]})
    assert (await same(siblings, pair))["grade"]["source"] == "A"
    await siblings.emma.one("undo", {"seq": undone["seq"]})
    await siblings.emma.one("sighting.set_of_both", {"sighting": pair[0], "search": siblings.finn.search})
    await same(siblings, pair)
    assert (
        len([1 for kind, _ in (await siblings.finn.team.alice.snapshot(siblings.finn.search))["entities"] if kind == "sighting"])
        == 1
    )


async def test_sighting_stays_with_the_child_who_is_still_sought(siblings: Siblings) -> None:
    pair = await siblings.both(priority="urgent")
    await siblings.emma.does("search.set_status", FOUND)
    one, other = await siblings.states(pair)
    assert (one["of_both"], other["of_both"]) == (None, None)
    entities = (await siblings.finn.team.alice.snapshot(siblings.finn.search))["entities"]
    about = [state["about"]["id"] for (kind, _), state in entities.items() if kind == "alarm" and state["ended_at"] is None]
    assert pair[1] in about, "its alarm goes over to the board of the other child"
    await siblings.finn.one("sighting.grade", {"sighting": pair[1], "grade": {"source": "C"}})
    assert (await siblings.emma.state("sighting", pair[0]))["grade"]["source"] == "F"
    await siblings.emma.does("search.set_status", OPEN)
    assert (await same(siblings, pair))["grade"]["source"] == "C"


async def test_sighting_of_both_raises_one_alarm(siblings: Siblings) -> None:
    await siblings.both(priority="urgent")
    counts = []
    for scene in siblings:
        entities = (await scene.team.alice.snapshot(scene.search))["entities"]
        counts.append(sum(kind == "alarm" and state["ended_at"] is None for (kind, _), state in entities.items()))
    assert counts == [1, 0]


async def test_audience_and_link_end_a_sighting_of_both(team: Team, siblings: Siblings) -> None:
    pair = await siblings.both()
    members = [team.alice.account["id"], team.bob.account["id"]]
    await siblings.finn.does("search.set_access", {"access": "members", "members": members})
    await siblings.finn.one("sighting.update", {"sighting": pair[1], "clothing": "Zqsecret"})
    assert siblings.finn.search not in str((await team.charlie.http.get(f"/api/v1/boards/{siblings.emma.search}")).json())
    assert "Zqsecret" not in (await team.charlie.http.get(f"/api/v1/boards/{siblings.emma.search}")).text
    await siblings.emma.does("search.set_access", {"access": "members", "members": members[::-1]})
    await same(siblings, pair)
    await siblings.emma.does("search.link", {"search": siblings.finn.search, "how": "related"})
    assert [state["of_both"] for state in await siblings.states(pair)] == [None, None]


async def test_only_siblings_sought_by_the_same_people_share_sightings(team: Team, siblings: Siblings) -> None:
    sighting = (await siblings.emma.sighting())["id"]
    secret, stranger = await team.secret_search(), await team.alice.open_search()
    await team.alice.command(siblings.emma.search, "search.link", {"search": secret, "how": "together"})
    for search, code, fields in (
        (stranger, "invalid", ["search"]),
        (secret, "invalid", ["search"]),
        (UNKNOWN_ID, "not_found", ["search"]),
    ):
        await siblings.emma.refuses(code, "sighting.set_of_both", {"sighting": sighting, "search": search}, *fields)
    with pytest.raises(Refusal, match="not_found"):
        await team.bob.command(siblings.emma.search, "sighting.set_of_both", {"sighting": sighting, "search": secret})
    with pytest.raises(Refusal, match="forbidden"):
        await team.victor.command(siblings.emma.search, "sighting.set_of_both", {"sighting": sighting, "search": None})
    await siblings.emma.does("card.withdraw", {"card": sighting})
    data = {"sighting": sighting, "search": siblings.finn.search}
    await siblings.emma.refuses("invalid", "sighting.set_of_both", data, "sighting")
    await siblings.finn.does("search.set_status", FOUND)
    await siblings.emma.does("card.restore", {"card": sighting})
    await siblings.emma.refuses("invalid", "sighting.set_of_both", data, "search")


async def test_search_has_a_bounded_number_of_sightings_of_both(siblings: Siblings, monkeypatch: pytest.MonkeyPatch) -> None:
    assert of_both.MAX_OF_BOTH == 200
    monkeypatch.setattr(of_both, "MAX_OF_BOTH", 1)
    pair = await siblings.both()
    one_more = (await siblings.finn.sighting())["id"]
    await siblings.finn.refuses("too_large", "sighting.set_of_both", {"sighting": one_more, "search": siblings.emma.search})
    await same(siblings, pair)


async def test_changes_from_both_boards_at_once_agree(team: Team, siblings: Siblings) -> None:
    """Each command locks its own board first, so two of them can wait for each other: the database ends one, which is retried."""
    pair = await siblings.both()
    grades = [(side, {"sighting": pair[side], "grade": {"content": 1 + number}}) for number in range(5) for side in (0, 1)]
    who = (team.alice, team.bob)
    await asyncio.gather(*(who[side].command(siblings[side].search, "sighting.grade", data) for side, data in grades))
    await same(siblings, pair)


# -- any commands, in any order -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "seed", [pytest.param(1), pytest.param(2, marks=pytest.mark.slow), pytest.param(3, marks=pytest.mark.slow)]
)
async def test_twenty_sightings_are_once_on_each_board_at_every_moment(team: Team, siblings: Siblings, seed: int) -> None:
    random = Random(seed)
    pairs = [await siblings.both(description=f"both, {number}") for number in range(20)]
    for step in range(60):
        if step in (25, 40):
            await siblings.finn.does("search.set_status", FOUND if step == 25 else OPEN)
        side = 0 if 25 <= step < 40 else random.randrange(2)
        scene, id = siblings[side], random.choice(pairs)[side]
        await any_command(random, scene, id)
        if not 25 <= step < 40:
            await every_pair_is_the_same(siblings, pairs)
    for side, scene in enumerate(siblings):
        await each_is_there_once(scene, [pair[side] for pair in pairs])


async def any_command(random: Random, scene: SearchScenario, id: str) -> None:
    columns = await scene.columns()
    commands: list[tuple[str, dict[str, Any]]] = [
        ("card.move", {"card": id, "column": random.choice(list(columns.values()))}),
        ("sighting.grade", {"sighting": id, "grade": {"source": random.choice("ABCDEF"), "content": random.randrange(1, 7)}}),
        ("sighting.assess", {"sighting": id, "assessment": random.choice(["credible", "not_the_child", "unassessed"])}),
        ("card.withdraw", {"card": id}), ("card.restore", {"card": id}),
        ("sighting.update", {"sighting": id, "description": f"word {random.randrange(99)}"}),
    ]  # fmt: skip
    name, data = random.choice(commands)
    events = await scene.does(name, data)
    if events and random.random() < 0.4:
        await scene.does("undo", {"seq": events[0]["seq"]})


async def every_pair_is_the_same(siblings: Siblings, pairs: list[tuple[str, str]]) -> None:
    boards: list[Entities] = [(await scene.team.alice.snapshot(scene.search))["entities"] for scene in siblings]
    roles = [{id: state["role"] for (kind, id), state in board.items() if kind == "column"} for board in boards]
    for pair in pairs:
        one, other = (board["sighting", id] for board, id in zip(boards, pair, strict=True))
        assert in_common(one) == in_common(other)
        assert roles[0][one["column"]] == roles[1][other["column"]]
        assert (one["of_both"]["sighting"], other["of_both"]["sighting"]) == (pair[1], pair[0])


async def each_is_there_once(scene: SearchScenario, ids: list[str]) -> None:
    """Check each moment of a board, as replay reads it."""
    head = (await scene.team.alice.snapshot(scene.search))["seq"]
    first = {}
    for event in await scene.events(list(range(1, head + 1))):
        if event["type"] == "sighting.added":
            assert event["id"] not in first
            first[event["id"]] = event["seq"]
        elif event["kind"] == "sighting":
            assert event["state"] is not None, "it never leaves the board"
    assert sorted(first) == sorted(ids)
    for at in range(first[ids[0]], head + 1, 17):
        shown = {id: state for (kind, id), state in (await scene.team.alice.snapshot(scene.search, at=at))["entities"].items()
                 if kind == "sighting"}  # fmt: skip
        assert sorted(shown) == sorted(id for id in ids if first[id] <= at)
        assert len({state["number"] for state in shown.values()}) == len(shown)
