"""Many clients that arrive at the same time: each signs in, follows a board of 50 cards and gets its snapshot; then memory of
idle clients."""

import resource
from collections.abc import Iterator
from statistics import median
from typing import Any

from tests.tools.bench import Figure
from tests.tools.bench._fanout_servers import board, load, native_programs

ROUNDS = 3
CLIENTS, IDLE, CARDS = 1_000, 10_000, 50
IDLE_MS = 2_000


def measure() -> Iterator[Figure]:
    with native_programs() as programs:

        def come(clients: int) -> dict[str, Any]:
            with board(programs, CARDS) as target:
                target.publisher = "none"
                return load(programs, target, clients, 0, "--hold", str(IDLE_MS))

        rounds = [come(CLIENTS) for _ in range(ROUNDS)]
        on = f"a board of {CARDS} cards, {ROUNDS} rounds, median; SQLite, one process"
        yield Figure("connects", median(each["connect_per_s"] for each in rounds), "/s", 1_500, on)
        cost = median(each["connect_cpu_s"] / CLIENTS for each in rounds)
        yield Figure("… server's processor for each", cost * 1e6, "µs", None, on)
        most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
        idle = IDLE if most == resource.RLIM_INFINITY or most > 2 * IDLE else most // 2
        yield Figure(
            "memory for each idle connection",
            come(idle)["kb_per_conn"],
            "kB",
            25,
            f"{idle:,} on a board of {CARDS} cards",
            low=True,
        )
