"""A shift is handed over: prepared, written, signed at what was seen, read, restated and accepted; or not. Each step is for
whose turn it is, and what somebody may not see is handed over without being shown."""

import hashlib
from collections.abc import AsyncIterator
from typing import Any

import pytest
from sqlalchemy import event

from board.client import Refusal
from board.commands.read_ahead import boards_to_lock
from board.commands.registry import Command
from board.engine import board_limits
from models.board import OPERATIONS
from tests.support import handover_steps
from tests.support.board_shares import without_reserve
from tests.support.handover_steps import read_report, refused
from tests.support.people import Person
from tests.support.search_scenario import UNKNOWN_ID, SearchScenario
from tests.support.team import Team


@pytest.fixture
async def scene(team: Team) -> AsyncIterator[SearchScenario]:
    """A search of its own; others are closed afterwards, so that they are not handed over with the next."""
    search = await team.alice.open_search()
    yield SearchScenario(team, search)
    await handover_steps.take_shift(team.ada)
    await team.alice.command(
        search, "search.set_status", {"status": "closed", "reason": "the scene is over", "acknowledge": "as it is"}
    )
    await handover_steps.take_shift(team.alice)


async def events(who: Person, seqs: list[int], board: str = OPERATIONS) -> list[dict[str, Any]]:
    params = {"after": seqs[0] - 1, "limit": len(seqs)}
    return list((await who.http.get(f"/api/v1/boards/{board}/events", params=params)).json()["events"])


async def head(who: Person, board: str) -> int:
    return int((await who.snapshot(board))["seq"])


# -- preparing ------------------------------------------------------------------------------------------------------------


async def test_preparing_again_keeps_what_was_written_of_the_desk(scene: SearchScenario) -> None:
    alice, ada, bob = scene.team.alice, scene.team.ada, scene.team.bob
    first = await handover_steps.prepare_handover(alice, incoming=ada.account["id"])
    await alice.command(OPERATIONS, "handover.write", {"handover": first, "faults": "the printer", "remarks": "quiet"})
    await ada.command(OPERATIONS, "handover.withdraw", {"handover": first, "reason": "she stays"})
    ended = await handover_steps.state(alice, "handover")
    assert (ended["ended_by"], ended["reason"]) == (ada.account["id"], "she stays")
    assert ended["ended_at"]
    (event,) = await events(alice, (await ada.command(OPERATIONS, "handover.prepare"))["seqs"])
    empty = dict.fromkeys(ended)
    prepared = {"number": first + 1, "status": "prepared", "outgoing": alice.account["id"], "prepared_by": ada.account["id"]}
    written = {"faults": "the printer", "remarks": "quiet"}
    prepared["authorship"] = ended["authorship"]
    assert event["state"] == empty | prepared | written | {"prepared_at": event["state"]["prepared_at"]}
    refusal = await refused("conflict", alice, OPERATIONS, "handover.prepare", {}, "handover")
    assert refusal.body["current"] == event["state"]
    await refused(
        "invalid", alice, OPERATIONS, "handover.write", {"handover": first + 1, "incoming": bob.account["id"]}, "incoming"
    )
    await refused("not_found", alice, OPERATIONS, "handover.write", {"handover": first + 1, "incoming": UNKNOWN_ID}, "incoming")
    await handover_steps.sign_handover(alice, first + 1)
    await ada.command(OPERATIONS, "handover.refuse", {"handover": first + 1, "reason": "again"})
    third = await handover_steps.prepare_handover(alice)
    assert {name: (await handover_steps.state(alice, "handover"))[name] for name in written} == written
    await handover_steps.sign_handover(alice, third)
    data = {"handover": third, "restatement": "all", "reason": "late"}
    await ada.command(OPERATIONS, "handover.accept", data)
    await ada.command(OPERATIONS, "handover.prepare")
    assert {name: (await handover_steps.state(alice, "handover"))[name] for name in written} == dict.fromkeys(written), (
        "another shift"
    )


