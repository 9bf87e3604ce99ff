"""Checks of a page on a bad network, and a colleague who continues to work."""

import asyncio
import contextlib
import time
from collections import Counter
from pathlib import Path

import httpx2 as httpx
from playwright.async_api import expect

from board.accounts import accounts, live_changes
from models.db.database import Database
from models.db.schema import migrate
from models.times import format_utc, now
from tests.support.browser_window import Window
from tests.support.browsers import ROLES, SignedInUser
from tests.support.people import PASSWORD, PATIENCE_S, Server, new_id

STALE_WITHIN_S = 10  # promised
MEASURING_S = 1  # time to read the page on a busy machine
BACK_WITHIN_MS = 40_000  # a running attempt may have to time out (10 s), and the next one waits up to 15 s

# Freshness that the page shows, at each change.
KEEP_FRESHNESS = """
window.said = [];
const look = () => {
  const state = document.documentElement?.dataset.freshness, live = Boolean(document.querySelector("[data-testid=live]"));
  const last = said.at(-1);
  if (last?.state !== state || last?.live !== live) said.push({at: Date.now() / 1000, state, live});
};
new MutationObserver(look).observe(document, {subtree: true, childList: true, attributes: true});
"""
# Style of the overlay that greys a board.
VEIL = """() => {
  const { visibility, opacity, backdropFilter } = getComputedStyle(document.querySelector(".stale-overlay"));
  return [visibility, opacity, backdropFilter];
}"""
GREY = ["visible", "1", "grayscale(1)"]


async def wait_until_stale(window: Window, since: float) -> None:
    """Wait until the board is shown as stale, by text and by style; fail if that takes longer than promised."""
    await window.freshness("not_current")
    said = await window.page.evaluate("said")
    grey_at = next(each["at"] for each in said if each["at"] > since and each["state"] == "not_current")
    assert grey_at - since < STALE_WITHIN_S + MEASURING_S
    assert await window.page.evaluate(VEIL) == GREY


async def assert_never_live(window: Window, begin: float, end: float) -> None:
    """Check that the page never called itself live between two times."""
    said = await window.page.evaluate("said")
    within = [each for number, each in enumerate(said) if each["at"] < end and ([*said, {"at": end}][number + 1]["at"] > begin)]
    assert within
    assert not any(each["live"] or each["state"] == "live" for each in within), within


async def pending_commands(window: Window) -> list[str]:
    """Return ids of the commands that the window still shows as being sent, oldest first."""
    return sorted(await window.page.eval_on_selector_all("[data-pending]", "all => all.map((each) => each.dataset.pending)"))


async def wait_until_all_sent(window: Window) -> None:
    """Wait until no command waits to be sent."""
    await expect(window("[data-pending], [data-testid=unsent]")).to_have_count(0, timeout=BACK_WITHIN_MS)


def commands_sent(window: Window, ids: list[str]) -> dict[str, int]:
    """Return how often each of these commands went out on a socket of the window."""
    return dict(Counter(frame.body["id"] for frame in window.frames if frame.sent and frame.body.get("id") in ids))


def unanswered_commands(window: Window) -> list[str]:
    """Return ids of the commands that the window has sent and got no ack for."""
    answered = {frame.body["id"] for frame in window.frames if frame.body["type"] == "ack"}
    sent = [frame.body["id"] for frame in window.frames if frame.sent and frame.body["type"] == "command"]
    return [id for id in dict.fromkeys(sent) if id not in answered]


async def until_sent(window: Window, id: str, times: int) -> None:
    deadline = time.monotonic() + 3 * PATIENCE_S
    while commands_sent(window, [id])[id] < times:
        assert time.monotonic() < deadline
        await asyncio.sleep(0.05)


async def assert_each_once(person: SignedInUser, board: str, ids: list[str]) -> None:
    """Check that each of these commands is in the journal exactly once."""
    done = Counter(event["command"] for event in await person.events(board))
    assert {id: done[id] for id in ids} == dict.fromkeys(ids, 1)


async def set_enabled(server: Server, email: str, enabled: bool) -> None:
    await live_changes.apply_change(server.service, lambda database: accounts.set_enabled(database, email, enabled))


class Colleague:
    """API client that adds sightings as fast as they are acknowledged, and resends unanswered ones with the same id."""

    def __init__(self, person: SignedInUser, board: str) -> None:
        self.person, self.board = person, board
        self.acked: dict[str, list[int]] = {}
        self.texts: list[str] = []

    async def work(self, stop: asyncio.Event) -> None:
        while not stop.is_set():
            id = new_id()
            self.texts.append(f"Bob's sighting {id}")
            body = {"id": id, "name": "sighting.add", "data": {"description": self.texts[-1]}}
            while id not in self.acked:
                with contextlib.suppress(httpx.TransportError):
                    answer = await self.person.http.post(f"/api/v1/boards/{self.board}/commands", json=body)
                    assert answer.status_code == 200, answer.text
                    self.acked[id] = answer.json()["seqs"]
                await asyncio.sleep(0.05)  # a steady pace, because the page draws every event


async def keep_adding_tasks(window: Window, stop: asyncio.Event) -> list[str]:
    """Add tasks on the page until `stop`, with or without a server; return their titles."""
    titles: list[str] = []
    while not stop.is_set():
        titles.append(f"Alice's task {len(titles)}")
        await window.add_task(titles[-1])
    return titles


def create_team_accounts(folder: Path) -> None:
    """Create the team's accounts in a database that no server has open yet."""
    database = Database(f"sqlite:///{folder}/board.db")
    migrate(database)

    for name, role in ROLES.items():
        database.write_now(accounts.prepare_account(f"{name.lower()}@desk.example", name, role, PASSWORD, format_utc(now())))
