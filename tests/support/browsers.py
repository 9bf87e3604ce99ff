"""Browser windows of the team on one server, each person's in a separate browser context."""

import contextlib
import time
import uuid
from collections.abc import AsyncIterator
from math import inf
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import httpx2 as httpx
from playwright.async_api import Browser, BrowserContext

from board.accounts import live_changes
from tests.support.browser_window import DESKTOP_SIZE, PATIENCE_MS, Window
from tests.support.people import HTTP_TIMEOUT, PASSWORD, Server, new_id, running_server

# The tour is offered only where a test asks for it. A page that has no address has no storage.
NO_TOUR = """location.protocol.startsWith("http") && localStorage.setItem("searchboard:tours-closed", '"all"')"""
RECENT_S = 300  # half of the time after which a factor is asked for again
ROLES = {"Alice": "coordinator", "Bob": "investigator", "Charlie": "investigator", "Victor": "viewer"}


class SignedInUser:
    """Person with a session: the cookie for windows, and the HTTP calls."""

    def __init__(self, name: str, url: str, domain: str, password: str) -> None:
        self.name, self.email, self._password = name, f"{name.lower()}@{domain}", password
        self.http = httpx.AsyncClient(base_url=url, headers={"Origin": url}, timeout=HTTP_TIMEOUT)
        self._signed_in_at = -inf

    async def sign_in(self) -> None:
        self._signed_in_at = time.monotonic()
        answer = await self.http.post("/login", data={"email": self.email, "password": self._password})
        assert answer.status_code == 303, answer.text

    @property
    def is_recent(self) -> bool:
        """Return True while exports and pages of administrators do not ask for the password again."""
        return time.monotonic() < self._signed_in_at + RECENT_S

    async def own_id(self) -> str:
        return str((await self.http.get("/api/v1/me")).json()["id"])

    @property
    def cookie(self) -> str:
        return str(self.http.cookies["board_session"])

    async def command(self, board: str, name: str, data: dict[str, Any], **more: Any) -> dict[str, Any]:
        """Give a command over HTTP; return its ack."""
        body = {"id": new_id(), "name": name, "data": data} | more
        answer = await self.http.post(f"/api/v1/boards/{board}/commands", json=body)
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    async def add(self, board: str, name: str, data: dict[str, Any]) -> str:
        """Give a command that adds an entity; return its id. The server's own events may follow the entity's."""
        first = (await self.command(board, name, data))["seqs"][0]
        return next(str(event["id"]) for event in await self.events(board) if event["seq"] == first)

    async def attach(self, board: str, content: bytes, **data: Any) -> str:
        """Send a small file over HTTP and attach it; return its id."""
        path = f"/api/v1/boards/{board}/uploads/{uuid.uuid4()}"
        headers = {"Upload-Offset": "0", "Upload-Length": str(len(content)), "Upload-Name": "photo.jpg"}
        sent = await self.http.patch(path, content=content, headers=headers)
        assert sent.status_code == 200, sent.text
        finished = await self.http.post(f"{path}/finish", json={})
        assert finished.status_code == 200, finished.text
        ack = await self.command(board, "file.attach", {"upload": path.rpartition("/")[2]} | data)
        return str(next(event["id"] for event in await self.events(board) if event["seq"] == ack["seqs"][0]))

    async def entities(self, board: str) -> list[dict[str, Any]]:
        answer = await self.http.get(f"/api/v1/boards/{board}")
        assert answer.status_code == 200, answer.text
        return list(answer.json()["entities"])

    async def events(self, board: str) -> list[dict[str, Any]]:
        answer = await self.http.get(f"/api/v1/boards/{board}/events", params={"limit": 1000})
        assert answer.status_code == 200, answer.text
        return list(answer.json()["events"])


