"""Part of a search with a reference to it in each column that can contain one."""

from collections.abc import Awaitable, Callable
from typing import Any

from board.retention.parts import Part
from models.alarm import Alarm
from models.board import OPERATIONS
from models.entity import Entity
from models.ids import new_id
from models.wake import Wake
from tests.support import pictures_with_metadata as pictures
from tests.support import references, uploads
from tests.support.appeals import set_child_alert
from tests.support.part_scene import PartScene

AT = "2026-11-24T15:10:00.000Z"


class ReferencedPart(PartScene):
    """Search with a part, and a reference to it in each column that can contain one."""

    async def refer(self, name: str) -> Part:
        """Add a part and all references to it. `name`: its kind, or `sighting of both`."""
        kinds: dict[str, Callable[[], Awaitable[str]]] = {
            "sighting": self._separated_sighting, "sighting of both": self._sighting_of_both, "task": self._task,
            "note": self._note, "contact": self._contact, "file": self._file,
        }  # fmt: skip
        kind = name.partition(" ")[0]
        return Part(self.search, kind, await kinds[name]())

    async def new(self, kind: str, command: str, data: dict[str, Any], board: str = "") -> str:
        """Run a command that adds an entity; return its id."""
        board = board or self.search
        ack = await self.team.alice.command(board, command, data)
        response = await self.team.alice.http.get(
            f"/api/v1/boards/{board}/events", params={"after": ack["seqs"][0] - 1, "limit": len(ack["seqs"])}
        )
        return next(str(event["id"]) for event in response.json()["events"] if event["kind"] == kind)

    async def withdraw(self, card: str) -> None:
        await self.team.alice.command(self.search, "card.withdraw", {"card": card})

    async def store(self, *rows: Entity) -> None:
        await self.database.write(lambda session: session.add_all(rows))

    async def _separated_sighting(self) -> str:
        """Return a sighting whose tip was placed a second time, separated from its copy on a sibling's board."""
        sibling, tip = await self._place_tip()
        (former,) = await self.ids("sighting")
        await self.withdraw(former)
        await self.team.alice.command(OPERATIONS, "tip.restore", {"tip": tip})
        await self.team.alice.command(OPERATIONS, "tip.place", {"tip": tip, "search": self.search})
        (sighting,) = await self.ids("sighting") - {former}
        for search in (sibling, None):
            await self.team.alice.command(self.search, "sighting.set_of_both", {"sighting": sighting, "search": search})
        return await self._refer(sighting, sibling, tip)

    async def _sighting_of_both(self) -> str:
        sibling, tip = await self._place_tip()
        (sighting,) = await self.ids("sighting")
        await self.team.alice.command(self.search, "sighting.set_of_both", {"sighting": sighting, "search": sibling})
        return await self._refer(sighting, sibling, tip)

    async def _place_tip(self) -> tuple[str, str]:
        """Place a tip on the search. Return the search of a sibling, and the tip."""
        sibling = await self.team.alice.open_search()
        await self.team.alice.command(self.search, "search.link", {"search": sibling, "how": "together"})
        tip = await self.new("tip", "tip.add", {"description": self.seed}, OPERATIONS)
        await self.team.alice.command(OPERATIONS, "tip.place", {"tip": tip, "search": self.search})
        return sibling, tip

    async def _refer(self, sighting: str, sibling: str, tip: str) -> str:
        """Refer to a sighting from duplicates on both boards, a task, wakes, and everything that refers to cards."""
        alice = self.team.alice
        await alice.command(self.search, "sighting.update", {"sighting": sighting, "source_name": "Anna"})
        await alice.command(self.search, "sighting.update", {"sighting": sighting, "source_name": "Anne"})
        duplicate = await self.new("sighting", "sighting.add", {"description": "the same"})
        await alice.command(self.search, "sighting.set_of_both", {"sighting": duplicate, "search": sibling})
        values = {"sighting": duplicate, "assessment": "duplicate", "duplicate_of": sighting}
        await alice.command(self.search, "sighting.assess", values)
        await self.new("task", "task.add", {"title": "look there", "sighting": sighting})
        wake: dict[str, Any] = {"board": sibling, "number": 1, "search": sibling, "reasons": [], "score": 1.0, "queue_since": AT}
        await self.store(*(Wake(id=new_id(), **wake | report) for report in ({"tip": tip}, {"sighting": sighting})))
        return await self._refer_to_card(sighting)

    async def _refer_to_card(self, card: str) -> str:
        note = await self.new("note", "note.add", {"text": "about it", "card": card})
        await uploads.attach(self.team.alice, self.search, pictures.jpeg(640), card=card)
        await self._refer_to_note(note, card)
        await self.withdraw(card)
        return card

    async def _refer_to_note(self, note: str, subject: str) -> None:
        await self.new("note", "note.add", {"text": "corrected", "corrects": note})
        await uploads.attach(self.team.alice, self.search, pictures.jpeg(641), note=note)
        await self._pin(subject)
        await self._alarm(subject)

    async def _pin(self, id: str) -> None:
        alice = self.team.alice
        await alice.command(OPERATIONS, "shift.take", {"reason": "to hand it over"})
        await alice.command(OPERATIONS, "handover.prepare", {"incoming": self.team.ada.account["id"]})
        number = (await alice.http.get("/api/v1/handover")).json()["handover"]["number"]
        await alice.command(self.search, "handover.write", {"handover": number, "pinned": [id]})
        await alice.command(OPERATIONS, "handover.withdraw", {"handover": number})

    async def _alarm(self, id: str) -> None:
        about = {"kind": "card", "id": id, "seq": 1}
        await self.store(
            Alarm(
                id=new_id(), board=self.search, about=about, rule="r", raised_at=AT, step=0, asked=[], handed_on=[], entity=id,
                cause="1", ended_at=AT, ended="settled",
            )
        )  # fmt: skip

    async def _task(self) -> str:
        return await self._refer_to_card(await self.new("task", "task.add", {"title": "a task"}))

    async def _note(self) -> str:
        note = await self.new("note", "note.add", {"text": "a note"})
        await self._refer_to_note(note, note)
        return note

    async def _contact(self) -> str:
        contact = await self.new("contact", "contact.add", {"name": "Anna"})
        await self.team.alice.command(self.search, "contact.log", {"contact": contact, "result": "reached", "text": "called"})
        await self._alarm(contact)
        await self.team.alice.command(self.search, "contact.withdraw", {"contact": contact})
        return contact

    async def _file(self) -> str:
        file = await uploads.attach(self.team.alice, self.search, pictures.jpeg(642))
        await self.team.alice.command(self.search, "search.set_photo", {"file": file})
        await set_child_alert(self.team.alice, self.search, no_photo=None)
        return file

    async def erase(self, part: Part) -> None:
        if part.kind == "file":
            await self.team.alice.command(self.search, "file.withdraw", {"file": part.id, "reason": "by mistake"})
        assert await self.run().continue_one(await self.begin(part))

    async def columns(self, parts: list[Part]) -> set[str]:
        """Return the columns with the id of a part, other than its own."""
        columns = await self.database.read(lambda session: references.columns_with(session, [part.id for part in parts]))
        return {name for name in columns if not name.endswith(".id")}
