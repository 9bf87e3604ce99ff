"""Open search with a card, note, contact or file that has a marker in all its texts, and the erasure of one of them."""

import secrets
from functools import partial
from pathlib import Path
from typing import Any, Self

from sqlmodel import Session

from board.audit import actor
from board.engine import kinds
from board.retention import part_erasures, parts, requests
from board.retention.erasure_run import ErasureRun
from board.retention.parts import Part
from models.accounts import Account
from models.search import Search
from models.times import now
from tests.support import pictures_with_metadata as pictures
from tests.support import uploads
from tests.support.erased_scene import marked_bytes, marked_events, marked_tables
from tests.support.people import Person
from tests.support.team import Team

REASON = "Asked for in writing"


class PartScene:
    """Open search of Alice, with a card, note, contact and file that have the marker `seed` in all their texts."""

    def __init__(self, team: Team) -> None:
        self.team, tail, self.search, self.reference = team, secrets.token_hex(4), "", ""
        self.seed, self.number = f"Wxk{tail}", f"+32471{int(tail, 16) % 1_000_000:06}"
        self.pictures = set[bytes]()  # the photo, in all sizes

    @property
    def markers(self) -> list[str]:
        return [self.seed, self.number, self.number.removeprefix("+32")]

    @property
    def database(self) -> Any:
        return self.team.server.service.database

    async def prepare(self) -> Self:
        self.search = await self.team.alice.open_search()
        self.reference = await self.database.read(lambda session: session.get_one(Search, self.search).reference)
        return self

    async def add(self, kind: str) -> str:
        """Add an entity with the marker, everything that belongs to it, and its withdrawal. Return its id."""
        before = await self.ids(kind)
        await self._add(kind)
        (id,) = await self.ids(kind) - before
        if kinds.named(kind).is_card:
            await self._log(id, kind)
            await self.team.alice.command(self.search, "card.withdraw", {"card": id})
        elif kind == "contact":
            await self.team.alice.command(self.search, "contact.log", {"contact": id, "result": "reached", "text": self.seed})
            await self.team.alice.http.get(f"/api/v1/boards/{self.search}/contacts/{id}/details")
            await self.team.alice.command(self.search, "contact.withdraw", {"contact": id})
        elif kind == "file":
            await self.team.alice.http.get(f"/api/v1/boards/{self.search}/files/{id}/original")
            await self.team.alice.command(self.search, "file.withdraw", {"file": id, "reason": self.seed})
        return id

    async def _add(self, kind: str) -> None:
        alice, seed = self.team.alice, self.seed
        commands: dict[str, dict[str, Any]] = {
            "sighting": {"description": seed, "source_name": seed, "source_contact": self.number},
            "task": {"title": seed, "instruction": seed}, "vehicle": {"plate": seed, "make": seed, "seen_with": seed},
            "place": {"name": seed, "searched_by": seed, "remarks": seed, "location": {"text": seed}},
            "note": {"text": f"{seed}: @Bob, call back"},
            "contact": {"name": seed, "phones": [{"number": self.number}], "note": seed},
        }  # fmt: skip
        if kind == "file":
            file = await uploads.attach(alice, self.search, pictures.jpeg(600 + secrets.randbelow(400)), f"{seed}.jpg")
            self.pictures |= {path.read_bytes() for path in self.stored_files() if file in str(path)}
        else:
            await alice.command(self.search, f"{kind}.add", commands[kind])

    async def _log(self, card: str, kind: str) -> None:
        alice = self.team.alice
        if kind == "sighting":
            values = {"sighting": card, "description": f"{self.seed} again", "source_name": f"{self.seed} again"}
            await alice.command(self.search, "sighting.update", values)
        await alice.command(self.search, "note.add", {"text": self.seed, "card": card})

    async def ids(self, kind: str) -> set[str]:
        return {id for (name, id) in (await self.team.alice.snapshot(self.search))["entities"] if name == kind}

    # -- erasure ----------------------------------------------------------------------------------------------------------

    async def ask(self, part: Part, by: Person) -> str:
        return str(
            await self.run_as(by, lambda session, row: part_erasures.ask(session, row, part, self.reference, REASON, now()))
        )

    async def agree(self, part: Part, id: str, by: Person) -> None:
        def agree(session: Session, row: Search) -> None:
            seen = requests.digest(parts.parts_of(session, part))
            part_erasures.agree(session, row, part, id, self.reference, now(), seen=seen)

        await self.run_as(by, agree)

    async def begin(self, part: Part) -> str:
        id = await self.ask(part, self.team.alice)
        await self.agree(part, id, self.team.ada)
        return id

    def run(self) -> ErasureRun:
        return ErasureRun.of(self.team.server.service)

    async def run_as(self, by: Person, fn: Any) -> Any:
        def change(session: Session) -> Any:
            actor.set_current(session, actor.account(session.get_one(Account, by.account["id"])))
            return fn(session, session.get_one(Search, self.search))

        return await self.database.write(change)

    def stored_files(self) -> list[Path]:
        folder = self.team.server.service.files.folder
        assert folder is not None
        return [path for path in sorted(folder.rglob("*")) if path.is_file()]

    async def remains(self) -> dict[str, list[str]]:
        markers = self.markers
        found = {
            "tables": await self.database.read(partial(marked_tables, markers=markers)),
            "events": await self.database.read(partial(marked_events, markers=markers)),
            "files": [path.name for path in self.stored_files() if path.read_bytes() in self.pictures],
            "bytes": [] if self.database.path is None else marked_bytes(self.database.path, markers),
        }
        return {place: names for place, names in found.items() if names}
