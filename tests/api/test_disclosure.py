"""Disclosures: all stored data about a child, a caller or a colleague, for coordinators, by their rights."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import httpx2 as httpx
import pypdfium2
import pytest
from sqlmodel import Session, select

from board.documents.pdf import TIMEOUT_S
from board.maintenance.pruning import Pruning
from models.accounts import Account
from models.disclosure import Disclosure
from tests.api.test_administration import browser, hire, problem
from tests.support.audit_record import AuditRecord
from tests.support.backends import SLOW_ON_POSTGRESQL
from tests.support.factors import set_factor_age
from tests.support.people import new_id
from tests.support.team import Team

pytestmark = [pytest.mark.both_backends(SLOW_ON_POSTGRESQL), pytest.mark.usefixtures("quick_polls")]

REASON = "Asked in writing by the parents"
NUMBER = "+32475112233"


class Scene:
    """Search of Noor with a sighting by Griet, a mother and a witness; Cora, a coordinator, at a browser."""

    def __init__(self, team: Team, cora: Account, http: httpx.AsyncClient) -> None:
        self.team, self.cora, self.http, self.server = team, cora, http, team.server
        self.record = AuditRecord(team.server.service)
        self.reference, self.search = f"R-{new_id()}", ""

    async def prepare(self) -> "Scene":
        alice = self.team.alice
        self.search = await alice.open_search(reference=self.reference)
        sighting = {"description": "a girl in red", "source_name": "Griet Maes", "source_contact": "0475 11 22 33"}
        await alice.command(self.search, "sighting.add", sighting)
        mother = {"name": "An Peeters", "role": "parent", "phones": [{"number": "+3224754411"}]}
        await alice.command(self.search, "contact.add", mother)
        witness = {"name": "Wim Jacobs", "role": "witness", "phones": [{"number": "+3224754422"}]}
        await alice.command(self.search, "contact.add", witness)
        await self.record.restart()
        return self

    async def make(self, kind: str, reason: str = REASON, **fields: str) -> httpx.Response:
        return await self.http.post("/disclosure", data={"kind": kind, "reason": reason, **fields})

    async def newest(self) -> str:
        """Return the address of the newest request, without an ending."""
        page = await self.http.get("/disclosure")
        assert page.status_code == 200, page.text
        id = page.text.split('data-disclosure="')[1].split('"')[0]
        return f"/disclosure/{id}"

    async def items(self, kind: str, **fields: str) -> list[dict[str, Any]]:
        response = await self.make(kind, **fields)
        assert response.status_code == 303, problem(response)
        response = await self.http.get(f"{await self.newest()}.json")
        assert response.status_code == 200, response.text
        data = response.json()
        assert data["complete"] is True
        return list(data["items"])


@pytest.fixture
async def scene(team: Team) -> AsyncIterator[Scene]:
    cora = await hire(team.server, "coordinator", "Cora")
    async with browser(team.server, cora) as http:
        yield await Scene(team, cora, http).prepare()


def of_table(items: list[dict[str, Any]], table: str, search: str | None = None) -> list[dict[str, Any]]:
    rows = [item["values"] for item in items if item["table"] == table]
    return [row for row in rows if search is None or row["board"] == search]


async def test_disclosure_of_a_child_has_its_search_without_sources(scene: Scene) -> None:
    items = await scene.items("child", reference=scene.reference)
    (search,) = of_table(items, "search")
    assert search["reference"] == scene.reference
    (sighting,) = of_table(items, "sighting")
    assert (sighting["description"], sighting["source_name"], sighting["source_contact"]) == (
        "a girl in red", "withheld", "withheld",
    )  # fmt: skip
    contacts = {contact["name"]: contact["phones"] for contact in of_table(items, "contacts")}
    assert contacts == {"An Peeters": [{"number": "+3224754411", "label": None}], "withheld": "withheld"}
    events = [item for item in items if item["table"] == "event" and item["board"] == scene.search]
    assert [event["seq"] for event in events] == list(range(1, len(events) + 1))
    text = str(items)
    assert "colleague 1" in text
    for id in (scene.team.alice.account["id"], "Alice", "Griet", "Wim"):
        assert id not in text


async def test_disclosure_of_a_caller_finds_name_and_number(scene: Scene) -> None:
    by_number = await scene.items("person", reach="0032 475 11.22.33")
    by_name = await scene.items("person", name="maes griet")
    for items in (by_number, by_name):
        (sighting,) = of_table(items, "sighting", scene.search)
        assert (sighting["source_name"], sighting["description"]) == ("Griet Maes", "a girl in red")
        assert not of_table(items, "contacts")
    (mother,) = of_table(await scene.items("person", name="An Peeters"), "contacts", scene.search)
    assert mother["phones"][0]["number"] == "+3224754411"


async def test_disclosure_of_a_colleague_has_entries_and_account(scene: Scene) -> None:
    alice = scene.team.alice.account["id"]
    items = await scene.items("colleague", colleague=alice)
    (account,) = of_table(items, "account")
    assert (account["id"], account["name"], "password" in account) == ("this person", "Alice", False)
    events = [item for item in items if item["table"] == "event"]
    assert {item["by"] for item in events} == {"this person"}
    assert "contact.added" in {item["type"] for item in events if item["board"] == scene.search}
    assert {item["reference"] for item in events if item["board"] == scene.search} == {scene.reference}
    assert "An Peeters" not in str(items)


async def test_disclosure_hides_members_only_searches_from_others(scene: Scene) -> None:
    reference = f"S-{new_id()}"
    secret = await scene.team.secret_search(scene.team.bob, reference=reference)
    await scene.team.alice.command(secret, "sighting.add", {"description": "x", "source_name": "Secret Sam"})
    response = await scene.make("child", reference=reference)
    unknown = await scene.make("child", reference="no such search")
    assert response.status_code == 422
    assert problem(response) == problem(unknown)
    for name in ("Secret Sam", "Nobody Anywhere"):
        items = await scene.items("person", name=name)
        assert {item["table"] for item in items} == {"disclosures"}
    assert secret not in str(await scene.items("colleague", colleague=scene.team.alice.account["id"]))


async def test_disclosure_is_recorded_with_its_downloads(scene: Scene) -> None:
    await scene.items("child", reference=scene.reference)
    entries = await scene.record.entries()
    made = next(entry for entry in entries if entry.type == "disclosure.made")
    assert (made.id, made.about["subject"], made.about["typed_reason"]) == (scene.search, "child", REASON)
    read = next(entry for entry in entries if entry.type == "export.read")
    assert read.id == scene.search
    assert read.about["file"].startswith("disclosure-")


async def test_disclosure_needs_a_coordinator_a_reason_and_a_person(scene: Scene) -> None:
    assert (await scene.make("child", reason="short", reference=scene.reference)).status_code == 422
    assert (await scene.make("person", name="A", reach="12")).status_code == 422
    assert (await scene.make("colleague", colleague="nobody")).status_code == 422
    assert (await scene.make("nonsense", reference="\0" * 9)).status_code == 422
    assert (await scene.make("child", reference=scene.reference)).status_code == 303
    address = await scene.newest()
    for role in ("viewer", "investigator", "coordinator"):
        async with browser(scene.server, await hire(scene.server, role, role.title())) as http:
            page = await http.get("/disclosure")
            assert page.status_code == (200 if role == "coordinator" else 404)
            assert (await http.get(f"{address}.json")).status_code == 404
            assert (await http.get(f"{address}.pdf")).status_code == 404
    await scene.http.post("/disclosure/remove", data={"id": address.rpartition("/")[2]})
    assert (await scene.http.get(f"{address}.json")).status_code == 404


async def test_disclosure_asks_again_who_it_is(scene: Scene) -> None:
    await scene.make("child", reference=scene.reference)
    address = await scene.newest()
    await set_factor_age(scene.server, scene.cora, 11)
    for path in ("/disclosure", f"{address}.json", f"{address}.pdf"):
        assert (await scene.http.get(path)).headers["location"].startswith("/step-up?next=%2Fdisclosure"), path
    assert (await scene.make("child", reference=scene.reference)).status_code == 403


async def test_disclosures_of_an_account_are_bounded(scene: Scene) -> None:
    answers = [(await scene.make("person", name="Griet Maes")).status_code for _ in range(11)]
    assert answers == [303] * 10 + [422]


async def test_removed_disclosure_still_counts(scene: Scene) -> None:
    service = scene.server.service
    for _ in range(10):
        assert (await scene.make("person", name="Griet Maes")).status_code == 303
        await scene.http.post("/disclosure/remove", data={"id": (await scene.newest()).rpartition("/")[2]})
    assert "Griet Maes" not in (await scene.http.get("/disclosure")).text
    assert (await scene.make("person", name="Griet Maes")).status_code == 422
    await Pruning(service.database, service.settings, service.clock).prune()
    assert (await scene.make("person", name="Griet Maes")).status_code == 422

    def rows(session: Session) -> list[tuple[str, str]]:
        own = select(Disclosure).where(Disclosure.account == scene.cora.id)
        return [(row.name, row.reach) for row in session.exec(own)]

    assert await service.database.read(rows) == [("", "")] * 10


async def test_disclosure_is_a_paper_in_four_languages(scene: Scene) -> None:
    await scene.make("child", reference=scene.reference)
    address = await scene.newest()
    titles = {
        "en": "What is stored about a person", "fr": "Données enregistrées sur une personne",
        "nl": "Wat over een persoon is opgeslagen", "de": "Was über eine Person gespeichert ist",
    }  # fmt: skip
    for language, title in titles.items():
        response = await scene.http.get(f"{address}.pdf", headers={"accept-language": language}, timeout=TIMEOUT_S)
        assert response.status_code == 200, response.text
        paper = "".join(page.get_textpage().get_text_range() for page in pypdfium2.PdfDocument(response.content))
        assert title in paper
        assert scene.reference in paper
        for hidden in ("Griet", "Wim Jacobs", "0475", "Alice"):
            assert hidden not in paper


async def test_search_that_became_members_only_is_disclosed_no_longer(scene: Scene) -> None:
    await scene.make("child", reference=scene.reference)
    address, alice = await scene.newest(), scene.team.alice
    assert scene.reference in (await scene.http.get("/disclosure")).text
    await alice.command(scene.search, "search.set_access", {"access": "members", "members": [alice.account["id"]]})
    for ending in ("json", "pdf"):
        assert (await scene.http.get(f"{address}.{ending}")).status_code == 404
    assert scene.reference not in (await scene.http.get("/disclosure")).text


async def test_account_downloads_one_disclosure_at_a_time(scene: Scene) -> None:
    await scene.make("child", reference=scene.reference)
    address = f"{await scene.newest()}.json"
    slot = await scene.server.service.queues.disclosures.acquire(scene.cora.id)
    downloads = [asyncio.create_task(scene.http.get(address)) for _ in range(3)]
    (refused,), waiting = await asyncio.wait(downloads, return_when=asyncio.FIRST_COMPLETED)
    assert (refused.result().status_code, len(waiting)) == (429, 2)
    slot.release()
    assert [response.status_code for response in await asyncio.gather(*waiting)] == [200, 200]


async def test_former_name_is_found_in_the_history(scene: Scene) -> None:
    name = f"Oldina {new_id()}"
    await scene.team.alice.command(scene.search, "note.add", {"text": f"{name} called"})
    entities = (await scene.team.alice.snapshot(scene.search))["entities"]
    (contact,) = (id for (kind, id), state in entities.items() if kind == "contact" and state["name"] == "An Peeters")
    for text in (name, "An Peeters"):
        await scene.team.alice.command(scene.search, "contact.update", {"contact": contact, "name": text})
    events = [item for item in await scene.items("person", name=name) if item["table"] == "event"]
    assert [(event["type"], event["values"]) for event in events] == [
        ("note.added", {"state.text": f"{name} called"}), ("contact.updated", {"state.name": name}),
    ]  # fmt: skip
