"""Erased card, note, contact and file: their words, number and photo are in no table, file, route, cache, Redis or log."""

from typing import Any

import pytest

from board.documents import pdf
from board.retention.parts import Part, chosen_models
from models.search import Search
from realtime.channels.ring import Ring
from tests.api.test_contact_outlets import ROUTES
from tests.support.audit_scene import BODIES, QUERIES, AuditScene
from tests.support.backends import SLOW_ON_POSTGRESQL
from tests.support.memory_search import in_memory, in_redis
from tests.support.part_scene import PartScene
from tests.support.team import Team

pytestmark = pytest.mark.both_backends(SLOW_ON_POSTGRESQL)


@pytest.fixture(autouse=True)
def _papers_as_text(monkeypatch: pytest.MonkeyPatch) -> None:
    """Send the text of each paper, which is compressed in a PDF."""

    async def rendered(html: str, picture_width: int = 0) -> bytes:
        return b"%PDF" + html.encode()

    monkeypatch.setattr(pdf, "pdf", rendered)


class Places:
    """All places of an installation where data of a part could be: `remains` of its scene, and what a server shows and keeps."""

    def __init__(self, audit: AuditScene, scene: PartScene, redis: str | None) -> None:
        self.audit, self.scene, self.redis = audit, scene, redis

    async def remains(self) -> dict[str, list[str]]:
        service, markers = self.scene.team.server.service, self.scene.markers
        await service.read_log.close()
        found = await self.scene.remains() | {
            "routes": [name for name in ROUTES if await self._shows(name)],
            "memory": in_memory(service, markers),
            "Redis": await in_redis(self.redis, markers) if self.redis is not None else [],
        }
        return {place: names for place, names in found.items() if names}

    async def _shows(self, name: str) -> bool:
        """Return whether an answer of a route has a marker that was not in its request."""
        method, route = name.split(" ")
        queries = ("?q=again",) if name.endswith("/find") else QUERIES.get(name, ("",))
        body: dict[str, Any] = {"json": BODIES[name]} if name in BODIES else {}
        answers = [await self.scene.team.alice.http.request(method, self.audit.path(route + query), **body) for query in queries]
        return any(marker.encode() in answer.content for marker in self.scene.markers for answer in answers)


@pytest.fixture
async def places(team: Team, backend: Any) -> Places:
    audit = await AuditScene(team).prepare()
    scene = PartScene(team)
    scene.search = audit.search
    scene.reference = await scene.database.read(lambda session: session.get_one(Search, scene.search).reference)
    return Places(audit, scene, backend.redis.url if backend.redis is not None else None)


async def test_nothing_is_left_of_erased_parts_in_any_place(places: Places, capfd: pytest.CaptureFixture[str]) -> None:
    scene, bob = places.scene, await places.scene.team.open_socket(places.scene.team.bob)
    board = await bob.subscribe(scene.search)
    parts = [Part(scene.search, kind, await scene.add(kind)) for kind in chosen_models()]
    places.audit.ids |= {part.kind: part.id for part in parts}
    await (await scene.team.open_socket(scene.team.bob)).subscribe(scene.search)
    before = await places.remains()
    assert before.keys() >= {"tables", "events", "files", "routes", "memory"}
    assert {path.split(".")[1] for path in before["memory"]} == {"hub", "source"}
    assert {"GET /api/v1/find", "GET /api/v1/boards/{board}/cards.csv", "GET /searches/{id}/history.md"} <= {*before["routes"]}
    for part in parts:
        assert await scene.run().continue_one(await scene.begin(part))
    await bob.wait_until(lambda: not any(has_marker(state, scene.markers) for state in board.entities.values()))
    assert await places.remains() == {}
    log = capfd.readouterr().out
    assert "part.erased" in log
    assert not has_marker(log, scene.markers)


def has_marker(value: Any, markers: list[str]) -> bool:
    return any(marker in str(value) for marker in markers)


async def test_ring_left_out_is_found(places: Places, monkeypatch: pytest.MonkeyPatch) -> None:
    scene, bob = places.scene, await places.scene.team.open_socket(places.scene.team.bob)
    board = await bob.subscribe(scene.search)
    part = Part(scene.search, "note", await scene.add("note"))
    monkeypatch.setattr(Ring, "drop_until", lambda ring, seq: None)
    assert await scene.run().continue_one(await scene.begin(part))
    await bob.wait_until(lambda: ("note", part.id) not in board.entities)
    assert (await places.remains()).keys() == {"memory"}
