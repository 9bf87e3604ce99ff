"""Erasure by four eyes: on the pages of two coordinators, and by the command."""

import json
import re
from collections.abc import AsyncIterator

import httpx2 as httpx
import pytest
from sqlmodel import col, update

from board.i18n import languages
from board.retention import requests
from board.retention.erasure_run import ErasureRun
from models.board import OPERATIONS
from models.erasure import STUCK, Erasure
from models.times import format_utc, now
from tests.api.test_administration import browser, hire, problem
from tests.api.test_part_erasure_pages import seen_on, set_asked_days_ago
from tests.api.test_retention import close
from tests.api.test_retention_holds import hold, reference_of
from tests.ops.test_command_line import Shell
from tests.support.audit_record import AuditRecord
from tests.support.backends import SLOW_ON_POSTGRESQL
from tests.support.people import new_id
from tests.support.team import Team

pytestmark = pytest.mark.both_backends(SLOW_ON_POSTGRESQL)

REASON = "Retention has ended"


@pytest.fixture
async def cora(team: Team) -> AsyncIterator[httpx.AsyncClient]:
    async with browser(team.server, await hire(team.server, "coordinator", "Cora")) as http:
        yield http


@pytest.fixture
async def dora(team: Team) -> AsyncIterator[httpx.AsyncClient]:
    async with browser(team.server, await hire(team.server, "coordinator", "Dora")) as http:
        yield http


async def ask(http: httpx.AsyncClient, search: str, reference: str, reason: str = REASON) -> httpx.Response:
    return await http.post(f"/retention/{search}/erasure", data={"reference": reference, "reason": reason})


async def answer(http: httpx.AsyncClient, search: str, reference: str = "", how: str = "agree") -> httpx.Response:
    """Answer the request that the page shows."""
    page = await http.get(f"/retention/{search}/erasure")
    (id,) = re.findall(r'/erasure/withdraw.*?name="erasure" value="([^"]+)"', page.text)
    data = {"erasure": id, "reference": reference, "seen": seen_on(page.text)}
    return await http.post(f"/retention/{search}/erasure/{how}", data=data)


async def test_two_coordinators_erase_a_search(team: Team, cora: httpx.AsyncClient, dora: httpx.AsyncClient) -> None:
    search = await close(team, "runaway", 11)
    reference = await reference_of(team, search)
    page = await cora.get(f"/retention/{search}/erasure")
    assert re.search(r"<td>Events of the search</td><td>\d+</td>", page.text)
    assert (await ask(cora, search, f" {reference} ")).status_code == 303
    own = await cora.get(f"/retention/{search}/erasure")
    assert "Another coordinator must agree" in own.text
    assert problem(await answer(cora, search, reference)) == "Another person must agree."
    assert problem(await answer(dora, search, "wrong")) == "Type the reference of the search exactly."
    assert "is being erased" not in (await dora.get("/retention")).text
    agreed = await answer(dora, search, reference)
    assert (agreed.status_code, agreed.headers["location"]) == (303, "/retention")
    assert team.server.service.erasures_agreed.is_set()
    for path in (f"/retention/{search}", f"/retention/{search}/erasure", f"/searches/{search}"):
        assert (await cora.get(path)).status_code == 404
    searches = await team.alice.http.get(f"/api/v1/boards/{OPERATIONS}")
    assert searches.status_code == 200, "the last event of all searches is that of the erasure"
    assert search not in searches.text
    assert "is being erased" in (await dora.get("/retention")).text
    assert await ErasureRun.of(team.server.service).continue_all() == 1
    listed = (await dora.get("/retention")).text
    assert re.search(r'data-done="yes"><strong>erased, ', listed)
    assert "Cora asked, Dora agreed" in listed
    assert reference not in listed
    for path in ("/api/v1/boards", "/api/v1/unseen", "/api/v1/me"):
        assert search not in (await team.alice.http.get(path)).text


