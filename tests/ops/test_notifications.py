"""Notifications of alarms by e-mail and webhook: what they say, to whom they go, how often they are tried, and when no more."""

import asyncio
import contextlib
import json
from collections import Counter
from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from email.utils import parsedate_to_datetime
from functools import partial
from typing import Any

import pytest
from sqlmodel import Session
from structlog.testing import capture_logs

from board.accounts import accounts, live_changes
from board.notifications import addresses, attempts, resolver, sender
from models.board import OPERATIONS
from models.db.database import DatabaseUnavailable
from models.times import format_utc, parse_utc
from tests.support.backends import SLOW_ON_POSTGRESQL
from tests.support.mail_server import MailServer, running_mail_server
from tests.support.notification_scene import CHILD, PUBLIC_URL, NoticeScene, notification_scene, send, settled
from tests.support.webhook_receiver import SECRET, WebhookReceiver, running_receiver

pytestmark = pytest.mark.both_backends(SLOW_ON_POSTGRESQL)

NAMES = (CHILD, "Alice", "Bob", "alice@", "Noor", "desk.example")
SMTP_PASSWORD = "Tr0ub4dor-canary"


@pytest.fixture
async def mail() -> AsyncIterator[MailServer]:
    async with running_mail_server() as server:
        yield server


@pytest.fixture
async def receiver() -> AsyncIterator[WebhookReceiver]:
    async with running_receiver() as made:
        yield made


@pytest.fixture
async def scene(installation: dict[str, Any], mail: MailServer, receiver: WebhookReceiver) -> AsyncIterator[NoticeScene]:
    ways = {
        "smtp_url": f"smtp://127.0.0.1:{mail.port}", "mail_from": "Searchboard <board@example.org>",
        "webhook_url": receiver.url, "webhook_secret": SECRET, "webhook_allow_private": True,
    }  # fmt: skip
    async with notification_scene(installation, **ways) as made:
        yield made


async def reference_of(scene: NoticeScene) -> str:
    found = await scene.service.database.read(lambda s: s.connection().exec_driver_sql("SELECT reference FROM search").scalar())
    return str(found)


# -- what they say ----------------------------------------------------------------------------------------------------------


async def test_email_tells_the_kind_the_reference_the_time_and_a_link(scene: NoticeScene, mail: MailServer) -> None:
    alarm = await scene.alarm("email")
    scene.later(minutes=4)
    await send(await scene.sender())
    (got,) = mail.mails
    reference, row = await reference_of(scene), await scene.row()
    assert got.recipients == ("bob@desk.example",)
    assert got.message["Subject"] == f"Urgent sighting · {reference}: nobody has it"
    assert got.message["From"] == "Searchboard <board@example.org>"
    assert got.message["Message-ID"] == f"<{row.id}@example.org>"
    assert got.message["Auto-Submitted"] == "auto-generated"
    assert parsedate_to_datetime(got.message["Date"]) == scene.now
    assert got.message.get_content_type() == "text/plain"
    assert "Raised: 4 minutes ago, at 24 Nov 23:00" in got.text
    assert f"{PUBLIC_URL}/searches/{scene.search}/cards/s{alarm}" in got.text
    assert (row.sent_at, row.next_try_at, row.claimed_until, row.failed) == (format_utc(scene.now), None, None, "")


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("fr", ("Signalement urgent", "il y a 4 minutes")),
        ("nl", ("Dringende waarneming", "4 minuten geleden")),
        ("de", ("Dringende Sichtung", "vor 4 Minuten")),
    ],
)
async def test_an_email_is_in_the_language_of_the_account(
    scene: NoticeScene, mail: MailServer, language: str, words: tuple[str, ...]
) -> None:
    await scene.sql("UPDATE account SET language = :language WHERE id = :id", language=language, id=scene.bob)
    await scene.alarm("email")
    scene.later(minutes=4)
    await send(await scene.sender())
    (got,) = mail.mails
    assert all(word in got.text for word in words), got.text


