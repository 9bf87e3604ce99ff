"""Process of the attackers: read the target from standard input, attack until the input closes, and print the tallies as JSON.

Its first line is `ready`.
"""

import asyncio
import json
import os
import sys

from tests.tools.attack.attackers import ATTACKERS
from tests.tools.attack.target import Target

LOWER_PRIORITY = 10  # real attackers use their own computers, so they must not take CPU time from the servers


async def _attack(names: list[str]) -> None:
    target = Target.from_json(sys.stdin.readline())
    attackers = {name: ATTACKERS[name](target) for name in names}
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    tasks = [asyncio.create_task(attacker.attack()) for attacker in attackers.values()]
    ended = asyncio.create_task(asyncio.to_thread(sys.stdin.read))
    await asyncio.wait([ended, *tasks], return_when=asyncio.FIRST_COMPLETED)
    failed = [task.exception() for task in tasks if task.done() and not task.cancelled()]
    result = {name: attacker.tally.to_dict() for name, attacker in attackers.items()}
    sys.stdout.write(json.dumps({"tallies": result, "failed": [repr(error) for error in failed if error]}) + "\n")
    sys.stdout.flush()
    os._exit(0)  # without waiting for the open calls of attackers


if __name__ == "__main__":
    os.nice(LOWER_PRIORITY)
    asyncio.run(_attack(sys.argv[1:]))
