"""Handover of a shift: prepared, written, signed at positions, read, then accepted, refused or withdrawn.

Texts about a search are on its own board, so that its access rules apply. `operations` has the ids, positions, a digest, and the
other texts. Handovers can't be undone; a signed handover is replaced by another.
"""

import hashlib
from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import datetime
from typing import Annotated, Any

from pydantic import Field
from sqlalchemy import String, bindparam, cast, exists, or_
from sqlalchemy import select as core_select
from sqlmodel import Session, select

from board.commands.command import Patch
from board.commands.duty import duties
from board.commands.handover import briefings, held_alarms, shifts, text_authorship, watch_line
from board.commands.handover.beginnings import beginning
from board.commands.handover.signed_positions import Position
from board.config.alarm_rules import Rule
from board.engine import access, many_boards, read_positions, significant_events, snapshot, unit_of_work
from board.engine.event import JournalEvent
from board.engine.event_writer import EventWriter
from board.engine.kinds import EventSpec, Kind
from board.engine.merge_patch import apply_patch
from board.errors import Refused
from board.i18n import N_, P_
from models.alarm import Alarm
from models.board import OPERATIONS
from models.db.tables import columns_of
from models.declared import data_of
from models.entity import State
from models.fields import Data, Id, RequiredLongText
from models.handover import Briefing, Handover, SearchHandover
from models.occasion import ByTime, Occasion
from models.times import format_utc

UNREAD = "handed.unread"
MAX_SEARCHES = 10_000  # active searches in a handover

_H, _A = columns_of(Handover), columns_of(Alarm)
_CAUSE = cast(_H.number, String)
_WAITING = (
    core_select(_H.board, _H.id, _CAUSE)
    .where(_H.status == "signed", _H.signed_at <= bindparam("until"))
    .where(
        ~exists().where(
            _A.board == _H.board, _A.rule == bindparam("rule"), _A.entity == _H.id, or_(_A.cause == _CAUSE, _A.ended_at.is_(None))
        )
    )
)


class PrepareHandover(Data):
    """Begin a handover of the current shift. It is `conflict` if a handover is open or nobody holds the shift. `faults` and
    `remarks` carry over if the last handover was refused or withdrawn. Every `keeper` and `kept` is set to null, by events on the
    boards of these searches.

    `incoming`: the expected coordinator.
    """

    incoming: Id | None = None


HandoverFields: Any = data_of(Handover)


class WriteHandover(Patch):
    """Write texts of the handover that is being prepared: fields of `briefing` on a search, fields of `handover` on `operations`.

    `handover`: its number.
    """

    handover: shifts.Number


class SignHandover(Data):
    """Sign the handover. It is `forbidden` to all accounts except the one that holds the shift. See *Sign*.

    `positions`: for each active search, the seq up to which the signer has seen it.
    """

    handover: shifts.Number
    positions: Annotated[dict[Id, shifts.Seq], Field(max_length=MAX_SEARCHES)]


class AcceptHandover(Data):
    """Accept the handover: the shift and the alarms of the outgoing coordinator become yours. It is `forbidden` to the account
    that hands over. See *Accept*.

    `reason`: required if something was not read.
    """

    handover: shifts.Number
    restatement: RequiredLongText
    reason: RequiredLongText | None = None


class RefuseHandover(Data):
    """Refuse the handover; the outgoing coordinator keeps the shift. It is `forbidden` to the account that hands over."""

    handover: shifts.Number
    reason: RequiredLongText


class WithdrawHandover(Data):
    """Withdraw an open handover, as any coordinator. The outgoing coordinator keeps the shift."""

    handover: shifts.Number
    reason: RequiredLongText | None = None


# -- preparing and writing ------------------------------------------------------------------------------------------------


def prepare(writer: EventWriter, data: PrepareHandover) -> None:
    """Prepare a handover of the current shift. Texts about searches carry over; other texts do so only if the last handover was
    not accepted."""
    shifts.check_coordinator(writer, data.incoming, "incoming")
    shift, row = shifts.current(writer), shifts.last_handover(writer)
    if shift is None:
        raise Refused("conflict", fields={"shift": N_("Nobody is in charge of the shift. Take the shift first.")})
    if row is not None and row.status in shifts.OPEN:
        raise shifts.conflict(row, "handover", N_("A handover is already in progress."))
    former = row if row is not None and row.status != "accepted" else None
    texts: dict[str, Any] = {name: getattr(former, name, None) for name in text_authorship.OF_DESK}
    new = Handover(
        id=OPERATIONS, board=OPERATIONS, number=row.number + 1 if row else 1, status="prepared", outgoing=shift.holder,
        incoming=data.incoming, prepared_by=writer.account_id, prepared_at=writer.now,
        authorship=former.authorship if former else {}, **texts,
    )  # fmt: skip
    if row is None:
        writer.create(new, "handover.prepared")
    else:
        writer.update(row, "handover.prepared", new.state())
    briefings.clear_choices(writer)


