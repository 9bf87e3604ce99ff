"""Unusual reads by the rules of `unusual_reads.toml`: pure, over the reads of some days. People decide what they are."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import NamedTuple

from board.config.unusual_reads import AtNight, UnusualReads
from models.board import AUDIT, OPERATIONS
from models.times import DESK_TIME_ZONE, parse_utc

JOINED = timedelta(hours=1)  # findings of one reader and rule that are closer than this are one
DAY = timedelta(days=1)
TAKEN = ("export.read", "original.read", "source.read")  # types of reads that take data away


class Read(NamedTuple):
    """Read of a search. `is_taken`: it takes data away."""

    account: str
    board: str
    at: datetime
    on_duty: bool
    is_taken: bool

    @classmethod
    def of(cls, account: str, board: str, at: str, on_duty: bool, type: str) -> "Read":
        return cls(account, board, parse_utc(at), bool(on_duty), type in TAKEN)


@dataclass(frozen=True, slots=True)
class Facts:
    """Facts about readers and searches. `teams`: accounts on the team of each search. `roles`: of accounts. `last_names`: of the
    children of closed searches, folded. `colleagues`: folded last names of all accounts."""

    teams: Mapping[str, frozenset[str]] = field(default_factory=dict)
    roles: Mapping[str, str] = field(default_factory=dict)
    last_names: Mapping[str, str] = field(default_factory=dict)
    colleagues: frozenset[str] = frozenset()

    def is_on_team(self, read: Read) -> bool:
        return read.account in self.teams.get(read.board, frozenset())


@dataclass(slots=True)
class Finding:
    """Unusual reads of an account by a rule. `boards`: searches that it read."""

    account: str
    rule: str
    start: datetime
    end: datetime
    boards: set[str]
    reads: int


def find_unusual(reads: Iterable[Read], facts: Facts, rules: UnusualReads) -> list[Finding]:
    """Return the unusual reads among these, newest first. `reads`: in order of time."""
    by_account: dict[str, list[Read]] = {}
    for read in reads:
        if read.board not in ("", OPERATIONS, AUDIT) and not facts.is_on_team(read):
            by_account.setdefault(read.account, []).append(read)
    findings = [finding for each in by_account.values() for finding in _of_account(each, facts, rules)]
    return sorted(findings, key=lambda finding: finding.end, reverse=True)


def _of_account(reads: Sequence[Read], facts: Facts, rules: UnusualReads) -> Iterator[Finding]:
    """Yield the findings of an account, whose team is on none of these searches."""
    role = facts.roles.get(reads[0].account, "")
    if (many := rules.many_searches) is not None:
        yield from _windows("many_searches", reads, timedelta(minutes=many.minutes), many.limit(role))
    if (night := rules.at_night) is not None:
        selected = [read for read in reads if not read.on_duty and _is_at_night(read.at, night)]
        yield from _windows("at_night", selected, timedelta(hours=12), night.limit(role))
    if (taken := rules.taken_away) is not None:
        selected = [read for read in reads if read.is_taken]
        yield from _windows("taken_away", selected, timedelta(minutes=taken.minutes), taken.limit(role), by_board=False)
    if (listed := rules.listed_names) is not None:
        names = facts.colleagues | {name.casefold() for name in listed.names}
        selected = [read for read in reads if facts.last_names.get(read.board) in names]
        yield from _windows("listed_names", selected, DAY, listed.limit(role))


def _windows(rule: str, reads: Sequence[Read], length: timedelta, limit: int, *, by_board: bool = True) -> Iterator[Finding]:
    """Yield a finding for each time in which windows of this length contain at least `limit` searches, or reads."""
    finding: Finding | None = None
    boards, first = Counter[str](), 0
    for last, read in enumerate(reads):
        boards[read.board] += 1
        while read.at - reads[first].at > length:
            _remove(boards, reads[first].board)
            first += 1
        if (len(boards) if by_board else last - first + 1) < limit:
            continue
        if finding is not None and reads[first].at - finding.end > JOINED:
            yield finding
            finding = None
        if finding is None:
            finding = Finding(read.account, rule, reads[first].at, read.at, set(boards), last - first + 1)
        else:
            finding.end, finding.reads = read.at, finding.reads + 1
            finding.boards.add(read.board)
    if finding is not None:
        yield finding


def _remove(boards: Counter[str], board: str) -> None:
    boards[board] -= 1
    if not boards[board]:
        del boards[board]


def _is_at_night(at: datetime, rule: AtNight) -> bool:
    hour = at.astimezone(DESK_TIME_ZONE).hour
    if rule.from_hour <= rule.until_hour:
        return rule.from_hour <= hour < rule.until_hour
    return hour >= rule.from_hour or hour < rule.until_hour
