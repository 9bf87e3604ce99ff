"""Fuzzing of commands, by any role and any way: the answer is one of the contract, by its order of checks; a refused command has
changed nothing, and an acknowledged one is there once."""

import asyncio
from functools import cache
from typing import Any

import httpx2 as httpx
import jsonschema_rs
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from board.api.routes import document
from board.commands.registry import TABLE
from board.web.http import BASE
from board.web.refusals import STATUS
from models.board import OPERATIONS
from tests.api.test_bad_input import NOBODY, WHOLE, WRONG, failures, heads
from tests.api.test_openapi import BESIDE_A_LOOP, CALLERS, Caller, headers_of
from tests.api.test_rights import board_of, filled, scene
from tests.support import handover_steps
from tests.support.people import PATIENCE_S, new_id
from tests.support.team import Team

pytestmark = BESIDE_A_LOOP

FEW, MANY = 25, 400
FUZZ = settings(deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
SECRET = "secret"
LATER = {"invalid", "not_found", "conflict"}  # codes that depend on the data
WHOSE = (
    "undo",
    "alarm.hand_on",
    "file.withdraw",
    "file.confirm_removal",
    *handover_steps.COMMANDS,
)  # commands whose permission depends on the data, besides those that need a right
NONE = ("note.eat", "", "search", "undo.undo")  # no commands

VALUES = st.one_of(
    st.sampled_from(WRONG),
    st.sampled_from(["{sighting}", "{task}", "{done}", "{inbox}", "{graded}"]),
    st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=20),
    st.integers(-3, 300),
)


@st.composite
def commands(draw: st.DrawFn) -> dict[str, Any]:
    """Mostly sensible; a field or two are anything."""
    name = draw(st.sampled_from([*TABLE, *TABLE, *NONE * 4]))
    data = dict(WHOLE.get(name, {"text": "x"}))
    for field in draw(st.lists(st.sampled_from([*data, "unknown", "text"]), max_size=2)):
        data[field] = draw(VALUES)
    right = board_of(name, "search")
    board = draw(st.sampled_from([right] * 6 + [OPERATIONS, "search", SECRET, NOBODY]))
    position = draw(st.sampled_from([{}, {}, {"base": 0}, {"base": 5}, {"base": 10**6}, {"base": -1}, {"base": 1, "epoch": "x"}]))
    return {"name": name, "board": board, "data": data, **position}  # type: ignore[dict-item]


class PlayedCommands:
    """A search that everybody sees, one that none of the callers does, and what is on the first."""

    def __init__(self, team: Team) -> None:
        self.team = team

    async def play(self) -> None:
        search, self.names = await scene(self.team)
        self.boards = {"search": search, SECRET: await self.team.secret_search()}

    async def reopen(self) -> None:
        await self.team.alice.command(self.boards["search"], "search.set_status", {"status": "open", "reason": "again"})


@pytest.fixture(scope="module")
async def played_commands(team: Team) -> PlayedCommands:
    played_commands = PlayedCommands(team)
    await played_commands.play()
    return played_commands


def judged_first(name: str, board: str, caller: Caller) -> str | None:
    """The code that one is refused with before the data is looked at, where that is so."""
    (role, scope), rule = caller, TABLE.get(name)
    if scope == "intake":  # it has its own endpoint
        return "forbidden"
    if board in (SECRET, NOBODY):
        return "not_found"
    if rule is None or rule.board_kind not in ("any", "operations" if board == OPERATIONS else "search"):
        return "unknown_command"
    return None if rule.allows(role) and scope != "read" else "forbidden"


@cache
def fits(status: int) -> Any:
    """Return a schema check of answers with this status."""
    answers = document()["paths"][f"{BASE}/boards/{{board}}/commands"]["post"]["responses"]
    assert str(status) in answers, f"{status} is not in the description"
    schema = answers[str(status)]["content"]["application/json"]["schema"]
    return jsonschema_rs.validator_for(schema | {"components": document()["components"]})


async def tried(played_commands: PlayedCommands, asking: httpx.AsyncClient, caller: Caller, command: dict[str, Any]) -> str:
    """Give a command, and check its answer and effects against the contract. Return the code, or `ack`."""
    name, place, before, failed = command["name"], command["board"], await heads(played_commands.team), failures()
    board = played_commands.boards.get(place, place)
    body = command | {"id": new_id(), "data": filled(command["data"], played_commands.names)}
    response = await asking.post(f"{BASE}/boards/{board}/commands", json=body)
    said, after = response.json(), await heads(played_commands.team)
    assert fits(response.status_code).is_valid(said), said
    assert failures() == failed
    first = judged_first(name, place, caller)
    if response.status_code == 200:
        assert first is None, f"it is {first}"
        own = before[board] + len(said["seqs"])
        assert said["seqs"] == list(range(before[board] + 1, own + 1))
        more = {"after": own, "limit": 1 + after[board] - own}
        others = (await played_commands.team.alice.http.get(f"{BASE}/boards/{board}/events", params=more)).json()["events"]
        assert len(others) == after[board] - own
        assert all(each["type"].startswith("alarm.") and each["actor"] is None for each in others), "the server raises alarms"
        again = await asking.post(f"{BASE}/boards/{board}/commands", json=body)
        assert (again.json(), await heads(played_commands.team)) == (said, after), "it is done once"
        if name == "search.set_status":
            await played_commands.reopen()
        return "ack"
    depends = name in WHOSE or bool(TABLE[name].right if name in TABLE else None)
    assert said["code"] in ((first,) if first else LATER | ({"forbidden"} if depends else set())), said
    assert response.status_code == STATUS[said["code"]]
    assert said["message"].endswith(".")
    assert after == before, "what was refused has changed nothing"
    if said["code"] == "invalid":
        assert said["fields"]
    return str(said["code"])


@pytest.mark.parametrize("many", [FEW, pytest.param(MANY, marks=pytest.mark.slow)])
@pytest.mark.parametrize("caller", CALLERS, ids="-".join)
async def test_no_command_of_anybody_has_an_answer_outside_the_contract(
    team: Team, played_commands: PlayedCommands, caller: Caller, many: int
) -> None:
    met: set[str] = set()
    loop = asyncio.get_running_loop()
    async with httpx.AsyncClient(base_url=team.server.url, headers=await headers_of(team, *caller)) as asking:

        @settings(FUZZ, max_examples=many)
        @given(command=commands())
        def any_command(command: dict[str, Any]) -> None:
            met.add(asyncio.run_coroutine_threadsafe(tried(played_commands, asking, caller, command), loop).result(PATIENCE_S))

        await asyncio.to_thread(any_command)
    if caller[1] == "intake":
        assert met == {"forbidden"}
    elif caller[1] == "read" or caller[0] == "viewer":
        assert met == {"forbidden", "not_found", "unknown_command"}
    else:
        assert met >= {"ack", "invalid", "not_found", "unknown_command"}