async def test_webhook_is_signed_and_has_the_id_of_the_notification(scene: NoticeScene, receiver: WebhookReceiver) -> None:
    alarm = await scene.alarm("webhook", step=3)
    raised_at = format_utc(scene.now)
    scene.later(seconds=7)
    await send(await scene.sender())
    (got,) = receiver.requests
    row = await scene.row()
    assert got.line == "POST /hook?token=quiet-canary HTTP/1.1"
    assert got.headers["host"] == f"127.0.0.1:{receiver.port}"
    assert (got.id, got.headers["webhook-timestamp"]) == (row.id, str(int(scene.now.timestamp())))
    assert got.is_signed_by(SECRET)
    assert got.headers["content-type"] == "application/json"
    assert got.json == {
        "type": "alarm.escalated",
        "timestamp": raised_at,
        "data": {
            "id": row.id, "alarm": alarm, "rule": "urgent_sighting", "reference": await reference_of(scene), "step": 3,
            "round": 0, "raised_at": raised_at, "link": f"{PUBLIC_URL}/searches/{scene.search}/cards/s{alarm}",
        },
    }  # fmt: skip


async def test_the_first_step_is_told_as_raised(scene: NoticeScene, receiver: WebhookReceiver) -> None:
    await scene.alarm("webhook", step=0)
    await send(await scene.sender())
    assert [each.json["type"] for each in receiver.requests] == ["alarm.raised"]


async def test_a_handover_has_no_reference_and_leads_to_its_page(
    scene: NoticeScene, mail: MailServer, receiver: WebhookReceiver
) -> None:
    alarm = await scene.alarm("email", "webhook", to=scene.alice, rule="handover_waiting", board=OPERATIONS)
    about = json.dumps({"kind": "handover", "id": "h1", "seq": 1})
    await scene.sql("UPDATE alarm SET about = :about WHERE id = :id", about=about, id=alarm)
    await send(await scene.sender())
    assert mail.mails[0].message["Subject"] == "Handover not accepted: nobody has it"
    assert f"{PUBLIC_URL}/handover" in mail.mails[0].text
    data = receiver.requests[0].json["data"]
    assert (data["reference"], data["link"]) == (None, f"{PUBLIC_URL}/handover")


async def test_no_personal_data_is_in_the_bytes_sent(scene: NoticeScene, mail: MailServer, receiver: WebhookReceiver) -> None:
    """Search the bytes of the alarm of a real sighting for its text and place, too."""
    await scene.does(scene.alice, scene.search, "search.update", {"lead": scene.alice})
    sighting = {"description": "a girl in a red coat", "place": {"text": "Drongen"}, "priority": "urgent"}
    await scene.does(scene.bob, scene.search, "sighting.add", sighting)
    alarms = await scene.service.database.read(
        lambda session: session.connection().exec_driver_sql("SELECT id FROM alarm").scalars().all()
    )
    assert len(alarms) == 1
    await scene.sql(
        "INSERT INTO notification (id, board, alarm, step, way, account, created_at, next_try_at, tries, failed) "
        "VALUES ('n1', :board, :alarm, 1, 'email', :account, :at, :at, 0, ''), "
        "('n2', :board, :alarm, 1, 'webhook', '', :at, :at, 0, '')",
        board=scene.search, alarm=alarms[0], account=scene.alice, at=format_utc(scene.now),
    )  # fmt: skip
    await send(await scene.sender())
    body = mail.mails[0].content.replace(b"=\r\n", b"").decode()
    head, _, text = body.partition("\r\n\r\n")
    assert "To: alice@desk.example" in head
    without_recipient = head.replace("To: alice@desk.example", "") + text
    sent = without_recipient + receiver.requests[0].body.decode() + str(receiver.requests[0].headers)
    assert [name for name in (*NAMES, "red coat", "Drongen") if name.lower() in sent.lower()] == []
    assert await reference_of(scene) in sent, "this is where it would be"


