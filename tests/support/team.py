"""Team of five on one server, for files with many tests: each test uses a search of its own."""

import contextlib
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

from tests.support.people import Person, Server, connect_person, create_token, running_server


class Team:
    """Alice leads, Bob helps, Charlie is outside, Victor watches, Ada administers."""

    alice: Person
    bob: Person
    charlie: Person
    victor: Person
    ada: Person

    def __init__(self, server: Server) -> None:
        self.server = server
        self._people: list[Person] = []

    async def add_person(self, name: str, role: str, scope: str = "write") -> Person:
        """Create an account and connect it."""
        person = await connect_person(self.server, await create_token(self.server.service, name, role, scope))
        self._people.append(person)
        return person

    async def open_socket(self, person: Person) -> Person:
        """Open another socket of the same account, with the same token."""
        other = await connect_person(self.server, person.token)
        self._people.append(other)
        return other

    async def secret_search(self, *members: Person, **data: Any) -> str:
        """Open a search that only Alice and these people may see; return its id."""
        accounts = [person.account["id"] for person in (self.alice, *members)]
        return await self.alice.open_search(access="members", members=accounts, **data)

    async def close(self) -> None:
        for person in self._people:
            await person.close()
        failures = [frame for person in self._people for frame in person.frames if frame["type"] == "failure"]
        assert not failures, "a screen could not follow"


@contextlib.asynccontextmanager
async def running_team(folder: Path, **settings: Any) -> AsyncIterator[Team]:
    """Run a server on the database in a folder, with the team connected."""
    async with running_server(folder, **settings) as server:
        team = Team(server)
        try:
            team.alice = await team.add_person("Alice", "coordinator")
            team.bob = await team.add_person("Bob", "investigator")
            team.charlie = await team.add_person("Charlie", "investigator")
            team.victor = await team.add_person("Victor", "viewer")
            team.ada = await team.add_person("Ada", "admin")
            yield team
        finally:
            await team.close()