async def test_texts_about_a_search_are_on_its_own_board(scene: SearchScenario) -> None:
    alice = scene.team.alice
    number, sighting = await handover_steps.prepare_handover(alice), await scene.sighting()
    await scene.refuses("conflict", "handover.write", {"handover": number + 1, "assessment": "x"}, "handover")
    said = {
        "assessment": "she is with her aunt",
        "hypotheses": "Gent",
        "dropped": "the harbour",
        "contingencies": "if she calls, then call back",
        "contacts": "the mother, at eight",
        "pinned": [sighting["id"], sighting["id"]],
    }
    operations = await head(alice, OPERATIONS)
    event = await scene.one("handover.write", {"handover": number} | said)
    assert (event["type"], event["kind"], event["id"]) == ("handover.written", "briefing", scene.search)
    assert event["state"] == said | {
        "handover": number,
        "pinned": [sighting["id"]],
        "keeper": None,
        "kept": None,
        "reads": {},
        "restatements": {},
        "authorship": {
            path: {"handover": number, "by": alice.account["id"], "at": event["at"], "confirmed_by": None, "confirmed_at": None}
            for path in said
        },
    }
    patched = await scene.one("handover.write", {"handover": number, "dropped": None})
    assert [path for path in patched["changes"] if not path.startswith("authorship.")] == ["dropped"]
    assert await scene.does("handover.write", {"handover": number, "hypotheses": "Gent"}) == []
    assert await head(alice, OPERATIONS) == operations, "operations does not have it"
    await scene.refuses("invalid", "handover.write", {"handover": number, "faults": "the printer"}, "faults")
    await scene.refuses("not_found", "handover.write", {"handover": number, "pinned": [UNKNOWN_ID]}, "pinned")
    await scene.refuses("invalid", "handover.write", {"handover": number, "pinned": [sighting["id"]] * 21}, "pinned")
    await scene.refuses("invalid", "undo", {"seq": patched["seq"]}, "seq")


async def test_texts_about_a_search_do_not_block_an_undo(scene: SearchScenario) -> None:
    number = await handover_steps.prepare_handover(scene.team.alice)
    await scene.one("search.update", {"person": {"age": 11}})
    await scene.one("handover.write", {"handover": number, "assessment": "twelve, says her aunt"})
    changed = await scene.one("search.update", {"person": {"age": 12}})
    assert (await scene.one("undo", {"seq": changed["seq"]}))["state"]["person"]["age"] == 11


async def test_simultaneous_edits_of_a_handover_field_conflict(scene: SearchScenario) -> None:
    alice, ada = scene.team.alice, scene.team.ada
    number = await handover_steps.prepare_handover(alice)
    (seq,) = (
        await alice.command(scene.search, "handover.write", {"handover": number, "contacts": "the mother", "dropped": "a"})
    )["seqs"]
    await ada.command(scene.search, "handover.write", {"handover": number, "contacts": "the father"}, base=seq)
    await scene.refuses("conflict", "handover.write", {"handover": number, "contacts": "the aunt"}, "contacts", base=seq)
    await scene.one("handover.write", {"handover": number, "dropped": "b"}, base=seq)


async def test_search_closed_in_the_shift_is_part_of_it_and_an_older_one_is_not(scene: SearchScenario) -> None:
    alice = scene.team.alice
    await handover_steps.take_shift(scene.team.ada)
    old = await alice.open_search()
    await alice.command(old, "search.set_status", {"status": "closed", "reason": "came home", "acknowledge": "as it is"})
    await handover_steps.hand_over(scene.team.ada, alice)
    number = await handover_steps.prepare_handover(alice)
    await alice.command(scene.search, "search.set_status", {"status": "closed", "reason": "came home", "acknowledge": "as it is"})
    assert await scene.does("handover.write", {"handover": number, "assessment": "the family was told"})
    await refused("conflict", alice, old, "handover.write", {"handover": number, "assessment": "x"}, "handover")
    assert scene.search in (positions := await handover_steps.current_positions(alice))
    assert old not in positions
    await handover_steps.sign_handover(alice, number)
    assert await scene.does("handover.read", {"handover": number, "seq": 1}, who=scene.team.ada)
    await refused("conflict", scene.team.ada, old, "handover.read", {"handover": number, "seq": 1}, "handover")
    await alice.command(scene.search, "search.set_status", {"status": "open", "reason": "not her"})


def test_texts_about_a_search_wait_for_the_signer() -> None:
    for name in ("handover.write", "handover.read"):
        assert boards_to_lock(Command("c", "search", name, {})) == (OPERATIONS, "search")
        assert boards_to_lock(Command("c", OPERATIONS, name, {})) == (OPERATIONS,)


