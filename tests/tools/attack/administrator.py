"""Stolen account of an administrator, by a token: reads members-only searches, and hides its traces."""

from tests.tools.attack.attacker import Attacker, Attempt


class Administrator(Attacker):
    role = "admin"

    def attempts(self) -> dict[Attempt, int]:
        return {self.read_secret: 1, self.read_audit: 4, self.hide_alerts: 1, self.use_forms: 1}

    async def read_secret(self, number: int) -> None:
        await self.must_refuse("members-only search", "GET", f"/api/v1/boards/{self.target.secret_board}")

    async def read_audit(self, number: int) -> None:
        path = ("/api/v1/audit", "/api/v1/audit.csv")[number % 2]
        await self.call("audit journal", "GET", path, params={"limit": 100} if number % 2 == 0 else None)

    async def hide_alerts(self, number: int) -> None:
        await self.call("alerts marked as read", "POST", "/api/v1/alerts/read", json={"all": True})

    async def use_forms(self, number: int) -> None:
        form = {"name": "evil", "email": "evil@desk.example", "role": "admin"}
        await self.must_refuse("forms of accounts, with a token", "POST", "/accounts", data=form, follow_redirects=False)
