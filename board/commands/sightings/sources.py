"""Sources of sightings. Name and contact are not in any state or event. A separate endpoint reads them, with their former values,
and audits each read."""

from collections.abc import Mapping
from typing import Any, Literal, NotRequired

from sqlalchemy import BigInteger, bindparam, select
from sqlmodel import Session
from typing_extensions import TypedDict

from board.audit.entries import SourceRead
from board.commands.command import Patch
from board.config import sentences
from board.engine import access, event_queries
from board.engine.event import JournalEvent
from board.engine.event_writer import EventWriter
from board.engine.identity import Caller, renewed, require_active
from board.engine.merge_patch import apply_patch
from board.engine.recent_factor import require_recent_factor
from board.engine.unreadable import require_readable, unreadable_fields
from board.errors import Refused, not_found
from board.i18n import N_
from models import confidential
from models.accounts import ROLES, Account
from models.board import OPERATIONS
from models.db.tables import columns_of, table_of
from models.entity import State
from models.fields import Data, Name, ShortText
from models.missing_report import MissingReport
from models.search import Search
from models.sighting import EarlierSource, Sighting
from models.tip import Tip
from realtime.wire.wire_types import Count, Id, Time

PAGE_SIZE = 100  # former values in one response
ANSWERED = {"source_name": "name", "source_contact": "contact"}  # fields of an answer, by column

_E = columns_of(EarlierSource)
_FORMER_VALUES = (
    select(_E.board, _E.seq, _E.source_name, _E.source_contact)
    .where(_E.sighting == bindparam("sighting"), _E.board == bindparam("board"), _E.seq < bindparam("before", type_=BigInteger()))
    .order_by(_E.seq.desc())
    .limit(bindparam("limit"))
)


Report = Sighting | Tip


class SourceIdentity(Data):
    """Name and contact of a source, which are never in a state or event. Setting them is `forbidden` to accounts that may not
    read the source.

    `source_name`: see *Sources*.
    `source_contact`: see *Sources*.
    """

    source_name: Name | None = None
    source_contact: ShortText | None = None


def may_read(account: Account | None, sighting: Report) -> bool:
    """Return whether an account may read a source. Investigators may; a sealed source is only for coordinators and the
    investigator who recorded it."""
    role = ROLES.index(account.role) if account else -1
    is_recorder = account is not None and sighting.taken_by == account.id and role >= ROLES.index("investigator")
    return role >= ROLES.index("coordinator" if sighting.source["sealed"] else "investigator") or is_recorder


def check_may_set(writer: EventWriter, sighting: Report) -> None:
    """Raise Refused `forbidden` if the author may not read the source: a change would disclose whether a guess is right, and
    overwrite a value that they can't see."""
    if not may_read(writer.account, sighting):
        raise Refused("forbidden", sentences.SEALED)


def check_seal(writer: EventWriter, sighting: Report, sealed: bool) -> None:
    """Raise Refused `forbidden` if the author would remove the seal but may not read the sealed source."""
    if sighting.source["sealed"] and not sealed and not may_read(writer.account, sighting):
        raise Refused(
            "forbidden",
            N_("This source is confidential. Only a coordinator, or the person who recorded the sighting, can change that."),
        )


def split(data: Patch) -> tuple[State, State]:
    """Return a merge patch without name and contact of the source, and its name and contact, validated, if it has them."""
    patch = dict(data.model_extra or {})
    identity = {name: patch.pop(name) for name in SourceIdentity.model_fields if name in patch}
    validated = apply_patch(SourceIdentity, {}, identity)
    return patch, {name: validated[name] for name in identity}


def source_of(sighting: Report) -> dict[str, str | None]:
    """Return the current name and contact, by field."""
    return {name: getattr(sighting, name) for name in SourceIdentity.model_fields}


def readable_source_of(sighting: Report | MissingReport) -> dict[str, str | None]:
    """Return the current name and contact, to be copied. Raises Refused `unavailable` if one cannot be read."""
    require_readable(sighting, SourceIdentity.model_fields)
    return {name: getattr(sighting, name) for name in SourceIdentity.model_fields}


def has_source(source: Mapping[str, Any], before: bool | None = None) -> bool | None:
    """Return True if the source has, or had before, a name or contact, otherwise None."""
    return before or any(source.get(name) for name in SourceIdentity.model_fields) or None


