"""Tiles of the installation for maps: one PMTiles file (MAP_TILES), read in ranges.

Format: https://github.com/protomaps/PMTiles/blob/main/spec/v3/spec.md
"""

import os
import re
import struct
import zlib
from dataclasses import dataclass

import orjson

from models.db.errors import ConfigurationError

HEADER_SIZE = 127
MAX_METADATA = 1_000_000  # bytes, before and after decompression; only the attribution is used
MAX_RAW_ATTRIBUTION, MAX_ATTRIBUTION = 4_000, 200  # characters, with and without its links
_MAGIC, _VERSION = b"PMTiles", 3
_OFFSETS = struct.Struct("<8Q")  # offset and length of the root directory, the metadata, the leaf directories and the tiles
_GZIP = 2
_VECTOR = 1
_TAG, _CONTROL = re.compile(r"<[^<>]*>"), re.compile(r"[\x00-\x1f\x7f]+")


@dataclass(frozen=True, slots=True)
class MapTiles:
    """Tiles of a file. `version`: changes with the file."""

    path: str
    max_zoom: int
    attribution: str
    size: int
    version: str


def load_map_tiles(path: str | None) -> MapTiles | None:
    """Return the tiles of a file; None without one. Raises ConfigurationError if it is not a complete PMTiles file of vector
    tiles."""
    if path is None:
        return None
    try:
        with open(path, "rb") as file:
            return _read(path, file.fileno())
    except OSError as error:
        raise ConfigurationError(f"MAP_TILES can't be read: {error}") from None


def _read(path: str, file: int) -> MapTiles:
    header, stat = os.pread(file, HEADER_SIZE, 0), os.fstat(file)
    if len(header) < HEADER_SIZE or not header.startswith(_MAGIC):
        raise ConfigurationError(f"MAP_TILES is not a PMTiles file: {path}")
    if header[7] != _VERSION:
        raise ConfigurationError(f"MAP_TILES is a PMTiles file of version {header[7]}. Convert it to version 3: {path}")
    parts = _OFFSETS.unpack_from(header, 8)
    end = max(offset + length for offset, length in zip(parts[::2], parts[1::2], strict=True))
    if end > stat.st_size:
        raise ConfigurationError(f"MAP_TILES is incomplete: it has {stat.st_size} of {end} bytes. Copy it again: {path}")
    if header[99] != _VECTOR:
        raise ConfigurationError(f"MAP_TILES has no vector tiles. Use a file in the Protomaps schema: {path}")
    attribution = _attribution(os.pread(file, min(parts[3], MAX_METADATA), parts[2]), header[97])
    version = f"{stat.st_size:x}-{stat.st_mtime_ns:x}"
    return MapTiles(path, header[101], attribution, stat.st_size, version)


def _attribution(metadata: bytes, compression: int) -> str:
    """Return the attribution as text; "" if it can't be read, because the tiles can be used without it."""
    try:
        plain = _unpacked(metadata) if compression == _GZIP else metadata
        attribution = orjson.loads(plain).get("attribution")
    except (ValueError, AttributeError, zlib.error):
        return ""
    text = _CONTROL.sub(" ", _TAG.sub("", attribution[:MAX_RAW_ATTRIBUTION])) if isinstance(attribution, str) else ""
    return " ".join(text.split())[:MAX_ATTRIBUTION]


def _unpacked(metadata: bytes) -> bytes:
    return zlib.decompressobj(wbits=31).decompress(metadata, MAX_METADATA)
