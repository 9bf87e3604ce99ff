"""Callers who are limited to one search, as guests or by their token, and data that they must not see."""

import json
import re
from dataclasses import dataclass
from typing import Any

import httpx2 as httpx
from sqlmodel import Session, select
from starlette.routing import Route
from websockets.asyncio.client import connect

from board import app
from board.accounts import accounts, guests, live_changes
from board.api.routes import CALLS
from board.web.http import BASE
from models.accounts import Account
from models.times import format_utc, now
from tests.support.people import PASSWORD, PATIENCE_S, Person, Server, new_id, session_cookie
from tests.support.team import Team
from tests.support.wakes import add_wake

FIRST, REFERENCE, TIP, HANDOVER = "Zebulonne", "XQ-4711", "Tipofnobody", "Deskwordsofnight"
CARD, STRANGER, DISPLAY = "Yellowtruckfar", "Olgaelsewhere", "Wallofhall"
OWN = "Noorhere"
_VALUES = {
    "card": "1", "number": "1", "number:number": "1", "language": "en", "version": "1", "name": "index", "name:path": "index",
    "rest:path": "unknown",
}  # fmt: skip
_QUERIES = (f"?q={CARD}", f"?reference={REFERENCE}", "?limit=500")


@dataclass
class Scene:
    """Search that a limited caller sees, another one, and the texts and ids that nothing may disclose to the caller."""

    own: str
    other: str
    entity: str  # card of the other search
    stranger: str  # account that is not on the own search
    marks: tuple[str, ...]

    def traces(self, *said: str) -> list[str]:
        """Return the marks that a text contains."""
        return [mark for mark in self.marks if any(mark in text for text in said)]


async def limited_scene(team: Team) -> Scene:
    """Open two searches, with a tip, a handover, a duty, a display, and colleagues who are on neither search or only on the
    other one."""
    own = await team.alice.open_search(person={"first_name": OWN})
    stranger = await team.add_person(STRANGER, "coordinator")
    other = await stranger.open_search(person={"first_name": FIRST}, reference=f"{REFERENCE}-{new_id()}")
    await team.alice.command(own, "sighting.add", {"description": "a girl at the station"})
    await stranger.command(other, "sighting.add", {"description": CARD})
    await stranger.command("operations", "tip.add", {"description": TIP})
    tips = (await stranger.snapshot("operations"))["entities"]
    tip = max(id for kind, id in tips if kind == "tip")
    await add_wake(team.server.service, own, tip)
    entity = next(id for kind, id in (await stranger.snapshot(other))["entities"] if kind == "sighting")
    return Scene(own, other, entity, stranger.account["id"], (other, FIRST, REFERENCE, TIP, CARD, STRANGER, entity, tip))


async def limited_token(team: Team, scene: Scene, role: str = "admin", scope: str = "write") -> str:
    """Return a token that is limited to the scene's search, of a new account with a role."""
    name, service = f"zone {new_id()}", team.server.service
    email = f"program-{new_id()}@desk.example"
    await live_changes.add_account(service, email, "Program", role, PASSWORD)

    def add(session: Session) -> str:
        return accounts.add_token(session, name, scope, email, format_utc(now()), searches=[scene.own])

    return await live_changes.apply_change(service, add)


async def add_guest(server: Server, search: str, days: int = 7, *, writes: bool = False) -> Account:
    """Add a guest of a search, with the usual password."""
    email = f"guest-{new_id()}@zone.example"

    def add(session: Session) -> None:
        guests.add(session, search, email, "Gustine", now(), days=days, max_days=90, writes=writes)

    await live_changes.apply_change(server.service, add)
    await live_changes.apply_change(server.service, accounts.prepare_password(email, PASSWORD))
    return await server.service.database.read(lambda session: session.exec(select(Account).where(Account.email == email)).one())


async def connect_guest(server: Server, guest: Account) -> Person:
    """Open a socket with a session of a guest."""
    cookie = {"Cookie": f"board_session={await session_cookie(server.service, guest.email)}", "Origin": server.url}
    socket = await connect(server.ws, additional_headers=cookie, max_size=None, compression=None)
    person = Person(server, "", socket)
    person.http = httpx.AsyncClient(base_url=server.url, headers=cookie, timeout=PATIENCE_S)
    await person.wait_until(lambda: person.account)
    return person


def read_addresses(team: Team, scene: Scene) -> list[str]:
    """Return every address of a GET request: with the scene's own search, with the other one, and with all searches."""
    pages = [route.path for route in app.create_app(team.server.service).routes if isinstance(route, Route)]
    calls = [f"{BASE}{path}" for method, path in CALLS if method == "GET"]
    addresses = []
    for path in (*pages, *calls):
        for board in (scene.own, scene.other, "operations"):
            filled = _filled(path, scene, board)
            queries = (*_QUERIES, f"?board={board}&q=a") if path.startswith(BASE) and not path.endswith(".pdf") else ()
            addresses += [filled, *(f"{filled}{query}" for query in queries)]
    return sorted(set(addresses))


def _filled(path: str, scene: Scene, board: str) -> str:
    values = _VALUES | {"board": board, "id": board if "searches" in path else scene.stranger}
    return re.sub(r"\{([^}]+)\}", lambda name: values.get(name[1], scene.entity), path)


async def read_all(http: httpx.AsyncClient, addresses: list[str]) -> dict[str, httpx.Response]:
    """Return the answers to these addresses."""
    return {address: await http.get(address) for address in addresses}


def said_by(answer: httpx.Response, address: str) -> str:
    """Return the content of an answer without the address, which a page may repeat."""
    head = "".join(f"{name}: {value}\n" for name, value in answer.headers.items())
    return (head + answer.text).replace(address, "").replace(address.partition("?")[0], "")


def told(frames: list[dict[str, Any]]) -> str:
    """Return the frames as text, without the refusals of subscriptions, which repeat what the client asked for."""
    return json.dumps([frame for frame in frames if frame["type"] != "error"], ensure_ascii=False)
