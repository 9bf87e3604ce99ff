"""Stolen account of a coordinator: opens searches, changes columns, and prints posters without end."""

from tests.tools.attack.attacker import Attacker, Attempt


class Coordinator(Attacker):
    role = "coordinator"

    def attempts(self) -> dict[Attempt, int]:
        return {
            self.open_search: 1, self.add_column: 1, self.set_goal: 1, self.pair_display: 2, self.preview: 6,
            self.add_cards: 2, self.read_secret: 1,
        }  # fmt: skip

    async def open_search(self, number: int) -> None:
        data = {"kind": "runaway", "person": {"first_name": f"Evil {number}"}, "missing_since": "2026-11-24T15:10:00Z"}
        await self.command("searches", "operations", "search.open", data)

    async def add_column(self, number: int) -> None:
        await self.command("columns", self.target.boards[0], "column.add", {"role": "waiting", "title": f"x{number}"})

    async def add_cards(self, number: int) -> None:
        await self.command("cards", self.target.boards[0], "task.add", {"title": f"filling {number}"})

    async def set_goal(self, number: int) -> None:
        data = {"text": f"goal {number}"}
        await self.command("goals", self.board(number), "search.set_goal", data)

    async def pair_display(self, number: int) -> None:
        body = {"code": f"{number % 10_000:04}-ABCD", "name": "evil", "language": "en", "shows": "all"}
        await self.must_refuse("guessed codes of displays", "POST", "/api/v1/displays", json=body)

    async def preview(self, number: int) -> None:
        body = {"what": "poster", "language": "fr", "text": "x" * 390}
        ending = ("pdf", "png")[number % 2]
        await self.call("previews", "POST", f"/api/v1/boards/{self.board(number)}/materials/preview.{ending}", json=body)

    async def read_secret(self, number: int) -> None:
        await self.must_refuse("members-only search", "GET", f"/api/v1/boards/{self.target.secret_board}")
