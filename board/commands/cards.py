"""Cards: what sightings and tasks have in common. A card has a place in a column and an assignee; it is withdrawn, never deleted.

Cards are sorted in a column by (rank, id). A rank is a text between two others. Every card of a column has one of its own,
withdrawn cards included, so that concurrent drops end in the same order for everybody.
"""

import orjson
from sqlalchemy import bindparam, text
from sqlmodel import Session

from board.commands import columns, ranks
from board.engine import unit_of_work
from board.engine.event_writer import EventWriter
from board.errors import invalid, not_found
from board.fields import Data, Id, LongText
from board.i18n import N_
from models.sighting import Sighting
from models.task import Task

Card = Sighting | Task

MAX_RANK_LENGTH = 48  # characters; a rank grows by one for about five drops at one spot
NEIGHBOURS = 20  # cards on each side that get new ranks when no short rank is left
REBALANCE_BYTES = 800_000  # of card states, at most: all events of a command travel in one message of at most 1 MiB


class Move(Data):
    card: Id
    column: Id
    before: Id | None = None
    after: Id | None = None


class Assign(Data):
    card: Id
    assignee: Id | None = None


class Withdraw(Data):
    card: Id
    reason: LongText | None = None


def find(writer: EventWriter, id: str, name: str = "card") -> Card:
    """Return the card of this board with that id. Raises Refused `not_found`."""
    row = unit_of_work.get(writer.session, Sighting, id) or unit_of_work.get(writer.session, Task, id)
    if row is None or row.board != writer.board.id:
        raise not_found(name)
    return row


def rank_for_new_card(writer: EventWriter, column: str | None, role: str) -> tuple[str, str]:
    """Return (column, rank) for a new card: at the end of the named column, or of the first one with this role."""
    found = columns.find(writer, column, "column") if column is not None else columns.first_with_role(writer, role)
    return found.id, ranks.between(_last(writer, found.id), None)


def move(writer: EventWriter, data: Move) -> None:
    """Move a card before or after another, or to the end of a column. Moves never conflict: the last one wins."""
    if data.before is not None and data.after is not None:
        raise invalid("after", N_("Either before or after, not both."))
    beside = data.before or data.after
    if beside == data.card:
        raise invalid("before" if data.before else "after", N_("A card can't be placed beside itself."))
    card = find(writer, data.card)
    column = columns.find(writer, data.column, "column")
    anchor = find(writer, beside, "before" if data.before else "after") if beside is not None else None
    if anchor is not None and anchor.column != column.id:
        anchor = None  # the anchor has left that column meanwhile
    if anchor is None:
        low, high = _last(writer, column.id), None
        if low == card.rank and card.column == column.id:
            return  # already last
    elif data.before:
        low, high = _below(writer.session, column.id, anchor.rank, but=card.id), anchor.rank
    else:
        low, high = anchor.rank, _above(writer.session, column.id, anchor.rank, but=card.id)
    if card.column == column.id and (low is None or low < card.rank) and (high is None or card.rank < high):
        return  # already there
    rank = ranks.between(low, high)
    writer.update(card, "card.moved", {"column": column.id, "rank": rank}, conflicts=False)
    if len(rank) > MAX_RANK_LENGTH:
        _rebalance_ranks(writer, column.id, card)


def fix_rank_collision(writer: EventWriter, card: Card) -> None:
    """Give a card and its neighbours new ranks if another card got the same rank meanwhile."""
    writer.session.flush()
    same = writer.session.connection().execute(_SAME, {"column": card.column, "rank": card.rank, "but": card.id}).first()
    if same is not None or len(card.rank) > MAX_RANK_LENGTH:
        _rebalance_ranks(writer, card.column, card)


def _rebalance_ranks(writer: EventWriter, column: str, card: Card) -> None:
    """Give a card and its neighbours short ranks again."""
    writer.session.flush()
    around = [row.id for row in writer.session.connection().execute(_IN_COLUMN, {"column": column})]
    at = around.index(card.id)
    nearest = sorted(range(len(around)), key=lambda place: abs(place - at))[: 2 * NEIGHBOURS + 1]
    window: dict[int, Card] = {}
    size = 0
    for place in nearest:
        row = find(writer, around[place])
        size += len(orjson.dumps(row.state()))
        if size > REBALANCE_BYTES and len(window) > 2:
            break
        window[place] = row
    first, last = min(window), max(window)
    low = find(writer, around[first - 1]).rank if first > 0 else None
    high = find(writer, around[last + 1]).rank if last + 1 < len(around) else None
    for place, rank in zip(sorted(window), ranks.several_between(low, high, len(window)), strict=True):
        writer.update(window[place], "card.moved", {"rank": rank}, conflicts=False)


def assign(writer: EventWriter, data: Assign) -> None:
    """Assign a card to an account, or to nobody."""
    card = find(writer, data.card)
    writer.require_person(data.assignee, "assignee")
    writer.update(card, "card.assigned", {"assignee": data.assignee})


def withdraw(writer: EventWriter, data: Withdraw) -> None:
    """Withdraw a card. It keeps its number and place, and can be restored."""
    writer.update(find(writer, data.card), "card.withdrawn", {"withdrawn": True}, data.reason)


def restore(writer: EventWriter, data: Withdraw) -> None:
    writer.update(find(writer, data.card), "card.restored", {"withdrawn": False}, data.reason)


_ALL = 'SELECT id, rank FROM sighting WHERE "column" = :column UNION ALL SELECT id, rank FROM task WHERE "column" = :column'
_IN_COLUMN = text(f"SELECT id FROM ({_ALL}) c ORDER BY rank, id")  # noqa: S608  (no value is pasted in)
_ENDS = text(
    'SELECT id, (SELECT max(rank) FROM sighting WHERE "column" = c.id) AS sighting, '
    '(SELECT max(rank) FROM task WHERE "column" = c.id) AS task FROM "column" c WHERE board IN :boards'
).bindparams(bindparam("boards", expanding=True))
_SAME = text(f"SELECT id FROM ({_ALL}) c WHERE id <> :but AND rank = :rank LIMIT 1")  # noqa: S608
_BELOW = text(f"SELECT max(rank) FROM ({_ALL}) c WHERE id <> :but AND rank < :rank")  # noqa: S608
_ABOVE = text(f"SELECT min(rank) FROM ({_ALL}) c WHERE id <> :but AND rank > :rank")  # noqa: S608


def _last(writer: EventWriter, column: str) -> str | None:
    """Return the highest rank in a column, cached for the transaction: new cards come in bursts."""
    known = unit_of_work.current(writer.session).highest_rank
    if column not in known:
        writer.session.flush()
        boards = [writer.board.id, *(() if known else unit_of_work.current(writer.session).boards)]
        for row in writer.session.connection().execute(_ENDS, {"boards": boards}):
            known[row.id] = max(row.sighting or "", row.task or "") or None
    return known[column]


def _below(session: Session, column: str, rank: str, but: str) -> str | None:
    session.flush()
    return session.connection().execute(_BELOW, {"column": column, "but": but, "rank": rank}).scalar()


def _above(session: Session, column: str, rank: str, but: str) -> str | None:
    session.flush()
    return session.connection().execute(_ABOVE, {"column": column, "but": but, "rank": rank}).scalar()
