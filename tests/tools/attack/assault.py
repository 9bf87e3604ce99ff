"""Attack on a running installation: the attackers' process and an honest visitor, next to the people of a fault test."""

import asyncio
import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.tools.attack.target import ROLES, Target
from tests.tools.attack.visitor import Visitor, Visits
from tests.tools.faults.actors import Account
from tests.tools.faults.system_under_test import ROOT, SystemUnderTest

ENDS_WITHIN_S = 60.0
SECRET_NAME = "Noor 0"  # child of the first search, which is members-only
ACCOUNTS = {f"evil-{role}": role for role in ROLES}  # accounts of the attackers: name and role, or scope


@dataclass(slots=True)
class AssaultResult:
    """Result of an attack. `tallies`: by attacker. `harm`: forbidden things that an attacker did or saw."""

    tallies: dict[str, Any] = field(default_factory=dict)
    harm: list[str] = field(default_factory=list)
    visits: Visits = field(default_factory=Visits)

    def rows(self) -> list[str]:
        lines = ["honest visitor:", *self.visits.rows()]
        for name, tally in self.tallies.items():
            lines.append(f"{name}:")
            for attempt, outcomes in tally["answers"].items():
                lines.append(
                    f"  {attempt:34} " + ", ".join(f"{outcome} × {count}" for outcome, count in sorted(outcomes.items()))
                )
        return [*lines, f"harm: {len(self.harm)}", *(f"  {case}" for case in self.harm)]


class Assault:
    """Start with `begin`, end with `end`, which returns the result."""

    def __init__(
        self, names: Sequence[str], plant: SystemUnderTest, accounts: dict[str, Account], boards: list[str], secret: str
    ):
        files = Path(plant.store) if isinstance(plant.store, Path) else None
        self._names = list(names)
        urls = [plant.http(number) for number in range(len(plant.workers))]
        self._target = Target(
            urls, boards, secret, SECRET_NAME, {role: accounts[f"evil-{role}"].token for role in ROLES}, accounts["chief"].email,
            plant.redis.url if plant.redis is not None else None, str(files) if files is not None else None,
        )  # fmt: skip
        self._visitor = Visitor(urls, accounts["writer0"].email, boards[0])
        self._process: asyncio.subprocess.Process | None = None
        self._visiting: asyncio.Task[None] | None = None

    async def begin(self) -> None:
        pipe = asyncio.subprocess.PIPE
        self._process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "tests.tools.attack", *self._names, stdin=pipe, stdout=pipe, cwd=ROOT, limit=2**24
        )
        assert self._process.stdin is not None
        self._process.stdin.write(self._target.to_json().encode() + b"\n")
        assert self._process.stdout is not None
        await self._process.stdout.readline()
        self._visiting = asyncio.create_task(self._visitor.visit())

    async def end(self) -> AssaultResult:
        assert self._process is not None
        assert self._visiting is not None
        self._visiting.cancel()
        await asyncio.gather(self._visiting, return_exceptions=True)
        async with asyncio.timeout(ENDS_WITHIN_S):
            output, _ = await self._process.communicate(b"")
        if not output:
            raise RuntimeError("the attackers' process failed")
        result = json.loads(output.splitlines()[-1])
        harm = [f"{name}: {case}" for name, tally in result["tallies"].items() for case in tally["harm"]]
        return AssaultResult(
            result["tallies"], harm + [f"an attacker failed: {error}" for error in result["failed"]], self._visitor.visits
        )

    async def kill(self) -> None:
        """End the process if `end` was not reached."""
        if self._process is not None and self._process.returncode is None:
            self._process.kill()
            await self._process.wait()
