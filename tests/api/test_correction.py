"""Corrections: a corrected value is in no current row, screen, list, look-up or paper; only histories have it."""

import pytest
from sqlalchemy import select
from sqlmodel import Session

from models.board import OPERATIONS
from models.db.schema import metadata
from tests.api.test_reports import opened
from tests.api.test_reports import report as add_report
from tests.support.audit_scene import OF_ADMINISTRATORS, READS, AuditScene
from tests.support.backends import SLOW_ON_POSTGRESQL
from tests.support.display_client import DisplayBrowser, pair_browser
from tests.support.team import Team

pytestmark = pytest.mark.both_backends(SLOW_ON_POSTGRESQL)

OLD, NEW = "Zorabelq", "Miravelx"  # in every text; no other text has them
OLD_PHONE, NEW_PHONE = "+32475119977", "+32475228866"
# Routes that show the past: they have the old value, with the correction after it.
OF_THE_PAST = {
    "GET /api/v1/boards/{board}/events", "GET /api/v1/boards/{board}/journal.csv", "GET /api/v1/boards/{board}/journal.json",
    "GET /searches/{id}/history.pdf", "GET /searches/{id}/history.md", "GET /api/v1/since",
    "GET /api/v1/handovers/{number}", "GET /handovers/{number:number}.pdf", "GET /handovers/{number:number}.md",
    "GET /handovers/{number:number}/briefing.pdf",  # signed
    "GET /api/v1/boards/{board}/materials/{material}.pdf",  # approved as it was
    "GET /api/v1/boards/{board}/contacts/{contact}",  # with former values
    "GET /api/v1/boards/{board}/sightings/{sighting}/source", "GET /api/v1/tips/{tip}/source",
    "GET /api/v1/reports/{report}/caller",
}  # fmt: skip


class Scene(AuditScene):
    """Search with texts, contact and sources that have the old values."""

    async def say(self, name: str, phone: str) -> None:
        """Set each text about the child, a contact, a source and a tip to this name and number."""
        alice, source = self.team.alice, {"source_name": name, "source_contact": phone}
        for command, data in (
            ("search.update", {"person": {"first_name": name, "last_name": name}, "last_seen": {"text": name}}),
            ("sighting.update", {"sighting": self.ids["sighting"], "description": name, **source}),
            ("contact.update", {"contact": self.ids["contact"], "name": name, "phones": [{"number": phone}], "note": name}),
        ):
            await alice.command(self.search, command, data)


@pytest.fixture
async def scene(team: Team) -> Scene:
    scene = Scene(team)
    await scene.prepare()
    return scene


def rows_with(session: Session, *texts: str) -> set[str]:
    """Columns of tables that have one of the texts."""
    return {
        f"{table.name}.{column}" for table in metadata.sorted_tables
        for row in session.connection().execute(select(table)).mappings()
        for column, value in row.items() if any(text.lower() in str(value).lower() for text in texts)
    }  # fmt: skip


async def test_corrected_value_is_in_no_current_row(scene: Scene) -> None:
    await scene.say(OLD, OLD_PHONE)
    read = scene.team.server.service.database.read
    assert {"search.person", "search.folded", "contacts.phones"} <= await read(lambda session: rows_with(session, OLD, OLD_PHONE))
    await scene.say(NEW, NEW_PHONE)
    # former values of a contact and a source, shown with the person who corrected them
    assert await read(lambda session: rows_with(session, OLD, OLD_PHONE)) == {
        "contacts.earlier", "earliersource.source_name", "earliersource.source_contact",
    }  # fmt: skip


async def test_name_corrected_on_a_report_is_corrected_on_its_search(scene: Scene) -> None:
    alice = scene.team.alice
    report = await add_report(alice, person={"first_name": OLD, "last_name": OLD})
    search = await opened(alice, report)
    name = {"person": {"first_name": NEW, "last_name": NEW}}
    await alice.command(OPERATIONS, "report.update", {"report": report, "search": search} | name)
    read = scene.team.server.service.database.read
    columns = await read(lambda session: rows_with(session, OLD))
    assert not {column for column in columns if column.startswith(("missingreport", "search."))}, columns


@pytest.mark.slow
async def test_corrected_value_is_in_no_answer(scene: Scene) -> None:
    alice = scene.team.alice
    await scene.say(OLD, OLD_PHONE)
    before = await routes_with(scene, OLD, OLD_PHONE)
    assert len(before) > 10, before
    await scene.say(NEW, NEW_PHONE)
    assert await routes_with(scene, OLD, OLD_PHONE) <= OF_THE_PAST
    assert await routes_with(scene, NEW, NEW_PHONE) >= before - OF_THE_PAST
    for query, hits in ((OLD, 0), (NEW, 1)):
        found = (await alice.http.get("/api/v1/find", params={"q": query})).json()
        assert (len(str(found).split(scene.search)) > 1) is bool(hits), found


async def routes_with(scene: Scene, *texts: str) -> set[str]:
    """Routes whose answers have one of the texts. PDFs are compressed: their Markdown or data is compared instead."""
    found = set()
    for name in READS.keys() - OF_ADMINISTRATORS:
        for answer in await scene.request(scene.team.alice.http, name):
            assert answer.status_code == 200, (name, answer.text)
            if any(text in answer.text for text in texts):
                found.add(name)
    return found


async def test_history_says_that_a_value_was_corrected(scene: Scene) -> None:
    await scene.say(OLD, OLD_PHONE)
    await scene.say(NEW, NEW_PHONE)
    paper = (await scene.team.alice.http.get(f"/searches/{scene.search}/history.md")).text
    assert f"First name: {OLD} → {NEW}" in paper
    events = await scene.team.alice.http.get(f"/api/v1/boards/{scene.search}/events", params={"after": 0})
    texts = [str(event["state"]) for event in events.json()["events"] if event["type"] == "search.updated"]
    assert (OLD in texts[-2], OLD in texts[-1], NEW in texts[-1]) == (True, False, True)


async def test_display_shows_only_the_corrected_value(scene: Scene) -> None:
    shown = await scene.team.alice.open_search(person={"first_name": OLD, "age": 9})
    screen = DisplayBrowser(scene.team.server)
    await pair_browser(scene.team.alice, screen, [shown])
    display = await screen.connect()
    board = await display.subscribe(shown)
    assert OLD in str(board.entities)
    await scene.team.alice.command(shown, "search.update", {"person": {"first_name": NEW}})
    await display.wait_until(lambda: NEW in str(board.entities))
    assert OLD not in str(board.entities)
    await display.close()
    again = await screen.connect()
    fresh = await again.subscribe(shown)
    assert OLD not in str(fresh.entities)
    await again.close()
    await screen.close()