async def test_headers_can_not_be_injected(scene: NoticeScene, mail: MailServer) -> None:
    await scene.sql("UPDATE search SET reference = :text", text="X\r\nBcc: eve@evil.example\r\n\r\nhello")
    await scene.alarm("email")
    await send(await scene.sender())
    (got,) = mail.mails
    assert (got.recipients, got.message["Bcc"]) == (("bob@desk.example",), None)
    assert got.message["Subject"] == "Urgent sighting · X Bcc: eve@evil.example hello: nobody has it"
    await scene.sql("UPDATE account SET email = :text WHERE id = :id", text="b@x.example\r\nBcc: eve@evil.example", id=scene.bob)
    await scene.alarm("email")
    await send(await scene.sender())
    assert len(mail.mails) == 1
    assert Counter(row.failed for row in await scene.rows()) == {"": 1, "address": 1}


# -- not needed any more ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "happens",
    [
        "UPDATE alarm SET taken_by = :bob, taken_at = raised_at",
        "UPDATE alarm SET ended_at = raised_at, ended = 'settled'",
        """UPDATE alarm SET handed_on = '["' || :bob || '"]'""",
        "DELETE FROM alarm WHERE :bob <> ''",
    ],
    ids=["taken", "ended", "handed on", "gone"],
)
async def test_notification_that_is_not_needed_any_more_is_not_sent(scene: NoticeScene, mail: MailServer, happens: str) -> None:
    await scene.alarm("email")
    happens = happens.replace("'[\"' || :bob || '\"]'", f"""'["{scene.bob}"]'""")
    await scene.sql(happens if ":bob" in happens else f"{happens} WHERE :bob <> ''", bob=scene.bob)
    await send(await scene.sender())
    row = await scene.row()
    assert (mail.tries, row.failed, row.next_try_at, row.sent_at) == (0, "not_needed", None, None)


async def test_an_alarm_taken_between_two_tries_is_not_told_any_more(scene: NoticeScene, mail: MailServer) -> None:
    await scene.alarm("email")
    mail.answers["RCPT"] = "451 later"
    await send(made := await scene.sender())
    await scene.sql("UPDATE alarm SET taken_by = 'x', taken_at = raised_at")
    mail.answers.clear()
    scene.later(minutes=1)
    await send(made)
    assert ((await scene.row()).failed, mail.mails) == ("not_needed", [])


@pytest.mark.parametrize("how", ["disabled", "viewer", "members only"])
async def test_nobody_is_told_who_lost_the_right_to_act(scene: NoticeScene, mail: MailServer, how: str) -> None:
    await scene.alarm("email")
    await scene.alarm("email", to=scene.alice)
    if how == "disabled":
        await live_changes.apply_change(scene.service, lambda s: accounts.set_enabled(s, "bob@desk.example", False))
    elif how == "viewer":
        await scene.sql("UPDATE account SET role = 'viewer' WHERE id = :id", id=scene.bob)
    else:
        await scene.does(scene.alice, scene.search, "search.set_access", {"access": "members", "members": [scene.alice]})
    await send(await scene.sender())
    assert [each.recipients for each in mail.mails] == [("alice@desk.example",)], "she may"
    assert Counter(row.failed for row in await scene.rows()) == {"": 1, "no_access": 1}


async def test_a_way_that_is_not_set_is_ended_after_ten_minutes(scene: NoticeScene, mail: MailServer) -> None:
    await scene.alarm("email", "webhook")
    unset = await scene.sender(smtp_url=None, webhook_url=None)
    await send(unset)
    assert all(row.next_try_at for row in await scene.rows()), "another process may have newer settings"
    scene.later(minutes=11)
    await send(unset)
    assert [(row.failed, row.next_try_at) for row in await scene.rows()] == [("not_configured", None)] * 2
    await send(await scene.sender())
    assert mail.mails == [], "too late to be of use"


# -- tried again ------------------------------------------------------------------------------------------------------------


