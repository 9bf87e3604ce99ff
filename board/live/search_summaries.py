"""Summaries on the cards of the operations board, counted from each search's rows. They are not in the journal."""

import asyncio
from collections.abc import Hashable, Iterable, Mapping
from typing import Any

from sqlmodel import Session, select

from board.commands.searches.suggested_criteria import suggested
from board.config.targets import Targets
from board.engine import access, significant_events
from board.engine.access import VisibilityView
from board.engine.event import JournalEvent
from board.engine.identity import Caller
from board.live.contradicted import Contradicted, ReadContradictions, none_read
from board.live.event_source import BoardSource
from board.live.summary_counts import BATCH_SIZE, Counted, Summary, recount
from board.telemetry.periodic import run_on_database
from models.board import OPERATIONS
from models.db.database import Database
from models.display import PROFILES
from models.search import Search
from models.times import format_utc, now
from realtime.channels.channel import Subscription
from realtime.hub import Hub
from realtime.wire import protocol

INTERVAL_S = 1.0  # from the contract: at most once a second
SEARCHES_PER_FRAME = 200  # keeps a frame far below its limit of 1 MiB
VIEWERS_PER_YIELD = 20  # viewers served before other tasks run
MAX_PRESENT = 10  # people named per search; `people` counts all

Profile = str | None  # profile of displays; None for accounts
ALARM_ON_DISPLAYS = ("rule", "occasion", "raised_at", "step", "lapsed_at", "released_at")
INNER_SIGHTING = ("assessment", "seen_at", "place")  # fields for displays in inner rooms; the place as text
GOAL_SET = "search.goal_set"
COUNTS = ("unassessed_sightings", "open_tasks", "overdue_tasks", "overdue_open", "promised", "unanswered")


class SummaryPublisher:
    """Publisher of search summaries: first all that a viewer may see, then changes. A display also gets the summaries of the
    searches that it follows. It polls the database, because this process does not follow all boards, and other processes also
    write.

    The cost of a round depends on the changes since the last one. Viewers who see the same summaries share a frame.
    `read_contradictions`: set by the layer that finds them.
    """

    def __init__(self, database: Database, hub: Hub[Caller], source: BoardSource, targets: Targets) -> None:
        self._database, self._hub, self._source, self._targets = database, hub, source, targets
        self._counted: dict[str, Counted] = {}
        self._shown: dict[Profile, dict[str, Summary]] = {}
        self._occupied: set[str] = set()  # searches with people, in the last round
        self._published: dict[Subscription[Caller], frozenset[str] | None] = {}  # searches hidden then; None: nothing sent yet
        self._significant, self._suggestions = LastSignificantEvents(), Suggestions()
        self.read_contradictions: ReadContradictions = none_read
        self._contradictions: Mapping[str, Contradicted] = {}

    async def run(self) -> None:
        """Publish at a fixed interval."""
        await run_on_database(self._publish_all, INTERVAL_S, "summaries refresh failed")

    async def _publish_all(self) -> None:
        readers = self._viewers()
        self._published = {reader: self._published.get(reader) for reader in readers}
        if not readers:
            return
        has_displays = any(reader.connection.display is not None for reader in readers)
        at = format_utc(now())

        def read(session: Session) -> tuple[dict[str, Counted], Mapping[str, Contradicted], VisibilityView]:
            counted = recount(session, self._counted, at, self._targets)
            heads = {id: each.seq for id, each in counted.items()}
            self._suggestions.read(session, heads)
            if has_displays:
                self._significant.read(session, heads)
            return counted, self.read_contradictions(session, heads), access.visibility_view(session)

        counted, contradictions, view = await self._database.read(read)
        await self._source.ensure_fresh(view)
        changed = self._update(counted, contradictions, (None, *PROFILES) if has_displays else (None,))
        frames: dict[Hashable, list[bytes]] = {}
        for number, reader in enumerate(self._viewers()):
            if reader in self._published:
                self._publish(reader, changed, frames)
            if number % VIEWERS_PER_YIELD == 0:
                await asyncio.sleep(0)

    def _viewers(self) -> list[Subscription[Caller]]:
        """Return the live subscriptions to `operations`, and those of displays. Does not iterate over all other subscriptions."""
        operations = self._hub.channels.get(OPERATIONS)
        following = operations.subscriptions.values() if operations is not None else ()
        people = [each for each in following if each.live and each.connection.display is None]
        return [*people, *self._hub.subscriptions.of_displays]

    def _update(
        self, counted: dict[str, Counted], contradictions: Mapping[str, Contradicted], profiles: Iterable[Profile]
    ) -> dict[Profile, set[str]]:
        """Update the summaries for accounts and for displays; return the searches whose summary changed, by profile."""
        recounted = {search for search, each in counted.items() if self._counted.get(search) is not each}
        occupied = self._hub.presence.occupied() & counted.keys()
        touched = recounted | occupied | (self._occupied & counted.keys()) | self._contradicted(contradictions, counted)
        self._counted, self._occupied, self._contradictions = counted, occupied, contradictions
        before, self._shown = self._shown, {}
        changed: dict[Profile, set[str]] = {}
        for profile in profiles:
            old = before.get(profile)
            shown = {search: each for search, each in old.items() if search in counted} if old is not None else {}
            new = {search: self._show(search, profile) for search in (counted if old is None else touched)}
            changed[profile] = {search for search, each in new.items() if shown.get(search) != each}
            self._shown[profile] = shown | new
        return changed

    def _contradicted(self, contradictions: Mapping[str, Contradicted], counted: Mapping[str, Counted]) -> set[str]:
        """Return the searches whose contradiction changed."""
        old, either = self._contradictions, self._contradictions.keys() | contradictions.keys()
        return {search for search in either & counted.keys() if old.get(search) != contradictions.get(search)}

    def _show(self, search: str, profile: Profile) -> Summary:
        """Return the summary of a search for accounts, or for displays with a profile."""
        summary, presence = self._counted[search].summary, self._hub.presence
        if profile is not None:
            return self._significant.for_displays(search, summary, profile)
        people = {"people": presence.count(search), "present": presence.people(search, MAX_PRESENT)}
        return summary | people | {
            "suggested": self._suggestions.criteria_of(search), "contradiction": self._contradictions.get(search),
        }  # fmt: skip

    def _publish(
        self, reader: Subscription[Caller], changed: Mapping[Profile, set[str]], frames: dict[Hashable, list[bytes]]
    ) -> None:
        """Send the changed summaries, and those that this viewer may see only now. Viewers who get the same summaries share the
        frames."""
        caller, board = reader.connection.viewer, reader.channel.name
        profile = caller.display.profile if caller.display is not None else None
        if profile not in self._shown:
            return  # the first display connected after this round had read: it gets everything in the next round
        before, hidden = self._published[reader], self._source.hidden_searches(caller)
        key = board, profile, before, hidden
        if key not in frames:
            shown = self._shown[profile]
            news = shown.keys() if before is None else changed[profile] | (before - hidden)
            visible = sorted((news if board == OPERATIONS else news & {board}) & shown.keys() - hidden)
            frames[key] = _frames(board, {search: shown[search] for search in visible}, is_first=before is None)
        for frame in frames[key]:
            reader.connection.send(frame, board)
        self._published[reader] = hidden


