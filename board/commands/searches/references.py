"""References of searches, given by people or made by the server.

A given reference is unique among the searches that its author may see: refusing others would disclose that a hidden search
exists. A reference made by the server is unique among all those it made. So two searches may share a reference, and somebody
may come to see both; each is then shown with the name of its child.
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
    """Return (id, status) of the searches with this reference that an account may see, in the order of opening."""
    asked = select(Search.id, Search.status, Search.access, Search.members).where(Search.reference == reference)
    rows = session.exec(asked.order_by(Search.id))
    return [(id, status) for id, status, access, members in rows if can_see(account, access, members)]


def is_taken(writer: EventWriter, reference: str, own: str | None) -> bool:
    """Return whether another search visible to the author has this reference."""
    return any(id != own for id, _ in visible(writer.session, writer.account_id, reference))


def check(writer: EventWriter, reference: str, own: str | None) -> None:
    """Raise Refused `invalid` if the reference is taken."""
    if is_taken(writer, reference, own):
        raise invalid("reference", N_("Another search already has this reference."))


def next_reference(writer: EventWriter) -> str:
    """Return the next reference of the year, such as 2026-0412: one above the highest the server made, skipping given ones
    that the author may see."""
    year = writer.now[:4]
    made = writer.session.connection().execute(_MADE, {"like": f"{year}-%"}).scalars()
    numbers = count(max((int(each[5:]) for each in made), default=0) + 1)
    return next(reference for number in numbers if not is_taken(writer, reference := f"{year}-{number:04d}", None))
