"""Simulated users of `demo --live`: they work on the demo's searches over WebSockets, so that one person sees a live board.

They leave a search alone while somebody else edits a card of it. They add a limited number of cards and notes to each search, so
that a demo that runs overnight stays readable.
"""

import asyncio
import time
from collections import Counter
from dataclasses import dataclass, field
from functools import partial
from random import Random
from secrets import token_urlsafe

import structlog
from sqlmodel import Session, select

from board.accounts import accounts
from board.client import AccessEnded, AsyncClient, Refusal
from board.demo.followed_board import FollowedBoard, follow
from board.demo.seed_data import Person, people
from board.demo.simulated_actions import Activity, Actor, BoardView, Step, possible_activities, report_sighting
from board.demo.simulated_texts import texts
from board.telemetry import logs
from models.accounts import Account, Token
from models.board import OPERATIONS
from models.times import format_utc, now

log = structlog.get_logger()

MAX_ENTITIES = {"card": 40, "note": 60}  # cards and notes of a search; beyond that, users only change existing ones
SIGHTING_S = (20.0, 60.0)  # seconds between two new sightings, over all searches
MAX_ON_SEARCH = 3  # users on one search; further users mostly choose another search
ACTIVITIES_PER_VISIT = (2, 5)  # activities in one visit to a search
PAUSE_S = 30.0  # pause on a search after somebody else was editing there
SEED = 116_000

# Shortest and longest durations in seconds.
LOOK_S, TYPE_S, STEP_S, TRAVEL_S = (2.0, 7.0), (5.0, 15.0), (1.0, 4.0), (2.0, 8.0)


@dataclass(frozen=True, slots=True)
class UserCredentials:
    """Account of a simulated user, and the token it signs in with."""

    person: Person
    account: str
    token: str


def create_tokens(session: Session) -> list[UserCredentials]:
    """Return the simulated users of people.toml, each with a new token. Deletes the tokens of the previous start."""
    return [_create_token(session, person) for person in people() if person.works]


def _create_token(session: Session, person: Person) -> UserCredentials:
    name = f"demo --live: {person.key}"
    if session.exec(select(Account.id).where(Account.email == person.email)).first() is None:  # made by an earlier version
        accounts.prepare_account(person.email, person.name, person.role, token_urlsafe(), format_utc(now()))(session)
        session.flush()
    for old in session.exec(select(Token).where(Token.name == name)):
        session.delete(old)
    session.flush()
    token = accounts.add_token(session, name, "write", person.email, format_utc(now()))
    return UserCredentials(person, accounts.find(session, person.email).id, token)


@dataclass
class SimulatedTeam:
    """All simulated users. `factor`: scale of their times. `most`: limits of cards and notes on a search."""

    url: str
    members: list[UserCredentials]
    seed: int = SEED
    factor: float = 1.0
    most: dict[str, int] = field(default_factory=lambda: dict(MAX_ENTITIES))
    refused: Counter[str] = field(default_factory=Counter)  # commands, by code
    failed: list[Exception] = field(default_factory=list)
    locations: dict[str, str] = field(default_factory=dict)  # search on which a user is, by account
    paused_until: dict[str, float] = field(default_factory=dict)  # end of the pause, by search
    _added: Counter[tuple[str, str]] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self.team = frozenset(each.account for each in self.members)
        self._random = Random(self.seed)  # noqa: S311  (a pace, no secret)
        self._next = time.monotonic() + self.factor * SIGHTING_S[0] / 2

    async def run(self) -> None:
        """Run all users until cancelled. A user that fails stops, and is logged once."""
        users = [SimulatedUser(self, member) for member in self.members]
        async with asyncio.TaskGroup() as group:
            for each in users:
                group.create_task(self._run_user(each))

    async def _run_user(self, user: "SimulatedUser") -> None:
        try:
            await user.run()
        except Exception as error:
            self.failed.append(error)
            log.error("simulated user stopped", **logs.exception_location(error))

    def sighting_due(self) -> bool:
        """Return whether a new sighting is due; if so, schedule the next one."""
        if time.monotonic() < self._next:
            return False
        self._next = time.monotonic() + self.factor * self._random.uniform(*SIGHTING_S)
        return True

    def has_room(self, board: str, what: str, present: int) -> bool:
        """Return whether a search with `present` entities of this kind may get another one."""
        return max(present, self._added[board, what]) < self.most[what]

    def count(self, board: str, what: str, present: int) -> None:
        """Count an entity that is being added, because other users do not see it yet."""
        self._added[board, what] = max(present, self._added[board, what]) + 1

    def pause(self, board: str) -> None:
        self.paused_until[board] = time.monotonic() + self.factor * PAUSE_S

    def is_free(self, board: str) -> bool:
        return time.monotonic() >= self.paused_until.get(board, 0)


