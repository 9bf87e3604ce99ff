"""Scenario of one search: the team gives commands on it and looks at the events."""

from typing import Any

import pytest

from board.client import Refusal
from tests.support.people import Person
from tests.support.team import Team

UNKNOWN_ID = "01900000-0000-7000-8000-000000000000"


class SearchScenario:
    """Search, with the events and states of its commands."""

    def __init__(self, team: Team, search: str) -> None:
        self.team, self.search = team, search

    async def does(self, name: str, data: dict[str, Any], who: Person | None = None, **more: Any) -> list[dict[str, Any]]:
        """Give a command; return its events on the search's board."""
        ack = await (who or self.team.alice).command(self.search, name, data, **more)
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
        """Give a command that must be refused with this code and write nothing; return the refusal."""
        head = (await self.team.alice.snapshot(self.search))["seq"]
        with pytest.raises(Refusal) as refused:
            await self.team.alice.command(self.search, name, data, **more)
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
        """Return ids of the columns by role."""
        entities = (await self.team.alice.snapshot(self.search))["entities"]
        return {state["role"]: id for (kind, id), state in entities.items() if kind == "column"}

    async def order(self, column: str) -> list[str]:
        """Return the cards of a column from top to bottom."""
        entities = (await self.team.alice.snapshot(self.search))["entities"]
        cards = [(state["rank"], id) for (kind, id), state in entities.items() if state.get("column") == column]
        return [id for _, id in sorted(cards)]
