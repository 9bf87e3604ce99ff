"""Values and files whose key is lost: every route that shows one says that it cannot be read, in the reader's language."""

from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx2 as httpx
import pytest
from sqlalchemy import select
from sqlmodel import Session

from board.audit import outlets
from board.audit.entries import DocumentRead, Entry, OriginalRead, PhotoRead
from board.documents import pdf
from board.files.unavailable import UNREADABLE as UNREADABLE_FILE
from board.i18n import gettext_for, languages
from board.maintenance import data_key_rows
from models import confidential
from models.accounts import Account
from models.board import OPERATIONS
from models.key_ring import KeyRing
from tests.api.test_administration import browser, hire
from tests.support.audit_scene import BODIES, QUERIES, AuditScene
from tests.support.backends import SLOW_ON_POSTGRESQL
from tests.support.data_keys import key_file, new_key
from tests.support.team import Team, running_team

pytestmark = [pytest.mark.both_backends(SLOW_ON_POSTGRESQL), pytest.mark.usefixtures("_papers_as_text")]

SEED = "Zqx"  # begins each confidential value
FILE_READS: tuple[type[Entry], ...] = (OriginalRead, PhotoRead, DocumentRead)
OUTLETS = outlets.CALLS | outlets.PAGES
ROUTES = [name for name in OUTLETS if name.startswith("GET ") or name in BODIES]
OF_FILES = [name for name, outlet in OUTLETS.items() if any(entry in FILE_READS for entry in outlet.entries)]
PAPERS = [name for name in ROUTES if name.endswith(".pdf")]
DETAILS = {"phones": [{"number": "+32470998877", "label": "Zqxday"}], "email": "Zqx@example.org", "note": "Zqxnights"}
SOURCE = {"source_name": "Zqxgriet", "source_contact": "Zqx street 1"}
SHOWN = {
    "GET /api/v1/boards/{board}/sightings/{sighting}/source", "GET /api/v1/boards/{board}/contacts/{contact}",
    "GET /api/v1/boards/{board}/talk", "GET /api/v1/boards/{board}/earlier-talks",
    "GET /api/v1/tips/{tip}/source", "GET /api/v1/reports/{report}/caller", "GET /reports/{report}/brief.pdf",
    "GET /disclosure/{disclosure}.json", "GET /disclosure/{disclosure}.pdf",
}  # fmt: skip
SENTENCES = {lang: gettext_for(lang)("cannot be read") for lang in languages()}


class UnreadableScene(AuditScene):
    """Search with a value in each confidential column, also in former values; read by Cora, a coordinator at a browser."""

    why = "Zqxquarrel"

    def __init__(self, team: Team, cora: Account, http: httpx.AsyncClient) -> None:
        super().__init__(team)
        self.cora, self.http = cora, http

    async def fill(self) -> "UnreadableScene":
        await self.prepare()
        alice, ids = self.team.alice, self.ids
        members = [alice.account["id"], self.cora.id]
        await alice.command(self.search, "search.set_access", {"access": "members", "members": members})
        for _ in range(2):  # the second replaces the first, which becomes a former value
            await alice.command(self.search, "contact.update", {"contact": ids["contact"], **DETAILS})
            await alice.command(self.search, "sighting.update", {"sighting": ids["sighting"], **SOURCE})
            await alice.command(self.search, "contact.update", {"contact": ids["contact"], "note": "Zqxdays"})
            await alice.command(self.search, "sighting.update", {"sighting": ids["sighting"], "source_contact": "Zqx 2"})
        await alice.command(OPERATIONS, "report.update", {"report": ids["report"], **SOURCE})
        await alice.command(OPERATIONS, "tip.add", {"description": "a girl", **SOURCE})
        ids["tip"] = [id for kind, id in (await alice.snapshot(OPERATIONS))["entities"] if kind == "tip"][-1]
        await self.disclose(kind="child", reference=self.reference)
        return self

    async def disclose(self, **fields: str) -> None:
        """Ask for a disclosure, to which its routes then lead."""
        await self.http.post("/disclosure", data={"reason": "Asked in writing by the parents", **fields})
        page = await self.http.get("/disclosure")
        self.ids["disclosure"] = page.text.split('data-disclosure="')[1].split('"')[0]

    async def read(self, name: str, lang: str = "en") -> str:
        """Return the answers of a route."""
        method, route = name.split(" ")
        more: dict[str, Any] = {"json": BODIES[name]} if name in BODIES else {}
        answers = [
            await self.http.request(method, self.path(route + query), headers={"Accept-Language": lang}, **more)
            for query in QUERIES.get(name, ("",))
        ]
        return "\n".join(answer.text for answer in answers)

    async def all_texts(self) -> dict[str, str]:
        return {name: await self.read(name) for name in ROUTES if name not in OF_FILES}


