"""Papers, their previews and exports of one account are bounded by the minute, and take turns with those of others."""

import asyncio
import contextlib
from pathlib import Path
from typing import Any

import pytest

from board.documents import pdf
from tests.support.people import Person, connect_person, create_token, running_server
from tests.support.team import Team
from tests.support.worker_processes import wait_until

DRAFT = {"what": "brief", "language": "fr"}


async def answers(person: Person, search: str) -> dict[str, int]:
    """Ask for each kind of document; return the statuses."""
    board = f"/api/v1/boards/{search}"
    asked = {
        path: await person.http.get(path)
        for path in ("/handover.md", f"/searches/{search}/history.md", f"{board}/cards.csv", f"{board}/journal.json")
    }
    for form in ("pdf", "png"):
        asked[form] = await person.http.post(f"{board}/materials/preview.{form}", json=DRAFT)
    return {path: answer.status_code for path, answer in asked.items()}


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    async def made(html: str, picture_width: int = 0) -> bytes:
        return b"%PDF"

    monkeypatch.setattr(pdf, "pdf", made)


async def test_documents_are_limited_by_minute_for_each_account(tmp_path: Path) -> None:
    async with running_server(tmp_path, max_documents_per_minute=6) as server:
        alice, bob = [
            await connect_person(server, await create_token(server.service, name, "coordinator")) for name in ("Alice", "Bob")
        ]
        search = await alice.open_search()
        assert set((await answers(alice, search)).values()) == {200}
        assert set((await answers(alice, search)).values()) == {429}
        refused = await alice.http.get(f"/api/v1/boards/{search}/cards.csv")
        assert refused.json()["code"] == "rate_limited"
        assert int(refused.headers["Retry-After"]) >= 1
        assert '"documents";q=6;w=60' in refused.headers["RateLimit-Policy"]
        assert set((await answers(bob, search)).values()) == {200}
        assert (await alice.http.get(f"/api/v1/boards/{search}")).status_code == 200
        for each in (alice, bob):
            await each.close()


async def test_audit_journal_as_a_file_is_a_document(tmp_path: Path) -> None:
    async with running_server(tmp_path, max_documents_per_minute=1) as server:
        ada = await connect_person(server, await create_token(server.service, "Ada", "admin"))
        assert [(await ada.http.get("/api/v1/audit.csv")).status_code for _ in range(2)] == [200, 429]
        await ada.close()


async def test_one_persons_papers_delay_another_by_one_turn(team: Team, monkeypatch: pytest.MonkeyPatch) -> None:
    """Victor asks for as many as he may. Bob's paper is made beside the first of them, and before his second."""
    order, go_on = list[str](), asyncio.Event()
    papers, victor = team.server.service.queues.papers, team.victor.account["id"]

    async def made(html: str, picture_width: int = 0) -> bytes:
        order.append("Bob" if "Bob" in html else "Victor")
        if order[-1] == "Victor":
            await go_on.wait()
        return b"%PDF"

    monkeypatch.setattr(pdf, "pdf", made)
    most = papers.bounds.per_key + papers.bounds.waiting_per_key
    waiting = [asyncio.create_task(team.victor.http.get("/handover.pdf")) for _ in range(most)]
    await wait_until(lambda: papers.count(victor) == most)
    assert (await team.victor.http.get("/api/v1/documents/wait")).json()["waiting"] is True
    assert (await team.bob.http.get("/api/v1/documents/wait")).json() == {"waiting": False, "wait_s": 0}
    assert (await team.bob.http.get("/handover.pdf")).status_code == 200
    assert order == ["Victor", "Bob"]
    refused = await team.victor.http.get("/handover.pdf", headers={"Accept-Language": "de"})
    assert refused.status_code == 429
    assert "Zu viele Dokumente werden erstellt." in refused.text
    go_on.set()
    assert {(await each).status_code for each in waiting} == {200}


async def test_wait_is_told_to_who_waits(team: Team, monkeypatch: pytest.MonkeyPatch) -> None:
    papers = team.server.service.queues.papers
    monkeypatch.setattr(papers, "_turn_s", 8.0)
    async with contextlib.AsyncExitStack() as turns:
        for account in ("one", "two"):
            await turns.enter_async_context(papers.turn(account))
        told: dict[str, Any] = (await team.bob.http.get("/api/v1/documents/wait")).json()
        assert told == {"waiting": False, "wait_s": 4}, "two at once, of 8 s each"
