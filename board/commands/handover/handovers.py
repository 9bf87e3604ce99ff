"""Handover of a shift: prepared, written, signed at positions, read, then accepted, refused or withdrawn.

Texts about a search stand on its own board, so that its access rules apply; `operations` holds ids, positions, a digest, and
what concerns the whole desk. Handovers can't be undone: a signed one is replaced by another.
"""

import hashlib
from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import Field
from sqlalchemy import text
from sqlmodel import Session, select

from board.commands.command import Patch
from board.commands.handover import briefings, shifts, text_authorship
from board.engine import access, many_boards, significant_events, snapshot, unit_of_work
from board.engine import read_positions as marks
from board.engine.event import JournalEvent
from board.engine.event_writer import EventWriter
from board.engine.kinds import EventSpec, FieldSpec, Kind
from board.engine.merge_patch import apply_patch
from board.errors import Refused
from board.i18n import N_, P_
from models.board import OPERATIONS
from models.entity import State
from models.fields import Data, Id, LongText, RequiredLongText, Time
from models.handover import Briefing, Handover, SearchHandover
from models.occasion import ByTime, Occasion
from models.times import format_utc

UNREAD = "handed.unread"
MAX_SEARCHES = 10_000  # as many as a desk may have
Position = dict[str, Any]  # epoch, seq, head

_WAITING = text(
    "SELECT h.board, h.id, CAST(h.number AS TEXT) FROM handover h WHERE h.status = 'signed' AND h.signed_at <= :until "
    "AND NOT EXISTS (SELECT 1 FROM alarm a WHERE a.board = h.board AND a.rule = :rule AND a.entity = h.id "
    "AND (a.cause = CAST(h.number AS TEXT) OR a.ended_at IS NULL))"
)


class Prepare(Data):
    """Begin a handover of the account that holds the shift. It is `conflict` if one is open, or nobody holds the shift. `faults`
    and `remarks` carry over if the last one was refused or withdrawn. Every `keeper` is set to null, by events on the boards of
    these searches.

    `incoming`: the coordinator who is expected.
    """

    incoming: Id | None = None


class HandoverFields(Data):
    """Handover fields of the desk as a whole."""

    incoming: Id | None = None
    faults: LongText | None = None
    remarks: LongText | None = None


class Write(Patch):
    """Write texts of the prepared handover: fields of `briefing` on a search, of `handover` on `operations`.

    `handover`: its number.
    """

    handover: shifts.Number


class Sign(Data):
    """Sign the handover as the account that holds the shift, else `forbidden`; see *Sign*.

    `positions`: up to which seq the signer has seen each active search.
    """

    handover: shifts.Number
    positions: Annotated[dict[Id, shifts.Seq], Field(max_length=MAX_SEARCHES)]


class Accept(Data):
    """Accept the handover, and with it the shift; `forbidden` to the account that hands it over. See *Accept*.

    `reason`: required if something was not read.
    """

    handover: shifts.Number
    restatement: RequiredLongText
    reason: RequiredLongText | None = None


class Refuse(Data):
    """Refuse the handover: the shift stays where it is. It is `forbidden` to the account that hands over."""

    handover: shifts.Number
    reason: RequiredLongText


class Withdraw(Data):
    """Withdraw the handover, also while it is prepared: by any coordinator. The shift stays where it is."""

    handover: shifts.Number
    reason: RequiredLongText | None = None


# -- written --------------------------------------------------------------------------------------------------------------


def prepare(writer: EventWriter, data: Prepare) -> None:
    """Prepare a handover of the present shift. Desk fields carry over if the last one was not accepted, fields of searches
    always."""
    shifts.check_coordinator(writer, data.incoming, "incoming")
    shift, row = shifts.current(writer), shifts.last_handover(writer)
    if shift is None:
        raise Refused("conflict", fields={"shift": N_("Nobody is in charge of the shift. Take the shift first.")})
    if row is not None and row.status in shifts.OPEN:
        raise shifts.conflict(row, "handover", N_("A handover is already in progress."))
    goes_on = row is not None and row.status != "accepted"
    new = Handover(
        id=OPERATIONS, board=OPERATIONS, number=row.number + 1 if row else 1, status="prepared", outgoing=shift.holder,
        incoming=data.incoming, prepared_by=writer.account_id, prepared_at=writer.now,
        faults=row.faults if row and goes_on else None, remarks=row.remarks if row and goes_on else None,
        authorship=row.authorship if row and goes_on else {},
    )  # fmt: skip
    if row is None:
        writer.create(new, "handover.prepared")
    else:
        writer.update(row, "handover.prepared", new.state())
    briefings.clear_keepers(writer)