@pytest.fixture
def _papers_as_text(monkeypatch: pytest.MonkeyPatch) -> None:
    """Send the text of each paper, which is compressed in a PDF."""

    async def rendered(html: str, picture_width: int = 0) -> bytes:
        return b"%PDF" + html.encode()

    monkeypatch.setattr(pdf, "pdf", rendered)


@pytest.fixture
async def scene(installation: dict[str, Any], tmp_path: Path) -> AsyncIterator[UnreadableScene]:
    async with running_team(tmp_path, **installation, data_keys=key_file(tmp_path)) as team:
        cora = await hire(team.server, "coordinator", "Cora")
        async with browser(team.server, cora) as http:
            yield await UnreadableScene(team, cora, http).fill()


@contextmanager
def lost_keys(scene: AuditScene) -> Iterator[None]:
    """Let the server have another key than the one that encrypted."""
    keys = scene.team.server.service.data_keys
    ring, keys.ring = keys.ring, KeyRing.of([new_key()])
    try:
        yield
    finally:
        keys.ring = ring


def stored_seeds(session: Session) -> dict[str, str]:
    """Return the decrypted values of each confidential column."""
    found = dict[str, str]()
    for table in data_key_rows.tables():
        for row in session.connection().execute(select(table)).mappings():
            opened = confidential.opened_row(table, dict(row))
            for name in confidential.columns(table):
                if SEED in str(opened[name]):
                    found[f"{table.name}.{name}"] = str(opened[name])
    return found


async def test_each_route_that_shows_a_value_says_that_it_is_unreadable(scene: UnreadableScene) -> None:
    columns = {f"{table.name}.{name}" for table in data_key_rows.tables() for name in confidential.columns(table)}
    assert (await scene.team.server.service.database.read(stored_seeds)).keys() == columns, "each column has a value"
    shown = {name for name, text in (await scene.all_texts()).items() if SEED in text}
    assert shown >= SHOWN
    with lost_keys(scene):
        texts = await scene.all_texts()
    assert [name for name, text in texts.items() if SEED in text] == []
    silent = [name for name in shown if '"unreadable":["' not in texts[name] and SENTENCES["en"] not in texts[name]]
    assert silent == []


async def test_papers_say_it_in_each_language(scene: UnreadableScene) -> None:
    papers = [name for name in PAPERS if SEED in await scene.read(name)]
    assert len(papers) >= 2
    assert len(set(SENTENCES.values())) == len(SENTENCES), "each language has its words"
    with lost_keys(scene):
        for lang, sentence in SENTENCES.items():
            assert [name for name in papers if sentence not in await scene.read(name, lang)] == []


async def test_each_file_is_refused_with_a_sentence_in_each_language(scene: UnreadableScene) -> None:
    assert len(OF_FILES) >= 3
    with lost_keys(scene):
        for lang in languages():
            texts = [await scene.read(name, lang) for name in OF_FILES]
            assert [text for text in texts if gettext_for(lang)(UNREADABLE_FILE) not in text] == []


async def test_disclosure_of_a_caller_says_that_entries_are_missing(scene: UnreadableScene) -> None:
    await scene.disclose(kind="person", name=SOURCE["source_name"])
    name = "GET /disclosure/{disclosure}"
    assert '"unreadable":0' in await scene.read(f"{name}.json")
    with lost_keys(scene):
        assert '"unreadable":0' not in await scene.read(f"{name}.json")
        assert "their confidential parts cannot be read" in await scene.read(f"{name}.pdf")


async def test_values_typed_since_the_loss_are_shown(scene: UnreadableScene) -> None:
    path = scene.path("/api/v1/boards/{board}/sightings/{sighting}/source")
    with lost_keys(scene):
        await scene.team.alice.command(scene.search, "sighting.update", {"sighting": scene.ids["sighting"], "source_name": "Ann"})
        source = (await scene.http.get(path)).json()
        assert (source["name"], source["contact"], source["unreadable"]) == ("Ann", None, ["contact"])
        assert source["earlier"][1]["unreadable"] == ["name", "contact"]
