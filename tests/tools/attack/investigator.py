"""Stolen account of an investigator: fills boards, the disk and everybody's screens."""

import json
import secrets

from tests.tools.attack import hostile_files
from tests.tools.attack.attacker import Attacker, Attempt

FILES = tuple(hostile_files.all_files())
UPLOAD_BYTES = 1_000_000


class Investigator(Attacker):
    role = "investigator"

    def attempts(self) -> dict[Attempt, int]:
        return {
            self.add_notes: 2, self.add_tips: 2, self.flood_socket: 2, self.send_large_frame: 1,
            self.fill_disk: 4, self.send_hostile_file: 2, self.read_secret: 1, self.suggest: 4,
        }  # fmt: skip

    async def add_notes(self, number: int) -> None:
        await self.command("notes", self.target.boards[0], "note.add", {"text": f"filling {number} " + "x" * 3_000})

    async def add_tips(self, number: int) -> None:
        await self.command("tips", "operations", "tip.add", {"description": f"filling {number}"})

    async def flood_socket(self, number: int) -> None:
        def frames() -> "list[str]":
            board = self.board(number)
            return [
                json.dumps({"type": "command", "id": f"flood-{number}-{index}", "board": board, "name": "note.add",
                            "data": {"text": "x"}})
                for index in range(1_000)
            ]  # fmt: skip

        async with self.socket(number) as socket:
            await self.flood("1,000 commands at once", socket, frames())

    async def send_large_frame(self, number: int) -> None:
        async with self.socket(number) as socket:
            await self.flood("large frames", socket, ["[" * 50_000, '{"type":"' + "x" * 2_000_000 + '"}'])

    async def fill_disk(self, number: int) -> None:
        await self.upload("files", self.board(number), f"{number}.bin", secrets.token_bytes(UPLOAD_BYTES))

    async def send_hostile_file(self, number: int) -> None:
        name, content = FILES[number % len(FILES)]
        await self.upload("hostile files", self.board(number), name, content)

    async def read_secret(self, number: int) -> None:
        board = self.target.secret_board
        paths = (
            f"/api/v1/boards/{board}",
            f"/api/v1/boards/{board}/journal.json",
            f"/searches/{board}",
            f"/searches/{board}/history.pdf",
        )
        await self.must_refuse("members-only search", "GET", paths[number % len(paths)], follow_redirects=False)

    async def suggest(self, number: int) -> None:
        path = f"/api/v1/boards/{self.board(number)}/similar"
        await self.call("suggestions", "POST", path, json={"text": "a girl with a red jacket " * 100})
