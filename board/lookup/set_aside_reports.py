"""Reports that were set aside, and tips without a search, to compare with the facts of a search."""

from collections.abc import Iterable, Iterator
from typing import Any

from sqlalchemy import ColumnElement, Select, select
from sqlmodel import Session

from board.commands.sightings.due_wakes import SEARCH_TEXTS, SIGHTING_TEXTS
from board.commands.sightings.wakes import GIVEN_UP
from board.lookup.look_again import Anchor, Candidate, Looks, SearchProfile
from board.lookup.looks import Said
from board.lookup.rows_by_meaning import Texts, with_meanings
from board.vocabulary import Meanings, Statement
from board.vocabulary.meaning import NOTHING
from models.db.tables import columns_of, table_of
from models.entity import State
from models.search import Search
from models.sighting import ASSURED, Sighting
from models.tip import Tip

MAX_COMPARED = 20_000  # newest tips, and as many sightings

_T, _S, _F = columns_of(Tip), columns_of(Sighting), columns_of(Search)
_TIPS = (
    select(
        _T.id,
        _T.board,
        _T.number,
        _T.description,
        _T.clothing,
        _T.company,
        _T.seen_at,
        _T.received_at,
        _T.place,
        _T.folded,
        _T.dismissed,
    )
    .where(_T.placed_on.is_(None))
    .order_by(_T.id.desc())  # ids are in order of creation
    .limit(MAX_COMPARED)
)
_SIGHTINGS = (
    select(
        _S.id,
        _S.board,
        _S.number,
        _S.description,
        _S.clothing,
        _S.company,
        _S.seen_at,
        _S.received_at,
        _S.place,
        _S.folded,
        _S.assessment,
    )
    .where(~_S.withdrawn, _S.assessment.in_(GIVEN_UP))
    .order_by(_S.id.desc())
    .limit(MAX_COMPARED)
)
_OF_ALL = _SIGHTINGS.join(table_of(Search), _F.id == _S.board).where(_F.access == "desk")
_ASSURED = select(_S.number, _S.seen_at, _S.received_at, _S.place, *(_S[name] for name in SIGHTING_TEXTS)).where(
    ~_S.withdrawn, _S.assessment.in_(ASSURED)
)


def visible_to_all(session: Session) -> list[Any]:
    """Return the reports that every account may see."""
    return _read(session, _OF_ALL)


def visible_where(session: Session, boards: ColumnElement[bool]) -> list[Any]:
    """Return the tips, and the sightings on boards that meet a condition."""
    return _read(session, _SIGHTINGS.where(boards))


def _read(session: Session, sightings: Select[Any]) -> list[Any]:
    connection = session.connection()
    return [*connection.execute(_TIPS), *connection.execute(sightings)]


def candidates_of(reports: Iterable[Any], meanings: Meanings) -> Iterator[Candidate]:
    """Yield reports as candidates."""
    for row, meaning in with_meanings(meanings, ((row, looks_of(row)) for row in reports)):
        yield Candidate(row, row.folded, row.seen_at or row.received_at, row.place, meaning or NOTHING)


def looks_of(report: Any) -> Texts:
    """Return the texts of a report that say how the child looks."""
    return {"clothing": report.clothing, "company": report.company, "description": report.description}


def is_tip(report: Any) -> bool:
    return hasattr(report, "dismissed")


def profile_of(session: Session, search: Search, meanings: Meanings) -> SearchProfile:
    """Return the profile of a search, from its facts and its credible and confirmed sightings."""
    rows = session.connection().execute(_ASSURED.where(_S.board == search.id)).all()
    person = search.person
    texts = [person.get(name) for name in SEARCH_TEXTS]
    texts += [getattr(row, name) for row in rows for name in SIGHTING_TEXTS]
    last_seen = [Anchor(None, search.missing_since, search.last_seen)] if search.last_seen else []
    anchors = [Anchor(row.number, row.seen_at or row.received_at, row.place) for row in rows if row.place]
    anchors.sort(key=lambda anchor: anchor.at or "", reverse=True)  # newest first
    aliases = (search.details or {}).get("aliases") or []
    return SearchProfile(
        [name for name in (person["first_name"], person.get("last_name"), *aliases) if name], texts, [*last_seen, *anchors],
        _known_looks(person, rows, meanings),
    )  # fmt: skip


def _known_looks(person: State, rows: Iterable[Any], meanings: Meanings) -> Looks:
    """Return the known looks of a child, with the words for them. Omits hedged and negated statements, which prove nothing."""
    texts = [(name, text) for name in SEARCH_TEXTS if (text := person.get(name))]
    texts += [(name, text) for row in rows for name in SIGHTING_TEXTS if (text := getattr(row, name))]
    words: dict[Statement, str] = {}
    for name, text in texts:
        for statement in meanings.read(text, name):
            if not statement.hedged and not statement.negated and statement.whose == "child":
                start, end = statement.span
                words.setdefault(statement._replace(span=(0, 0), person=0), text[start:end])
    said = Said(meanings, list(words))
    return Looks(said, [words[statement] for statement in said.statements])
