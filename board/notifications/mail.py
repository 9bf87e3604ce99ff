"""E-mails about alarms and about security, to the mail server of the settings."""

import asyncio
import contextlib
import ipaddress
import socket
import ssl
from collections.abc import AsyncIterator
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP as SMTP_POLICY
from email.utils import format_datetime
from functools import partial
from urllib.parse import urlsplit

import aiosmtplib

from board.config.notification_settings import MailServer, mail_address
from board.i18n import N_, gettext_for
from board.notifications import resolver
from board.notifications.delivery_error import DeliveryError, connection_code
from board.notifications.notice import Notice, Send
from board.notifications.security_notice import SecurityNotice
from models.ids import new_id
from models.times import now

CONNECT_S = 5.0  # for each address of the server
QUIT_S = 1.0  # for the answer to QUIT, after the server has accepted the message
TEST_SUBJECT = N_("Test message from Searchboard")
TEST_TEXT = N_("This is a test by an administrator: alarms reach you by e-mail. Nothing has happened.")


class Mail:
    """E-mails through one server. `public_url`: address of the board."""

    def __init__(self, server: MailServer, sender: Address, public_url: str, tls: ssl.SSLContext) -> None:
        self._server, self._sender, self._public_url, self._tls = server, sender, public_url, tls

    def prepare(self, notice: Notice | SecurityNotice, at: datetime) -> Send:
        """Compose an e-mail; return the function that sends it. Both raise DeliveryError."""
        recipient = mail_address(notice.email)
        if recipient is None:
            raise DeliveryError("address", final=True)
        text = notice.text(self._public_url, at)
        return partial(self.submit, self.compose(notice.subject(), text, recipient, notice.id, at), recipient)

    async def send_test(self, to: str, language: str) -> None:
        """Send a test message for an administrator. Raises DeliveryError."""
        recipient, _ = mail_address(to), gettext_for(language)
        if recipient is None:
            raise DeliveryError("address", final=True)
        await self.submit(self.compose(_(TEST_SUBJECT), f"{_(TEST_TEXT)}\n", recipient, new_id(), now()), recipient)

    def compose(self, subject: str, text: str, recipient: Address, id: str, at: datetime) -> EmailMessage:
        """Return a plain-text message. Its Message-ID contains the id, so that a second delivery can be recognised."""
        message = EmailMessage(policy=SMTP_POLICY)
        message["From"], message["To"] = self._sender, recipient
        message["Subject"] = "".join(sign if sign.isprintable() else " " for sign in subject)
        message["Date"] = format_datetime(at)
        message["Message-ID"] = f"<{id}@{self._sender.domain.strip('[]')}>"
        message["Auto-Submitted"] = "auto-generated"
        message["X-Auto-Response-Suppress"] = "All"  # Exchange and Outlook send out-of-office replies otherwise
        message.set_content(text, cte="quoted-printable")
        return message

    async def submit(self, message: EmailMessage, recipient: Address) -> None:
        """Submit a message; when this returns, the server has accepted it. Raises DeliveryError."""
        async with self._connected() as client:
            try:
                await client.sendmail(self._sender.addr_spec, [recipient.addr_spec], message.as_bytes())
            except aiosmtplib.SMTPRecipientsRefused as error:
                code = error.recipients[0].code if error.recipients else 0
                raise DeliveryError(f"smtp_{code}", final=500 <= code < 600) from None
            except aiosmtplib.SMTPDataError as error:
                raise DeliveryError(f"smtp_{error.code}", final=500 <= error.code < 600) from None

    async def check(self) -> None:
        """Connect and sign in, without sending anything. Raises DeliveryError."""
        async with self._connected() as client:
            await client.noop()

    @contextlib.asynccontextmanager
    async def _connected(self) -> AsyncIterator[aiosmtplib.SMTP]:
        server = self._server
        client: aiosmtplib.SMTP | None = None
        try:
            client = aiosmtplib.SMTP(
                hostname=server.host, sock=await _connect(server.host, server.port), local_hostname=self._own_name(),
                use_tls=server.scheme == "smtps", start_tls=False, tls_context=self._tls, timeout=None,
            )  # fmt: skip
            await client.connect()
            if server.scheme == "smtp+starttls":
                await self._start_tls(client)
            if server.user is not None:
                await client.login(server.user, server.password or "")
            yield client
            with contextlib.suppress(aiosmtplib.SMTPException, OSError, TimeoutError):
                async with asyncio.timeout(QUIT_S):
                    await client.quit()
        except aiosmtplib.SMTPAuthenticationError:
            raise DeliveryError("auth") from None
        except aiosmtplib.SMTPNotSupported:
            raise DeliveryError("unsupported") from None
        except aiosmtplib.SMTPResponseException as error:
            raise DeliveryError(f"smtp_{error.code}") from None
        except (aiosmtplib.SMTPConnectError, aiosmtplib.SMTPServerDisconnected, ConnectionError, ssl.SSLError) as error:
            raise DeliveryError(connection_code(error)) from None
        except (aiosmtplib.SMTPException, ValueError, UnicodeError):
            raise DeliveryError("smtp") from None
        finally:
            if client is not None:
                _abort(client)

    async def _start_tls(self, client: aiosmtplib.SMTP) -> None:
        await client.ehlo()
        if not client.supports_extension("starttls"):
            raise DeliveryError("unsupported")
        await client.starttls()

    def _own_name(self) -> str:
        """Return this machine's name for the server: the host in its URL for browsers. A look-up could hang."""
        host = urlsplit(self._public_url).hostname or "localhost"
        try:
            ip = ipaddress.ip_address(host)
        except ValueError:
            return host.encode("idna").decode("ascii")
        return f"[{ip}]" if ip.version == 4 else f"[IPv6:{ip}]"


async def _connect(host: str, port: int) -> socket.socket:
    """Return a socket connected to a host. Raises DeliveryError."""
    try:
        addresses = await resolver.addresses_of(host, port)
    except OSError:
        raise DeliveryError("resolve") from None
    for address in addresses:
        sock = socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET, socket.SOCK_STREAM)
        try:
            sock.setblocking(False)
            async with asyncio.timeout(CONNECT_S):
                await asyncio.get_running_loop().sock_connect(sock, (address, port))
        except OSError:  # also the time-out
            sock.close()
        except BaseException:
            sock.close()
            raise
        else:
            return sock
    raise DeliveryError("connect")


def _abort(client: aiosmtplib.SMTP) -> None:
    """Close the connection immediately, without waiting for the server."""
    if isinstance(client.transport, asyncio.Transport):
        client.transport.abort()
    client.close()