def write(writer: EventWriter, data: WriteHandover) -> None:
    """Write texts of a handover that is being prepared."""
    if writer.board.id == OPERATIONS:
        _write_of_desk(writer, data.handover, data.model_extra or {})
    else:
        briefings.write(writer, data.handover, data.model_extra or {})


def _write_of_desk(writer: EventWriter, number: int, patch: State) -> None:
    row = shifts.last_handover(writer)
    before = {name: getattr(row, name, None) for name in HandoverFields.model_fields}
    values = apply_patch(HandoverFields, before, patch)
    if row is None or values["incoming"] != row.incoming:
        shifts.check_coordinator(writer, values["incoming"], "incoming")
    row = shifts.require_open(writer, number, "prepared")
    authorship = text_authorship.update_authorship(row.authorship, before, values, patch, writer, number)
    type = text_authorship.CONFIRMED if text_authorship.is_confirmation(before, values) else shifts.WRITTEN
    writer.update(row, type, values | {"authorship": authorship})


# -- signing --------------------------------------------------------------------------------------------------------------


def sign(writer: EventWriter, data: SignHandover) -> None:
    """Sign the handover, which fixes the report at these positions, and its alarms as they are now. Searches that the signer may
    not see are handed over at their current position."""
    shift = shifts.current(writer)
    if shift is None or shift.holder != writer.account_id:
        raise Refused("forbidden", N_("Only the person in charge of the shift can sign its handover."))
    before = unit_of_work.position(writer.board)
    searches = shifts.active_searches(writer)
    current, restricted = unit_of_work.positions(writer.session, searches), access.restricted_searches(writer.session)
    visible = {
        id: position
        for id, position in current.items()
        if id not in restricted or access.is_in_audience(writer.account_id, restricted[id])
    }
    beyond_head = [id for id, seq in data.positions.items() if id in visible and seq > visible[id]["seq"]]
    if beyond_head:
        raise Refused("invalid", fields={f"positions.{id}": N_("This board does not have that event yet.") for id in beyond_head})
    row = shifts.require_open(writer, data.handover, "prepared")
    if undecided := briefings.undecided(writer, row, {id: restricted[id] for id in visible if id in restricted}):
        sentence = N_(
            "The incoming coordinator does not have access to this search. Add them as a member, "
            "or choose who is responsible for it."
        )
        raise Refused("invalid", fields={f"searches.{id}": sentence for id in undecided})
    sentences = _invalid_positions(writer, data.handover, data.positions, visible)
    if sentences:
        raise Refused("conflict", fields={f"positions.{id}": sentence for id, sentence in sentences.items()}, current=row.state())
    signed = current | _positions_at(writer.session, visible, data.positions)
    positions = {id: position | {"alarms": current[id]["seq"]} for id, position in signed.items()}
    _hand_over_searches(writer, data.handover, positions)
    for id, seq in data.positions.items():
        position = read_positions.ReadPosition(id, current[id]["epoch"], seq)
        read_positions.advance_with_command(writer.session, writer.account_id, position, current[id]["seq"], writer.now)
    since = beginning(writer.session, shift)
    line = watch_line.compute(writer.session, since.at, writer.now, positions | {OPERATIONS: before})
    public = sum(id not in restricted for id in searches)  # everyone reads this number: it must not count hidden searches
    signature = {"signed_at": writer.now, "searches": public, "position": before, "digest": digest(positions), "watch": line}
    writer.update(row, "handover.signed", signature | {"status": "signed"})
    kept = held_alarms.kept(writer.session, data.handover, {id: position["seq"] for id, position in positions.items()})
    duties.keep(writer, writer.account_id, {alarm for alarms in kept.values() for alarm in alarms})