async def test_search_that_changed_since_the_page_is_not_erased(
    team: Team, cora: httpx.AsyncClient, dora: httpx.AsyncClient
) -> None:  # fmt: skip
    search = await close(team, "runaway", 11)
    reference, path = await reference_of(team, search), f"/retention/{search}/erasure"
    await ask(cora, search, reference)
    page = (await dora.get(path)).text
    (id,) = re.findall(r'name="erasure" value="([^"]+)"', page)[:1]
    form = {"erasure": id, "reference": reference, "seen": seen_on(page)}
    await team.alice.command(search, "note.add", {"text": "found after the closing"})
    refused = await dora.post(f"{path}/agree", data=form)
    assert str(problem(refused)).startswith("This has changed in the meantime.")
    assert (await dora.post(f"{path}/agree", data=form | {"seen": seen_on(refused.text)})).status_code == 303


async def test_stuck_erasure_is_told_on_the_page_in_each_language(
    team: Team, cora: httpx.AsyncClient, dora: httpx.AsyncClient
) -> None:  # fmt: skip
    search, service = await close(team, "runaway", 11), team.server.service
    reference = await reference_of(team, search)
    await ask(cora, search, reference)
    await answer(dora, search, reference)
    assert "data-stuck" not in (await dora.get("/retention")).text
    long_ago = update(Erasure).where(col(Erasure.board) == search).values(agreed_at=format_utc(now() - STUCK * 2))
    await service.database.write(lambda session: session.connection().execute(long_ago).rowcount)
    texts = set[str]()
    for lang in languages():
        page = (await dora.get("/retention", headers={"Accept-Language": lang})).text
        texts.update(re.findall(r'data-stuck><strong class="end">(\D+) \d', page))
    assert len(texts) == len(languages()), "each language has its words"
    assert "not finished since" in texts
    await ErasureRun.of(service).continue_all()
    assert "data-stuck" not in (await dora.get("/retention")).text


async def test_request_of_a_search_expires(team: Team, cora: httpx.AsyncClient, dora: httpx.AsyncClient) -> None:
    search, service = await close(team, "runaway", 11), team.server.service
    await ask(cora, search, await reference_of(team, search))
    page = (await dora.get(f"/retention/{search}/erasure")).text
    (id,) = re.findall(r'name="erasure" value="([^"]+)"', page)[:1]
    await set_asked_days_ago(service, id, requests.DAYS - 1)
    await ErasureRun.of(service)._run_once()
    assert 'data-form="withdraw"' in (await dora.get(f"/retention/{search}/erasure")).text
    await set_asked_days_ago(service, id, requests.DAYS)
    await ErasureRun.of(service)._run_once()
    assert 'data-form="ask"' in (await dora.get(f"/retention/{search}/erasure")).text
    assert [entry.about["typed_reason"] for entry in await AuditRecord(service).entries(kind="erasure.expired")] == [REASON]


async def test_request_is_withdrawn_by_anyone_and_recorded(team: Team, dora: httpx.AsyncClient) -> None:
    account = await hire(team.server, "coordinator", "Cora")
    search, record = await close(team, "runaway", 11), AuditRecord(team.server.service)
    await record.restart()
    async with browser(team.server, account) as cora:
        await ask(cora, search, await reference_of(team, search))
    assert (await record.one(account.id, "erasure.asked")).about["typed_reason"] == REASON
    withdrawn = await answer(dora, search, how="withdraw")
    assert (withdrawn.status_code, withdrawn.headers["location"]) == (303, f"/retention/{search}")
    assert [entry.about["typed_reason"] for entry in await record.entries(kind="erasure.withdrawn")] == [REASON]
    assert (await ask(dora, search, await reference_of(team, search))).status_code == 303


async def test_hold_stops_a_request_and_an_agreement(team: Team, cora: httpx.AsyncClient, dora: httpx.AsyncClient) -> None:
    search = await close(team, "runaway", 11)
    reference = await reference_of(team, search)
    await ask(cora, search, reference)
    await hold(dora, search)
    assert "on hold" in str(problem(await answer(dora, search, reference)))
    await answer(dora, search, how="withdraw")
    assert "on hold" in str(problem(await ask(cora, search, reference)))
    assert (await cora.get(f"/searches/{search}")).status_code == 200


