"""Calls in the texts of a handover that was open when the upgrade added contacts. The server moves each text to a new contact,
as its note, with a call due an hour later."""

from collections import defaultdict
from collections.abc import Mapping
from datetime import timedelta

from sqlalchemy import literal_column, select
from sqlmodel import Session

from board.commands.contacts import contacts
from board.commands.contacts.contacts import AddContact
from board.engine import occasions, unit_of_work
from board.engine.event_writer import EventWriter
from board.i18n import N_, gettext_for
from models.accounts import Account
from models.db.tables import columns_of
from models.handover import Briefing
from models.search import Search
from models.times import format_utc, parse_utc

WAIT = timedelta(hours=1)
NAME = N_("Calls and updates due")

_B = columns_of(Briefing)
# text: SQLite uses the partial index `briefing_calls_owed` only if its condition is repeated
_OWED = select(_B.id, _B.board).where(literal_column("briefing.calls_owed")).limit(occasions.MAX_FOUND)


def owed(session: Session) -> Mapping[str, list[str]]:
    """Return the ids of the briefings with calls to move, by board."""
    found: dict[str, list[str]] = defaultdict(list)
    for row in session.connection().execute(_OWED):
        found[row.board].append(row.id)
    return found


def move(writer: EventWriter, id: str) -> None:
    """Move a briefing's text about calls to a new contact of its search. The report of a signed handover keeps the text."""
    row = unit_of_work.get(writer.session, Briefing, id)
    if row is None or not row.calls_owed:
        return
    writer.set_hidden(row, {"calls_owed": None})
    search = unit_of_work.get(writer.session, Search, writer.board.id)
    if search is None or search.status == "closed" or not row.contacts:
        return
    author = unit_of_work.get(writer.session, Account, (row.authorship.get("contacts") or {}).get("by") or "")
    name = gettext_for(author.language if author is not None else "")(NAME)
    due = format_utc(parse_utc(writer.now) + WAIT)
    contacts.add(writer, AddContact.model_validate({"name": name, "note": row.contacts, "next_call": due}))
    authorship = {path: mark for path, mark in row.authorship.items() if path != "contacts"}
    writer.update(row, "handover.written", {"contacts": None, "authorship": authorship}, conflicts=False)
