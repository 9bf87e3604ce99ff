"""Sources: read by one call, changed by people who may read them, kept with earlier values, and not guessable."""

import asyncio
import json
import sqlite3
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from sqlmodel import Session, select

from board.client import Refusal
from board.commands.sightings.sources import PAGE_SIZE
from board.maintenance.backup import backup
from models.db.database import Database
from models.db.schema import metadata, migrate
from models.sighting import Sighting
from tests.support import backends, old_schemas
from tests.support.people import Person, connect_person, create_token, new_id, running_server
from tests.support.search_scenario import SearchScenario
from tests.support.team import Team

pytestmark = pytest.mark.both_backends(backends.SLOW_ON_POSTGRESQL)

GRIET, LOTTE = {"source_name": "Griet", "source_contact": "0470 11"}, {"source_name": "Lotte", "source_contact": "0470 22"}


@pytest.fixture
async def scene(team: Team) -> SearchScenario:
    return SearchScenario(team, await team.alice.open_search())


async def sealed(scene: SearchScenario, who: Person, **data: Any) -> str:
    """A sighting with a sealed source that this person took in; its id."""
    given = {"description": "a girl", "source": {"kind": "named", "sealed": True}, **GRIET}
    return str((await scene.one("sighting.add", given | data, who))["id"])


async def source(scene: SearchScenario, who: Person, sighting: str, **params: Any) -> dict[str, Any]:
    answer = await who.http.get(f"/api/v1/boards/{scene.search}/sightings/{sighting}/source", params=params)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def values(read: dict[str, Any]) -> dict[str, Any]:
    return {"source_name": read["name"], "source_contact": read["contact"]}


async def refusal(scene: SearchScenario, who: Person, command: str, data: dict[str, Any]) -> dict[str, Any]:
    """Return the refusal of a command, the same by the socket and over HTTP, without its id; nothing is written."""
    head = (await scene.team.alice.snapshot(scene.search))["seq"]
    with pytest.raises(Refusal) as refused:
        await who.command(scene.search, command, data)
    answer = await who.http.post(f"/api/v1/boards/{scene.search}/commands", json={"id": new_id(), "name": command, "data": data})
    assert (await scene.team.alice.snapshot(scene.search))["seq"] == head
    said = {name: value for name, value in answer.json().items() if name != "id"}
    assert said == {name: value for name, value in refused.value.body.items() if name not in ("id", "type")}
    return said


# -- presence of a source ----------------------------------------------------------------------------------------------------


async def test_kept_name_or_contact_is_announced_without_its_value(scene: SearchScenario) -> None:
    nobody = await scene.sighting()
    assert nobody["state"]["source_kept"] is None
    assert (await scene.sighting(source_name="", source_contact=None))["state"]["source_kept"] is None
    assert (await scene.sighting(source_contact="0470 11"))["state"]["source_kept"] is True
    named = await scene.one("sighting.update", {"sighting": nobody["id"], "source_name": "Griet"})
    assert (named["changes"], named["private"], named["state"]["source_kept"]) == (["source_kept"], ["source_name"], True)
    # the earlier value can be read, even after it was removed
    undone = await scene.one("undo", {"seq": named["seq"]})
    assert (undone["changes"], undone["state"]["source_kept"]) == ([], True)
    assert (await source(scene, scene.team.alice, nobody["id"]))["earlier"][0]["name"] == "Griet"
    again = await scene.one("undo", {"seq": undone["seq"]})
    assert (again["private"], again["state"]["source_kept"]) == (["source_name"], True)
    await scene.refuses("invalid", "sighting.add", {"description": "x", "source_kept": True}, "source_kept")
    await scene.refuses("invalid", "sighting.update", {"sighting": nobody["id"], "source_kept": None}, "source_kept")


async def test_sightings_of_an_earlier_version_announce_it_too(
    scene: SearchScenario, backend: backends.Backend, tmp_path: Path
) -> None:
    without, kept = (await scene.sighting())["id"], (await scene.sighting(**GRIET))["id"]
    taken_away = (await scene.sighting(**GRIET))["id"]
    await scene.one("sighting.update", {"sighting": taken_away, "source_name": None, "source_contact": None})
    with backend.settled(tmp_path) as settings:
        old = Database(settings["database_url"])
        await asyncio.to_thread(migrate, old)
        scene.team.server.service.database.read_now(lambda source: old.write_now(partial(_as_before, source)))
        await asyncio.to_thread(migrate, old)
        rows = old.read_now(lambda session: session.exec(select(Sighting.id, Sighting.source_kept)).all())
        await old.close()
    found = dict(rows)
    assert [found[id] for id in (without, kept, taken_away)] == [None, True, True]


def _as_before(source: Session, target: Session) -> None:
    """The rows of one database in another, of the version before it was told."""
    old_schemas.reset_to_revision(target, "0022")
    for name in ("sighting", "earliersource"):
        table = metadata.tables[name]
        old_schemas.insert_rows(target, table, [dict(row) for row in source.connection().execute(table.select()).mappings()])


