"""Report of a handover on each search, as one account may see it: current, or at the signed positions, with later events."""

from collections.abc import Collection, Iterable
from itertools import takewhile
from typing import Any

from sqlmodel import Session, select

from board.commands.handover import briefings, handovers, shifts
from board.commands.handover.beginnings import handover_events
from board.commands.handover.signed_positions import alarm_seqs, signed_positions
from board.engine import journal, kinds, many_boards, significant_events, snapshot, unit_of_work
from board.engine.read_positions import read_positions as positions_of
from board.errors import Refused
from board.handover import reported_alarms
from board.handover.erased_searches import erased_searches
from board.handover.report_sections import Position, ReportData, ReportScope, next_shift_end, section
from board.handover.report_types import (
    CardOfFile,
    HandoverReport,
    PreviousHandover,
    ReadMark,
    ReportedSearch,
    Restated,
    SearchReport,
)
from board.handover.reported_waits import reported_waits
from board.history import state_at
from board.history.state_at import BoardState, EntityAt
from board.reach.reported import Contradicting
from models.accounts import Account
from models.board import OPERATIONS
from models.db.read_pacing import paced
from models.db.tables import columns_of
from models.entity import Entity, State
from models.handover import Briefing, Handover, Shift

MARKS = ("handover.read", "handover.restated", "handover.answered")  # events of a handover itself, not news of the search
IDS_PER_QUERY = 500


# -- scope ----------------------------------------------------------------------------------------------------------------


def current(session: Session, now: str) -> ReportScope:
    """Return the scope of the current report: the signed one while a handover is signed, otherwise the present state."""
    row = session.get(Handover, OPERATIONS)
    if row is not None and row.status == "signed":
        return as_signed(session, row.number)
    shift = session.get(Shift, OPERATIONS)
    positions = unit_of_work.positions(session, [OPERATIONS, *shifts.active(session, shift)])
    desk, handover = positions.pop(OPERATIONS)["seq"], row.state() if row is not None else None
    return ReportScope(handover, shift.state() if shift is not None else None, now, positions, desk, live=True)


def as_signed(session: Session, number: int) -> ReportScope:
    """Return the scope of a handover as it was signed. Raises Refused `not_found`."""
    last: State | None = None
    for seq, type, state in _handover_events(session):
        if state["number"] < number:
            break
        if state["number"] == number:
            last = last or state
            if type == "handover.signed":
                return _position_at_signing(session, last, seq)
    raise Refused("not_found")


def list_states(session: Session, before: int | None, limit: int) -> list[State]:
    """Return the last state of each handover, newest first."""
    found: dict[int, State] = {}
    for _, _, state in _handover_events(session):
        if before is None or state["number"] < before:
            if len(found) == limit and state["number"] not in found:
                break
            found.setdefault(state["number"], state)
    return list(found.values())


def _handover_events(session: Session) -> Iterable[tuple[int, str, State]]:
    """Yield seq, type and state of each event of a handover, newest first."""
    for event in handover_events(session):
        yield event.seq, event.type, event.payload()["state"]


def _position_at_signing(session: Session, handover: State, seq: int) -> ReportScope:
    """Return the scope of a handover at its signature, the event `seq`. The signed positions of its searches are in the events
    between the signed position of `operations` and the signature."""
    before = handover["position"]["seq"]
    positions = signed_positions(session, before, seq)
    states = journal.states_at(session, OPERATIONS, before, [OPERATIONS])
    shift = next((state for event, state in states if event.kind == Shift.KIND), None)
    return ReportScope(handover, shift, handover["signed_at"], positions, before, live=False)


# -- content --------------------------------------------------------------------------------------------------------------