class SimulatedUser:
    """Simulated user, who visits the searches in turn and works there."""

    def __init__(self, team: SimulatedTeam, member: UserCredentials) -> None:
        self._team = team
        self._random = Random(f"{team.seed} {member.person.key}")  # noqa: S311  (a pace, no secret)
        self._me = Actor(member.account, member.person.role == "coordinator", team.team)
        self._texts = texts(self._random)
        self._client = AsyncClient(team.url, member.token)
        self._follow = partial(follow, team.url, member.token)

    async def run(self) -> None:
        """Run until cancelled, or until the server refuses this account."""
        try:
            async with self._client:
                await self._pause(TRAVEL_S)
                async with self._follow(OPERATIONS) as operations:
                    await self._work(operations)
        except AccessEnded:
            pass
        finally:
            self._team.locations.pop(self._me.account, None)

    async def _work(self, operations: FollowedBoard) -> None:
        while True:
            await operations.wait_until_live()
            await operations.show_presence()
            await self._pause(LOOK_S)
            incoming = self._team.sighting_due()
            board = self._choose(operations, adding=incoming)
            if board is None:
                await self._pause(TRAVEL_S)
                continue
            self._team.locations[self._me.account] = board
            await self._visit(board, incoming)
            self._team.locations.pop(self._me.account, None)

    def _choose(self, operations: FollowedBoard, adding: bool) -> str | None:
        """Choose an open search, preferably one that a person watches or that needs work, with few simulated users. None if there
        is none."""
        entities = operations.replica.entities.items()
        searches = [id for (kind, id), state in entities if kind == "search" and state["status"] == "open"]
        free = [id for id in sorted(searches) if self._team.is_free(id)]
        if adding:
            free = [id for id in free if self._team.has_room(id, "card", 0)]
        if not free:
            return None
        return self._random.choices(free, [self._weight(id, operations.summaries.get(id, {})) for id in free])[0]

    def _weight(self, board: str, summary: dict[str, int]) -> float:
        team_here = sum(each == board for each in self._team.locations.values())
        watched = summary.get("people", 0) > team_here
        return (1 + 4 * watched + min(summary.get("unassessed_sightings", 0), 4) / 2) * (0.1 if team_here >= MAX_ON_SEARCH else 1)

    async def _visit(self, board: str, incoming: bool) -> None:
        try:
            async with self._follow(board) as followed:
                await self._work_on(board, followed, incoming)
        except Refusal:  # the board is no longer visible
            pass

    async def _work_on(self, board: str, followed: FollowedBoard, incoming: bool) -> None:
        await followed.show_presence()
        for _ in range(self._random.randint(*ACTIVITIES_PER_VISIT)):
            view = await self._view(board, followed)
            if view is None:
                break
            incoming = incoming or self._team.sighting_due()
            activity = self._choose_activity(board, followed, view, incoming)
            incoming = False
            if activity is None or not await self._do(board, followed, view, activity):
                break

    async def _view(self, board: str, followed: FollowedBoard) -> BoardView | None:
        """Return the search as this user sees it, once it is live; None if it is not open, or somebody else is editing."""
        await followed.wait_until_live()
        if any(each["editing"] and each["account"] not in self._team.team for each in followed.people or ()):
            self._team.pause(board)
            return None
        return BoardView.from_entities(followed.replica.entities)

    def _choose_activity(self, board: str, followed: FollowedBoard, view: BoardView, incoming: bool) -> Activity | None:
        full = not self._team.has_room(board, "card", view.counts.get("card", 0))
        if incoming and not full:
            return report_sighting(view, self._texts, now())
        possible = possible_activities(view, self._me, self._texts, now(), full)
        activities = [(weight, each) for weight, each in possible if self._has_room(board, view, each)]
        if not activities:
            return None
        taken = {each["card"] for each in followed.people or () if each["card"] and each["editing"]}
        # less often, but sometimes, two users edit the same card
        weights = [weight * (0.2 if each.card in taken else 1) for weight, each in activities]
        return self._random.choices([each for _, each in activities], weights)[0]

    def _has_room(self, board: str, view: BoardView, activity: Activity) -> bool:
        adds = [step.adds for step in activity.steps if step.adds]
        return all(self._team.has_room(board, each, view.counts.get(each, 0)) for each in adds)

    async def _do(self, board: str, followed: FollowedBoard, view: BoardView, activity: Activity) -> bool:
        """Wait, type, and send the steps. Return False if somebody else starts to edit here, or the search is no longer open."""
        found = view.current_values(activity)
        await followed.show_presence(activity.card)
        await self._pause(LOOK_S)
        base, epoch = followed.replica.seq, followed.replica.epoch
        if activity.types and await self._view(board, followed) is not None:
            await followed.show_presence(activity.card, editing=True)
            await self._pause(TYPE_S)
        for number, step in enumerate(activity.steps):
            if (seen := await self._view(board, followed)) is None or (number == 0 and seen.current_values(activity) != found):
                break
            if not seen.is_possible(step) or not await self._send(board, seen, step, base, epoch):
                break
            await self._pause(STEP_S)
        await followed.show_presence(activity.card)
        return await self._view(board, followed) is not None

    async def _send(self, board: str, view: BoardView, step: Step, base: int, epoch: str) -> bool:
        if step.adds:
            present = view.counts.get(step.adds, 0)
            if not self._team.has_room(board, step.adds, present):
                return True  # another user was quicker; the remaining steps still apply
            self._team.count(board, step.adds, present)
        try:
            await self._client.command(board, step.name, step.data, base=base, epoch=epoch)
        except Refusal as refused:
            self._team.refused[refused.code] += 1
            return False
        return True

    async def _pause(self, between: tuple[float, float]) -> None:
        await asyncio.sleep(self._random.uniform(*between) * self._team.factor)
