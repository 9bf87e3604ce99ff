"""Names and values of one board, for documents and timelines in a language."""

from collections.abc import Collection

from sqlmodel import Session, select

from board.documents.field_values import EntityNames, FieldValues
from board.exports.tables import NameResolver
from models.accounts import Account
from models.contact import Contact
from models.entity import State
from models.file import File
from models.note import Note
from models.search import Search


def values_of(session: Session, board: str, reads: str, hidden_kinds: Collection[str]) -> FieldValues:
    """Return the current names and values of a search's board in the language `reads`, without names of `hidden_kinds`."""
    languages = dict(session.exec(select(Account.id, Account.language)).all())
    sex = session.get_one(Search, board).person.get("sex")
    return FieldValues(_names(session, board, reads, hidden_kinds), languages, reads, sex)


def _names(session: Session, board: str, reads: str, hidden_kinds: Collection[str]) -> EntityNames:
    names = NameResolver.of_board(session, board, reads)
    search = session.get_one(Search, board)
    entities: dict[str, tuple[str, State]] = {board: ("search", {"person": search.person, "reference": search.reference})}
    entities |= {id: (kind, {"number": number}) for id, (kind, number) in names.cards.items()}
    entities |= {id: ("column", {"title": title, "role": role}) for id, (title, role) in names.columns.items()}
    files = session.exec(select(File.id, File.name, File.caption).where(File.board == board))
    entities |= {id: ("file", {"name": name, "caption": caption}) for id, name, caption in files}
    entities |= {id: ("note", {}) for id in session.exec(select(Note.id).where(Note.board == board))}
    entities |= {id: ("material", state) for id, state in names.materials.items()}
    if Contact.KIND not in hidden_kinds:
        contacts = session.exec(select(Contact.id, Contact.name).where(Contact.board == board))
        entities |= {id: (Contact.KIND, {"name": name}) for id, name in contacts}
    return EntityNames(names.accounts, entities)
