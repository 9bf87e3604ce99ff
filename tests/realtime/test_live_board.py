"""Live board: everybody sees what one person does, once, in order, and the same."""

import pytest

from board.accounts import accounts, live_changes
from tests.support.people import Person, Refusal


async def test_bob_sees_at_once_what_alice_does(alice: Person, bob: Person) -> None:
    search = await alice.open_search()
    screen = await bob.follow(search)
    ack = await alice.do(search, "sighting.add", {"description": "Girl with a yellow rucksack"})
    await bob.up_to(search, ack["seqs"][-1])
    assert [each["description"] for each in screen.of("sighting").values()] == ["Girl with a yellow rucksack"]
    assert screen.events[-1]["actor"]["name"] == "Alice"
    assert screen.entities == (await bob.snapshot(search))["entities"]


async def test_the_sender_gets_the_event_too(alice: Person) -> None:
    search = await alice.open_search()
    screen = await alice.follow(search)
    ack = await alice.do(search, "note.add", {"text": "The aunt was called"})
    await alice.up_to(search, ack["seqs"][-1])
    assert screen.of("note")


async def test_a_search_has_five_columns_and_its_first_tasks(alice: Person) -> None:
    search = await alice.open_search()
    screen = await alice.follow(search)
    columns = sorted(screen.of("column").values(), key=lambda column: column["rank"])
    assert [column["role"] for column in columns] == ["inbox", "todo", "doing", "waiting", "done"]
    assert len(screen.of("task")) > 3


async def test_the_same_command_sent_again_gets_the_first_ack(alice: Person) -> None:
    search = await alice.open_search()
    first = await alice.do(search, "note.add", {"text": "once"}, id="same")
    again = await alice.do(search, "note.add", {"text": "another text"}, id="same")
    assert again == first
    over_http = await alice.http.post(f"/api/v1/boards/{search}/commands", json={"id": "same", "name": "note.add", "data": {}})
    assert over_http.json() == {"id": "same", "board": search, "seqs": first["seqs"]}
    assert len((await alice.follow(search)).of("note")) == 1


async def test_refused_command_is_evaluated_again_when_resent(alice: Person) -> None:
    search = await alice.open_search()
    with pytest.raises(Refusal, match="invalid"):
        await alice.do(search, "note.add", {"text": ""}, id="again")
    assert (await alice.do(search, "note.add", {"text": "now"}, id="again"))["seqs"]


async def test_edits_of_different_fields_both_succeed_and_of_one_conflict(alice: Person, bob: Person) -> None:
    search = await alice.open_search()
    screen = await alice.follow(search)
    seq = (await alice.do(search, "sighting.add", {"description": "a girl"}))["seqs"][-1]
    await alice.up_to(search, seq)
    (sighting,) = screen.of("sighting")
    await alice.do(search, "sighting.update", {"sighting": sighting, "description": "a girl, alone"}, base=seq)
    await bob.do(search, "sighting.update", {"sighting": sighting, "direction": "north"}, base=seq)
    with pytest.raises(Refusal, match="conflict") as refused:
        await bob.do(search, "sighting.update", {"sighting": sighting, "description": "a boy"}, base=seq)
    assert list(refused.value.fields) == ["description"]
    assert refused.value.body["current"]["description"] == "a girl, alone"
    # the same value is no conflict, and changes nothing
    assert (await bob.do(search, "sighting.update", {"sighting": sighting, "description": "a girl, alone"}, base=seq))[
        "seqs"
    ] == []
    # without a base the last one wins
    assert (await bob.do(search, "sighting.update", {"sighting": sighting, "description": "a boy"}))["seqs"]


async def test_a_reader_goes_on_from_its_position(alice: Person, bob: Person) -> None:
    search = await alice.open_search()
    screen = await bob.follow(search)
    await bob.ask({"type": "unsubscribe", "board": search}, type="unsubscribed")
    for number in range(5):
        await alice.do(search, "note.add", {"text": f"note {number}"})
    seen = len(bob.heard)
    await bob.say({"type": "subscribe", "board": search, "epoch": screen.epoch, "after": screen.seq})
    await bob.until(lambda: any(frame["type"] == "subscribed" for frame in bob.heard[seen:]))
    assert not any(frame["type"] == "snapshot" for frame in bob.heard[seen:])


@pytest.mark.parametrize("position", [("other", 3), (None, 10_000)])
async def test_a_position_that_cannot_be_continued_gets_a_snapshot(
    bob: Person, alice: Person, position: tuple[str | None, int]
) -> None:
    search = await alice.open_search()
    epoch = (await bob.snapshot(search))["epoch"]
    await bob.ask({"type": "subscribe", "board": search, "epoch": position[0] or epoch, "after": position[1]}, type="snapshot")


async def test_open_socket_gets_the_changed_role(alice: Person, bob: Person) -> None:
    email = (await bob.http.get("/api/v1/me")).json()["email"]
    await live_changes.apply_change(bob.server.desk, lambda database: accounts.set_role(database, email, "viewer"))
    told = await bob.until(lambda: [frame for frame in bob.heard if frame["type"] == "account"])
    assert [frame["account"]["role"] for frame in told] == ["viewer"]
    with pytest.raises(Refusal, match="forbidden"):
        await bob.do("operations", "note.add", {"text": "still here"})
    assert not [frame for frame in alice.heard if frame["type"] == "account"]


async def test_a_reading_proves_a_screen_at_once(alice: Person) -> None:
    search = await alice.open_search()
    screen = await alice.follow(search)
    heads = await alice.until(lambda: [frame for frame in alice.heard if frame["type"] == "heads"])
    assert heads[0]["heads"][search] == {"epoch": screen.epoch, "seq": screen.seq}


async def test_heads_come_from_the_database(alice: Person) -> None:
    search = await alice.open_search()
    await alice.follow(search)
    ack = await alice.do(search, "note.add", {"text": "x"})
    heads = await alice.until(
        lambda: [f for f in alice.heard if f["type"] == "heads" and f["heads"].get(search, {}).get("seq") == ack["seqs"][0]]
    )
    assert heads[0]["heads"][search]["epoch"] == alice.screens[search].epoch
