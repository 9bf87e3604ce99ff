"""Whether all is as it should be."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from board.command_line.output import AsJson, show
from board.displays import health
from board.maintenance.database import read
from models.times import now


def check(as_json: AsJson = False) -> None:
    """Looks at what this installation needs: settings, database, Redis, address, PDF, backup, clock. A line each, and 0; or 1
    where something is wrong."""
    from board.checks import State, run

    found = run()
    show([(each.line, each.shown) for each in found], as_json)
    sys.exit(any(each.state == State.WRONG for each in found))


def verify(
    board: Annotated[str | None, typer.Argument(help="One board only.")] = None,
    heads: Annotated[Path | None, typer.Option(help="A file with what this printed once, kept elsewhere.")] = None,
) -> None:
    """Checks every journal: its chain, and that it goes on from where it stood at signed handovers and in HEADS. 0 and a line a
    board, or 1 and the first bad row."""
    from board.engine import integrity

    for line in read(lambda session: integrity.verify(session, board, heads)):
        print(line)


def displays(as_json: AsJson = False) -> None:
    """Says which wall displays are current, a line each. 0, or 1 where one is not."""
    told = read(lambda session: health.told(session, now()))
    show([(each.line, each.shown) for each in told], as_json)
    sys.exit(0 if all(each.state == "current" for each in told) else 1)
