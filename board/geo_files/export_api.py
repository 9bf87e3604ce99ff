"""Exports of the places of a search for maps, as GeoJSON, GPX and KML: sent page by page, within the caller's current rights."""

from collections.abc import AsyncIterator, Callable, Iterable
from functools import partial
from typing import Any, NamedTuple

from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import Response
from typing_extensions import TypedDict

from board.engine import access
from board.engine.event import JournalEvent
from board.engine.identity import Caller
from board.errors import Refused
from board.exports.exports import ExportSnapshot, Streamed, open_snapshot, pages_of_cards, read_pages
from board.geo_files import feature, geojson, gpx, kml
from board.geo_files.feature import GeoFeature
from board.i18n import N_
from board.service import BoardService
from board.web import language
from board.web.compression import compressed
from board.web.endpoint import ON_A_BOARD, Binary, Call
from board.web.heavy_reads import limited_per_account
from board.web.http import count_document, service_of
from models.search import Search

Write = Callable[[GeoFeature], str]
GeoJsonFile = TypedDict("GeoJsonFile", {"type": str, "features": list[dict[str, Any]]})


class GeoFormat(NamedTuple):
    """Format of a file. `passes`: writers of a feature; each is applied to all features before the next one."""

    ending: str
    media: str
    head: Callable[[str], str]
    passes: tuple[Write, ...]
    separator: str
    tail: str


GEOJSON = GeoFormat("geojson", geojson.MEDIA, geojson.head, (geojson.written,), geojson.SEPARATOR, geojson.TAIL)
GPX = GeoFormat("gpx", gpx.MEDIA, gpx.head, (gpx.waypoint, gpx.track), gpx.SEPARATOR, gpx.TAIL)
KML = GeoFormat("kml", kml.MEDIA, kml.head, (kml.placemark,), kml.SEPARATOR, kml.TAIL)


@Call(
    "GET", "/boards/{board}/places.geojson", N_("The places of a search as GeoJSON, for maps."), ON_A_BOARD, media=geojson.MEDIA,
    answer=GeoJsonFile, right="export", step_up=True,
)  # fmt: skip
@limited_per_account
@compressed
async def geojson_file(request: Request, caller: Caller) -> Response:
    """Export the places of a search as GeoJSON (RFC 7946).

    See *Places for maps*. *0.4.0*
    """
    return await _file(request, caller, GEOJSON)


@Call(
    "GET", "/boards/{board}/places.gpx", N_("The places of a search as GPX, for navigation devices."), ON_A_BOARD,
    media=gpx.MEDIA, answer=Binary, right="export", step_up=True,
)  # fmt: skip
@limited_per_account
@compressed
async def gpx_file(request: Request, caller: Caller) -> Response:
    """Export the places of a search as GPX 1.1: points as waypoints, outlines as tracks.

    See *Places for maps*. *0.4.0*
    """
    return await _file(request, caller, GPX)


@Call(
    "GET", "/boards/{board}/places.kml", N_("The places of a search as KML, for globes and maps."), ON_A_BOARD, media=kml.MEDIA,
    answer=Binary, right="export", step_up=True,
)  # fmt: skip
@limited_per_account
@compressed
async def kml_file(request: Request, caller: Caller) -> Response:
    """Export the places of a search as KML 2.2.

    See *Places for maps*. *0.4.0*
    """
    return await _file(request, caller, KML)


CALLS = (geojson_file, gpx_file, kml_file)


async def _file(request: Request, caller: Caller, form: GeoFormat) -> Response:
    service, board = service_of(request), request.path_params["board"]
    await count_document(request, caller)
    reads = language.language_for(request, caller)
    export, last_seen = await service.exports.read(caller, lambda session: _open(session, caller, board, reads))
    file_name = f"{export.file}-places.{form.ending}"
    await service.reads.export(caller, board, file_name)
    headers = {"content-type": form.media, "content-disposition": f'attachment; filename="{file_name}"'}
    return Streamed(_parts(service, caller, export, last_seen, form), headers=headers)


def _open(session: Session, caller: Caller, id: str, reads: str) -> tuple[ExportSnapshot, GeoFeature | None]:
    """Return a search at its current position, and where the child was last seen. Raises Refused `not_found` if the caller may
    not see it, or if the board is not a search."""
    board = access.get_visible_board(session, caller, id)
    if board.kind != "search":
        raise Refused("not_found")
    return open_snapshot(session, caller, id, reads), feature.of_search(id, session.get_one(Search, id).state())


async def _parts(
    service: BoardService, caller: Caller, export: ExportSnapshot, last_seen: GeoFeature | None, form: GeoFormat
) -> AsyncIterator[bytes]:
    yield form.head(export.file).encode()
    is_first = True
    for write in form.passes:
        if last_seen is not None and (own := write(last_seen)):
            yield own.encode()
            is_first = False
        async for part in read_pages(service, caller, export, pages_of_cards(export), partial(_page, write, form.separator)):
            if part:
                yield part if is_first or not form.separator else form.separator.encode() + part
                is_first = False
    yield form.tail.encode()


def _page(write: Write, separator: str, events: Iterable[JournalEvent]) -> bytes:
    states = ((event, event.payload()["state"]) for event in events)
    features = (feature.of_card(event.kind, event.entity, state) for event, state in states if state is not None)
    return separator.join(text for place in features if place is not None and (text := write(place))).encode()