async def test_a_refused_email_is_tried_again_with_growing_pauses(scene: NoticeScene, mail: MailServer) -> None:
    await scene.alarm("email")
    mail.answers["DATA"] = "451 try later"
    made = await scene.sender()
    pauses = []
    for tries in range(1, 12):
        await send(made)
        row = await scene.row()
        assert (mail.tries, row.tries, row.failed) == (tries, tries, "smtp_451")
        pauses.append((parse_utc(row.next_try_at) - scene.now).total_seconds())
        scene.later(seconds=pauses[-1] - 0.001)
        await send(made)
        assert mail.tries == tries, "not before its time"
        scene.later(seconds=0.001)
    assert pauses == [5, 10, 20, 40, 80, 160, 320, 600, 600, 600, 600]
    mail.answers.clear()
    await send(made)
    assert len({each.message["Message-ID"] for each in mail.mails}) == len(mail.mails) == 1


async def test_a_recipient_that_does_not_exist_is_given_up_at_once(scene: NoticeScene, mail: MailServer) -> None:
    await scene.alarm("email")
    mail.answers["RCPT"] = "550 no such user"
    with capture_logs() as logs:
        await send(await scene.sender())
    row = await scene.row()
    assert (row.failed, row.next_try_at, row.sent_at) == ("smtp_550", None, None)
    assert [(each["event"], each["log_level"]) for each in logs] == [("notification given up", "error")]


@pytest.mark.parametrize(("status", "final"), [(500, False), (404, False), (429, False), (302, False), (410, True)])
async def test_a_receiver_that_refuses_is_asked_again_unless_it_is_gone(
    scene: NoticeScene, receiver: WebhookReceiver, status: int, final: bool
) -> None:
    async with running_receiver() as elsewhere:
        receiver.status, receiver.location = status, elsewhere.url
        await scene.alarm("webhook")
        await send(made := await scene.sender())
        row = await scene.row()
        assert (row.failed, row.next_try_at is None) == (f"http_{status}", final)
        receiver.status = 204
        scene.later(seconds=5)
        await send(made)
        assert elsewhere.requests == [], "no redirect is followed"
    assert len(receiver.requests) == (1 if final else 2)
    assert len({each.id for each in receiver.requests}) == 1
    assert len({each.body for each in receiver.requests}) == 1
    assert all(each.is_signed_by(SECRET) for each in receiver.requests)


async def test_dead_servers_that_come_back_get_everything_once(
    scene: NoticeScene, mail: MailServer, receiver: WebhookReceiver
) -> None:
    await mail.kill()
    await receiver.kill()
    made = await scene.sender()
    for _ in range(6):
        await scene.alarm("email", "webhook")
        await send(made)
    assert {row.failed for row in await scene.rows()} == {"connect"}
    await mail.start()
    await receiver.start()
    scene.later(minutes=11)
    await send(made)
    assert {row.failed for row in await scene.rows()} == {""}
    assert len(mail.mails) == len({each.message["Message-ID"] for each in mail.mails}) == 6
    assert len(receiver.requests) == len({each.id for each in receiver.requests}) == 6


async def test_notification_that_fails_for_a_day_is_given_up_and_logged(scene: NoticeScene, receiver: WebhookReceiver) -> None:
    await scene.alarm("webhook")
    receiver.status = 503
    made = await scene.sender()
    await send(made)
    scene.later(hours=23, minutes=59)
    await send(made)
    assert (await scene.row()).next_try_at is not None
    scene.later(minutes=10)
    with capture_logs() as logs:
        await send(made)
    row = await scene.row()
    assert (row.next_try_at, row.sent_at, row.failed) == (None, None, "http_503")
    assert "notification given up" in [each["event"] for each in logs]
    scene.later(hours=24)
    await send(made)
    assert len(receiver.requests) == 2


async def test_a_clock_that_was_set_back_holds_nothing_up(scene: NoticeScene, mail: MailServer) -> None:
    scene.later(days=2)
    await scene.alarm("email")
    scene.later(days=-2)
    await send(await scene.sender())
    assert len(mail.mails) == 1


