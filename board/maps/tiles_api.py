"""Tiles of the installation (MAP_TILES), for people who are signed in: a description, and ranges of the file."""

import asyncio
import os
import re
from functools import cache

import orjson
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from board.config.map_tiles import MapTiles, load_map_tiles
from board.engine.identity import Caller
from board.errors import MESSAGES
from board.web import pages
from board.web.http import service_of

PATH = "/map/tiles.pmtiles"
MAX_RANGE = 4 * 1024 * 1024  # bytes of one answer; a tile has up to 500 KB, a directory 64 KB
_RANGE = re.compile(r"bytes=(\d{1,16})-(\d{1,16})")


@cache
def tiles_of(path: str | None) -> MapTiles | None:
    """Return the installation's tiles, read once."""
    return load_map_tiles(path)


async def describe(request: Request, caller: Caller) -> Response:
    """Serve the address of the tiles, their highest zoom level and attribution; null if the installation has none."""
    tiles = tiles_of(service_of(request).settings.map_tiles)
    described = tiles and {
        "url": f"{PATH}?v={tiles.version}", "max_zoom": tiles.max_zoom, "attribution": tiles.attribution,
    }  # fmt: skip
    return Response(orjson.dumps(described), media_type="application/json")


async def serve_range(request: Request, caller: Caller) -> Response:
    """Serve a range of the file. Never all of it: it may have many gigabytes."""
    tiles = tiles_of(service_of(request).settings.map_tiles)
    if tiles is None:
        return pages.error_page(request, 404, MESSAGES["not_found"], caller)
    match = _RANGE.fullmatch(request.headers.get("range", ""))
    start, end = (int(match[1]), min(int(match[2]), tiles.size - 1)) if match else (0, -1)
    if start > end or end - start >= MAX_RANGE:
        return Response(status_code=416, headers={"content-range": f"bytes */{tiles.size}", "accept-ranges": "bytes"})
    body = await asyncio.to_thread(_pread, tiles, start, end - start + 1)
    if body is None:
        return pages.error_page(request, 404, MESSAGES["not_found"], caller)
    headers = {
        "content-range": f"bytes {start}-{end}/{tiles.size}", "accept-ranges": "bytes", "etag": f'"{tiles.version}"',
        "content-type": "application/octet-stream",
    }  # fmt: skip
    return Response(body, 206, headers)


def _pread(tiles: MapTiles, start: int, length: int) -> bytes | None:
    """Return a range; None if the file is gone, or was cut since the start."""
    try:
        file = os.open(tiles.path, os.O_RDONLY)
    except OSError:
        return None
    try:
        body = os.pread(file, length, start)
    except OSError:
        return None
    finally:
        os.close(file)
    return body if len(body) == length else None


routes: list[Route] = [Route("/map/tiles.json", pages.for_people(describe)), Route(PATH, pages.for_people(serve_range))]