# -- signing --------------------------------------------------------------------------------------------------------------


async def test_signed_handover_has_the_positions_of_all_boards_and_a_digest(scene: SearchScenario) -> None:
    alice = scene.team.alice
    number = await handover_steps.prepare_handover(alice)
    before, positions = (await read_report(alice)), await handover_steps.current_positions(alice)
    operations = await head(alice, OPERATIONS)
    said = await events(alice, (await handover_steps.sign_handover(alice, number))["seqs"])
    assert [event["type"] for event in said] == ["handed.set"] * len(positions) + ["handover.signed"]
    handed = {event["id"]: event["state"]["position"] for event in said[:-1]}
    assert {id: at["seq"] for id, at in handed.items()} == positions
    signed = {each["board"]: {name: each[name] for name in ("epoch", "seq", "head")} for each in before["searches"]}
    assert handed == {id: at | {"alarms": at["seq"]} for id, at in signed.items()}, "nothing happened in the meantime"
    lines = "".join(f"{id} {at['epoch']} {at['seq']} {at['head']}\n" for id, at in sorted(handed.items()))
    state = said[-1]["state"]
    assert state["digest"] == hashlib.sha256(lines.encode()).hexdigest()
    public = [each for each in before["searches"] if each["search"]["access"] == "desk"]
    assert (state["searches"], state["position"]["seq"]) == (len(public), operations)
    await refused("conflict", alice, OPERATIONS, "handover.write", {"handover": number, "faults": "x"}, "handover")
    await refused("conflict", alice, OPERATIONS, "handover.sign", {"handover": number, "positions": positions}, "handover")


async def test_visibility_is_checked_once_however_many_searches_are_signed(scene: SearchScenario) -> None:
    alice = scene.team.alice
    others = [await alice.open_search() for _ in range(3)]
    number = await handover_steps.prepare_handover(alice)
    positions, asked, writer = (
        await handover_steps.current_positions(alice),
        list[str](),
        scene.team.server.service.database.write_engine,
    )

    def ask(*given: Any) -> None:
        asked.append(given[2])

    event.listen(writer, "before_cursor_execute", ask)
    await alice.command(OPERATIONS, "handover.sign", {"handover": number, "positions": positions})
    event.remove(writer, "before_cursor_execute", ask)
    assert len([each for each in asked if "search.discreet" in each]) == 1
    await handover_steps.take_shift(alice)
    for search in others:
        await alice.command(
            search, "search.set_status", {"status": "closed", "reason": "the scene is over", "acknowledge": "as it is"}
        )


async def test_only_what_was_seen_can_be_signed(scene: SearchScenario) -> None:
    alice, ada, search = scene.team.alice, scene.team.ada, scene.search
    number = await handover_steps.prepare_handover(alice)
    seen = await handover_steps.current_positions(alice)
    field = f"positions.{search}"

    async def signs(code: str, positions: dict[str, int], *fields: str, who: Person = alice) -> None:
        await refused(code, who, OPERATIONS, "handover.sign", {"handover": number, "positions": positions}, *fields)

    await signs("forbidden", seen, who=ada)
    await signs("invalid", seen | {search: seen[search] + 1}, field)
    await signs("conflict", {id: seq for id, seq in seen.items() if id != search}, field)
    await signs("conflict", seen | {UNKNOWN_ID: 1}, f"positions.{UNKNOWN_ID}")
    await scene.one("note.add", {"text": "the aunt was called", "category": "comment"})
    await scene.one("handover.write", {"handover": number, "assessment": "her own"})
    await ada.command(search, "handover.write", {"handover": number, "assessment": "another's"})
    await signs("conflict", seen, field)
    seen = await handover_steps.current_positions(alice)
    decision = await scene.one("note.add", {"text": "we stop at the harbour", "category": "decision"})
    await signs("conflict", seen, field)
    looked = (await read_report(alice, board=search))["searches"][0]
    await scene.one("note.add", {"text": "the uncle was called", "category": "comment"})
    await alice.command(OPERATIONS, "handover.sign", {"handover": number, "positions": seen | {search: decision["seq"]}})
    told = (await read_report(alice, board=search))["searches"][0]
    assert {name: told[name] for name in ("epoch", "seq", "head")} == {name: looked[name] for name in ("epoch", "seq", "head")}
    assert (told["seq"], told["after"]) == (decision["seq"], {"seq": decision["seq"] + 1, "events": 1, "significant": 0})
    await ada.command(search, "handover.read", {"handover": number, "seq": decision["seq"] + 1})
    told = (await read_report(alice, board=search))["searches"][0]
    assert told["after"] == {"seq": decision["seq"] + 2, "events": 1, "significant": 0}  # her reading is not significant