def write(writer: EventWriter, data: Write) -> None:
    """Write to a handover while it is prepared."""
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
    marks = text_authorship.written(row.authorship, before, values, patch, writer, number)
    type = text_authorship.CONFIRMED if text_authorship.is_confirmation(before, values) else shifts.WRITTEN
    writer.update(row, type, values | {"authorship": marks})


# -- signed ---------------------------------------------------------------------------------------------------------------


def sign(writer: EventWriter, data: Sign) -> None:
    """Sign the handover, which fixes the report at these positions. Searches that the signer may not see are handed over at
    their present position."""
    shift = shifts.current(writer)
    if shift is None or shift.holder != writer.account_id:
        raise Refused("forbidden", N_("Only the person in charge of the shift can sign its handover."))
    before = unit_of_work.position(writer.board)
    searches = shifts.active_searches(writer)
    current, seen_by = unit_of_work.positions(writer.session, searches), access.restricted_searches(writer.session)
    seen = {id: at for id, at in current.items() if id not in seen_by or access.is_in_audience(writer.account_id, seen_by[id])}
    above = [id for id, seq in data.positions.items() if id in seen and seq > seen[id]["seq"]]
    if above:
        raise Refused("invalid", fields={f"positions.{id}": N_("This board does not have that event yet.") for id in above})
    row = shifts.require_open(writer, data.handover, "prepared")
    if undecided := briefings.undecided(writer, row, {id: seen_by[id] for id in seen if id in seen_by}):
        sentence = N_(
            "The incoming coordinator does not have access to this search. Add them as a member, "
            "or choose who is responsible for it."
        )
        raise Refused("invalid", fields={f"searches.{id}": sentence for id in undecided})
    wrong = _invalid_positions(writer, data.positions, seen)
    if wrong:
        raise Refused("conflict", fields={f"positions.{id}": sentence for id, sentence in wrong.items()}, current=row.state())
    handed = current | _positions_at(writer.session, seen, data.positions)
    unit_of_work.prefetch(writer.session, SearchHandover, searches)
    for id in searches:
        values: State = {"handover": data.handover, "position": handed[id], "unread_by": None}
        if (kept := unit_of_work.get(writer.session, SearchHandover, id)) is None:
            writer.create(SearchHandover(id=id, board=OPERATIONS, **values), "handed.set")
        else:
            writer.update(kept, "handed.set", values, conflicts=False)
    for id, seq in data.positions.items():
        read = marks.ReadPosition(id, current[id]["epoch"], seq)
        marks.advance_with_command(writer.session, writer.account_id, read, current[id]["seq"], writer.now)
    public = sum(id not in seen_by for id in searches)  # everyone reads this number: it counts no hidden search
    signed = {"signed_at": writer.now, "searches": public, "position": before, "digest": digest(handed)}
    writer.update(row, "handover.signed", signed | {"status": "signed"})


def digest(positions: Mapping[str, Position]) -> str:
    """Return the digest of all positions of a handover: SHA-256 over one line for each, sorted by id."""
    lines = (f"{id} {at['epoch']} {at['seq']} {at['head']}\n" for id, at in sorted(positions.items()))
    return hashlib.sha256("".join(lines).encode()).hexdigest()


