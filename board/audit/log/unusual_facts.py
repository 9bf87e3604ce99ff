"""Recent reads, and the facts that the rules for unusual reads need."""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import and_, bindparam, or_
from sqlalchemy import select as core_select
from sqlmodel import Session, col, select

from board.audit.log.unusual import DAY, Facts, Finding, Read, find_unusual
from board.config.unusual_reads import UnusualReads
from board.engine import event_queries
from models.accounts import Account
from models.db.read_pacing import paced
from models.db.tables import columns_of
from models.read_record import ReadRecord
from models.search import Search
from models.sighting import Sighting
from models.task import Task
from models.times import format_utc, to_ms

MAX_READS = 100_000  # newest reads that the page examines
_R, _T, _C = columns_of(ReadRecord), columns_of(Task), columns_of(Sighting)
_STILL_OPEN = and_(_R.id >= bindparam("a_day_before"), _R.following, _R.until >= bindparam("at"))
_NEWEST = (
    core_select(_R.account, _R.board, _R.at, _R.until, _R.on_duty, _R.type, _R.detail, _R.count)
    .where(or_(_R.id >= bindparam("since"), _STILL_OPEN))
    .order_by(_R.id.desc())
    .limit(bindparam("limit"))
)
_BOARDS: Any = bindparam("boards", expanding=True)
_ASSIGNEES = [core_select(_.board, _.assignee).where(_.board.in_(_BOARDS), _.assignee.is_not(None)).distinct() for _ in (_T, _C)]


class UnusualPage(NamedTuple):
    """Unusual reads. `total`: number of examined reads. `is_cut`: whether earlier reads of the period were left out."""

    findings: list[Finding]
    total: int
    is_cut: bool
    names: Mapping[str, str]
    roles: Mapping[str, str]


def unusual_reads(session: Session, since: datetime, rules: UnusualReads) -> UnusualPage:
    """Return the unusual reads since a time. A heavy read, of at most MAX_READS rows."""
    start = {"since": first_id(since), "a_day_before": first_id(since - DAY), "at": format_utc(since)}
    rows = paced(session.connection().execute(_NEWEST, start | {"limit": MAX_READS + 1}))
    reads = [Read.of(*row) for row in rows]
    is_cut = len(reads) > MAX_READS
    examined = reads[:MAX_READS][::-1]
    accounts = session.exec(select(Account.id, Account.name, Account.role)).all()
    names, roles = {id: name for id, name, _ in accounts}, {id: role for id, _, role in accounts}
    boards = {read.board for read in examined}
    colleagues = frozenset(last for name in names.values() for last in last_names(name))
    facts = Facts(_teams(session, boards), roles, *_children(session, boards), colleagues)
    return UnusualPage(find_unusual(examined, facts, rules), len(examined), is_cut, names, roles)


def first_id(since: datetime) -> str:
    """Return the smallest id that a row from this time on can have. Ids begin with the time."""
    digits = f"{to_ms(format_utc(since)):012x}"
    return f"{digits[:8]}-{digits[8:]}"


def last_names(name: str) -> set[str]:
    """Return the possible last names in a person's name, folded: `de backer` and `backer` for `Jan De Backer`."""
    words = name.casefold().split()
    return {" ".join(words[start:]) for start in range(int(len(words) > 1), len(words))}


def _teams(session: Session, boards: Collection[str]) -> dict[str, frozenset[str]]:
    """Return the lead, members, assignees and authors of each of these searches."""
    searches = session.exec(select(Search.id, Search.lead, Search.access, Search.members).where(col(Search.id).in_(boards)))
    teams = {id: {lead or "", *(members if access == "members" else ())} for id, lead, access, members in searches}
    for query in _ASSIGNEES:
        for board, assignee in session.connection().execute(query, {"boards": list(teams)}):
            teams[board].add(assignee)
    for board, team in paced(teams.items()):
        team.update(event_queries.authors(session, board))
    return {board: frozenset(team) for board, team in teams.items()}


def _children(session: Session, boards: Iterable[str]) -> tuple[dict[str, str], frozenset[str]]:
    """Return the folded last names of the children of these searches, and which of the searches are closed."""
    rows = session.exec(select(Search.id, Search.person, Search.status).where(col(Search.id).in_(list(boards)))).all()
    names = {id: " ".join(name.casefold().split()) for id, person, _ in rows if (name := person.get("last_name"))}
    return names, frozenset(id for id, _, status in rows if status == "closed")
