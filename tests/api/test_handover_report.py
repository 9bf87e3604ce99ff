"""Handover report: what it shows of a search and to whom, and that a signed report stays as it was."""

import re
from collections.abc import AsyncIterator
from pathlib import Path
from random import Random
from typing import Any

import orjson
import pytest

from board.engine import significant_events
from board.handover import report_sections
from board.maintenance import transfer
from models.board import OPERATIONS
from models.db.database import Database
from models.search import CHILD_FIELDS
from tests.support import handover_steps, random_commands, uploads
from tests.support.handover_steps import read_report
from tests.support.people import Person, connect_person, create_token, new_id, running_server
from tests.support.search_scenario import UNKNOWN_ID, SearchScenario
from tests.support.team import Team
from tests.support.wakes import add_tip, add_wake


@pytest.fixture
async def scene(team: Team) -> AsyncIterator[SearchScenario]:
    """A search without tasks, and nobody's handover open."""
    await handover_steps.take_shift(team.ada)
    await handover_steps.take_shift(team.alice)
    scene = SearchScenario(team, await team.alice.open_search())
    for (kind, id), _ in list((await team.alice.snapshot(scene.search))["entities"].items()):
        if kind == "task":
            await team.alice.command(scene.search, "card.withdraw", {"card": id})
    yield scene
    await team.alice.command(
        scene.search, "search.set_status", {"status": "closed", "reason": "the scene is over", "acknowledge": "as it is"}
    )


async def section(scene: SearchScenario, reader: Person | None = None, path: str = "handover") -> dict[str, Any]:
    """Return the report's section about the scenario's search."""
    (found,) = (await read_report(reader or scene.team.alice, path, board=scene.search))["searches"]
    return dict(found)


def titles(cards: list[dict[str, Any]]) -> list[str]:
    return [card["title"] for card in cards]


# -- content --------------------------------------------------------------------------------------------------------------


async def test_section_has_what_the_next_shift_must_know(scene: SearchScenario) -> None:
    alice, bob, done = scene.team.alice, scene.team.bob, (await scene.columns())["done"]
    me = bob.account["id"]
    seen = {"place": {"text": "Gent"}, "seen_at": "2026-11-24T20:00:00Z"}
    first = await scene.sighting(description="first", **seen)
    last = await scene.sighting(description="last", **seen | {"seen_at": "2026-11-24T21:00:00Z"}, assignee=me)
    for each in (first, last):
        await scene.one("sighting.assess", {"sighting": each["id"], "assessment": "confirmed"})
        await scene.one("sighting.grade", {"sighting": each["id"], "grade": {"source": "B"}})
    await scene.sighting(description="not graded", assignee=me)
    twice = await scene.sighting(description="the same call")
    await scene.one("sighting.assess", {"sighting": twice["id"], "assessment": "duplicate", "duplicate_of": last["id"]})
    gone = await scene.sighting(description="typed twice")
    await scene.one("card.withdraw", {"card": gone["id"]})
    await scene.task(title="overdue", due="2026-01-01T00:00:00Z", assignee=me)
    await scene.task(title="later", due="2036-01-01T00:00:00Z")
    soon = report_sections.next_shift_end((await read_report(alice))["composed_at"])
    await scene.task(title="due", due=f"{soon[:19]}Z")
    finished = await scene.task(title="done", due="2026-01-01T00:00:00Z")
    await scene.one("card.move", {"card": finished["id"], "column": done})
    await scene.task(title="some day")
    await scene.task(title="urgent", priority="urgent")
    begun = await scene.task(title="in progress")
    await scene.one("card.move", {"card": begun["id"], "column": (await scene.columns())["doing"]})
    note = await scene.one("note.add", {"text": "we stop at the harbour", "category": "decision"})
    number = await handover_steps.prepare_handover(alice)
    said = {"handover": number, "hypotheses": "Gent", "contingencies": "if she calls", "contacts": "the mother"}
    await scene.one("handover.write", said | {"pinned": [note["id"], last["id"]]})
    told = await section(scene)
    assert told["search"]["person"] == dict.fromkeys(CHILD_FIELDS) | {"first_name": "Noor"}
    assert told["last_credible"] == told["last_confirmed"]
    assert told["last_confirmed"] == {"id": last["id"], "number": last["state"]["number"]} | {
        name: last["state"][name] for name in ("seen_at", "received_at", "place")
    }
    assert titles(told["ungraded"]) == ["not graded"]
    assert {name: titles(cards) for name, cards in told["tasks"].items()} == {
        "done": ["done"],
        "overdue": ["overdue"],
        "due": ["due"],
        "undated": ["urgent", "in progress"],
    }
    assert told["tasks"]["overdue"][0]["assignee"] == me
    assert told["briefing"]["contingencies"] == "if she calls"
    assert [(pin["kind"], pin["title"], pin["category"]) for pin in told["pinned"]] == [
        ("note", "we stop at the harbour", "decision"), ("sighting", "last", None),
    ]  # fmt: skip
    people = (await read_report(alice))["people"]
    assert {people[me], people[alice.account["id"]]} == {"Bob", "Alice"}


