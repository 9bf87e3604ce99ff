"""The audit journal: what is written there stays, in its order, and only administrators know of it."""

import csv
import io
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import insert, text
from sqlmodel import Session

from board.audit import actor, writer
from board.audit.entries import AccountDisabled, AccountEnabled, DisplayRevoked, ReadsErased, RoleSet, TokenRevoked
from board.audit.log import api, reading
from board.client import Refusal
from board.commands.registry import TABLE
from board.engine import audit_events, erasure, hash_chain, integrity, journal
from board.engine.event_writer import EventWriter
from board.errors import OperationError, Refused
from models.board import AUDIT, Board
from models.db.database import Database, DatabaseUnavailable
from models.db.schema import MIGRATIONS, metadata, migrate
from tests.support.backends import SLOW_ON_POSTGRESQL
from tests.support.display_client import DisplayBrowser, pair_browser
from tests.support.old_schemas import reset_to_revision
from tests.support.people import Person, create_token, new_id
from tests.support.query_plans import query_plan
from tests.support.team import Team

pytestmark = pytest.mark.both_backends(SLOW_ON_POSTGRESQL)


async def entries(person: Person, **asked: Any) -> list[dict[str, Any]]:
    """Return the audit entries that an administrator reads, newest first."""
    response = await person.http.get("/api/v1/audit", params=asked)
    assert response.status_code == 200, response.text
    return list(response.json()["entries"])


async def wrote(team: Team, *written: Any, by: actor.Actor = actor.SERVER) -> list[dict[str, Any]]:
    """Write entries, one transaction each; return them as they are read, oldest first."""
    await team.server.service.repeats.write()  # so that none of earlier requests comes between
    for entry in written:
        await team.server.service.database.write(lambda session, entry=entry: writer.write(session, entry, by=by))
    return (await entries(team.ada, limit=len(written)))[::-1]


def disabled(id: str, name: str = "Eva") -> AccountDisabled:
    return AccountDisabled(id=id, name=name)


async def head_of(team: Team) -> int:
    def read(session: Session) -> int:
        return session.get_one(Board, AUDIT).seq

    return await team.server.service.database.read(read)


async def fault(team: Team) -> str | None:
    return await team.server.service.database.read(lambda session: hash_chain.verify(session, session.get_one(Board, AUDIT)))


# -- what is written ------------------------------------------------------------------------------------------------------


async def test_an_entry_says_who_did_what_to_whom(team: Team) -> None:
    eva, ada = new_id(), team.ada.account
    who = actor.Actor("account", ada["id"], ada["name"], "a token's id")
    (entry,) = await wrote(team, RoleSet(id=eva, name="Eva", before="viewer", role="admin"), by=who)
    assert {name: value for name, value in entry.items() if name not in ("seq", "at")} == {
        "type": "account.role_set", "kind": "account", "id": eva,
        "actor": {"kind": "account", "id": ada["id"], "name": "Ada", "token": "a token's id"},
        "about": {"name": "Eva", "before": "viewer", "role": "admin"},
    }  # fmt: skip
    assert await head_of(team) - entry["seq"] in (0, 1)  # Ada's reading may be the next


async def test_an_entry_is_written_with_what_it_is_about_or_not_at_all(team: Team) -> None:
    await team.server.service.repeats.write()
    head, eva = await head_of(team), new_id()

    def fails(session: Session) -> None:
        writer.write(session, disabled(eva))
        raise OperationError("no")

    with pytest.raises(OperationError):
        await team.server.service.database.write(fails)
    assert await head_of(team) == head
    assert await entries(team.ada, account=eva) == []


async def test_a_command_that_is_refused_after_all_leaves_no_entry(team: Team, monkeypatch: pytest.MonkeyPatch) -> None:
    eva = new_id()

    def refuses(pen: EventWriter, data: object) -> None:
        writer.write(pen.session, disabled(eva))
        raise Refused("forbidden")

    monkeypatch.setitem(TABLE, "note.add", replace(TABLE["note.add"], handler=refuses))
    with pytest.raises(Refusal, match="forbidden"):
        await team.alice.command("operations", "note.add", {"text": "x"})
    assert await entries(team.ada, account=eva) == []


