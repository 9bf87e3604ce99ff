"""Names and values of one board, for everything that is written about it in a language."""

from sqlmodel import Session, select

from board.documents.field_values import EntityNames, FieldValues
from board.exports.tables import NameResolver
from models.accounts import Account
from models.entity import State
from models.file import File
from models.note import Note
from models.search import Search


def values_of(session: Session, board: str, reads: str) -> FieldValues:
    """Return the current names and the values of the board of a search, in a language."""
    languages = dict(session.exec(select(Account.id, Account.language)).all())
    sex = session.get_one(Search, board).person.get("sex")
    return FieldValues(_names(session, board, reads), languages, reads, sex)


def _names(session: Session, board: str, reads: str) -> EntityNames:
    names = NameResolver.of_board(session, board, reads)
    search = session.get_one(Search, board)
    entities: dict[str, tuple[str, State]] = {board: ("search", {"person": search.person, "reference": search.reference})}
    entities |= {id: (kind, {"number": number}) for id, (kind, number) in names.cards.items()}
    entities |= {id: ("column", {"title": title, "role": role}) for id, (title, role) in names.columns.items()}
    files = session.exec(select(File.id, File.name, File.caption).where(File.board == board))
    entities |= {id: ("file", {"name": name, "caption": caption}) for id, name, caption in files}
    entities |= {id: ("note", {}) for id in session.exec(select(Note.id).where(Note.board == board))}
    entities |= {id: ("material", state) for id, state in names.materials.items()}
    return EntityNames(names.accounts, entities)
