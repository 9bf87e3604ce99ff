"""Stolen account of a viewer: requests everything that is expensive to compute, as fast as it can."""

from tests.tools.attack.attacker import Attacker, Attempt


class Viewer(Attacker):
    role = "viewer"

    def attempts(self) -> dict[Attempt, int]:
        return {self.print: 12, self.export: 12, self.read_past: 8, self.find: 8, self.subscribe: 4, self.write: 1}

    async def print(self, number: int) -> None:
        paths = (f"/searches/{self.board(number)}/history.pdf", "/handover.pdf", "/handover/briefing.pdf")
        await self.call("papers", "GET", paths[number % 3])

    async def export(self, number: int) -> None:
        name = ("cards.csv", "journal.csv", "journal.json", "cards.json")[number % 4]
        await self.call("exports", "GET", f"/api/v1/boards/{self.board(number)}/{name}")

    async def read_past(self, number: int) -> None:
        await self.call("snapshots of the past", "GET", f"/api/v1/boards/{self.board(number)}", params={"at": number % 40 + 1})

    async def find(self, number: int) -> None:
        path = ("/api/v1/find", "/api/v1/closed", "/api/v1/unanswered", "/api/v1/since")[number % 4]
        await self.call("look-ups", "GET", path, params={"q": "noor station"} if number % 4 < 2 else None)

    async def subscribe(self, number: int) -> None:
        frame = f'{{"type":"subscribe","board":"{self.board(number)}"}}'
        secret = f'{{"type":"subscribe","board":"{self.target.secret_board}"}}'
        async with self.socket(number) as socket:
            await self.flood("subscriptions", socket, (secret if index == 5 else frame for index in range(400)))

    async def write(self, number: int) -> None:
        path = f"/api/v1/boards/{self.board(number)}/commands"
        body = {"id": f"viewer-{number}", "name": "note.add", "data": {"text": "x"}}
        await self.must_refuse("commands", "POST", path, json=body)
