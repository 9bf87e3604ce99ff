"""Text frames of the WebSocket protocol, encoded once for all clients that receive the same."""

from collections.abc import Iterable, Iterator
from functools import cached_property


class TextFrames:
    """Consecutive text frames. `texts`: their payloads. `wire`: the bytes of all of them."""

    def __init__(self, texts: Iterable[bytes]) -> None:
        self.texts = tuple(texts)

    @cached_property
    def wire(self) -> bytes:
        """Frames with their headers, as a server sends them (RFC 6455, section 5.2)."""
        return encode(self.texts)


def encode(texts: Iterable[bytes]) -> bytes:
    """Return unfragmented, unmasked text frames."""
    return b"".join([part for text in texts for part in (_header(len(text)), text)])


def _header(size: int) -> bytes:
    if size < 126:
        return bytes((0x81, size))
    if size < 65_536:
        return b"\x81\x7e" + size.to_bytes(2, "big")
    return b"\x81\x7f" + size.to_bytes(8, "big")


def split_into_runs(parts: Iterable[tuple[bytes, object]], limit: int) -> Iterator[list[bytes]]:
    """Split encoded pieces, each with its group, into runs of at most `limit` bytes.

    A group is split only if it is larger than `limit`, so that the events of one command arrive in one message.
    """
    run: list[bytes] = []
    size = start = 0
    group: object = None
    for piece, its_group in parts:
        if its_group is None or its_group != group:
            start, group = len(run), its_group
        if run and size + len(piece) + 1 > limit and start > 0:
            yield run[:start]
            run = run[start:]
            size = sum(len(part) + 1 for part in run)
            start = 0
        run.append(piece)
        size += len(piece) + 1
    if run:
        yield run
