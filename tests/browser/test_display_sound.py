"""A wall makes a sound only where it is set so, for what happens now, and says where its browser does not let it. Its colours go
by the server's clock."""

import re
from datetime import timedelta

import pytest
from playwright.async_api import WebSocketRoute, expect

from models.times import format_utc, now
from tests.support.browsers import Browsers
from tests.support.display_page import open_display

pytestmark = pytest.mark.browser

# Counts tones, and tells when the wall may make them: it suspends its sound once it knows. A chime is left out if the audio
# thread takes 2 s to start, as on a busy machine: here a chime does not wait for that thread.
TONES = """window.tones = 0; window.isAllowed = false;
const { start } = OscillatorNode.prototype, { resume, suspend } = AudioContext.prototype;
OscillatorNode.prototype.start = function (...at) { window.tones += 1; return start.apply(this, at); };
AudioContext.prototype.resume = function () { resume.call(this); return Promise.resolve(); };
AudioContext.prototype.suspend = function () { window.isAllowed = true; return suspend.call(this); };"""
DEAF = "AudioContext.prototype.resume = () => new Promise(() => {});"  # a browser that plays sound only after a click on the page
LIFTED = "[data-highlighted]:is(.search-tile, .single-search)"
THEMES = """async () => {
  const { themeAt } = await import("/static/js/display/server_clock.js");
  return ["05:59", "06:00", "17:59", "18:00"].map((at) => themeAt("day", new Date(`2026-11-25T${at}:30Z`)));
}"""


async def test_display_sounds_for_live_events_only_where_it_is_enabled(browsers: Browsers) -> None:
    alice, board = await browsers.person("Alice"), await browsers.search()
    wall, id = await open_display(browsers, [board])
    await wall.context.add_init_script(TONES)
    await alice.http.patch(f"/api/v1/displays/{id}", json={"sound": True})
    await alice.command(board, "search.set_worrying", {"worrying": True, "basis": "needs her medicine"})
    await wall.open("/wall")
    await expect(wall(LIFTED)).to_have_count(1)
    await wall.page.mouse.click(5, 5)
    await wall.page.wait_for_function("() => window.isAllowed")
    assert await wall.page.evaluate("window.tones") == 0, "what happened before it looked is seen, and not heard"
    await alice.command(board, "sighting.add", {"description": "Girl with a red coat", "priority": "urgent"})
    await wall.page.wait_for_function("() => window.tones === 2")
    for alarm in (await alice.http.get("/api/v1/alarms")).json()["alarms"]:  # its row is that of what happened last
        if alarm["board"] == board and not alarm["taken_by"]:
            await alice.command(board, "alarm.take", {"alarm": alarm["id"]})
    await alice.http.patch(f"/api/v1/displays/{id}", json={"sound": False})
    await alice.command(board, "note.add", {"text": "We go on", "category": "decision"})
    await expect(wall.page.get_by_test_id("moments")).to_contain_text("Decision recorded")
    assert await wall.page.evaluate("window.tones") == 2


async def test_a_late_heartbeat_makes_no_sound_of_what_was_before(browsers: Browsers) -> None:
    alice, board = await browsers.person("Alice"), await browsers.search()
    wall, id = await open_display(browsers, [board])
    await wall.context.add_init_script(TONES)
    await alice.http.patch(f"/api/v1/displays/{id}", json={"sound": True})

    def delayed(socket: WebSocketRoute) -> None:
        """Pass frames on, heartbeats with the time of half a minute ago, as if they had been under way since then."""
        server, ago = socket.connect_to_server(), format_utc(now() - timedelta(seconds=30))
        late = re.compile('(?<="type":"heads",)"at":"[^"]+"')
        server.on_message(lambda frame: socket.send(late.sub(f'"at":"{ago}"', str(frame))))

    await wall.page.route_web_socket("**/ws**", delayed)
    await alice.command(board, "search.set_worrying", {"worrying": True, "basis": "needs her medicine"})
    await wall.open("/wall")
    await expect(wall(LIFTED)).to_have_count(1)
    await wall.page.wait_for_function("() => window.isAllowed")  # so the test could fail
    assert await wall.page.evaluate("window.tones") == 0


@pytest.mark.slow
async def test_blocked_sound_is_reported_on_the_display_and_the_displays_page(browsers: Browsers) -> None:
    alice, board = await browsers.person("Alice"), await browsers.search()
    wall, id = await open_display(browsers, [board])
    await wall.context.add_init_script(DEAF)
    await wall.open("/wall")
    await expect(wall.page.get_by_test_id("mute")).to_have_count(0)
    await alice.http.patch(f"/api/v1/displays/{id}", json={"sound": True})
    await expect(wall.page.get_by_test_id("mute")).to_contain_text("Sound is blocked")
    desk = await browsers.window("Alice")
    await desk.open("/displays")
    await expect(desk(f"[data-display='{id}']")).to_contain_text("sound blocked by the browser")


@pytest.mark.slow
async def test_a_wall_is_light_from_seven_to_nineteen_in_brussels(browsers: Browsers) -> None:
    wall, _ = await open_display(browsers, ["operations"])
    await wall.open("/wall")
    assert await wall.page.evaluate(THEMES) == ["dark", "light", "light", "dark"]