@pytest.mark.both_backends
async def test_an_entry_follows_those_that_others_wrote_since_the_board_was_read(team: Team) -> None:
    eva, database, kept = new_id(), team.server.service.database, list[Board | None]()
    if database.kind == "sqlite":
        return  # on SQLite a writer is alone
    other = Database(database.url)

    def write(session: Session) -> None:
        kept.append(session.get(Board, AUDIT))  # a reference that keeps the row in the session
        other.write_now(lambda beside: writer.write(beside, disabled(eva, "beside")))
        writer.write(session, disabled(eva, "here"))

    await database.write(write)
    found = await entries(team.ada, account=eva)
    assert [each["about"]["name"] for each in found] == ["here", "beside"]
    assert await fault(team) is None
    await other.close()


async def test_action_that_cannot_be_audited_is_not_done(team: Team) -> None:
    """An action fails where the audit journal fails."""

    def unwritable(session: Session) -> None:
        session.connection().execute(text("UPDATE account SET language = 'xx' WHERE id = :id"), {"id": team.bob.account["id"]})
        writer.write(session, disabled("x" * 40, name=object()))  # type: ignore[arg-type]

    with pytest.raises((TypeError, DatabaseUnavailable)):
        await team.server.service.database.write(unwritable)
    assert (await team.bob.http.get("/api/v1/me")).json()["language"] is None


async def test_a_reading_of_a_source_is_an_entry(team: Team) -> None:
    search = await team.alice.open_search(reference=f"R-{new_id()}")
    await team.alice.command(search, "sighting.add", {"description": "a girl", "source_name": "Griet"})
    sighting = next(id for kind, id in (await team.alice.snapshot(search))["entities"] if kind == "sighting")
    path = f"/api/v1/boards/{search}/sightings/{sighting}/source"
    assert (await team.victor.http.get(path)).status_code == 403  # a refused reader has read nothing
    assert (await team.bob.http.get(path)).status_code == 200
    (entry,) = await entries(team.ada, kind="source", account=team.bob.account["id"], limit=1)
    assert (entry["type"], entry["id"], entry["about"]["board"], entry["about"]["number"]) == ("source.read", sighting, search, 7)
    assert "Griet" not in str(entry)
    assert entry["actor"]["token"]


# -- who may read it ------------------------------------------------------------------------------------------------------

CALLS = ("/api/v1/audit", "/api/v1/audit?limit=0", "/api/v1/audit.csv", "/api/v1/boards/audit/chain")
NEVER = (  # also not for administrators
    "/api/v1/boards/audit", "/api/v1/boards/audit?at=1", "/api/v1/boards/audit/events", "/api/v1/boards/audit/cards.csv",
    "/api/v1/boards/audit/cards.json", "/api/v1/boards/audit/journal.csv", "/api/v1/boards/audit/journal.json",
    "/api/v1/find?q=eva&board=audit", "/api/v1/since?board=audit", "/api/v1/handover?board=audit", "/searches/audit",
    "/searches/audit/history", "/searches/audit/history.md", "/api/v1/boards/audit/sightings/x/source",
)  # fmt: skip


@pytest.mark.parametrize("name", ["alice", "bob", "charlie", "victor"])
async def test_nobody_else_finds_it(team: Team, name: str) -> None:
    person = getattr(team, name)
    for path in (*CALLS, *NEVER):
        is_refused_anywhere = name == "victor" and path.endswith("/source")  # a viewer reads no source, of any board
        assert (await person.http.get(path)).status_code == (403 if is_refused_anywhere else 404), path
    assert (await team.ada.http.get(CALLS[0])).status_code == 200
    assert (await team.ada.http.get(CALLS[1])).status_code == 422
    assert (await team.ada.http.get(CALLS[3])).json()["holds"] is True


async def test_other_calls_do_not_find_the_audit_journal_for_administrators(team: Team) -> None:
    for path in NEVER:
        assert (await team.ada.http.get(path)).status_code == 404, path
    for path in ("/api/v1/boards", "/api/v1/since", "/api/v1/seen"):
        assert '"audit"' not in (await team.ada.http.get(path)).text
    mark = {"board": "audit", "epoch": "x", "seq": 1}
    assert (await team.ada.http.post("/api/v1/seen", json=mark)).status_code == 404
    similar = await team.ada.http.post("/api/v1/boards/audit/similar", json={"text": "a girl"})
    assert similar.status_code == 404
    intake = {"id": new_id(), "board": "audit", "description": "a girl"}
    assert (await team.ada.http.post("/api/v1/intake/sightings", json=intake)).status_code == 404


