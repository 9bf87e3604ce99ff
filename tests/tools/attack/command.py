"""Command `python3 -m board attack`: attackers on a running installation, while four honest people work on it."""

import argparse
import asyncio
import signal
import sys
from collections.abc import Sequence

from tests.tools.attack.attackers import ATTACKERS
from tests.tools.faults.command import format_report
from tests.tools.faults.run import Outcome, Plan, run

HONEST = 4
RATE = 4.0  # commands per second of all honest people together, as fast as people can work
MAX_P95_S = 0.25  # limit for honest commands, from sending to the answer
SHIFT_S = 60.0  # seconds per shift: each handover locks all searches for a moment; in reality there are two a day
LATE = {"alarms late", "turned away"}  # checks of the fault test that depend on the speed of the machine
EXPECTED = {"conflict", "not_found"}  # refusals of honest commands that other honest people cause


def plan_of(minutes: float, names: Sequence[str], seed: int = 1, workers: int = 2) -> Plan:
    """Return a run without faults: four people who write and read, and the attackers."""
    return Plan(
        seconds=minutes * 60, seed=seed, workers=workers, writers=HONEST, readers=HONEST, guests=1, boards=4, rate=RATE,
        uploaders=1, custody=RATE / 10, shift_s=SHIFT_S, given=(), attackers=tuple(names) or tuple(ATTACKERS), say=_print,
    )  # fmt: skip


def broken_promises(outcome: Outcome) -> list[str]:
    """Return sentences about the harm by the attackers; empty if there was none."""
    assert outcome.assault is not None
    found = [f"{count} {name}" for name, count in outcome.verdict.counts.items() if count and name not in LATE]
    refused = {code: count for code, count in outcome.refusals.items() if code not in EXPECTED | {"unavailable"}}
    found += [f"honest commands refused: {code} × {count}" for code, count in refused.items()]
    return found + outcome.assault.harm


def slow_answers(outcome: Outcome) -> list[str]:
    """Return sentences about late answers; empty if there are none. Other load on the machine can cause some."""
    p95 = outcome.figures.answers.at(0.95)[0]
    found = [f"{outcome.verdict.counts[name]} {name}" for name in sorted(LATE) if outcome.verdict.counts[name]]
    return found + ([f"honest commands took {p95:.3f} s (p95)"] if p95 > MAX_P95_S else [])


def rows(outcome: Outcome) -> list[str]:
    """Return the report for a person."""
    assert outcome.assault is not None
    answers = outcome.figures.answers
    p50, p95, most = answers.at(0.5, 0.95, 1.0)
    head = f"honest commands: {outcome.figures.commands['ok']} ok; of the {HONEST} people at work: {len(answers.values)}, "
    head += f"p50 {p50:.3f}, p95 {p95:.3f}, max {most:.3f} s"
    broken = broken_promises(outcome) + slow_answers(outcome)
    report = [head, *outcome.assault.rows(), *format_report(outcome)]
    return [*report, f"broken promises: {len(broken)}", *(f"  {case}" for case in broken)]


def main(arguments: Sequence[str]) -> int:
    """Run once; return 0 if the attackers achieved nothing."""
    options = _parser().parse_args(arguments)
    if options.list:
        for name, attacker in ATTACKERS.items():
            sys.stdout.write(f"{name:14} {(sys.modules[attacker.__module__].__doc__ or '').splitlines()[0]}\n")
        return 0
    try:
        outcome = asyncio.run(_run_until_signal(plan_of(options.minutes, options.only, options.seed, options.workers)))
    except (KeyboardInterrupt, asyncio.CancelledError):
        _print("stopped")
        return 130
    sys.stdout.write("\n".join(rows(outcome)) + "\n")
    return 1 if broken_promises(outcome) or slow_answers(outcome) else 0


async def _run_until_signal(plan: Plan) -> Outcome:
    task = asyncio.current_task()
    assert task is not None
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
    return await run(plan)


def _print(line: str) -> None:
    sys.stderr.write(line + "\n")
    sys.stderr.flush()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="board attack", description=__doc__)
    parser.add_argument("--minutes", type=float, default=1.0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--workers", type=int, default=2, choices=[1, 2, 3, 4])
    parser.add_argument("--only", action="append", default=[], choices=list(ATTACKERS), help="this attacker; may be repeated")
    parser.add_argument("--list", action="store_true", help="list the attackers, and end")
    return parser
