"""The own WebSocket protocol of the server against a browser: frames of every size, commands and closes amid bursts."""

from typing import Any

import pytest

from realtime.wire.protocol import CLOSE_SESSION_ENDED, MAX_SERVER_FRAME_BYTES
from realtime.wire.text_frames import TextFrames
from tests.support.browsers import Browsers
from tests.support.worker_processes import wait_until

pytestmark = pytest.mark.browser

# Around each border between the three forms of a frame's length, and the largest that the server sends.
SIZES = (10, 60, 125, 126, 127, 1_000, 65_535, 65_536, 300_000, MAX_SERVER_FRAME_BYTES)
ROUNDS = 5

# A socket. `sizes`: of each text that arrived; `frames`: those of the board's own protocol.
OPEN = """() => new Promise((done) => {
  const socket = window.line = new WebSocket(`ws://${location.host}/ws`);
  Object.assign(window, { sizes: [], frames: [], wrong: 0, code: null });
  socket.onmessage = ({ data }) => {
    const frame = JSON.parse(data);
    if (!("x" in frame)) return window.frames.push(frame);
    window.sizes.push(data.length);
    window.wrong += /^(x*|y*)$/.test(frame.x) ? 0 : 1;
  };
  socket.onclose = ({ code }) => (window.code = code);
  socket.onopen = () => done();
})"""


def texts(letter: bytes) -> list[bytes]:
    """Return frames of these sizes, filled with one letter."""
    return [b'{"x":"%s"}' % (letter * (size - len(b'{"x":""}'))) for size in SIZES]


async def open_line(browsers: Browsers) -> tuple[Any, Any]:
    """Return a page with a socket of its own, and the server's connection at the other end."""
    window = await browsers.window("Alice")
    await window.page.goto("/api/v1/me")  # without scripts, and so without a socket of its own
    hub = browsers.server.service.hub  # type: ignore[union-attr]
    before = set(hub.connections)
    await window.page.evaluate(OPEN)
    await wait_until(lambda: len(set(hub.connections) - before) == 1)
    return window.page, next(iter(set(hub.connections) - before))


async def test_frames_of_every_size_in_bursts_and_pings_between(browsers: Browsers) -> None:
    page, connection = await open_line(browsers)
    for number in range(ROUNDS):
        await page.evaluate("(id) => window.line.send(JSON.stringify({ type: 'ping', id }))", number)
        connection.writer.write(TextFrames(texts(b"xy"[number % 2 : number % 2 + 1])))
    await page.wait_for_function("(count) => window.sizes.length >= count", arg=ROUNDS * len(SIZES))
    await page.wait_for_function("(count) => window.frames.filter(({ type }) => type === 'pong').length === count", arg=ROUNDS)
    assert await page.evaluate("[window.sizes, window.wrong]") == [list(SIZES) * ROUNDS, 0]


@pytest.mark.slow
async def test_close_of_the_server_comes_behind_its_burst(browsers: Browsers) -> None:
    page, connection = await open_line(browsers)
    connection.writer.write(TextFrames(texts(b"x")))
    connection.writer.close(CLOSE_SESSION_ENDED)
    await page.wait_for_function("() => window.code !== null")
    assert await page.evaluate("[window.sizes, window.wrong, window.code]") == [list(SIZES), 0, CLOSE_SESSION_ENDED]


@pytest.mark.slow
async def test_browser_that_closes_in_a_burst_is_forgotten(browsers: Browsers) -> None:
    page, connection = await open_line(browsers)
    for _ in range(ROUNDS):
        connection.writer.write(TextFrames(texts(b"x")))
    await page.evaluate("window.line.close()")
    await wait_until(lambda: connection not in browsers.server.service.hub.connections)  # type: ignore[union-attr]
    await page.wait_for_function("() => window.code !== null")
    assert await page.evaluate("window.wrong") == 0
