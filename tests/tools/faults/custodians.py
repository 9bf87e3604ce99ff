"""Coordinators who take and answer alarms, and hand the shift over to each other."""

import asyncio
import contextlib
from datetime import timedelta
from typing import Any

from sqlalchemy import text
from sqlmodel import Session

from models.board import OPERATIONS
from models.times import format_utc, now, parse_utc
from tests.tools.faults.actors import Client, CommandRefused, Coordinator
from tests.tools.faults.custody import life_s

LOOKS_S = 1.5  # between two requests for the list of alarms
HELD = 5  # alarms that a coordinator takes before a handover
KEPT = 0.1  # share of the taken alarms that the coordinator keeps
HOLDS_S = 90.0  # length of the promise for a taken alarm
SIGN_TRIES = 20  # new urgent sightings invalidate the positions of a signature
AT_ONCE = 8
_OPEN = text("SELECT board, entity FROM alarm WHERE ended_at IS NULL")
_ON_DUTY = text("SELECT account FROM duties WHERE ended_at IS NULL")


class Custodians:
    """Two coordinators. `shift_s`: length of a shift. `stopping`: set it to end `work` after the current handover."""

    def __init__(self, people: list[Client], shift_s: float) -> None:
        self._people, self._shift_s = people, shift_s
        self.stopping = False

    async def work(self) -> None:
        await asyncio.gather(self._hand_over_again_and_again(), *(self._answer(number) for number in range(len(self._people))))

    # -- alarms -----------------------------------------------------------------------------------------------------------

    async def _answer(self, number: int) -> None:
        """Answer alarms once they are old enough. Each coordinator answers only their own share of the alarms."""
        person = self._people[number]
        while not self.stopping:
            for alarm in await _alarms(person):
                age = (now() - parse_utc(alarm["raised_at"])).total_seconds()
                is_ours = int(alarm["id"][-5], 16) % len(self._people) == number
                if is_ours and age > life_s(alarm["id"]) and not self.stopping:
                    await _answer(person, alarm["board"], alarm["about"]["id"])
            await asyncio.sleep(LOOKS_S)

    async def _hold(self, person: Client) -> list[dict[str, Any]]:
        """Take some open alarms and return them."""
        held = []
        free = [alarm for alarm in await _alarms(person) if not alarm["taken_by"]]
        for alarm in person.random.sample(free, min(HELD, len(free))):
            until = format_utc(now() + timedelta(seconds=HOLDS_S))
            with contextlib.suppress(CommandRefused):  # somebody else was faster
                await person.command(alarm["board"], "alarm.take", {"alarm": alarm["id"], "until": until})
                held.append(alarm)
        return held

    # -- handovers --------------------------------------------------------------------------------------------------------

    async def _hand_over_again_and_again(self) -> None:
        outgoing, incoming = self._people
        await outgoing.command(OPERATIONS, "shift.take", {"reason": "nobody has it"})
        while not self.stopping:
            try:
                await self._hand_over(outgoing, incoming)
                outgoing, incoming = incoming, outgoing
            except CommandRefused:  # somebody else took the shift, or withdrew the handover
                with contextlib.suppress(CommandRefused):
                    await incoming.command(OPERATIONS, "shift.take", {"reason": "somebody else had it"})
                    outgoing, incoming = incoming, outgoing
            await asyncio.sleep(outgoing.random.uniform(0.5, 1.5) * self._shift_s)

    async def _hand_over(self, outgoing: Client, incoming: Client) -> None:
        await outgoing.command(OPERATIONS, "handover.prepare", {"incoming": incoming.account.id})
        _, listed = await outgoing.request("GET", "/api/v1/handovers")
        handover = {"handover": listed["handovers"][0]["number"]}
        for alarm in await self._hold(outgoing):
            if outgoing.random.random() < KEPT:
                await outgoing.command(alarm["board"], "handover.write", handover | {"kept": [alarm["id"]]})
        await self._sign(outgoing, handover)
        said = {"restatement": "all searches, and the alarms", "reason": "in a hurry"}
        await incoming.command(OPERATIONS, "handover.accept", handover | said)

    async def _sign(self, outgoing: Client, handover: dict[str, int]) -> None:
        """Sign at the current heads. Retries if significant events arrived in the meantime; raises CommandRefused if all tries
        fail."""
        for attempt in range(SIGN_TRIES):
            _, listed = await outgoing.request("GET", "/api/v1/boards")
            positions = {each["board"]: each["seq"] for each in listed["boards"] if each["kind"] == "search"}
            with contextlib.suppress(*([CommandRefused] if attempt < SIGN_TRIES - 1 else [])):
                await outgoing.command(OPERATIONS, "handover.sign", handover | {"positions": positions})
                return


async def _alarms(person: Client) -> list[dict[str, Any]]:
    _, listed = await person.request("GET", "/api/v1/alarms")
    return [alarm for alarm in listed["alarms"] if alarm["about"]["kind"] == "sighting"]


async def _answer(person: Client, board: str, subject: str) -> None:
    """Answer a sighting or a tip, which ends its alarm."""
    name, data = "sighting.assess", {"sighting": subject, "assessment": "not_the_child"}
    if board == OPERATIONS:
        name, data = "tip.dismiss", {"tip": subject, "reason": "not the child"}
    with contextlib.suppress(CommandRefused):  # somebody else was faster
        await person.command(board, name, data)


# -- at the end of a run --------------------------------------------------------------------------------------------------


def open_custody(session: Session) -> tuple[list[tuple[str, str]], list[str]]:
    """Return the (board, subject) pairs of all open alarms, and the accounts on duty."""
    connection = session.connection()
    return [(board, entity) for board, entity in connection.execute(_OPEN)], list(connection.execute(_ON_DUTY).scalars())


async def close(chief: Coordinator, alarms: list[tuple[str, str]], on_duty: list[str]) -> None:
    """Answer all alarms and end all duties, so that the passage of time causes no more events."""
    for account in on_duty:
        await chief.command(OPERATIONS, "duty.end", {"account": account})
    for start in range(0, len(alarms), AT_ONCE):
        await asyncio.gather(*(_answer(chief, board, subject) for board, subject in alarms[start : start + AT_ONCE]))
