"""A scene: one search, on which the company gives commands and looks at what they come to."""

from typing import Any

import pytest

from tests.support.people import Person, Refusal
from tests.support.team import Team

UNKNOWN_ID = "01900000-0000-7000-8000-000000000000"


class SearchScenario:
    """A search, and what its commands come to."""

    def __init__(self, team: Team, search: str) -> None:
        self.team, self.search = team, search

    async def does(self, name: str, data: dict[str, Any], who: Person | None = None, **more: Any) -> list[dict[str, Any]]:
        """The events on the search's board that a command makes."""
        ack = await (who or self.team.alice).do(self.search, name, data, **more)
        return await self.events(ack["seqs"])

    async def events(self, seqs: list[int]) -> list[dict[str, Any]]:
        if not seqs:
            return []
        assert seqs == list(range(seqs[0], seqs[-1] + 1))
        params = {"after": seqs[0] - 1, "limit": len(seqs)}
        response = await self.team.alice.http.get(f"/api/v1/boards/{self.search}/events", params=params)
        return list(response.json()["events"])

    async def one(self, name: str, data: dict[str, Any], who: Person | None = None, **more: Any) -> dict[str, Any]:
        (event,) = await self.does(name, data, who, **more)
        return event

    async def refuses(self, code: str, name: str, data: dict[str, Any], *fields: str, **more: Any) -> Refusal:
        """What a command is refused with; nothing is written."""
        head = (await self.team.alice.snapshot(self.search))["seq"]
        with pytest.raises(Refusal) as refused:
            await self.team.alice.do(self.search, name, data, **more)
        assert refused.value.code == code, refused.value.body
        assert sorted(refused.value.fields) == sorted(fields), refused.value.body
        assert (await self.team.alice.snapshot(self.search))["seq"] == head
        return refused.value

    async def sighting(self, **data: Any) -> dict[str, Any]:
        return await self.one("sighting.add", {"description": "a girl"} | data)

    async def task(self, **data: Any) -> dict[str, Any]:
        return await self.one("task.add", {"title": "call the school"} | data)

    async def state(self, kind: str, id: str) -> dict[str, Any]:
        return dict((await self.team.alice.snapshot(self.search))["entities"][kind, id])

    async def columns(self) -> dict[str, str]:
        """Ids by role."""
        entities = (await self.team.alice.snapshot(self.search))["entities"]
        return {state["role"]: id for (kind, id), state in entities.items() if kind == "column"}

    async def order(self, column: str) -> list[str]:
        """The cards of a column from top to bottom."""
        entities = (await self.team.alice.snapshot(self.search))["entities"]
        cards = [(state["rank"], id) for (kind, id), state in entities.items() if state.get("column") == column]
        return [id for _, id in sorted(cards)]
