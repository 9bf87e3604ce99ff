"""Briefing: the texts of a handover about one search, and the position up to which the incoming coordinator has read it.

It is on the search's own board, so that only people who see the search can read it. Its texts carry over to the next handover.
"""

from collections.abc import Collection, Iterator
from dataclasses import replace
from typing import Any

from sqlalchemy import or_, true
from sqlmodel import Session, col, select

from board.commands.handover import shifts, text_authorship
from board.engine import access, kinds, read_positions, unit_of_work
from board.engine.event import JournalEvent
from board.engine.event_writer import EventWriter
from board.engine.kinds import EventSpec, Kind
from board.engine.merge_patch import apply_patch
from board.errors import Refused, invalid, not_found
from board.i18n import N_
from models.accounts import Account
from models.alarm import Alarm
from models.board import OPERATIONS
from models.declared import data_of
from models.entity import Entity, State
from models.fields import Data, Id, RequiredLongText, Time
from models.handover import Briefing, Handover, Restatement, SearchHandover
from models.note import Note
from models.search import Search

RESTATED = "handover.restated"
NO_CHOICES: State = {"keeper": None, "kept": None}  # fields that each handover asks for again


BriefingFields: Any = data_of(Briefing)


def pinnable() -> list[type[Entity]]:
    """Return the models of the entities that can be pinned: cards and notes."""
    return [*(kind.model for kind in kinds.cards()), Note]


class ReadBriefing(Data):
    """Record that you have read a search up to `seq` for the handover. After the handover was accepted, only the account that
    accepted it may do this, and only for a search that it had not read."""

    handover: shifts.Number
    seq: shifts.Seq
    reason: RequiredLongText | None = None


class RestateBriefing(Data):
    """Summarise, in your own words, what you understood about a search that you take over. It is `forbidden` to the account that
    hands over. A new text removes the answer to the earlier one; the same text changes nothing."""

    handover: shifts.Number
    text: RequiredLongText


class AnswerRestatement(Data):
    """Answer a summary. It is `forbidden` to all accounts except the one that hands over, `not_found` if `account` has not
    written a summary for this handover, and `conflict` if it has changed the summary since.

    `account`: author of the summary.
    `at`: time of the summary.
    `reason`: explanation, required if `correct` is false (otherwise `invalid`).
    """

    handover: shifts.Number
    account: Id
    at: Time
    correct: bool
    reason: RequiredLongText | None = None


def write(writer: EventWriter, number: int, patch: State) -> None:
    """Apply a merge patch to the briefing. Raises Refused `conflict` unless handover `number` is being prepared and includes this
    search."""
    row = _briefing(writer)
    before = {name: getattr(row, name) for name in BriefingFields.model_fields} | _choices(row, number)
    values = apply_patch(BriefingFields, before, patch)
    values["pinned"] = list(dict.fromkeys(values["pinned"]))
    values["kept"] = sorted({*(values["kept"] or ())}) or None
    for id in {*(values["kept"] or ())} - {*(before["kept"] or ())}:
        writer.find(Alarm, id, "kept")
    _check_pinned(writer, values["pinned"])
    if values["keeper"] is not None and "keeper" in patch:
        _check_keeper(writer, values["keeper"])
    handover = shifts.require_open(writer, number, "prepared")
    if writer.board.id not in shifts.active_searches(writer):
        raise shifts.conflict(handover, "handover", N_("This search is not part of the handover."))
    authorship = text_authorship.update_authorship(row.authorship, before, values, patch, writer, number)
    if values != before or authorship != row.authorship:
        type = text_authorship.CONFIRMED if text_authorship.is_confirmation(before, values) else shifts.WRITTEN
        _save(writer, row, type, values | {"handover": number, "authorship": authorship})


def clear_choices(writer: EventWriter) -> None:
    """Clear the keepers and the kept alarms of all searches, because each handover asks for them again. `writer`: the writer for
    `operations`."""
    writer.session.flush()
    is_chosen = or_(col(Briefing.keeper).is_not(None), col(Briefing.kept).is_not(None))
    for id in writer.session.exec(select(Briefing.id).where(is_chosen).order_by(Briefing.id)).all():
        board, row = unit_of_work.lock_board(writer.session, id), unit_of_work.get(writer.session, Briefing, id)
        if board is not None and row is not None:
            writer.on_search(board).update(row, shifts.WRITTEN, NO_CHOICES, conflicts=False)


def unpin(writer: EventWriter, ids: Collection[str]) -> None:
    """Unpin erased cards and notes: while a pinned entity is missing, the briefing can't be written."""
    row = unit_of_work.get(writer.session, Briefing, writer.board.id)
    if row is not None and (pinned := [id for id in row.pinned if id not in ids]) != row.pinned:
        writer.update(row, shifts.WRITTEN, {"pinned": pinned}, conflicts=False)