async def test_a_full_board_is_handed_over_all_the_same(scene: SearchScenario, monkeypatch: pytest.MonkeyPatch) -> None:
    alice, ada, search = scene.team.alice, scene.team.ada, scene.search
    monkeypatch.setattr(board_limits, "MAX_ENTITIES", 0)
    without_reserve(monkeypatch, scene.team.server.service)
    for board in (OPERATIONS, search):
        await refused("too_large", alice, board, "note.add", {"text": "one more"})
    number = await handover_steps.prepare_handover(alice)
    await alice.command(search, "handover.write", {"handover": number, "assessment": "she may be with her aunt"})
    await handover_steps.sign_handover(alice, number)
    await ada.command(search, "handover.read", {"handover": number, "seq": await head(ada, search)})
    await ada.command(OPERATIONS, "handover.accept", {"handover": number, "restatement": "the aunt", "reason": "the others wait"})


# -- accepting ------------------------------------------------------------------------------------------------------------


async def test_handover_is_read_and_accepted_with_the_time_of_each(scene: SearchScenario) -> None:
    alice, ada, search = scene.team.alice, scene.team.ada, scene.search
    number = await handover_steps.hand_to_sign(alice)
    data = {"handover": number, "restatement": "one search; the aunt calls at eight"}
    others = [each["board"] for each in (await read_report(ada))["searches"]]
    refusal = await refused("conflict", ada, OPERATIONS, "handover.accept", data, *(f"searches.{id}" for id in others))
    assert refusal.body["current"]["status"] == "signed"
    for id in others:
        await ada.command(id, "handover.read", {"handover": number, "seq": await head(ada, id)})
    await scene.one("sighting.add", {"description": "a girl, running", "priority": "urgent"})
    await refused("conflict", ada, OPERATIONS, "handover.accept", data, f"searches.{search}")
    assert [each["board"] for each in (await read_report(ada))["searches"] if each["reader"]["unread"]] == [search]
    read = await scene.one("handover.read", {"handover": number, "seq": await head(ada, search)}, who=ada)
    assert read["state"]["reads"] == {ada.account["id"]: {"handover": number, "seq": read["seq"] - 1, "at": read["at"]}}
    assert await scene.does("handover.read", {"handover": number, "seq": 1}, who=ada) == [], "never less than was read"
    await refused("invalid", ada, OPERATIONS, "handover.accept", data | {"restatement": " "}, "restatement")
    await refused("forbidden", alice, OPERATIONS, "handover.accept", data)
    accepted, passed = await events(ada, (await ada.command(OPERATIONS, "handover.accept", data))["seqs"])
    assert (accepted["type"], accepted["state"]["restatement"]) == ("handover.accepted", data["restatement"])
    shift = passed["state"]
    assert (passed["type"], shift["holder"], shift["before"]) == ("shift.handed_over", ada.account["id"], alice.account["id"])
    assert (shift["handover"], shift["since"]) == (number, accepted["state"]["ended_at"])
    await refused("conflict", ada, OPERATIONS, "handover.accept", data, "handover")


async def test_handover_is_accepted_unread_with_a_reason(scene: SearchScenario) -> None:
    alice, ada = scene.team.alice, scene.team.ada
    number = await handover_steps.hand_to_sign(alice)
    data = {"handover": number, "restatement": "I know them all", "reason": "she has to go now"}
    accepted, *unread, passed = await events(ada, (await ada.command(OPERATIONS, "handover.accept", data))["seqs"])
    assert {each["type"] for each in unread} == {"handed.unread"}
    assert scene.search in [each["id"] for each in unread]
    assert passed["type"] == "shift.handed_over"
    assert (accepted["reason"], accepted["state"]["reason"]) == ("she has to go now", "she has to go now")