@pytest.mark.parametrize(("reference", "reason"), [("", REASON), ("x" * 5_000, REASON), (None, "abc"), (None, "x" * 501)])
async def test_wrong_input_is_refused_and_kept(
    team: Team, cora: httpx.AsyncClient, reference: str | None, reason: str
) -> None:  # fmt: skip
    search = await close(team, "runaway", 11)
    typed = await reference_of(team, search) if reference is None else reference
    answered = await ask(cora, search, typed, reason)
    assert answered.status_code == 422
    assert problem(answered)


async def test_open_search_has_no_form(team: Team, cora: httpx.AsyncClient) -> None:
    search = await team.alice.open_search()
    assert 'data-form="ask"' not in (await cora.get(f"/retention/{search}/erasure")).text
    assert "Close the search first" in str(problem(await ask(cora, search, await reference_of(team, search))))


@pytest.mark.parametrize("role", ["viewer", "investigator"])
async def test_others_find_no_erasure(team: Team, role: str) -> None:
    search = await close(team, "runaway", 11)
    async with browser(team.server, await hire(team.server, role)) as http:
        assert (await http.get(f"/retention/{search}/erasure")).status_code == 404
        for path in ("", "/agree", "/withdraw"):
            assert (await http.post(f"/retention/{search}/erasure{path}", data={"erasure": new_id()})).status_code == 404
    async with browser(team.server) as stranger:
        assert (await ask(stranger, search, "x")).status_code == 401


async def test_hidden_search_and_unknown_request_are_not_found(team: Team, cora: httpx.AsyncClient) -> None:
    hidden, search = await team.secret_search(team.bob), await close(team, "runaway", 11)
    assert (await cora.get(f"/retention/{hidden}/erasure")).status_code == 404
    assert (await ask(cora, hidden, await reference_of(team, hidden))).status_code == 404
    for id in (new_id(), "", "x" * 5_000):
        for path in ("agree", "withdraw"):
            assert (await cora.post(f"/retention/{search}/erasure/{path}", data={"erasure": id})).status_code == 404


async def test_command_asks_and_another_person_agrees(team: Team, cora: httpx.AsyncClient) -> None:
    search = await close(team, "runaway", 15)
    reference, shell = await reference_of(team, search), Shell({"DATABASE_URL": team.server.service.settings.database_url})
    assert "reference" in await shell.refuses("erase", search, "--reference", "x", "--reason", REASON)
    assert "Another person" in await shell.works("erase", search, "--reference", reference, "--reason", REASON)
    list_of = json.loads(await shell.works("erase", search, "--dry-run", "--json"))[0]
    assert (list_of["asked"]["reason"], list_of["reference"], list_of["counts"]["events"] > 0) == (REASON, reference, True)
    read = ("--seen", list_of["seen"])
    assert "Another person" in await shell.refuses("erase", search, "--reference", reference, "--agree", *read)
    assert "--dry-run" in await shell.refuses("erase", search)
    await answer(cora, search, how="withdraw")
    assert "Nobody asked" in await shell.refuses("erase", search, "--reference", reference, "--agree")
    await ask(cora, search, reference)
    files = {"FILES_URL": str(team.server.service.settings.files_url or "")} if team.server.service.settings.files_url else {}
    shell = Shell({"DATABASE_URL": team.server.service.settings.database_url, **files})
    assert "Read the list first" in await shell.refuses("erase", search, "--reference", reference, "--agree")
    await team.alice.command(search, "note.add", {"text": "found after the closing"})
    assert "changed in the meantime" in await shell.refuses("erase", search, "--reference", reference, "--agree", *read)
    listed = await shell.works("erase", search, "--dry-run")
    assert "Cora asked at " in listed
    seen = listed.split("--seen ")[1].strip()
    assert "1 erased" in await shell.works("erase", search, "--reference", reference, "--agree", "--seen", seen)
    assert (await cora.get(f"/retention/{search}")).status_code == 404
    assert "0 erased" in await shell.works("erase", "--continue")
