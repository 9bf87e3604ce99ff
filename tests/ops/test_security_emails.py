"""E-mails to administrators about a use of the account for emergencies, through the outbox of notifications."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from board.accounts import accounts, break_glass, live_changes
from models.times import format_utc
from tests.support.backends import SLOW_ON_POSTGRESQL
from tests.support.mail_server import MailServer, running_mail_server
from tests.support.notification_scene import PUBLIC_URL, NoticeScene, notification_scene, send

pytestmark = pytest.mark.both_backends(SLOW_ON_POSTGRESQL)

ADDRESS = "192.0.2.77"
NAMES = ("Chief", "chief@", "Ada", ADDRESS)


@pytest.fixture
async def mail() -> AsyncIterator[MailServer]:
    async with running_mail_server() as server:
        yield server


@pytest.fixture
async def scene(installation: dict[str, Any], mail: MailServer) -> AsyncIterator[NoticeScene]:
    """Installation with the account for emergencies, Chief, and the administrator Ada."""
    smtp = {"smtp_url": f"smtp://127.0.0.1:{mail.port}", "mail_from": "Searchboard <board@example.org>"}
    async with notification_scene(installation, **smtp) as made:
        for name in ("Chief", "Ada"):
            await made.account(name, "admin")
        yield made


async def use(scene: NoticeScene, *, by_email: bool = True) -> None:
    """Use the account for emergencies now."""

    def report(session: Any) -> None:
        chief = accounts.find(session, "chief@desk.example")
        break_glass.report(session, chief, ADDRESS, format_utc(scene.now), by_email=by_email)

    await live_changes.apply_change(scene.service, report)


async def test_use_of_the_emergency_account_is_mailed_to_administrators(scene: NoticeScene, mail: MailServer) -> None:
    await use(scene)
    await send(await scene.sender(), await scene.sender())
    assert sorted(got.recipients for got in mail.mails) == [("ada@desk.example",), ("chief@desk.example",)]
    for got in mail.mails:
        assert got.message["Subject"] == "Searchboard: the account for emergencies was used"
        assert "24 Nov 23:00" in got.text
        assert f"{PUBLIC_URL}/audit" in got.text
        body = got.text + str(got.message["Subject"])
        assert not [name for name in NAMES if name in body], "no personal data"


@pytest.mark.parametrize(
    ("language", "words"), [("fr", "compte d’urgence"), ("nl", "noodaccount"), ("de", "Notfallkonto")]
)  # fmt: skip
async def test_email_is_in_the_language_of_the_administrator(
    scene: NoticeScene, mail: MailServer, language: str, words: str
) -> None:
    await scene.sql("UPDATE account SET language = :language WHERE email = 'ada@desk.example'", language=language)
    await use(scene)
    await send(await scene.sender())
    (got,) = [each for each in mail.mails if each.recipients == ("ada@desk.example",)]
    assert words in got.text + str(got.message["Subject"])


async def test_sign_ins_within_a_minute_cause_one_email(scene: NoticeScene, mail: MailServer) -> None:
    for _ in range(100):
        await use(scene)
    await send(await scene.sender())
    assert len(mail.mails) == 2
    scene.later(minutes=1)
    await use(scene)
    await send(await scene.sender())
    assert len(mail.mails) == 4


@pytest.mark.parametrize("change", ["role = 'coordinator'", "enabled = false"])
async def test_person_who_is_no_longer_an_administrator_gets_none(scene: NoticeScene, mail: MailServer, change: str) -> None:
    await use(scene)
    await scene.sql(f"UPDATE account SET {change} WHERE email = 'ada@desk.example'")
    await send(await scene.sender())
    assert [got.recipients for got in mail.mails] == [("chief@desk.example",)]
    assert sorted(row.failed for row in await scene.rows()) == ["", "no_access"]


async def test_email_is_sent_again_until_the_server_takes_it_or_a_day_has_passed(scene: NoticeScene, mail: MailServer) -> None:
    await use(scene)
    await mail.kill()
    await send(await scene.sender())
    scene.later(seconds=6)
    await mail.start()
    await send(await scene.sender())
    assert len(mail.mails) == 2
    await use(scene)
    scene.later(hours=25)
    await send(await scene.sender())
    assert len(mail.mails) == 2


async def test_nothing_waits_where_no_mail_server_is_set(scene: NoticeScene) -> None:
    await use(scene, by_email=False)
    assert await scene.rows() == []


async def test_alarms_and_security_share_the_outbox(scene: NoticeScene, mail: MailServer) -> None:
    await scene.alarm("email")
    await use(scene)
    await send(*[await scene.sender() for _ in range(2)])
    subjects = sorted(str(got.message["Subject"]).partition(" ")[0] for got in mail.mails)
    assert subjects == ["Searchboard:", "Searchboard:", "Urgent"]
