"""Framing of requests: one whose length a proxy may read differently is refused with 400, and its connection is closed."""

import asyncio
import re

import pytest

from realtime.http.request_framing import is_ambiguous
from tests.support.backends import SLOW_ON_POSTGRESQL
from tests.support.people import PATIENCE_S
from tests.support.team import Team

pytestmark = pytest.mark.both_backends(SLOW_ON_POSTGRESQL)

# would be answered if the body before it were read as shorter
HIDDEN = b"GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
START = b"POST /login HTTP/1.1\r\nHost: x\r\n"
AMBIGUOUS = {
    "both": START + b"Content-Length: 6\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "both, other order": START + b"transfer-encoding: chunked\r\ncontent-length: 6\r\n\r\n0\r\n\r\n",
    "two equal lengths": START + b"Content-Length: 0\r\nContent-Length: 0\r\n\r\n",
    "two lengths": START + b"Content-Length: 0\r\nContent-Length: 3\r\n\r\n",
    "list of lengths": START + b"Content-Length: 0, 0\r\n\r\n",
    "two encodings": START + b"Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "unknown encoding": START + b"Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
    "encoding of HTTP/1.0": b"POST /login HTTP/1.0\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "folded line": START + b"X-A: 1\r\n b\r\nContent-Length: 0\r\n\r\n",
    "folded length": START + b"Content-Length:\r\n 0\r\n\r\n",
    "bare LF": START + b"X-A: 1\nContent-Length: 0\r\n\r\n",
    "bare LF at the end": START + b"Content-Length: 0\r\n\n",
    "only LF": b"POST /login HTTP/1.1\nHost: x\nContent-Length: 0\n\n",
    "space before the colon": START + b"Content-Length : 0\r\n\r\n",
    "sign": START + b"Content-Length: +0\r\n\r\n",
}
PLAIN = {
    "length": START + b"Content-Length: 7\r\n\r\nemail=a",
    "chunks": START + b"Transfer-Encoding: chunked\r\n\r\n7\r\nemail=a\r\n0\r\n\r\n",
    "no body": b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n",
}


async def answers(team: Team, *pieces: bytes) -> list[int]:
    """Send these bytes; return the status codes of the answers until the server closes."""
    host, _, port = team.server.url.removeprefix("http://").partition(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    for piece in pieces:
        writer.write(piece)
        await writer.drain()
    received = await asyncio.wait_for(reader.read(), PATIENCE_S)
    writer.close()
    return [int(code) for code in re.findall(rb"HTTP/1\.1 (\d{3}) ", received)]


@pytest.mark.parametrize("name", AMBIGUOUS)
async def test_ambiguous_request_is_refused_and_nothing_behind_it_read(team: Team, name: str) -> None:
    assert await answers(team, AMBIGUOUS[name] + HIDDEN) == [400]


async def test_ambiguous_request_is_refused_behind_a_plain_one_and_in_pieces(team: Team) -> None:
    assert await answers(team, PLAIN["length"] + AMBIGUOUS["both"] + HIDDEN) == [401, 400]
    pieces = [AMBIGUOUS["both"][at : at + 20] for at in range(0, len(AMBIGUOUS["both"]), 20)]
    assert await answers(team, *pieces) == [400]


@pytest.mark.parametrize(("name", "status"), [("length", 401), ("chunks", 401), ("no body", 200)])
async def test_plain_request_is_answered_and_so_is_the_next(team: Team, name: str, status: int) -> None:
    assert await answers(team, PLAIN[name] + HIDDEN) == [status, 200]


def test_body_and_values_do_not_make_a_head_ambiguous() -> None:
    assert not is_ambiguous(START + b"X-Note: content-length: 3, transfer-encoding: x\r\n\r\n")
