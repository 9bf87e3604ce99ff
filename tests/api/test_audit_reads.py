"""Audit journal: every read of every route and subscription is an entry, with its reader, its subject and its number."""

from typing import Any

import pytest
from sqlmodel import col, select

from board.documents import pdf
from models.accounts import Account
from models.board import OPERATIONS
from models.db.database import DatabaseUnavailable
from models.read_record import ReadRecord
from tests.api.test_administration import browser, hire
from tests.support.audit_record import about
from tests.support.audit_scene import OF_ADMINISTRATORS, READS, AuditScene
from tests.support.backends import SLOW_ON_POSTGRESQL
from tests.support.display_client import DisplayBrowser, pair_browser
from tests.support.team import Team

pytestmark = pytest.mark.both_backends(SLOW_ON_POSTGRESQL)


@pytest.fixture(scope="module")
async def prepared(team: Team) -> AuditScene:
    return await AuditScene(team).prepare()


@pytest.fixture
async def scene(prepared: AuditScene) -> AuditScene:
    await prepared.record.restart()
    return prepared


@pytest.fixture(autouse=True)
def _quick_papers(monkeypatch: pytest.MonkeyPatch) -> None:
    """Skip the setting of papers, which takes seconds."""

    async def rendered(html: str, picture_width: int = 0) -> bytes:
        return b"%PDF"

    monkeypatch.setattr(pdf, "pdf", rendered)


@pytest.fixture(scope="module")
async def admin(team: Team) -> Account:
    return await hire(team.server, "admin", "Ada")


# -- every route ----------------------------------------------------------------------------------------------------------


async def test_every_read_of_every_route_is_an_entry(scene: AuditScene) -> None:
    alice, found = scene.team.alice, dict[str, list[str]]()
    for name in READS.keys() - OF_ADMINISTRATORS:
        await scene.record.restart()
        answers = await scene.request(alice.http, name)
        assert [answer.status_code for answer in answers if answer.status_code != 200] == [], (name, answers[0].text)
        found[name] = await scene.record.types(alice.account["id"])
    assert len(found) > 30, "there is something to see"
    assert found == {name: READS[name] for name in found}


async def test_every_read_of_administrators_is_an_entry(scene: AuditScene, admin: Account) -> None:
    found = dict[str, list[str]]()
    async with browser(scene.team.server, admin) as http:
        for name in OF_ADMINISTRATORS:
            await scene.record.restart()
            answer = await http.get(scene.path(name.split(" ")[1]).replace(scene.search, admin.id))
            assert answer.status_code == 200, name
            found[name] = await scene.record.types(admin.id)
    assert found == {name: READS[name] for name in OF_ADMINISTRATORS}


async def test_refused_read_is_a_refusal_and_no_read(scene: AuditScene) -> None:
    """Each route about a search that is not Charlie's."""
    charlie, found = scene.team.charlie, dict[str, set[str]]()
    names = [name for name in READS if "{board}" in name or "{id}" in name or "{tip}" in name or "?board" in name]
    for name in names:
        await scene.record.restart()
        answers = await scene.request(charlie.http, name)
        if "{tip}" in name:  # everybody sees tips
            continue
        assert {answer.status_code for answer in answers} == {404}, name
        found[name] = set(await scene.record.types(charlie.account["id"]))
    assert len(found) > 15, "there is something to see"
    assert {name: types for name, types in found.items() if types != {"request.refused"}} == {}


async def test_stranger_who_reads_nothing_leaves_no_read(scene: AuditScene) -> None:
    async with browser(scene.team.server) as http:
        for name in READS:
            assert {answer.status_code for answer in await scene.request(http, name)} <= {303, 401, 403}, name
    assert await scene.record.types() == []


# -- what an entry says -----------------------------------------------------------------------------------------------------


async def test_read_names_its_reader_and_its_search(scene: AuditScene) -> None:
    bob = scene.team.bob
    await scene.request(bob.http, "GET /api/v1/boards/{board}/files/{file}/view")
    entry = await scene.record.one(bob.account["id"], "photo.read")
    assert (entry.kind, entry.id, entry.actor["name"]) == ("file", scene.ids["file"], "Bob")
    assert entry.actor["token"]
    assert about(entry) == {"board": scene.search, "reference": scene.reference, "why": "member", "screen": "api"}


