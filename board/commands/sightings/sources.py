"""Sources of sightings. Name and contact are in no state and no event; they are read by an endpoint of their own, with their
former values, and each reading is recorded."""

from collections.abc import Mapping
from typing import Any, Literal, NotRequired

from sqlalchemy import text
from sqlmodel import Session
from typing_extensions import TypedDict

from board.audit.entries import SourceRead
from board.commands.command import Patch
from board.engine import access, event_queries
from board.engine.event_writer import EventWriter
from board.engine.identity import Caller, require_active
from board.engine.merge_patch import apply_patch
from board.errors import Refused, not_found
from board.i18n import N_
from models.accounts import ROLES, Account
from models.board import OPERATIONS
from models.entity import State
from models.fields import Data, Name, ShortText
from models.search import Search
from models.sighting import EarlierSource, Sighting
from models.tip import Tip
from realtime.wire.wire_types import Count, Id, Time

PAGE_SIZE = 100  # former values in one response

_FORMER_VALUES = text(
    "SELECT source_name, source_contact, seq FROM earliersource "
    "WHERE sighting = :sighting AND board = :board AND seq < :before ORDER BY seq DESC LIMIT :limit"
)


Report = Sighting | Tip


class Private(Data):
    """Name and contact of a source, never part of a state or event. Only who may read a source may set it, else `forbidden`.

    `source_name`: see *Sources*.
    `source_contact`: see *Sources*.
    """

    source_name: Name | None = None
    source_contact: ShortText | None = None


def may_read(account: Account | None, sighting: Report) -> bool:
    """Return whether an account may read a source: investigators may; a sealed one only coordinators and whoever took it in."""
    role = ROLES.index(account.role) if account else -1
    taken_in = account is not None and sighting.taken_by == account.id and role >= ROLES.index("investigator")
    return role >= ROLES.index("coordinator" if sighting.source["sealed"] else "investigator") or taken_in


def check_may_set(writer: EventWriter, sighting: Report) -> None:
    """Raise Refused `forbidden` for accounts that may not read the source: a change would disclose whether a guess is right,
    and overwrite what they can't see."""
    if not may_read(writer.account, sighting):
        raise Refused(
            "forbidden", N_("This source is confidential. Only coordinators, and the person who recorded it, can change it.")
        )


def check_seal(writer: EventWriter, sighting: Report, sealed: bool) -> None:
    """Raise Refused `forbidden` if an account that may not read under the seal would break it."""
    if sighting.source["sealed"] and not sealed and not may_read(writer.account, sighting):
        raise Refused(
            "forbidden",
            N_("This source is confidential. Only a coordinator, or the person who recorded the sighting, can change that."),
        )


def split(data: Patch) -> tuple[State, State]:
    """Return a merge patch without name and contact of the source, and those of them that it gives, validated."""
    patch = dict(data.model_extra or {})
    private = {name: patch.pop(name) for name in Private.model_fields if name in patch}
    given = apply_patch(Private, {}, private)
    return patch, {name: given[name] for name in private}


def source_of(sighting: Report) -> dict[str, str | None]:
    """Return name and contact as they are now, by field."""
    return {name: getattr(sighting, name) for name in Private.model_fields}


def has_source(source: Mapping[str, Any], before: bool | None = None) -> bool | None:
    """Return True if there is, or was, a name or contact to read, else None."""
    return before or any(source.get(name) for name in Private.model_fields) or None


def keep_earlier(writer: EventWriter, sighting: Report, was: dict[str, str | None]) -> None:
    """Store the source as it was before the event that just set it."""
    writer.session.add(EarlierSource(board=writer.board.id, seq=sighting.seq, sighting=sighting.id, **was))


def source_before(session: Session, board: str, seq: int) -> EarlierSource | None:
    """Return the source as it was before the event `seq`; None if that event did not set it, or it was erased."""
    session.flush()
    return session.get(EarlierSource, (board, seq))


FormerSource = TypedDict("FormerSource", {
    "name": str | None, "contact": str | None, "seq": Count, "at": Time, "account": Id | None,
})  # fmt: skip
Source = TypedDict("Source", {
    "name": str | None, "contact": str | None, "earlier": NotRequired[list[FormerSource]], "more": NotRequired[Literal[True]],
})  # fmt: skip


def read(session: Session, caller: Caller, board: str, id: str, before: int) -> tuple[Source, SourceRead]:
    """Return name and contact of a source, and the newest former values before the event `before`, by present rights; and the
    audit entry, which must be written before they are sent. Raises Refused."""
    account = require_active(session, caller)
    access.get_visible_board(session, account.id, board)
    _check_role(account)
    row = session.get(Sighting, id)
    if row is None or row.board != board:
        raise not_found("sighting")
    entry = SourceRead(id=id, board=board, reference=session.get_one(Search, board).reference, number=row.number)
    return _read(session, account, row, row, before), entry


def read_tip(session: Session, caller: Caller, id: str, before: int) -> tuple[Source, SourceRead]:
    """Return the same of a tip. Of one that was placed they are kept with its sighting, with the rights there; former values from
    before that stay here."""
    account = require_active(session, caller)
    _check_role(account)
    tip = session.get(Tip, id)
    search = session.get(Search, tip.placed_on) if tip is not None and tip.placed_on is not None else None
    sees_search = search is not None and access.can_see(account.id, search.access, search.members)
    if tip is None or (tip.placed_on is not None and not sees_search):
        raise not_found("tip")
    kept: Report = session.get_one(Sighting, tip.placed["sighting"]) if tip.placed is not None else tip
    entry = SourceRead(id=id, board=OPERATIONS, reference=None, number=tip.number)
    return _read(session, account, tip, kept, before), entry


def _check_role(account: Account) -> None:
    if ROLES.index(account.role) < ROLES.index("investigator"):
        raise Refused("forbidden")


def _read(session: Session, account: Account, row: Report, kept: Report, before: int) -> Source:
    """Return the source that is kept with `kept`, and former values of `row`."""
    if not may_read(account, kept):
        raise Refused("forbidden", N_("This source is confidential."))
    asked = {"sighting": row.id, "board": row.board, "before": before, "limit": PAGE_SIZE + 1}
    rows = session.connection().execute(_FORMER_VALUES, asked).all()
    events = event_queries.events_at(session, row.board, [each.seq for each in rows])
    earlier: list[FormerSource] = [
        {
            "name": each.source_name,
            "contact": each.source_contact,
            "seq": each.seq,
            "at": events[each.seq].at,
            "account": events[each.seq].account,
        }
        for each in rows[:PAGE_SIZE]
        if each.seq in events
    ]
    found: Source = {"name": kept.source_name, "contact": kept.source_contact}
    if earlier:
        found["earlier"] = earlier
    if len(rows) > PAGE_SIZE:
        found["more"] = True
    return found
