"""Stolen token of scope `intake`: fills the list of tips, and tries to reach everything else."""

import uuid

from tests.tools.attack.attacker import Attacker, Attempt


class Intake(Attacker):
    role = "intake"

    def attempts(self) -> dict[Attempt, int]:
        return {self.report: 4, self.open_pages: 2, self.read: 1}

    async def report(self, number: int) -> None:
        body = {
            "id": str(uuid.uuid4()),
            "board": "operations",
            "description": f"filling {number}",
            "priority": "urgent" if number % 9 == 0 else "normal",
        }
        await self.call("sightings", "POST", "/api/v1/intake/sightings", json=body)

    async def open_pages(self, number: int) -> None:
        paths = (
            "/",
            f"/searches/{self.board(0)}",
            "/handover",
            "/handover.pdf",
            "/account",
            f"/searches/{self.board(0)}/history",
        )
        await self.must_refuse("pages", "GET", paths[number % len(paths)], follow_redirects=False)

    async def read(self, number: int) -> None:
        paths = (
            f"/api/v1/boards/{self.board(0)}",
            "/api/v1/find?q=noor",
            "/api/v1/alarms",
            f"/api/v1/boards/{self.board(0)}/cards.csv",
        )
        await self.must_refuse("reads", "GET", paths[number % len(paths)])
