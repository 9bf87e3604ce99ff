"""Retention pages and holds: coordinators see what is due and stored, and hold searches for a reason until a day."""

import asyncio
import json
import re
from collections.abc import AsyncIterator
from datetime import timedelta

import httpx2 as httpx
import pytest
from sqlalchemy import select as core_select
from sqlmodel import Session, col, select, update

from board.config.settings import Settings
from board.engine import journal, kinds
from board.maintenance import pruning
from board.retention import holds, inventory
from models.board import AUDIT, OPERATIONS, Board
from models.db.schema import metadata
from models.retention_hold import RetentionHold
from models.search import Search
from models.times import DESK_TIME_ZONE, format_utc, now
from tests.api.test_administration import browser, hire, problem
from tests.api.test_retention import close
from tests.ops.test_command_line import Shell
from tests.support.audit_record import AuditRecord
from tests.support.backends import SLOW_ON_POSTGRESQL
from tests.support.people import new_id
from tests.support.team import Team

pytestmark = pytest.mark.both_backends(SLOW_ON_POSTGRESQL)

REASON = "Complaint of the family"


def day(days: int) -> str:
    return (now().astimezone(DESK_TIME_ZONE).date() + timedelta(days=days)).isoformat()


@pytest.fixture
async def cora(team: Team) -> AsyncIterator[httpx.AsyncClient]:
    async with browser(team.server, await hire(team.server, "coordinator", "Cora")) as http:
        yield http


async def hold(http: httpx.AsyncClient, search: str, until: str = "", reason: str = REASON) -> httpx.Response:
    return await http.post(f"/retention/{search}/holds", data={"until": until or day(10), "reason": reason})


def held(page: httpx.Response) -> list[str]:
    return re.findall(r'data-hold="([^"]+)"', page.text)


async def reference_of(team: Team, search: str) -> str:
    database = team.server.service.database
    return await database.read(lambda session: session.exec(select(Search.reference).where(Search.id == search)).one())


# -- pages ------------------------------------------------------------------------------------------------------------------


async def test_list_has_due_searches_by_reference_and_no_names(team: Team, cora: httpx.AsyncClient) -> None:
    old, recent = await close(team, "runaway", 11), await close(team, "runaway", 2)
    page = await cora.get("/retention")
    assert page.status_code == 200
    assert f'data-search="{old}" data-due="yes"' in page.text
    assert recent not in page.text
    assert "Noor" not in page.text


async def test_page_of_a_search_counts_what_is_stored(team: Team, cora: httpx.AsyncClient) -> None:
    old = await close(team, "runaway", 11)
    page = await cora.get(f"/retention/{old}")
    assert page.status_code == 200
    assert re.search(r"<td>Cards, notes and places</td><td>\d+</td>", page.text)
    assert "kept 10 years, until" in page.text
    found = (await team.server.service.database.read(lambda session: inventory.rows_about(session, old)))["event"]
    assert f"<td>Events of the search</td><td>{found}</td>" in page.text


async def test_reference_leads_to_the_search(team: Team, cora: httpx.AsyncClient) -> None:
    search = await team.alice.open_search()
    answer = await cora.get("/retention", params={"reference": f" {await reference_of(team, search)} "})
    assert (answer.status_code, answer.headers["location"]) == (303, f"/retention/{search}")
    for wrong in ("nothing", "x" * 101, "a\0b"):
        assert problem(await cora.get("/retention", params={"reference": wrong})) == "You see no search with this reference."


@pytest.mark.parametrize("role", ["viewer", "investigator"])
async def test_others_find_no_pages_of_retention(team: Team, role: str) -> None:
    search = await close(team, "runaway", 11)
    async with browser(team.server, await hire(team.server, role)) as http:
        assert {(await http.get(path)).status_code for path in ("/retention", f"/retention/{search}")} == {404}
        assert (await hold(http, search)).status_code == 404
    async with browser(team.server) as stranger:
        assert (await hold(stranger, search)).status_code == 401


async def test_members_only_search_is_hidden_from_others(team: Team, cora: httpx.AsyncClient) -> None:
    search = await team.secret_search(team.bob)
    change = update(Search).where(col(Search.id) == search).values(status="closed", status_at="2000-01-01T00:00:00.000Z")
    database = team.server.service.database
    await database.write(lambda session: session.connection().execute(change).rowcount)
    reference = await reference_of(team, search)
    assert search not in (await cora.get("/retention")).text
    assert problem(await cora.get("/retention", params={"reference": reference}))
    assert (await cora.get(f"/retention/{search}")).status_code == 404
    assert (await hold(cora, search)).status_code == 404