def compose(
    session: Session, account: str, scope: ReportScope, contradicting: Contradicting, board: str | None = None,
    hidden_kinds: Collection[str] = (),
) -> HandoverReport:  # fmt: skip
    """Return the report as an account may see it now. `contradicting`: finds sightings that cannot both be true.

    `board`: only the section of this search; `operations`: no section. `hidden_kinds`: kinds that the account may not see. Raises
    Refused `not_found`.
    """
    hidden = snapshot.hidden_searches(session, account)
    positions = {id: at for id, at in scope.positions.items() if id not in hidden and board in (None, id)}
    if board not in (None, OPERATIONS) and not positions:
        raise Refused("not_found")
    data = _read(session, account, scope, positions)
    names = dict(session.exec(select(Account.id, Account.name)).all())
    desk = reported_alarms.alarms_of_desk(scope.about, hidden, names, data.alarms[OPERATIONS])
    by_board = _by_board({kind: by_id for kind, by_id in data.entities.items() if kind not in hidden_kinds})
    found = [
        section(data, id, by_board.get(id, {}), contradicting) for id in paced(positions, 5) if id in data.entities["search"]
    ]
    if board not in (None, OPERATIONS) and not found:
        raise Refused("not_found")
    found.sort(key=lambda each: each["board"])
    found.sort(key=lambda each: each["search"]["missing_since"], reverse=True)  # as in the list of all searches
    found.sort(key=lambda each: _order(each["search"]))
    erased, is_withheld = erased_searches(session, scope.positions)
    previous, withheld = _previous(session, scope.number), is_withheld or not hidden.isdisjoint(scope.positions)
    ids = _people(scope, previous, found) | reported_alarms.people_of(desk["listed"])
    people = {id: name for id, name in names.items() if id in ids}
    return {
        "handover": scope.handover, "shift": scope.shift, "composed_at": scope.at, "live": scope.live, "people": people,
        "withheld": withheld, "previous": previous, "alarms": desk,
        "watch": reported_waits(session, scope, hidden) if board is None else None, "searches": found,
        "erased": erased,
    }  # fmt: skip


def _read(session: Session, account: str, scope: ReportScope, positions: dict[str, Position]) -> ReportData:
    heads, seqs = unit_of_work.positions(session, positions), {id: at["seq"] for id, at in positions.items()}
    shift_starts = many_boards.seqs_at(session, positions, scope.shift["since"]) if scope.shift is not None else {}
    seen = {board: position.seq for board, position in positions_of(session, account).items()}
    earliest = {id: min(at["seq"], seen.get(id, 2**53), shift_starts.get(id, 0)) for id, at in positions.items()}
    number, status = scope.number, scope.handover["status"] if scope.handover is not None else None
    unread = frozenset(handovers.unread(session, account, number) if status == "signed" else ())
    events = significant_events.significant_events_after(session, earliest, seqs)
    cards = {event.entity for of_board in events.values() for event in of_board if kinds.named(event.kind).is_card}
    entities = state_at.entities_at(session, seqs, next_shift_end(scope.at), cards)
    later = {id: len(found) for id, found in significant_events.significant_events_after(session, seqs).items()}
    return ReportData(
        scope, positions, heads, entities, _alarms(session, scope, positions), shift_starts, seen, events, later, unread,
        _reads(session, positions, number),
        many_boards.counts_after(session, seqs, MARKS), _restatements(session, positions, number),
        _cards_of_files(session, entities), _unread_by(session, scope),
    )  # fmt: skip


def _alarms(session: Session, scope: ReportScope, positions: dict[str, Position]) -> dict[str, dict[str, list[EntityAt]]]:
    """Return the alarms and their subjects of `operations`, and of the searches whose alarms were signed at a later position."""
    later = {id: seq for id, seq in alarm_seqs(positions).items() if seq != positions[id]["seq"]} | {OPERATIONS: scope.desk}
    found = _by_board(state_at.alarms_at(session, later))
    return {id: found.get(id, {}) for id in later}


def _reads(session: Session, boards: Collection[str], number: int) -> dict[str, dict[str, ReadMark]]:
    """Return the read marks of a handover, by search and account. A mark for a later handover replaces the reader's mark."""
    rows = session.exec(select(Briefing.id, Briefing.reads).where(Briefing.handover == number))
    return {
        id: {account: {"seq": at["seq"], "at": at["at"]} for account, at in reads.items() if at["handover"] == number}
        for id, reads in rows
        if id in boards
    }


def _restatements(session: Session, boards: Collection[str], number: int) -> dict[str, dict[str, Restated]]:
    """Return the summaries for a handover, by search and account. Summaries for a later handover replace them in the row."""
    rows = session.exec(select(Briefing).where(Briefing.handover == number))
    return {
        row.id: {
            account: {name: each[name] for name in Restated.__annotations__}  # type: ignore[misc]
            for account, each in sorted(briefings.restatements(row, number).items())
        }
        for row in rows
        if row.id in boards
    }