async def test_repeated_reads_are_one_more_entry_with_their_number(scene: AuditScene) -> None:
    bob = scene.team.bob
    for _ in range(40):
        assert (await scene.request(bob.http, "GET /api/v1/boards/{board}/files/{file}/thumb"))[0].status_code == 200
    assert await scene.record.types(bob.account["id"]) == ["preview.read"]
    await scene.record.flush()
    first, more = await scene.record.entries(bob.account["id"])
    assert (first.about["count"], first.about["since"]) == (1, None)
    assert (more.about["count"], more.id, more.about["what"]) == (39, scene.search, "files")
    assert more.about["since"] <= first.at


async def test_cached_picture_is_a_read_too(scene: AuditScene) -> None:
    bob = scene.team.bob
    path = scene.path("/api/v1/boards/{board}/files/{file}/view")
    tag = (await bob.http.get(path)).headers["etag"]
    await scene.record.restart()
    assert (await bob.http.get(path, headers={"If-None-Match": tag})).status_code == 304
    await scene.record.one(bob.account["id"], "photo.read")


async def test_cached_board_is_a_read_too(scene: AuditScene) -> None:
    bob = scene.team.bob
    tag = (await bob.http.get(f"/api/v1/boards/{scene.search}")).headers["etag"]
    await scene.record.restart()
    assert (await bob.http.get(f"/api/v1/boards/{scene.search}", headers={"If-None-Match": tag})).status_code == 304
    await scene.record.one(bob.account["id"], "snapshot.read")


async def test_file_for_spreadsheets_has_reads_as_sentences(scene: AuditScene) -> None:
    await scene.request(scene.team.bob.http, "GET /api/v1/boards/{board}/files/{file}/view")
    await scene.record.flush()
    file = (await scene.team.ada.http.get("/api/v1/audit.csv", params={"kind": "reads"})).text
    assert f"Bob opened a photo of {scene.reference}" in file
    assert "sign_in" not in file


async def test_found_words_are_stored_nowhere(scene: AuditScene) -> None:
    bob, word = scene.team.bob, "zébulonne"
    for query in (word, "girl", "girl"):
        assert (await bob.http.get("/api/v1/find", params={"q": query})).status_code == 200
    await scene.record.flush()
    first, more = await scene.record.entries(bob.account["id"], "find.run")
    assert about(first) == {"where": "words", "hits": 0, "reference": None, "why": "role", "screen": "api"}
    assert (more.about["count"], more.about["hits"] >= 2) == (2, True)
    assert word not in str([entry.payload for entry in await scene.record.entries()])


# -- sockets ----------------------------------------------------------------------------------------------------------------


async def test_subscription_is_a_read_by_snapshot_or_by_position(scene: AuditScene) -> None:
    eva = await scene.team.add_person("Eva", "coordinator")
    board = await eva.subscribe(OPERATIONS)
    entry = await scene.record.one(eva.account["id"], "snapshot.read")
    assert (entry.id, about(entry)) == (OPERATIONS, {"reference": None, "why": "role", "screen": "api"})
    await eva.request({"type": "unsubscribe", "board": OPERATIONS}, type="unsubscribed")
    await scene.record.restart()
    await eva.subscribe(OPERATIONS, board.epoch, board.seq)
    await scene.record.one(eva.account["id"], "snapshot.read")


async def test_refused_subscription_is_an_entry_and_no_read(scene: AuditScene) -> None:
    charlie = scene.team.charlie
    for board in (scene.search, "Zébulonne", "audit"):
        answer = await charlie.request({"type": "subscribe", "board": board}, type="error")
        assert answer["code"] == "not_found"
    refused = await scene.record.entries(charlie.account["id"])
    assert [(entry.type, entry.id, entry.about["method"]) for entry in refused] == [
        ("request.refused", scene.search, "SUBSCRIBE"), ("request.refused", "", "SUBSCRIBE"),
        ("request.refused", "audit", "SUBSCRIBE"),
    ]  # fmt: skip
    assert refused[0].about["reference"] == scene.reference
    assert "Zébulonne" not in str([entry.payload for entry in refused])