async def test_each_page_is_in_the_read_log(team: Team) -> None:
    account = await hire(team.server, "coordinator", "Cora")
    search, record = await close(team, "runaway", 11), AuditRecord(team.server.service)
    async with browser(team.server, account) as http:
        await record.restart()
        await http.get("/retention")
        await http.get(f"/retention/{search}")
    assert sorted(await record.types(account.id)) == ["report.read", "snapshot.read"]
    assert (await record.one(account.id, "report.read")).id == "retention"


# -- holds ------------------------------------------------------------------------------------------------------------------


async def test_hold_is_shown_recorded_and_ended(team: Team) -> None:
    account = await hire(team.server, "coordinator", "Cora")
    search, record = await close(team, "runaway", 11), AuditRecord(team.server.service)
    await record.restart()
    async with browser(team.server, account) as http:
        assert (await hold(http, search, reason=f"  {REASON} <b> ")).status_code == 303
        page = await http.get(f"/retention/{search}")
        assert f"{REASON} &lt;b&gt;" in page.text
        assert "on hold until" in page.text
        assert "on hold until" in (await http.get("/retention")).text
        placed = await record.one(account.id, "retention.held")
        assert (placed.id, placed.about["typed_reason"]) == (search, f"{REASON} <b>")
        (id,) = held(page)
        ended = await http.post(f"/retention/{search}/holds/end", data={"hold": id})
        assert ended.status_code == 303
        assert held(await http.get(f"/retention/{search}")) == []
        assert (await record.one(account.id, "retention.hold_ended")).about == placed.about
        assert (await http.post(f"/retention/{search}/holds/end", data={"hold": id})).status_code == 404


async def test_search_that_is_not_due_can_be_held(team: Team, cora: httpx.AsyncClient) -> None:
    search = await team.alice.open_search()
    assert search not in (await cora.get("/retention")).text
    await hold(cora, search)
    assert f'data-search="{search}" data-due="no"' in (await cora.get("/retention")).text


@pytest.mark.parametrize("until", [day(-1), day(holds.MAX_DAYS + 2), "9999-12-31", "2027-13-01", "tomorrow", "", "20270601T10"])
async def test_wrong_day_is_refused_and_typed_text_kept(team: Team, cora: httpx.AsyncClient, until: str) -> None:
    search = await close(team, "runaway", 11)
    answer = await cora.post(f"/retention/{search}/holds", data={"until": until, "reason": REASON})
    assert answer.status_code == 422
    assert problem(answer)
    assert REASON in answer.text
    assert held(answer) == []


@pytest.mark.parametrize("reason", ["", "    ", "abcd", "x" * (holds.MAX_REASON + 1)])
async def test_reason_must_have_some_length(team: Team, cora: httpx.AsyncClient, reason: str) -> None:
    assert (await hold(cora, await close(team, "runaway", 11), reason=reason)).status_code == 422


async def test_hold_ends_with_its_last_day(team: Team, cora: httpx.AsyncClient) -> None:
    search = await close(team, "runaway", 11)
    await hold(cora, search, day(0))
    (found,) = await team.server.service.database.read(lambda session: holds.current_holds(session, now(), search))
    later = now() + timedelta(days=1, hours=2)
    assert await team.server.service.database.read(lambda session: holds.current_holds(session, later, search)) == []
    assert found.until.endswith(("T22:59:59.999Z", "T21:59:59.999Z"))


async def test_holds_of_another_search_are_not_found(team: Team, cora: httpx.AsyncClient) -> None:
    one, other = await close(team, "runaway", 11), await close(team, "runaway", 11)
    await hold(cora, one)
    (id,) = held(await cora.get(f"/retention/{one}"))
    for wrong in (id, new_id(), "", "x" * 5_000):
        answer = await cora.post(f"/retention/{other}/holds/end", data={"hold": wrong})
        assert answer.status_code == 404
    assert held(await cora.get(f"/retention/{one}")) == [id]


async def test_simultaneous_holds_stay_within_the_bound(team: Team, cora: httpx.AsyncClient) -> None:
    search = await close(team, "runaway", 11)
    answers = await asyncio.gather(*(hold(cora, search) for _ in range(holds.MAX_PER_SEARCH + 3)))
    codes = [answer.status_code for answer in answers]
    assert (codes.count(303), codes.count(422)) == (holds.MAX_PER_SEARCH, 3)
    assert len(held(await cora.get(f"/retention/{search}"))) == holds.MAX_PER_SEARCH


