"""Each thing that has to be written down is, with who did it and to whom; and who is concerned is alerted."""

import asyncio
import getpass
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx2 as httpx
import pytest
from sqlalchemy import text
from sqlmodel import Session
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus

from board.accounts import accounts, guests, live_changes
from board.audit import installation
from board.audit.entries import ENTRIES
from board.engine import hash_chain, journal
from board.files.disk import DiskSpace
from board.maintenance.space_watch import SpaceWatch
from board.service import BoardService
from models.accounts import Account
from models.board import AUDIT, Board
from models.times import format_utc, now
from tests.api.test_administration import FOREIGN, NEW, browser, hire, shown_once
from tests.api.test_displays import PATH as DISPLAYS
from tests.api.test_displays import SHOWN
from tests.ops.test_command_line import Shell
from tests.support import pictures_with_metadata, uploads
from tests.support.backends import SLOW_ON_POSTGRESQL
from tests.support.display_client import DisplayBrowser
from tests.support.limited_callers import add_guest
from tests.support.people import PASSWORD, Person, create_token, new_id, settings_for
from tests.support.team import Team

pytestmark = pytest.mark.both_backends(SLOW_ON_POSTGRESQL)


ELSEWHERE = {  # types that are tried in test_audit_reads.py
    "audit.read", "snapshot.read", "history.read", "report.read", "document.read", "photo.read", "preview.read", "find.run",
    "command.refused", "request.refused", "rate.limited",
}  # fmt: skip
OF_FACTORS = {  # types that are tried in test_second_factors.py and test_passkeys.py
    "factor.added", "factor.removed", "factor.codes_made", "factor.code_used", "factor.refused",
}  # fmt: skip


class Record:
    """Audit entries since this was made."""

    def __init__(self, team: Team, seq: int) -> None:
        self.team, self.seq = team, seq

    async def entries(self, kind: str | None = None) -> list[dict[str, Any]]:
        """Oldest first; of a kind, or all but what was read or refused besides what a test is about."""
        await self.team.server.service.repeats.write()
        asked = {"limit": 500} | ({"kind": kind} if kind else {})
        answer = await self.team.ada.http.get("/api/v1/audit", params=asked)
        found = [each for each in reversed(answer.json()["entries"]) if each["seq"] > self.seq]
        return [each for each in found if kind or each["type"] not in ELSEWHERE]

    async def one(self, type: str) -> dict[str, Any]:
        (entry,) = await self.entries(type)
        return entry

    async def types(self) -> list[str]:
        return [each["type"] for each in await self.entries()]


async def since_now(team: Team) -> Record:
    repeats = team.server.service.repeats
    repeats.end_windows()  # counts that earlier tests left
    await repeats.write()
    answer = await team.ada.http.get("/api/v1/audit", params={"limit": 1})
    return Record(team, answer.json()["seq"])


@pytest.fixture
async def record(team: Team) -> Record:
    return await since_now(team)


@pytest.fixture
async def admin(team: Team) -> Account:
    return await hire(team.server, "admin", "Ada")


@pytest.fixture
async def ada(team: Team, admin: Account) -> AsyncIterator[httpx.AsyncClient]:
    """An administrator at a browser."""
    async with browser(team.server, admin) as http:
        yield http


@pytest.fixture
async def record_of_ada(team: Team, ada: httpx.AsyncClient) -> Record:
    """Audit entries since Ada signed in."""
    return await since_now(team)


def by(account: Account, token: str | None = None) -> dict[str, Any]:
    return {"kind": "account", "id": account.id, "name": account.name, "token": token}


NOBODY = {"kind": "nobody", "id": None, "name": None, "token": None}


# -- sign-in --------------------------------------------------------------------------------------------------------------


async def try_in(http: httpx.AsyncClient, email: str, password: str) -> int:
    return (await http.post("/login", data={"email": email, "password": password})).status_code


async def test_sign_in_is_audited_with_the_address(team: Team, record: Record) -> None:
    eva = await hire(team.server)
    async with browser(team.server, eva):
        entry = await record.one("sign_in.succeeded")
    assert (entry["id"], entry["actor"]) == (eva.id, by(eva))
    assert entry["about"] == {"name": "Eva", "address": "127.0.0.1", "provider": None}