async def test_no_display_shows_it(team: Team) -> None:
    screen = DisplayBrowser(team.server)
    shown = await pair_browser(team.alice, screen, ["operations"], "room")
    answer = await team.alice.http.patch(f"/api/v1/displays/{shown['id']}", json={"shows": {"boards": ["audit"]}})
    assert (answer.status_code, list(answer.json()["fields"])) == (422, ["shows"])
    display = await screen.connect()
    assert (await display.request({"type": "subscribe", "board": "audit"}, type="error"))["code"] == "not_found"
    await display.close()
    await screen.close()


async def test_a_token_that_may_only_take_in_reads_nothing(team: Team) -> None:
    token = await create_token(team.server.service, "Ina", "admin", "intake")
    for path in CALLS:
        answer = await team.ada.http.get(path, headers={"Authorization": f"Bearer {token}"})
        assert answer.status_code == 403, path


async def test_no_socket_follows_it_and_no_command_writes_to_it(team: Team) -> None:
    head = await head_of(team)
    for person in (team.ada, team.charlie):
        said = await person.request({"type": "subscribe", "board": "audit"}, type="error")
        nowhere = await person.request({"type": "subscribe", "board": new_id()}, type="error")
        assert {**said, "board": ""} == {**nowhere, "board": ""}
        for name, data in {"note.add": {"text": "x"}, "search.update": {}, "undo": {"seq": 1}, "nothing": {}}.items():
            with pytest.raises(Refusal) as refused:
                await person.command("audit", name, data)  # type: ignore[arg-type]
            assert refused.value.code == "not_found", name
        assert not [each for each in person.frames if "audit" in each.get("heads", {})]
    await team.server.service.repeats.write()
    written = [each["type"] for each in await entries(team.ada, limit=500) if each["seq"] > head]
    assert set(written) - {"audit.read", "snapshot.read"} == {"command.refused", "request.refused"}


async def test_former_administrator_cannot_read_on(team: Team) -> None:
    olga = await team.add_person("Olga", "admin")
    assert (await olga.http.get("/api/v1/audit")).status_code == 200
    change = text("UPDATE account SET role = 'coordinator' WHERE id = :id")
    await team.server.service.database.write(lambda s: s.connection().execute(change, {"id": olga.account["id"]}))
    for path in CALLS:
        assert (await olga.http.get(path)).status_code == 404


# -- how it is read -------------------------------------------------------------------------------------------------------


async def test_it_is_read_page_by_page_the_newest_first(team: Team) -> None:
    eva = new_id()
    written = await wrote(team, *(disabled(eva, str(number)) for number in range(5)))
    seqs = [each["seq"] for each in written]
    assert seqs == list(range(seqs[0], seqs[0] + 5))
    page = (await team.ada.http.get("/api/v1/audit", params={"limit": 2, "account": eva})).json()
    assert ([each["seq"] for each in page["entries"]], page["more"]) == ([seqs[4], seqs[3]], True)
    page = (await team.ada.http.get("/api/v1/audit", params={"limit": 3, "account": eva, "before": seqs[3]})).json()
    assert ([each["seq"] for each in page["entries"]], page["more"]) == ([seqs[2], seqs[1], seqs[0]], False)
    assert page["seq"] >= seqs[4]
    assert [each["seq"] for each in await entries(team.ada, before=seqs[1], limit=1)] == [seqs[0]]


async def test_it_is_filtered_by_account_kind_and_time(team: Team) -> None:
    eva, kim, ada = new_id(), new_id(), team.ada.account["id"]
    by_ada = actor.Actor("account", ada, "Ada")
    one, two = await wrote(team, disabled(eva), AccountEnabled(id=eva, name="Eva"), by=by_ada)
    (three,) = await wrote(team, TokenRevoked(id=kim, name="Kim", token="t", title="hotline"))
    four = (await wrote(team, DisplayRevoked(id=new_id(), name="Hall"), by=by_ada))[0]

    async def found(**asked: Any) -> list[int]:
        every = {one["seq"]: 1, two["seq"]: 2, three["seq"]: 3, four["seq"]: 4}
        return [every[each["seq"]] for each in await entries(team.ada, **asked) if each["seq"] in every]

    assert await found() == [4, 3, 2, 1]
    assert await found(account=eva) == [2, 1]
    assert await found(account=ada) == [4, 2, 1]  # her own actions
    assert await found(account=ada, kind="account") == [2, 1]
    assert await found(account=ada, kind="display.revoked") == [4]
    assert await found(kind="account") == [2, 1]
    assert await found(kind="account.enabled") == [2]
    assert await found(kind="token") == [3]
    (erased,) = await wrote(team, ReadsErased(id=new_id(), count=2), by=by_ada)
    assert erased["seq"] not in [each["seq"] for each in await entries(team.ada, kind="reads")]  # a group, not a first part
    assert erased["seq"] in [each["seq"] for each in await entries(team.ada, kind="reads.erased")]
    assert await found(account=kim, kind="display") == []
    assert await found(**{"from": two["at"]}) == [4, 3, 2] + ([1] if one["at"] == two["at"] else [])
    until = await found(until=two["at"])
    assert until[-2:] == [2, 1]
    assert (4 in until) == (four["at"] == two["at"])
    assert await found(**{"from": "2100-01-01T00:00:00Z"}) == []
    assert await found(until="2000-01-01T01:00:00+01:00") == []


