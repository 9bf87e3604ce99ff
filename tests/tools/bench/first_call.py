"""First call about a missing child, typed at 40 words a minute: seconds until a coordinator sees the alarm and the facts, and
seconds of the brief for the police."""

import asyncio
from collections.abc import Iterator

from tests.support.first_call import FACTS, CallTimes, take_call
from tests.tools.bench import Figure
from tests.tools.bench._browsers import open_browsers
from tests.tools.bench._server import on_sqlite, serving

FACTS_S, BRIEF_S = 90, 3


def measure() -> Iterator[Figure]:
    with on_sqlite() as settings, serving(settings) as (_, port):
        times = asyncio.run(_take(f"http://127.0.0.1:{port}"))
    on = "40 words a minute; SQLite, one process"
    yield Figure("first call: alarm on the coordinator's screen", times.alarm, "s", None, on, low=True)
    yield Figure(f"first call: {FACTS} facts on the coordinator's screen", times.facts, "s", FACTS_S, on, low=True)
    yield Figure("first call: brief for the police", times.brief, "s", BRIEF_S, on, low=True)


async def _take(url: str) -> CallTimes:
    async with open_browsers(url) as people:
        return await take_call(await people.window("Alice"), await people.window("Bob"))
