"""Search with everything that can be read, and a record of the audit journal."""

import re
from typing import Any

import httpx2 as httpx

from board.audit import outlets
from models.board import OPERATIONS
from tests.support import handover_steps, pictures_with_metadata, uploads
from tests.support.audit_record import AuditRecord
from tests.support.people import Person, new_id
from tests.support.team import Team

POSTER: dict[str, Any] = {
    "what": "poster", "languages": ["fr"], "shows": ["age"], "until": "2099-01-01T00:00:00Z", "decided_by": "the prosecutor",
}  # fmt: skip
OUTCOME = {"found_at": "2026-11-24T15:10:00Z", "condition": "well", "how": "police"}
CLOSED = {"status": "closed", "reason": "over", "acknowledge": "as it is"}
DRAFT = {"what": "poster", "language": "fr", "shows": ["age"]}
BODIES: dict[str, Any] = {  # request bodies of the calls that need one
    "POST /api/v1/boards/{board}/materials/texts": {"languages": ["fr"], "shows": ["age"]},
    "POST /api/v1/earlier": {"first_name": "Noor"},
    "POST /api/v1/boards/{board}/similar": {"text": "a girl"},
    "POST /api/v1/boards/{board}/materials/preview.pdf": DRAFT,
    "POST /api/v1/boards/{board}/materials/preview.png": DRAFT,
}
LAST_SEEN = {"text": "Gent", "lat": 51.0471, "lon": 3.7302}
UNTIL = "?until=2026-11-24T17:00:00Z"
QUERIES = {  # requests of a route that together cause all of its entries
    "GET /api/v1/boards/{board}": ("", "?at=1"),
    "GET /api/v1/boards/{board}/timeline": ("", "?at=1"),
    "GET /api/v1/boards/{board}/contradictions": ("", "?at=1"),
    "GET /api/v1/boards/{board}/reach": (UNTIL, f"{UNTIL}&at=1"),
    "GET /api/v1/boards/{board}/sightings/{sighting}/comparison": ("", "?at={seq}"),
    "GET /api/v1/find": ("?q=girl",),
    "GET /api/v1/since": ("?board={board}",),
    "GET /api/v1/watch": ("?from=2020-11-01T00:00:00Z&to=2020-11-02T00:00:00Z",),
}
APART = ("GET /wall/", "GET /disclosure/", "GET /retention")
READS = {  # routes all of whose entries are reads
    name: [entry.TYPE for entry in outlet.entries]
    for name, outlet in (outlets.CALLS | outlets.PAGES).items()
    if outlet.entries and all(entry.GROUP == "reads" for entry in outlet.entries) and not name.startswith(APART)
}  # except those of displays, and of pages that no token reaches
OF_ADMINISTRATORS = {
    name for name in READS if name.split(" ")[1].startswith(("/api/v1/audit", "/audit", "/accounts"))
}  # fmt: skip


async def talked_with(alice: Person, search: str, why: str = "a quarrel") -> str:
    """Set a search to found, and record the talk with the child; return its id."""
    await alice.command(search, "search.set_status", {"status": "found", "reason": "at home", "outcome": OUTCOME})
    await alice.command(search, "search.set_talk", {"why": why})
    return search


class AuditScene:
    """Members-only search of Alice and Bob. `why`: answer in the talks with the child."""

    why = "a quarrel"

    def __init__(self, team: Team) -> None:
        self.team, self.record = team, AuditRecord(team.server.service)
        self.reference = f"R-{new_id()}"
        self.ids: dict[str, str] = {}  # by the names of parameters in routes

    @property
    def search(self) -> str:
        return self.ids["board"]

    async def prepare(self) -> "AuditScene":
        alice = self.team.alice
        earlier = {"k1": {"search": await talked_with(alice, await alice.open_search(), self.why)}}
        await alice.command(earlier["k1"]["search"], "search.set_status", CLOSED)
        search = await self.team.secret_search(self.team.bob, reference=self.reference, last_seen=LAST_SEEN, earlier=earlier)
        await talked_with(alice, search, self.why)
        await alice.command(search, "search.set_status", {"status": "open", "reason": "gone again"})
        photo = await uploads.attach(alice, search, pictures_with_metadata.jpeg())
        document = await uploads.attach(alice, search, b"plain words", "statement.txt")
        await alice.command(search, "sighting.add", {"description": "a girl", "source_name": "Griet"})
        await alice.command(search, "contact.add", {"name": "An", "email": "an@example.org"})
        await alice.command(search, "search.set_appeal", {"level": "posters"})
        await alice.command(search, "material.approve", POSTER)
        await alice.command(OPERATIONS, "tip.add", {"description": "a boy", "source_name": "Jan"})
        await alice.command(OPERATIONS, "report.add", {"source_name": "Samira", "person": {"first_name": "Lina"}})
        number = await handover_steps.hand_to_sign(alice)
        ids = {kind: id for board in (search, OPERATIONS) for kind, id in (await alice.snapshot(board))["entities"]}
        self.ids = {name: ids[name] for name in ("sighting", "material", "tip", "report", "contact")}
        self.ids |= {"board": search, "id": search, "file": photo, "document": document}
        self.ids |= {"seq": str((await alice.snapshot(search))["seq"]), "number": str(number), "number:number": str(number)}
        await self.record.restart()
        return self

    def path(self, route: str) -> str:
        """Return the path of a route with the ids of this search."""
        if route.endswith("/content"):
            route = route.replace("{file}", "{document}")
        return re.sub(r"\{([a-z:]+)\}", lambda name: self.ids.get(name[1], "none"), route)

    async def request(self, http: httpx.AsyncClient, name: str) -> list[httpx.Response]:
        """Send the requests of a route."""
        method, route = name.split(" ")
        more = {"json": BODIES[name]} if name in BODIES else {}
        return [await http.request(method, self.path(route + query), **more) for query in QUERIES.get(name, ("",))]