def _briefing(writer: EventWriter) -> Briefing:
    """Return this search's briefing, or a new one that is not stored yet."""
    id = writer.board.id
    return unit_of_work.get(writer.session, Briefing, id) or Briefing(
        id=id, board=id, handover=0, pinned=[], reads={}, restatements={}, authorship={}
    )


def _save(writer: EventWriter, row: Briefing, type: str, values: State, reason: str | None = None) -> None:
    if row.handover:
        writer.update(row, type, values, reason)
    else:
        writer.create(Briefing(**(row.model_dump() | values)), type, reason)


def read(writer: EventWriter, data: ReadBriefing) -> None:
    """Record the position up to which the incoming coordinator has read this search. It never moves back."""
    if data.seq > writer.board.seq:
        raise invalid("seq", N_("This board does not have that event yet."))
    _require_read_now(writer, data.handover)
    row = _briefing(writer)
    marks = {account: mark for account, mark in row.reads.items() if mark["handover"] == data.handover}
    position = read_positions.ReadPosition(writer.board.id, writer.board.epoch, data.seq)
    read_positions.advance_with_command(writer.session, writer.account_id, position, writer.board.seq, writer.now)
    if data.seq > marks.get(writer.account_id, {}).get("seq", -1):
        marks[writer.account_id] = {"handover": data.handover, "seq": data.seq, "at": writer.now}
        number = max(row.handover, data.handover)  # the next handover may already be in preparation
        values = {"reads": marks, "handover": number} | _choices(row, number)
        _save(writer, row, "handover.read", values, data.reason)
    _mark_read(writer)


def _require_read_now(writer: EventWriter, number: int) -> None:
    """Check that the author can read this search for a handover. Raises Refused `conflict` unless the handover is signed, or the
    author has accepted it without reading this search."""
    search_handover = unit_of_work.get(writer.session, SearchHandover, writer.board.id)
    if search_handover is None or (search_handover.handover, search_handover.unread_by) != (number, writer.account_id):
        _require_signed(writer, number)


def _mark_read(writer: EventWriter) -> None:
    """Record that the author has now read a search that they accepted without reading."""
    search_handover = unit_of_work.get(writer.session, SearchHandover, writer.board.id)
    if search_handover is not None and search_handover.unread_by == writer.account_id and writer.operations is not None:
        on_operations = replace(writer, board=writer.operations)
        on_operations.update(search_handover, "handed.read", {"unread_by": None}, conflicts=False)


def _require_signed(writer: EventWriter, number: int) -> Handover:
    """Return the handover. Raises Refused `conflict` if it is not signed or does not include this search."""
    handover = shifts.require_open(writer, number, "signed")
    search_handover = unit_of_work.get(writer.session, SearchHandover, writer.board.id)
    if search_handover is None or search_handover.handover != number:
        raise shifts.conflict(handover, "handover", N_("This search is not part of the handover."))
    return handover


# -- summaries by the incoming side ---------------------------------------------------------------------------------------


def restate(writer: EventWriter, data: RestateBriefing) -> None:
    """Record the author's summary of this search. Replaces their earlier summary, with its answer."""
    handover = _require_signed(writer, data.handover)
    if handover.outgoing == writer.account_id:
        raise Refused("forbidden", N_("You are handing over this search: someone else summarises it."))
    row, summaries = _briefing(writer), restatements(_briefing(writer), data.handover)
    if summaries.get(writer.account_id, {}).get("text") != data.text:
        new = Restatement(handover=data.handover, text=data.text, at=writer.now)
        _save_restatements(writer, row, RESTATED, data.handover, summaries | {writer.account_id: new.model_dump()})


def answer(writer: EventWriter, data: AnswerRestatement) -> None:
    """Record whether an account's summary is correct. For the person who hands over."""
    if not data.correct and data.reason is None:
        raise invalid("reason", N_("Say what is not quite right."))
    handover = _require_signed(writer, data.handover)
    if handover.outgoing != writer.account_id:
        raise Refused("forbidden", N_("Only the person who hands over can say whether this is correct."))
    row, summaries = _briefing(writer), restatements(_briefing(writer), data.handover)
    summary = summaries.get(data.account)
    if summary is None:
        raise not_found("account")
    if summary["at"] != data.at:
        raise Refused("conflict", fields={"at": N_("This summary was changed in the meantime.")}, current=row.state())
    if (summary["correct"], summary["reason"]) != (data.correct, data.reason):
        stamp = {"answered_by": writer.account_id, "answered_at": writer.now}
        new = summary | {"correct": data.correct, "reason": data.reason} | stamp
        _save_restatements(writer, row, "handover.answered", data.handover, summaries | {data.account: new})


