"""Detection of unusual reads by the rules of `unusual_reads.toml`. Pure functions; people decide what a finding means."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import NamedTuple

from board.config.unusual_reads import AtNight, UnusualReads
from models.board import AUDIT, OPERATIONS
from models.times import DESK_TIME_ZONE, parse_utc

JOINED = timedelta(hours=1)  # findings of one reader and rule that are closer together are merged
DAY = timedelta(days=1)
# types of reads that take data away, or disclose what a board does not show
TAKEN = (
    "export.read", "original.read", "source.read", "contact.read", "caller.read", "talk.read", "document.read",
)  # fmt: skip
BY_NAME = ("words", "closed", "intake", "earlier")  # look-ups that a person types
NO_SEARCH = ("", OPERATIONS, AUDIT)  # boards of reads that are not about a single search


class Read(NamedTuple):
    """Read or subscription, from `at` to `until`. `detail`: kind of look-up, or file name. `times`: number of its reads."""

    account: str
    board: str
    at: datetime
    until: datetime
    on_duty: bool
    type: str
    detail: str = ""
    times: int = 1

    @classmethod
    def of(cls, account: str, board: str, at: str, until: str, on_duty: bool, type: str, detail: str, times: int) -> "Read":
        return cls(account, board, parse_utc(at), parse_utc(until), bool(on_duty), type, detail, times)

    @property
    def is_taken(self) -> bool:
        return self.type in TAKEN

    @property
    def is_by_name(self) -> bool:
        """Return whether it is a look-up in all searches."""
        return self.type == "find.run" and self.detail in BY_NAME and self.board in NO_SEARCH


@dataclass(frozen=True, slots=True)
class Facts:
    """Facts about readers and searches. `teams`: accounts on the team of each search. `roles`: role of each account.
    `last_names`: folded last name of the child of each search. `closed`: closed searches. `colleagues`: folded last names of all
    accounts."""

    teams: Mapping[str, frozenset[str]] = field(default_factory=dict)
    roles: Mapping[str, str] = field(default_factory=dict)
    last_names: Mapping[str, str] = field(default_factory=dict)
    closed: frozenset[str] = frozenset()
    colleagues: frozenset[str] = frozenset()

    def is_on_team(self, read: Read) -> bool:
        """Return whether the reader is on the team. Everyone on duty is on that of data that is not about a single search; nobody
        is on that of the audit journal."""
        if read.board in NO_SEARCH:
            return read.on_duty and read.board != AUDIT
        return read.account in self.teams.get(read.board, frozenset())


@dataclass(slots=True)
class Finding:
    """Unusual reads of an account by a rule. `boards`: searches that the account read."""

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
        if read.is_by_name or not facts.is_on_team(read):
            by_account.setdefault(read.account, []).append(read)
    findings = [finding for each in by_account.values() for finding in _of_account(each, facts, rules)]
    return sorted(findings, key=lambda finding: finding.end, reverse=True)


def _of_account(reads: Sequence[Read], facts: Facts, rules: UnusualReads) -> Iterator[Finding]:
    """Yield the findings among the look-ups of an account, and among its reads of boards without being on their team."""
    role = facts.roles.get(reads[0].account, "")
    if (look_ups := rules.look_ups) is not None:
        selected = [read for read in reads if read.is_by_name]
        yield from _windows("look_ups", selected, timedelta(minutes=look_ups.minutes), look_ups.limit(role), by_board=False)
    reads = [read for read in reads if not facts.is_on_team(read)]
    of_searches = [read for read in reads if read.board not in NO_SEARCH]
    if (many := rules.many_searches) is not None:
        yield from _windows("many_searches", of_searches, timedelta(minutes=many.minutes), many.limit(role))
    if (night := rules.at_night) is not None:
        yield from _windows("at_night", _at_night(reads, night), timedelta(hours=12), night.limit(role))
    if (taken := rules.taken_away) is not None:
        selected = [read for read in reads if read.is_taken]
        yield from _windows("taken_away", selected, timedelta(minutes=taken.minutes), taken.limit(role), by_board=False)
    if (listed := rules.listed_names) is not None:
        names = facts.colleagues | {name.casefold() for name in listed.names}
        selected = [read for read in of_searches if facts.last_names.get(read.board) in names]
        selected = [read for read in selected if read.board in facts.closed or not read.on_duty]
        yield from _windows("listed_names", selected, DAY, listed.limit(role))


def _windows(rule: str, reads: Sequence[Read], length: timedelta, limit: int, *, by_board: bool = True) -> Iterator[Finding]:
    """Yield a finding for each period covered by windows of this length that contain at least `limit` searches, or at least
    `limit` reads without `by_board`. All reads that are not about a single search count as one search."""
    finding: Finding | None = None
    boards, first, total = Counter[str](), 0, 0
    for read in reads:
        boards[_place(read)] += 1
        total += read.times
        while read.at - reads[first].at > length:
            _remove(boards, _place(reads[first]))
            total -= reads[first].times
            first += 1
        if (len(boards) if by_board else total) < limit:
            continue
        if finding is not None and reads[first].at - finding.end > JOINED:
            yield finding
            finding = None
        if finding is None:
            finding = Finding(read.account, rule, reads[first].at, read.at, {board for board in boards if board}, total)
        else:
            finding.end, finding.reads = read.at, finding.reads + read.times
            finding.boards.update({_place(read)} - {""})
    if finding is not None:
        yield finding


def _place(read: Read) -> str:
    return "" if read.board in NO_SEARCH else read.board


def _remove(boards: Counter[str], board: str) -> None:
    boards[board] -= 1
    if not boards[board]:
        del boards[board]


# -- at night ---------------------------------------------------------------------------------------------------------------


def _at_night(reads: Iterable[Read], rule: AtNight) -> list[Read]:
    """Return the reads off duty that were at night or lasted into it, each at its first moment at night."""
    starts = ((read, _first_at_night(read, rule)) for read in reads if not read.on_duty)
    return sorted((read._replace(at=start) for read, start in starts if start is not None), key=lambda read: read.at)


def _first_at_night(read: Read, rule: AtNight) -> datetime | None:
    local = read.at.astimezone(DESK_TIME_ZONE)
    if _is_at_night(local.hour, rule):
        return read.at
    night = local.replace(hour=rule.from_hour, minute=0, second=0, microsecond=0)
    if night < local:
        night = (local + DAY).replace(hour=rule.from_hour, minute=0, second=0, microsecond=0)
    start = night.astimezone(read.at.tzinfo)
    return start if start <= read.until and rule.from_hour != rule.until_hour else None


def _is_at_night(hour: int, rule: AtNight) -> bool:
    if rule.from_hour <= rule.until_hour:
        return rule.from_hour <= hour < rule.until_hour
    return hour >= rule.from_hour or hour < rule.until_hour
