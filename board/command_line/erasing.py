"""Command with which two people erase a search or a part of one, and that lists the searches whose retention has ended."""

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

USAGE = "Use --dry-run or --continue alone, or give a search with --dry-run, --reason or --agree."
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
    seen: Annotated[str, typer.Option(help="The state of the list that --dry-run printed of the search, for --agree.")] = "",
    part: PartOption = None,
    go_on: Annotated[bool, typer.Option("--continue", help="Continue the erasures that were interrupted.")] = False,
    as_json: AsJson = False,
) -> None:
    """Erase a closed search, by two people: one asks with --reason, another agrees with --agree, here or on the page Retention.
    With --part, erase only a card, note, contact or file of a search.

    With --dry-run, list the closed searches whose retention has ended, or what is erased with a search or a part.
    """
    has_one_mode = sum((dry_run, reason is not None, agree, go_on)) == 1
    if not has_one_mode or (id is None and not dry_run and not go_on) or (id and go_on) or (part and not id):
        raise OperationError(USAGE)
    if dry_run and id is not None:
        print_rows([read(lambda session: part_erasing.row(session, id, part) if part else _listed(session, id))], as_json)
    elif dry_run:
        rules = load_retention(Settings().files_path)
        print_rows(read(lambda session: _due(session, rules)), as_json)
    elif reason is not None:
        write(lambda session: _ask(session, id or "", part, reference, reason))
        print("Nothing is erased yet. Another person must agree.")
    else:
        if agree:
            write(lambda session: _agree(session, id or "", part, reference, seen))
        print_rows([(f"{count} erased", {"erased": count}) for count in [asyncio.run(_continue())]], as_json)


def _ask(session: Session, id: str, part: PartName | None, reference: str, reason: str) -> None:
    from board.retention import erasures

    if part is not None:
        part_erasing.ask(session, id, part, reference, reason)
    else:
        erasures.ask(session, find_search(session, id), reference, reason, now())


def _listed(session: Session, id: str) -> tuple[str, dict[str, Any]]:
    """Return what an erasure of a search removes, who asked for it, and the state of this list."""
    from board.retention import erasures, inventory

    search, row = find_search(session, id), erasures.find(session, id, now())
    counts, seen = inventory.by_group(inventory.rows_about(session, id)), erasures.state(session, search.id)
    asked = {"by": erasures.person_name(session, row.asked_by), "at": row.asked_at, "reason": row.reason} if row else None
    lines = [f"{asked['by']} asked at {asked['at']}: {asked['reason']}" if asked else "Nobody asked to erase this search."]
    lines += [f"{inventory.GROUPS[group]}: {count:,}" for group, count in counts.items()]
    values = {"search": id, "reference": search.reference, "asked": asked, "counts": counts, "seen": seen}
    return "\n".join([*lines, f"To agree to this list, add: --seen {seen}"]), values


def _agree(session: Session, id: str, part: PartName | None, reference: str, seen: str) -> None:
    from board.retention import erasures

    if part is not None:
        part_erasing.agree(session, id, part, reference, seen)
        return
    search, row = find_search(session, id), erasures.find(session, id, now())
    if row is None:
        raise OperationError("Nobody asked to erase this search. Ask with --reason.")
    if not seen:
        raise OperationError(f"Read the list first: board erase {id} --dry-run. It says what to add.")
    erasures.agree(session, search, row.id, reference, now(), seen=seen)


async def _continue() -> int:
    """Continue all open erasures; return the number of completed ones. Raises OperationError if one must wait."""
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
