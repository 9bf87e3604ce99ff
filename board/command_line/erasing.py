"""Command that erases searches and parts of them by four eyes, and lists the searches whose retention has ended."""

import asyncio
from typing import Annotated, Any

import typer
from sqlmodel import Session

from board.command_line import part_erasing
from board.command_line.output import AsJson, print_rows
from board.command_line.part_erasing import PartName
from board.command_line.retention import find_search
from board.config.retention import Retention, load_retention
from board.config.settings import Settings
from board.errors import OperationError
from board.maintenance.database import read, write
from models.times import now

USAGE = "Use --dry-run or --continue alone, or give a search with --reason or --agree; with --part, also with --dry-run."
DryRun = Annotated[bool, typer.Option("--dry-run", help="List what would be erased, and why. Nothing is erased.")]
PartOption = Annotated[
    tuple[str, str] | None,
    typer.Option(
        "--part", metavar="KIND NUMBER",
        help="Erase only this card, note, contact or file of the search, by its number or id, such as: sighting 12.",
    ),
]  # fmt: skip


def erase(
    id: Annotated[str | None, typer.Argument(metavar="SEARCH", help="The search's id.")] = None,
    dry_run: DryRun = False,
    reference: Annotated[str, typer.Option(help="The reference of the search, typed as a check.")] = "",
    reason: Annotated[str | None, typer.Option(help="Ask to erase the search, for this reason, without names.")] = None,
    agree: Annotated[bool, typer.Option("--agree", help="Agree to what another person asked for, and erase the search.")] = False,
    part: PartOption = None,
    go_on: Annotated[bool, typer.Option("--continue", help="Continue the erasures that were interrupted.")] = False,
    as_json: AsJson = False,
) -> None:
    """Erase a closed search, by two people: one asks with --reason, another agrees with --agree, here or on the page Retention.
    With --part, erase only a card, note, contact or file of a search.

    With --dry-run, list the closed searches whose retention has ended, with what is stored about each, or what is erased with a
    part.
    """
    is_list = dry_run and part is None
    has_one_mode = sum((dry_run, reason is not None, agree, go_on)) == 1
    if not has_one_mode or (id is None) != (is_list or go_on) or (id is None and part is not None):
        raise OperationError(USAGE)
    if is_list:
        rules = load_retention(Settings().files_path)
        print_rows(read(lambda session: _due(session, rules)), as_json)
    elif dry_run and part is not None:
        print_rows([read(lambda session: part_erasing.row(session, id or "", part))], as_json)
    elif reason is not None:
        write(lambda session: _ask(session, id or "", part, reference, reason))
        print("Nothing is erased yet. Another person must agree.")
    else:
        if agree:
            write(lambda session: _agree(session, id or "", part, reference))
        print_rows([(f"{count} erased", {"erased": count}) for count in [asyncio.run(_continue())]], as_json)


def _ask(session: Session, id: str, part: PartName | None, reference: str, reason: str) -> None:
    from board.retention import erasures

    if part is not None:
        part_erasing.ask(session, id, part, reference, reason)
    else:
        erasures.ask(session, find_search(session, id), reference, reason, now())


def _agree(session: Session, id: str, part: PartName | None, reference: str) -> None:
    from board.retention import erasures

    if part is not None:
        part_erasing.agree(session, id, part, reference)
        return
    search, row = find_search(session, id), erasures.find(session, id, now())
    if row is None:
        raise OperationError("Nobody asked to erase this search. Ask with --reason.")
    erasures.agree(session, search, row.id, reference, now(), seen=None)


async def _continue() -> int:
    """Continue all open erasures; return the number of those that ended. Raises OperationError if one must wait."""
    from board.commands import registry  # noqa: F401 - declares the kinds
    from board.files.store import FileStore
    from board.retention.erasure_run import ErasureRun, open_erasures
    from models.db.database import Database

    settings = Settings()
    database, files = Database(settings.database_url), FileStore.of(settings, must_exist=True)
    try:
        count = await ErasureRun(database, files, keys_file=settings.search_keys_file).continue_all()
        if await database.read(open_erasures):
            raise OperationError("The erasure waits for other connections. Run: board erase --continue.")
        return count
    finally:
        await files.close()
        await database.close()


def _due(session: Session, rules: Retention) -> list[tuple[str, dict[str, Any]]]:
    from board.commands import registry  # noqa: F401 - declares the kinds
    from board.retention.due_searches import due_searches
    from board.retention.inventory import rows_about
    from board.retention.linked_searches import with_kept

    due = [with_kept(session, search, rules, now(), None) for search in due_searches(session, rules, now())]
    found = [(search, rows_about(session, search.id)) for search in due]
    return [(search.line(rows), search.to_json(rows)) for search, rows in found]