async def test_failed_sign_in_is_audited_with_the_reason(team: Team, record: Record) -> None:
    eva, kim = await hire(team.server), await hire(team.server, name="Kim")
    await live_changes.apply_change(team.server.service, lambda database: accounts.set_enabled(database, kim.email, False))
    typed = f"secret-{new_id()}@desk.example"  # a user may have typed the password into this field
    async with browser(team.server) as http:
        for email, password in ((eva.email, "wrong horse"), (typed, "wrong"), (kim.email, PASSWORD), (kim.email, "wrong")):
            assert await try_in(http, email, password) == 401
    found = {(each["id"], each["about"]["reason"]): each for each in await record.entries("sign_in.failed")}
    assert found.keys() == {(eva.id, "password"), ("", "unknown"), (kim.id, "disabled"), (kim.id, "password")}
    entry = found[eva.id, "password"]
    assert entry["actor"] == NOBODY
    assert entry["about"] == {"name": "Eva", "reason": "password", "address": "127.0.0.1", "count": 1, "since": None}
    assert typed not in str(await record.entries())


async def test_throttled_sign_in_is_audited(team: Team, record: Record) -> None:
    eva = await hire(team.server)
    async with browser(team.server) as http:
        codes = [await try_in(http, eva.email, "wrong horse") for _ in range(12)]
    assert codes[:3] == [401] * 3
    assert codes[-1] == 429
    entry = await record.one("sign_in.throttled")
    assert (entry["about"]["address"], entry["actor"]) == ("127.0.0.1", NOBODY)


async def test_the_same_is_counted_and_not_written_again(team: Team, record: Record) -> None:
    eva = await hire(team.server)
    async with browser(team.server) as http:
        for _ in range(5):
            assert await try_in(http, eva.email, "wrong horse") == 401
    (first,) = await record.entries("sign_in.failed")
    assert first["about"]["count"] == 1
    team.server.service.repeats.end_windows()
    _, more = await record.entries("sign_in.failed")
    assert (more["id"], more["about"]["count"]) == (eva.id, 4)
    assert more["about"]["since"] <= first["at"]


async def test_a_page_of_another_site_is_written_down(team: Team, record: Record) -> None:
    eva = await hire(team.server)
    async with browser(team.server, eva) as http:
        cookie = f"board_session={http.cookies['board_session']}"
        assert (await http.post("/api/v1/seen", json={}, headers=FOREIGN)).status_code == 403
        assert (await http.post("/account/theme", data={"theme": "dark"}, headers={"Origin": ""})).status_code == 403
        with pytest.raises(InvalidStatus, match="403"):
            await connect(team.server.ws, additional_headers={"Cookie": cookie} | FOREIGN)
    async with browser(team.server) as http:
        assert (await http.post("/login", data={}, headers=FOREIGN)).status_code == 403
    team.server.service.repeats.end_windows()
    found = await record.entries("origin.refused")
    assert {each["id"] for each in found} == {eva.id, ""}
    first = found[0]["about"]
    assert (first["origin"], first["path"], first["address"]) == ("https://evil.example", "/api/v1/seen", "127.0.0.1")
    assert sum(each["about"]["count"] for each in found) == 4


async def test_a_token_that_is_not_good_is_written_down_and_why(team: Team, record: Record) -> None:
    service, secrets, owners = team.server.service, {}, {}
    for name in ("revoked", "expired", "disabled", "good"):
        secrets[name] = await create_token(service, name, "viewer")
    people = {each.name: each for each in await service.database.read(accounts.all_accounts)}
    owners = {name: people[name] for name in secrets}
    await live_changes.apply_change(
        service, lambda s: accounts.revoke_token(s, f"{owners['revoked'].email} write", format_utc(now()))
    )
    past = format_utc(now() - timedelta(days=1))
    sql = text("UPDATE token SET expires_at = :past WHERE account = :id")
    await service.database.write(lambda s: s.connection().execute(sql, {"past": past, "id": owners["expired"].id}))
    await live_changes.apply_change(service, lambda s: accounts.set_enabled(s, owners["disabled"].email, False))
    secrets["unknown"] = f"board_{new_id()}"
    async with httpx.AsyncClient(base_url=team.server.url) as http:
        for name, secret in secrets.items():
            answer = await http.get("/api/v1/me", headers={"Authorization": f"Bearer {secret}"})
            assert answer.status_code == (200 if name == "good" else 401), name
        with pytest.raises(InvalidStatus, match="401"):
            await connect(team.server.ws, additional_headers={"Authorization": f"Bearer {secrets['unknown']}"})
    found = {each["about"]["reason"]: each for each in await record.entries("token.refused")}
    assert found.keys() == secrets.keys() - {"good"}
    for name in ("revoked", "expired", "disabled"):
        about = found[name]["about"]
        assert (found[name]["id"], about["name"], about["title"]) == (owners[name].id, name, f"{owners[name].email} write")
        assert about["token"]
    assert (found["unknown"]["id"], found["unknown"]["about"]["token"]) == ("", None)
    told = str(await record.entries())
    assert not [secret for secret in secrets.values() if secret in told]


