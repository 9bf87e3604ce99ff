"""Line of the watch in a signed handover: computed when it is signed, and verified against the journal."""

from collections.abc import Mapping
from functools import cache

from sqlalchemy import select
from sqlmodel import Session

from board.commands.alarms import watch, watch_events
from board.commands.alarms.watch import Cause, Period
from board.commands.handover.beginnings import ACCEPTED, handover_events
from board.commands.handover.signed_positions import Position, alarm_seqs, signed_positions
from board.config.lengths import exact_length
from board.engine import journal
from board.engine.hash_chain import SEARCH_ERASED
from board.errors import OperationError
from models.board import OPERATIONS, Board
from models.db.tables import columns_of
from models.entity import State
from models.handover import Shift, WatchLine
from models.search import Search
from models.times import from_ms, to_ms

_B = columns_of(Board)
_ERASED = select(_B.id).where(_B.kind == Search.KIND, _B.last_type == SEARCH_ERASED)
MAX_MS = 31 * 24 * 3_600_000  # of a shift that nobody handed over


def compute(session: Session, since: str, signed_at: str, positions: Mapping[str, Position]) -> State:
    """Return the line of a period. `positions`: signed positions of the searches, and that of `operations`."""
    period = Period(max(to_ms(since), to_ms(signed_at) - MAX_MS), to_ms(signed_at))
    causes = _causes(session, period, positions)
    taken = watch.times(causes, "taken", period)
    return WatchLine(
        since=from_ms(period.start),
        unwatched_s=watch.seconds(sum(cause.unwatched_ms for cause in causes)),
        longest_taken_s=watch.seconds(taken.longest) if taken is not None else None,
    ).model_dump()


def causes_of(session: Session, handover: State, positions: Mapping[str, Position]) -> list[Cause]:
    """Return the grave alarms that the line of a signed handover counts. `positions`: signed positions of searches."""
    return _causes(session, period_of(handover), {**positions, OPERATIONS: handover["position"]})


def period_of(handover: State) -> Period:
    """Return the period of the line of a signed handover."""
    return Period(to_ms(handover["watch"]["since"]), to_ms(handover["signed_at"]))


def _causes(session: Session, period: Period, positions: Mapping[str, Position]) -> list[Cause]:
    """Return the grave alarms of tips, duties, and the searches that everyone may see."""
    seqs = alarm_seqs(positions)

    @cache
    def is_public(board: str) -> bool:
        states = journal.states_at(session, board, seqs[board], [board])
        return board == OPERATIONS or any(event.kind == Search.KIND and state["access"] != "members" for event, state in states)

    return [cause for cause in watch_events.read(session, period, seqs) if is_public(cause.board)]


def verify(session: Session) -> None:
    """Compare the line of each signed handover with the journal. Raises OperationError for the first that differs, oldest first.

    Lines that an erased search contributed to can't be computed again, and are skipped.
    """
    since, erased = None, frozenset(session.connection().execute(_ERASED).scalars())
    for event in reversed(list(handover_events(session))):
        handover = event.payload()["state"]
        if event.type == ACCEPTED:
            since = handover["signed_at"]
        elif event.type == "handover.signed" and handover.get("watch") is not None:
            _verify_line(session, event.seq, handover, since, erased)


def _verify_line(session: Session, seq: int, handover: State, since: str | None, erased: frozenset[str]) -> None:
    position, line = handover["position"], handover["watch"]
    positions = signed_positions(session, position["seq"], seq) | {OPERATIONS: position}
    if not erased.isdisjoint(positions):
        return
    expected = compute(session, since or _shift_since(session, position["seq"]), handover["signed_at"], positions)
    if line != expected:
        raise OperationError(
            f"{OPERATIONS}: event {seq}: handover {handover['number']} was signed with “{_sentence(line)}”; "
            f"the journal has “{_sentence(expected)}”."
        )


def _shift_since(session: Session, seq: int) -> str:
    states = journal.states_at(session, OPERATIONS, seq, [OPERATIONS])
    return next(str(state["since"]) for event, state in states if event.kind == Shift.KIND)


def _sentence(line: State) -> str:
    """Return the line in English, from the beginning of the shift."""
    lengths = [text.format(**values) for text, values in map(exact_length, (line["unwatched_s"], line["longest_taken_s"] or 0))]
    return f"since {line['since']}: unwatched {lengths[0]}, longest until taken {lengths[1]}"
