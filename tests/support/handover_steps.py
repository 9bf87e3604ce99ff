"""Steps of a handover, up to the point at which a command is possible."""

from typing import Any

import pytest

from board.client import Refusal
from board.commands.registry import TABLE
from models.board import OPERATIONS
from tests.support.people import Person

OPEN = ("prepared", "signed")
COMMANDS = tuple(name for name in TABLE if name.startswith(("shift.", "handover.")))


async def state(who: Person, kind: str) -> dict[str, Any]:
    """Return the state of the shift or of the handover; empty if there is none."""
    return dict((await who.snapshot(OPERATIONS))["entities"].get((kind, OPERATIONS), {}))


async def take_shift(who: Person) -> None:
    """Give a person the shift, with no open handover."""
    handover = await state(who, "handover")
    if handover.get("status") in OPEN:
        await who.command(OPERATIONS, "handover.withdraw", {"handover": handover["number"]})
    await who.command(OPERATIONS, "shift.take", {"reason": "nobody was here"})


async def prepare_handover(who: Person, **data: Any) -> int:
    """Prepare a new handover of their shift; return its number."""
    await take_shift(who)
    await who.command(OPERATIONS, "handover.prepare", data)
    return int((await state(who, "handover"))["number"])


async def current_positions(who: Person) -> dict[str, int]:
    """Return the board positions that they would sign now."""
    return {section["board"]: section["seq"] for section in (await read_report(who))["searches"]}


async def read_report(who: Person, path: str = "handover", **params: Any) -> dict[str, Any]:
    """Return a report as this person sees it."""
    answer = await who.http.get(f"/api/v1/{path}", params=params)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


async def sign_handover(who: Person, number: int) -> dict[str, Any]:
    """Sign a handover as having seen everything."""
    return await who.command(OPERATIONS, "handover.sign", {"handover": number, "positions": await current_positions(who)})


async def hand_to_sign(who: Person, **data: Any) -> int:
    """Prepare and sign a handover of their shift; return its number."""
    number = await prepare_handover(who, **data)
    await sign_handover(who, number)
    return number


async def hand_over(who: Person, other: Person) -> None:
    """Hand the shift over, so that the next handover contains nothing that ended before it."""
    number = await hand_to_sign(who)
    accept = {"handover": number, "restatement": "all", "reason": "we talked"}
    await other.command(OPERATIONS, "handover.accept", accept)


async def prepare_for(name: str, who: Person, other: Person, search: str) -> dict[str, Any]:
    """Make the command `name` possible for `who`; return the names that it needs. `other` hands over to them, or takes
    over from them."""
    if name in ("shift.take", "handover.prepare"):
        await take_shift(other)
        return {}
    if name in ("handover.read", "handover.restate", "handover.accept", "handover.refuse"):
        return {"handover": await hand_to_sign(other)}
    if name == "handover.answer":
        leads = TABLE[name].allows(who.account["role"])
        number, taker = await hand_to_sign(who if leads else other), other.account["id"]
        names = {"handover": number, "taker": taker, "restated_at": "2026-11-24T15:10:00.000Z"}
        if leads:
            await other.command(search, "handover.restate", {"handover": number, "text": "she is with her aunt"})
            briefing = (await other.snapshot(search))["entities"]["briefing", search]
            names["restated_at"] = briefing["restatements"][taker]["at"]
        return names
    number = await prepare_handover(who if name == "handover.sign" and TABLE[name].allows(who.account["role"]) else other)
    return {"handover": number, "positions": await current_positions(other)}


async def refused(code: str, who: Person, board: str, name: str, data: dict[str, Any], *fields: str) -> Refusal:
    """Give a command that must be refused and write nothing on its board."""
    head = (await who.snapshot(board))["seq"]
    with pytest.raises(Refusal) as refusal:
        await who.command(board, name, data)
    assert (refusal.value.code, sorted(refusal.value.fields)) == (code, sorted(fields)), refusal.value.body
    assert (await who.snapshot(board))["seq"] == head
    return refusal.value