def _hand_over_searches(writer: EventWriter, number: int, positions: Mapping[str, Position]) -> None:
    """Record the signed position of each search."""
    unit_of_work.prefetch(writer.session, SearchHandover, positions)
    for id, position in sorted(positions.items()):
        values: State = {"handover": number, "position": position, "unread_by": None}
        if (existing := unit_of_work.get(writer.session, SearchHandover, id)) is None:
            writer.create(SearchHandover(id=id, board=OPERATIONS, **values), "handed.set")
        else:
            writer.update(existing, "handed.set", values, conflicts=False)


def digest(positions: Mapping[str, Position]) -> str:
    """Return the digest of all positions of a handover: SHA-256 over a line for each, sorted by id."""
    lines = (f"{id} {position['epoch']} {position['seq']} {position['head']}\n" for id, position in sorted(positions.items()))
    return hashlib.sha256("".join(lines).encode()).hexdigest()


def _invalid_positions(
    writer: EventWriter, number: int, seqs: Mapping[str, int], visible: Mapping[str, Position]
) -> dict[str, str]:
    """Return a sentence for each search whose position can't be signed."""
    sentences = {id: N_("This search is not part of the handover.") for id in seqs.keys() - visible.keys()}
    sentences |= {id: N_("This search is also part of the handover.") for id in visible.keys() - seqs.keys()}
    for id in significant_events.boards_with_news(writer.session, seqs) | _written_by_others(writer, seqs):
        sentences.setdefault(id, N_("Something important was added to this search since you last looked."))
    for id in held_alarms.changed_choices(writer.session, number, {id: seqs[id] for id in seqs.keys() & visible.keys()}):
        sentences.setdefault(id, N_("Alarms to keep were chosen for this search since you last looked."))
    return sentences


def _written_by_others(writer: EventWriter, seqs: Mapping[str, int]) -> set[str]:
    """Return the searches whose texts another account wrote after these seqs, or with MAX_READ or more changes of texts."""
    limit = significant_events.MAX_READ
    by_board = many_boards.events_after(writer.session, seqs, (shifts.WRITTEN,), limit)
    return {
        id
        for id, events in by_board.items()
        if len(events) == limit or any(event.account != writer.account_id for event in events)
    }


def _positions_at(session: Session, current: Mapping[str, Position], seqs: Mapping[str, int]) -> dict[str, Position]:
    """Return the journal position of each board at a seq that it has reached."""
    earlier = {id: seq for id, seq in seqs.items() if seq != current[id]["seq"]}
    heads = many_boards.hashes_at(session, earlier)
    return {
        id: position if id not in earlier else position | {"seq": earlier[id], "head": heads[id].hex()}
        for id, position in current.items()
    }


# -- taking over ----------------------------------------------------------------------------------------------------------


def accept(writer: EventWriter, data: AcceptHandover) -> None:
    """Accept the handover: the shift, and the alarms of the outgoing coordinator, pass to the author of the command."""
    row = shifts.require_open(writer, data.handover, "signed")
    _check_not_outgoing(writer, row)
    writer.session.flush()
    unread_ids = unread(writer.session, writer.account_id, data.handover)
    if unread_ids and data.reason is None:
        fields = {f"searches.{id}": N_("Not read yet, or something important happened since.") for id in unread_ids}
        raise Refused("conflict", fields=fields, current=row.state())
    shifts.close(writer, row, "accepted", data.reason, restatement=data.restatement)
    unit_of_work.prefetch(writer.session, SearchHandover, unread_ids)
    for id in unread_ids:  # directly after the acceptance, because the handover report looks for them there
        if (search_handover := unit_of_work.get(writer.session, SearchHandover, id)) is not None:
            writer.update(search_handover, UNREAD, {"unread_by": writer.account_id}, conflicts=False)
    shifts.transfer(writer, "shift.handed_over", handover=data.handover)
    held_alarms.hand_over(writer, row.outgoing, data.handover)


def refuse(writer: EventWriter, data: RefuseHandover) -> None:
    """Refuse the handover. The outgoing coordinator keeps the shift, and everyone sees the reason."""
    row = shifts.require_open(writer, data.handover, "signed")
    _check_not_outgoing(writer, row)
    shifts.close(writer, row, "refused", data.reason)


def withdraw(writer: EventWriter, data: WithdrawHandover) -> None:
    """Withdraw the handover."""
    shifts.close(writer, shifts.require_open(writer, data.handover, *shifts.OPEN), "withdrawn", data.reason)