# -- administrators -------------------------------------------------------------------------------------------------------


async def test_account_changes_by_an_administrator_are_audited(
    team: Team, ada: httpx.AsyncClient, admin: Account, record_of_ada: Record
) -> None:
    email = f"kim-{new_id()}@desk.example"
    assert (await ada.post("/accounts", data={"name": "Kim", "email": email, "role": "viewer"})).status_code == 200
    kim = await team.server.service.database.read(lambda database: accounts.find(database, email))
    path = f"/accounts/{kim.id}"
    for form, data in (
        ("role", {"role": "coordinator"}), ("role", {"role": "coordinator"}), ("link", {}), ("enabled", {"enabled": "no"}),
        ("enabled", {"enabled": "no"}), ("enabled", {"enabled": "yes"}), ("sessions", {}),
    ):  # fmt: skip
        assert (await ada.post(f"{path}/{form}", data=data)).status_code in (200, 303), form
    found = await record_of_ada.entries()
    assert [each["type"] for each in found] == [
        "account.added", "link.made", "account.role_set", "link.made", "account.disabled", "account.enabled",
    ]  # fmt: skip
    assert {each["id"] for each in found} == {kim.id}
    assert [each["actor"] for each in found] == [by(admin)] * 6
    assert found[0]["about"] == {"name": "Kim", "role": "viewer"}
    assert found[1]["about"]["first"] is True
    assert found[2]["about"] == {"name": "Kim", "before": "viewer", "role": "coordinator"}
    assert found[3]["about"]["first"] is False


async def test_sessions_that_an_administrator_ends_are_written_down(team: Team, ada: httpx.AsyncClient, admin: Account) -> None:
    eva = await hire(team.server)
    async with browser(team.server, eva), browser(team.server, eva):
        record = await since_now(team)
        assert (await ada.post(f"/accounts/{eva.id}/sessions")).status_code == 303
    entry = await record.one("sessions.ended")
    assert (entry["actor"], entry["id"], entry["about"]) == (by(admin), eva.id, {"name": "Eva", "count": 2})


async def test_a_token_for_another_person_is_there_and_the_person_is_alerted(
    team: Team, ada: httpx.AsyncClient, admin: Account, record_of_ada: Record
) -> None:
    title, bob = f"hotline {new_id()}", team.bob
    me = (await bob.http.get("/api/v1/me")).json()
    given = {"name": title, "scope": "write", "account": me["email"], "password": PASSWORD}
    before = (await bob.http.get("/api/v1/alerts")).json()
    secret = shown_once(await ada.post("/accounts/tokens", data=given))
    entry = await record_of_ada.one("token.added")
    assert (entry["id"], entry["actor"]) == (me["id"], by(admin))
    assert {name: entry["about"][name] for name in ("name", "title", "scope")} == {
        "name": "Bob",
        "title": title,
        "scope": "write",
    }
    assert secret not in str(entry)
    assert title in str((await team.ada.http.get("/api/v1/audit", params={"account": me["id"], "limit": 1})).json())
    after = (await bob.http.get("/api/v1/alerts")).json()
    assert after["unread"] == before["unread"] + 1
    alert = after["alerts"][0]
    assert {name: value for name, value in alert.items() if name not in ("seq", "at")} == {
        "board": "account", "reference": None, "kind": "security", "type": "token.added",
        "actor": {"id": admin.id, "name": "Ada"}, "entity": {"kind": "account", "id": me["id"]}, "card": None, "value": title,
        "acknowledge": None, "reason": None, "handover": None, "read": False, "desktop": True,
    }  # fmt: skip
    assert alert["seq"] != entry["seq"] or entry["seq"] < 10  # the journal's position is not disclosed
    assert (await ada.post("/accounts/tokens/revoke", data={"name": title})).status_code == 303
    assert (await ada.post("/accounts/tokens/revoke", data={"name": title})).status_code == 303  # it is revoked already
    assert (await record_of_ada.types()).count("token.revoked") == 1


