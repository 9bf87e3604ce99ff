"""Erasure of a part by the command, by two people: the operating system's user, and a coordinator."""

import json
from collections.abc import AsyncIterator
from functools import partial

import httpx2 as httpx
import pytest

from tests.api.test_administration import browser, hire
from tests.api.test_part_erasure_pages import answer
from tests.ops.test_command_line import Shell
from tests.support.backends import SLOW_ON_POSTGRESQL
from tests.support.erased_scene import marked_tables
from tests.support.part_scene import REASON, PartScene
from tests.support.team import Team

pytestmark = pytest.mark.both_backends(SLOW_ON_POSTGRESQL)


@pytest.fixture
async def scene(team: Team) -> PartScene:
    return await PartScene(team).prepare()


@pytest.fixture
def shell(team: Team) -> Shell:
    settings = team.server.service.settings
    files = {"FILES_URL": str(settings.files_url)} if settings.files_url else {}
    return Shell({"DATABASE_URL": settings.database_url} | files)


@pytest.fixture
async def cora(team: Team) -> AsyncIterator[httpx.AsyncClient]:
    async with browser(team.server, await hire(team.server, "coordinator", "Cora")) as http:
        yield http


async def number_of(scene: PartScene, kind: str) -> str:
    """Return the number of the only card of a kind."""
    entities = (await scene.team.alice.snapshot(scene.search))["entities"]
    (number,) = (state["number"] for (name, _), state in entities.items() if name == kind)
    return str(number)


async def tables_with_marker(scene: PartScene) -> list[str]:
    """Return the tables with the marker. Reading the file itself would release the server's locks on it: a command would then
    delete the WAL as its last user."""
    return list(await scene.database.read(partial(marked_tables, markers=scene.markers)))


async def test_dry_run_counts_without_texts(scene: PartScene, shell: Shell) -> None:
    sighting = await scene.add("sighting")
    words = ("erase", scene.search, "--part", "sighting", await number_of(scene, "sighting"), "--dry-run")
    (row,) = json.loads(await shell.works(*words, "--json"))
    assert len(row.pop("seen")) == 64
    assert row == {"kind": "sighting", "id": sighting, "counts": {"sighting": 1, "note": 1}, "problem": None, "is_asked": False}
    assert scene.seed not in await shell.works(*words)
    assert await scene.ids("sighting") == {sighting}


async def test_command_asks_and_a_coordinator_agrees(scene: PartScene, shell: Shell, cora: httpx.AsyncClient) -> None:
    sighting, erase = await scene.add("sighting"), ("erase", scene.search, "--part", "sighting")
    number, typed = await number_of(scene, "sighting"), ("--reference", scene.reference)
    assert "Type the reference" in await shell.refuses(*erase, number, "--reference", "x", "--reason", REASON)
    assert "Nobody asked" in await shell.refuses(*erase, number, *typed, "--agree")
    assert "Another person must agree" in await shell.works(*erase, number, *typed, "--reason", REASON)
    line, again = (await shell.works(*erase, number, "--dry-run")).strip().splitlines()
    assert line == f"sighting {number} · sighting 1, note 1 · asked for: another person must agree"
    assert "Another person" in await shell.refuses(*erase, sighting, *typed, "--agree", "--seen", again.split("--seen ")[1])
    path = f"/retention/{scene.search}/parts/sighting/{sighting}"
    assert (await answer(cora, path, scene.reference)).status_code == 303
    assert "1 erased" in await shell.works("erase", "--continue")
    assert await tables_with_marker(scene) == []


async def test_coordinator_asks_and_the_command_agrees(scene: PartScene, shell: Shell, cora: httpx.AsyncClient) -> None:
    note = await scene.add("note")
    assert "note" in await tables_with_marker(scene)
    form = {"reference": scene.reference, "reason": REASON}
    assert (await cora.post(f"/retention/{scene.search}/parts/note/{note}", data=form)).status_code == 303
    agree = ("erase", scene.search, "--part", "note", note, "--reference", scene.reference, "--agree")
    assert "Read the list first" in await shell.refuses(*agree)
    assert "changed in the meantime" in await shell.refuses(*agree, "--seen", "x")
    (row,) = json.loads(await shell.works(*agree[:5], "--dry-run", "--json"))
    assert "1 erased" in await shell.works(*agree, "--seen", row["seen"])
    assert await tables_with_marker(scene) == []
    assert "no such part" in await shell.refuses(*agree)


async def test_command_refuses_a_card_on_the_board(scene: PartScene, shell: Shell) -> None:
    await scene.team.alice.command(scene.search, "sighting.add", {"description": "a girl"})
    words = ("erase", scene.search, "--part", "sighting", await number_of(scene, "sighting"))
    assert "Withdraw it first" in await shell.works(*words, "--dry-run")
    assert "Withdraw it first" in await shell.refuses(*words, "--reference", scene.reference, "--reason", REASON)


async def test_command_refuses_unknown_parts(scene: PartScene, shell: Shell) -> None:
    other, note, search = await scene.team.alice.open_search(), await scene.add("note"), scene.search
    unknown_kind = await shell.refuses("erase", search, "--part", "tip", "1", "--dry-run")
    assert "Unknown kind: tip. Use one of: sighting," in unknown_kind
    for board, kind, key in ((other, "note", note), (search, "note", "1"), (search, "task", "9" * 40), (search, "task", "99")):
        assert "no such part" in await shell.refuses("erase", board, "--part", kind, key, "--dry-run")
    assert "no search" in await shell.refuses("erase", "x", "--part", "note", note, "--dry-run")


@pytest.mark.parametrize(
    "words", [("--part", "note", "x", "--dry-run"), ("--part", "note", "x", "--continue"), ("x", "--continue")]
)
async def test_part_needs_a_search_and_one_mode(shell: Shell, words: tuple[str, ...]) -> None:
    assert "give a search" in await shell.refuses("erase", *words)
