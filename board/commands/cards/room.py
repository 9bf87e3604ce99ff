"""Making room: entities that need no more work leave a board's snapshot by an event. History and search still find them.

`board.bring_back` and any later event of such an entity bring it back. It then counts towards the share of the account that did
so.
"""

from collections.abc import Iterable
from datetime import timedelta
from typing import Annotated

from pydantic import Field

from board.commands.cards import card_ranks, ranks
from board.commands.handover import leaving
from board.commands.handover.leaving import Group, LeavingFilter
from board.config.board_shares import MAX_DAYS
from board.engine import kinds, snapshot, unit_of_work
from board.engine.event_writer import EventWriter
from board.engine.kinds import Kind
from board.errors import not_found
from models.board import OPERATIONS
from models.card import Card
from models.entity import CountedEntity, State
from models.fields import Data, Id
from models.times import parse_utc
from models.tip import Tip

MAX_LEAVING = 500  # entities per command: their events are sent in one message of at most 1 MiB
DEFAULT_DAYS = 30


class MakeRoom(Data):
    """Archive at most 500 entities of the board, the longest unchanged first; see *Room*. Repeat it until the ack has `seqs: []`.

    `unchanged_days`: days without a change; by default, 30.
    `account`: only entities in this account's share.
    """

    groups: list[Group] = Field(min_length=1, max_length=len(leaving.GROUPS))
    unchanged_days: Annotated[int, Field(ge=0, le=MAX_DAYS)] = DEFAULT_DAYS
    account: Id | None = None


class BringBack(Data):
    """Bring back a card or note that left the board; see *Room*. It is `too_large` if the board has no space."""

    entity: Id


def make_room(writer: EventWriter, data: MakeRoom) -> None:
    """Archive at most MAX_LEAVING entities of the board, the longest unchanged first."""
    before = parse_utc(writer.now) - timedelta(days=data.unchanged_days)
    hidden = snapshot.hidden_searches(writer.session, writer.account_id) if writer.board.id == OPERATIONS else frozenset[str]()
    criteria = LeavingFilter(writer.board, before, data.account or "", hidden)
    leave(writer, leaving.find(writer.session, criteria, data.groups, MAX_LEAVING), data.unchanged_days)


def leave(writer: EventWriter, rows: Iterable[CountedEntity], after_days: int) -> None:
    """Archive these entities."""
    for row in rows:
        writer.archive(row, f"{_prefix(kinds.of(row))}.archived", after_days)


def bring_back(writer: EventWriter, data: BringBack) -> None:
    """Bring back an entity that has left the board. No-op if it is on the board. Raises Refused `too_large` on a full board."""
    row = _find(writer, data.entity)
    if row.archived_at is None:
        return
    kind = kinds.of(row)
    place = _free_place(writer, row) if isinstance(row, Card) else {}
    writer.bring_back(row, f"{_prefix(kind)}.brought_back", place)


def _find(writer: EventWriter, id: str) -> CountedEntity:
    for kind in kinds.on_board(writer.board.id):
        if issubclass(kind.model, CountedEntity) and kind.model is not Tip:  # tips have `tip.restore`
            row = unit_of_work.get(writer.session, kind.model, id)
            if row is not None and row.board == writer.board.id:
                return row
    raise not_found("entity")


def _prefix(kind: Kind) -> str:
    return "card" if kind.is_card else kind.name


def _free_place(writer: EventWriter, card: Card) -> State:
    """Return the rank at the end of a card's column if another card has taken its rank, otherwise nothing."""
    if not card_ranks.is_taken(writer, card):
        return {}
    return {"rank": ranks.between(card_ranks.highest(writer, card.column), None)}