def _invalid_positions(writer: EventWriter, given: Mapping[str, int], seen: Mapping[str, Position]) -> dict[str, str]:
    """Return the searches whose positions can't be signed, with a sentence for each."""
    found = {id: N_("This search is not part of the handover.") for id in given.keys() - seen.keys()}
    found |= {id: N_("This search is also part of the handover.") for id in seen.keys() - given.keys()}
    for id in significant_events.boards_with_news(writer.session, given) | _written_by_others(writer, given):
        found.setdefault(id, N_("Something important was added to this search since you last looked."))
    return found


def _written_by_others(writer: EventWriter, given: Mapping[str, int]) -> set[str]:
    """Return the searches whose texts somebody else wrote since, and those with so many that not all were read."""
    most = significant_events.MAX_READ
    written = many_boards.events_after(writer.session, given, (shifts.WRITTEN,), most)
    return {
        id for id, events in written.items() if len(events) == most or any(each.account != writer.account_id for each in events)
    }


def _positions_at(session: Session, current: Mapping[str, Position], given: Mapping[str, int]) -> dict[str, Position]:
    """Return each board's journal position at a seq that it has reached."""
    earlier = {id: seq for id, seq in given.items() if seq != current[id]["seq"]}
    heads = many_boards.hashes_at(session, earlier)
    return {id: at if id not in earlier else at | {"seq": earlier[id], "head": heads[id].hex()} for id, at in current.items()}


# -- taken over -----------------------------------------------------------------------------------------------------------


def accept(writer: EventWriter, data: Accept) -> None:
    """Accept the handover: the shift passes to the author of the command."""
    row = shifts.require_open(writer, data.handover, "signed")
    _check_incoming_may(writer, row)
    writer.session.flush()
    left = unread(writer.session, writer.account_id, data.handover)
    if left and data.reason is None:
        fields = {f"searches.{id}": N_("Not read yet, or something important happened since.") for id in left}
        raise Refused("conflict", fields=fields, current=row.state())
    shifts.close(writer, row, "accepted", data.reason, restatement=data.restatement)
    unit_of_work.prefetch(writer.session, SearchHandover, left)
    for id in left:  # right after the acceptance, where the report of the handover finds them
        if (handed := unit_of_work.get(writer.session, SearchHandover, id)) is not None:
            writer.update(handed, UNREAD, {"unread_by": writer.account_id}, conflicts=False)
    shifts.transfer(writer, "shift.handed_over", handover=data.handover)


def refuse(writer: EventWriter, data: Refuse) -> None:
    """Refuse the handover: the shift stays where it is, and everyone sees why."""
    row = shifts.require_open(writer, data.handover, "signed")
    _check_incoming_may(writer, row)
    shifts.close(writer, row, "refused", data.reason)


def withdraw(writer: EventWriter, data: Withdraw) -> None:
    """Withdraw the handover."""
    shifts.close(writer, shifts.require_open(writer, data.handover, *shifts.OPEN), "withdrawn", data.reason)


def unread(session: Session, account: str, number: int) -> list[str]:
    """Return the ids of the handed-over searches, visible to this account, that it has not read: not marked for this handover,
    or with a significant event since."""
    hidden = snapshot.hidden_searches(session, account)
    handed = [id for id in session.exec(select(SearchHandover.id).where(SearchHandover.handover == number)) if id not in hidden]
    briefings = session.exec(select(Briefing.id, Briefing.reads).where(Briefing.id.in_(handed)))  # type: ignore[attr-defined]
    marks = {id: reads[account]["seq"] for id, reads in briefings if reads.get(account, {}).get("handover") == number}
    return sorted({*handed} - marks.keys() | significant_events.boards_with_news(session, marks))


def _check_incoming_may(writer: EventWriter, row: Handover) -> None:
    if row.outgoing == writer.account_id:
        raise Refused("forbidden", N_("You cannot take over a shift that you are handing over yourself."))


# -- alerts and declarations ----------------------------------------------------------------------------------------------


def _alerts(session: Session, event: JournalEvent, after: State, fields: Collection[str]) -> Iterator[tuple[str, str]]:
    """Yield the people of a handover: a signature alerts the incoming coordinator, or everybody who may accept if none is named;
    its end alerts all of them."""
    found: set[str | None] = set()
    if event.type == "handover.signed":
        found = {after["incoming"]} if after["incoming"] else shifts.may_accept(session) - {after["outgoing"]}  # type: ignore[assignment]
    elif event.type in ("handover.accepted", "handover.refused", "handover.withdrawn"):
        found = {after[name] for name in ("outgoing", "prepared_by", "incoming")}
    yield from (("handover", account) for account in found if account)