async def test_a_refused_handover_leaves_the_shift_where_it_is(scene: SearchScenario) -> None:
    alice, ada = scene.team.alice, scene.team.ada
    prepared = await handover_steps.prepare_handover(alice)
    await refused("conflict", ada, OPERATIONS, "handover.refuse", {"handover": prepared, "reason": "not yet"}, "handover")
    await refused("conflict", ada, scene.search, "handover.read", {"handover": prepared, "seq": 1}, "handover")
    await handover_steps.sign_handover(alice, prepared)
    await refused("forbidden", alice, OPERATIONS, "handover.refuse", {"handover": prepared, "reason": "mine"})
    await refused("invalid", ada, OPERATIONS, "handover.refuse", {"handover": prepared}, "reason")
    above = {"handover": prepared, "seq": await head(ada, scene.search) + 1}
    await refused("invalid", ada, scene.search, "handover.read", above, "seq")
    await ada.command(OPERATIONS, "handover.refuse", {"handover": prepared, "reason": "the contacts are missing"})
    state = await handover_steps.state(alice, "handover")
    assert (state["status"], state["reason"]) == ("refused", "the contacts are missing")
    assert (await handover_steps.state(alice, "shift"))["holder"] == alice.account["id"]
    await refused("conflict", ada, OPERATIONS, "handover.withdraw", {"handover": prepared}, "handover")


async def test_marks_of_an_earlier_handover_do_not_count(scene: SearchScenario) -> None:
    alice, ada, search = scene.team.alice, scene.team.ada, scene.search
    first = await handover_steps.hand_to_sign(alice)
    await ada.command(search, "handover.read", {"handover": first, "seq": await head(ada, search)})
    await ada.command(OPERATIONS, "handover.refuse", {"handover": first, "reason": "again, please"})
    second = await handover_steps.hand_to_sign(alice)
    assert search in [each["board"] for each in (await read_report(ada))["searches"] if each["reader"]["unread"]]
    await refused("conflict", ada, search, "handover.read", {"handover": first, "seq": 1}, "handover")
    read = await scene.one("handover.read", {"handover": second, "seq": 1, "reason": "by telephone"}, who=ada)
    assert (read["reason"], read["state"]["reads"][ada.account["id"]]["handover"]) == ("by telephone", second)


# -- alerts ---------------------------------------------------------------------------------------------------------------


async def alerts(who: Person, seqs: list[int]) -> list[tuple[str, int | None, str | None]]:
    """Return the alerts about these events: type, handover and reason."""
    found = (await who.http.get("/api/v1/alerts")).json()["alerts"]
    of_desk = [each for each in found if each["board"] == OPERATIONS and each["seq"] in seqs]
    assert {each["kind"] for each in of_desk} <= {"handover"}
    return [(each["type"], each["handover"], each["reason"]) for each in of_desk]


async def test_each_step_alerts_whom_it_concerns_with_the_reason(scene: SearchScenario) -> None:
    team, alice, ada = scene.team, scene.team.alice, scene.team.ada
    dora = await team.add_person("Dora", "coordinator")
    others = (team.bob, team.charlie, team.victor)

    async def told(seqs: list[int], who: dict[Person, list[tuple[str, int | None, str | None]]]) -> None:
        for person in (alice, ada, dora, *others):
            assert await alerts(person, seqs) == who.get(person, []), person.account["name"]

    number = await handover_steps.prepare_handover(alice, incoming=dora.account["id"])
    await told((await handover_steps.sign_handover(alice, number))["seqs"], {dora: [("handover.signed", number, None)]})
    seqs = (await dora.command(OPERATIONS, "handover.refuse", {"handover": number, "reason": "@Alice, the port is missing"}))[
        "seqs"
    ]
    await told(seqs, {alice: [("handover.refused", number, "@Alice, the port is missing")]})
    number = await handover_steps.prepare_handover(alice)
    signed = (await handover_steps.sign_handover(alice, number))["seqs"]
    await told(signed, {each: [("handover.signed", number, None)] for each in (ada, dora)})
    data = {"handover": number, "restatement": "one search", "reason": "she has to go"}
    seqs = (await dora.command(OPERATIONS, "handover.accept", data))["seqs"]
    await told(seqs, {alice: [("handover.accepted", number, "she has to go")]})
    await alice.command(OPERATIONS, "handover.prepare", {"incoming": ada.account["id"]})
    seqs = (await ada.command(OPERATIONS, "shift.take", {"reason": "nobody answers"}))["seqs"]
    withdrawn = ("handover.withdrawn", number + 1, "nobody answers")
    await told(seqs, {dora: [("shift.taken", None, "nobody answers"), withdrawn], alice: [withdrawn]})


