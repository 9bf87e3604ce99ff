"""Sightings that cannot both be true, in the handover report: as on the cards, in the reader's language, and as it was signed."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from tests.api.test_briefing import pages
from tests.api.test_contradictions import AALST, GHENT, SINCE, found
from tests.api.test_report_agreement import facts, printed
from tests.support import handover_steps
from tests.support.handover_steps import read_report
from tests.support.search_scenario import SearchScenario
from tests.support.team import Team, running_team


@pytest.fixture
async def team(tmp_path: Path) -> AsyncIterator[Team]:
    async with running_team(tmp_path) as started:
        yield started


@pytest.fixture
async def scene(team: Team) -> SearchScenario:
    return SearchScenario(team, await team.alice.open_search(**SINCE))


async def reported(scene: SearchScenario, path: str = "handover") -> list[dict[str, Any]]:
    (section,) = (await read_report(scene.team.alice, path, board=scene.search))["searches"]
    return list(section["contradictions"])


async def test_report_and_paper_have_the_sentence_of_the_card(scene: SearchScenario) -> None:
    await handover_steps.take_shift(scene.team.alice)
    ghent = await scene.sighting(**GHENT)
    assert await reported(scene) == []
    aalst = await scene.sighting(**AALST)
    first, second = ghent["state"]["number"], aalst["state"]["number"]
    (card, _) = (await found(scene.team.bob, scene.search))["cards"]
    text = f"Sighting {first} · {card['texts'][0]['text']}"
    assert text == f"Sighting {first} · cannot both be true with Sighting {second}: 24 km in 4 min"
    assert await reported(scene) == [
        {"sighting": ghent["id"], "number": first, "other": aalst["id"], "other_number": second, "text": text}
    ]
    assert facts(await printed(scene.team.alice), "Contradiction") == [text]
    (page,) = await pages(scene.team.alice)
    assert text in page, "as a row of the briefing"
    await scene.one("search.set_worrying", {"worrying": True, "basis": "young"})
    (page,) = await pages(scene.team.alice)
    assert f"Contradiction {text}" in page, "as a box of the briefing"


async def test_a_graded_sighting_that_cannot_be_verified_is_compared(scene: SearchScenario) -> None:
    await handover_steps.take_shift(scene.team.alice)
    ghent, aalst = await scene.sighting(**GHENT), await scene.sighting(**AALST)
    await scene.does("sighting.grade", {"sighting": ghent["id"], "grade": {"source": "B", "content": 2}})
    await scene.does("sighting.assess", {"sighting": ghent["id"], "assessment": "unverifiable"})
    assert len(await reported(scene)) == len((await found(scene.team.bob, scene.search))["pairs"]) == 1
    await scene.does("sighting.assess", {"sighting": aalst["id"], "assessment": "confirmed"})
    (pair,) = await reported(scene)
    assert pair["sighting"] == ghent["id"], "the doubtful one is named first"
    assert "doubtful: cannot both be true with" in pair["text"]


async def test_a_signed_report_keeps_its_contradictions(scene: SearchScenario) -> None:
    ghent, _ = await scene.sighting(**GHENT), await scene.sighting(**AALST)
    number = await handover_steps.hand_to_sign(scene.team.alice)
    signed = await reported(scene, f"handovers/{number}")
    assert len(signed) == 1
    await scene.does("sighting.assess", {"sighting": ghent["id"], "assessment": "not_the_child"})
    assert await reported(scene, f"handovers/{number}") == signed
    assert (await found(scene.team.bob, scene.search))["pairs"] == []


async def test_the_report_speaks_the_readers_language(scene: SearchScenario) -> None:
    await handover_steps.take_shift(scene.team.alice)
    await scene.sighting(**GHENT)
    await scene.sighting(**AALST)
    answer = await scene.team.alice.http.get("/api/v1/handover", headers={"Accept-Language": "nl"})
    (section,) = [each for each in answer.json()["searches"] if each["board"] == scene.search]
    assert "kan niet samen waar zijn met waarneming" in section["contradictions"][0]["text"]
