"""References of searches: as people give them, or made by the server.

A given reference is unique among the searches that its giver may see, and only there: an answer that told of another one would
tell that a search exists. What the server makes is unique among all that it made. So two searches may have the same reference,
and somebody may come to see both; then each stands beside the name of its child.
"""

from itertools import count

from sqlalchemy import text
from sqlmodel import Session, select

from board.engine.access import can_see
from board.engine.event_writer import EventWriter
from board.errors import invalid
from board.i18n import N_
from models.search import Search

_MADE = text("SELECT made_reference FROM search WHERE made_reference LIKE :like")


def visible(session: Session, account: str, reference: str) -> list[tuple[str, str]]:
    """Return (id, status) of the searches with this reference that an account may see, in the order in which they were opened."""
    asked = select(Search.id, Search.status, Search.access, Search.members).where(Search.reference == reference)
    rows = session.exec(asked.order_by(Search.id))
    return [(id, status) for id, status, access, members in rows if can_see(account, access, members)]


def is_taken(writer: EventWriter, reference: str, own: str | None) -> bool:
    """Return whether another search that the giver may see has this reference."""
    return any(id != own for id, _ in visible(writer.session, writer.account_id, reference))


def check(writer: EventWriter, reference: str, own: str | None) -> None:
    """Raise Refused `invalid` where it is taken."""
    if is_taken(writer, reference, own):
        raise invalid("reference", N_("Another search has this reference."))


def next_reference(writer: EventWriter) -> str:
    """Year and number, as in 2026-0412: one more than the highest that was made in the year. Of given ones only those that the
    person who opens the search may see are passed over."""
    year = writer.now[:4]
    made = writer.session.connection().execute(_MADE, {"like": f"{year}-%"}).scalars()
    numbers = count(max((int(each[5:]) for each in made), default=0) + 1)
    return next(reference for number in numbers if not is_taken(writer, reference := f"{year}-{number:04d}", None))
