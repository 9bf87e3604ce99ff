"""Routes that a caller who is limited to boards can reach: a guest, or a program with such a token. All other routes answer as if
they did not exist, so that a new route is closed to them until it is listed here.

The route's board, if it has one, must be among those of the caller. The handlers check it again with `engine.access`.
"""

from starlette.requests import HTTPConnection

from board.engine.identity import Caller
from board.errors import Refused
from board.web.registered import template_of

_API, _BOARD, _SEARCH = "/api/v1", "/api/v1/boards/{board}", "/searches/{id}"
_SHARED = {
    ("GET", f"{_API}/me"), ("GET", f"{_API}/accounts"), ("GET", f"{_API}/boards"), ("GET", f"{_API}/places"),
    ("GET", f"{_API}/find"), ("POST", f"{_API}/statements"), ("POST", f"{_API}/details"),
    ("GET", _BOARD), ("GET", f"{_BOARD}/events"), ("POST", f"{_BOARD}/commands"), ("GET", f"{_BOARD}/chain"),
    ("GET", f"{_BOARD}/room"), ("POST", f"{_BOARD}/similar"),
    ("GET", f"{_BOARD}/timeline"),
    ("GET", f"{_BOARD}/contradictions"), ("GET", f"{_BOARD}/reach"),
    ("GET", f"{_BOARD}/sightings/{{sighting}}/comparison"),
    ("GET", f"{_BOARD}/sightings/{{sighting}}/source"),
    ("GET", f"{_BOARD}/files/{{file}}/thumb"), ("GET", f"{_BOARD}/files/{{file}}/view"),
    ("GET", f"{_BOARD}/files/{{file}}/content"), ("GET", f"{_BOARD}/files/{{file}}/original"),
    ("GET", _SEARCH), ("GET", f"{_SEARCH}/cards/{{card}}"), ("GET", f"{_SEARCH}/history"),
    ("GET", f"{_SEARCH}/timeline"),
    ("GET", "/help"), ("GET", "/help/titles.json"), ("GET", "/help/{name:path}"),
}  # fmt: skip
_UPLOADS = {
    ("PATCH", f"{_BOARD}/uploads/{{upload}}"), ("GET", f"{_BOARD}/uploads/{{upload}}"),
    ("POST", f"{_BOARD}/uploads/{{upload}}/finish"),
}  # fmt: skip
OF_TOKENS = _SHARED | _UPLOADS | {
    ("POST", f"{_API}/intake/sightings"),
    ("GET", f"{_BOARD}/cards.csv"), ("GET", f"{_BOARD}/cards.json"),
    ("GET", f"{_BOARD}/journal.csv"), ("GET", f"{_BOARD}/journal.json"),
    ("GET", f"{_BOARD}/places.geojson"), ("GET", f"{_BOARD}/places.gpx"), ("GET", f"{_BOARD}/places.kml"),
    ("POST", f"{_BOARD}/tracks/preview"),
    ("GET", f"{_BOARD}/materials/{{material}}.pdf"),
}  # fmt: skip
_FACTORS, _STEP_UP = "/account/factors", "/step-up"
OF_GUESTS = _SHARED | {
    ("GET", "/"), ("GET", "/login"), ("POST", "/logout"),
    ("POST", f"{_API}/me/active"), ("GET", f"{_API}/me/draft-key"),
    ("GET", "/account"), ("GET", "/account/reads"),
    ("POST", "/account/language"), ("POST", "/account/theme"), ("POST", "/account/password"),
    ("POST", "/account/sessions"), ("POST", "/account/sessions/disown"),
    ("POST", f"{_API}/me/lock"), ("POST", f"{_API}/me/unlock"),
    ("GET", _STEP_UP), ("POST", _STEP_UP), ("POST", f"{_STEP_UP}/ways"), ("POST", f"{_STEP_UP}/options"),
    ("POST", f"{_STEP_UP}/check"),
    ("GET", f"{_FACTORS}/app"), ("POST", f"{_FACTORS}/app"), ("POST", f"{_FACTORS}/passkeys"),
    ("POST", f"{_FACTORS}/passkeys/options"), ("POST", f"{_FACTORS}/remove"), ("POST", f"{_FACTORS}/codes"),
}  # fmt: skip
OF_WRITING_GUESTS = OF_GUESTS | _UPLOADS


def check_reach(connection: HTTPConnection, caller: Caller) -> None:
    """Raise Refused `not_found` if the caller is limited and can't reach this route, or its board."""
    if not caller.is_limited or connection.scope["type"] == "websocket":  # a socket checks each board that it follows
        return
    method = "GET" if connection.scope["method"] == "HEAD" else connection.scope["method"]
    path = template_of(connection.scope)
    routes = _routes_of(caller)
    params = connection.path_params
    board = params.get("board", params.get("id") if path.startswith(_SEARCH) else None)
    if (method, path) not in routes or (board is not None and not caller.may_reach(board)):
        raise Refused("not_found")


def _routes_of(caller: Caller) -> set[tuple[str, str]]:
    if caller.token is not None:
        return OF_TOKENS
    return OF_WRITING_GUESTS if caller.account.guest_writes else OF_GUESTS
