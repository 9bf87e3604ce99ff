"""Demo to be photographed: the invented searches as seen from one fixed moment, served in this process."""

import asyncio
import contextlib
import tempfile
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx2 as httpx

from board import app
from board.accounts import accounts
from board.accounts.login import Login
from board.alarms.escalation import Escalation
from board.config.settings import Settings
from board.demo.seed import create
from board.server.listening_socket import listen
from board.server.serve import GracefulServer, uvicorn_config
from board.service import BoardService
from models import times
from tests.support.people import PATIENCE_S, new_id

MOMENT = datetime(2026, 11, 26, 8, 22, 7, tzinfo=UTC)  # a Thursday, 9:22:07 in Brussels; from there the clock runs


@dataclass
class Demo:
    """Running demo: its address, and a way to act in it as one of its people."""

    service: BoardService
    url: str
    boards: dict[str, str] = field(default_factory=dict)  # id of a search by the reference of the demo, such as DEMO-10
    cards: dict[str, str] = field(default_factory=dict)  # id of a card by "sighting" and "task", of the search DEMO-10
    numbers: dict[str, str] = field(default_factory=dict)  # other ids, and what a scene made, for the addresses of shots
    _http: dict[str, httpx.AsyncClient] = field(default_factory=dict)

    async def http(self, person: str) -> httpx.AsyncClient:
        """Return the HTTP client of a person, with a session."""
        if person not in self._http:
            email = f"{person}@demo.example"
            found = await self.service.database.read(lambda session: accounts.find(session, email))
            cookie = await Login(self.service).start_session(found)
            assert cookie
            headers, cookies = {"Origin": self.url}, {"board_session": cookie}
            self._http[person] = httpx.AsyncClient(base_url=self.url, headers=headers, cookies=cookies, timeout=PATIENCE_S)
        return self._http[person]

    async def cookie(self, person: str) -> str:
        return str((await self.http(person)).cookies["board_session"])

    async def get(self, person: str, path: str) -> Any:
        answer = await (await self.http(person)).get(f"/api/v1{path}")
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def post(self, person: str, path: str, data: dict[str, Any]) -> Any:
        answer = await (await self.http(person)).post(f"/api/v1{path}", json=data)
        assert answer.status_code in (200, 201), answer.text
        return answer.json()

    async def command(self, person: str, board: str, name: str, data: dict[str, Any]) -> Any:
        return await self.post(person, f"/boards/{board}/commands", {"id": new_id(), "name": name, "data": data})

    async def entities(self, person: str, board: str, kind: str) -> list[dict[str, Any]]:
        """Return what a person sees of a kind on a board, the oldest first."""
        shown = (await self.get(person, f"/boards/{board}"))["entities"]
        return sorted((each for each in shown if each["kind"] == kind), key=lambda each: str(each["id"]))

    async def pair(self, boards: list[str], profile: str, theme: str, language: str, name: str) -> tuple[str, dict[str, str]]:
        """Pair a display as the coordinator; return its id, and the cookies of its screen."""
        async with httpx.AsyncClient(base_url=self.url, headers={"Origin": self.url}, timeout=PATIENCE_S) as screen:
            code = (await screen.post("/api/v1/wall/codes")).json()["code"]
            shows = {"boards": boards, "every_s": 60}
            given = {"code": code, "name": name, "profile": profile, "language": language, "theme": theme}
            display = await self.post("alice", "/displays", given | {"shows": shows})
            assert (await screen.get("/api/v1/wall/codes/mine")).json() == {"state": "paired"}
            return str(display["id"]), dict(screen.cookies)

    async def unpair(self, display: str) -> None:
        """Remove a display, so that the list of displays does not have those that were photographed."""
        answer = await (await self.http("alice")).delete(f"/api/v1/displays/{display}")
        assert answer.status_code == 200, answer.text

    async def close(self) -> None:
        for each in self._http.values():
            await each.aclose()


@contextlib.asynccontextmanager
async def running_demo() -> AsyncIterator[Demo]:
    """Create the demo in a temporary folder, and serve it until the block ends."""
    with tempfile.TemporaryDirectory(prefix="pictures-") as folder, shifted_clock(MOMENT):
        settings = _settings(Path(folder))
        await create(settings, MOMENT)
        service = await BoardService.open(settings)
        listening, started = listen(settings), asyncio.Event()
        server = GracefulServer(uvicorn_config(app.create_app(service)), service, started.set)
        server.capture_signals = contextlib.nullcontext  # type: ignore[assignment]
        running = asyncio.create_task(server.serve(sockets=[listening]))
        escalating = asyncio.create_task(Escalation(service).run())
        demo = Demo(service, f"http://127.0.0.1:{listening.getsockname()[1]}")
        try:
            async with asyncio.timeout(PATIENCE_S):
                await started.wait()
            await _look_around(demo)
            yield demo
        finally:
            await demo.close()
            escalating.cancel()
            await asyncio.gather(escalating, return_exceptions=True)
            server.should_exit = True
            await running
            await service.close()


@contextlib.contextmanager
def shifted_clock(moment: datetime) -> Iterator[None]:
    """Let `models.times.now` begin at a moment, and run on from there."""
    ahead = moment - datetime.now(UTC)

    class Shifted(datetime):
        @classmethod
        def now(cls, tz: Any = None) -> datetime:  # type: ignore[override]
            return datetime.now(tz) + ahead

    kept = vars(times)
    before = kept["datetime"]
    kept["datetime"] = Shifted
    try:
        yield
    finally:
        kept["datetime"] = before


def _settings(folder: Path) -> Settings:
    return Settings(
        _env_file=None,
        database_url=f"sqlite:///{folder}/board.db",
        redis_url=None,
        host="127.0.0.1",
        port=0,
        workers=1,
        log_level="ERROR",
        max_sockets_per_account=0,
        max_messages_per_second=0,
        max_intake_per_minute=0,
        max_documents_per_minute=0,
    )


async def _look_around(demo: Demo) -> None:
    """Note the ids that the addresses of pages need."""
    for each in (await demo.get("alice", "/boards/operations"))["entities"]:
        if each["kind"] == "search":
            demo.boards[each["state"]["reference"]] = each["id"]
            demo.numbers.setdefault(each["state"]["status"], each["id"])  # a search that is open, found and closed
    mila, noor = demo.boards["DEMO-10"], demo.boards["DEMO-01"]
    shown = await demo.get("alice", f"/boards/{mila}")
    for kind in ("sighting", "task"):
        demo.cards[kind] = next(
            each["id"] for each in shown["entities"] if each["kind"] == kind and not each["state"]["withdrawn"]
        )
    demo.cards["pictured"] = (await demo.entities("alice", noor, "file"))[-1]["state"]["card"]  # the tram stop
    sightings = [each for each in await demo.entities("alice", noor, "sighting") if each["state"]["assessment"] == "credible"]
    demo.cards["credible"] = sightings[0]["id"]
    robin = await demo.service.database.read(lambda session: accounts.find(session, "robin@demo.example").id)
    demo.numbers["account"] = robin
