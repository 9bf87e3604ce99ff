"""Contacts leave to nobody without the right: walls, people without access, exports, papers, logs and e-mails have no byte."""

import json
import logging
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs

from board.alarms.escalation import Escalation
from board.client import Refusal
from board.config.alarm_rules import load_rules
from board.config.roles import FILE
from board.notifications import ways
from board.notifications.sender import Sender
from models.board import OPERATIONS
from models.db.database import Database
from models.display import PROFILES
from models.times import format_utc, now
from tests.api.test_contacts import CONTACT, NAME, NUMBER
from tests.api.test_documents import fetched, text_of
from tests.support.backends import SLOW_ON_POSTGRESQL
from tests.support.display_client import DisplayBrowser, pair_browser
from tests.support.handover_steps import take_shift
from tests.support.mail_server import running_mail_server
from tests.support.notification_scene import send
from tests.support.people import Person
from tests.support.search_scenario import SearchScenario
from tests.support.server_clock import WallClock
from tests.support.team import Team, running_team

pytestmark = pytest.mark.both_backends(SLOW_ON_POSTGRESQL)

SECRETS = ("zqx", "470123456", "470 12 34 56")  # of name, e-mail, note and number


@pytest.fixture
async def scene(team: Team) -> SearchScenario:
    return SearchScenario(team, await team.alice.open_search())


def leaks(data: bytes | str, secrets: Sequence[str] = SECRETS) -> list[str]:
    text = (data if isinstance(data, str) else data.decode("utf-8", "replace")).lower()
    return [secret for secret in secrets if secret in text]


def leaking_frames(person: Person, secrets: Sequence[str] = SECRETS) -> list[dict[str, Any]]:
    return [frame for frame in person.frames if leaks(json.dumps(frame, ensure_ascii=False), secrets)]


def logged(caplog: pytest.LogCaptureFixture) -> list[str]:
    """Return the secrets that were logged, without the log of the tests' own HTTP client."""
    return leaks("\n".join(record.getMessage() for record in caplog.records if not record.name.startswith(("httpx", "httpcore"))))