async def test_display_is_the_actor_of_its_reads_and_refusals(scene: AuditScene) -> None:
    screen = DisplayBrowser(scene.team.server)
    shown = await pair_browser(scene.team.alice, screen, [OPERATIONS])
    await scene.record.restart()
    display = await screen.connect()
    await display.subscribe(OPERATIONS)
    await display.request({"type": "command", "id": "one", "board": OPERATIONS, "name": "note.add", "data": {}}, type="refused")
    read, refused = await scene.record.entries(shown["id"])
    assert (read.type, read.id, refused.type, refused.about["command"]) == (
        "snapshot.read",
        OPERATIONS,
        "command.refused",
        "note.add",
    )
    assert read.actor == {"kind": "display", "id": shown["id"], "name": shown["name"], "token": None}
    await display.close()
    await screen.close()


# -- sign-out ---------------------------------------------------------------------------------------------------------------


async def test_sign_out_is_an_entry(scene: AuditScene, admin: Account) -> None:
    async with browser(scene.team.server, admin) as http:
        assert (await http.post("/logout")).status_code == 303
        assert (await http.post("/logout")).status_code == 303  # nobody is signed in
    entry = await scene.record.one(admin.id, "sign_in.ended")
    assert (entry.id, about(entry)) == (admin.id, {"name": "Ada"})
    assert (await scene.team.bob.http.post("/logout")).status_code == 403  # a token does not sign out
    assert await scene.record.types(scene.team.bob.account["id"]) == ["request.refused"]


# -- without a journal ------------------------------------------------------------------------------------------------------


async def test_reads_are_not_sent_without_a_journal(scene: AuditScene, admin: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    team = scene.team
    async with browser(team.server, admin) as http:
        with monkeypatch.context() as patch:

            def away(*_: Any, **__: Any) -> Any:
                raise DatabaseUnavailable

            patch.setattr(team.server.service.database, "write", away)
            for name in OF_ADMINISTRATORS:
                answer = await http.get(scene.path(name.split(" ")[1]).replace(scene.search, admin.id))
                assert answer.status_code == 503, name
            for name in READS.keys() - OF_ADMINISTRATORS:
                assert {answer.status_code for answer in await scene.request(team.alice.http, name)} == {503}, name
            refused = await team.alice.request({"type": "subscribe", "board": scene.search}, type="error")
            assert refused["code"] == "unavailable"
        assert await scene.record.types(team.alice.account["id"]) == []
        await scene.request(team.alice.http, "GET /api/v1/boards/{board}/cards.csv")  # the next is written
        assert await scene.record.types(team.alice.account["id"]) == ["export.read"]


async def test_setting_serves_reads_without_a_journal(scene: AuditScene, monkeypatch: pytest.MonkeyPatch) -> None:
    team = scene.team
    monkeypatch.setattr(team.server.service.read_log, "_serves_unrecorded", True)
    with monkeypatch.context() as patch:

        def away(*_: Any, **__: Any) -> Any:
            raise DatabaseUnavailable

        patch.setattr(team.server.service.database, "write", away)
        answers = await scene.request(team.alice.http, "GET /api/v1/boards/{board}/cards.csv")
        assert [answer.status_code for answer in answers] == [200]
    assert await scene.record.types(team.alice.account["id"]) == ["export.read"]


# -- the read log -----------------------------------------------------------------------------------------------------------


async def rows_of(scene: AuditScene, account: str) -> list[ReadRecord]:
    query = select(ReadRecord).where(ReadRecord.account == account).order_by(col(ReadRecord.id).desc())
    return await scene.team.server.service.database.read(lambda session: list(session.exec(query)))


async def test_read_says_why_it_was_allowed(scene: AuditScene) -> None:
    team = scene.team
    await team.bob.http.get(f"/api/v1/boards/{scene.search}")
    row = (await rows_of(scene, team.bob.account["id"]))[0]
    assert (row.board, row.entity, row.why, row.screen) == (scene.search, scene.search, "member", "api")
    await team.charlie.http.get(f"/api/v1/boards/{OPERATIONS}")
    assert (await rows_of(scene, team.charlie.account["id"]))[0].why == "role"


async def test_subscription_ends_in_the_log_when_the_socket_closes(scene: AuditScene) -> None:
    fay = await scene.team.add_person("Fay", "viewer")
    await fay.subscribe(OPERATIONS)
    (row,) = await rows_of(scene, fay.account["id"])
    assert (row.following, row.type, row.board) == (True, "snapshot.read", OPERATIONS)
    await fay.request({"type": "unsubscribe", "board": OPERATIONS}, type="unsubscribed")
    await scene.team.server.service.read_log.write_ends()
    (row,) = await rows_of(scene, fay.account["id"])
    assert not row.following
