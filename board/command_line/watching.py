"""Command that prints the figures of the watch."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from board.command_line.output import AsJson
from board.config.lengths import exact_length
from board.errors import OperationError, Refused
from board.maintenance.database import read
from models.times import DESK_TIME_ZONE, now, parse_utc

if TYPE_CHECKING:
    from board.alarms.watch_report import Watch, WatchedCause, WatchTimes


def watch(
    start: Annotated[str, typer.Option("--from", help="Beginning, like 2026-11-30T19:00, in Brussels or with a UTC offset.")],
    end: Annotated[str, typer.Option("--to", help="End, in the same form. A future end counts as now.")],
    as_json: AsJson = False,
) -> None:
    """Print the figures of the watch: whether somebody had each grave alarm, at every moment.

    Covers all boards, members-only searches too, and any period. With --json, prints the answer of `GET /api/v1/watch`.
    """
    from board.alarms import watch_report
    from board.commands import registry  # noqa: F401 - declares the kinds

    try:
        period = watch_report.period_of(_time("--from", start), _time("--to", end), now())
    except Refused as refused:
        raise OperationError(next(iter((refused.fields or {}).values()))) from refused
    report = read(lambda session: watch_report.compose(session, period))
    if as_json:
        print(json.dumps(report, ensure_ascii=False, indent=1))
        return
    for line in _lines(report):
        print(line)


def _time(option: str, text: str) -> datetime:
    try:
        time = datetime.fromisoformat(text)
        return (time.replace(tzinfo=DESK_TIME_ZONE) if time.tzinfo is None else time).astimezone(UTC)
    except (ValueError, OverflowError):
        raise OperationError(f"{option} must be a time like 2026-11-30T19:00 or 2026-11-30T18:00:00Z.") from None


def _lines(report: "Watch") -> Iterator[str]:
    yield f"From {_local(report['from'])} to {_local(report['to'])}"
    yield from _figures(report)
    for cause in report["causes"]:
        yield f"{cause['occasion']}:"
        yield from (f"  {line}" for line in _figures(cause))
    for board in report["boards"]:
        yield f"{board['reference'] or board['board']}: {board['alarms']} alarms, unwatched {_length(board['unwatched_s'])}"


def _figures(figures: "Watch | WatchedCause") -> Iterator[str]:
    promises = figures["promises"]
    yield f"Grave alarms: {figures['alarms']}"
    yield f"Unwatched: {_length(figures['unwatched_s'])}"
    yield f"Until first look: {_waits(figures['looked_at'])}"
    yield f"Until taken: {_waits(figures['taken'])}"
    yield f"Until passed on: {_waits(figures['passed_on'])}"
    outcomes = ", ".join(f"{promises[name]} {name}" for name in ("kept", "lapsed", "returned", "open"))
    yield f"Promises: {promises['total']} ({outcomes}); {promises['extended']} extended"


def _waits(times: "WatchTimes | None") -> str:
    if times is None:
        return "none"
    return (
        f"median {_length(times['median_s'])}, 95 of 100 within {_length(times['p95_s'])}, longest {_length(times['longest_s'])}"
    )


def _length(seconds: int) -> str:
    text, values = exact_length(seconds)
    return text.format(**values)


def _local(at: str) -> str:
    return parse_utc(at).astimezone(DESK_TIME_ZONE).strftime("%Y-%m-%d %H:%M")
