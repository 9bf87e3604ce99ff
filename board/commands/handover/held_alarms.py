"""Alarms that pass with the shift: all alarms that the outgoing coordinator has when the handover is accepted, including those
about tips, except the alarms that this account chose to keep."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import groupby
from typing import NamedTuple

from sqlalchemy import bindparam, select
from sqlmodel import Session

from board.commands.alarms import alarm_ladder, alarms, alarms_of_cards
from board.commands.alarms.alarm_people import AlarmPeople
from board.commands.cards import ownership
from board.commands.handover import briefings
from board.engine import journal, kinds, unit_of_work
from board.engine.event_writer import EventWriter
from models.alarm import Alarm
from models.board import OPERATIONS
from models.db.tables import columns_of
from models.handover import Briefing, SearchHandover

BATCH_SIZE = 500  # alarms that are read ahead at once

_A, _B = columns_of(Alarm), columns_of(Briefing)
_HELD = select(_A.id, _A.board).where(_A.taken_by == bindparam("account"), _A.ended_at.is_(None)).order_by(_A.board, _A.id)
_BRIEFED = select(_B.id, _B.seq, _B.kept).where(_B.handover == bindparam("number"), _B.id.in_(bindparam("ids", expanding=True)))


class HeldAlarm(NamedTuple):
    id: str
    board: str


def kept(session: Session, number: int, seqs: Mapping[str, int]) -> dict[str, frozenset[str]]:
    """Return the ids of the alarms that the outgoing coordinator keeps, by search, as of these positions."""
    session.flush()
    chosen: dict[str, frozenset[str]] = {}
    for row in session.connection().execute(_BRIEFED, {"number": number, "ids": list(seqs)}):
        ids = row.kept if row.seq <= seqs[row.id] else _kept_at(session, row.id, seqs[row.id], number)
        if ids:
            chosen[row.id] = frozenset(ids)
    return chosen


def changed_choices(session: Session, number: int, seqs: Mapping[str, int]) -> set[str]:
    """Return the searches whose kept alarms were chosen after these positions."""
    session.flush()
    rows = session.connection().execute(_BRIEFED, {"number": number, "ids": list(seqs)})
    later = [row for row in rows if row.seq > seqs[row.id]]
    return {row.id for row in later if (row.kept or []) != _kept_at(session, row.id, seqs[row.id], number)}


def _kept_at(session: Session, board: str, seq: int, number: int) -> list[str]:
    states = [state for event, state in journal.states_at(session, board, seq, [board]) if event.kind == Briefing.KIND]
    return next((state.get("kept") or [] for state in states if state["handover"] == number), [])


def hand_over(writer: EventWriter, outgoing: str, number: int) -> None:
    """Give the alarms of the outgoing coordinator to the account that accepts the handover, in the transaction of the acceptance.

    If that account may not act on a search, its keeper gets them; without a keeper, they reopen. An account that can no longer
    act keeps nothing.
    """
    for board, held in groupby(_lock_held(writer, outgoing), key=lambda alarm: alarm.board):
        on_board = writer if board == OPERATIONS else writer.on_search(writer.unit.boards[board])
        people = AlarmPeople(writer.session, board)
        candidates = (writer.account_id, briefings.keeper_of(writer, board, number))
        successor = next((id for id in candidates if id is not None and people.may_act(id)), None)
        if successor != outgoing:
            kept_ids = _kept_of(writer, board, number) if people.may_act(outgoing) else frozenset()
            _pass_on(on_board, [alarm.id for alarm in held if alarm.id not in kept_ids], successor, number)


def _lock_held(writer: EventWriter, account: str) -> list[HeldAlarm]:
    """Return the alarms that an account has, and lock their boards. Every command that locks several searches first locks
    `operations`, so this cannot deadlock."""
    locked = {OPERATIONS}
    while True:
        held = [HeldAlarm(row.id, row.board) for row in unit_of_work.execute(writer.session, _HELD, {"account": account})]
        if not (new := {alarm.board for alarm in held} - locked):
            return held
        for board in sorted(new):
            unit_of_work.lock_board(writer.session, board)
        locked |= new


def _kept_of(writer: EventWriter, board: str, number: int) -> frozenset[str]:
    """Return the alarms of a search that are kept in a signed handover; none if the search is not in it."""
    search = unit_of_work.get(writer.session, SearchHandover, board)
    if search is None or search.handover != number:
        return frozenset()
    return kept(writer.session, number, {board: search.position["seq"]}).get(board, frozenset())


def _pass_on(writer: EventWriter, ids: Sequence[str], successor: str | None, number: int) -> None:
    server = replace(writer, account=None, command=alarms.SERVER_COMMAND, operations=None)
    for start in range(0, len(ids), BATCH_SIZE):
        for row in _read(writer, ids[start : start + BATCH_SIZE]):
            if successor is None:
                alarm_ladder.release(server, row, "handover")
            else:
                ownership.hand_over(writer, row, successor, number)


def _read(writer: EventWriter, ids: Sequence[str]) -> list[Alarm]:
    """Return these alarms. Reads ahead their subjects, and the other open alarms about these."""
    unit_of_work.prefetch(writer.session, Alarm, ids)
    rows = [row for row in (unit_of_work.get(writer.session, Alarm, id) for id in ids) if row is not None]
    for kind in kinds.every():
        if kind.is_numbered:
            unit_of_work.prefetch(writer.session, kind.model, [row.entity for row in rows if row.about["kind"] == kind.name])
    writer.session.flush()
    writer.unit.read([alarms_of_cards.query_of_open(writer.unit, [(row.board, row.entity) for row in rows])])
    return rows
