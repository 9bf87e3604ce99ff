"""Real receiver of webhooks that a test can stop, restart, and make hang or refuse."""

import asyncio
import base64
import contextlib
import hmac
import json
import ssl
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

from tests.support.listening import stop_listening

SECRET = "whsec_" + base64.b64encode(b"a key of at least twenty-four bytes").decode()


@dataclass(frozen=True)
class Request:
    """Request as it came over the wire."""

    line: str
    headers: dict[str, str]
    body: bytes

    @property
    def id(self) -> str:
        return self.headers["webhook-id"]

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    def is_signed_by(self, secret: str) -> bool:
        """Return True if the signature is valid, checked by the specification without the product's code."""
        key = base64.b64decode(secret.removeprefix("whsec_"))
        signed = f"{self.id}.{self.headers['webhook-timestamp']}.{self.body.decode()}"
        wanted = "v1," + base64.b64encode(hmac.new(key, signed.encode(), "sha256").digest()).decode()
        return wanted in self.headers["webhook-signature"].split(" ")


class WebhookReceiver:
    """Receiver on a fixed port. It answers with `status`, after waiting for `hold`."""

    def __init__(self, tls: ssl.SSLContext | None = None) -> None:
        self._tls = tls
        self.port = 0
        self.status = 204
        self.location = ""
        self.hold: asyncio.Event | None = None
        self.held = asyncio.Event()
        self.requests: list[Request] = []  # all received requests, answered or not
        self.at_once = self.most_at_once = 0
        self._server: asyncio.Server | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._writers: set[asyncio.StreamWriter] = set()

    @property
    def url(self) -> str:
        return f"{'https' if self._tls else 'http'}://127.0.0.1:{self.port}/hook?token=quiet-canary"

    async def start(self) -> None:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", self.port, ssl=self._tls)
        self.port = self._server.sockets[0].getsockname()[1]

    async def kill(self) -> None:
        """End all connections immediately, and stop listening."""
        if self._server is None:
            return
        await stop_listening(self._server)
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        for writer in self._writers:
            writer.transport.abort()
        self._writers.clear()
        await self._server.wait_closed()
        self._server = None

    def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writers.add(writer)
        task = asyncio.create_task(self._serve_one(reader, writer))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _serve_one(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError, asyncio.IncompleteReadError):  # the sender went away
            await self._answer(reader, writer)
        writer.transport.abort()

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
        headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in head[1:] if line)}
        body = await reader.readexactly(int(headers["content-length"]))
        self.requests.append(Request(head[0], headers, body))
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        try:
            self.held.set()
            if self.hold is not None:
                await self.hold.wait()
        finally:
            self.at_once -= 1
        more = f"location: {self.location}\r\n" if self.location else ""
        writer.write(f"HTTP/1.1 {self.status} Answer\r\n{more}content-length: 2\r\nconnection: close\r\n\r\nok".encode())
        await writer.drain()


@contextlib.asynccontextmanager
async def running_receiver(**given: Any) -> AsyncIterator[WebhookReceiver]:
    """Run a receiver."""
    receiver = WebhookReceiver(**given)
    await receiver.start()
    try:
        yield receiver
    finally:
        await receiver.kill()
