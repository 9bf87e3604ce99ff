"""Tiles of an installation over HTTP: only ranges, and only for people who are signed in."""

import os
from collections.abc import AsyncIterator
from pathlib import Path

import httpx2 as httpx
import pytest

from board.maps.tiles_api import MAX_RANGE, PATH, tiles_of
from tests.support.team import Team, running_team
from tests.unit.test_map_tiles import GB, tiles_file


@pytest.fixture(scope="module")
async def desk(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Team]:
    """Team on a server with a file of 40 GB, most of which is a hole."""
    folder = tmp_path_factory.mktemp("tiles")
    path = tiles_file(folder / "big.pmtiles", b'{"attribution": "(c) Somebody"}', tiles=40 * GB)
    async with running_team(folder, map_tiles=str(path)) as started:
        yield started
    tiles_of.cache_clear()


async def test_description_names_address_zoom_and_attribution(desk: Team) -> None:
    described = (await desk.victor.http.get("/map/tiles.json")).json()
    assert (described["max_zoom"], described["attribution"]) == (14, "(c) Somebody")
    assert described["url"].startswith(f"{PATH}?v=")


async def test_range_is_served_and_nothing_else(desk: Team) -> None:
    answer = await desk.victor.http.get(PATH, headers={"range": "bytes=0-6"})
    assert (answer.status_code, answer.content) == (206, b"PMTiles")
    assert answer.headers["content-range"].startswith("bytes 0-6/429")
    far = await desk.victor.http.get(PATH, headers={"range": f"bytes={39 * GB}-{39 * GB + 9}"})
    assert (far.status_code, far.content) == (206, bytes(10))
    for header in (None, "bytes=-5", "bytes=5-", "bytes=9-3", "bytes=0-1,5-6", f"bytes=0-{MAX_RANGE}", "bytes=0-x", "items=0-1"):
        refused = await desk.victor.http.get(PATH, headers={"range": header} if header else {})
        assert (refused.status_code, len(refused.content)) == (416, 0), header
    past = await desk.victor.http.get(PATH, headers={"range": f"bytes={41 * GB}-{41 * GB + 9}"})
    assert past.status_code == 416


async def test_stranger_is_sent_to_the_sign_in_form(desk: Team) -> None:
    async with httpx.AsyncClient(base_url=desk.server.url) as stranger:
        for path in (PATH, "/map/tiles.json"):
            answer = await stranger.get(path, headers={"range": "bytes=0-6"})
            assert (answer.status_code, answer.headers["location"].partition("?")[0]) == (303, "/login")


async def test_file_that_was_cut_since_the_start_gives_nothing(tmp_path: Path) -> None:
    path = tiles_file(tmp_path / "a.pmtiles")
    tiles_of.cache_clear()
    async with running_team(tmp_path, map_tiles=str(path)) as team:
        assert (await team.bob.http.get(PATH, headers={"range": "bytes=200-209"})).status_code == 206
        os.truncate(path, 205)
        assert (await team.bob.http.get(PATH, headers={"range": "bytes=200-209"})).status_code == 404
        path.unlink()
        assert (await team.bob.http.get(PATH, headers={"range": "bytes=0-6"})).status_code == 404
    tiles_of.cache_clear()


async def test_server_without_tiles_has_none(team: Team) -> None:
    tiles_of.cache_clear()
    assert (await team.bob.http.get("/map/tiles.json")).json() is None
    assert (await team.bob.http.get(PATH, headers={"range": "bytes=0-6"})).status_code == 404
