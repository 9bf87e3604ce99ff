"""PMTiles file of an installation: one that is cut, or of another version or format, is refused with its path and the reason."""

import gzip
import os
import struct
from pathlib import Path
from typing import Any

import pytest

from board.config.map_tiles import HEADER_SIZE, MAX_ATTRIBUTION, MAX_METADATA, load_map_tiles
from board.config.settings import Settings
from models.db.errors import ConfigurationError

GB = 1024**3


def header(**more: Any) -> bytes:
    """Return the header of a PMTiles file: a directory, metadata and tiles follow it."""
    values = {"version": 3, "metadata": 100, "tiles": 1_000, "compression": 1, "type": 1, "max_zoom": 14} | more
    tiles_at = HEADER_SIZE + 16 + values["metadata"]
    parts = struct.pack("<8Q", HEADER_SIZE, 16, HEADER_SIZE + 16, values["metadata"], 0, 0, tiles_at, values["tiles"])
    rest = bytes([1, values["compression"], 2, values["type"], 0, values["max_zoom"]])
    return (b"PMTiles" + bytes([values["version"]]) + parts + bytes(24) + rest).ljust(HEADER_SIZE, b"\0")


def tiles_file(path: Path, metadata: bytes = b"{}", **more: Any) -> Path:
    """Write a complete file; its tiles are a hole."""
    size = {"metadata": len(metadata), **more}
    path.write_bytes(header(**size) + bytes(16) + metadata)
    os.truncate(path, path.stat().st_size + size.get("tiles", 1_000))
    return path


def test_no_setting_has_no_tiles() -> None:
    assert load_map_tiles(None) is None


def test_complete_file_has_its_highest_zoom_and_attribution(tmp_path: Path) -> None:
    metadata = b'{"attribution": "<a href=\\"https://osm.org\\">\\u00a9 OpenStreetMap</a>\\n contributors"}'
    tiles = load_map_tiles(str(tiles_file(tmp_path / "a.pmtiles", metadata)))
    assert tiles is not None
    assert (tiles.max_zoom, tiles.attribution) == (14, "© OpenStreetMap contributors")
    packed = load_map_tiles(str(tiles_file(tmp_path / "b.pmtiles", gzip.compress(metadata), compression=2)))
    assert packed is not None
    assert packed.attribution == tiles.attribution


def test_file_of_40_gb_is_read_by_its_header(tmp_path: Path) -> None:
    tiles = load_map_tiles(str(tiles_file(tmp_path / "big.pmtiles", tiles=40 * GB)))
    assert tiles is not None
    assert tiles.size > 40 * GB


@pytest.mark.parametrize(
    ("metadata", "compression"),
    [
        (b"not json", 1), (b"[]", 1), (b'{"attribution": 5}', 1), (b"\x1f\x8bbroken", 2), (b"{}", 4),
        (gzip.compress(b" " * (MAX_METADATA * 3)), 2),
    ],
)  # fmt: skip
def test_unreadable_metadata_has_no_attribution(tmp_path: Path, metadata: bytes, compression: int) -> None:
    tiles = load_map_tiles(str(tiles_file(tmp_path / "a.pmtiles", metadata, compression=compression)))
    assert tiles is not None
    assert tiles.attribution == ""


def test_long_attribution_is_cut(tmp_path: Path) -> None:
    tiles = load_map_tiles(str(tiles_file(tmp_path / "a.pmtiles", b'{"attribution": "' + b"x" * 5_000 + b'"}')))
    assert tiles is not None
    assert len(tiles.attribution) == MAX_ATTRIBUTION


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "not a PMTiles file"),
        (b"PMTiles", "not a PMTiles file"),
        (b"<html>" * 100, "not a PMTiles file"),
        (header(version=2), "version 2"),
        (header(), "incomplete"),
        (header(tiles=2**63), "incomplete"),
        (header(type=2, metadata=0, tiles=0) + bytes(16), "no vector tiles"),
    ],
)
def test_unusable_file_is_refused_with_its_path(tmp_path: Path, content: bytes, reason: str) -> None:
    path = tmp_path / "a.pmtiles"
    path.write_bytes(content)
    with pytest.raises(ConfigurationError, match=reason) as refused:
        load_map_tiles(str(path))
    assert str(path) in str(refused.value)


def test_missing_file_and_folder_are_refused_at_start(tmp_path: Path) -> None:
    for path in (tmp_path / "none.pmtiles", tmp_path):
        with pytest.raises(ConfigurationError, match="MAP_TILES can't be read"):
            Settings(_env_file=None, map_tiles=str(path)).check()