@pytest.mark.parametrize(
    "asked", [{"kind": "nothing"}, {"kind": "account.eaten"}, {"from": "yesterday"}, {"until": "2026-11-24"}, {"before": "0"},
              {"limit": "501"}, {"limit": "x"}, {"account": "x" * 65}],
)  # fmt: skip
async def test_invalid_audit_query_is_reported(team: Team, asked: dict[str, str]) -> None:
    answer = await team.ada.http.get("/api/v1/audit", params=asked)
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid")
    assert list(answer.json()["fields"]) == list(asked)


async def test_no_question_reads_more_than_it_gives(team: Team) -> None:
    """Each filter goes along an index of its own: none looks through all events of all boards."""
    queries = [
        audit_events._OF_TYPE,
        *audit_events._OF_ACCOUNT,
        *audit_events._OF_BOTH,
        audit_events._LAST_BEFORE,
        audit_events._FIRST_AFTER,
        audit_events._ALL,
    ]

    def plans(session: Session) -> list[str]:
        if session.get_bind().dialect.name != "sqlite":
            return []
        return [query_plan(query, session) for query in queries]

    read = await team.server.service.database.read(plans)
    assert not read or "audit_by_account_type" in read[queries.index(audit_events._OF_BOTH[0])]
    for plan in read:
        assert "SEARCH" in plan, plan
        assert "SCAN" not in plan, plan


FORMULA = "=cmd|' /C calc'!A0"