def _settled(event: JournalEvent, after: State, fields: Collection[str]) -> Iterator[tuple[str | None, tuple[str, ...]]]:
    """Yield the alerts that ask somebody to accept the handover, or to answer a summary: once it has ended."""
    if "status" in fields and after["status"] not in shifts.OPEN:
        yield None, ("handover.signed", briefings.RESTATED)


def _alarms(session: Session, event: JournalEvent, after: State, fields: Collection[str]) -> Iterator[tuple[str, bool]]:
    """Yield that a handover no longer waits. One that waits too long is found by time."""
    if "status" in fields and after["status"] not in shifts.OPEN:
        yield "handover_waiting", False


def _find_waiting(session: Session, rule: str, since: datetime, until: datetime) -> Iterable[Any]:
    return session.connection().execute(_WAITING, {"rule": rule, "until": format_utc(until)})


def _recheck_waiting(writer: EventWriter, wait_s: float, id: str, number: str) -> tuple[Handover, str] | None:
    row = unit_of_work.get(writer.session, Handover, id)
    return (row, number) if row is not None and row.status == "signed" and str(row.number) == number else None


KIND = Kind(
    model=Handover,
    title=N_("Handover"),
    data=HandoverFields,
    fields=(
        FieldSpec("number", N_("Number"), type=int, reads_as="internal"),
        FieldSpec(
            "status", N_("Status"), type=Literal["prepared", "signed", "accepted", "refused", "withdrawn"],
            choices={
                "prepared": N_("being prepared"), "signed": N_("signed, not accepted yet"), "accepted": N_("accepted"),
                "refused": N_("refused"), "withdrawn": P_("of a search, task, card, note, column or handover", "withdrawn"),
            },
        ),
        FieldSpec("outgoing", N_("Outgoing coordinator"), type=Id, control="person"),
        FieldSpec("incoming", N_("Incoming coordinator"), control="person"),
        FieldSpec("prepared_by", N_("Prepared by"), type=Id, control="person", reads_as="internal"),
        FieldSpec("prepared_at", N_("Prepared at"), type=Time, reads_as="internal"),
        FieldSpec("faults", N_("Technical problems"), control="long", personal=True),
        FieldSpec("remarks", N_("Remarks"), control="long", personal=True),
        FieldSpec("signed_at", N_("Signed at"), type=Time | None, reads_as="internal"),
        FieldSpec("searches", N_("Searches"), type=int | None, reads_as="internal"),
        FieldSpec("position", N_("Position"), reads_as="internal"),
        FieldSpec("digest", N_("Checksum"), type=str | None, reads_as="internal"),
        FieldSpec("ended_by", N_("Ended by"), type=Id | None, control="person", reads_as="internal"),
        FieldSpec("ended_at", N_("Ended at"), type=Time | None, reads_as="internal"),
        FieldSpec("reason", N_("Reason"), type=LongText | None, personal=True),
        FieldSpec("restatement", N_("In their own words"), type=LongText | None, personal=True),
        FieldSpec("authorship", N_("Written by"), reads_as="internal"),
    ),
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
    data=Data,
    fields=(
        FieldSpec("handover", N_("Handover"), type=int, reads_as="internal"),
        FieldSpec("position", N_("Position"), reads_as="internal"),
        FieldSpec("unread_by", N_("Accepted unread by"), type=Id | None, control="person", reads_as="internal"),
    ),
    events={
        "handed.set": EventSpec(N_("Search included in handover"), signs=lambda search, state: (search, state["handover"])),
        UNREAD: EventSpec(N_("Search accepted without being read")),
        "handed.read": EventSpec(N_("Search read after the handover")),
        "handed.archived": EventSpec(N_("Handover of an archived search")),
    },
    boards=("operations",),
    counted=False,
)