# -- without access -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", GRIET)
async def test_a_right_guess_and_a_wrong_one_are_refused_alike(team: Team, scene: SearchScenario, name: str) -> None:
    sighting = await sealed(scene, team.bob)
    said = [
        await refusal(scene, team.charlie, "sighting.update", {"sighting": sighting, name: guess} | beside)
        for guess in (GRIET[name], "somebody else", None)
        for beside in ({}, {"direction": "north"})
    ]
    assert said[0]["code"] == "forbidden"
    assert all(each == said[0] for each in said)
    for who in (team.alice, team.bob):
        read = await source(scene, who, sighting)
        assert (values(read), "earlier" in read) == (GRIET, False)
    # changes of other fields are accepted
    assert await scene.does("sighting.update", {"sighting": sighting, "direction": "north"}, team.charlie)


@pytest.mark.parametrize("opened", [{"sealed": False}, {"sealed": None}, None])
async def test_a_seal_is_not_opened_by_the_command_that_sets_the_source(team: Team, scene: SearchScenario, opened: Any) -> None:
    sighting = await sealed(scene, team.bob)
    said = await refusal(scene, team.charlie, "sighting.update", {"sighting": sighting, "source": opened, **LOTTE})
    assert said["code"] == "forbidden"
    # a person with access may do both at once; one who loses access by the same command had it until then
    assert await scene.does("sighting.update", {"sighting": sighting, "source": opened, **LOTTE}, team.bob)
    assert await scene.does("sighting.update", {"sighting": sighting, "source": {"sealed": True}, **GRIET}, team.charlie)
    assert (await refusal(scene, team.charlie, "sighting.update", {"sighting": sighting, **LOTTE}))["code"] == "forbidden"
    assert values(await source(scene, team.alice, sighting)) == GRIET


async def test_fields_set_before_the_seal_need_access_to_undo(team: Team, scene: SearchScenario) -> None:
    sighting = (await scene.sighting(**GRIET))["id"]
    event = await scene.one("sighting.update", {"sighting": sighting, **LOTTE}, team.charlie)
    await scene.does("sighting.update", {"sighting": sighting, "source": {"sealed": True}})
    assert (await refusal(scene, team.charlie, "undo", {"seq": event["seq"]}))["code"] == "forbidden"
    assert values(await source(scene, team.alice, sighting)) == LOTTE
    assert await scene.does("undo", {"seq": event["seq"]})
    assert values(await source(scene, team.alice, sighting)) == GRIET


async def test_intake_token_that_recorded_it_may_change_it(team: Team, scene: SearchScenario) -> None:
    taker = await team.add_person("Hanna", "investigator")
    given = {"id": new_id(), "board": scene.search, "description": "a call", "source": {"kind": "named", "sealed": True}, **GRIET}
    taken = (await taker.http.post("/api/v1/intake/sightings", json=given)).json()
    assert await scene.does("sighting.update", {"sighting": taken["sighting"], **LOTTE}, taker)
    assert (await refusal(scene, team.bob, "sighting.update", {"sighting": taken["sighting"], **GRIET}))["code"] == "forbidden"


# -- with access --------------------------------------------------------------------------------------------------------------


async def test_the_same_value_and_another_are_answered_alike(team: Team, scene: SearchScenario) -> None:
    """Reading is recorded: a change must not be a way around it."""
    sighting = (await scene.sighting(**GRIET))["id"]
    said = [await scene.one("sighting.update", {"sighting": sighting, **each}, team.bob) for each in (GRIET, LOTTE)]
    shown = [{name: event[name] for name in event if name not in ("seq", "at", "command")} for event in said]
    assert shown[0] == shown[1]
    assert (said[0]["changes"], said[0]["private"]) == ([], ["source_contact", "source_name"])


async def test_earlier_source_is_read_with_who_replaced_it(team: Team, scene: SearchScenario) -> None:
    sighting = (await scene.sighting())["id"]
    first = await scene.one("sighting.update", {"sighting": sighting, **GRIET}, team.bob)
    second = await scene.one("sighting.update", {"sighting": sighting, "source_name": "Lotte"}, team.charlie)
    read = await source(scene, team.alice, sighting)
    assert (read["name"], read["contact"], "more" in read) == ("Lotte", GRIET["source_contact"], False)
    by_bob, by_charlie = [
        {"seq": event["seq"], "at": event["at"], "account": who.account["id"]}
        for event, who in ((first, team.bob), (second, team.charlie))
    ]
    nothing, griet = {"name": None, "contact": None}, {"name": "Griet", "contact": "0470 11"}
    assert read["earlier"] == [griet | by_charlie, nothing | by_bob]
    assert (await source(scene, team.alice, sighting, before=second["seq"]))["earlier"] == read["earlier"][1:]
    assert (await team.victor.http.get(f"/api/v1/boards/{scene.search}/sightings/{sighting}/source")).status_code == 403