class Browsers:
    """Windows on a server. Leaving it closes them, and fails on any page error that no test had announced."""

    def __init__(self, browser: Browser, url: str, domain: str = "desk.example", password: str = PASSWORD) -> None:
        self.browser, self.url, self._domain, self._password = browser, url, domain, password
        self.server: Server | None = None
        self.people: dict[str, SignedInUser] = {}
        self.windows: list[Window] = []

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        await self.clear()
        for person in self.people.values():
            await person.http.aclose()

    async def clear(self) -> None:
        """Close the windows of a test, and fail on unexpected errors."""
        unexpected = {window.name: window.unexpected() for window in self.windows if window.unexpected()}
        for window in self.windows:
            await self._forget_former_session(window)
            await window.context.close()
        self.windows.clear()
        assert not unexpected, unexpected

    async def _forget_former_session(self, window: Window) -> None:
        """Forget a person whose session got a new cookie in a window, as after a proof of identity."""
        person = self.people.get(window.name)
        if window.page.is_closed():
            return
        cookies = [each["value"] for each in await window.context.cookies() if each["name"] == "board_session"]
        if person is not None and cookies != [person.cookie]:
            await self.people.pop(window.name).http.aclose()

    async def person(self, name: str) -> SignedInUser:
        """Return a person of the team, signed in."""
        if name not in self.people:
            self.people[name] = SignedInUser(name, self.url, self._domain, self._password)
        if not self.people[name].is_recent:
            await self.people[name].sign_in()
        return self.people[name]

    async def window(self, name: str, *, url: str | None = None, tour: bool = False, **more: Any) -> Window:
        """Open a new window of a person, in its own context. `url`: address of a proxy in front of the server.

        Without motion: drawing a changed card for 1.6 s takes a tenth of all the browser's time.
        """
        person, given = await self.person(name), {"viewport": DESKTOP_SIZE, "reduced_motion": "reduce"} | more
        context = await self.browser.new_context(base_url=url or self.url, **given)
        await context.add_cookies([{"name": "board_session", "value": person.cookie, "url": url or self.url}])
        return await self._open(name, context, person.http, tour)

    async def stranger(self, *, url: str | None = None, **more: Any) -> Window:
        """Open a window that is not signed in. `url`: address of a proxy in front of the server."""
        context = await self.browser.new_context(base_url=url or self.url, **({"viewport": DESKTOP_SIZE} | more))
        return await self._open("stranger", context, httpx.AsyncClient(base_url=self.url))

    async def _open(self, name: str, context: BrowserContext, http: httpx.AsyncClient, tour: bool = False) -> Window:
        context.set_default_timeout(PATIENCE_MS)
        if not tour:
            await context.add_init_script(NO_TOUR)
        window = Window(name, await context.new_page(), context, http=http)
        window.listen()
        self.windows.append(window)
        return window

    async def both_at(self, board: str) -> tuple[Window, Window]:
        """Open Alice's and Bob's windows on a search."""
        alice, bob = await self.window("Alice"), await self.window("Bob")
        for window in (alice, bob):
            await window.open(f"/searches/{board}")
        return alice, bob

    async def search(self, **data: Any) -> str:
        """Open a new search as Alice; return its id."""
        alice = await self.person("Alice")
        given = {"kind": "runaway", "person": {"first_name": "Noor"}, "missing_since": "2026-11-24T15:10:00Z"}
        return str((await alice.command("operations", "search.open", given | data))["opened"])

    async def same(self, alice: Window, bob: Window, board: str) -> None:
        """Check that both windows equal the server's board, column by column."""
        assert await alice.same_as_server(board) == await bob.same_as_server(board)

    async def sighting(self, board: str, description: str) -> str:
        """Add a sighting as Alice; return its id."""
        alice = await self.person("Alice")
        return await alice.add(board, "sighting.add", {"description": description})


async def create_accounts(server: Server) -> None:
    """Create the team's accounts on a server in this process."""
    for name, role in ROLES.items():
        await live_changes.add_account(server.service, f"{name.lower()}@desk.example", name, role, PASSWORD)


@contextlib.asynccontextmanager
async def handover_desk(browser: Browser, folder: Path) -> AsyncIterator[Browsers]:
    """Run a server with the team, with Dora, who is a coordinator like Alice, and two searches."""
    async with running_server(folder) as server:
        await create_accounts(server)
        await live_changes.add_account(server.service, "dora@desk.example", "Dora", "coordinator", PASSWORD)
        async with Browsers(browser, server.url) as working:
            working.server = server
            for name in ("Mila", "Noor"):
                await working.search(person={"first_name": name}, reference=f"N-{name}")
            yield working
