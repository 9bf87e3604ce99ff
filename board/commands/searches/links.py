"""Links between searches: siblings who disappeared together, the same person sought, or related. Each link is on both searches.

The state of a search has only the links that everyone may know who sees the search. `linked` keeps all of them, so that they come
back when the access changes.
"""

from board.engine import access
from board.engine.access import is_visible_on_displays
from board.engine.event_writer import EventWriter
from board.errors import Refused, invalid, not_found
from board.i18n import N_, message
from models.entity import State
from models.fields import Data, Id
from models.search import MAX_LINKS, LinkHow, Search


class LinkSearch(Data):
    """Link another search that is not closed, or change how it is linked. The other search gets the same link, by an event of its
    own. A search has at most 20 links; more are `too_large`.

    `how`: null removes the link.
    """

    NULLABLE = ("how",)

    search: Id
    how: LinkHow | None


def link(writer: EventWriter, data: LinkSearch) -> None:
    """Link another search, or remove the link."""
    row = writer.find(Search, writer.board.id, "search")
    if data.search == row.id:
        raise invalid("search", N_("A search cannot be linked to itself."))
    connect(writer, row, *_find(writer, data.search), data.how)


def connect(
    writer: EventWriter, row: Search, other: Search, on_other: EventWriter, how: LinkHow | None, undoes: int | None = None
) -> None:  # fmt: skip
    """Link two searches whose boards are locked, or remove their link. `undoes`: seq of the event that this undoes."""
    own, others = _with(row, other.id, how), _with(other, row.id, how)
    writer.update(row, "search.linked", {"links": _shown(writer, row, own)}, undoes=undoes)
    on_other.update(other, "search.linked", {"links": _shown(on_other, other, others)}, conflicts=False)
    writer.set_hidden(row, {"linked": own})
    on_other.set_hidden(other, {"linked": others})


def undo(writer: EventWriter, row: Search, links: State | None, undoes: int) -> None:
    """Restore the former links of a search, also on the other searches."""
    for id in sorted({*(row.links or {}), *(links or {})}):
        how = ((links or {}).get(id) or {}).get("how")
        if how != ((row.links or {}).get(id) or {}).get("how"):
            connect(writer, row, *_find(writer, id), how, undoes)


def follow_access(writer: EventWriter, row: Search) -> None:
    """Show and hide the links of a search whose audience changed, on both sides."""
    if not row.linked:
        return
    writer.update(row, "search.linked", {"links": _shown(writer, row, row.linked)}, conflicts=False)
    for id in sorted(row.linked):
        board, other = writer.unit.lock_board(id), writer.unit.entities.get(Search, id)
        if board is None or other is None:
            continue
        links = _shown(writer, other, other.linked)
        if links != other.links:
            writer.beside(board).update(other, "search.linked", {"links": links}, conflicts=False)


def _find(writer: EventWriter, id: str) -> tuple[Search, EventWriter]:
    """Return a search that the account may see, and the writer for its board. Raises Refused `not_found` or `closed`."""
    try:
        board = access.lock_second_board(writer.unit, writer.account_id, id)
    except Refused:
        raise not_found("search") from None
    search = writer.unit.entities.get(Search, id)
    if search is None or (writer.limit is not None and id not in writer.limit):
        raise not_found("search")
    if search.status == "closed":
        raise Refused("closed")
    return search, writer.beside(board)


def _with(row: Search, other: str, how: LinkHow | None) -> State | None:
    """Return all links of a search with one more, changed or less. Raises Refused `too_large`."""
    links: State = {id: former for id, former in (row.linked or {}).items() if id != other}
    if how is not None:
        links[other] = how
    if len(links) > MAX_LINKS:
        raise Refused("too_large", message(N_("A search can have at most {count} linked searches."), count=MAX_LINKS))
    return links or None


def _shown(writer: EventWriter, row: Search, links: State | None) -> State | None:
    """Return the links of a search that everyone may know who sees it."""
    shown: State = {}
    for id, how in (links or {}).items():
        other = writer.unit.entities.get(Search, id)
        if other is not None and _is_known_to_all_of(row, other):
            shown[id] = {"how": how, "on_walls": is_visible_on_displays(other)}
    return shown or None


def _is_known_to_all_of(row: Search, other: Search) -> bool:
    """Return whether everyone who sees a search also sees the other one."""
    return other.access == "desk" or (row.access == "members" and set(row.members) <= set(other.members))
