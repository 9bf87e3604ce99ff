"""Form of entities: a client that continues from its position after an upgrade gets the new fields of old entities."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import text

from board.client import Board
from board.engine import kinds
from board.live.kept_snapshots import KeptSnapshots
from models.db import schema
from tests.api.test_etags import ask
from tests.support.backends import SLOW_ON_POSTGRESQL
from tests.support.search_scenario import SearchScenario
from tests.support.team import Team
from tests.support.vehicle_kind import KIND

pytestmark = pytest.mark.both_backends(SLOW_ON_POSTGRESQL)

SET_DIRECTION = text("UPDATE sighting SET direction = 'north' WHERE id = :id")


async def upgrade(team: Team, monkeypatch: pytest.MonkeyPatch, sighting: str) -> None:
    """Change a row and the version of the tables without an event, as a migration does."""
    await team.server.service.database.write(lambda session: session.connection().execute(SET_DIRECTION, {"id": sighting}))
    monkeypatch.setattr(schema, "versions", lambda: ["9999"])
    monkeypatch.setattr(team.server.service.source, "_snapshots", KeptSnapshots())  # another process has none
    kinds.form.cache_clear()


@pytest.fixture(autouse=True)
def _real_form_afterwards() -> Iterator[None]:
    yield
    kinds.form.cache_clear()


async def followed(team: Team) -> tuple[SearchScenario, str]:
    """Return a search with a sighting that Bob has followed, and the sighting."""
    scene = SearchScenario(team, await team.alice.open_search())
    sighting = str((await scene.sighting())["id"])
    await team.bob.subscribe(scene.search)
    return scene, sighting


async def resumed(team: Team, board: str, **form: Any) -> list[str]:
    """Subscribe from the position of Bob's replica; return the types of the frames until the board is live."""
    replica, since = team.bob.boards[board], len(team.bob.frames)
    position = {"epoch": replica.epoch, "after": replica.seq} | form
    await team.bob.request({"type": "subscribe", "board": board} | position, type="subscribed", board=board)
    return [each["type"] for each in team.bob.frames[since:] if each["type"] in ("snapshot", "events", "subscribed")]


async def test_a_client_gets_a_snapshot_when_the_form_has_changed(team: Team, monkeypatch: pytest.MonkeyPatch) -> None:
    (scene, sighting), before = await followed(team), kinds.form()
    assert await resumed(team, scene.search, form=before) == ["subscribed"]
    await upgrade(team, monkeypatch, sighting)
    assert await resumed(team, scene.search, form=before) == ["snapshot", "subscribed"]
    assert team.bob.boards[scene.search].entities["sighting", sighting]["direction"] == "north"
    assert await resumed(team, scene.search, form=kinds.form()) == ["subscribed"]


@pytest.mark.parametrize("form", [{}, {"form": None}], ids=["missing", "null"])
async def test_a_client_that_gives_no_form_gets_the_events(
    team: Team, monkeypatch: pytest.MonkeyPatch, form: dict[str, Any]
) -> None:
    scene, sighting = await followed(team)
    await team.bob.request({"type": "unsubscribe", "board": scene.search}, type="unsubscribed", board=scene.search)
    await scene.sighting()
    await upgrade(team, monkeypatch, sighting)
    assert await resumed(team, scene.search, **form) == ["events", "subscribed"]


async def test_a_form_that_is_no_text_is_refused(team: Team) -> None:
    search = await team.alice.open_search()
    position = {"epoch": "e", "after": 0, "form": 1}
    error = await team.bob.request({"type": "subscribe", "board": search} | position, type="error", board=search)
    assert error["code"] == "invalid"


async def test_greeting_snapshot_and_events_have_the_form(team: Team) -> None:
    search = await team.alice.open_search()
    newcomer = await team.open_socket(team.bob)
    events = (await team.bob.http.get(f"/api/v1/boards/{search}/events")).json()
    assert newcomer.frames[0]["form"] == (await ask(team.bob, search)).json()["form"] == events["form"] == kinds.form()


async def test_the_client_for_programs_keeps_the_form_with_its_position(team: Team, monkeypatch: pytest.MonkeyPatch) -> None:
    search = await team.alice.open_search()
    newcomer = await team.open_socket(team.bob)
    await newcomer.subscribe(search)
    before, board = kinds.form(), Board(search)
    for frame in newcomer.frames:
        board.apply(frame)
    assert board.form == before
    monkeypatch.setattr(schema, "versions", lambda: ["9999"])
    kinds.form.cache_clear()
    board.apply({"type": "hello", "form": kinds.form()})
    assert board.form == before, "its entities are those of the old server"
    board.apply({"type": "snapshot", "board": search, "epoch": board.epoch, "seq": board.seq, "entities": []})
    assert board.form == kinds.form()


async def test_a_tagged_snapshot_is_sent_again_when_the_form_has_changed(team: Team, monkeypatch: pytest.MonkeyPatch) -> None:
    scene, sighting = await followed(team)
    tag = (await ask(team.bob, scene.search)).headers["ETag"]
    assert (await ask(team.bob, scene.search, tag)).status_code == 304
    await upgrade(team, monkeypatch, sighting)
    assert (await ask(team.bob, scene.search, tag)).status_code == 200


def test_the_form_changes_with_the_declared_fields() -> None:
    before = kinds.form()
    with kinds.registered(KIND):
        assert kinds.form() != before
    assert kinds.form() == before


def test_the_form_changes_with_what_displays_get(monkeypatch: pytest.MonkeyPatch) -> None:
    before, kind = kinds.form(), kinds.named("task")
    instruction = next(spec for spec in kind.fields if spec.path == "instruction")
    shown = tuple(replace(spec, display="room") if spec is instruction else spec for spec in kind.fields)
    monkeypatch.setitem(kinds._registered, "task", replace(kind, fields=shown))
    kinds.form.cache_clear()
    assert kinds.form() != before