# -- rights ---------------------------------------------------------------------------------------------------------------


async def test_outsider_sees_nothing_of_how_a_search_is_handed_over(scene: SearchScenario) -> None:
    team, alice = scene.team, scene.team.alice
    dora = await team.add_person("Dora", "coordinator")
    secret = await team.secret_search()
    number = await handover_steps.prepare_handover(alice)
    await alice.command(secret, "handover.write", {"handover": number, "assessment": "she hides with her aunt"})
    watching = await team.charlie.subscribe(OPERATIONS)
    signed = await handover_steps.sign_handover(alice, number)
    await team.charlie.wait_for_seq(OPERATIONS, signed["seqs"][-1])
    assert sum(bool(event.get("hidden")) for event in watching.events[-len(signed["seqs"]) :]) == 1
    assert secret not in watching.of_kind("handed")
    assert ("handed", secret) in (await alice.snapshot(OPERATIONS))["entities"]
    for outside in (team.charlie, dora):
        told = await read_report(outside)
        assert (told["withheld"], secret in [each["board"] for each in told["searches"]]) == (True, False)
        assert told["handover"]["searches"] == len([each for each in told["searches"] if each["search"]["access"] == "desk"])
        for path in (
            f"boards/{OPERATIONS}",
            f"boards/{OPERATIONS}/events?limit=1000",
            f"boards/{OPERATIONS}/journal.json",
            "handover",
        ):
            text = (await outside.http.get(f"/api/v1/{path}")).text
            assert "handed" in text or path == "handover"
            assert secret not in text
        assert (await outside.http.get("/api/v1/handover", params={"board": secret})).status_code == 404
    assert secret in [each["board"] for each in (await read_report(alice, f"handovers/{number}"))["searches"]]
    with pytest.raises(Refusal, match="not_found"):
        await dora.command(secret, "handover.read", {"handover": number, "seq": 1})
    for each in (await read_report(dora))["searches"]:
        await dora.command(each["board"], "handover.read", {"handover": number, "seq": each["after"]["seq"]})
    await dora.command(OPERATIONS, "handover.accept", {"handover": number, "restatement": "what I see of it"})
    # a search that she can't see is signed at its head
    mine = await handover_steps.hand_to_sign(dora)
    state = (await alice.snapshot(OPERATIONS))["entities"]["handed", secret]
    assert (state["handover"], state["position"]["seq"]) == (mine, await head(alice, secret))
    await refused("conflict", dora, OPERATIONS, "handover.withdraw", {"handover": number}, "handover")
    await alice.command(
        secret, "search.set_status", {"status": "closed", "reason": "the scene is over", "acknowledge": "as it is"}
    )


