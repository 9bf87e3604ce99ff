"""Commands about holds: keep a search after the end of its retention, and end that early."""

from typing import Annotated, Any

import typer
from sqlmodel import Session

from board.errors import OperationError, Refused
from board.maintenance.database import write
from models.times import now

SearchId = Annotated[str, typer.Argument(metavar="SEARCH", help="The search's id.")]


def hold(
    id: SearchId,
    until: Annotated[str, typer.Option(help="The last day of the hold, such as 2027-06-01.")],
    reason: Annotated[str, typer.Option(help="Why the search is kept.")],
) -> None:
    """Keep a search until a day, even after its retention has ended. Print the id of the hold."""

    def place(session: Session) -> str:
        from board.retention import holds

        return holds.place(session, find_search(session, id), until, reason, now(), None)

    print(write(place))


def end_hold(id: SearchId, hold: Annotated[str, typer.Argument(help="The id of the hold.")]) -> None:
    """End a hold of a search early."""

    def end(session: Session) -> None:
        from board.retention import holds

        try:
            holds.end(session, find_search(session, id), hold, now())
        except Refused:
            raise OperationError("The search has no such hold.") from None

    write(end)


def find_search(session: Session, id: str) -> Any:
    """Return a search. Raises OperationError if there is none with this id."""
    from board.commands import registry  # noqa: F401 - declares the kinds
    from models.search import Search

    search = session.get(Search, id) if "\0" not in id else None
    if search is None:
        raise OperationError("There is no search with this id.")
    return search