async def test_nothing_leaves_without_the_right(team: Team, scene: SearchScenario, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    await take_shift(team.alice)
    await team.victor.subscribe(scene.search)
    await team.victor.request({"type": "alarms"}, type="alarms")
    added = await scene.one("contact.add", CONTACT | {"next_call": format_utc(now() - timedelta(minutes=1))})
    await scene.one("contact.update", {"contact": added["id"], "name": f"{NAME} again", "phones": [{"number": "0471 12 34 56"}]})
    await team.victor.wait_for_seq(scene.search, (await team.alice.snapshot(scene.search))["seq"])
    board = f"/api/v1/boards/{scene.search}"
    paths = (
        board, f"{board}?at={added['seq']}", f"{board}/events", f"{board}/cards.csv", f"{board}/cards.json",
        f"{board}/journal.csv",
        f"{board}/journal.json", f"/api/v1/since?board={scene.search}", "/api/v1/since", f"/api/v1/find?q={NAME}", "/handover.md",
        f"/searches/{scene.search}/history.md", f"/searches/{scene.search}", "/api/v1/handover", "/api/v1/alarms", "/",
        f"{board}/events?entity={added['id']}",
    )  # fmt: skip
    for path in paths:
        response = await team.victor.http.get(path)
        assert response.status_code == 200, path
        assert leaks(response.content) == [], path
    assert leaking_frames(team.victor) == []
    assert logged(caplog) == []
    # the same paths show it to people with the right, so that they could have failed
    shown = {path for path in paths if leaks((await team.alice.http.get(path)).content)}
    assert {board, f"{board}/events", f"{board}/journal.csv", f"{board}/journal.json", "/handover.md"} <= shown
    assert f"/searches/{scene.search}/history.md" in shown
    # the number is nowhere at all
    for path in (board, f"{board}/events", f"{board}/journal.json"):
        text = (await team.alice.http.get(path)).text
        assert [number for number in ("+32470", "0470 12", "tel:") if number in text] == []


async def test_role_without_the_right_sees_no_contact(tmp_path: Path) -> None:
    narrow = 'viewer = ["export"]\ninvestigator = ["export"]\ncoordinator = ["export", "contacts"]\nadmin = ["export"]\n'
    (tmp_path / FILE).write_text(narrow)
    async with running_team(tmp_path, files_path=str(tmp_path)) as team:
        scene = SearchScenario(team, await team.alice.open_search())
        await team.bob.subscribe(scene.search)
        contact = (await scene.one("contact.add", CONTACT))["id"]
        await team.bob.wait_for_seq(scene.search, (await team.alice.snapshot(scene.search))["seq"])
        assert leaking_frames(team.bob) == []
        for path in ("", "/events", "/journal.json", "/journal.csv"):
            assert leaks((await team.bob.http.get(f"/api/v1/boards/{scene.search}{path}")).content) == []
        assert (await team.bob.http.get(f"/api/v1/boards/{scene.search}/contacts/{contact}")).status_code == 403
        tag = (await team.bob.http.get(f"/api/v1/boards/{scene.search}")).headers["etag"]
        assert tag != (await team.alice.http.get(f"/api/v1/boards/{scene.search}")).headers["etag"]


async def test_wall_receives_no_byte_of_a_contact(team: Team, scene: SearchScenario) -> None:
    for profile in PROFILES:
        browser = DisplayBrowser(team.server)
        await pair_browser(team.alice, browser, [OPERATIONS, scene.search], profile, name="Wall")
        display = await browser.connect()
        for board in (OPERATIONS, scene.search):
            await display.subscribe(board)
        contact = (await scene.one("contact.add", CONTACT | {"next_call": format_utc(now())}))["id"]
        await scene.does("contact.log", {"contact": contact, "result": "reached", "text": f"{NAME} {NUMBER}"})
        await display.wait_for_seq(scene.search, (await team.alice.snapshot(scene.search))["seq"])
        assert leaks(b"\n".join(browser.received)) == []
        assert leaking_frames(display) == []
        await display.close()
        await browser.close()


async def test_person_without_access_receives_no_byte(team: Team) -> None:
    search, charlie, secrets = await team.secret_search(team.bob), team.charlie, ("yqv", "472334455", "472 33 44 55")
    contact = {"name": "Yqvonne Voorbeeld", "note": "yqv at night", "phones": [{"number": "0472 33 44 55"}]}
    scene = SearchScenario(team, search)
    await take_shift(team.alice)
    for frame in ({"type": "alarms"}, {"type": "alerts"}):
        await charlie.request(frame, type=frame["type"])
    await charlie.subscribe(OPERATIONS)
    added = await scene.one("contact.add", contact | {"next_call": format_utc(now()), "assignee": team.bob.account["id"]})
    await scene.does("contact.log", {"contact": added["id"], "result": "reached", "text": "Yqvonne, 0472 33 44 55"}, team.bob)
    await charlie.wait_for_seq(OPERATIONS, (await team.alice.snapshot(OPERATIONS))["seq"])
    board = f"/api/v1/boards/{search}"
    for path in (
        board,
        f"{board}/events",
        f"{board}/contacts/{added['id']}",
        f"{board}/journal.json",
        f"/searches/{search}/history.md",
    ):
        refused = await charlie.http.get(path)
        assert (refused.status_code, leaks(refused.content, secrets)) == (404, []), path
    for path in (
        "/handover.md",
        "/api/v1/handover",
        "/api/v1/since",
        "/api/v1/find?q=Yqvonne",
        "/api/v1/alarms",
        "/api/v1/unanswered",
    ):
        answer = await charlie.http.get(path)
        assert (answer.status_code, leaks(answer.content, secrets)) == (200, []), path
    assert leaking_frames(charlie, secrets) == []
    assert leaks((await team.bob.http.get(f"{board}/events")).content, secrets), "it could be found"


async def test_papers_of_viewers_have_no_contact(team: Team, scene: SearchScenario) -> None:
    await take_shift(team.alice)
    await scene.one("contact.add", CONTACT | {"next_call": format_utc(now() + timedelta(hours=1))})
    for path in ("/handover.pdf", "/handover/briefing.pdf", f"/searches/{scene.search}/history.pdf"):
        read, told = [" ".join(text_of((await fetched(who, path)).content)) for who in (team.victor, team.alice)]
        assert (leaks(read), leaks(told)[:1]) == ([], ["zqx"]), path


async def test_logs_have_no_contact(team: Team, scene: SearchScenario, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    with capture_logs() as lines:
        added = await scene.one("contact.add", CONTACT | {"next_call": format_utc(now() - timedelta(minutes=1))})
        for number in (f"{NUMBER} 470123456", "0470 12 34 56 Zqx"):
            with pytest.raises(Refusal, match="invalid"):
                await team.alice.command(scene.search, "contact.add", CONTACT | {"phones": [{"number": number}]})
        await team.alice.http.get(f"/api/v1/boards/{scene.search}/contacts/{added['id']}")
        await scene.does("contact.log", {"contact": added["id"], "result": "reached", "text": f"{NAME} {NUMBER}"})
        await Escalation(team.server.service).escalate()
    assert lines
    assert (leaks(json.dumps(lines, default=str)), logged(caplog)) == ([], [])


async def test_email_of_a_due_call_has_no_contact(installation: dict[str, Any], tmp_path: Path, wall_clock: WallClock) -> None:
    async with running_mail_server() as mail:
        settings = {
            "smtp_url": f"smtp://127.0.0.1:{mail.port}",
            "mail_from": "board@example.org",
            "public_url": "https://b.example.org",
        }
        async with running_team(tmp_path, **installation) as team:
            search = await team.alice.open_search(lead=team.alice.account["id"])
            await team.ada.command(OPERATIONS, "shift.take", {"reason": "night"})
            await team.alice.command(search, "contact.add", CONTACT | {"next_call": format_utc(now() + timedelta(minutes=1))})
            service, escalation = team.server.service, Escalation(team.server.service)
            for minutes in (2, 12, 32):
                wall_clock.set(timedelta(minutes=minutes))
                await escalation.escalate()
            database = Database(service.settings.database_url)
            sender = Sender(database, service.settings.model_copy(update=settings), load_rules(), service.clock)
            sender._ways = ways.make(sender._settings)
            await send(sender)
            await sender.close()
            await database.close()
    called = [each for each in mail.mails if "Call due" in str(each.message["Subject"])]
    assert called, "Ada was asked by e-mail"
    assert [each.text for each in mail.mails if leaks(each.content) or leaks(each.text)] == []