async def test_search_hidden_from_the_successor_needs_somebody_responsible(
    scene: SearchScenario,
) -> None:
    team, alice, ada = scene.team, scene.team.alice, scene.team.ada
    dora, eva = await team.add_person("Dora", "coordinator"), await team.add_person("Eva", "coordinator")
    await handover_steps.hand_over(alice, ada)
    secret = await team.secret_search(ada)
    hers = await dora.open_search(access="members", members=[dora.account["id"]])  # which Alice may not see
    number = await handover_steps.prepare_handover(alice, incoming=eva.account["id"])

    async def told(who: Person, path: str = "handover") -> dict[str, Any]:
        return {each["board"]: each["outside"] for each in (await read_report(who, path))["searches"] if each["outside"]}

    async def signs(*fields: str) -> None:
        data = {"handover": number, "positions": await handover_steps.current_positions(alice)}
        await refused("invalid", alice, OPERATIONS, "handover.sign", data, *fields)

    assert await told(alice) == await told(ada) == {secret: eva.account["id"]}
    assert await told(eva) == {}
    await signs(f"searches.{secret}")
    for wrong, code in ((team.bob, "invalid"), (eva, "invalid"), (dora, "invalid")):
        await refused(code, alice, secret, "handover.write", {"handover": number, "keeper": wrong.account["id"]}, "keeper")
    await refused("not_found", alice, secret, "handover.write", {"handover": number, "keeper": UNKNOWN_ID}, "keeper")
    await scene.refuses("invalid", "handover.write", {"handover": number, "keeper": alice.account["id"]}, "keeper")
    # another coordinator, who is told
    seqs = (await alice.command(secret, "handover.write", {"handover": number, "keeper": ada.account["id"]}))["seqs"]
    found = (await ada.http.get("/api/v1/alerts")).json()["alerts"]
    (alert,) = [each for each in found if each["board"] == secret]
    assert (alert["kind"], alert["type"], alert["handover"], alert["seq"]) == ("handover", "handover.written", number, *seqs)
    await alice.command(secret, "search.set_access", {"access": "members", "members": [alice.account["id"]]})
    await signs(f"searches.{secret}")  # a keeper without access does not count
    # the outgoing holder keeps it, on record
    await alice.command(secret, "handover.write", {"handover": number, "keeper": alice.account["id"]})
    await handover_steps.sign_handover(alice, number)
    kept = (await read_report(alice, board=secret))["searches"][0]
    assert (kept["outside"], kept["briefing"]["keeper"]) == (eva.account["id"], alice.account["id"])
    text = (await alice.http.get(f"/handovers/{number}.md")).text
    assert "Alice is responsible for it" in text
    assert secret not in str(await read_report(eva))
    await eva.command(OPERATIONS, "handover.accept", {"handover": number, "restatement": "what I see", "reason": "it is late"})
    assert await told(alice) == {secret: eva.account["id"]}  # and the decision stays listed
    # decisions are not carried over to the next handover
    await handover_steps.take_shift(alice)
    number = await handover_steps.prepare_handover(alice, incoming=eva.account["id"])
    await signs(f"searches.{secret}")
    await alice.command(secret, "handover.write", {"handover": number, "assessment": "with her aunt"})
    assert (await read_report(alice, board=secret))["searches"][0]["briefing"]["keeper"] is None
    await signs(f"searches.{secret}")
    members = [alice.account["id"], eva.account["id"]]
    await alice.command(secret, "search.set_access", {"access": "members", "members": members})
    assert await told(alice) == {}
    await handover_steps.sign_handover(alice, number)
    for who, search in ((alice, secret), (dora, hers)):
        await who.command(search, "search.set_status", {"status": "closed", "reason": "over", "acknowledge": "as it is"})


async def test_the_next_handover_may_name_the_same_keeper_who_is_alerted(scene: SearchScenario) -> None:
    team, alice, ada = scene.team, scene.team.alice, scene.team.ada
    eva = await team.add_person("Eva", "coordinator")
    await handover_steps.hand_over(alice, ada)
    members = [alice.account["id"], ada.account["id"]]
    secret = await alice.open_search(access="members", members=members)
    for _ in range(2):
        number = await handover_steps.prepare_handover(alice, incoming=eva.account["id"])
        (seq,) = (await alice.command(secret, "handover.write", {"handover": number, "keeper": ada.account["id"]}))["seqs"]
        found = (await ada.http.get("/api/v1/alerts")).json()["alerts"]
        assert (found[0]["board"], found[0]["seq"], found[0]["handover"]) == (secret, seq, number)
        event = (await events(ada, [seq], secret))[0]
        assert (event["state"]["keeper"], event["state"]["handover"]) == (ada.account["id"], number)
        await alice.command(secret, "handover.write", {"handover": number, "contacts": f"the mother, {number}"})
        assert (await ada.http.get("/api/v1/alerts")).json()["alerts"][0]["seq"] == seq, "what else is written alerts nobody"
        await handover_steps.sign_handover(alice, number)
        await alice.command(OPERATIONS, "handover.withdraw", {"handover": number})
    await alice.command(secret, "search.set_status", {"status": "closed", "reason": "over", "acknowledge": "as it is"})


async def test_visibility_of_handover_texts_follows_that_of_the_search(scene: SearchScenario) -> None:
    alice, charlie = scene.team.alice, scene.team.charlie
    await handover_steps.hand_to_sign(alice)
    screen = await charlie.subscribe(OPERATIONS)
    for access, there in (("members", False), ("desk", True)):
        await alice.command(scene.search, "search.set_access", {"access": access, "members": [alice.account["id"]]})
        await charlie.wait_for_seq(OPERATIONS, await head(alice, OPERATIONS))
        assert (scene.search in screen.of_kind("handed"), scene.search in screen.of_kind("search")) == (there, there)
        assert screen.entities == (await charlie.snapshot(OPERATIONS))["entities"]
