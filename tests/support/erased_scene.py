"""Closed search with markers in all its texts, numbers and files, and the places that store them, found by reflection."""

import secrets
from collections.abc import AsyncIterator, Iterator
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy import select as core_select
from sqlmodel import Session, col, select, update

from board.audit import actor
from board.engine import journal
from board.files.store import FileStore
from board.retention import erasures
from board.retention.erasure_run import ErasureRun
from board.service import BoardService
from models.accounts import Account
from models.board import OPERATIONS, Board
from models.db.schema import metadata
from models.search import Search
from models.times import now
from tests.support import pictures_with_metadata as pictures
from tests.support import uploads
from tests.support.people import Person
from tests.support.team import Team

REASON = "Retention has ended"


class ErasedScene:
    """Search of Alice with the markers `name`, `number`, `prose`, in a signed handover. Its photo has the marker too."""

    def __init__(self, team: Team) -> None:
        self.team, self.search = team, ""
        tail = secrets.token_hex(4)
        self.name, self.prose, self.reference = f"Zyq{tail}", f"Wxk{tail}", f"R{tail}"
        self.number = f"+32471{int(tail, 16) % 1_000_000:06}"
        self.photo, self.handover = b"", 0

    @property
    def service(self) -> BoardService:
        return self.team.server.service

    @property
    def markers(self) -> list[str]:
        return [self.name, self.number, self.prose, self.reference]

    async def prepare(self, **data: Any) -> "ErasedScene":
        alice, bob, name, prose = self.team.alice, self.team.bob, self.name, self.prose
        person = {"first_name": name, "last_name": name, "description": prose}
        self.search = await alice.open_search(person=person, reference=self.reference, **data)
        await self._place_tip(alice)
        for command, values in (
            ("sighting.add", {"description": prose, "source_name": name, "source_contact": self.number}),
            ("note.add", {"text": prose}), ("task.add", {"title": prose}),
            ("contact.add", {"name": name, "phones": [{"number": self.number}], "note": prose}),
            ("note.add", {"text": f"{prose}: @Bob, call back", "please_answer": True}),
            ("search.update", {"person": {"hair": prose}}),
        ):  # fmt: skip
            await alice.command(self.search, command, values)
        self.photo = pictures.jpeg(600 + secrets.randbelow(400))
        await uploads.attach(bob, self.search, self.photo, f"{name}.jpg")
        await uploads.send(bob, self.search, b"unfinished " + prose.encode(), f"{name}.txt")
        await self._sign_handover(alice)
        await bob.http.get(f"/api/v1/boards/{self.search}/export.csv")
        await bob.snapshot(self.search)
        await self.service.read_log.close()
        await self._close()
        return self

    async def _place_tip(self, alice: Person) -> None:
        await alice.command(OPERATIONS, "tip.add", {"description": self.prose})
        entities = (await alice.snapshot(OPERATIONS))["entities"].items()
        (tip,) = (id for (kind, id), state in entities if kind == "tip" and state["description"] == self.prose)
        await alice.command(OPERATIONS, "tip.place", {"tip": tip, "search": self.search})

    async def _sign_handover(self, alice: Person) -> None:
        await alice.command(OPERATIONS, "shift.take", {"reason": "to hand it over"})
        await alice.command(OPERATIONS, "handover.prepare", {"incoming": self.team.ada.account["id"]})
        self.handover = number = (await alice.http.get("/api/v1/handover")).json()["handover"]["number"]
        await alice.command(self.search, "handover.write", {"handover": number, "assessment": self.prose})
        report = (await alice.http.get("/api/v1/handover")).json()
        positions = {each["board"]: each["seq"] for each in report["searches"]}
        await alice.command(OPERATIONS, "handover.sign", {"handover": number, "positions": positions})
        await alice.command(OPERATIONS, "handover.withdraw", {"handover": number})

    async def _close(self) -> None:
        closed = update(Search).where(col(Search.id) == self.search).values(status="closed", status_at="2001-01-01T00:00:00.000Z")
        await self.service.database.write(lambda session: session.connection().execute(closed).rowcount)

    # -- erasure ----------------------------------------------------------------------------------------------------------

    async def ask(self, by: Person) -> str:
        return await self._as(by, lambda session, row: erasures.ask(session, row, self.reference, REASON, now()))

    async def agree(self, id: str, by: Person) -> None:
        def agree(session: Session, row: Search) -> None:
            erasures.agree(session, row, id, self.reference, now(), seen=erasures.state(session, row.id))

        await self._as(by, agree)

    async def begin(self) -> str:
        id = await self.ask(self.team.alice)
        await self.agree(id, self.team.ada)
        return id

    async def erase(self) -> str:
        id = await self.begin()
        assert await self.run().continue_one(id)
        return id

    def run(self, files: FileStore | None = None) -> ErasureRun:
        return ErasureRun(self.service.database, files or self.service.files, keys_file=self.service.settings.search_keys_file)

    async def _as(self, by: Person, fn: Any) -> Any:
        def change(session: Session) -> Any:
            actor.set_current(session, actor.account(session.get_one(Account, by.account["id"])))
            return fn(session, session.get_one(Search, self.search))

        return await self.service.database.write(change)

    # -- remains ----------------------------------------------------------------------------------------------------------

    async def remains(self) -> dict[str, list[str]]:
        """Return the places that store markers: tables, events by board, files, and the database's own files."""
        database, markers = self.service.database, self.markers
        found = {
            "tables": await database.read(partial(marked_tables, markers=markers)),
            "events": await database.read(partial(marked_events, markers=markers)),
            "files": [key async for key in self._stored_files()],
            "bytes": [] if database.path is None else marked_bytes(database.path, markers),
        }
        return {place: names for place, names in found.items() if names}

    def in_caches(self) -> list[str]:
        """Return the boards of which this process keeps a snapshot with a marker."""
        views = self.service.source._snapshots._views.items()
        return [board for board, (view, _) in views if any(_has(each, self.markers) for _, each in view.entities or ())]

    async def _stored_files(self) -> AsyncIterator[str]:
        folder = self.service.files.folder
        assert folder is not None
        for path in sorted(folder.rglob("*")):
            content = path.read_bytes() if path.is_file() else b""
            if self.prose.encode() in content or (self.photo and content == self.photo):
                yield str(path.relative_to(folder))


def marked_tables(session: Session, markers: list[str]) -> list[str]:
    """Return the tables that have one of the markers in a row."""
    rows = ((name, str(tuple(row))) for name, table in metadata.tables.items() for row in _rows(session, table))
    return sorted({name for name, text in rows if any(marker in text for marker in markers)})


def marked_events(session: Session, markers: list[str]) -> list[str]:
    """Return the events with one of the markers, of all boards."""
    boards = session.exec(select(Board.id)).all()
    events = (event for board in boards for event in events_of(session, board))
    return [f"{event.board} {event.seq} {event.type}" for event in events if _has(event.body, markers)]


def marked_bytes(path: Path, markers: list[str]) -> list[str]:
    """Return the files of an SQLite database that have one of the markers, also in free pages."""
    files = [path, *path.parent.glob(f"{path.name}-*")]
    return [file.name for file in files if _has(file.read_bytes(), markers)]


def _has(content: bytes | None, markers: list[str]) -> bool:
    return content is not None and any(marker.encode() in content for marker in markers)


def _rows(session: Session, table: Any) -> Any:
    return session.connection().execute(core_select(table)).all()


def events_of(session: Session, board: str) -> Iterator[Any]:
    seq = 0
    while page := journal.events_after(session, board, seq):
        yield from page
        seq = page[-1].seq