def keep_earlier(writer: EventWriter, sighting: Report | MissingReport, former: dict[str, str | None]) -> None:
    """Store the former source. Call it directly after the event that set the source."""
    writer.session.add(EarlierSource(board=writer.board.id, seq=sighting.seq, sighting=sighting.id, **former))


def source_before(session: Session, board: str, seq: int) -> EarlierSource | None:
    """Return the source before the event `seq`; None if that event did not set it, or if it was erased.

    Raises Refused `unavailable` if it cannot be read.
    """
    session.flush()
    row = session.get(EarlierSource, (board, seq))
    if row is not None:
        require_readable(row, SourceIdentity.model_fields)
    return row


FormerSource = TypedDict("FormerSource", {
    "name": str | None, "contact": str | None, "seq": Count, "at": Time, "account": Id | None,
    "unreadable": NotRequired[list[str]],
})  # fmt: skip
Source = TypedDict("Source", {
    "name": str | None, "contact": str | None, "unreadable": NotRequired[list[str]],
    "earlier": NotRequired[list[FormerSource]], "more": NotRequired[Literal[True]],
})  # fmt: skip


def read(session: Session, caller: Caller, board: str, id: str, before: int) -> tuple[Source, SourceRead]:
    """Return a source with its newest former values before the event `before`, and the audit entry, which must be written before
    the response. Current rights apply. Raises Refused."""
    current = renewed(session, caller)
    account = current.account
    access.get_readable_board(session, current, board)
    _check_role(account)
    row = session.get(Sighting, id)
    if row is None or row.board != board:
        raise not_found("sighting")
    entry = SourceRead(id=id, board=board, reference=session.get_one(Search, board).reference, number=row.number)
    return _read(session, caller, account, row, row, before), entry


def read_tip(session: Session, caller: Caller, id: str, before: int) -> tuple[Source, SourceRead]:
    """Return the source of a tip, as `read` does for a sighting. A placed tip's source is stored with its sighting, whose rights
    apply; former values from before the placement stay with the tip."""
    account = require_active(session, caller)
    _check_role(account)
    tip = session.get(Tip, id)
    search = session.get(Search, tip.placed_on) if tip is not None and tip.placed_on is not None else None
    sees_search = search is not None and access.can_see(account.id, search.access, search.members)
    if tip is None or (tip.placed_on is not None and not sees_search):
        raise not_found("tip")
    holder: Report = session.get_one(Sighting, tip.placed["sighting"]) if tip.placed is not None else tip
    entry = SourceRead(id=id, board=OPERATIONS, reference=None, number=tip.number)
    return _read(session, caller, account, tip, holder, before), entry


def _check_role(account: Account) -> None:
    if ROLES.index(account.role) < ROLES.index("investigator"):
        raise Refused("forbidden")


def _read(session: Session, caller: Caller, account: Account, report: Report, holder: Report, before: int) -> Source:
    """Return the current source, which `holder` has, and the former values of `report`."""
    if not may_read(account, holder):
        raise Refused("forbidden", N_("This source is confidential."))
    if holder.source["sealed"]:
        require_recent_factor(caller)
    return disclose(session, report, holder, before)


def disclose(session: Session, report: Report | MissingReport, holder: Report | MissingReport, before: int) -> Source:
    """Return the current source, which `holder` has, and the newest former values of `report`. The caller has checked rights."""
    params = {"sighting": report.id, "board": report.board, "before": before, "limit": PAGE_SIZE + 1}
    found = session.connection().execute(_FORMER_VALUES, params).mappings()
    rows = [confidential.opened_attributes(table_of(EarlierSource), dict(row)) for row in found]
    events = event_queries.events_at(session, report.board, [row["seq"] for row in rows])
    earlier = [_former(row, events[row["seq"]]) for row in rows[:PAGE_SIZE] if row["seq"] in events]
    source: Source = {"name": holder.source_name, "contact": holder.source_contact}
    if unreadable := unreadable_fields(holder, ANSWERED):
        source["unreadable"] = unreadable
    if earlier:
        source["earlier"] = earlier
    if len(rows) > PAGE_SIZE:
        source["more"] = True
    return source


def _former(row: Mapping[str, Any], event: JournalEvent) -> FormerSource:
    """Return a former source, which was replaced by the event."""
    former: FormerSource = {
        "name": row["source_name"], "contact": row["source_contact"], "seq": event.seq, "at": event.at, "account": event.account,
    }  # fmt: skip
    if unreadable := unreadable_fields(row, ANSWERED):
        former["unreadable"] = unreadable
    return former
