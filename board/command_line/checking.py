"""Commands that check the installation, the journals and the wall displays."""

import sys
from pathlib import Path
from typing import Annotated

import typer
from sqlmodel import Session

from board.command_line.output import AsJson, print_rows, progress
from board.displays import health
from board.maintenance.database import read
from board.telemetry.row_progress import RowProgress
from models.board import OPERATIONS
from models.times import now

displays = typer.Typer(help="Wall displays.")


def check(
    as_json: AsJson = False,
    digests: Annotated[bool, typer.Option("--digests", help="Read every attached file, and compare its digest.")] = False,
) -> None:
    """Check what this installation needs: settings, database, tables, files, Redis, address, e-mail, webhooks, PDF, backup,
    clock.

    Prints a line for each. Exit 1 if something is wrong.
    """
    from board.maintenance.checks import State, run

    found = run(digests, progress)
    print_rows([(each.as_line, each.as_json) for each in found], as_json)
    sys.exit(any(each.state == State.WRONG for each in found))


def verify(
    board: Annotated[str | None, typer.Argument(help="One board only.")] = None,
    heads: Annotated[Path | None, typer.Option(help="File with earlier output of this command, kept elsewhere.")] = None,
) -> None:
    """Verify the hash chain of every journal, that it continues from signed handovers and from HEADS, and the line of the watch
    in signed handovers.

    Prints a line for each board and exits 0, or prints the first bad row and exits 1. A terminal shows the progress.
    """
    from board.commands import registry  # noqa: F401 - declares the kinds, and which of their events sign positions
    from board.commands.handover import watch_line
    from board.engine import integrity

    events = RowProgress()

    def told(done: int, whole: int) -> None:
        events.update(done, whole)
        progress(events.sentence("verified"))

    def verified(session: Session) -> list[str]:
        lines = integrity.verify(session, board, heads, told)
        if board in (None, OPERATIONS):
            watch_line.verify(session)
        return lines

    lines = read(verified)
    progress("")
    for line in lines:
        print(line)


@displays.callback(invoke_without_command=True)
def displays_default(context: typer.Context, as_json: AsJson = False) -> None:
    """Show the status of wall displays."""
    if context.invoked_subcommand is None:
        displays_status(as_json)


@displays.command("status")
def displays_status(as_json: AsJson = False) -> None:
    """Print for each wall display whether it shows the current state. Exit 1 if one does not."""
    found = read(lambda session: health.table(session, now()))
    print_rows([(each.as_line, each.as_json) for each in found], as_json)
    sys.exit(0 if all(each.state == "current" for each in found) else 1)