async def test_sightings_are_listed_by_what_they_wait_for(scene: SearchScenario) -> None:
    seen, waiting = await scene.sighting(description="to assess", assignee=scene.team.bob.account["id"]), "not looked at"
    await scene.one("sighting.grade", {"sighting": seen["id"], "grade": {"source": "B"}})
    await scene.sighting(description=waiting)
    wakes = [await add_wake(scene.team.server.service, scene.search, await add_tip(scene.team.bob)) for _ in range(3)]
    await scene.one("wake.answer", {"wake": wakes[0], "answer": "not_same"})
    told = await section(scene)
    assert (titles(told["to_look_at"]), titles(told["to_assess"]), told["to_pass_on"]) == ([waiting], ["to assess"], [])
    assert told["unanswered"] == {"look": 1, "judge": 1, "pass_on": 0, "wakes": 2}
    assert (await read_report(scene.team.alice))["people"][scene.team.bob.account["id"]] == "Bob"


async def test_a_pinned_card_that_is_done_says_so(scene: SearchScenario) -> None:
    pins = [(await scene.task(title=title))["id"] for title in ("custody", "passport")]
    number = await handover_steps.prepare_handover(scene.team.alice)
    await scene.one("handover.write", {"handover": number, "pinned": pins})
    await scene.one("card.move", {"card": pins[0], "column": (await scene.columns())["done"]})
    assert [pin["done"] for pin in (await section(scene))["pinned"]] == [True, False]


async def test_time_of_receipt_is_not_shown_as_time_of_sighting(scene: SearchScenario) -> None:
    received = "2026-11-24T21:00:00.000Z"
    await scene.sighting(description="seen", seen_at="2026-11-24T20:00:00.000Z", received_at=received)
    unseen = await scene.sighting(description="told", received_at=received)
    note = await scene.one("note.add", {"text": "we stop"})
    number = await handover_steps.prepare_handover(scene.team.alice)
    await scene.one("handover.write", {"handover": number, "pinned": [unseen["id"], note["id"]]})
    told = await section(scene)
    assert [(card["at"], card["seen_at"]) for card in told["ungraded"]] == [
        ("2026-11-24T20:00:00.000Z",) * 2, (received, None),
    ]  # fmt: skip
    assert [(card["at"], card["seen_at"]) for card in told["pinned"]] == [(received, None), (note["state"]["happened_at"], None)]
    await scene.one("sighting.assess", {"sighting": unseen["id"], "assessment": "confirmed"})
    last = (await section(scene))["last_confirmed"]
    assert (last["id"], last["seen_at"], last["received_at"]) == (unseen["id"], None, received)


