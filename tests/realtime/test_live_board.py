"""Live board: everybody sees what one person does, once, in order, and the same."""

import pytest

from board.accounts import accounts, live_changes
from board.client import Refusal
from tests.support.people import Person


async def test_bob_sees_at_once_what_alice_does(alice: Person, bob: Person) -> None:
    search = await alice.open_search()
    screen = await bob.subscribe(search)
    ack = await alice.command(search, "sighting.add", {"description": "Girl with a yellow rucksack"})
    await bob.wait_for_seq(search, ack["seqs"][-1])
    assert [each["description"] for each in screen.of_kind("sighting").values()] == ["Girl with a yellow rucksack"]
    assert screen.events[-1]["actor"]["name"] == "Alice"
    assert screen.entities == (await bob.snapshot(search))["entities"]


async def test_the_sender_gets_the_event_too(alice: Person) -> None:
    search = await alice.open_search()
    screen = await alice.subscribe(search)
    ack = await alice.command(search, "note.add", {"text": "The aunt was called"})
    await alice.wait_for_seq(search, ack["seqs"][-1])
    assert screen.of_kind("note")


async def test_a_search_has_five_columns_and_its_first_tasks(alice: Person) -> None:
    search = await alice.open_search()
    screen = await alice.subscribe(search)
    columns = sorted(screen.of_kind("column").values(), key=lambda column: column["rank"])
    assert [column["role"] for column in columns] == ["inbox", "todo", "doing", "waiting", "done"]
    assert len(screen.of_kind("task")) > 3


async def test_the_same_command_sent_again_gets_the_first_ack(alice: Person) -> None:
    search = await alice.open_search()
    first = await alice.command(search, "note.add", {"text": "once"}, id="same")
    again = await alice.command(search, "note.add", {"text": "another text"}, id="same")
    assert again == first
    over_http = await alice.http.post(f"/api/v1/boards/{search}/commands", json={"id": "same", "name": "note.add", "data": {}})
    assert over_http.json() == {"id": "same", "board": search, "seqs": first["seqs"]}
    assert len((await alice.subscribe(search)).of_kind("note")) == 1


async def test_refused_command_is_evaluated_again_when_resent(alice: Person) -> None:
    search = await alice.open_search()
    with pytest.raises(Refusal, match="invalid"):
        await alice.command(search, "note.add", {"text": ""}, id="again")
    assert (await alice.command(search, "note.add", {"text": "now"}, id="again"))["seqs"]


async def test_edits_of_different_fields_both_succeed_and_of_one_conflict(alice: Person, bob: Person) -> None:
    search = await alice.open_search()
    screen = await alice.subscribe(search)
    seq = (await alice.command(search, "sighting.add", {"description": "a girl"}))["seqs"][-1]
    await alice.wait_for_seq(search, seq)
    (sighting,) = screen.of_kind("sighting")
    await alice.command(search, "sighting.update", {"sighting": sighting, "description": "a girl, alone"}, base=seq)
    await bob.command(search, "sighting.update", {"sighting": sighting, "direction": "north"}, base=seq)
    with pytest.raises(Refusal, match="conflict") as refused:
        await bob.command(search, "sighting.update", {"sighting": sighting, "description": "a boy"}, base=seq)
    assert list(refused.value.fields) == ["description"]
    assert refused.value.body["current"]["description"] == "a girl, alone"
    # the same value is no conflict, and changes nothing
    assert (await bob.command(search, "sighting.update", {"sighting": sighting, "description": "a girl, alone"}, base=seq))[
        "seqs"
    ] == []
    # without a base the last one wins
    assert (await bob.command(search, "sighting.update", {"sighting": sighting, "description": "a boy"}))["seqs"]


async def test_a_reader_goes_on_from_its_position(alice: Person, bob: Person) -> None:
    search = await alice.open_search()
    screen = await bob.subscribe(search)
    await bob.request({"type": "unsubscribe", "board": search}, type="unsubscribed")
    for number in range(5):
        await alice.command(search, "note.add", {"text": f"note {number}"})
    seen = len(bob.frames)
    await bob.send({"type": "subscribe", "board": search, "epoch": screen.epoch, "after": screen.seq})
    await bob.wait_until(lambda: any(frame["type"] == "subscribed" for frame in bob.frames[seen:]))
    assert not any(frame["type"] == "snapshot" for frame in bob.frames[seen:])


@pytest.mark.parametrize("position", [("other", 3), (None, 10_000)])
async def test_a_position_that_cannot_be_continued_gets_a_snapshot(
    bob: Person, alice: Person, position: tuple[str | None, int]
) -> None:
    search = await alice.open_search()
    epoch = (await bob.snapshot(search))["epoch"]
    await bob.request(
        {"type": "subscribe", "board": search, "epoch": position[0] or epoch, "after": position[1]}, type="snapshot"
    )


async def test_open_socket_gets_the_changed_role(alice: Person, bob: Person) -> None:
    email = (await bob.http.get("/api/v1/me")).json()["email"]
    await live_changes.apply_change(bob.server.service, lambda database: accounts.set_role(database, email, "viewer"))
    told = await bob.wait_until(lambda: [frame for frame in bob.frames if frame["type"] == "account"])
    assert [frame["account"]["role"] for frame in told] == ["viewer"]
    with pytest.raises(Refusal, match="forbidden"):
        await bob.command("operations", "note.add", {"text": "still here"})
    assert not [frame for frame in alice.frames if frame["type"] == "account"]


async def test_a_reading_proves_a_screen_at_once(alice: Person) -> None:
    search = await alice.open_search()
    screen = await alice.subscribe(search)
    heads = await alice.wait_until(lambda: [frame for frame in alice.frames if frame["type"] == "heads"])
    assert heads[0]["heads"][search] == {"epoch": screen.epoch, "seq": screen.seq}


async def test_heads_come_from_the_database(alice: Person) -> None:
    search = await alice.open_search()
    await alice.subscribe(search)
    ack = await alice.command(search, "note.add", {"text": "x"})
    heads = await alice.wait_until(
        lambda: [f for f in alice.frames if f["type"] == "heads" and f["heads"].get(search, {}).get("seq") == ack["seqs"][0]]
    )
    assert heads[0]["heads"][search]["epoch"] == alice.boards[search].epoch