def _unread_by(session: Session, scope: ReportScope) -> dict[str, str]:
    """Return, by search, the account that accepted the handover without reading it. The events about this follow the
    acceptance."""
    if scope.handover is None or scope.live or scope.handover["status"] != "accepted":
        return {}
    pages = _handover_events(session)
    accepted = next(seq for seq, type, state in pages if type == "handover.accepted" and state["number"] == scope.number)
    events = journal.events_after(session, OPERATIONS, accepted, len(scope.positions))
    found = takewhile(lambda event: event.type == handovers.UNREAD, events)
    return {event.entity: event.payload()["state"]["unread_by"] for event in found}


def _previous(session: Session, number: int) -> PreviousHandover | None:
    """Return the handover before this one, if it was refused or withdrawn."""
    for _, _, state in _handover_events(session) if number > 1 else ():
        if state["number"] < number:
            names = ("number", "status", "ended_by", "ended_at", "reason")
            told = {name: state[name] for name in names} | {"signed": state["signed_at"] is not None}
            return told if state["status"] in ("refused", "withdrawn") else None  # type: ignore[return-value]
    return None


def _cards_of_files(session: Session, entities: BoardState) -> dict[str, CardOfFile]:
    """Return the cards that files are on, by id. Current rows are enough, because the number of a card never changes."""
    ids = sorted({each.state["card"] for each in entities["file"].values() if each.state["card"] is not None})
    found: dict[str, CardOfFile] = {}
    for kind in kinds.cards():
        table = columns_of(kind.model)
        for start in range(0, len(ids), IDS_PER_QUERY):
            asked = select(table.id, table.number).where(table.id.in_(ids[start : start + IDS_PER_QUERY]))
            for id, number in session.connection().execute(asked):
                found[id] = {"kind": kind.name, "id": id, "number": number}
    return found


def _by_board(entities: BoardState) -> dict[str, dict[str, list[EntityAt]]]:
    found: dict[str, dict[str, list[EntityAt]]] = {}
    for kind, by_id in entities.items():
        for each in by_id.values():
            found.setdefault(each.board, {}).setdefault(kind, []).append(each)
    return found


def _order(search: ReportedSearch) -> tuple[bool, ...]:
    """Return the sort key of a search: open ones first, worrying ones before those that await a decision."""
    return search["status"] != "open", not search["worrying"], not search["undecided"]


def _people(scope: ReportScope, previous: PreviousHandover | None, sections: Collection[SearchReport]) -> set[str | None]:
    """Return all accounts that the handover and the sections refer to."""
    states: tuple[Any, ...] = (scope.handover, scope.shift, previous)
    names = person_fields(Handover, Shift)
    ids = {value for state in states for name, value in (state or {}).items() if name in names}
    ids |= _authors(scope.handover)
    for part in sections:
        ids |= {part["search"]["lead"], part["outside"], (part["briefing"] or {}).get("keeper"), part["unread_by"]}
        ids |= _authors(part["briefing"])
        ids |= {event["author"] for news in (part["since"], part["reader"]) for event in news["significant"]}
        ids |= {(part["search"]["goal"] or {}).get("by")}
        sightings = (part["ungraded"], part["to_look_at"], part["to_assess"], part["to_pass_on"])
        ids |= reported_alarms.people_of(part["alarms"]["listed"])
        tasks = part["tasks"]
        tasks_of = (tasks["done"], tasks["overdue"], tasks["due"], tasks["undated"])
        for cards in (*sightings, *tasks_of, *part["cards"].values()):
            ids |= {card["assignee"] for card in cards}
        ids |= {card["assignee"] for card in part["pinned"]} | part["reads"].keys()
        ids |= {file["added_by"] for file in part["files"]} | {call["assignee"] for call in part["calls"]}
        ids |= part["restatements"].keys() | {each["answered_by"] for each in part["restatements"].values()}
    return ids


def _authors(state: State | None) -> set[str]:
    """Return the accounts that wrote or confirmed texts of a handover or briefing; none for states of earlier versions."""
    marks = (state or {}).get("authorship", {}).values()
    return {mark[name] for mark in marks for name in ("by", "confirmed_by") if mark[name]}


def person_fields(*models: type[Entity]) -> set[str]:
    """Return the names of the fields that hold accounts."""
    return {spec.path for model in models for spec in kinds.named(model.KIND).fields if spec.control == "person"}