def unread(session: Session, account: str, number: int) -> list[str]:
    """Return the ids of the searches in a handover that this account sees and has not read: those without a read position for
    this handover, or with a significant event after it."""
    hidden = snapshot.hidden_searches(session, account)
    visible = [id for id in session.exec(select(SearchHandover.id).where(SearchHandover.handover == number)) if id not in hidden]
    briefings = session.exec(select(Briefing.id, Briefing.reads).where(Briefing.id.in_(visible)))  # type: ignore[attr-defined]
    seqs = {id: reads[account]["seq"] for id, reads in briefings if reads.get(account, {}).get("handover") == number}
    return sorted({*visible} - seqs.keys() | significant_events.boards_with_news(session, seqs))


def _check_not_outgoing(writer: EventWriter, row: Handover) -> None:
    if row.outgoing == writer.account_id:
        raise Refused("forbidden", N_("You cannot take over a shift that you are handing over yourself."))


# -- alerts and declarations ----------------------------------------------------------------------------------------------


def _alerts(session: Session, event: JournalEvent, after: State, fields: Collection[str]) -> Iterator[tuple[str, str]]:
    """Yield alerts for the people of a handover. Its signature alerts the incoming coordinator, or everybody who may accept it if
    none is named. Its end alerts everyone involved."""
    accounts: set[str | None] = set()
    if event.type == "handover.signed":
        accounts = {after["incoming"]} if after["incoming"] else shifts.may_accept(session) - {after["outgoing"]}  # type: ignore[assignment]
    elif event.type in ("handover.accepted", "handover.refused", "handover.withdrawn"):
        accounts = {after[name] for name in ("outgoing", "prepared_by", "incoming")}
    yield from (("handover", account) for account in accounts if account)


def _settled(event: JournalEvent, after: State, fields: Collection[str]) -> Iterator[tuple[str | None, tuple[str, ...]]]:
    """Yield the alerts that ask to accept the handover or to answer a summary, when the handover ends."""
    if "status" in fields and after["status"] not in shifts.OPEN:
        yield None, ("handover.signed", briefings.RESTATED)


def _alarms(session: Session, event: JournalEvent, after: State, fields: Collection[str]) -> Iterator[tuple[str, bool]]:
    """Yield the end of the occasion if a handover no longer waits. `_find_waiting` finds the handovers that wait too long."""
    if "status" in fields and after["status"] not in shifts.OPEN:
        yield "handover_waiting", False


def _find_waiting(session: Session, rule: Rule, since: datetime, until: datetime) -> Iterable[Any]:
    return session.connection().execute(_WAITING, {"rule": rule.key, "until": format_utc(until)})


def _recheck_waiting(writer: EventWriter, rule: Rule, id: str, number: str) -> tuple[Handover, str] | None:
    row = unit_of_work.get(writer.session, Handover, id)
    return (row, number) if row is not None and row.status == "signed" and str(row.number) == number else None


KIND = Kind(
    model=Handover,
    title=N_("Handover"),
    data=HandoverFields,
    events={
        "handover.prepared": EventSpec(N_("Handover started")),
        "handover.written": EventSpec(N_("Handover updated"), "handover.write"),
        text_authorship.CONFIRMED: EventSpec(N_("Handover text confirmed"), "handover.write"),
        "handover.signed": EventSpec(N_("Handover signed"), signs=lambda id, state: (OPERATIONS, state["number"])),
        "handover.accepted": EventSpec(N_("Handover accepted")),
        "handover.refused": EventSpec(N_("Handover refused")),
        "handover.withdrawn": EventSpec(N_("Handover withdrawn")),
    },
    boards=("operations",),
    counted=False,
    derived=("authorship",),
    alerts=_alerts,
    settled=_settled,
    occasions={
        "handover_waiting": Occasion(
            N_("Handover not accepted"), N_("Handover {number} not accepted"),
            P_("alarm, short", "Handover {number} not accepted"), page="/handover", rule="handover_waiting",
            by_time=ByTime(_find_waiting, _recheck_waiting),
        ),
    },
    alarms=_alarms,
)  # fmt: skip

SEARCH_KIND = Kind(
    model=SearchHandover,
    title=N_("Handover"),
    events={
        "handed.set": EventSpec(N_("Search included in handover"), signs=lambda search, state: (search, state["handover"])),
        UNREAD: EventSpec(N_("Search accepted without being read")),
        "handed.read": EventSpec(N_("Search read after the handover")),
        "handed.archived": EventSpec(N_("Handover of an archived search")),
    },
    boards=("operations",),
    counted=False,
)
