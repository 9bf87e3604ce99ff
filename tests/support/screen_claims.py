"""Comparison of screens: claims about each card, alarm and search that differ from the one sentence for it.

The sentence is made in the reader's own page, by the modules that draw the screens, from what the server has. So no expectation
is written twice, and "You have it" of one reader agrees with "Dora has it" of another.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from board.commands.alarms.alarm_list import open_alarms
from models.board import OPERATIONS
from tests.support.browser_window import Window
from tests.support.browsers import Browsers
from tests.support.screen_scripts import READ, SAY

AGREES_WITHIN_S = 20  # summaries and lists are read again every second or two, and the machine may be busy
CARDS = ("sighting", "task", "tip")

NOBODY = "nobody assigned"
UNSAID = {
    ("card", "owner"): NOBODY, ("list", "owner"): NOBODY, ("row", "owner"): NOBODY, ("card", "seen"): "time unknown",
    ("panel", "seen"): "–", ("row", "seen"): "–",
}  # fmt: skip


@dataclass
class Screen:
    """Window whose page is compared. `me`: account of its reader; "" for a wall, which has a `profile`."""

    name: str
    window: Window
    me: str = ""
    profile: str = ""


@dataclass
class Comparison:
    """Comparison of one screen with the sentences for its reader."""

    screen: Screen
    truth: dict[str, Any]
    says: dict[str, Any]
    is_signed: bool = False

    def wrong(self, claims: Sequence[Sequence[str]]) -> list[str]:
        """Return the claims that differ, and those that are missing."""
        known = {tuple(claim[:3]) for claim in claims}
        self.is_signed = ("report", "", "signed") in known
        shown = {tuple(claim[:2]) for claim in claims}
        missing = [f"{' '.join(each)}: nothing for {said!r}" for each, said in self._must(shown) if each not in known]
        return missing + [wrong for claim in claims if (wrong := self._differs(*claim))]

    def _differs(self, place: str, about: str, fact: str, said: str) -> str | None:
        if (place, fact) == ("history", "alarm"):
            return self._history_differs(about, said)
        wanted = self._wanted(place, about, fact)
        is_part = fact in ("seen", "shift") or (place in ("wall", "tile") and fact != "promise")
        agrees = wanted is not None and (wanted in said if is_part else wanted == said)
        return None if agrees else f"{place} {about} {fact}: {said!r} for {wanted!r}"

    def _history_differs(self, search: str, said: str) -> str | None:
        """Return how the last event of an alarm differs: it tells who took the alarm and until when, or which it is."""
        alarm = next(iter(self._alarms(search)), None)
        parts = (alarm["promise"] or [alarm["name"]]) if alarm else ["The alarm", "ended"]
        missing = [part for part in parts if part not in said]
        return f"history {search} alarm: {said!r} without {missing!r}" if missing else None

    def _must(self, shown: set[tuple[str, ...]]) -> list[tuple[tuple[str, str, str], str]]:
        """Return the claims that a screen must make: who has each card and search with an alarm that it shows, each open alarm,
        each promise on a wall, and each alarm of a handover."""
        cards = [(place, id) for place, id in shown if place in ("card", "panel", "list", "row") and self._card(id, "isAlarmed")]
        homes = [(place, id) for place, id in shown if place == "home" and self._alarms(id)]
        open = [(id, alarm["board"]) for id, alarm in self.says["alarms"].items() if alarm["isOpen"]]
        lines = [("line", id) for id, _ in open if self.says["alarms"][id]["isListed"]] if self.screen.me else []
        others = [("line", "", "others")] if self.screen.me and self.says["others"] and not lines else []
        walls = [("wall", board) for _, board in open] if self.screen.profile == "inner" else []
        held = {alarm["board"] for alarm in self.says["alarms"].values()} - {board for _, board in open}
        tiles = [("tile", board, "promise") for board in held if ("wall", board) in shown and self.screen.profile == "inner"]
        tiles += [("tile", board, "owner") for _, board in open if ("wall", board) in shown and self.screen.profile == "inner"]
        reports = [("report", id, "owner") for id in self.says["alarms"] if ("report", "") in shown]
        owners = [(*each, "owner") for each in (*cards, *homes, *lines, *walls)]
        return [(each, str(self._wanted(*each))) for each in (*owners, *others, *tiles, *reports)]

    def _wanted(self, place: str, about: str, fact: str) -> str | None:
        """Return the sentence for a claim; None: it must not be made."""
        match place, fact:
            case _, "shift":
                return str(self.says["shift"])
            case _, "holder":
                return str(self.truth["holder"])
            case _, "status":
                return self.truth["statuses"].get(about)
            case "line", "calm":
                return None if self._is_any_listed() or self.says["others"] else "calm"
            case "line", "others":
                return None if self._is_any_listed() else self.says["others"]
            case "line", _:
                return self._of_line(about, fact)
            case "own", "owner":
                return self._card(about, "own")
            case "report", "signed":
                return "true"
            case "report", _:
                alarm = self.says["alarms"].get(about, {})
                return alarm.get("signed" if self.is_signed else "reported") if about else str(len(self.says["alarms"]))
            case "history", _:
                return self._is_taken(about)
            case "home" | "wall" | "tile", _:
                return self._of_search(place, about, fact)
        return self._card(about, fact) or UNSAID.get((place, fact))

    def _is_any_listed(self) -> bool:
        """Return whether the line must show an alarm that nobody has."""
        return any(each["isOpen"] and each["isListed"] for each in self.says["alarms"].values())

    def _of_line(self, alarm: str, fact: str) -> str | None:
        said = self.says["alarms"].get(alarm)
        if said is None or (said["isOpen"] and not said["isListed"]):
            return None
        if fact == "seen":
            return self._card(said["card"], fact) or "time unknown"
        return str(said["short" if fact == "name" else fact])

    def _is_taken(self, search: str) -> str:
        """Return whether the last event about the alarm of a search must be one after which an account has it."""
        alarm = next(iter(self._alarms(search)), None)
        return "true" if alarm and alarm["taker"] else "false"

    def _of_search(self, place: str, search: str, fact: str) -> str | None:
        alarms = [each for each in self._alarms(search) if place == "home" or self.screen.profile == "inner"]
        if fact == "promise":
            return next((each["taker"] for each in alarms if not each["isOpen"]), None)
        if place != "home":
            return next((each["unnamed" if fact == "owner" else fact] for each in alarms if each["isOpen"]), None)
        return next((str(each[fact]) for each in alarms), None)

    def _alarms(self, search: str) -> list[dict[str, Any]]:
        """Return the alarms of a search that have not ended, first those that nobody has."""
        alarms = [each for each in self.says["alarms"].values() if each["board"] == search]
        return sorted(alarms, key=lambda each: not each["isOpen"])

    def _card(self, id: str, fact: str) -> Any:
        return self.says["cards"].get(id, {}).get(fact)


@dataclass
class Desk:
    """Screens of people and walls on the same searches, and what the server has."""

    browsers: Browsers
    searches: list[str]
    accounts: dict[str, str]  # names by id
    screens: list[Screen] = field(default_factory=list)

    def __getitem__(self, name: str) -> Window:
        """Return the window of a screen."""
        return next(screen.window for screen in self.screens if screen.name == name)

    async def agree(self) -> None:
        """Wait until all screens have caught up; fail if any two of them contradict each other then."""
        await until_empty(self.contradictions)

    async def contradictions(self) -> list[str]:
        """Return where a screen says something else than the sentence for what the server has, or nothing where it must."""
        truth = await self._truth()
        found = await asyncio.gather(*(self._contradictions(screen, truth) for screen in self.screens))
        return [each for some in found for each in some]

    async def _contradictions(self, screen: Screen, truth: dict[str, Any]) -> list[str]:
        page = screen.window.page
        given = truth | {"accounts": self.accounts, "me": screen.me}
        claims, says = await page.evaluate(READ), plain(await page.evaluate(SAY, given))
        return [f"{screen.name}: {each}" for each in Comparison(screen, truth, says).wrong(claims)]

    async def sentences(self, screen: Screen) -> dict[str, Any]:
        """Return the sentences of the open alarms, by their ids, as this reader must be told them."""
        given = await self._truth() | {"accounts": self.accounts, "me": screen.me}
        return dict(plain(await screen.window.page.evaluate(SAY, given))["alarms"])

    async def _truth(self) -> dict[str, Any]:
        """Return what the server has, as a coordinator may see it."""
        alice = await self.browsers.person("Alice")
        boards = [(board, await alice.entities(board)) for board in (*self.searches, OPERATIONS)]
        found = [each | {"board": board} for board, entities in boards for each in entities]
        holder = next((each["state"]["holder"] for each in found if each["kind"] == "shift"), None)
        duties = [each["state"]["account"] for each in found if each["kind"] == "duty" and not each["state"]["ended_at"]]
        return {
            "cards": [each for each in found if each["kind"] in CARDS and not each["state"].get("withdrawn")],
            "alarms": [each for each in found if each["kind"] == "alarm" and not each["state"]["ended_at"]],
            "statuses": {each["id"]: each["state"]["status"] for each in found if each["kind"] == "search"},
            "holder": holder,
            "listed": await self._listed(),
            "duties": sorted(duties, key=lambda account: account != holder),  # as displays order them
        }

    async def _listed(self) -> dict[str, list[str]]:
        """Return the ids of the alarms that the line of each account shows."""
        assert self.browsers.server
        service = self.browsers.server.service
        found = await service.database.read(lambda session: open_alarms(session, service.alarm_rules, service.clock()))
        return {
            account: [alarm.body["id"] for alarm in found if alarm.shown_to(account, "investigator")] for account in self.accounts
        }


def plain(said: Any) -> Any:
    """Return sentences with plain spaces."""
    if isinstance(said, dict):
        return {name: plain(each) for name, each in said.items()}
    if isinstance(said, list):
        return [plain(each) for each in said]
    return said.replace("\u00a0", " ") if isinstance(said, str) else said


async def until_empty(faults: Callable[[], Awaitable[list[str]]]) -> None:
    """Wait until there are no faults; fail with those that stay."""
    deadline = time.monotonic() + AGREES_WITHIN_S
    while found := await faults():
        assert time.monotonic() < deadline, "\n".join(found)
        await asyncio.sleep(0.3)
