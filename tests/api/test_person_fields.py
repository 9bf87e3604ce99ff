"""Fields of the child: looks, clothes and needs are written, undone, exported, and absent in searches of earlier versions."""

import csv
import io
from pathlib import Path
from typing import Any

import orjson
import pytest
from sqlalchemy import select
from sqlmodel import Session

from board.live.display_filter import DisplayFacts, filter_event
from models.db.database import Database
from models.db.schema import metadata, migrate
from models.display import PROFILES
from models.search import Search
from tests.support import old_schemas
from tests.support.backends import SLOW_ON_POSTGRESQL, Backend
from tests.support.search_scenario import SearchScenario
from tests.support.team import Team

pytestmark = pytest.mark.both_backends(SLOW_ON_POSTGRESQL)

LOOKS: dict[str, Any] = {
    "height_cm": 142, "build": "slim", "hair": "dark blond", "eyes": "grey", "features": "blue glasses",
    "clothing": "yellow rucksack", "needs": "inhaler", "needs_until": "2026-11-24T13:00:00.000Z",
}  # fmt: skip
TABLE = metadata.tables["search"]
PERSON = {"first_name": "Noor", "age": 11}
FIRST = ("first_name", "last_name", "age", "birth_date", "sex", "description")  # all that searches of before 0.4.0 have


@pytest.fixture
async def scene(team: Team) -> SearchScenario:
    return SearchScenario(team, await team.alice.open_search(person=PERSON))


def _earlier_rows(source: Session, target: Session) -> None:
    """The searches of one database in another, as the version before left them."""
    old_schemas.reset_to_revision(target, "0027")
    rows = [dict(row) for row in source.execute(select(TABLE)).mappings()]
    old_schemas.insert_rows(target, TABLE, [row | {"person": {name: row["person"][name] for name in FIRST}} for row in rows])


async def test_an_investigator_writes_each_of_them(scene: SearchScenario) -> None:
    for name, value in LOOKS.items():
        event = await scene.one("search.update", {"person": {name: value}}, scene.team.bob)
        assert (event["type"], event["changes"]) == ("search.updated", [f"person.{name}"])
        assert event["state"]["person"][name] == value
    emptied = await scene.one("search.update", {"person": dict.fromkeys(LOOKS)}, scene.team.bob)
    assert {name: emptied["state"]["person"][name] for name in LOOKS} == dict.fromkeys(LOOKS)


@pytest.mark.parametrize(
    "wrong",
    [
        {"height_cm": 29}, {"height_cm": 231}, {"height_cm": 142.5}, {"height_cm": "142"}, {"build": "tall"},
        *({name: "x" * 201} for name in ("hair", "eyes", "features", "clothing", "needs")), {"needs_until": "at noon"},
    ],
)  # fmt: skip
async def test_a_value_that_does_not_fit_is_refused_by_its_field(scene: SearchScenario, wrong: dict[str, Any]) -> None:
    await scene.refuses("invalid", "search.update", {"person": wrong}, *(f"person.{name}" for name in wrong))


async def test_undo_sets_needs_back_with_their_time(scene: SearchScenario) -> None:
    needs = {name: LOOKS[name] for name in ("needs", "needs_until")}
    first = await scene.one("search.update", {"person": needs})
    second = await scene.one("search.update", {"person": {"needs": "nothing", "needs_until": None}})
    undone = await scene.one("undo", {"seq": second["seq"]})
    assert {name: undone["state"]["person"][name] for name in needs} == needs
    gone = await scene.one("undo", {"seq": undone["seq"]})
    assert gone["state"]["person"] == second["state"]["person"]
    assert first["changes"] == ["person.needs", "person.needs_until"]


async def test_two_people_who_write_the_same_need_conflict(scene: SearchScenario) -> None:
    base = (await scene.team.alice.snapshot(scene.search))["seq"]
    await scene.one("search.update", {"person": {"needs": "inhaler"}}, scene.team.bob)
    await scene.refuses("conflict", "search.update", {"person": {"needs": "insulin"}}, "person.needs", base=base)
    await scene.one("search.update", {"person": {"clothing": "red coat"}}, base=base)


async def test_exports_have_them_under_their_labels(scene: SearchScenario) -> None:
    await scene.does("search.update", {"person": LOOKS})
    answer = await scene.team.alice.http.get("/api/v1/boards/operations/cards.csv")
    (row,) = [each for each in csv.DictReader(io.StringIO(answer.text.lstrip("\ufeff"))) if each["Id"] == scene.search]
    labels = ("Height (cm)", "Build", "Hair", "Eyes", "Distinctive features", "Clothing", "Needs", "Needs covered until")
    assert [row[label] for label in labels] == [str(value) for value in LOOKS.values()]


async def test_paper_says_what_was_written(scene: SearchScenario) -> None:
    await scene.does("search.update", {"person": LOOKS})
    paper = (await scene.team.alice.http.get(f"/searches/{scene.search}/history.md")).text
    for words in ("yellow rucksack", "inhaler", "slim", "142", "24 Nov 2026 14:00"):
        assert words in paper.replace("\\", ""), paper


# -- searches of earlier versions -----------------------------------------------------------------------------------------


async def test_an_upgrade_gives_searches_the_fields_empty(scene: SearchScenario, backend: Backend, tmp_path: Path) -> None:
    await scene.does("search.update", {"person": LOOKS})
    with backend.settled(tmp_path) as settings:
        old = Database(settings["database_url"])
        try:
            scene.team.server.service.database.read_now(
                lambda source: old.write_now(lambda target: _earlier_rows(source, target))
            )
            migrate(old)
            people = old.read_now(lambda session: dict(session.execute(select(TABLE.c.id, TABLE.c.person)).all()))
        finally:
            await old.close()
    assert people[scene.search] == dict.fromkeys([*FIRST, *LOOKS]) | PERSON


@pytest.mark.parametrize("profile", PROFILES)
def test_displays_read_events_of_before_them(profile: str) -> None:
    person = dict.fromkeys(FIRST) | PERSON
    state = dict.fromkeys(Search.STATE) | {
        "kind": "runaway", "status": "open", "person": person, "missing_since": "2026-11-24T15:10:00.000Z",
        "criteria": {}, "appeal": {"level": "none", "from": None, "until": None}, "access": "desk", "members": [],
    }  # fmt: skip
    event = {
        "seq": 1, "at": "2026-11-24T15:10:00.000Z", "type": "search.opened", "actor": None, "command": None, "kind": "search",
        "id": "s", "state": state, "changes": ["person.first_name", "person.age"],
    }  # fmt: skip
    shown = orjson.loads(filter_event(orjson.dumps(event), "s", profile, DisplayFacts()))
    looks = dict.fromkeys(["height_cm", "build", "hair", "clothing"]) if profile == "inner" else {}
    assert shown["state"]["person"] == PERSON | looks
    assert shown["changes"] == ["person.age", "person.first_name"]


async def test_undo_of_an_earlier_event_keeps_what_came_later(scene: SearchScenario) -> None:
    event = await scene.one("search.update", {"person": {"description": "tall"}})
    await scene.does("search.update", {"person": LOOKS})
    undone = await scene.one("undo", {"seq": event["seq"]})
    assert undone["state"]["person"] == dict.fromkeys(FIRST) | PERSON | LOOKS