async def test_consent_to_a_token_is_written_down(team: Team, ada: httpx.AsyncClient, record_of_ada: Record) -> None:
    eva, title = await hire(team.server), f"gis {new_id()}"
    async with browser(team.server, eva) as http:
        given = {"name": title, "scope": "write", "account": eva.email, "password": PASSWORD}
        shown_once(await ada.post("/accounts/tokens", data=given))
        record = await since_now(team)
        token = re.findall(r'name="token" value="([^"]+)"', (await http.get("/account")).text)[0]
        for _ in range(2):  # the second time changes nothing
            agreed = await http.post("/account/tokens/agree", data={"token": token, "password": PASSWORD})
            assert agreed.status_code == 303
    entry = await record.one("token.agreed")
    assert (entry["id"], entry["actor"]) == (eva.id, by(eva))
    assert entry["about"] == {"name": "Eva", "token": token, "title": title}


async def test_a_token_of_ones_own_alerts_nobody(team: Team, ada: httpx.AsyncClient, admin: Account) -> None:
    shown_once(
        await ada.post("/accounts/tokens", data={"name": new_id(), "scope": "read", "account": admin.email, "password": PASSWORD})
    )
    assert [each for each in (await ada.get("/api/v1/alerts")).json()["alerts"] if each["kind"] == "security"] == []


async def test_account_alert_is_live_and_cannot_be_switched_off(team: Team, ada: httpx.AsyncClient) -> None:
    eva = await hire(team.server)
    async with browser(team.server, eva) as http:
        kinds = ("assigned", "mention", "sighting", "status")
        off = dict.fromkeys(kinds, "off")
        assert (await http.post("/account/alerts", data=off)).status_code == 303
        assert (await http.post("/account/alerts", data=off | {"security": "off"})).status_code == 303  # no such choice
        headers = {"Cookie": f"board_session={http.cookies['board_session']}", "Origin": team.server.url}
        socket = await connect(team.server.ws, additional_headers=headers)
        person = Person(team.server, "", socket)
        await person.request({"type": "alerts"}, type="alerts", unread=0)
        shown_once(await ada.post(f"/accounts/{eva.id}/link"))
        shown_once(await ada.post(f"/accounts/{eva.id}/link"))

        def told(unread: int) -> Any:
            last = [each for each in person.frames if each["type"] == "alerts"][-1]
            return last if last["unread"] == unread else None

        frame = await person.wait_until(lambda: told(2))
        assert frame["last"] == {"board": "account", "seq": 2}
        listed = (await http.get("/api/v1/alerts")).json()["alerts"]
        assert [(each["type"], each["seq"], each["read"]) for each in listed] == [
            ("link.made", 2, False),
            ("link.made", 1, False),
        ]
        body = {"alerts": [{"board": "account", "seq": 1}]}
        assert (await http.post("/api/v1/alerts/read", json=body)).json() == {"unread": 1}
        await person.wait_until(lambda: told(1))
        assert [each["read"] for each in (await http.get("/api/v1/alerts")).json()["alerts"]] == [False, True]
        assert (await http.post("/api/v1/alerts/read", json={"all": True})).json() == {"unread": 0}
        await person.close()
    kim = await hire(team.server, name="Kim")
    async with browser(team.server, kim) as other:
        assert (await other.get("/api/v1/alerts")).json()["alerts"] == []


