"""`demo --live`: invented colleagues at work, over sockets of their own, so that whoever is alone sees a desk live.

They work where there is something to do, and leave a search alone while somebody who is not of theirs edits a card of it.
What they do is bounded for each search: a demo that was left on overnight is one that can be looked at.
"""

import asyncio
import time
from collections import Counter
from dataclasses import dataclass, field
from random import Random
from secrets import token_urlsafe

import structlog
from sqlmodel import Session, select

from board.accounts import accounts
from board.demo.client import BoardClient, FollowedBoard
from board.demo.seed_data import Person, people
from board.demo.simulated_actions import Activity, Actor, BoardView, Step, take_in, to_do
from board.demo.simulated_texts import texts
from board.telemetry import logs
from models.accounts import Account, Token
from models.board import OPERATIONS
from models.times import format_utc, now

log = structlog.get_logger()

MOST = {"card": 40, "note": 60}  # of a search; then they work on what is there
SIGHTING_S = (20.0, 60.0)  # from one that comes in to the next one, on all searches together
CROWDED = 3  # of them on one search: the others go elsewhere, mostly
VISIT = (2, 5)  # errands before one goes elsewhere
KEEP_OFF_S = 30.0  # of a search where somebody was editing
SEED = 116_000

# How long things take, in seconds
LOOKING, TYPING, BETWEEN, GOING = (2.0, 7.0), (5.0, 15.0), (1.0, 4.0), (2.0, 8.0)


@dataclass(frozen=True, slots=True)
class UserCredentials:
    """Somebody who works along, and the token by which they come in."""

    person: Person
    account: str
    token: str


def enlist(session: Session) -> list[UserCredentials]:
    """Everybody of people.toml who works, each with a new token; the one of the last start is forgotten."""
    return [_enlist(session, person) for person in people() if person.works]


def _enlist(session: Session, person: Person) -> UserCredentials:
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
    """All of them. `factor` makes their time shorter or longer; `most` is what they bring a search to."""

    url: str
    members: list[UserCredentials]
    seed: int = SEED
    factor: float = 1.0
    most: dict[str, int] = field(default_factory=lambda: dict(MOST))
    refused: Counter[str] = field(default_factory=Counter)  # commands, by code
    failed: list[Exception] = field(default_factory=list)
    where: dict[str, str] = field(default_factory=dict)  # account to the search on which they are
    kept_off: dict[str, float] = field(default_factory=dict)  # search to until when
    _made: Counter[tuple[str, str]] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self.team = frozenset(each.account for each in self.members)
        self._random = Random(self.seed)  # noqa: S311  (a pace, no secret)
        self._next = time.monotonic() + self.factor * SIGHTING_S[0] / 2

    async def run(self) -> None:
        """Until it is cancelled. Who fails leaves, and says so once."""
        colleagues = [SimulatedUser(self, member) for member in self.members]
        async with asyncio.TaskGroup() as group:
            for each in colleagues:
                group.create_task(self._see_to(each))

    async def _see_to(self, colleague: "SimulatedUser") -> None:
        try:
            await colleague.run()
        except Exception as error:
            self.failed.append(error)
            log.error("simulated user stopped", **logs.exception_location(error))

    def comes_in(self) -> bool:
        """Whether a sighting has come in since this was asked last."""
        if time.monotonic() < self._next:
            return False
        self._next = time.monotonic() + self.factor * self._random.uniform(*SIGHTING_S)
        return True

    def room(self, board: str, what: str, there: int) -> bool:
        """Whether a search, where so many are there, takes one more of these."""
        return max(there, self._made[board, what]) < self.most[what]

    def count(self, board: str, what: str, there: int) -> None:
        """One more is being made. Counted here, as it is not on everybody's board yet."""
        self._made[board, what] = max(there, self._made[board, what]) + 1

    def keep_off(self, board: str) -> None:
        self.kept_off[board] = time.monotonic() + self.factor * KEEP_OFF_S

    def may_go(self, board: str) -> bool:
        return time.monotonic() >= self.kept_off.get(board, 0)