async def test_a_sighting_has_its_place_and_its_grade(scene: SearchScenario) -> None:
    place, grade = {"text": "Aalst, station"}, {"source": "C", "content": 2}
    graded = await scene.sighting(description="on a bench", place=place, seen_at="2026-11-24T20:00:00Z")
    await scene.one("sighting.grade", {"sighting": graded["id"], "grade": grade})
    await scene.sighting(description="in a tram")
    told = await section(scene)
    assert [(card["place"], card["grade"]) for name in ("to_assess", "to_look_at") for card in told[name]] == [
        ("Aalst, station", "C2"), (None, None),
    ]  # fmt: skip
    paper = (await scene.team.alice.http.get("/handover.md")).text.replace("\xa0", " ")
    assert "on a bench · C2 · seen 24 Nov 21:00 · Aalst, station\n" in re.sub(r"</?span[^>]*>", "", paper)


async def test_tasks_that_were_done_before_the_shift_began_are_no_news(scene: SearchScenario) -> None:
    finished = await scene.task(title="done")
    await scene.one("card.move", {"card": finished["id"], "column": (await scene.columns())["done"]})
    assert titles((await section(scene))["tasks"]["done"]) == ["done"]
    await handover_steps.take_shift(scene.team.ada)
    assert (await section(scene))["tasks"]["done"] == []


async def test_files_added_in_the_shift_are_listed_by_name(scene: SearchScenario) -> None:
    alice, bob = scene.team.alice, scene.team.bob
    await uploads.attach_ready(bob, scene.search, caption="before the shift")
    await handover_steps.take_shift(scene.team.ada)
    await handover_steps.take_shift(alice)
    card, note = await scene.sighting(), await scene.one("note.add", {"text": "we stop"})
    on_card = await uploads.attach_ready(bob, scene.search, card=card["id"], caption="yellow coat")
    on_note = await uploads.attach_ready(alice, scene.search, note=note["id"])
    gone = await uploads.attach_ready(bob, scene.search, caption="by mistake")
    await alice.command(scene.search, "file.withdraw", {"file": gone, "reason": "x"})
    await scene.one("sighting.grade", {"sighting": card["id"], "grade": {"source": "B"}})  # the section lists it no more
    first, second = (await section(scene))["files"]
    assert (first["id"], first["caption"], first["name"], first["picture"]) == (on_card, "yellow coat", "photo.jpg", True)
    assert first["card"] == {"kind": "sighting", "id": card["id"], "number": card["state"]["number"]}
    assert (first["note"], first["added_by"]) == (None, bob.account["id"])
    assert (second["id"], second["caption"], second["card"], second["note"]) == (on_note, None, None, note["id"])
    assert (await read_report(alice))["people"][bob.account["id"]] == "Bob"


async def test_files_of_a_signed_report_stay_as_they_were(scene: SearchScenario) -> None:
    alice = scene.team.alice
    file = await uploads.attach_ready(alice, scene.search, caption="as it was")
    number = await handover_steps.prepare_handover(alice)
    await handover_steps.sign_handover(alice, number)
    await alice.command(scene.search, "file.update", {"file": file, "caption": "another"})
    await uploads.attach_ready(alice, scene.search, caption="too late")
    told = await section(scene, path=f"handovers/{number}")
    assert [each["caption"] for each in told["files"]] == ["as it was"]


async def test_files_of_a_members_only_search_are_told_to_its_members_alone(scene: SearchScenario) -> None:
    team = scene.team
    search = await team.secret_search(team.bob)
    await uploads.attach_ready(team.bob, search, caption="seen by members")
    for person, seen in ((team.bob, True), (team.charlie, False)):
        assert ("seen by members" in str(await read_report(person))) is seen


