"""Command `python3 -m board fault-test`: one run, with its verdict and statistics."""

import argparse
import asyncio
import signal
import sys
from collections.abc import Sequence
from pathlib import Path

from tests.tools.attack.attackers import ATTACKERS
from tests.tools.faults.run import Outcome, Plan, run
from tests.tools.faults.system_under_test import ROOT

MOST_DELAY_S = 1.0  # limit for the p99 of delivery in a run without Redis


def main(arguments: Sequence[str]) -> int:
    """Run once. Return 0 if no promise was broken."""
    asked = _parser().parse_args(arguments)
    plan = Plan(
        seconds=asked.minutes * 60, seed=asked.seed, workers=asked.workers, redis=asked.redis != "away", writers=asked.writers,
        uploaders=asked.uploaders, files=asked.files,
        readers=asked.readers, supervised=asked.supervised, tree=asked.tree, boards=asked.boards, rate=asked.rate,
        custody=asked.custody, say=_print,
        leave_out=lambda kind: any(kind.startswith(each) for each in asked.without),
        attackers=tuple(ATTACKERS) if asked.attack else (),
    )  # fmt: skip
    try:
        outcome = asyncio.run(_run_until_signal(plan))
    except (KeyboardInterrupt, asyncio.CancelledError):
        _print("stopped")
        return 130
    lines = format_report(outcome)
    slow = not plan.redis and outcome.figures.delay.p99 > MOST_DELAY_S
    if slow:
        lines.append(f"too slow: without Redis, delivery is to take at most {MOST_DELAY_S} s (p99)")
    sys.stdout.write("\n".join(lines) + "\n")
    harm = outcome.assault is not None and bool(outcome.assault.harm)
    return 0 if outcome.verdict.good and not slow and not harm else 1


def _print(line: str) -> None:
    sys.stderr.write(line + "\n")
    sys.stderr.flush()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="board fault-test", description="Runs the board while everything under it fails.")
    parser.add_argument("--minutes", type=float, default=1.0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--workers", type=int, default=3, choices=[1, 2, 3, 4])
    parser.add_argument("--redis", choices=["here", "away"], default="here", help="away: for the whole run")
    parser.add_argument("--supervised", action="store_true", help="all workers by one `serve --workers N`")
    parser.add_argument("--writers", type=int, default=10)
    parser.add_argument("--readers", type=int, default=20)
    parser.add_argument("--uploaders", type=int, default=2, help="people who send photos and files")
    parser.add_argument("--files", choices=["folder", "bucket"], default="folder", help="the store of photos and files")
    parser.add_argument("--boards", type=int, default=12)
    parser.add_argument("--rate", type=float, default=180.0, help="commands a second, of all writers together")
    parser.add_argument("--custody", type=float, default=5.0, help="of these, those about alarms and duties: a third raise one")
    parser.add_argument("--tree", type=Path, default=ROOT, help="the checkout whose board is run")
    parser.add_argument("--attack", action="store_true", help="with all hostile accounts of `board attack` beside it")
    parser.add_argument("--without", action="append", default=[], help="a kind of fault to leave out, by its beginning")
    return parser


async def _run_until_signal(plan: Plan) -> Outcome:
    """Run, and shut down cleanly on SIGTERM, as on Ctrl-C."""
    task = asyncio.current_task()
    assert task is not None
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
    return await run(plan)


def format_report(outcome: Outcome) -> list[str]:
    """Return the report, as lines of text."""
    found = outcome.figures
    lines = [
        f"commands: {found.commands['given']} given, {found.commands['ok']} ok, {found.commands['refused']} refused, "
        f"{found.resent} sent more than once; answered in {found.answers}",
        "deliveries: " + ", ".join(f"{count} {name}" for name, count in found.deliveries.items()),
        f"delivery: {found.delay}; while nothing failed: {found.calm_delay}",
        f"faults: {sum(found.faults.values())}; all readers back at the head: {found.heals}",
    ]
    for kind, spread in sorted(found.heals_by_kind.items()):
        lines.append(f"  {kind:24} {spread}")
    lines += [f"  {name:24} answered in {spread}" for name, spread in sorted(found.answers_by_command.items())]
    lines += ["the slowest:", *(f"  {line}" for line in found.slowest)]
    lines += [f"{name}: {value}" for name, value in outcome.notes.items()]
    lines += [
        f"complaints in the workers' logs: {len(outcome.complaints)}",
        *(f"  {line[:300]}" for line in outcome.complaints[:5]),
    ]
    lines += [f"{name:30} {count}" for name, count in outcome.verdict.counts.items()]
    for name, cases in outcome.verdict.cases.items():
        lines += [f"  {name}: {case}" for case in cases]
    return lines


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
