"""Comparison of screens: claims about each card, alarm and search that differ from the one sentence for it.

The sentence is made in the reader's own page, by the modules that draw the screens, from what the server has. So no expectation
is written twice, and "You have it" of one reader agrees with "Dora has it" of another.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from models.board import OPERATIONS
from tests.support.browser_window import Window
from tests.support.browsers import Browsers

AGREES_WITHIN_S = 20  # summaries and lists are read again every second or two, and the machine may be busy
CARDS = ("sighting", "task", "tip")

# Each claim of a page: [place, what it is about, fact, what is said].
READ = r"""() => {
  const claims = [];
  const add = (place, about, fact, said) => {
    const text = (said instanceof Element ? said.textContent : said)?.replace(/\s+/g, " ").trim();
    if (text) claims.push([place, about, fact, text]);
  };
  const each = (selector, read) => document.querySelectorAll(selector).forEach(read);
  const owners = (place, about, within) =>
    within.querySelectorAll("[data-testid=owner]").forEach((one) => add(place, about, "owner", one));
  each("article.card[data-card]", (card) => {
    const { dataset: { card: id, kind } } = card, find = (selector) => card.querySelector(selector);
    add("card", id, "name", find(".kind > b"));
    owners("card", id, card);
    if (kind !== "sighting") return;
    add("card", id, "grade", find(".grade")?.getAttribute("aria-label"));
    add("card", id, "seen", find(".when > b"));
    add("card", id, "queue", find("[data-queue]")?.dataset.queue);
    add("card", id, "assessment", find(".confirmed, .assessed"));
  });
  each(".panel[data-panel]", (panel) => {
    const id = panel.dataset.panel, find = (selector) => panel.querySelector(selector);
    const chosen = find("[data-field=assignee] select")?.selectedOptions[0];
    add("panel", id, "name", find(".panel-bar .kind"));
    owners("panel", id, panel);
    add("panel", id, "grade", find("[data-testid=grade] .grade")?.getAttribute("aria-label"));
    if (panel.classList.contains("sighting")) add("panel", id, "seen", find("[data-testid=times] dd"));
    if (chosen) add("panel", id, "assignee", chosen.value || "nobody");
  });
  each("[data-entry]", (entry) => {
    const { dataset: { entry: id, queue } } = entry;
    add("list", id, "name", entry.querySelector(".kind b"));
    owners("list", id, entry);
    add("list", id, "seen", entry.querySelector(".when"));
    add("list", id, "queue", queue);
  });
  each(".work-row[data-card]", (row) => {
    const { dataset: { card: id } } = row, find = (selector) => row.querySelector(selector);
    add("row", id, "name", find(".number"));
    owners("row", id, row);
    add("row", id, "grade", find(".grade")?.getAttribute("aria-label"));
    add("row", id, "seen", find(".seen"));
    add("row", id, "queue", find("[data-queue]")?.dataset.queue);
    add("row", id, "assessment", find(".confirmed, .assessed"));
  });
  each(".own-work [data-work]", (item) => {
    const { dataset: { work: id } } = item;
    const [owner, next] = item.querySelector("[data-testid=owner]").textContent.split("\u00a0· ");
    add("own", id, "owner", owner);
    add("own", id, "next", next);
  });
  each(".watch-line [data-alarm]", (alarm) => {
    const id = alarm.dataset.alarm;
    owners("line", id, alarm);
    add("line", id, "seen", alarm.querySelector(".what .detail"));
    add("line", id, "name", alarm.querySelector(".which"));
  });
  each("[data-testid=calm]", () => add("line", "", "calm", "calm"));
  each("li[data-search]", (search) => {
    const { dataset: { search: id, status } } = search;
    add("home", id, "status", status);
    owners("home", id, search);
    add("home", id, "name", search.querySelector(".need:is(.alarm, .others, .urgent) b"));
  });
  const { board } = document.body.dataset, newest = document.querySelector("li[data-type^='alarm.']");
  each("[data-testid=head][data-status]", (head) => add("head", board, "status", head.dataset.status));
  each("[data-testid=on-duty] [data-in-charge]", (row) => add("here", "", "holder", row.dataset.account));
  each("[data-testid=holder][data-holder]", (holder) => add("handover", "", "holder", holder.dataset.holder));
  each("[data-shift] .who, [data-testid=duty]", (shift) => add("shift", "", "shift", shift));
  if (newest) add("history", board, "is taken", String(newest.dataset.type === "alarm.taken"));
  if (newest) add("history", board, "alarm", newest.querySelector("[data-sentence]"));
  each(".search-tile, .single-search", (tile) => add("wall", tile.dataset.search, "status", "open"));
  each(".search-tile .alarmed > *", (said) => {
    if (said.checkVisibility()) add("tile", said.closest("[data-search]").dataset.search, "owner", said);
  });
  each(".alarm-row", (row) => add("wall", row.dataset.alarmOf, "owner", row.querySelector(".alarm-text")));
  return claims;
}"""

# The sentences for what the server has, as this reader must be told them.
SAY = """async ({ cards, alarms, accounts, me, holder }) => {
  const from = (path) => import(`/static/js/${path}.js`);
  const [{ loadCatalogue, t }, { untakenText }, { clock }, { label }] =
    await Promise.all(["core/i18n", "core/rules/has_anybody", "core/time", "core/labels"].map(from));
  const [{ ownerOf, whoHasCard, whoHasIt }, { namedAlarm, shortAlarm }, { cardName }] =
    await Promise.all(["format/ownership", "format/alarm_text", "format/values"].map(from));
  await (window.sentences ??= loadCatalogue(document.body.dataset.catalogue));
  const session = { accounts: new Map(Object.entries(accounts).map(([id, name]) => [id, { id, name }])) };
  const named = (id) => (id ? { id, name: accounts[id] } : null);
  const ownerOfCard = (alarm, assignee) => ({ assignee: named(assignee), alarm: alarm && ownerOf(alarm, assignee, session) });
  const byId = new Map(cards.map((card) => [card.id, card])), open = new Map(alarms.map(({ state }) => [state.about.id, state]));
  const ofCard = ({ id, kind, state }) => {
    const { assignee, assessment, grade, queue, seen_at: seen } = state, alarm = open.get(id);
    return {
      name: cardName({ kind, state }), assignee: assignee ?? "nobody", queue, seen: seen ? clock(seen) : null,
      owner: alarm ? whoHasIt(ownerOf(alarm, assignee, session), me) : accounts[assignee] ?? null, isAlarmed: Boolean(alarm),
      own: assignee === me || alarm?.taken_by === me ? whoHasCard(ownerOfCard(alarm, assignee), me) : null,
      next: queue && label.queue(queue),
      grade: grade && t("Grade {grade}", { grade: grade.source + grade.content }),
      assessment: (assessment ?? "unassessed") === "unassessed" ? null : label.assessment(assessment),
    };
  };
  const ofAlarm = ({ board, state }) => {
    const card = byId.get(state.about.id), about = { ...state, about: { ...state.about, number: card?.state.number ?? null } };
    return {
      board, card: state.about.id, isOpen: !state.taken_by, name: namedAlarm(about), short: shortAlarm(about),
      owner: whoHasIt(ownerOf(state, card?.state.assignee, session), me), unnamed: untakenText(Boolean(card?.state.assignee)),
      taker: state.taken_by && whoHasIt({ taken_by: { id: "", name: accounts[state.taken_by] }, until: state.until }, me),
    };
  };
  const all = (list, say) => Object.fromEntries(list.map((each) => [each.id, say(each)]));
  const shift = holder && t("Shift: {name}", { name: accounts[holder] });
  return { cards: all(cards, ofCard), alarms: all(alarms, ofAlarm), shift };
}"""
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

    def wrong(self, claims: Sequence[Sequence[str]]) -> list[str]:
        """Return the claims that differ, and those that are missing."""
        known = {tuple(claim[:3]) for claim in claims}
        shown = {tuple(claim[:2]) for claim in claims}
        missing = [f"{' '.join(each)}: nothing for {said!r}" for each, said in self._must(shown) if each not in known]
        return missing + [wrong for claim in claims if (wrong := self._differs(*claim))]

    def _differs(self, place: str, about: str, fact: str, said: str) -> str | None:
        wanted = self._wanted(place, about, fact)
        is_part = fact in ("seen", "shift", "alarm") or place in ("wall", "tile")
        agrees = wanted is not None and (wanted in said if is_part else wanted == said)
        return None if agrees else f"{place} {about} {fact}: {said!r} for {wanted!r}"

    def _must(self, shown: set[tuple[str, ...]]) -> list[tuple[tuple[str, str, str], str]]:
        """Return the claims that a screen must make: who has each card and search with an alarm that it shows, and each open
        alarm."""
        cards = [(place, id) for place, id in shown if place in ("card", "panel", "list", "row") and self._card(id, "isAlarmed")]
        homes = [(place, id) for place, id in shown if place == "home" and self._alarms(id)]
        open = [(id, alarm["board"]) for id, alarm in self.says["alarms"].items() if alarm["isOpen"]]
        lines = [("line", id) for id, _ in open] if self.screen.me else []
        walls = [("wall", board) for _, board in open] if self.screen.profile == "inner" else []
        return [((*each, "owner"), str(self._wanted(*each, "owner"))) for each in (*cards, *homes, *lines, *walls)]

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
                return None if any(each["isOpen"] for each in self.says["alarms"].values()) else "calm"
            case "line", _:
                return self._of_line(about, fact)
            case "own", "owner":
                return self._card(about, "own")
            case "history", _:
                return self._of_history(about, fact)
            case "home" | "wall" | "tile", _:
                return self._of_search(place, about, fact)
        return self._card(about, fact) or UNSAID.get((place, fact))

    def _of_line(self, alarm: str, fact: str) -> str | None:
        said = self.says["alarms"].get(alarm)
        if said is None:
            return None
        if fact == "seen":
            return self._card(said["card"], fact) or "time unknown"
        return str(said["short" if fact == "name" else fact])

    def _of_history(self, search: str, fact: str) -> str:
        """Return the last word about the alarm of a search: who has it, or only which it is."""
        said = next(iter(self._alarms(search)), None)
        if fact == "is taken":
            return "true" if said and said["taker"] else "false"
        return str(said["taker"] or said["name"]) if said else "The alarm ended"

    def _of_search(self, place: str, search: str, fact: str) -> str | None:
        alarms = self._alarms(search)
        if place != "home":
            return next((each["unnamed"] for each in alarms if each["isOpen"] and self.screen.profile == "inner"), None)
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
        return {
            "cards": [each for each in found if each["kind"] in CARDS and not each["state"].get("withdrawn")],
            "alarms": [each for each in found if each["kind"] == "alarm" and not each["state"]["ended_at"]],
            "statuses": {each["id"]: each["state"]["status"] for each in found if each["kind"] == "search"},
            "holder": next((each["state"]["holder"] for each in found if each["kind"] == "shift"), None),
        }


def plain(said: Any) -> Any:
    """Return sentences with plain spaces."""
    if isinstance(said, dict):
        return {name: plain(each) for name, each in said.items()}
    return said.replace("\u00a0", " ") if isinstance(said, str) else said


async def until_empty(faults: Callable[[], Awaitable[list[str]]]) -> None:
    """Wait until there are no faults; fail with those that stay."""
    deadline = time.monotonic() + AGREES_WITHIN_S
    while found := await faults():
        assert time.monotonic() < deadline, "\n".join(found)
        await asyncio.sleep(0.3)
