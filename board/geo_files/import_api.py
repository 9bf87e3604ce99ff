"""HTTP API of the import of places from GPX and GeoJSON: its preview, which changes nothing."""

from starlette.requests import Request

from board.engine import access
from board.errors import Refused
from board.geo_files import tracks
from board.geo_files.track_process import MAX_BYTES
from board.geo_files.tracks import TrackPreview
from board.i18n import N_
from board.web.endpoint import BYTES, ON_A_BOARD, Call
from board.web.http import Reply, json_response, read_body, require_caller, service_of
from models.accounts import ROLES


@Call(
    "POST", "/boards/{board}/tracks/preview", N_("Previews the places of a GPX or GeoJSON file, such as a phone's track."),
    (*ON_A_BOARD, "invalid", "too_large"), body=BYTES,
)  # fmt: skip
async def preview(request: Request) -> Reply[TrackPreview]:
    """Preview the places of a GPX or GeoJSON file of at most 32 MiB, such as the track of a phone. For accounts that may add
    places.

    It changes nothing: send the places that you keep as `place.add`, and attach the file to them. Routes and tracks are lines,
    polygons are areas without their holes. A file with more than 200,000 points or 50 places is `too_large`. A point that is not
    on the earth, swapped coordinates, and an area that crosses itself are `invalid`. *0.4.0*

    `places[].name`: name in the file; empty if there is none.
    `places[].kind`: `point`, `line` or `area`.
    `places[].points`: number of points in the file.
    `places[].outline`: at most 500 points [latitude, longitude]: the ends of a line, and where it turns most.
    `places[].from`: first time of its points; null without one.
    `places[].until`: last time of its points; null without one.
    """
    caller, service = await require_caller(request), service_of(request)
    board = request.path_params["board"]
    row = await service.database.read(lambda session: access.get_visible_board(session, caller, board))
    if row.kind != "search":
        raise Refused("not_found")
    if not caller.may_command or ROLES.index(caller.account.role) < ROLES.index("investigator"):
        raise Refused("forbidden")
    content = await read_body(request, MAX_BYTES)
    async with service.queues.pictures.turn(caller.account.id):
        return json_response(await tracks.read(content))