async def test_the_file_has_all_that_fits_in_plain_sentences_and_no_formula(team: Team, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(api, "BATCH_SIZE", 2)
    eva = new_id()
    written = await wrote(team, *(disabled(eva, name) for name in ("Eva", FORMULA, "Éva", "=1+1", "-1")))
    answer = await team.ada.http.get("/api/v1/audit.csv", params={"account": eva})
    assert answer.content.startswith(b"\xef\xbb\xbf")
    header, *rows = csv.reader(io.StringIO(answer.content.decode("utf-8-sig"), newline=""), strict=True)
    assert [int(row[0]) for row in rows] == [each["seq"] for each in reversed(written)]
    assert {len(row) for row in rows} == {len(header)}
    assert rows[-1][4] == "Searchboard disabled the account of Eva"
    assert not [cell for row in rows for cell in row if cell.startswith(("=", "+", "-", "@"))]
    (entry,) = await entries(team.ada, kind="export", limit=1)
    assert (entry["id"], entry["about"]["file"], entry["actor"]["id"]) == ("audit", "audit.csv", team.ada.account["id"])
    french = await team.ada.http.get("/api/v1/audit.csv", params={"account": eva}, headers={"Accept-Language": "fr"})
    assert "a désactivé le compte de Éva" in french.text


# -- integrity ------------------------------------------------------------------------------------------------------------


async def sql(team: Team, *statements: str, **values: Any) -> None:
    """Change the journal directly in the database."""

    def run(session: Session) -> None:
        for statement in statements:
            assert session.connection().execute(text(statement), values).rowcount, statement

    await team.server.service.database.write(run)


SWAP = [
    f"UPDATE event SET seq = {to} WHERE board = 0 AND seq = {which}"
    for which, to in ((":seq", "-1"), (":seq + 1", ":seq"), ("-1", ":seq + 1"))
]
HOLE = ["DELETE FROM event WHERE board = 0 AND seq = :seq"]
BENT = {
    "another account": ["UPDATE event SET entity = hash WHERE board = 0 AND seq = :seq"],
    "another type": ["UPDATE event SET type = 'account.enabled' WHERE board = 0 AND seq = :seq"],
    "another payload": ["UPDATE event SET body = :body WHERE board = 0 AND seq = :seq"],
    "a hole": HOLE,
    "a swap": SWAP,
}


@pytest.mark.parametrize("how", BENT)
async def test_tampering_with_the_audit_journal_is_detected(team: Team, how: str) -> None:
    assert await fault(team) is None
    written = await wrote(team, *(disabled(new_id(), name) for name in ("Eva", "Kim", "Zoé")))
    seq = written[1]["seq"]
    query = text("SELECT * FROM event WHERE board = 0 AND seq >= :seq")
    kept = await team.server.service.database.read(
        lambda session: [dict(row) for row in session.connection().execute(query, {"seq": seq}).mappings()]
    )
    values: dict[str, Any] = {"seq": seq} | ({"body": b"{}"} if how == "another payload" else {})
    await sql(team, *BENT[how], **values)
    assert f"event {seq} " in (await fault(team) or "")
    chain = (await team.ada.http.get("/api/v1/boards/audit/chain")).json()
    assert (chain["holds"], chain["bad_seq"], chain["seq"]) == (False, seq, seq - 1)
    with pytest.raises(OperationError, match=f"audit: .*event {seq} "):
        await team.server.service.database.read(verified)
    await team.server.service.database.write(lambda session: put_back(session, seq, kept))
    assert await fault(team) is None


def verified(session: Session) -> list[str]:
    return integrity.verify(session, AUDIT)


def put_back(session: Session, seq: int, kept: list[dict[str, Any]]) -> None:
    session.connection().execute(text("DELETE FROM event WHERE board = 0 AND seq >= :seq"), {"seq": seq})
    session.connection().execute(insert(metadata.tables["event"]), kept)


async def test_an_erased_payload_is_gone_and_the_chain_holds(team: Team) -> None:
    eva = new_id()
    (entry,) = await wrote(team, disabled(eva, "Zébulonne"))

    def erase(session: Session) -> None:
        erasure.erase(session, AUDIT, entry["seq"])
        board = writer.lock_audit_board(session)
        journal.append(session, board, "account.erased", "account", eva, None, board.at, {"actor": None, "about": {}})

    await team.server.service.database.write(erase)
    assert await fault(team) is None
    _, erased = await entries(team.ada, account=eva)
    assert erased == {name: entry[name] for name in ("seq", "at", "type", "kind", "id")} | {"erased": True}
    assert "Zébulonne" not in (await team.ada.http.get("/api/v1/audit.csv")).text


# -- entries of earlier versions ------------------------------------------------------------------------------------------


def before_it(session: Session) -> None:
    """Create the tables of the version before the audit journal in an empty database."""
    (own,) = MIGRATIONS.glob("versions/*_audit.py")
    reset_to_revision(session, f"{int(own.name[:4]) - 1:04d}")


@pytest.mark.both_backends
async def test_readings_of_sources_that_were_kept_before_are_its_first_entries(installation: dict[str, Any]) -> None:
    database = Database(installation["database_url"])
    database.write_now(before_it)
    told = [(f"2026-11-24T22:0{minute}:00.000Z", f"account {minute % 2}", f"sighting {minute}") for minute in range(5)]

    def keep(session: Session) -> None:
        row = text("INSERT INTO reading (id, at, account, board, sighting) VALUES (:id, :at, :account, 'a search', :sighting)")
        rows = [{"id": f"{n}", "at": at, "account": account, "sighting": each} for n, (at, account, each) in enumerate(told)]
        session.connection().execute(row, rows[::-1])

    database.write_now(keep)
    migrate(database)

    def read(session: Session) -> tuple[list[reading.AuditEntry], str | None, int]:
        found = reading.newest(session, reading.Filter(kind="source.read"), 2**53, 100)
        return found[::-1], hash_chain.verify(session, session.get_one(Board, AUDIT)), session.get_one(Board, AUDIT).seq

    found, fault, seq = database.read_now(read)
    assert [(each.at, each.actor["id"], each.id) for each in found] == told
    assert {each.about["board"] for each in found} == {"a search"}
    assert (fault, seq) == (None, 5)
    database.write_now(lambda session: writer.write(session, disabled("eva")))
    found, fault, seq = database.read_now(read)
    assert (fault, seq) == (None, 6)
    await database.close()


def test_a_database_without_readings_gets_no_board_by_it(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path}/board.db")
    migrate(database)
    assert database.read_now(lambda session: session.get(Board, AUDIT)) is None