# -- what hangs -------------------------------------------------------------------------------------------------------------


async def test_a_mail_server_that_hangs_delays_no_webhook_and_no_command(
    scene: NoticeScene, mail: MailServer, receiver: WebhookReceiver
) -> None:
    mail.hold = asyncio.Event()
    for _ in range(sender.AT_ONCE + 3):
        await scene.alarm("email")
    made = await scene.sender()
    await made.send_due()
    await mail.held.wait()
    assert len(made._sending) == sender.AT_ONCE
    for _ in range(3):
        await scene.alarm("webhook")
    await scene.does(scene.bob, scene.search, "note.add", {"text": "work goes on"})
    await made.send_due()
    while len(receiver.requests) < 3:
        await receiver.held.wait()
        await asyncio.sleep(0)
    assert len(made._tasks) >= sender.AT_ONCE, "the e-mails still hang"
    mail.hold.set()
    await settled(made)
    await send(made)
    assert len(mail.mails) == sender.AT_ONCE + 3


async def test_answer_after_the_deadline_leads_to_a_second_delivery(
    scene: NoticeScene, mail: MailServer, receiver: WebhookReceiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(attempts, "TRY_S", 0.5)
    mail.hold, receiver.hold = asyncio.Event(), asyncio.Event()
    await scene.alarm("email", "webhook")
    made = await scene.sender()
    await send(made)
    assert {row.failed for row in await scene.rows()} == {"timeout"}
    monkeypatch.undo()
    mail.hold.set()
    receiver.hold.set()
    scene.later(seconds=5)
    await send(made)
    assert {row.failed for row in await scene.rows()} == {""}
    assert len({each.message["Message-ID"] for each in mail.mails}) == 1
    assert (len(receiver.requests), len({each.id for each in receiver.requests})) == (2, 1)


async def test_delivery_is_recorded_when_the_database_is_back(
    scene: NoticeScene, receiver: WebhookReceiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sender, "RECORD_PAUSE_S", 0.01)
    await scene.alarm("webhook")
    made = await scene.sender()
    receiver.hold = asyncio.Event()
    await made.send_due()
    await receiver.held.wait()
    write, failures = made._database.write, iter(range(5))

    async def unavailable(fn: Any, *given: Any, **more: Any) -> Any:
        if next(failures, None) is not None:
            raise DatabaseUnavailable
        return await write(fn, *given, **more)

    monkeypatch.setattr(made._database, "write", unavailable)
    receiver.hold.set()
    await settled(made)
    await send(made)
    assert next(failures, None) is None
    assert ((await scene.row()).failed, len(receiver.requests)) == ("", 1)


# -- several receivers ------------------------------------------------------------------------------------------------------


async def test_each_of_several_webhooks_gets_one_even_if_another_is_dead(scene: NoticeScene, receiver: WebhookReceiver) -> None:
    async with running_receiver() as second:
        made = await scene.sender(webhook_url=f"{receiver.url} {second.url}")
        await receiver.kill()
        await scene.alarm("webhook")
        await send(made)
        assert (len(second.requests), Counter(row.failed for row in await scene.rows())) == (1, {"": 1, "connect": 1})
        await receiver.start()
        scene.later(seconds=5)
        await send(made)
        assert (len(receiver.requests), len(second.requests)) == (1, 1)
        assert receiver.requests[0].id != second.requests[0].id


async def test_a_new_secret_signs_beside_the_old_one(scene: NoticeScene, receiver: WebhookReceiver) -> None:
    newer = "whsec_" + "QUJD" * 8
    await scene.alarm("webhook")
    await send(await scene.sender(webhook_secret=f"{newer} {SECRET}"))
    (got,) = receiver.requests
    assert got.is_signed_by(newer)
    assert got.is_signed_by(SECRET)
    assert not got.is_signed_by("whsec_" + "WFla" * 8)


# -- several processes ------------------------------------------------------------------------------------------------------


@pytest.mark.both_backends
async def test_a_claim_holds_against_one_that_read_its_clock_before(scene: NoticeScene) -> None:
    await scene.alarm("webhook")
    id, write = (await scene.row()).id, scene.service.database.write

    def claim(seconds: float) -> Callable[[Session], bool]:
        return lambda session: attempts.claim(session, id, scene.now + timedelta(seconds=seconds))

    assert await write(claim(0))
    assert not await write(claim(-0.01)), "it waited for the row"
    assert not await write(claim(1))
    assert await write(claim(30)), "whose sender has died"
    assert await write(claim(-60)), "the clock was set back"


async def test_a_failure_that_is_recorded_late_leaves_the_next_claim_as_it_is(scene: NoticeScene) -> None:
    await scene.alarm("webhook")
    found = attempts.DueRows([(await scene.row()).id], [], [])
    write = scene.service.database.write
    claim = partial(attempts.work, due=found, clock=scene.clock, hooks=("",), occasions={})
    (first,) = (await write(claim)).notices
    await scene.sql("UPDATE notification SET claimed_until = NULL")  # as if its time were over
    (second,) = (await write(claim)).notices
    failed = partial(attempts.record_failed, code="timeout", final=False, at=scene.now)
    await write(partial(failed, notice=first))
    assert ((await scene.row()).claimed_until is None, (await scene.row()).failed) == (False, "")
    await write(partial(failed, notice=second))
    assert ((await scene.row()).claimed_until, (await scene.row()).failed) == (None, "timeout")


async def _race(scene: NoticeScene, count: int) -> None:
    """Let three processes send the same notifications at the same time."""
    for _ in range(count):
        await scene.alarm("webhook")
    senders = [await scene.sender() for _ in range(3)]
    await send(*senders)


@pytest.mark.both_backends
async def test_several_processes_send_each_notification_once(scene: NoticeScene, receiver: WebhookReceiver) -> None:
    await _race(scene, 20)
    assert Counter(Counter(each.id for each in receiver.requests).values()) == {1: 20}
    assert [row.tries for row in await scene.rows()] == [1] * 20


@pytest.mark.both_backends
async def test_a_claim_that_does_not_look_is_found_by_this_race(
    scene: NoticeScene, receiver: WebhookReceiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The mutant: each process takes what it has read as due, whoever has it by now."""
    monkeypatch.setattr(attempts, "claim", lambda session, id, at: True)
    await _race(scene, 20)
    assert max(Counter(each.id for each in receiver.requests).values()) > 1


async def test_a_process_that_dies_leaves_its_notification_to_another(scene: NoticeScene, receiver: WebhookReceiver) -> None:
    receiver.hold = asyncio.Event()
    await scene.alarm("webhook")
    dead, other = await scene.sender(), await scene.sender()
    await dead.send_due()
    await receiver.held.wait()
    for task in dead._tasks:
        task.cancel()
    receiver.hold.set()
    await send(other)
    assert len(receiver.requests) == 1, "the claim still holds"
    await scene.sql("UPDATE notification SET claimed_until = :at", at=format_utc(scene.now))
    await send(other)
    first, second = receiver.requests
    assert (first.id, (await scene.row()).sent_at is not None) == (second.id, True)


async def test_a_sender_that_is_stopped_waits_for_its_tries(scene: NoticeScene, receiver: WebhookReceiver) -> None:
    receiver.hold = asyncio.Event()
    await scene.alarm("webhook")
    made = await scene.sender()
    running = asyncio.create_task(made.run())
    await receiver.held.wait()
    running.cancel()
    await asyncio.sleep(0)
    receiver.hold.set()
    with contextlib.suppress(asyncio.CancelledError):
        await running
    assert (await scene.row()).sent_at is not None


# -- no private address -------------------------------------------------------------------------------------------------------


async def test_a_webhook_to_this_machine_is_refused_unless_allowed(scene: NoticeScene, receiver: WebhookReceiver) -> None:
    await scene.alarm("webhook")
    url = receiver.url.replace("http://", "https://")
    await send(made := await scene.sender(webhook_allow_private=False, webhook_url=url))
    assert ((await scene.row()).failed, receiver.requests) == ("private_address", [])
    assert made._ways is not None
    scene.later(seconds=5)
    await send(await scene.sender())
    assert len(receiver.requests) == 1


async def test_a_check_that_lets_all_pass_is_found(
    scene: NoticeScene, receiver: WebhookReceiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The mutant: without TLS it would be a request to this machine."""
    monkeypatch.setattr(addresses, "is_public", lambda address: True)
    await scene.alarm("webhook")
    made = await scene.sender()
    assert made._ways is not None
    for each in made._ways.webhooks.values():
        each._allow_private = False
    await send(made)
    assert len(receiver.requests) == 1


async def test_a_name_with_one_private_address_is_refused_altogether(
    scene: NoticeScene, receiver: WebhookReceiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def found(host: str, port: int) -> list[str]:
        return ["198.41.0.4", "127.0.0.1"]

    monkeypatch.setattr(resolver, "addresses_of", found)
    await scene.alarm("webhook")
    await send(await scene.sender(webhook_allow_private=False, webhook_url="https://pager.example.org/hook"))
    assert (await scene.row()).failed == "private_address"


# -- secrets ----------------------------------------------------------------------------------------------------------------


async def test_no_secret_and_no_address_is_in_the_log_or_the_row(
    scene: NoticeScene, mail: MailServer, receiver: WebhookReceiver
) -> None:
    await scene.alarm("email", "webhook")
    url = f"smtp://canary:{SMTP_PASSWORD}@127.0.0.1:{mail.port}"
    made = await scene.sender(smtp_url=url)
    with capture_logs() as logs:
        receiver.status = 500
        await send(made)
        await receiver.kill()
        await mail.kill()
        for hours in (1, 24):
            scene.later(hours=hours)
            await send(made)
    told = json.dumps([logs, [list(row) for row in await scene.rows()]]) + repr(made._settings)
    secrets = (SMTP_PASSWORD, SECRET, "quiet-canary", receiver.url, "bob@desk.example", f":{receiver.port}", f":{mail.port}")
    assert [secret for secret in secrets if secret in told] == []
    assert {each["event"] for each in logs} == {"notification not sent", "notification given up"}
    assert {each["code"] for each in logs} >= {"http_500", "connect"}


# -- members-only searches --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("when", ["raised", "queued"])
async def test_webhook_does_not_get_alarms_of_members_only_searches(
    scene: NoticeScene, receiver: WebhookReceiver, when: str
) -> None:
    members = {"access": "members", "members": [scene.alice]}
    board = await scene.open_search(**members) if when == "raised" else scene.search
    await scene.alarm("webhook", board=board)
    open_to_all = await scene.open_search()
    if when == "queued":
        await scene.does(scene.alice, board, "search.set_access", members)
    await scene.alarm("webhook", board=open_to_all)
    await send(await scene.sender())
    assert [each.json["data"]["link"].split("/")[4] for each in receiver.requests] == [open_to_all]
    assert Counter(row.failed for row in await scene.rows()) == {"": 1, "no_access": 1}


async def test_webhook_that_the_setting_lists_gets_them(scene: NoticeScene, receiver: WebhookReceiver) -> None:
    async with running_receiver() as second:
        urls = f"{receiver.url} {second.url}"
        await scene.alarm("webhook", board=await scene.open_search(access="members", members=[scene.alice]))
        await send(await scene.sender(webhook_url=urls, webhook_members_only=second.url))
        assert (len(receiver.requests), len(second.requests)) == (0, 1)
        assert Counter(row.failed for row in await scene.rows()) == {"": 1, "no_access": 1}


async def test_webhook_still_gets_alarms_of_the_shift(scene: NoticeScene, receiver: WebhookReceiver) -> None:
    await scene.alarm("webhook", board=OPERATIONS)
    await send(await scene.sender())
    assert len(receiver.requests) == 1
