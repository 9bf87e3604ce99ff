"""HTTP API of linked searches: those that a reader sees, with the names of their children."""

from sqlmodel import Session
from starlette.requests import Request
from typing_extensions import TypedDict

from board.commands.searches import talks
from board.engine import access
from board.engine.identity import Caller, renewed
from board.errors import Refused
from board.i18n import N_
from board.web.endpoint import ON_A_BOARD, Call
from board.web.http import Reply, json_response, require_caller, service_of
from models.search import LinkHow, Search, Status
from realtime.wire.wire_types import Count, Id

LinkedSearch = TypedDict("LinkedSearch", {
    "board": Id, "how": LinkHow, "reference": str, "status": Status, "first_name": str, "last_name": str | None,
    "age": Count | None,
})  # fmt: skip
LinkedSearches = TypedDict("LinkedSearches", {"links": list[LinkedSearch], "earlier_talks": Count})


@Call("GET", "/boards/{board}/links", N_("Lists the searches that are linked to this one, and that you can see."), ON_A_BOARD)
async def links(request: Request) -> Reply[LinkedSearches]:
    """List the linked searches that the caller sees, including those that the state of the search omits. *0.4.0*

    `earlier_talks`: number of talks about the child's earlier disappearances that are offered to the caller; see [After the child
    is found](searches.md#after-the-child-is-found).
    """
    caller, board = await require_caller(request), request.path_params["board"]
    service = service_of(request)
    answer = await service.database.read(lambda session: _links(session, caller, board))
    await service.reads.part_of_board(caller, board)
    return json_response(answer)


def _links(session: Session, caller: Caller, board: str) -> LinkedSearches:
    """Return the visible links of a search, and count the offered talks. Raises Refused `not_found`."""
    current = renewed(session, caller)
    access.get_readable_board(session, current, board)
    search = session.get(Search, board)
    if search is None:  # the list of all searches
        raise Refused("not_found")
    linked = [(_visible(session, current, id), how) for id, how in (search.linked or {}).items()]
    links = [_entry(other, how) for other, how in linked if other is not None]
    return {"links": links, "earlier_talks": len(talks.offered_at(session, search, current))}


def _visible(session: Session, caller: Caller, id: str) -> Search | None:
    """Return a search; None if the caller may not see it."""
    try:
        access.get_visible_board(session, caller, id)
    except Refused:
        return None
    return session.get(Search, id)


def _entry(search: Search, how: LinkHow) -> LinkedSearch:
    person = search.person
    return {
        "board": search.id, "how": how, "reference": search.reference, "status": search.status,  # type: ignore[typeddict-item]
        "first_name": person["first_name"], "last_name": person["last_name"], "age": person["age"],
    }  # fmt: skip
