"""Quotes of an erased sighting in wakes: its words and its number go, and what the search itself says stays."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import Session

from board.engine import integrity
from board.lookup.waker import Waker
from board.retention import part_quotes
from board.retention.parts import Part
from models.search import Search
from models.wake import Wake
from tests.support.backends import SLOW_ON_POSTGRESQL
from tests.support.erased_scene import events_of
from tests.support.part_scene import PartScene
from tests.support.team import Team, running_team
from tests.support.wakes import SAID, confirm, sleeping_tip, wakes_of

pytestmark = pytest.mark.both_backends(SLOW_ON_POSTGRESQL)


@pytest.fixture
async def desk(installation: dict[str, Any], tmp_path: Path) -> AsyncIterator[Team]:
    """Team of its own, so that no tips of other tests are there."""
    async with running_team(tmp_path, **installation) as team:
        yield team


@pytest.fixture
async def scene(desk: Team) -> PartScene:
    """Search with the wake of a tip that has the words of its only sighting."""
    scene = PartScene(desk)
    scene.search = await desk.alice.open_search(person={"first_name": "Liberty", "last_name": "Vale", "hair": "mustard"})
    scene.reference = await scene.database.read(lambda session: session.get_one(Search, scene.search).reference)
    tip = await sleeping_tip(desk.bob, description=f"{SAID} {scene.seed}")
    await confirm(desk.alice, scene.search, description=f"a man in a mustard anorak {scene.seed}")
    assert await Waker(desk.server.service).wake() == 1
    assert (await wakes_of(desk.bob, scene.search)).keys() == {tip}
    return scene


async def reasons_of(scene: PartScene) -> list[dict[str, Any]]:
    (wake,) = (await wakes_of(scene.team.bob, scene.search)).values()
    return list(wake["reasons"])


async def quotes(scene: PartScene) -> list[str]:
    """Return the types of the events of the wake that have the marker."""

    def read(session: Session) -> list[str]:
        events = [event for event in events_of(session, scene.search) if event.kind == Wake.KIND and event.body is not None]
        return [event.type for event in events if scene.seed.lower() in event.body.decode().lower()]

    return await scene.database.read(read)


async def erase_sighting(scene: PartScene) -> None:
    (sighting,) = await scene.ids("sighting")
    await scene.team.alice.command(scene.search, "card.withdraw", {"card": sighting})
    assert await scene.run().continue_one(await scene.begin(Part(scene.search, "sighting", sighting)))


async def test_wake_no_longer_quotes_an_erased_sighting(scene: PartScene) -> None:
    before = await reasons_of(scene)
    assert [reason["code"] for reason in before] == ["same_place", "time_apart", "same_words"]
    assert scene.seed.lower() in before[2]["text"].lower()
    assert await quotes(scene) == ["wake.added"]
    screen = await scene.team.bob.subscribe(scene.search)
    await erase_sighting(scene)
    assert await reasons_of(scene) == []
    assert await quotes(scene) == []
    await scene.team.bob.wait_until(lambda: [] in [state.get("reasons") for state in screen.entities.values()])
    await scene.database.read(integrity.verify)


async def test_wake_keeps_the_words_of_the_search_itself(scene: PartScene) -> None:
    (id,) = [wake["id"] for wake in (await wakes_of(scene.team.bob, scene.search)).values()]
    own = {"code": "same_words", "sighting": None, "km": None, "minutes": None, "text": "mustard"}
    name = own | {"code": "mentions_name", "text": "Liberty"}

    def change(session: Session) -> None:
        row = session.get_one(Wake, id)
        row.reasons = [*row.reasons[:2], own, name]

    await scene.database.write(change)
    await erase_sighting(scene)
    assert await reasons_of(scene) == [own, name]


async def test_quote_left_out_is_found(scene: PartScene, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(part_quotes, "erase", lambda writer, ids: None)
    await erase_sighting(scene)
    assert await quotes(scene) == ["wake.added"]
    assert await wakes_of(scene.team.bob, scene.search)
