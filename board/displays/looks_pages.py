"""Appearance of a child, in the language of the wall display. Only displays in inner rooms get it."""

from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from typing_extensions import TypedDict

from board.displays.shown_search import shown_search
from board.engine.identity import Caller
from board.errors import Refused
from board.vocabulary.readable import readable
from board.web import display_auth
from board.web.http import check_rate, json_response, service_of

FIELDS = ("clothing", "hair")  # texts that displays in inner rooms get

WallDetail = TypedDict("WallDetail", {"field": str, "typed": str, "text": str, "language": str})


async def inner_room_looks(request: Request) -> Response:
    """Serve the appearance of the child of a search that this display shows, as JSON; 404 for other displays and searches."""
    caller = await display_auth.signed_in(request)
    if caller is None:
        return Response(status_code=404)
    check_rate(request, caller)
    id, display = request.path_params["id"], caller
    folder = service_of(request).settings.files_path
    try:
        texts, language = await service_of(request).database.read(lambda session: _read(session, display, id))
    except Refused:
        return Response(status_code=404)
    await service_of(request).reads.part_of_board(caller, id)
    return json_response({"looks": [_to_json(field, text, language, folder) for field, text in texts.items()]})


def _read(session: Session, caller: Caller, id: str) -> tuple[dict[str, str], str]:
    """Return the texts of a search, and the language of the display. Raises Refused `not_found` as `shown_search` does."""
    person = shown_search(session, caller, id).person
    assert caller.display is not None  # checked by shown_search
    return {field: person[field] for field in FIELDS if person.get(field)}, caller.display.language


def _to_json(field: str, text: str, language: str, folder: str | None) -> WallDetail:
    """Return a detail as JSON, with the language in which its text is shown."""
    found = readable(text, field, language, folder)
    return {"field": field, "typed": text, "text": found.text, "language": language if found.is_composed else found.typed_in}


routes: list[Route] = [Route("/wall/searches/{id}/looks.json", inner_room_looks)]
