"""Making room: what nobody has to deal with any more leaves the snapshot of a board by an event. It stays in history and in find.

Any later event of such an entity brings it back, and so does `board.bring_back`. Then it counts in the share of the account that
brought it back.
"""

from collections.abc import Iterable
from datetime import timedelta
from typing import Annotated

from pydantic import Field

from board.commands.cards import card_ranks, ranks
from board.commands.handover import leaving
from board.commands.handover.leaving import Group, Leaving
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

MAX_LEAVING = 500  # entities of one command: their events travel in one message of at most 1 MiB
DEFAULT_DAYS = 30


class MakeRoom(Data):
    """Let at most 500 entities leave the board, the longest unchanged first; see *Room*. Repeat it until it is acknowledged with
    `seqs: []`.

    `unchanged_days`: 30 if not given.
    `account`: only what counts for this account.
    """

    groups: list[Group] = Field(min_length=1, max_length=len(leaving.GROUPS))
    unchanged_days: Annotated[int, Field(ge=0, le=MAX_DAYS)] = DEFAULT_DAYS
    account: Id | None = None


class BringBack(Data):
    """Bring a card or a note back that left the board; see *Room*. If there is no space, it is `too_large`."""

    entity: Id


def make_room(writer: EventWriter, data: MakeRoom) -> None:
    """Let at most MAX_LEAVING entities leave the board, the longest unchanged first. Repeat the command for more."""
    before = parse_utc(writer.now) - timedelta(days=data.unchanged_days)
    hidden = snapshot.hidden_searches(writer.session, writer.account_id) if writer.board.id == OPERATIONS else frozenset[str]()
    wanted = Leaving(writer.board, before, data.account or "", hidden)
    leave(writer, leaving.find(writer.session, wanted, data.groups, MAX_LEAVING), data.unchanged_days)


def leave(writer: EventWriter, rows: Iterable[CountedEntity], after_days: int) -> None:
    """Take these entities off the board."""
    for row in rows:
        writer.archive(row, f"{_prefix(kinds.of(row))}.archived", after_days)


def bring_back(writer: EventWriter, data: BringBack) -> None:
    """Put an entity that has left the board back; no-op if it is there. Raises Refused `too_large` on a full board."""
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
    """Return the end of a card's column if another card has taken its place in the meantime."""
    if not card_ranks.is_taken(writer, card):
        return {}
    return {"rank": ranks.between(card_ranks.highest(writer, card.column), None)}
