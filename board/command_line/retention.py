"""Commands about retention: list the searches whose retention has ended, and hold searches."""

from typing import Annotated, Any

import typer
from sqlmodel import Session

from board.command_line.output import AsJson, print_rows
from board.config.retention import Retention, load_retention
from board.config.settings import Settings
from board.errors import OperationError, Refused
from board.maintenance.database import read, write
from models.times import now

DryRun = Annotated[bool, typer.Option("--dry-run", help="List what would be erased, and why. Nothing is erased.")]
SearchId = Annotated[str, typer.Argument(metavar="SEARCH", help="The search's id.")]


def erase(dry_run: DryRun = False, as_json: AsJson = False) -> None:
    """List the closed searches whose retention has ended, with what is stored about each. Requires --dry-run."""
    if not dry_run:
        raise OperationError("Searches are not erased yet. List those whose retention has ended: board erase --dry-run.")
    rules = load_retention(Settings().files_path)
    print_rows(read(lambda session: _due(session, rules)), as_json)


def _due(session: Session, rules: Retention) -> list[tuple[str, dict[str, Any]]]:
    from board.commands import registry  # noqa: F401 - declares the kinds
    from board.retention.due_searches import due_searches
    from board.retention.inventory import rows_about

    found = [(search, rows_about(session, search.id)) for search in due_searches(session, rules, now())]
    return [(search.line(rows), search.to_json(rows)) for search, rows in found]


def hold(
    id: SearchId,
    until: Annotated[str, typer.Option(help="The last day of the hold, such as 2027-06-01.")],
    reason: Annotated[str, typer.Option(help="Why the search is kept.")],
) -> None:
    """Keep a search until a day, also after its retention has ended. Print the id of the hold."""

    def place(session: Session) -> str:
        from board.retention import holds

        return holds.place(session, _search(session, id), until, reason, now(), None)

    print(write(place))


def end_hold(id: SearchId, hold: Annotated[str, typer.Argument(help="The id of the hold.")]) -> None:
    """End a hold of a search early."""

    def end(session: Session) -> None:
        from board.retention import holds

        try:
            holds.end(session, _search(session, id), hold, now())
        except Refused:
            raise OperationError("The search has no such hold.") from None

    write(end)


def _search(session: Session, id: str) -> Any:
    from board.commands import registry  # noqa: F401 - declares the kinds
    from models.search import Search

    search = session.get(Search, id) if "\0" not in id else None
    if search is None:
        raise OperationError("There is no search with this id.")
    return search