async def test_a_link_that_is_used_and_ones_own_password_are_written_down(team: Team, ada: httpx.AsyncClient) -> None:
    eva = await hire(team.server)
    link = shown_once(await ada.post(f"/accounts/{eva.id}/link"))
    record = await since_now(team)
    async with browser(team.server) as http:
        assert (await http.post("/password", data={"code": link, "new": "short"})).status_code == 422
        assert await record.entries() == []
        assert (await http.post("/password", data={"code": link, "new": NEW})).status_code == 303
        used, set_by_link, came = await record.entries()
        assert [each["type"] for each in (used, set_by_link, came)] == ["link.used", "password.set", "sign_in.succeeded"]
        assert (used["id"], used["actor"], used["about"]) == (eva.id, NOBODY, {"name": "Eva", "address": "127.0.0.1"})
        record = await since_now(team)
        assert (await http.post("/account/password", data={"old": "wrong horse", "new": NEW})).status_code == 422
        assert (await http.post("/account/password", data={"old": NEW, "new": f"{NEW} again"})).status_code == 303
        failed, own = await record.one("sign_in.failed"), await record.one("password.set")
    assert failed["id"] == eva.id
    assert own["actor"] == by(eva)
    assert NEW not in str(await record.entries())


async def test_tokens_that_end_with_a_password_are_written_down(team: Team) -> None:
    eva = await hire(team.server)
    await live_changes.apply_change(
        team.server.service, lambda s: accounts.add_token(s, f"of {eva.email}", "read", eva.email, format_utc(now()))
    )
    record = await since_now(team)
    async with browser(team.server, eva) as http:
        assert (await http.post("/account/password", data={"old": PASSWORD, "new": NEW})).status_code == 303
    entry = await record.one("token.revoked")
    assert (entry["id"], entry["about"]["title"]) == (eva.id, f"of {eva.email}")


# -- displays, files, sources ---------------------------------------------------------------------------------------------


async def test_display_changes_are_audited(team: Team, record: Record) -> None:
    screen = DisplayBrowser(team.server)
    code = await screen.pairing_code()
    wrong = await team.alice.http.post(DISPLAYS, json={"name": "Hall", "code": "0000-0000"} | SHOWN)
    assert wrong.status_code == 404
    made = (await team.alice.http.post(DISPLAYS, json={"name": "Hall", "code": code} | SHOWN)).json()
    path = f"{DISPLAYS}/{made['id']}"
    assert (await team.bob.http.delete(path)).status_code == 403
    await team.alice.http.patch(path, json={"name": "Hall 2", "sound": False})
    await team.alice.http.patch(path, json={"name": "Hall 2"})
    await team.alice.http.delete(path)
    found = await record.entries()
    assert [each["type"] for each in found] == ["display.paired", "display.changed", "display.revoked"]
    assert {each["id"] for each in found} == {made["id"]}
    assert {each["actor"]["id"] for each in found} == {team.alice.account["id"]}
    assert found[0]["about"] == {"name": "Hall", "profile": "room", "boards": ["operations"]}
    assert found[1]["about"] == {"name": "Hall 2", "fields": ["name"]}
    await screen.close()


@pytest.mark.parametrize("name", ["cards.csv", "cards.json", "journal.csv", "journal.json", "history.md", "handover.md"])
async def test_a_file_that_somebody_takes_away_is_written_down(team: Team, name: str) -> None:
    reference = f"R-{new_id()}"
    search = await team.secret_search(team.bob, reference=reference)
    record = await since_now(team)
    path = {"history.md": f"/searches/{search}/history.md", "handover.md": "/handover.md"}.get(name)
    path = path or f"/api/v1/boards/{search}/{name}"
    if name != "handover.md":
        assert (await team.charlie.http.get(path)).status_code == 404
        assert await record.entries() == []
    answer = await team.bob.http.get(path)
    assert answer.status_code == 200
    entry = await record.one("export.read")
    assert entry["id"] == ("operations" if name == "handover.md" else search)
    assert entry["actor"]["id"] == team.bob.account["id"]
    assert entry["actor"]["token"]
    assert f'filename="{entry["about"]["file"]}"' in answer.headers["content-disposition"]


async def test_each_original_of_a_photo_that_somebody_reads_is_written_down(team: Team) -> None:
    reference = f"R-{new_id()}"
    search = await team.alice.open_search(reference=reference)
    made = await uploads.send_and_finish(team.alice, search, pictures_with_metadata.jpeg())
    file = await uploads.attach_upload(team.alice, search, made["upload"])
    record = await since_now(team)
    assert (await uploads.fetch(team.charlie, search, file, "original")).status_code == 403
    assert (await uploads.fetch(team.charlie, search, file, "view")).status_code == 200
    assert await record.entries() == []
    assert (await uploads.fetch(team.alice, search, file, "original")).status_code == 200
    entry = await record.one("original.read")
    assert (entry["id"], entry["actor"]["id"]) == (file, team.alice.account["id"])
    assert (entry["about"]["board"], entry["about"]["reference"]) == (search, reference)


