"""Real mail server that a test can stop, restart, and make hang, refuse, or answer late."""

import asyncio
import contextlib
import ssl
from collections.abc import AsyncIterator
from dataclasses import dataclass
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import default
from typing import Any

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, Session

from tests.support.listening import stop_listening


@dataclass(frozen=True)
class Mail:
    """E-mail as the server accepted it."""

    sender: str
    recipients: tuple[str, ...]
    content: bytes

    @property
    def message(self) -> EmailMessage:
        parsed = BytesParser(policy=default).parsebytes(self.content)
        assert isinstance(parsed, EmailMessage)
        return parsed

    @property
    def text(self) -> str:
        return str(self.message.get_content())


class MailServer:
    """Mail server on a fixed port. `answers` replace its own to RCPT and DATA; it waits for `hold` before it answers
    DATA."""

    def __init__(self, tls: ssl.SSLContext | None = None, starttls: bool = False, password: str | None = None) -> None:
        self._tls, self._starttls, self._password = tls, starttls, password
        self.port = 0
        self.mails: list[Mail] = []
        self.tries = 0
        self.answers: dict[str, str] = {}
        self.hold: asyncio.Event | None = None
        self.held = asyncio.Event()
        self._server: asyncio.Server | None = None
        self._transports: set[asyncio.BaseTransport] = set()

    async def start(self) -> None:
        loop = asyncio.get_running_loop()
        implicit = None if self._starttls else self._tls
        self._server = await loop.create_server(self._session, "127.0.0.1", self.port, ssl=implicit)
        self.port = self._server.sockets[0].getsockname()[1]

    async def kill(self) -> None:
        """End all connections immediately, and stop listening."""
        if self._server is None:
            return
        await stop_listening(self._server)
        for transport in self._transports:
            transport.abort()  # type: ignore[attr-defined]
        await self._server.wait_closed()
        self._server = None
        self._transports.clear()

    def _session(self) -> SMTP:
        server = self

        class Followed(SMTP):
            def connection_made(self, transport: asyncio.BaseTransport) -> None:
                server._transports.add(transport)
                super().connection_made(transport)

        more: dict[str, Any] = {}
        if self._password is not None:
            more = {"authenticator": self._authenticate, "auth_require_tls": False}
        return Followed(
            self, hostname="mail.test", tls_context=self._tls if self._starttls else None, enable_SMTPUTF8=True, **more
        )

    def _authenticate(self, server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: Any) -> AuthResult:
        return AuthResult(success=data.password == (self._password or "").encode(), handled=False)

    async def handle_RCPT(self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]) -> str:
        self.tries += 1
        if (answer := self.answers.get("RCPT")) is not None:
            return answer
        if self._password is not None and not session.authenticated:
            return "530 sign in first"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        if (answer := self.answers.get("DATA")) is not None:
            return answer
        assert isinstance(envelope.content, bytes)
        self.held.set()
        if self.hold is not None:
            await self.hold.wait()
        self.mails.append(Mail(envelope.mail_from or "", tuple(envelope.rcpt_tos), envelope.content))
        return "250 OK"


@contextlib.asynccontextmanager
async def running_mail_server(**given: Any) -> AsyncIterator[MailServer]:
    """Run a mail server."""
    server = MailServer(**given)
    await server.start()
    try:
        yield server
    finally:
        await server.kill()
