"""Command that lists the searches whose retention has ended."""

from typing import Annotated

import typer

from board.command_line.output import AsJson, print_rows
from board.config.retention import load_retention
from board.config.settings import Settings
from board.errors import OperationError
from board.maintenance.database import read
from models.times import now

DryRun = Annotated[bool, typer.Option("--dry-run", help="List what would be erased, and why. Nothing is erased.")]


def erase(dry_run: DryRun = False, as_json: AsJson = False) -> None:
    """List the closed searches whose retention has ended, with what is stored about each. Requires --dry-run."""
    if not dry_run:
        raise OperationError("Searches are not erased yet. List those whose retention has ended: board erase --dry-run.")
    from board.commands import registry  # noqa: F401 - declares the kinds
    from board.maintenance.retention import due_searches

    rules = load_retention(Settings().files_path)
    print_rows(read(lambda session: [(due.line(), due.to_json()) for due in due_searches(session, rules, now())]), as_json)
