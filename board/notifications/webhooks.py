"""Webhooks about alarms: signed POST requests to the receivers of the settings."""

import asyncio
import base64
import hmac
import ssl
from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import partial
from typing import Any

import httpx2
import orjson

from board.config.notification_settings import Webhook
from board.config.settings import VERSION
from board.notifications.addresses import AddressRefused, checked_addresses
from board.notifications.delivery_error import DeliveryError, connection_code
from board.notifications.notice import Notice, Send
from models.ids import new_id
from models.times import format_utc, now

CONNECT_S = 5.0  # for each address of the receiver
GONE = 410  # in the specification of Standard Webhooks: the receiver wants no further webhooks


class WebhookSender:
    """Webhooks to one receiver. `public_url`: address of the board."""

    def __init__(
        self, webhook: Webhook, keys: Sequence[bytes], public_url: str, tls: ssl.SSLContext, *, allow_private: bool = False
    ) -> None:
        self._url, self._keys, self._public_url, self._tls = httpx2.URL(webhook.url), keys, public_url, tls
        self._allow_private = allow_private

    def prepare(self, notice: Notice, at: datetime) -> Send:
        """Compose a webhook; return the function that sends it, which raises DeliveryError."""
        return partial(self.post, notice.id, notice.body(self._public_url), at)

    async def send_test(self) -> None:
        """Send a test webhook for an administrator. Raises DeliveryError."""
        at, id = now(), new_id()
        await self.post(id, {"type": "test", "timestamp": format_utc(at), "data": {"id": id}}, at)

    async def post(self, id: str, body: dict[str, Any], at: datetime) -> None:
        """Post a body; when this returns, the receiver has accepted it. Raises DeliveryError."""
        content = orjson.dumps(body)
        headers = signed_headers(id, int(at.timestamp()), content, self._keys) | {
            "content-type": "application/json", "user-agent": f"Searchboard/{VERSION}", "host": self._url.netloc.decode("ascii"),
        }  # fmt: skip
        for address in await self._addresses():
            try:
                status = await self._post_to(address, content, headers)
            except (httpx2.ConnectError, httpx2.ConnectTimeout) as error:
                if (code := connection_code(error)) == "tls":
                    raise DeliveryError(code) from None
                continue
            except (httpx2.HTTPError, httpx2.InvalidURL, OSError) as error:
                raise DeliveryError("http" if isinstance(error, httpx2.ProtocolError) else connection_code(error)) from None
            if not 200 <= status < 300:
                raise DeliveryError(f"http_{status}", final=status == GONE)
            return
        raise DeliveryError("connect")

    async def check(self) -> None:
        """Connect to the receiver, without sending anything. Raises DeliveryError."""
        is_https, port = self._url.scheme == "https", self._port
        for address in await self._addresses():
            try:
                async with asyncio.timeout(CONNECT_S):
                    _, writer = await asyncio.open_connection(
                        address, port, ssl=self._tls if is_https else None, server_hostname=self._host if is_https else None
                    )
                writer.transport.abort()
            except OSError as error:  # also the time-out
                if connection_code(error) == "tls":
                    raise DeliveryError("tls") from None
                continue
            return
        raise DeliveryError("connect")

    @property
    def _host(self) -> str:
        return self._url.raw_host.decode("ascii")

    @property
    def _port(self) -> int:
        return self._url.port or (443 if self._url.scheme == "https" else 80)

    async def _addresses(self) -> list[str]:
        try:
            return await checked_addresses(self._host, self._port, self._allow_private)
        except AddressRefused:
            raise DeliveryError("private_address") from None
        except OSError:
            raise DeliveryError("resolve") from None

    async def _post_to(self, address: str, content: bytes, headers: dict[str, str]) -> int:
        """Return the status of the answer, without reading its body.

        The request goes to the checked address, without a proxy; certificate and Host are those of the name. Redirects are not
        followed.
        """
        timeout = httpx2.Timeout(None, connect=CONNECT_S)
        async with (
            httpx2.AsyncClient(verify=self._tls, trust_env=False, follow_redirects=False, timeout=timeout) as client,
            client.stream(
                "POST", self._url.copy_with(host=address), content=content, headers=headers,
                extensions={"sni_hostname": self._host},
            ) as answer,
        ):  # fmt: skip
            return answer.status_code


def signed_headers(id: str, timestamp: int, body: bytes, keys: Iterable[bytes]) -> dict[str, str]:
    """Return the headers that identify and sign a webhook (Standard Webhooks, version 1): for each key, an HMAC-SHA-256 of id,
    time in seconds, and body."""
    content = f"{id}.{timestamp}.".encode() + body
    signatures = (base64.b64encode(hmac.digest(key, content, "sha256")).decode() for key in keys)
    signature = " ".join(f"v1,{digest}" for digest in signatures)
    return {"webhook-id": id, "webhook-timestamp": str(timestamp), "webhook-signature": signature}
