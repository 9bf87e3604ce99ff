"""Base of all attackers: HTTP calls, tallied and searched for leaks, and loops that run several calls at a time."""

import asyncio
import contextlib
import itertools
import json
import uuid
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import quote

import httpx2 as httpx
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import WebSocketException

from tests.tools.attack.tally import Tally
from tests.tools.attack.target import Target

TIMEOUT_S = 30.0
PAUSE_S = 0.05  # after a failed or refused call; a longer pause would make the attack weaker
Attempt = Callable[[int], Awaitable[None]]


class Attacker:
    """Attacker with a bearer token, or a stranger without one. `attack` runs until it is cancelled."""

    role = ""

    def __init__(self, target: Target) -> None:
        self.target, self.tally = target, Tally()
        self._numbers = itertools.count()
        token = target.tokens.get(self.role)
        self.headers = {"Authorization": f"Bearer {token}"} if token else {}
        limits = httpx.Limits(max_connections=None, max_keepalive_connections=None)
        self.http = httpx.AsyncClient(headers=self.headers, timeout=TIMEOUT_S, trust_env=False, limits=limits)

    async def attack(self) -> None:
        async with self.http, asyncio.TaskGroup() as tasks:
            for attempt, abreast in self.attempts().items():
                for _ in range(abreast):
                    tasks.create_task(self._repeat(attempt))

    def attempts(self) -> dict[Attempt, int]:
        """Return the attempts of this attacker, each with the number of simultaneous loops."""
        raise NotImplementedError

    async def _repeat(self, attempt: Attempt) -> None:
        while True:
            with contextlib.suppress(httpx.HTTPError, OSError, WebSocketException, TimeoutError, EOFError):
                await attempt(next(self._numbers))
            await asyncio.sleep(PAUSE_S)

    # -- calls --------------------------------------------------------------------------------------------------------

    def url(self, number: int) -> str:
        return self.target.urls[number % len(self.target.urls)]

    def board(self, number: int) -> str:
        return self.target.boards[number % len(self.target.boards)]

    async def call(self, attempt: str, method: str, path: str, **options: Any) -> httpx.Response:
        """Call one of the servers; tally the answer. Raises httpx.HTTPError."""
        try:
            answer = await self.http.request(method, self.url(next(self._numbers)) + path, **options)
        except httpx.HTTPError as error:
            self.tally.count(attempt, type(error).__name__)
            raise
        self.tally.count(attempt, str(answer.status_code))
        self._search(attempt, path, answer)
        return answer

    def _search(self, attempt: str, path: str, answer: httpx.Response) -> None:
        """Report an internal error, and an answer that names the members-only search."""
        if answer.status_code == 500:
            self.tally.report(f"{attempt}: {path.partition('?')[0]} answered 500")
        if self.target.secret_name in answer.text:
            self.tally.report(f"{attempt}: {path.partition('?')[0]} names the members-only search")

    async def command(self, attempt: str, board: str, name: str, data: dict[str, Any]) -> httpx.Response:
        body = {"id": str(uuid.uuid4()), "name": name, "data": data}
        return await self.call(attempt, "POST", f"/api/v1/boards/{board}/commands", json=body)

    async def must_refuse(self, attempt: str, method: str, path: str, **options: Any) -> None:
        """Call an address that this attacker must not reach; report any success."""
        answer = await self.call(attempt, method, path, **options)
        if answer.is_success:
            self.tally.report(f"{attempt}: {method} {path.partition('?')[0]} succeeded")

    async def upload(self, attempt: str, board: str, name: str, content: bytes) -> httpx.Response:
        """Send a file in one part, and finish it."""
        path = f"/api/v1/boards/{board}/uploads/{uuid.uuid4()}"
        headers = {"Upload-Offset": "0", "Upload-Length": str(len(content)), "Upload-Name": quote(name)}
        answer = await self.call(attempt, "PATCH", path, content=content, headers=headers)
        return await self.call(f"{attempt}, finished", "POST", f"{path}/finish", json={}) if answer.is_success else answer

    def socket(self, number: int) -> "connect":
        """Open a socket; use it in an `async with` block."""
        url = self.url(number).replace("http", "ws", 1) + "/ws"
        return connect(url, additional_headers=self.headers, compression=None, max_size=None, close_timeout=1)

    async def flood(self, attempt: str, socket: ClientConnection, frames: Any) -> None:
        """Send frames as fast as the server reads them, until it closes the socket; tally the answers."""
        reading = asyncio.create_task(self._read(attempt, socket))
        try:
            for frame in frames:
                await socket.send(frame)
        finally:
            self.tally.count(attempt, f"closed {socket.close_code}" if socket.close_code else "sent all")
            await socket.close()
            await reading

    async def _read(self, attempt: str, socket: ClientConnection) -> None:
        with contextlib.suppress(WebSocketException):
            async for text in socket:
                frame = json.loads(text)
                if frame["type"] in ("ack", "refused", "error"):
                    self.tally.count(attempt, frame.get("code", frame["type"]))
                if self.target.secret_name in str(text):
                    self.tally.report(f"{attempt}: a frame names the members-only search")