async def test_a_disk_that_fills_is_written_down_and_alerts_administrators(team: Team, monkeypatch: pytest.MonkeyPatch) -> None:
    service = team.server.service

    async def spaces() -> list[DiskSpace]:
        return [DiskSpace("database", 1, free=199, reserve=100), DiskSpace("temporary", 2, free=200, reserve=100)]

    monkeypatch.setattr(service.disk, "spaces", spaces)
    record, watch = await since_now(team), SpaceWatch(service)
    assert (await watch.look(), await watch.look()) == (1, 0), "once a day"
    entry = await record.one("space.low")
    assert (entry["actor"]["kind"], entry["about"]["of"], entry["about"]["free_mb"]) == ("server", "database", 0)
    for person, is_told in ((team.ada, True), (team.alice, False)):
        alerts = (await person.http.get("/api/v1/alerts")).json()["alerts"]
        assert any(alert["type"] == "space.low" and alert["value"] == "database" for alert in alerts) is is_told
    later = service.clock() + timedelta(days=1, seconds=1)
    monkeypatch.setattr(service, "clock", lambda: later)
    assert await watch.look() == 1, "it is still so a day later"


# -- the command line -----------------------------------------------------------------------------------------------------


@pytest.fixture
async def board(team: Team) -> Shell:
    """Shell beside the team's server, on its database."""
    return Shell({"DATABASE_URL": team.server.service.settings.database_url})


async def test_command_line_changes_are_audited_and_alert(team: Team, board: Shell, record: Record) -> None:
    email = f"kim-{new_id()}@desk.example"
    kim = (
        await board.works("account", "add", email, "--name", "Kim", "--role", "viewer", "--password-stdin", given=PASSWORD)
    ).strip()
    for words, given in (
        (("account", "set-role", email, "admin"), ""), (("account", "disable", email), ""), (("account", "enable", email), ""),
        (("token", "add", email, "--scope", "read", "--account", email), ""),
        (("account", "set-password", email, "--password-stdin"), NEW),
    ):  # fmt: skip
        await board.works(*words, given=given)
    found = [each for each in await record.entries() if each["id"] == kim]
    assert [each["type"] for each in found] == [
        "account.added", "account.role_set", "account.disabled", "account.enabled", "token.added", "password.set",
        "token.revoked",
    ]  # fmt: skip
    user = {"kind": "command_line", "id": None, "name": getpass.getuser(), "token": None}
    assert [each["actor"] for each in found] == [user] * 7
    async with httpx.AsyncClient(base_url=team.server.url) as http:
        await http.post("/login", data={"email": email, "password": NEW})
        alerts = (await http.get("/api/v1/alerts")).json()["alerts"]
    assert [(each["type"], each["actor"]) for each in alerts] == [("password.set", None), ("token.added", None)]


async def test_each_change_of_a_guest_is_audited(team: Team, record: Record) -> None:
    search = await team.secret_search(team.bob)
    guest = await add_guest(team.server, search)
    at, service = now(), team.server.service
    await live_changes.apply_change(service, lambda session: guests.set_end(session, search, guest.id, at, days=2, max_days=90))
    await live_changes.apply_change(service, lambda session: guests.end(session, search, guest.id, at))
    await live_changes.apply_change(service, lambda session: guests.end(session, search, guest.id, at))  # ended already
    for type in ("guest.added", "guest.end_set", "guest.ended"):
        entry = await record.one(type)
        assert (entry["id"], entry["about"]["board"], entry["about"]["name"]) == (guest.id, search, "Gustine")