async def test_no_number_of_changes_puts_the_first_out_of_reach(team: Team, scene: SearchScenario) -> None:
    sighting = (await scene.sighting(**GRIET))["id"]
    for number in range(PAGE_SIZE + 1):
        await team.bob.command(scene.search, "sighting.update", {"sighting": sighting, "source_name": f"Lotte {number}"})
    read = await source(scene, team.alice, sighting)
    assert (len(read["earlier"]), read["more"]) == (PAGE_SIZE, True)
    rest = await source(scene, team.alice, sighting, before=read["earlier"][-1]["seq"])
    assert ([each["name"] for each in rest["earlier"]], "more" in rest) == (["Griet"], False)


async def test_nothing_of_it_travels(team: Team, scene: SearchScenario) -> None:
    watcher = await team.open_socket(team.alice)
    await watcher.subscribe(scene.search)
    name = f"Griet-{new_id()}"
    sighting = (await scene.sighting(source_name=name))["id"]
    for value in (f"{name}-b", None):
        event = await scene.one("sighting.update", {"sighting": sighting, "source_name": value}, team.bob)
    await scene.does("undo", {"seq": event["seq"]})
    screen = await watcher.wait_for_seq(scene.search, event["seq"] + 1)
    assert screen.events[-1]["private"] == ["source_name"]
    said = [watcher.frames, screen.events, [*screen.entities.values()]]
    for path in ("events", "journal.json", "journal.csv", "cards.csv", "cards.json"):
        said.append((await team.alice.http.get(f"/api/v1/boards/{scene.search}/{path}")).text)  # type: ignore[arg-type]
    assert name not in json.dumps(said)
    assert (await source(scene, team.alice, sighting))["name"] == f"{name}-b"


async def test_an_undo_sets_the_source_back_and_can_itself_be_undone(team: Team, scene: SearchScenario) -> None:
    sighting = (await scene.sighting(**GRIET))["id"]
    event = await scene.one("sighting.update", {"sighting": sighting, "source_name": "Lotte", "direction": "north"}, team.bob)
    undone = await scene.one("undo", {"seq": event["seq"]}, team.charlie)
    assert (undone["private"], undone["changes"], undone["undoes"]) == (["source_name"], ["direction"], event["seq"])
    assert values(await source(scene, team.alice, sighting)) == GRIET
    await scene.does("undo", {"seq": undone["seq"]})
    assert (await source(scene, team.alice, sighting))["name"] == "Lotte"
    # changed since, to any value
    await scene.refuses("conflict", "undo", {"seq": event["seq"]}, "source_name", "direction")


async def test_concurrent_change_of_the_source_is_a_conflict(team: Team, scene: SearchScenario) -> None:
    sighting = (await scene.sighting(**GRIET))["id"]
    looked = (await team.alice.snapshot(scene.search))["seq"]
    await scene.does("sighting.update", {"sighting": sighting, "source_name": "Lotte"}, team.bob)
    for guess in ("Lotte", "Mieke"):
        data = {"sighting": sighting, "source_name": guess}
        await scene.refuses("conflict", "sighting.update", data, "source_name", base=looked)
    assert await scene.does("sighting.update", {"sighting": sighting, "source_contact": "0470 33"}, base=looked)


# -- erasure ------------------------------------------------------------------------------------------------------------------


async def test_a_name_stands_in_two_tables_and_nowhere_once_erased_there(tmp_path: Path) -> None:
    canary = "Godelieve-Canary"
    async with running_server(tmp_path) as server:
        alice = await connect_person(server, await create_token(server.service, "Alice", "coordinator"))
        search = await alice.open_search()
        await alice.command(search, "sighting.add", {"description": "seen", "source_name": canary})
        (sighting,) = [id for kind, id in (await alice.snapshot(search))["entities"] if kind == "sighting"]
        for name in (f"{canary} 2", "Lotte"):
            event = (await alice.command(search, "sighting.update", {"sighting": sighting, "source_name": name}))["seqs"][0]
        await alice.close()

        def tables(session: Any) -> set[str]:
            return {
                table.name
                for table in metadata.sorted_tables
                for row in session.connection().execute(table.select())
                if canary.encode() in b"".join(each if isinstance(each, bytes) else str(each).encode() for each in row)
            }

        database = server.service.database
        assert await database.read(tables) == {"earliersource"}
        erase = text("DELETE FROM earliersource WHERE sighting = :sighting")
        await database.write(lambda session: session.connection().execute(erase, {"sighting": sighting}).rowcount)
        assert await database.read(tables) == set()
        backup(database, tmp_path / "backup.db", lambda line: None)
        again = await connect_person(server, await create_token(server.service, "Ada", "coordinator"))
        with pytest.raises(Refusal) as refused:
            await again.command(search, "undo", {"seq": event})  # it is not set back to something else
        assert refused.value.code == "invalid"
        await again.close()
    kept = (tmp_path / "backup.db").read_bytes()
    assert canary.encode() not in kept
    with closing(sqlite3.connect(tmp_path / "backup.db")) as connection:
        assert connection.execute("SELECT count(*) FROM earliersource").fetchone() == (0,)