def _frames(board: str, summaries: dict[str, Summary], is_first: bool) -> list[bytes]:
    """Return the frames of these summaries; without summaries, one empty frame if it is a viewer's first."""
    ids = list(summaries)
    starts = range(0, len(ids) or is_first, SEARCHES_PER_FRAME)
    return [protocol.summary(board, {id: summaries[id] for id in ids[start : start + SEARCHES_PER_FRAME]}) for start in starts]


class Suggestions:
    """Criteria suggested by the facts of each search. A search is read again only after it changed."""

    def __init__(self) -> None:
        self._read: dict[str, int] = {}  # seq that was read, by search
        self._found: dict[str, list[str]] = {}

    def read(self, session: Session, heads: Mapping[str, int]) -> None:
        """Read the searches whose seq differs from `heads`."""
        behind = [board for board, seq in heads.items() if self._read.get(board) != seq]
        for start in range(0, len(behind), BATCH_SIZE):
            query = select(Search.id, Search.person, Search.missing_since, Search.criteria)
            for id, *facts in session.exec(query.where(Search.id.in_(behind[start : start + BATCH_SIZE]))):  # type: ignore[attr-defined]
                self._found[id] = suggested(dict(zip(("person", "missing_since", "criteria"), facts, strict=True)))
        self._read |= {board: heads[board] for board in behind}

    def criteria_of(self, search: str) -> list[str]:
        return self._found.get(search, [])


class LastSignificantEvents:
    """Last valid significant event of each search, for displays, which get no other events. Each event is read once. Older events
    are read again only when one of them may have become invalid. Omits new goals: displays that may show a goal show it
    permanently, and the last sighting matters more."""

    def __init__(self) -> None:
        self._read: dict[str, int] = {}  # seq up to which events were read, by search
        self._last: dict[str, dict[str, Any]] = {}

    def read(self, session: Session, heads: Mapping[str, int]) -> None:
        """Read new events, at least up to `heads`. For a search that is new or was revised, read backwards from there."""
        behind = {board: self._read[board] for board, seq in heads.items() if self._read.get(board, seq) != seq}
        found, revised = significant_events.last_significant_events_after(session, behind, except_type=GOAL_SET)
        back = {board: seq for board, seq in heads.items() if board in revised or board not in self._read}
        for board in back:
            self._last.pop(board, None)
        for last in (*found, *significant_events.last_significant_events(session, back, except_type=GOAL_SET)):
            self._last[last.board] = _shown_on_displays(last)
        self._read |= {board: heads[board] for board in behind.keys() | back.keys()}

    def for_displays(self, search: str, summary: Summary, profile: str) -> Summary:
        """Return a summary for displays with a profile: counts without people. In inner rooms, it also contains the place and
        time of the latest credible sighting."""
        shown = {name: summary[name] for name in COUNTS} | {"last": self._last.get(search)}
        alarm = summary["alarm"]
        shown["alarm"] = alarm and {name: alarm[name] for name in ALARM_ON_DISPLAYS} | {"assigned": alarm["assignee"] is not None}
        shown["promise"] = _promise_on_displays(summary["promise"])
        credible = summary["credible_sighting"]
        inner = {"credible_sighting": credible and {name: credible[name] for name in INNER_SIGHTING}}
        return shown | (inner if profile == PROFILES[1] else {})


def _promise_on_displays(promise: Summary | None) -> Summary | None:
    """Return a promise as displays show it, with only the first word of its taker's name."""
    if promise is None:
        return None
    name = next(iter(str(promise["taken_by"]["name"]).split()), "?")
    return {"rule": promise["rule"], "occasion": promise["occasion"], "name": name, "until": promise["until"]}


def _shown_on_displays(event: JournalEvent) -> dict[str, Any]:
    """Return the part of a significant event that displays get."""
    payload = event.payload()
    value = payload["state"]["assessment"] if event.type == "sighting.assessed" else None
    entry = {"seq": event.seq, "at": event.at, "type": event.type, "assessment": value}
    return entry | ({"clock": payload["clock"]} if "clock" in payload else {})
