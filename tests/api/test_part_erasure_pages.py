"""Erasure of a part by four eyes, on the pages of two coordinators."""

import re
from collections.abc import AsyncIterator
from datetime import timedelta

import httpx2 as httpx
import pytest
from sqlmodel import Session

from board.retention import requests
from board.retention.erasure_run import ErasureRun
from board.service import BoardService
from models.erasure import Erasure
from models.times import format_utc, now
from tests.api.test_administration import browser, hire, problem
from tests.support.audit_record import AuditRecord
from tests.support.backends import SLOW_ON_POSTGRESQL
from tests.support.part_scene import PartScene
from tests.support.people import new_id
from tests.support.team import Team

pytestmark = pytest.mark.both_backends(SLOW_ON_POSTGRESQL)

REASON = "Asked for in writing"


@pytest.fixture
async def scene(team: Team) -> PartScene:
    return await PartScene(team).prepare()


@pytest.fixture
async def cora(team: Team) -> AsyncIterator[httpx.AsyncClient]:
    async with browser(team.server, await hire(team.server, "coordinator", "Cora")) as http:
        yield http


@pytest.fixture
async def dora(team: Team) -> AsyncIterator[httpx.AsyncClient]:
    async with browser(team.server, await hire(team.server, "coordinator", "Dora")) as http:
        yield http


async def answer(http: httpx.AsyncClient, path: str, reference: str = "", how: str = "agree") -> httpx.Response:
    """Answer the request that the page shows."""
    page = await http.get(path)
    (id,) = re.findall(r'/withdraw".*?name="erasure" value="([^"]+)"', page.text)
    return await http.post(f"{path}/{how}", data={"erasure": id, "reference": reference, "seen": seen_on(page.text)})


def seen_on(page: str) -> str:
    """Return the state that a page of an agreement shows, empty on the page of the person who asked."""
    return next(iter(re.findall(r'name="seen" value="([^"]+)"', page)), "")


async def test_two_coordinators_erase_a_note(scene: PartScene, cora: httpx.AsyncClient, dora: httpx.AsyncClient) -> None:
    note, service = await scene.add("note"), scene.team.server.service
    path, form = f"/retention/{scene.search}/parts/note/{note}", {"reference": scene.reference, "reason": REASON}
    listed = await cora.get(f"/retention/{scene.search}/parts", params={"q": scene.seed.upper()})
    assert path in listed.text
    assert "Nothing found" in (await cora.get(f"/retention/{scene.search}/parts", params={"q": "nowhere"})).text
    assert problem(await cora.post(path, data=form | {"reference": "x"})) == "Type the reference of the search exactly."
    assert "names" in str(problem(await cora.post(path, data=form | {"reason": f"as in {scene.reference}"})))
    assert (await cora.post(path, data=form)).status_code == 303
    assert "Another coordinator must agree" in (await cora.get(path)).text
    assert "part_erasure.asked" in await AuditRecord(service).types()
    assert problem(await answer(cora, path, scene.reference)) == "Another person must agree."
    record = AuditRecord(service)
    await record.restart()
    agreed = await answer(dora, path, scene.reference)
    assert (agreed.status_code, agreed.headers["location"]) == (303, "/retention")
    assert service.erasures_agreed.is_set()
    for http in (cora, dora):
        assert (await http.get(path)).status_code == 404
    assert await ErasureRun.of(service).continue_all() == 1
    assert await scene.remains() == {}
    assert "part_erasure.agreed" in await record.types()
    assert [entry.about["typed_reason"] for entry in await record.entries(kind="part.erased")] == [REASON]
    shown = (await dora.get("/retention")).text
    assert re.search(r'data-done="yes"><strong>erased, [^<]+</strong> <span>Note</span>', shown)
    assert scene.reference not in shown


async def test_part_that_changed_since_the_page_is_not_erased(
    scene: PartScene, cora: httpx.AsyncClient, dora: httpx.AsyncClient
) -> None:  # fmt: skip
    note = await scene.add("note")
    path = f"/retention/{scene.search}/parts/note/{note}"
    await cora.post(path, data={"reference": scene.reference, "reason": REASON})
    page = (await dora.get(path)).text
    (id,) = re.findall(r'name="erasure" value="([^"]+)"', page)[:1]
    form = {"erasure": id, "reference": scene.reference, "seen": seen_on(page)}
    await scene.team.alice.command(scene.search, "note.add", {"text": scene.seed, "corrects": note})
    refused = await dora.post(f"{path}/agree", data=form)
    assert str(problem(refused)).startswith("This has changed in the meantime.")
    assert re.search(r"<td>Note</td>\s*<td>2</td>", refused.text)
    assert "changed" in str(problem(await dora.post(f"{path}/agree", data=form | {"seen": ""})))
    assert (await dora.post(f"{path}/agree", data=form | {"seen": seen_on(refused.text)})).status_code == 303