class SimulatedUser:
    """One of them: goes from search to search, and does there what there is to do."""

    def __init__(self, company: SimulatedTeam, member: UserCredentials) -> None:
        self._company = company
        self._random = Random(f"{company.seed} {member.person.key}")  # noqa: S311  (a pace, no secret)
        self._me = Actor(member.account, member.person.role == "coordinator", company.team)
        self._texts = texts(self._random)
        self._line = BoardClient(company.url, member.token, self._random)
        self._line.refused = company.refused

    async def run(self) -> None:
        """Until it is cancelled, or this account is let in no more."""
        tasks = {asyncio.create_task(self._line.run()), asyncio.create_task(self._work())}
        try:
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()
        finally:
            self._company.where.pop(self._me.account, None)
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _work(self) -> None:
        await self._pause(GOING)
        while True:
            operations = await self._line.follow(OPERATIONS)
            await self._line.stand(OPERATIONS)
            await self._pause(LOOKING)
            incoming = self._company.comes_in()
            board = self._choose(operations, adding=incoming)
            if board is None:
                await self._pause(GOING)
                continue
            self._company.where[self._me.account] = board
            await self._visit(board, incoming)
            self._company.where.pop(self._me.account, None)

    def _choose(self, operations: FollowedBoard, adding: bool) -> str | None:
        """A search that is open: rather where somebody looks on, or where much is to do, than where the others are."""
        searches = [id for (kind, id), state in operations.entities.items() if kind == "search" and state["status"] == "open"]
        free = [id for id in sorted(searches) if self._company.may_go(id)]
        if adding:
            free = [id for id in free if self._company.room(id, "card", 0)]
        if not free:
            return None
        return self._random.choices(free, [self._weight(id, operations.summaries.get(id, {})) for id in free])[0]

    def _weight(self, board: str, summary: dict[str, int]) -> float:
        ours = sum(each == board for each in self._company.where.values())
        watched = summary.get("people", 0) > ours
        return (1 + 4 * watched + min(summary.get("unassessed_sightings", 0), 4) / 2) * (0.1 if ours >= CROWDED else 1)

    async def _visit(self, board: str, incoming: bool) -> None:
        view = await self._line.follow(board)
        await self._line.stand(board)
        for _ in range(self._random.randint(*VISIT)):
            look = self._look(view)
            if look is None:
                break
            incoming = incoming or self._company.comes_in()
            errand = self._errand(view, look, incoming)
            incoming = False
            if errand is None or not await self._do(view, look, errand):
                break
        await self._line.leave(board)

    def _look(self, view: FollowedBoard) -> BoardView | None:
        """What is on a search; None where we have no business now."""
        if view.gone:
            return None
        if any(each["editing"] and each["account"] not in self._company.team for each in view.people or ()):
            self._company.keep_off(view.board)
            return None
        return BoardView.at(view.entities)

    def _errand(self, view: FollowedBoard, look: BoardView, incoming: bool) -> Activity | None:
        full = not self._company.room(view.board, "card", look.counts.get("card", 0))
        if incoming and not full:
            return take_in(look, self._texts, now())
        could = to_do(look, self._me, self._texts, now(), full)
        errands = [(weight, each) for weight, each in could if self._fits(view, look, each)]
        if not errands:
            return None
        taken = {each["card"] for each in view.people or () if each["card"] and each["editing"]}
        weights = [weight * (0.2 if each.card in taken else 1) for weight, each in errands]  # now and then, two at one card
        return self._random.choices([each for _, each in errands], weights)[0]

    def _fits(self, view: FollowedBoard, look: BoardView, errand: Activity) -> bool:
        adds = [step.adds for step in errand.steps if step.adds]
        return all(self._company.room(view.board, each, look.counts.get(each, 0)) for each in adds)

    async def _do(self, view: FollowedBoard, look: BoardView, errand: Activity) -> bool:
        """Looks, types, and sends; false where somebody else wants to work here, or it is no longer open."""
        found = look.about(errand)
        await self._line.stand(view.board, errand.card)
        await self._pause(LOOKING)
        base, epoch = view.seq, view.epoch
        if errand.types and self._look(view) is not None:
            await self._line.stand(view.board, errand.card, editing=True)
            await self._pause(TYPING)
        for number, step in enumerate(errand.steps):
            await view.live.wait()
            if (seen := self._look(view)) is None or (number == 0 and seen.about(errand) != found):
                break
            if not seen.still(step) or not await self._send(view, seen, step, base, epoch):
                break
            await self._pause(BETWEEN)
        await self._line.stand(view.board, errand.card)
        return self._look(view) is not None

    async def _send(self, view: FollowedBoard, look: BoardView, step: Step, base: int, epoch: str | None) -> bool:
        if step.adds:
            there = look.counts.get(step.adds, 0)
            if not self._company.room(view.board, step.adds, there):
                return True  # others were quicker; the rest still holds
            self._company.count(view.board, step.adds, there)
        return await self._line.do(view.board, step.name, step.data, base, epoch)

    async def _pause(self, between: tuple[float, float]) -> None:
        await asyncio.sleep(self._random.uniform(*between) * self._company.factor)