async def test_new_member_of_a_search_is_audited_and_members_are_alerted(team: Team, board: Shell, record: Record) -> None:
    reference = f"R-{new_id()}"
    search = await team.secret_search(team.bob, reference=reference)
    email = (await team.charlie.http.get("/api/v1/me")).json()["email"]
    assert (await team.charlie.http.get(f"/api/v1/boards/{search}")).status_code == 404
    await board.works("search", "members", search, "--add", email)
    await board.works("search", "members", search, "--add", email)  # a member already
    entry = await record.one("members.joined_by_admin")
    assert (entry["id"], entry["about"]["board"], entry["about"]["reference"]) == (
        team.charlie.account["id"],
        search,
        reference,
    )
    for person in (team.alice, team.bob, team.charlie):
        alert = (await person.http.get("/api/v1/alerts")).json()["alerts"][0]
        assert (alert["kind"], alert["type"], alert["value"]) == ("security", "members.joined_by_admin", "Charlie")
        assert (alert["reference"], alert["entity"]) == (reference, {"kind": "search", "id": search})
    for outsider in (team.victor, team.ada):
        assert search not in (await outsider.http.get("/api/v1/alerts")).text
    members = [person.account["id"] for person in (team.alice, team.charlie)]
    await team.alice.command(search, "search.set_access", {"access": "members", "members": members})
    alert = (await team.bob.http.get("/api/v1/alerts")).json()["alerts"][0]
    assert (alert["type"], alert["reference"], alert["entity"]["kind"]) == ("members.joined_by_admin", None, "account")
    assert search not in (await team.bob.http.get("/api/v1/alerts")).text  # hidden from him, so not named


async def test_a_backup_and_a_restore_are_written_down(tmp_path: Path) -> None:
    service = await BoardService.open(settings_for(tmp_path))
    board = Shell({"DATABASE_URL": service.settings.database_url})
    out = await board.works("backup", f"{tmp_path}/backup.db")
    assert "holds: 2 boards" in out
    await service.close()
    assert "2 boards have a new epoch" in await board.works("reset-epochs")
    service = await BoardService.open(settings_for(tmp_path))

    def read(session: Session) -> list[tuple[str, Any, str]]:
        said = journal.events_after(session, AUDIT, 0)
        return [(each.type, each.payload()["about"], each.payload()["actor"]["kind"]) for each in said]

    *_, made, restored = await service.database.read(read)
    assert made == ("backup.made", {"file": f"{tmp_path}/backup.db"}, "command_line")
    assert restored == ("backup.restored", {"boards": 2}, "command_line")
    await service.close()


# -- settings -------------------------------------------------------------------------------------------------------------

SECRETS = {"secret_key": "the first secret of all, and long", "redis_url": None}


async def settings_told(folder: Path, monkeypatch: pytest.MonkeyPatch, machine: str = "one", **settings: Any) -> list[Any]:
    """Starts, and ends; the entries that there are then."""
    monkeypatch.setattr(installation.socket, "gethostname", lambda: machine)  # type: ignore[attr-defined]
    service = await BoardService.open(settings_for(folder, **settings))

    def read(session: Session) -> list[Any]:
        return [each.payload() for each in journal.events_after(session, AUDIT, 0) if each.type == "settings.changed"]

    found = await service.database.read(read)
    await service.close()
    return found


def changes(payload: Any) -> dict[str, tuple[str | None, str | None]]:
    return {each["name"]: (each["before"], each["value"]) for each in payload["about"]["changes"]}


