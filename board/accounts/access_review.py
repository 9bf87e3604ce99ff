"""Yearly access review: who can see what, by person and by search. It lists searches by reference, and never names a child."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import astuple, dataclass
from typing import Any, Literal, NamedTuple

from sqlalchemy import or_
from sqlmodel import Session, col, select

from board.config import sentences
from board.engine.access import audience
from board.i18n import N_
from models.accounts import Account, Token
from models.board import OPERATIONS
from models.db.read_pacing import paced
from models.display import Display
from models.search import Search

By = Literal["person", "search"]
Through = Literal["all", "member", "lead", "guest", "token", "display"]
THROUGH: dict[str, str] = {
    "all": N_("All users"), "member": N_("Member"), "lead": N_("In charge"), "guest": N_("Guest"), "token": N_("API token"),
    "display": N_("Display"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class AccessRow:
    """Way in which a person, token or display has access. `name`: person or display; empty for all users. `search`: its
    reference, or several for a token; empty if access is not limited to searches. `state`: `enabled`, `disabled` or `ended`.
    `ends_at`: end of the access of a guest or token; empty if it has none."""

    name: str
    email: str
    role: str
    state: str
    search: str
    through: Through
    ends_at: str
    token: str
    scope: str

    def cells(self) -> tuple[str, ...]:
        """Return the row as cells of a table."""
        return astuple(self)


HEADER = (
    N_("Name"), sentences.EMAIL_ADDRESS, N_("Role"), N_("State"), N_("Search"), N_("Access through"), N_("Ends"), N_("API token"),
    N_("Scope"),
)  # fmt: skip


class Batch(NamedTuple):
    """Rows of some people or searches. `after`: id after which the next batch begins; None if this is the last one."""

    rows: list[AccessRow]
    after: str | None


def by_person(session: Session, after: str, limit: int, at: str) -> Batch:
    """Return the rows of the accounts after an id, in the order of their creation. Displays follow the last account."""
    people = session.exec(select(Account).where(Account.id > after).order_by(Account.id).limit(limit)).all()
    ids = [person.id for person in people]
    searches, tokens = _searches_of(session, ids), _tokens(session, at, col(Token.account).in_(ids))
    references = _references(session, tokens, people)
    rows = [row for person in paced(people) for row in _of_person(person, searches[person.id], tokens, references, at)]
    is_last = len(people) < limit
    return Batch(rows + (_displays(session) if is_last else []), None if is_last else ids[-1])


def by_search(session: Session, after: str, limit: int, at: str) -> Batch:
    """Return the rows of the searches after an id, in the order of their opening."""
    searches = session.exec(select(Search).where(Search.id > after).order_by(Search.id).limit(limit)).all()
    ids = [search.id for search in searches]
    named = {id for search in searches for id in (*search.members, search.lead) if id}
    is_named = or_(col(Account.id).in_(named), col(Account.guest_of).in_(ids))
    people = {row.id: row for row in session.exec(select(Account).where(is_named))}
    tokens = [token for token in _tokens(session, at, col(Token.boards) != "") if not set(token.boards.split()).isdisjoint(ids)]
    owners = _owners(session, tokens)
    displays = session.exec(select(Display).where(col(Display.revoked_at).is_(None)).order_by(Display.name)).all()
    rows = [row for search in paced(searches) for row in _of_search(search, people, tokens, owners, displays, at)]
    return Batch(rows, None if len(searches) < limit else ids[-1])


READERS: dict[str, Callable[[Session, str, int, str], Batch]] = {"person": by_person, "search": by_search}


def _of_person(
    person: Account, searches: Iterable[tuple[str, Through]], tokens: Iterable[Token], references: dict[str, str], at: str
) -> Iterator[AccessRow]:
    if person.guest_of is None:
        yield _row(person, "", "all", at)
    else:
        yield _row(person, references.get(person.guest_of, person.guest_of), "guest", at, person.guest_until or "")
    for reference, through in searches:
        yield _row(person, reference, through, at)
    for token in tokens:
        if token.account == person.id:
            limit = ", ".join(references.get(id, id) for id in token.boards.split())
            yield _row(person, limit, "token", at, token.expires_at or "", token)


def _of_search(
    search: Search, people: dict[str, Account], tokens: Iterable[Token], owners: dict[str, Account], displays: Iterable[Display],
    at: str,
) -> Iterator[AccessRow]:  # fmt: skip
    if search.access == "desk":
        yield AccessRow("", "", "", "", search.reference, "all", "", "", "")
    for id in search.members if search.access == "members" else ():
        if id in people:
            yield _row(people[id], search.reference, "member", at)
    if search.lead in people:
        yield _row(people[search.lead], search.reference, "lead", at)
    for guest in people.values():
        if guest.guest_of == search.id:
            yield _row(guest, search.reference, "guest", at, guest.guest_until or "")
    for token in tokens:
        if search.id in token.boards.split():
            yield _row(owners[token.account], search.reference, "token", at, token.expires_at or "", token)
    for display in displays if audience(search.access, search.members, search.discreet) is None else ():
        if {search.id, OPERATIONS} & set(display.shows["boards"]):
            yield _display(display, search.reference)


def _row(person: Account, search: str, through: Through, at: str, ends_at: str = "", token: Token | None = None) -> AccessRow:
    state = "disabled" if not person.enabled else "enabled" if person.is_active(at) else "ended"
    title, scope = (token.name, token.scope) if token is not None else ("", "")
    return AccessRow(person.name, person.email, person.command_role, state, search, through, ends_at, title, scope)


def _displays(session: Session) -> list[AccessRow]:
    displays = session.exec(select(Display).where(col(Display.revoked_at).is_(None)).order_by(Display.name)).all()
    boards = {id for display in displays for id in display.shows["boards"]}
    named = dict(session.exec(select(Search.id, Search.reference).where(col(Search.id).in_(boards))).all())
    return [
        _display(display, "" if id == OPERATIONS else named.get(id, id)) for display in displays for id in display.shows["boards"]
    ]


def _display(display: Display, search: str) -> AccessRow:
    return AccessRow(display.name, "", "", "enabled", search, "display", "", "", display.profile)


def _searches_of(session: Session, ids: list[str]) -> dict[str, list[tuple[str, Through]]]:
    """Return the searches that these accounts are members or leads of, by account."""
    columns = select(Search.reference, Search.access, Search.members, Search.lead).order_by(Search.id)
    found: dict[str, list[tuple[str, Through]]] = defaultdict(list)
    wanted = set(ids)
    for reference, access, members, lead in paced(
        session.exec(columns.where(or_(col(Search.access) == "members", col(Search.lead).in_(ids))))
    ):
        for id in wanted.intersection(members) if access == "members" else ():
            found[id].append((reference, "member"))
        if lead in wanted:
            found[lead].append((reference, "lead"))
    return found


def _tokens(session: Session, at: str, condition: Any) -> list[Token]:
    """Return the tokens that work now or wait for consent."""
    not_ended = or_(col(Token.expires_at).is_(None), col(Token.expires_at) > at)
    return list(session.exec(select(Token).where(col(Token.revoked_at).is_(None), not_ended, condition).order_by(Token.name)))


def _owners(session: Session, tokens: Iterable[Token]) -> dict[str, Account]:
    ids = {token.account for token in tokens}
    return {row.id: row for row in session.exec(select(Account).where(col(Account.id).in_(ids)))} if ids else {}


def _references(session: Session, tokens: Iterable[Token], people: Iterable[Account]) -> dict[str, str]:
    """Return the references of the searches to which these tokens and guests are limited, by id of the search."""
    ids = {id for token in tokens for id in token.boards.split()} | {person.guest_of for person in people if person.guest_of}
    return dict(session.exec(select(Search.id, Search.reference).where(col(Search.id).in_(ids))).all()) if ids else {}