async def test_ended_holds_are_pruned(team: Team, cora: httpx.AsyncClient) -> None:
    search, database = await close(team, "runaway", 11), team.server.service.database
    await hold(cora, search)
    await hold(cora, search)
    (_, second) = held(await cora.get(f"/retention/{search}"))
    past = format_utc(now() - timedelta(days=3))
    change = update(RetentionHold).where(col(RetentionHold.id) == second).values(until=past)
    await database.write(lambda session: session.connection().execute(change).rowcount)
    assert await pruning.Pruning(database, Settings(_env_file=None)).prune() == {"retention_holds": 1}
    assert len(held(await cora.get(f"/retention/{search}"))) == 1


async def test_command_holds_and_lists_and_ends(team: Team) -> None:
    search = await close(team, "runaway", 15)
    shell = Shell({"DATABASE_URL": team.server.service.settings.database_url})
    id = (await shell.works("search", "hold", search, "--until", day(5), "--reason", REASON)).strip()
    listed = {each["id"]: each for each in json.loads(await shell.works("erase", "--dry-run", "--json"))}
    assert listed[search]["held_until"]
    assert f"held until {listed[search]['held_until'][:10]}" in await shell.works("erase", "--dry-run")
    assert "hold" in await shell.refuses("search", "end-hold", search, new_id())
    await shell.works("search", "end-hold", search, id)
    listed = {each["id"]: each for each in json.loads(await shell.works("erase", "--dry-run", "--json"))}
    assert listed[search]["held_until"] is None
    assert "id" in await shell.refuses("search", "hold", new_id(), "--until", day(5), "--reason", REASON)


# -- inventory --------------------------------------------------------------------------------------------------------------


def test_each_table_with_a_board_is_in_the_inventory() -> None:
    named = {name for name, table in metadata.tables.items() if {"board", "search", "placed_on", "guest_of"} & {*table.c.keys()}}
    assert named == inventory.TABLES.keys() | inventory.OTHERS.keys()
    assert {group for group, _ in inventory.TABLES.values()} == inventory.GROUPS.keys()
    of_searches = {str(kind.model.__tablename__) for kind in kinds.every() if kind.is_board or "search" in kind.boards}
    assert of_searches <= inventory.TABLES.keys()


async def test_each_row_with_a_text_of_a_search_is_counted(team: Team) -> None:
    """Every table and journal, found by reflection, that has a marker of the search's texts or its id is counted."""
    search, marker = await marked_search(team)
    database = team.server.service.database
    counted = await database.read(lambda session: inventory.rows_about(session, search))
    tables, events = await database.read(lambda session: (marked_tables(session, search, marker), marked_events(session, marker)))
    assert {"search", "sighting", "note", "contacts", "tip", "visibility_changes"} <= tables
    assert tables - counted.keys() == {"board"}, "the row of the board has no text, and keeps the chain"
    assert 5 < events <= counted["event"]


async def marked_search(team: Team) -> tuple[str, str]:
    """Open a search with a marker in each of its texts, and with a tip that was placed on it. Return its id and the marker."""
    alice, marker = team.alice, f"Zq{new_id()[-8:]}"
    search = await alice.open_search(person={"first_name": marker, "last_name": marker})
    await alice.command(OPERATIONS, "tip.add", {"description": marker})
    entities = (await alice.snapshot(OPERATIONS))["entities"].items()
    (tip,) = (id for (kind, id), state in entities if kind == "tip" and state["description"] == marker)
    await alice.command(OPERATIONS, "tip.place", {"tip": tip, "search": search})
    for name, data in (
        ("sighting.add", {"description": marker, "source_name": marker}), ("note.add", {"text": marker}),
        ("task.add", {"title": marker}), ("contact.add", {"name": marker, "email": "an@example.org"}),
        ("search.set_access", {"access": "members", "members": [alice.account["id"]]}),
    ):  # fmt: skip
        await alice.command(search, name, data)
    return search, marker


def marked_tables(session: Session, search: str, marker: str) -> set[str]:
    """Return the tables that have the marker, or the id of the search as text."""
    found = set()
    for name, table in metadata.tables.items():
        rows = session.connection().execute(core_select(table)).all()
        if any(search in str(value) or marker in str(value) for row in rows for value in row):
            found.add(name)
    return found


def marked_events(session: Session, marker: str) -> int:
    """Return the number of events with the marker on all boards, except the audit board."""
    boards = session.exec(select(Board.id).where(Board.id != AUDIT)).all()
    events = (event for board in boards for event in journal.events_after(session, board, 0, 5_000))
    return sum(event.body is not None and marker in str(event.payload()) for event in events)