def restatements(row: Briefing, number: int) -> dict[str, dict[str, Any]]:
    """Return the summaries of a search for this handover, by account."""
    return {account: summary for account, summary in row.restatements.items() if summary["handover"] == number}


def _save_restatements(writer: EventWriter, row: Briefing, type: str, number: int, values: dict[str, dict[str, Any]]) -> None:
    _save(writer, row, type, {"handover": number, "restatements": values} | _choices(row, number))


# -- searches that the incoming coordinator may not see -------------------------------------------------------------------


def undecided(writer: EventWriter, handover: Handover, restricted: access.RestrictedSearches) -> list[str]:
    """Return the ids of the restricted searches that the incoming coordinator may not see and that have no valid keeper."""
    incoming = handover.incoming
    hidden = [id for id, members in restricted.items() if incoming and not access.is_in_audience(incoming, members)]
    return sorted(id for id in hidden if not _has_keeper(writer, id, handover.number, restricted[id]))


def _has_keeper(writer: EventWriter, id: str, number: int, members: frozenset[str]) -> bool:
    keeper = keeper_of(writer, id, number)
    account = unit_of_work.get(writer.session, Account, keeper) if keeper is not None else None
    return account is not None and access.is_in_audience(account.id, members) and shifts.is_coordinator(account)


def keeper_of(writer: EventWriter, id: str, number: int) -> str | None:
    """Return the keeper of a search for this handover, None if it has none."""
    row = unit_of_work.get(writer.session, Briefing, id)
    return row.keeper if row is not None and row.handover == number else None


def _choices(row: Briefing, number: int) -> State:
    """Return the keeper and the kept alarms of a search for this handover. Ignores choices for an earlier handover."""
    return {name: getattr(row, name) for name in NO_CHOICES} if row.handover == number else NO_CHOICES


def _check_keeper(writer: EventWriter, id: str) -> None:
    """Check that a keeper is a coordinator who can see the search. Raises Refused `invalid` if not, or if all accounts can see
    it."""
    shifts.check_coordinator(writer, id, "keeper")
    search = writer.find(Search, writer.board.id, "search")
    members = access.audience(search.access, search.members, discreet=False)
    if members is None:
        raise invalid("keeper", N_("All users can see this search. The person in charge of the shift is responsible for it."))
    if id not in members:
        raise invalid("keeper", N_("This person does not have access to this search."))


def _check_pinned(writer: EventWriter, ids: list[str]) -> None:
    for id in ids:
        rows = (unit_of_work.get(writer.session, model, id) for model in pinnable())
        if not any(row is not None and row.board == writer.board.id for row in rows):
            raise not_found("pinned")


def _alerts(session: Session, event: JournalEvent, after: State, fields: Collection[str]) -> Iterator[tuple[str, str]]:
    """Yield an alert for the keeper of a search when it is set or a new handover begins, and for the outgoing coordinator when a
    search is summarised."""
    if event.type == shifts.WRITTEN and not {"keeper", "handover"}.isdisjoint(fields) and after["keeper"]:
        yield "handover", after["keeper"]
    handover = unit_of_work.get(session, Handover, OPERATIONS) if event.type == RESTATED else None
    if handover is not None:
        yield "handover", handover.outgoing


def _settled(event: JournalEvent, after: State, fields: Collection[str]) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Yield the alerts about the search that are settled because all summaries are answered or the keeper has changed."""
    summaries = [summary for summary in after["restatements"].values() if summary["handover"] == after["handover"]]
    if event.type == "handover.answered" and all(summary["correct"] is not None for summary in summaries):
        yield event.board, (RESTATED,)
    if event.type == shifts.WRITTEN and "keeper" in fields:
        yield event.board, (shifts.WRITTEN,)


KIND = Kind(
    model=Briefing,
    title=N_("Briefing"),
    data=BriefingFields,
    events={
        shifts.WRITTEN: EventSpec(N_("Handover updated"), "handover.write"),
        text_authorship.CONFIRMED: EventSpec(N_("Handover text confirmed"), "handover.write"),
        "handover.read": EventSpec(N_("Read for the handover"), "handover.read"),
        RESTATED: EventSpec(N_("Summarised for the handover"), "handover.restate"),
        "handover.answered": EventSpec(N_("Summary answered"), "handover.answer"),
    },
    counted=False,
    derived=("authorship",),
    alerts=_alerts,
    settled=_settled,
    reported=lambda briefing, due_before: true(),
)
