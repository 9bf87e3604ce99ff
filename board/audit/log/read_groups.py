"""Groups of reads. The reads of one account on one search within an hour are one line, which opens to show its entries."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from models.emergency_opening import EmergencyOpening
from models.read_record import ReadRecord
from models.times import DESK_TIME_ZONE, format_utc, now, parse_utc

STILL_OPEN = timedelta(minutes=3)  # a subscription that was silent for longer counts as ended


@dataclass(slots=True)
class ReadGroup:
    """Reads of an account on a search in an hour, newest first. `openings`: emergency openings of the search."""

    account: str
    board: str
    hour: str
    rows: list[ReadRecord] = field(default_factory=list)
    openings: list[EmergencyOpening] = field(default_factory=list)

    @property
    def at(self) -> str:
        """Time of the first read."""
        return min([row.at for row in self.rows] + [opening.at for opening in self.openings])

    @property
    def until(self) -> str:
        """Time of the last read."""
        return max([row.until for row in self.rows] + [opening.at for opening in self.openings])

    @property
    def is_open(self) -> bool:
        """Return whether the account is reading now."""
        since = format_utc(now() - STILL_OPEN)
        return any(row.following and row.until >= since for row in self.rows)

    @property
    def is_emergency(self) -> bool:
        return bool(self.openings) or any(row.why == "break_glass" for row in self.rows)

    @property
    def reasons(self) -> list[str]:
        """Return the reasons why the reads were allowed, without repetitions."""
        return list(dict.fromkeys(row.why for row in self.rows if row.why != "break_glass"))

    def minutes(self) -> int:
        """Return for how many minutes the board was on a screen: overlapping subscriptions count once."""
        spans = sorted((parse_utc(row.at), parse_utc(row.until)) for row in self.rows if row.type == "snapshot.read")
        total, end = timedelta(), None
        for start, until in spans:
            begin = start if end is None else max(start, end)
            total += max(until - begin, timedelta())
            end = until if end is None else max(end, until)
        return round(total.total_seconds() / 60)


def group(rows: Sequence[ReadRecord], openings: Iterable[EmergencyOpening]) -> list[ReadGroup]:
    """Group reads, given newest first. The newest group is first."""
    groups: dict[tuple[str, str, str], ReadGroup] = {}
    for row in rows:
        _group_of(groups, row.account, row.board, row.at).rows.append(row)
    for opening in openings:
        _group_of(groups, opening.account, opening.board, opening.at).openings.append(opening)
    return sorted(groups.values(), key=lambda group: group.until, reverse=True)


def _group_of(groups: dict[tuple[str, str, str], ReadGroup], account: str, board: str, at: str) -> ReadGroup:
    key = account, board, hour_of(at)
    return groups.setdefault(key, ReadGroup(*key))


def hour_of(at: str) -> str:
    """Return the hour of a time, in the desk's time zone."""
    return parse_utc(at).astimezone(DESK_TIME_ZONE).strftime("%Y-%m-%dT%H%z")
