"""The report of a handover: what it tells of each search, as one account may see it. Composed now; or at the positions at which
it was signed, with what has happened since."""

from collections.abc import Collection, Iterable
from typing import Any

from sqlalchemy import text
from sqlmodel import Session, select

from board.commands import handovers, shifts
from board.engine import journal, many_boards, significant_events, snapshot, unit_of_work
from board.engine.event import JournalEvent
from board.engine.read_positions import read_positions as seen_up_to
from board.errors import Refused
from board.handover import report_sections
from board.history import state_at
from board.history.state_at import BoardState, EntityAt
from models.accounts import Account
from models.board import OPERATIONS
from models.db.read_pacing import paced
from models.entity import State
from models.handover import Briefing, Handover, Shift

Report = dict[str, Any]

_HANDOVERS = text(
    "SELECT e.seq, e.type, p.body FROM event e JOIN payload p ON p.board = e.board AND p.seq = e.seq "
    "WHERE e.board = 'operations' AND e.entity = 'operations' AND e.kind = 'handover' AND e.type <> 'handover.written' "
    "AND e.seq < :before ORDER BY e.seq DESC LIMIT 500"
)


# -- which one ------------------------------------------------------------------------------------------------------------


def present(session: Session, now: str) -> report_sections.ReportScope:
    """The present handover as it was signed, until it has ended; else composed now."""
    row = session.get(Handover, OPERATIONS)
    if row is not None and row.status == "signed":
        return signed(session, row.number)
    shift = session.get(Shift, OPERATIONS)
    searches = shifts.active_since(session, shift.seq if shift is not None else None)
    positions = unit_of_work.positions(session, searches)
    handover = row.state() if row is not None else None
    return report_sections.ReportScope(handover, shift.state() if shift is not None else None, now, positions, live=True)


def signed(session: Session, number: int) -> report_sections.ReportScope:
    """A handover as it was signed, whatever came of it. Raises Refused `not_found`."""
    last: State | None = None
    for type, state in _handover_events(session):
        if state["number"] < number:
            break
        if state["number"] == number:
            last = last or state
            if type == "handover.signed":
                return _position_at_signing(session, last)
    raise Refused("not_found")


def listed(session: Session, before: int | None, most: int) -> list[State]:
    """The last state of each handover, newest first."""
    found: dict[int, State] = {}
    for _, state in _handover_events(session):
        if before is None or state["number"] < before:
            if len(found) == most and state["number"] not in found:
                break
            found.setdefault(state["number"], state)
    return list(found.values())


def _handover_events(session: Session) -> Iterable[tuple[str, State]]:
    """What was said of handovers, newest first: the type, and what was true then."""
    before = 2**53
    while rows := session.connection().execute(_HANDOVERS, {"before": before}).all():
        for row in rows:
            before = row.seq
            yield (
                row.type,
                JournalEvent(OPERATIONS, row.seq, "", row.type, "handover", OPERATIONS, None, row.body).payload()["state"],
            )


def _position_at_signing(session: Session, handover: State) -> report_sections.ReportScope:
    """What was signed is said right after the position of `operations`, of each search."""
    before = handover["position"]["seq"]
    handed = journal.events_after(session, OPERATIONS, before, handover["searches"])
    positions = {said.entity: said.payload()["state"]["position"] for said in handed}
    then = journal.states_at(session, OPERATIONS, before, [OPERATIONS])
    shift = next((state for said, state in then if said.kind == Shift.KIND), None)
    return report_sections.ReportScope(handover, shift, handover["signed_at"], positions, live=False)


# -- what it tells --------------------------------------------------------------------------------------------------------


def compose(session: Session, account: str, frame: report_sections.ReportScope, board: str | None = None) -> Report:
    """The report, as an account may see it now; with a board, the section of that search alone. Raises Refused `not_found`."""
    hidden = snapshot.hidden_searches(session, account)
    positions = {id: at for id, at in frame.positions.items() if id not in hidden and board in (None, id)}
    if board is not None and not positions:
        raise Refused("not_found")
    told = _read(session, account, frame, positions)
    by_board = _by_board(told.stood)
    found = [report_sections.section(told, id, by_board.get(id, {})) for id in paced(positions, 5) if id in told.stood["search"]]
    found.sort(key=_order)
    return {
        "handover": frame.handover,
        "shift": frame.shift,
        "composed_at": frame.at,
        "live": frame.live,
        "people": _people(session, frame, found),
        "withheld": len(frame.positions.keys() & hidden),
        "searches": found,
    }


def _read(
    session: Session, account: str, frame: report_sections.ReportScope, positions: dict[str, report_sections.Position]
) -> report_sections.ReportData:
    heads = unit_of_work.positions(session, positions)
    stood = state_at.entities_at(
        session, {id: at["seq"] for id, at in positions.items()}, report_sections.next_shift_end(frame.at)
    )
    began = many_boards.seqs_at(session, positions, frame.shift["since"]) if frame.shift is not None else {}
    seen = {board: mark.seq for board, mark in seen_up_to(session, account).items()}
    earliest = {id: min(at["seq"], seen.get(id, 2**53), began.get(id, 0)) for id, at in positions.items()}
    number, status = frame.number, frame.handover["status"] if frame.handover is not None else None
    unread = frozenset(handovers.unread(session, account, number) if status == "signed" else ())
    events, reads = significant_events.significant_events_after(session, earliest), _reads(session, positions, number)
    marks = many_boards.events_after(session, {id: at["seq"] for id, at in positions.items()}, ("handover.read",))
    counted = {id: len(said) for id, said in marks.items()}
    return report_sections.ReportData(frame, positions, heads, stood, began, seen, events, unread, reads, counted)


def _reads(session: Session, boards: Collection[str], number: int) -> dict[str, State]:
    """The marks of a handover, as they are now; those of an earlier one go when somebody reads for a later one."""
    rows = session.exec(select(Briefing.id, Briefing.reads).where(Briefing.handover == number))
    return {
        id: {account: {"seq": mark["seq"], "at": mark["at"]} for account, mark in reads.items() if mark["handover"] == number}
        for id, reads in rows
        if id in boards
    }


def _by_board(stood: BoardState) -> dict[str, dict[str, list[EntityAt]]]:
    found: dict[str, dict[str, list[EntityAt]]] = {}
    for kind, entities in stood.items():
        for each in entities.values():
            found.setdefault(each.board, {}).setdefault(kind, []).append(each)
    return found


def _order(section: State) -> tuple[Any, ...]:
    """Those that are open first, the worrying ones of them first of all, then those that somebody should decide on."""
    search = section["search"]
    return search["status"] != "open", not search["worrying"], not search["undecided"], search["reference"]


def _people(session: Session, frame: report_sections.ReportScope, told: Iterable[State]) -> dict[str, str]:
    """The names of all who are named by their id."""
    ids = {value for state in (frame.handover, frame.shift) for name, value in (state or {}).items() if name in _NAMES}
    for section in told:
        ids |= {section["search"]["lead"], section["outside"], (section["briefing"] or {}).get("keeper")}
        ids |= {
            card["assignee"] for cards in (section["ungraded"], section["pinned"], *section["tasks"].values()) for card in cards
        }
        ids |= section["reads"].keys()
    return {id: name for id, name in session.exec(select(Account.id, Account.name)) if id in ids}


_NAMES = ("outgoing", "incoming", "prepared_by", "ended_by", "holder", "before")
