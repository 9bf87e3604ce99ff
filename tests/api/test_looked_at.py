"""Looked at by: coordinators and the lead see who read a search, a line for each person and hour; each person sees their own."""

from collections.abc import AsyncIterator, Sequence
from datetime import timedelta
from typing import Any

import httpx2 as httpx
import pytest
from sqlalchemy import event, insert

from board.audit.log import read_queries
from board.audit.log.read_groups import group
from board.audit.log.read_sentences import describe_group, times_text
from board.audit.log.unusual_facts import first_id, unusual_reads
from models.accounts import Account
from models.emergency_opening import EmergencyOpening
from models.ids import new_id
from models.read_record import ReadRecord
from models.times import format_utc, now
from tests.api.test_administration import browser, hire
from tests.support.audit_record import AuditRecord
from tests.support.backends import SLOW_ON_POSTGRESQL
from tests.support.team import Team

pytestmark = pytest.mark.both_backends(SLOW_ON_POSTGRESQL)

DAY = "2026-11-30"


def row(at: str, account: str = "alice", type: str = "photo.read", until: str = "", **more: Any) -> ReadRecord:
    at = f"{DAY}T{at}:00.000Z"
    values: dict[str, Any] = {
        "id": new_id(), "seq": 1, "batch": "", "at": at, "until": f"{DAY}T{until}:00.000Z" if until else at, "following": False,
        "count": 1, "hits": 0, "account": account, "token": None, "board": "search", "type": type, "entity": "e", "detail": "",
        "why": "member", "screen": "search", "on_duty": True,
    }  # fmt: skip
    return ReadRecord(**values | more)


def described(rows: Sequence[ReadRecord], openings: Sequence[EmergencyOpening] = ()) -> list[str]:
    groups = group(sorted(rows, key=lambda each: each.at, reverse=True), openings)
    return [f"{times_text(each, 'en')} {each.account}: {describe_group(each, 'en')}" for each in groups]


# -- lines ------------------------------------------------------------------------------------------------------------------


def test_line_is_one_person_in_one_hour() -> None:
    rows = [row("09:10"), row("09:50"), row("09:20", "bob"), row("10:01")]
    assert described(rows) == ["11:01 alice: 1 photo", "10:10 to 10:50 alice: 2 photos", "10:20 bob: 1 photo"]


def test_line_counts_each_kind_and_names_files() -> None:
    rows = [
        row("09:10", type="snapshot.read", until="09:30"), row("09:20", type="snapshot.read", until="09:40"),
        row("09:25", type="export.read", detail="cards.csv"), row("09:26", type="find.run", count=3),
    ]  # fmt: skip
    assert described(rows) == ["10:10 to 10:40 alice: 3 look-ups · board, 30 min · cards.csv"]


def test_open_subscription_is_now_until_its_process_is_silent() -> None:
    at = format_utc(now())
    fresh = row("09:00", type="snapshot.read", following=True)
    fresh.at = fresh.until = at
    assert group([fresh], [])[0].is_open
    assert not group([row("09:00", type="snapshot.read", following=True)], [])[0].is_open


def test_emergency_is_in_the_line_of_its_hour() -> None:
    at = f"{DAY}T09:12:00.000Z"
    opening = EmergencyOpening(id=new_id(), board="search", account="nadia", reason="the father calls", at=at, until=at)
    (line,) = group([row("09:20", "nadia", why="break_glass")], [opening])
    assert (line.is_emergency, line.openings, line.reasons) == (True, [opening], [])
    assert not group([row("09:20")], [])[0].is_emergency


# -- pages ------------------------------------------------------------------------------------------------------------------


@pytest.fixture
async def cora(team: Team) -> AsyncIterator[tuple[Account, httpx.AsyncClient]]:
    account = await hire(team.server, "coordinator", "Cora")
    async with browser(team.server, account) as http:
        yield account, http


async def test_coordinators_and_the_lead_see_who_looked(team: Team, cora: tuple[Account, httpx.AsyncClient]) -> None:
    search = await team.alice.open_search()
    await team.bob.http.get(f"/api/v1/boards/{search}")
    page = (await cora[1].get(f"/searches/{search}/reads")).text
    assert "<strong>Bob</strong>" in page
    assert "open to all users" in page
    async with browser(team.server, lead := await hire(team.server, "investigator", "Lea")) as http:
        assert (await http.get(f"/searches/{search}/reads")).status_code == 404
        await team.alice.command(search, "search.update", {"lead": lead.id})
        assert "<strong>Bob</strong>" in (await http.get(f"/searches/{search}/reads")).text


async def test_members_only_search_has_no_list_for_outsiders(team: Team, cora: tuple[Account, httpx.AsyncClient]) -> None:
    search = await team.secret_search(team.bob)
    assert (await cora[1].get(f"/searches/{search}/reads")).status_code == 404
    assert (await cora[1].get("/searches/operations/reads")).status_code == 404
    assert (await team.alice.http.get(f"/searches/{search}/reads")).status_code == 200
    assert (await team.bob.http.get(f"/searches/{search}/reads")).status_code == 404


async def test_list_is_itself_a_read(team: Team) -> None:
    search, record = await team.alice.open_search(), AuditRecord(team.server.service)
    await record.restart()
    await team.alice.http.get(f"/searches/{search}/reads")
    assert (await record.one(team.alice.account["id"], "readers.read")).id == search


async def test_own_page_shows_own_reads_alone(team: Team, cora: tuple[Account, httpx.AsyncClient]) -> None:
    search = await team.alice.open_search(reference=(reference := f"R-{new_id()}"))
    hidden = await team.secret_search(team.bob, reference=(secret := f"R-{new_id()}"))
    await cora[1].get(f"/api/v1/boards/{search}")
    await team.bob.http.get(f"/api/v1/boards/{hidden}")
    page = (await cora[1].get("/account/reads")).text
    assert reference in page
    assert "Bob" not in page
    assert secret not in page


