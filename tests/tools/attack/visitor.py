"""Honest person who signs in, opens pages and prints during the attack, and records how long each step took."""

import asyncio
import contextlib
import time
from collections import Counter
from dataclasses import dataclass, field

import httpx2 as httpx

from tests.tools.faults.actors import PASSWORD

PAUSE_S = 2.0
TIMEOUT_S = 60.0


@dataclass(slots=True)
class Visits:
    """Durations in seconds by action, and the failed answers."""

    seconds: dict[str, list[float]] = field(default_factory=dict)
    refused: Counter[str] = field(default_factory=Counter)

    def rows(self) -> list[str]:
        rows = []
        for name, values in self.seconds.items():
            ordered = sorted(values)
            p95 = ordered[min(len(ordered) - 1, len(ordered) * 95 // 100)]
            rows.append(f"  {name:24} p50 {ordered[len(ordered) // 2]:.3f}, p95 {p95:.3f} s ({len(ordered)})")
        return rows + [f"  not answered: {name} × {count}" for name, count in sorted(self.refused.items())]


class Visitor:
    """Signs in with a known device, again and again; opens a board and the list, prints one paper."""

    def __init__(self, urls: list[str], email: str, board: str) -> None:
        self.visits = Visits()
        self._urls, self._email, self._board = urls, email, board
        self._turn = 0

    async def visit(self) -> None:
        async with httpx.AsyncClient(timeout=TIMEOUT_S, trust_env=False) as client:
            while True:
                await self._once(client)
                await asyncio.sleep(PAUSE_S)

    async def _once(self, client: httpx.AsyncClient) -> None:
        url = self._urls[self._turn % len(self._urls)]
        self._turn += 1
        form = {"email": self._email, "password": PASSWORD}
        await self._timed("sign-in", client, "POST", f"{url}/login", data=form, headers={"Origin": url})
        await self._timed("page of a board", client, "GET", f"{url}/searches/{self._board}")
        await self._timed("snapshot of a board", client, "GET", f"{url}/api/v1/boards/{self._board}")
        if self._turn % 5 == 0:
            await self._timed("paper", client, "GET", f"{url}/searches/{self._board}/history.pdf")

    async def _timed(self, name: str, client: httpx.AsyncClient, method: str, url: str, **options: object) -> None:
        began = time.monotonic()
        with contextlib.suppress(httpx.HTTPError):
            answer = await client.request(method, url, **options)  # type: ignore[arg-type]
            if answer.status_code < 400:
                self.visits.seconds.setdefault(name, []).append(time.monotonic() - began)
            else:
                self.visits.refused[f"{name}: {answer.status_code}"] += 1
            return
        self.visits.refused[f"{name}: no answer"] += 1
