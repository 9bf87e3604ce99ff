"""Mail servers and webhooks by TLS, the checks of `board check`, and the command that sends a test message."""

import asyncio
import contextlib
import socket
import ssl
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import trustme
from sqlalchemy import text

from board.config.notification_settings import Webhook, mail_address, mail_server, sender, signing_keys
from board.config.settings import Settings
from board.maintenance.checks import State
from board.maintenance.checks import notifications as checks
from board.notifications import resolver
from board.notifications.delivery_error import DeliveryError
from board.notifications.mail import Mail
from board.notifications.webhooks import WebhookSender
from models.db.database import Database
from models.db.schema import migrate
from models.times import format_utc, now
from tests.ops.test_command_line import Run, run
from tests.support.mail_server import running_mail_server
from tests.support.webhook_receiver import SECRET, running_receiver

__all__ = ["run"]  # a fixture

PUBLIC_URL = "https://board.example.org"
NAME = "pager.example.org"


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def trusting(authority: trustme.CA) -> ssl.SSLContext:
    """Context of a client that trusts the authority."""
    context = ssl.create_default_context()
    authority.configure_trust(context)
    return context


def served_as(authority: trustme.CA, name: str) -> ssl.SSLContext:
    """Return the context of a server with a certificate of a name."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(name).configure_cert(context)
    return context


@pytest.fixture
def looked_up(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Hosts that were looked up; every one is at 127.0.0.1. Nothing else of this process may look one up."""
    hosts: list[str] = []

    async def found(host: str, port: int) -> list[str]:
        hosts.append(host)
        return ["127.0.0.1"]

    def refused(*given: Any, **more: Any) -> Any:
        raise AssertionError("a second look-up could find another address than the one that was checked")

    monkeypatch.setattr(resolver, "addresses_of", found)
    monkeypatch.setattr(socket, "getaddrinfo", refused)
    return hosts


def mail_by(url: str, tls: ssl.SSLContext) -> Mail:
    return Mail(mail_server(url), sender("board@example.org"), PUBLIC_URL, tls)


async def submit(mail: Mail) -> None:
    to = mail_address("bob@desk.example")
    assert to is not None
    async with asyncio.timeout(10):
        await mail.submit(mail.compose("Subject", "Text\n", to, "id", now()), to)


# -- mail servers -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("scheme", ["smtps", "smtp+starttls"])
async def test_an_email_goes_by_tls_with_a_password(
    authority: trustme.CA, trusting: ssl.SSLContext, looked_up: list[str], scheme: str
) -> None:
    context = served_as(authority, "mail.example.org")
    async with running_mail_server(tls=context, starttls=scheme == "smtp+starttls", password="right") as server:
        at = f"mail.example.org:{server.port}"
        await submit(mail_by(f"{scheme}://board:right@{at}", trusting))
        assert len(server.mails) == 1
        with pytest.raises(DeliveryError, match=r"^auth$"):
            await submit(mail_by(f"{scheme}://board:wrong@{at}", trusting))
        with pytest.raises(DeliveryError, match=r"^tls$"):
            await submit(mail_by(f"{scheme}://board:right@{at}", ssl.create_default_context()))
        with pytest.raises(DeliveryError, match=r"^tls$"):
            await submit(mail_by(f"{scheme}://board:right@other.example.org:{server.port}", trusting))
        assert len(server.mails) == 1
    assert set(looked_up) == {"mail.example.org", "other.example.org"}


async def test_a_server_without_tls_gets_no_email_where_tls_is_asked_for(trusting: ssl.SSLContext) -> None:
    async with running_mail_server() as server:
        with pytest.raises(DeliveryError, match=r"^unsupported$"):
            await submit(mail_by(f"smtp+starttls://127.0.0.1:{server.port}", trusting))
        assert server.tries == 0
        await submit(mail_by(f"smtp://127.0.0.1:{server.port}", trusting))
        assert len(server.mails) == 1


