"""Searches to which a token is limited, named by their ids or references."""

from collections.abc import Collection, Iterable

from sqlmodel import Session, col, select

from board.engine.access import can_see
from board.errors import OperationError
from board.i18n import N_, message
from models.accounts import Account, Token
from models.ids import is_uuid
from models.search import Search

MAX_BOARDS = 50  # per token; anyone who needs more needs a token for all searches
MAX_TYPED = 5_000  # characters of a list of searches


def typed(text: str) -> list[str]:
    """Return the ids or references in a typed, comma-separated list."""
    return [name for part in text[:MAX_TYPED].split(",") if (name := part.strip())]


def checked(session: Session, account: Account, scope: str, searches: Collection[str]) -> list[str]:
    """Return the ids of these searches. Raises OperationError if the account does not see exactly one search by each name."""
    if searches and scope == "accounts":
        raise OperationError(N_("A token that manages accounts cannot be limited to searches."))
    if len(searches) > MAX_BOARDS:
        raise OperationError(N_("A token can be limited to at most 50 searches."))
    return sorted({_find(session, account, name) for name in searches})


def _find(session: Session, account: Account, name: str) -> str:
    is_named = Search.id == name if is_uuid(name) else Search.reference == name
    rows = session.exec(select(Search.id, Search.access, Search.members).where(is_named))
    found = [id for id, access, members in rows if account.guest_of == id or can_see(account.id, access, members)]
    if len(found) != 1:
        raise OperationError(message(N_("The owner of the token sees no search “{name}”, or more than one."), name=name[:200]))
    return found[0]


def references(session: Session, tokens: Iterable[Token]) -> dict[str, str]:
    """Return the references of the searches to which these tokens are limited, by id."""
    ids = {id for token in tokens for id in token.boards.split()}
    return dict(session.exec(select(Search.id, Search.reference).where(col(Search.id).in_(ids))).all()) if ids else {}