async def test_search_that_was_lost_is_not_named(team: Team) -> None:
    search = await team.secret_search(team.bob, reference=(reference := f"R-{new_id()}"))
    await team.bob.http.get(f"/api/v1/boards/{search}")
    assert reference in (await team.bob.http.get("/account/reads")).text
    await team.alice.command(search, "search.set_access", {"access": "members", "members": [team.alice.account["id"]]})
    page = (await team.bob.http.get("/account/reads")).text
    assert reference not in page
    assert "a search that you do not see" in page


@pytest.mark.parametrize("query", ["?before=", "?before=x", "?before=%00", "?account=%27", "?account=" + "9" * 5_000])
async def test_hostile_query_is_ignored(team: Team, query: str) -> None:
    search = await team.alice.open_search()
    assert (await team.alice.http.get(f"/searches/{search}/reads{query}")).status_code == 200


async def test_typed_reason_is_shown_as_text(team: Team, cora: tuple[Account, httpx.AsyncClient]) -> None:
    search = await team.secret_search(team.bob, reference=(reference := f"R-{new_id()}"))
    await cora[1].post("/emergency", data={"reference": reference, "reason": "<script>alert(1)</script>"})
    page = (await team.alice.http.get(f"/searches/{search}/reads")).text
    assert "data-emergency" in page
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)" in page


# -- many -------------------------------------------------------------------------------------------------------------------


async def test_page_reads_a_bounded_number_of_rows(team: Team, monkeypatch: pytest.MonkeyPatch) -> None:
    """All pages together show each read once, and each page runs queries with a limit on an index."""
    monkeypatch.setattr(read_queries, "MAX_ROWS", 50)
    database, search, account = team.server.service.database, new_id(), team.alice.account["id"]
    rows = [row(f"{number // 60:02}:{number % 60:02}", account, board=search) for number in range(400)]
    values = [each.model_dump() for each in rows]
    await database.write(lambda session: session.connection().execute(insert(ReadRecord), values).rowcount)
    seen, before, pages = list[str](), read_queries.LAST, 0
    while before:
        page = await database.read(lambda session, before=before: read_queries.of_board(session, search, before))
        seen += [each.id for group in page.groups for each in group.rows]
        before, pages = page.before or "", pages + 1
        assert sum(len(group.rows) for group in page.groups) <= 50
    assert seen == [each.id for each in reversed(rows)]
    assert pages >= 8


async def test_queries_of_pages_use_an_index(team: Team) -> None:
    plans = list[str]()
    database = team.server.service.database
    if database.backend.kind != "sqlite":
        pytest.skip("the plan is SQLite's")
    engine = database.backend.read_engine

    def explain(connection: Any, cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
        if "FROM reads" in statement and not statement.startswith("EXPLAIN"):
            cursor = connection.connection.dbapi_connection.cursor()
            plans.extend(str(line[3]) for line in cursor.execute(f"EXPLAIN QUERY PLAN {statement}", parameters))

    event.listen(engine, "before_cursor_execute", explain)
    try:
        await database.read(lambda session: read_queries.of_board(session, "b"))
        await database.read(lambda session: read_queries.of_board(session, "b", account="a"))
        await database.read(lambda session: read_queries.of_account(session, "a"))
    finally:
        event.remove(engine, "before_cursor_execute", explain)
    assert len(plans) == 3
    for plan, name in zip(plans, ("reads_of_board", "reads_of_board_by_account", "reads_of_account"), strict=True):
        assert f"USING INDEX {name} (" in plan, plan
        assert "TEMP B-TREE" not in plan


# -- unusual reads ----------------------------------------------------------------------------------------------------------


async def test_administrators_see_unusual_reads(team: Team) -> None:
    ina, boards = await team.add_person("Ina Nachtegaal", "investigator"), [await team.alice.open_search() for _ in range(15)]
    for board in boards:
        assert (await ina.http.get(f"/api/v1/boards/{board}")).status_code == 200
    async with browser(team.server, await hire(team.server, "admin", "Adam")) as http:
        page = (await http.get("/audit/unusual")).text
        assert "Ina Nachtegaal" in page
        assert "15 searches" in page
        assert "Alice" not in page, "she is the author on these searches"
    for person in (team.alice, team.bob):
        assert (await person.http.get("/audit/unusual")).status_code == 404


async def test_screen_that_was_opened_before_the_period_is_examined(team: Team) -> None:
    """A subscription of the day before the seven days lasts into them; a download of that day is not examined."""
    olaf, since = await hire(team.server, "investigator", "Olaf"), now() - timedelta(days=7)
    before, after = since - timedelta(hours=20), format_utc(since + timedelta(days=1))
    kinds = [{"following": True, "on_duty": False}] * 3 + [{"type": "export.read"}] * 3
    ids = [f"{first_id(before)}{number:04d}" for number in range(len(kinds))]
    rows = [row("09:10", olaf.id, **kind).model_dump() for kind in kinds]
    for number, (id, values) in enumerate(zip(ids, rows, strict=True)):
        values.update(id=id, board=f"old {number}", at=format_utc(before), until=after)
    service, insertion = team.server.service, insert(ReadRecord)
    await service.database.write(lambda session: session.connection().execute(insertion, rows).rowcount)
    page = await service.database.read(lambda session: unusual_reads(session, since, service.unusual_reads))
    assert [(each.rule, each.boards) for each in page.findings if each.account == olaf.id] == [
        ("at_night", {"old 0", "old 1", "old 2"})
    ]