async def test_name_server_that_hangs_blocks_neither_loop_nor_threads(
    trusting: ssl.SSLContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    released = asyncio.Event()
    loop = asyncio.get_running_loop()

    def hangs(*given: Any, **more: Any) -> Any:
        asyncio.run_coroutine_threadsafe(released.wait(), loop).result()
        raise OSError

    monkeypatch.setattr(socket, "getaddrinfo", hangs)
    tries = [asyncio.create_task(submit(mail_by("smtps://mail.example.org", trusting))) for _ in range(resolver.MAX_WAITING)]
    await asyncio.sleep(0)
    with pytest.raises(DeliveryError, match=r"^resolve$"):
        await submit(mail_by("smtps://mail.example.org", trusting))
    assert await asyncio.to_thread(lambda: "free") == "free"
    released.set()
    assert {str(each) for each in await asyncio.gather(*tries, return_exceptions=True)} == {"resolve"}


# -- webhooks ---------------------------------------------------------------------------------------------------------------


def webhook_by(url: str, tls: ssl.SSLContext) -> WebhookSender:
    return WebhookSender(Webhook("key", url), signing_keys(SECRET), PUBLIC_URL, tls, allow_private=True)


async def test_a_webhook_goes_to_the_checked_address_under_the_name(
    authority: trustme.CA, trusting: ssl.SSLContext, looked_up: list[str]
) -> None:
    async with running_receiver(tls=served_as(authority, NAME)) as receiver:
        url = f"https://{NAME}:{receiver.port}/hook?a=b%20c"
        await webhook_by(url, trusting).post("id", {"type": "test"}, now())
        (got,) = receiver.requests
        assert (got.line, got.headers["host"]) == ("POST /hook?a=b%20c HTTP/1.1", f"{NAME}:{receiver.port}")
        assert got.is_signed_by(SECRET)
        await webhook_by(url, trusting).check()
        for tls, host in ((ssl.create_default_context(), NAME), (trusting, "other.example.org")):
            made = webhook_by(url.replace(NAME, host), tls)
            with pytest.raises(DeliveryError, match=r"^tls$"):
                await made.post("id", {"type": "test"}, now())
            with pytest.raises(DeliveryError, match=r"^tls$"):
                await made.check()
        assert len(receiver.requests) == 1
    assert set(looked_up) == {NAME, "other.example.org"}


async def test_a_proxy_of_the_environment_is_not_used(trusting: ssl.SSLContext, monkeypatch: pytest.MonkeyPatch) -> None:
    async with running_receiver() as receiver, running_receiver() as proxy:
        monkeypatch.setenv("HTTP_PROXY", f"http://127.0.0.1:{proxy.port}")
        monkeypatch.setenv("ALL_PROXY", f"http://127.0.0.1:{proxy.port}")
        await webhook_by(receiver.url, trusting).post("id", {"type": "test"}, now())
        assert (len(receiver.requests), proxy.requests) == (1, [])


async def test_an_answer_that_is_no_http_is_a_failure(trusting: ssl.SSLContext) -> None:
    async with running_mail_server() as server:
        with pytest.raises(DeliveryError, match=r"^(http|connect)$"):
            await webhook_by(f"http://127.0.0.1:{server.port}/", trusting).post("id", {"type": "test"}, now())


@pytest.mark.parametrize("turns", range(5))
async def test_receiver_that_ends_leaves_no_connection_open(turns: int) -> None:
    """A connection may be on its way in: each turn of the loop brings it one step further."""
    async with running_receiver() as receiver:
        line = socket.create_connection(("127.0.0.1", receiver.port), timeout=5)
        for _ in range(turns):
            await asyncio.sleep(0)
    with contextlib.closing(line), contextlib.suppress(ConnectionResetError):
        assert await asyncio.to_thread(line.recv, 1) == b""


# -- checks and the command -----------------------------------------------------------------------------------------------


def settings(**given: Any) -> Settings:
    ways = {"public_url": PUBLIC_URL, "mail_from": "board@example.org", "webhook_secret": SECRET, "webhook_allow_private": True}
    return Settings(_env_file=None, **(ways | given))


async def checked(check: Any, given: Settings) -> tuple[State, str]:
    """Run a check in a thread, as it runs a loop of its own."""
    found: tuple[State, str] = await asyncio.to_thread(check, given)
    return found


async def test_the_check_of_email_says_what_is_wrong() -> None:
    assert (await checked(checks.check_email, settings()))[0] == State.SKIPPED
    async with running_mail_server(password="right") as server:
        at = f"127.0.0.1:{server.port}"
        state, says = await checked(checks.check_email, settings(smtp_url=f"smtp://board:right@{at}"))
        assert (state, says) == (State.OK, "The mail server answers and accepts the password.")
        state, says = await checked(checks.check_email, settings(smtp_url=f"smtp://board:wrong@{at}"))
        assert (state, "refuses the user or the password" in says) == (State.WRONG, True)
        assert server.mails == []
    state, says = await checked(checks.check_email, settings(smtp_url=f"smtp://board:right@{at}"))
    assert (state, says) == (State.WRONG, "The mail server of SMTP_URL can't be reached.")


async def test_the_check_of_a_webhook_says_what_is_wrong() -> None:
    assert (await checked(checks.check_webhook, settings()))[0] == State.SKIPPED
    async with running_receiver() as receiver:
        assert (await checked(checks.check_webhook, settings(webhook_url=receiver.url)))[0] == State.OK
        refused = settings(webhook_url=f"https://127.0.0.1:{receiver.port}", webhook_allow_private=False)
        state, says = await checked(checks.check_webhook, refused)
        assert (state, "WEBHOOK_ALLOW_PRIVATE" in says) == (State.WRONG, True)
        assert receiver.requests == [], "nothing is sent"
        url = receiver.url
    async with running_receiver() as other:
        state, says = await checked(checks.check_webhook, settings(webhook_url=f"{other.url} {url}"))
        assert (state, says) == (State.WRONG, "Address 2 of WEBHOOK_URL can't be reached.")


def test_check_of_the_outbox_tells_what_was_given_up_and_what_waits(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DATABASE_URL", url := f"sqlite:///{tmp_path}/board.db")
    migrate(database := Database(url))
    assert checks.check_outbox(settings())[0] == State.SKIPPED
    assert checks.check_outbox(settings(smtp_url="smtp://localhost"))[0] == State.OK
    row = (
        "INSERT INTO notification (id, board, alarm, step, way, account, created_at, next_try_at, tries, failed) "
        "VALUES (:id, 'b', 'a', 1, :way, :id, :at, :next, 3, :failed)"
    )

    def put(id: str, way: str, ago: timedelta, next: str | None, failed: str) -> None:
        at = format_utc(now() - ago)
        values = {"id": id, "way": way, "at": at, "next": next, "failed": failed}
        database.write_now(lambda session: session.connection().execute(text(row), values))

    put("1", "email", timedelta(minutes=1), format_utc(now()), "")
    put("2", "email", timedelta(minutes=20), None, "not_needed")
    put("3", "email", timedelta(days=8), None, "timeout")
    assert checks.check_outbox(settings(smtp_url="smtp://localhost"))[0] == State.OK
    put("4", "webhook", timedelta(days=2), None, "http_503")
    put("5", "email", timedelta(minutes=20), format_utc(now()), "connect")
    state, says = checks.check_outbox(settings(smtp_url="smtp://localhost"))
    assert (state, says) == (
        State.WARNING,
        "1 notification was given up in the last 7 days (webhook: http_503). 1 notification has waited for over 5 minutes.",
    )
    database.dispose()


async def test_the_command_sends_a_test_message(run: Run) -> None:
    async with running_mail_server() as server, running_receiver() as receiver:
        given = {
            "PUBLIC_URL": PUBLIC_URL, "SMTP_URL": f"smtp://127.0.0.1:{server.port}", "MAIL_FROM": "board@example.org",
            "WEBHOOK_URL": receiver.url, "WEBHOOK_SECRET": SECRET, "WEBHOOK_ALLOW_PRIVATE": "true",
        }  # fmt: skip

        async def test(*words: str) -> tuple[int, str, str]:
            return await asyncio.to_thread(lambda: run("notifications", "test", *words, **given))

        assert await test("--email", "you@example.org", "--webhook", "--language", "fr") == (
            0, "The mail server has taken the e-mail.\nThe receiver of webhook 1 has taken it.\n", ""
        )  # fmt: skip
        assert [each.recipients for each in server.mails] == [("you@example.org",)]
        assert "Message d’essai" in server.mails[0].message["Subject"]
        assert [each.json["type"] for each in receiver.requests] == ["test"]
        assert receiver.requests[0].is_signed_by(SECRET)
        receiver.status = 401
        assert await test("--webhook") == (1, "", "Webhook 1 was not sent: its receiver answers 401.\n")
        assert (await test())[0] == 1
        assert (await test("--email", "nobody"))[0] == 1
        given["SMTP_URL"] = ""
        code, _, error = await test("--email", "you@example.org")
        assert (code, "SMTP_URL" in error) == (1, True)