async def test_request_of_a_part_expires(scene: PartScene, cora: httpx.AsyncClient, dora: httpx.AsyncClient) -> None:
    path, service = f"/retention/{scene.search}/parts/note/{await scene.add('note')}", scene.team.server.service
    form = {"reference": scene.reference, "reason": REASON}
    await cora.post(path, data=form)
    page = (await dora.get(path)).text
    (id,) = re.findall(r'name="erasure" value="([^"]+)"', page)[:1]
    await set_asked_days_ago(service, id, requests.DAYS)
    agreed = await dora.post(f"{path}/agree", data={"erasure": id, "reference": scene.reference, "seen": seen_on(page)})
    assert agreed.status_code == 404
    assert 'data-form="ask"' in (await dora.get(path)).text
    assert (await cora.post(path, data=form)).status_code == 303, "a new request"
    await ErasureRun.of(service)._run_once()
    assert len(await AuditRecord(service).entries(kind="part_erasure.expired")) == 1
    assert 'data-form="withdraw"' in (await dora.get(path)).text, "the new request stays"


async def set_asked_days_ago(service: BoardService, id: str, days: int) -> None:
    def change(session: Session) -> None:
        session.get_one(Erasure, id).asked_at = format_utc(now() - timedelta(days=days))

    await service.database.write(change)


async def test_request_is_withdrawn(scene: PartScene, cora: httpx.AsyncClient, dora: httpx.AsyncClient) -> None:
    path = f"/retention/{scene.search}/parts/note/{await scene.add('note')}"
    await cora.post(path, data={"reference": scene.reference, "reason": REASON})
    assert (await answer(dora, path, how="withdraw")).status_code == 303
    assert 'data-form="ask"' in (await dora.get(path)).text
    assert "part_erasure.withdrawn" in await AuditRecord(scene.team.server.service).types()


async def test_searched_place_is_listed_by_its_name(scene: PartScene, cora: httpx.AsyncClient) -> None:
    place = await scene.add("place")
    path = f"/retention/{scene.search}/parts/place/{place}"
    listed = await cora.get(f"/retention/{scene.search}/parts", params={"q": scene.seed})
    assert re.search(rf'{path}">Searched place \d+</a> <span>{scene.seed}<', listed.text)
    assert re.search(r"<td>Searched place</td>\s*<td>1</td>\s*</tr><tr><td>Note</td>\s*<td>1</td>", (await cora.get(path)).text)
    assert (await cora.post(path, data={"reference": scene.reference, "reason": REASON})).status_code == 303


async def test_card_on_the_board_has_no_form(scene: PartScene, cora: httpx.AsyncClient) -> None:
    before = await scene.ids("task")
    await scene.team.alice.command(scene.search, "task.add", {"title": "a task"})
    (task,) = await scene.ids("task") - before
    path = f"/retention/{scene.search}/parts/task/{task}"
    assert "Withdraw it first" in (await cora.get(path)).text
    assert "Withdraw it first" in str(problem(await cora.post(path, data={"reference": scene.reference, "reason": REASON})))


@pytest.mark.parametrize("role", ["viewer", "investigator"])
async def test_others_find_no_parts(scene: PartScene, role: str) -> None:
    path = f"/retention/{scene.search}/parts"
    one = f"{path}/note/{await scene.add('note')}"
    async with browser(scene.team.server, await hire(scene.team.server, role)) as http:
        for each in (path, one):
            assert (await http.get(each)).status_code == 404
        for each in (one, f"{one}/agree", f"{one}/withdraw"):
            assert (await http.post(each, data={"erasure": new_id()})).status_code == 404


async def test_unknown_parts_and_requests_are_not_found(scene: PartScene, team: Team, cora: httpx.AsyncClient) -> None:
    note, hidden = await scene.add("note"), await team.secret_search(team.bob)
    form = {"reference": scene.reference, "reason": REASON, "erasure": new_id()}
    of_search = f"/retention/{scene.search}/parts"
    for unknown in (f"tip/{note}", f"search/{scene.search}", f"note/{new_id()}", "x/x"):
        path = f"{of_search}/{unknown}"
        assert (await cora.get(path)).status_code == 404
        assert (await cora.post(path, data=form)).status_code == 404
    assert (await cora.get(f"/retention/{hidden}/parts")).status_code == 404
    assert (await cora.post(f"{of_search}/note/{note}/agree", data=form)).status_code == 404
    assert (await cora.get(of_search, params={"q": "x" * 9_000})).status_code == 200
