"""Client of a display: paired by a coordinator, with a socket and a replica of each board."""

import itertools
from dataclasses import dataclass, field
from typing import Any

import httpx2 as httpx
from websockets.asyncio.client import connect

from tests.support.people import PATIENCE_S, Person, Server

_screens = itertools.count(1)


@dataclass
class DisplayBrowser:
    """Browser of a display as the server sees it: its cookies, and all bytes that it has received."""

    server: Server
    received: list[bytes] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.http = httpx.AsyncClient(base_url=self.server.url, headers={"Origin": self.server.url}, timeout=PATIENCE_S)

    async def request(self, method: str, path: str, **more: Any) -> httpx.Response:
        response = await self.http.request(method, path, **more)
        self.received += [response.content, str(response.headers).encode()]
        return response

    @property
    def cookie(self) -> str:
        return "; ".join(f"{name}={value}" for name, value in self.http.cookies.items())

    async def pairing_code(self) -> str:
        """Pairing code that the screen shows."""
        return str((await self.request("POST", "/api/v1/wall/codes")).json()["code"])

    async def pairing_state(self) -> str:
        return str((await self.request("GET", "/api/v1/wall/codes/mine")).json()["state"])

    async def connect(self, bearer: str = "", query: str = "", *, origin: str | None = None) -> Person:
        """Open the display's socket. With a bearer token besides the cookie, the socket is that person's, unless `query`
        requests the display's."""
        headers = {"Cookie": self.cookie} | ({"Authorization": f"Bearer {bearer}"} if bearer else {})
        more: Any = {"origin": origin or self.server.url, "additional_headers": headers}
        socket = await connect(self.server.ws + query, max_size=None, compression=None, **more)
        display = Person(self.server, "", socket)
        await display.wait_until(lambda: display.account)
        return display

    async def close(self) -> None:
        await self.http.aclose()


async def pair_browser(
    lead: Person, browser: DisplayBrowser, boards: list[str], profile: str = "room", **more: Any
) -> dict[str, Any]:
    """Type the screen's code as a coordinator; return the display as it is listed."""
    code = await browser.pairing_code()
    data = {"code": code, "name": f"Screen {next(_screens)}", "profile": profile, "language": "en", "shows": {"boards": boards}}
    response = await lead.http.post("/api/v1/displays", json=data | more)
    assert response.status_code == 201, response.text
    assert await browser.pairing_state() == "paired"
    return dict(response.json())
