"""Stranger: guesses passwords from many networks, floods pages and static files, and sends broken requests."""

import asyncio
import contextlib
import secrets
from urllib.parse import urlsplit

from tests.tools.attack.attacker import Attacker, Attempt

CONNECTIONS = 150
HALF_OPEN_S = 5.0
SMUGGLED = (
    b"POST /login HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"
    b"GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n"
)


class Stranger(Attacker):
    def attempts(self) -> dict[Attempt, int]:
        return {
            self.guess_from_one_address: 4,
            self.guess_from_three_networks: 6,
            self.guess_from_a_site: 4,
            self.read_pages: CONNECTIONS,
            self.open_sockets: 4,
            self.smuggle: 1,
            self.send_slowly: 10,
            self.ask_for_codes: 2,
            self.read_private_pages: 1,
        }

    async def guess(self, attempt: str, address: str) -> None:
        headers = {"X-Forwarded-For": address, "Sec-Fetch-Site": "same-origin"}
        form = {"email": self.target.victim, "password": secrets.token_urlsafe(9)}
        await self.call(attempt, "POST", "/login", data=form, headers=headers)

    async def guess_from_one_address(self, number: int) -> None:
        await self.guess("guess, one address", "203.0.113.7")

    async def guess_from_three_networks(self, number: int) -> None:
        await self.guess("guess, three /64", f"2001:db8:{number % 3}::{number % 65_000:x}")

    async def guess_from_a_site(self, number: int) -> None:
        await self.guess("guess, a /48", f"2001:db8:99:{number % 65_000:x}::1")

    async def read_pages(self, number: int) -> None:
        path = ("/login", "/static/icon.svg", "/help", "/", "/static/board.png")[number % 5]
        await self.call("pages and static files", "GET", path, headers={"X-Forwarded-For": f"198.51.100.{number % 3}"})

    async def open_sockets(self, number: int) -> None:
        async with self.socket(number):
            self.tally.report("a socket opened without signing in")

    async def smuggle(self, number: int) -> None:
        answer = await self._raw(number, SMUGGLED, 2.0)
        self.tally.count("TE with CL", answer[9:12].decode("ascii", "replace") or "closed")
        if answer.count(b"HTTP/1.1") > 1:
            self.tally.report("a request with TE and CL was answered twice")

    async def send_slowly(self, number: int) -> None:
        answer = await self._raw(number, b"GET /login HTTP/1.1\r\nHost: x\r\nX-Slow: ", HALF_OPEN_S)
        self.tally.count("half a request", answer[9:12].decode("ascii", "replace") or "closed or waiting")

    async def _raw(self, number: int, content: bytes, wait_s: float) -> bytes:
        address = urlsplit(self.url(number))
        reader, writer = await asyncio.open_connection(address.hostname, address.port)
        try:
            writer.write(content)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(wait_s):
                    return await reader.read(65_536)
            return b""
        finally:
            writer.close()

    async def ask_for_codes(self, number: int) -> None:
        await self.call("pairing codes", "POST", "/api/v1/wall/codes", headers={"Sec-Fetch-Site": "same-origin"})

    async def read_private_pages(self, number: int) -> None:
        paths = (
            "/metrics",
            "/api/v1/audit",
            f"/api/v1/boards/{self.board(0)}",
            "/audit",
            f"/searches/{self.board(0)}/history.pdf",
        )
        headers = {"X-Forwarded-For": "203.0.113.9"}  # /metrics is open to this machine itself
        await self.must_refuse("private pages", "GET", paths[number % len(paths)], headers=headers, follow_redirects=False)