async def test_settings_that_changed_between_starts_are_written_down(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (first,) = await settings_told(tmp_path, monkeypatch)
    assert first["about"]["first"] is True
    assert changes(first)["MAX_MESSAGES_PER_SECOND"] == ("50", "0")
    assert changes(first)["DATABASE_URL"][1] == f"sqlite:///{tmp_path}/board.db"
    assert len(await settings_told(tmp_path, monkeypatch)) == 1  # nothing changed
    _, second = await settings_told(tmp_path, monkeypatch, log_level="DEBUG", public_url="https://board.example")
    assert second["about"]["first"] is False
    assert changes(second) == {"LOG_LEVEL": ("INFO", "DEBUG"), "PUBLIC_URL": (None, "https://board.example")}
    *_, back = await settings_told(tmp_path, monkeypatch)
    assert changes(back) == {"LOG_LEVEL": ("DEBUG", "INFO"), "PUBLIC_URL": ("https://board.example", None)}


async def test_changed_secret_is_audited_without_its_value(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    one, two = ("first " * 8, "second " * 8)
    (first,) = await settings_told(tmp_path, monkeypatch, secret_key=one)
    assert changes(first)["SECRET_KEY"] == (None, None)
    assert len(await settings_told(tmp_path, monkeypatch, secret_key=one)) == 1
    _, second = await settings_told(tmp_path, monkeypatch, secret_key=two)
    assert changes(second) == {"SECRET_KEY": (None, None)}
    assert one not in str([first, second])
    assert two not in str([first, second])
    told = installation.public_values(
        settings_for(tmp_path, database_url="postgresql://kim:hunter2@db.example:5432/board?password=x")
    )
    assert told["DATABASE_URL"] == "postgresql://db.example:5432/board"
    assert "hunter2" not in str(told)


async def test_two_machines_with_settings_of_their_own_change_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    await settings_told(tmp_path, monkeypatch, "one", host="127.0.0.1")
    found = await settings_told(tmp_path, monkeypatch, "two", host="::1")
    assert changes(found[-1]) == {"HOST": ("127.0.0.1", "::1")}  # it was never here
    for machine, host in (("one", "127.0.0.1"), ("two", "::1"), ("one", "127.0.0.1")):
        assert len(await settings_told(tmp_path, monkeypatch, machine, host=host)) == 2


async def test_private_parts_of_an_entry_are_sent_to_nobody(team: Team) -> None:
    answer = await team.ada.http.get("/api/v1/audit", params={"kind": "settings"})
    assert answer.json()["entries"][0]["about"]["first"] is True
    assert "salt" not in answer.text
    assert "digests" not in answer.text


# -- all kinds ------------------------------------------------------------------------------------------------------------


def test_each_kind_of_entry_is_tried_here() -> None:
    source = "".join(file.read_text() for folder in ("api", "ops") for file in (Path(__file__).parents[1] / folder).glob("*.py"))
    assert [type for type in ENTRIES if f'"{type}"' not in source] == []


@asynccontextmanager
async def storm(team: Team) -> AsyncIterator[list[Any]]:
    """Run many actions at once, until all are done."""
    under_way: list[Any] = []
    yield under_way
    for each in await asyncio.gather(*under_way):
        assert each is None or each.status_code in (200, 201, 303), each.text


@pytest.mark.both_backends
async def test_simultaneous_audited_actions_never_deadlock(team: Team, admin: Account) -> None:
    """Commands, sign-ins, files, sources, displays and what administrators do: each locks what it needs, and the journal last."""
    server, people = team.server, [await hire(team.server, name=f"Eva {number}") for number in range(6)]
    search = await team.alice.open_search()
    await team.alice.command(search, "sighting.add", {"description": "a girl", "source_name": "Griet"})
    sighting = next(id for kind, id in (await team.alice.snapshot(search))["entities"] if kind == "sighting")

    async def comes(account: Account) -> None:
        async with browser(server, account):
            pass

    async def adds_token(account: Account) -> httpx.Response:
        """Add a token in a browser of its own, because the typed password renews the cookie."""
        token = {"name": f"{new_id()} of {account.email}", "scope": "read", "account": account.email, "password": PASSWORD}
        async with browser(server, admin) as http:
            return await http.post("/accounts/tokens", data=token)

    async with browser(server, admin) as ada, storm(team) as under_way:
        for number, eva in enumerate(people):
            role = ("viewer", "coordinator")[number % 2]
            under_way += [
                comes(eva), adds_token(eva), ada.post(f"/accounts/{eva.id}/role", data={"role": role}),
                ada.post(f"/accounts/{eva.id}/link"),
                team.bob.http.get(f"/api/v1/boards/{search}/sightings/{sighting}/source"),
                team.bob.http.get(f"/api/v1/boards/{search}/cards.csv"),
                team.ada.http.get("/api/v1/audit.csv"),
            ]  # fmt: skip
            for board in (search, "operations"):
                note = {"id": new_id(), "name": "note.add", "data": {"text": f"@Bob {number}"}}
                under_way.append(team.alice.http.post(f"/api/v1/boards/{board}/commands", json=note))
            under_way.append(team.bob.http.post("/api/v1/alerts/read", json={"all": True}))

    def holds(session: Session) -> str | None:
        return hash_chain.verify(session, session.get_one(Board, AUDIT))

    assert await server.service.database.read(holds) is None