async def test_a_long_list_is_cut_and_says_so(scene: SearchScenario, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(3):
        await scene.sighting(description=f"{number}")
    monkeypatch.setattr(report_sections, "MAX_ITEMS", 2)
    told = await section(scene)
    assert (titles(told["ungraded"]), told["left_out"]) == (["0", "1"], 1)


async def test_news_is_cut_to_the_newest_events_that_are_read(scene: SearchScenario, monkeypatch: pytest.MonkeyPatch) -> None:
    bob = scene.team.bob
    monkeypatch.setattr(significant_events, "MAX_READ", 2)
    urgent = [await scene.sighting(priority="urgent") for _ in range(3)]
    since = (await section(scene))["since"]
    assert [each["seq"] for each in since["significant"]] == [each["seq"] for each in urgent[1:]]
    await handover_steps.hand_to_sign(scene.team.alice)
    for number in range(3):
        await scene.one("note.add", {"text": f"{number}", "category": "decision"}, who=bob)
    told = await section(scene)
    assert (told["since"]["significant"], told["after"]["significant"]) == (since["significant"], 2)


async def test_search_with_more_news_than_is_read_counts_as_unread(
    scene: SearchScenario, monkeypatch: pytest.MonkeyPatch
) -> None:
    ada, search = scene.team.ada, scene.search
    number = await handover_steps.hand_to_sign(scene.team.alice)
    await scene.one("handover.read", {"handover": number, "seq": (await ada.snapshot(search))["seq"]}, who=ada)
    for _ in range(2):
        await scene.sighting(priority="low")
    assert not (await section(scene, ada))["reader"]["unread"], "nothing of it is important"
    monkeypatch.setattr(significant_events, "MAX_READ", 2)
    assert (await section(scene, ada))["reader"]["unread"], "an important event may be among the older ones"


async def test_new_events_count_from_the_last_seen_else_from_the_shift(scene: SearchScenario) -> None:
    charlie = scene.team.charlie
    await handover_steps.take_shift(scene.team.ada)
    began = (await charlie.snapshot(scene.search))["seq"]
    urgent = await scene.sighting(priority="urgent")
    await scene.sighting(priority="low")
    await scene.one("note.add", {"text": "a comment"})
    decided = await scene.one("note.add", {"text": "a decision", "category": "decision"})
    told = await section(scene, charlie)
    since = told["since"]
    assert (since["seq"], since["from"], since["events"]) == (began, "shift", 5), "with the alarm about the urgent one"
    assert told["reader"] == since | {"unread": False}
    assert [(each["seq"], each["type"], each.get("number")) for each in since["significant"]] == [
        (urgent["seq"], "sighting.added", urgent["state"]["number"]), (decided["seq"], "note.added", None),
    ]  # fmt: skip
    await see(charlie, scene.search, urgent["seq"])
    told = await section(scene, charlie)
    reader = told["reader"]
    assert (reader["seq"], reader["from"], reader["events"]) == (urgent["seq"], "seen", 4)
    assert [each["seq"] for each in reader["significant"]] == [decided["seq"]]
    assert told["since"] == since, "which is the same for everybody"
    await see(charlie, scene.search, decided["seq"])
    told = await section(scene, charlie)
    assert (told["reader"]["events"], told["reader"]["significant"], told["since"]) == (0, [], since)


async def see(who: Person, board: str, seq: int) -> None:
    """Move a person's read position on a board."""
    seen = {"board": board, "epoch": (await who.snapshot(board))["epoch"], "seq": seq}
    assert (await who.http.post("/api/v1/seen", json=seen)).status_code == 200


async def test_a_signed_report_is_the_same_for_all_who_see_the_same_searches(scene: SearchScenario) -> None:
    alice, ada, dora = scene.team.alice, scene.team.ada, await scene.team.add_person("Dora", "coordinator")
    await scene.sighting(priority="urgent")
    decided = await scene.one("note.add", {"text": "a decision", "category": "decision"})
    await scene.sighting()
    await see(ada, scene.search, decided["seq"])
    await see(dora, scene.search, 1)
    number = await handover_steps.hand_to_sign(alice)
    await ada.command(scene.search, "handover.read", {"handover": number, "seq": decided["seq"]})

    async def papers(who: Person, path: str) -> tuple[bytes, str, list[Any]]:
        """The report but for what is the reader's; the same on paper but for who printed it; and what is the reader's."""
        told = await read_report(who, path)
        own = [each.pop("reader") for each in told["searches"]]
        markdown = (await who.http.get(f"/{path}.md")).text
        return orjson.dumps(told), markdown.split("Printed by")[0], own

    for path in ("handover", f"handovers/{number}"):
        one, other = await papers(ada, path), await papers(dora, path)
        assert one[:2] == other[:2]
        assert one[2] != other[2]
        assert (await read_report(ada, path))["handover"]["digest"] == (await read_report(dora, path))["handover"]["digest"]
    await dora.command(OPERATIONS, "handover.accept", {"handover": number, "restatement": "all", "reason": "she has to go"})
    one, other = await papers(ada, f"handovers/{number}"), await papers(dora, f"handovers/{number}")
    assert one[:2] == other[:2]


# -- the signed report ----------------------------------------------------------------------------------------------------


def fixed(told: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the parts of a report that must stay: without later events and what is due by the clock."""
    moving = ("after", "reads", "restatements", "reader")
    return [{name: value for name, value in each.items() if name not in moving} for each in told["searches"]]


@pytest.mark.parametrize("seed", range(3))
async def test_signed_report_stays_whatever_happens_later(scene: SearchScenario, seed: int) -> None:
    alice, random = scene.team.alice, Random(seed)
    people = [scene.team.alice.account["id"], scene.team.bob.account["id"]]
    screen = await alice.subscribe(scene.search)

    async def work(count: int) -> None:
        for _ in range(count):
            name, data = random_commands.random_command(random, screen, people)
            frame = {"type": "command", "id": new_id(), "board": scene.search, "name": name, "data": data}
            if (answer := await alice.start_command(frame)).get("seqs"):
                await alice.wait_for_seq(scene.search, answer["seqs"][-1])

    await work(60)
    await alice.command(scene.search, "search.set_status", {"status": "open", "reason": "whatever it was"})
    number = await handover_steps.prepare_handover(alice)
    await alice.command(OPERATIONS, "handover.write", {"handover": number, "remarks": "as it was"})
    pinned = [*sorted(screen.of_kind("note"))[:1], *sorted(screen.of_kind("sighting"))[:1]]
    await alice.command(scene.search, "handover.write", {"handover": number, "assessment": "as it was", "pinned": pinned})
    await handover_steps.sign_handover(alice, number)
    signed = await read_report(alice)
    await work(60)
    later = await read_report(alice)
    assert fixed(later) == fixed(signed)
    assert later["shift"] == signed["shift"]
    assert [each["after"]["seq"] for each in later["searches"] if each["board"] == scene.search] == [screen.seq]
    await handover_steps.hand_to_sign(scene.team.ada)
    again = await read_report(alice, f"handovers/{number}")
    assert (fixed(again), again["composed_at"]) == (fixed(signed), signed["composed_at"])
    assert again["handover"]["status"] == "withdrawn"


async def test_now_and_as_it_was_signed_are_composed_alike(scene: SearchScenario) -> None:
    sighting = await scene.sighting()
    await scene.task(due="2026-01-01T00:00:00Z")
    number = await handover_steps.prepare_handover(scene.team.alice)
    await scene.one("handover.write", {"handover": number, "pinned": [sighting["id"]]})
    live = await read_report(scene.team.alice)
    await handover_steps.sign_handover(scene.team.alice, number)
    assert fixed(await read_report(scene.team.alice)) == fixed(live)


ENDS = {"accept": {"restatement": "one search", "reason": "she has to go"}, "refuse": {"reason": "no"}, "withdraw": {}}


@pytest.mark.parametrize("ends", ENDS)
async def test_the_report_is_live_again_once_a_handover_has_ended(scene: SearchScenario, ends: str) -> None:
    alice, ada = scene.team.alice, scene.team.ada
    await handover_steps.hand_over(ada, alice)
    number = await handover_steps.hand_to_sign(alice)
    await ada.command(scene.search, "handover.read", {"handover": number, "seq": 1})
    signed = await read_report(alice)
    await scene.sighting(description="seen while it was signed")
    still = await read_report(alice)
    assert (still["live"], fixed(still)) == (False, fixed(signed))
    await ada.command(OPERATIONS, f"handover.{ends}", {"handover": number} | ENDS[ends])
    await scene.sighting(description="seen since")
    told, head = await read_report(alice), await alice.snapshot(scene.search)
    (now,) = [each for each in told["searches"] if each["board"] == scene.search]
    assert titles(now["ungraded"]) == ["seen while it was signed", "seen since"]
    assert (told["live"], now["seq"], now["after"]["events"], now["reads"]) == (True, head["seq"], 0, {})
    assert told["shift"] == await handover_steps.state(alice, "shift")
    assert (told["handover"]["number"], told["composed_at"] > signed["composed_at"]) == (number, True)
    again = await read_report(alice, f"handovers/{number}")
    assert (again["live"], fixed(again), again["composed_at"]) == (False, fixed(signed), signed["composed_at"])
    paper, kept = [(await alice.http.get(f"{of}.md")).text for of in ("/handover", f"/handovers/{number}")]
    none = "No handover in progress."
    assert (none in paper, "seen since" in paper, f"Handover {number}" in paper) == (True, True, False)
    assert (none in kept, "seen since" in kept, f"Handover {number}" in kept) == (False, False, True)
    assert "Not signed" not in paper


async def test_handovers_are_listed_newest_first(scene: SearchScenario) -> None:
    alice, ada = scene.team.alice, scene.team.ada
    signed = await handover_steps.hand_to_sign(alice)
    await ada.command(OPERATIONS, "handover.refuse", {"handover": signed, "reason": "not like this"})
    never = await handover_steps.prepare_handover(alice)
    found = (await alice.http.get("/api/v1/handovers")).json()
    first, second, *_ = found["handovers"]
    assert [(each["number"], each["status"]) for each in (first, second)] == [(never, "prepared"), (signed, "refused")]
    assert (second["prepared_by"], second["ended_by"]) == (alice.account["id"], ada.account["id"])
    assert second["prepared_at"] < second["signed_at"] < second["ended_at"]
    assert found["people"][ada.account["id"]] == "Ada"
    assert "reason" not in second
    before = (await alice.http.get("/api/v1/handovers", params={"before": never})).json()["handovers"]
    assert before[0]["number"] == signed
    for path in (f"handovers/{never}", "handovers/0", "handovers/x", f"handovers/{signed}?board={UNKNOWN_ID}"):
        assert (await alice.http.get(f"/api/v1/{path}")).status_code == 404, path
    assert (await alice.http.get("/api/v1/handovers?before=x")).status_code == 422


async def test_an_open_handover_goes_on_after_a_restore(tmp_path: Path) -> None:
    async with running_server(tmp_path) as server:
        tokens = [await create_token(server.service, name, "coordinator") for name in ("Alice", "Ada")]
        alice = await connect_person(server, tokens[0])
        search = await alice.open_search()
        number = await handover_steps.hand_to_sign(alice)
        signed = await read_report(alice)
        await alice.close()
    database = Database(f"sqlite:///{tmp_path}/board.db")
    database.write_now(transfer.reset_epochs)
    await database.close()
    async with running_server(tmp_path) as server:
        ada = await connect_person(server, tokens[1])
        told = await read_report(ada)
        assert fixed(told) == fixed(signed)
        snapshot = await ada.snapshot(search)
        assert told["searches"][0]["epoch"] != snapshot["epoch"]
        await ada.command(search, "handover.read", {"handover": number, "seq": snapshot["seq"]})
        await ada.command(OPERATIONS, "handover.accept", {"handover": number, "restatement": "one search"})
        assert (await handover_steps.state(ada, "shift"))["holder"] == ada.account["id"]
        await ada.close()
