"""First call about a missing child, typed at 40 words a minute: seconds until a coordinator sees the alarm and the facts, and
seconds of the brief for the police."""

import asyncio
from collections.abc import Iterator

from board.accounts import live_changes
from tests.support.browsers import ROLES
from tests.support.first_call import FACTS, CallTimes, take_call
from tests.support.people import PASSWORD
from tests.tools.bench import Figure
from tests.tools.bench._browsers import open_browsers
from tests.tools.bench._server import on_sqlite, open_service, serving

FACTS_S, BRIEF_S = 90, 3


def measure() -> Iterator[Figure]:
    with on_sqlite() as settings:
        asyncio.run(_create_accounts(settings))
        with serving(settings) as (_, port):
            times = asyncio.run(_take(f"http://127.0.0.1:{port}"))
    on = "40 words a minute; SQLite, one process"
    yield Figure("first call: alarm on the coordinator's screen", times.alarm, "s", None, on, low=True)
    yield Figure(f"first call: {FACTS} facts on the coordinator's screen", times.facts, "s", FACTS_S, on, low=True)
    yield Figure("first call: brief for the police", times.brief, "s", BRIEF_S, on, low=True)


async def _create_accounts(settings: dict[str, str]) -> None:
    service = await open_service(settings)
    for name in ("Alice", "Bob"):
        await live_changes.add_account(service, f"{name.lower()}@desk.example", name, ROLES[name], PASSWORD)
    await service.close()


async def _take(url: str) -> CallTimes:
    async with open_browsers(url) as people:
        return await take_call(await people.window("Alice"), await people.window("Bob"))
