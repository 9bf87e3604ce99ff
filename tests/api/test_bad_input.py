"""Bad input: every message is answered in a sentence; nothing is half done; the socket and the server live on."""

import asyncio
import json
import math
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlmodel import select
from websockets.asyncio.client import connect

from board.commands.registry import TABLE
from board.engine import kinds
from board.telemetry import metrics
from models.board import AUDIT, Board
from tests.api.test_rights import TRIES, board_of, filled, prepare, scene
from tests.support import handover_steps
from tests.support.people import PATIENCE_S, Person, connect_person, create_token, new_id, running_server
from tests.support.team import Team

FUZZ = settings(
    max_examples=40, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much]
)
NOBODY = "01900000-0000-7000-8000-000000000000"

TEXTS = st.one_of(
    st.text(st.characters(), max_size=20),  # lone surrogates and U+0000 among them
    st.sampled_from(["", " ", "\x00", "a\x00b", "\ud800", "\udfff x", "x" * 5_000, "2026-13-40T99:00:00Z", "__proto__", "💥"]),
)
NUMBERS = st.one_of(
    st.integers(),
    st.floats(),  # NaN and the infinities among them
    st.sampled_from([2**53, 2**53 + 1, -(2**53) - 1, 10**400, 0, -1, 1.5, 1e308, -0.0]),
)
RUBBISH = st.recursive(
    st.one_of(st.none(), st.booleans(), NUMBERS, TEXTS),
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(TEXTS, inner, max_size=4)),
    max_leaves=12,
)


def failures() -> float:
    """Return how many commands failed by an internal error so far."""
    return sum(sample.value for each in metrics.commands.collect() for sample in each.samples if _is_failure(sample))


def _is_failure(sample: Any) -> bool:
    return sample.name.endswith("_total") and sample.labels["outcome"] in ("failed", "unavailable")


async def heads(team: Team) -> dict[str, int]:
    """Return the position of every board except the audit journal, which records refusals."""
    rows = await team.server.service.database.read(lambda session: session.exec(select(Board.id, Board.seq)).all())
    return {id: seq for id, seq in rows if id != AUDIT}


UNASKED = ("heads", "events", "presence", "summary", "shift")


class Guest(Person):
    """Client without a replica that sends any frame and returns every answer."""

    pings = 0

    def _handle(self, frame: dict[str, Any]) -> None:
        self.frames.append(frame)
        if frame["type"] == "hello":
            self.account = frame["account"]
        elif (waiting := self._answers.pop(str(frame.get("id")), None)) is not None:
            waiting.set_result(frame)

    async def hears(self, frame: str | bytes) -> list[dict[str, Any]]:
        """Return the answers to a frame; a ping after it shows that the socket lives."""
        self.pings += 1
        since, alive = len(self.frames), {"type": "pong", "id": f"alive {self.pings}"}
        await self.send(frame)
        await self.send(json.dumps(alive | {"type": "ping"}))
        await self.wait_until(lambda: alive in self.frames[since:])

        def answers() -> list[dict[str, Any]]:
            return [each for each in self.frames[since:] if each != alive and each["type"] not in UNASKED]

        return list(await self.wait_until(answers))  # a command is answered when it is done, which may be after the pong


@pytest.fixture(scope="module")
async def guest(team: Team) -> AsyncIterator[Guest]:
    """Guest with Alice's rights, so that every command is allowed that can be."""
    service = team.server.service
    service.shares = service.shares.model_copy(update={"searches": 10_000})  # Alice opens one for each command and example
    headers = {"Authorization": f"Bearer {team.alice.token}"}
    guest = Guest(team.server, team.alice.token, await connect(team.server.ws, additional_headers=headers))
    await guest.wait_until(lambda: guest.account)
    yield guest
    await guest.close()


# -- frames ---------------------------------------------------------------------------------------------------------------


@FUZZ
@given(
    frame=st.fixed_dictionaries(
        {},
        optional={
            "type": st.one_of(st.sampled_from(["command", "subscribe", "unsubscribe", "presence", "ping", "hello"]), RUBBISH),
            "id": st.one_of(st.sampled_from(["a-1", "b_2"]), RUBBISH),
            "board": st.one_of(st.sampled_from(["operations", NOBODY]), RUBBISH),
            "name": st.one_of(st.sampled_from(["card.move", "search.open"]), RUBBISH),
            "data": RUBBISH,
            "base": RUBBISH,
            "epoch": RUBBISH,
            "after": RUBBISH,
            "card": RUBBISH,
            "editing": RUBBISH,
        },
    )
)
async def test_any_envelope_is_answered_once_and_the_socket_lives(team: Team, guest: Guest, frame: dict[str, Any]) -> None:
    before, failed = await heads(team), failures()
    answers = await guest.hears(json.dumps(frame))
    assert answers[0]["type"] in ("error", "refused", "unsubscribed", "pong", "snapshot", "subscribed"), answers
    for answer in answers:
        if answer["type"] in ("error", "refused"):
            assert answer["code"] in ("invalid", "not_found", "unknown_command")
            assert answer["message"].endswith(".")
    assert await heads(team) == before
    assert failures() == failed


@FUZZ
@given(text=st.one_of(TEXTS.map(lambda text: text.encode("utf-8", "replace").decode()), RUBBISH.map(json.dumps)))
async def test_body_that_is_no_object_is_an_error(guest: Guest, text: str) -> None:
    if not text.startswith("{"):
        (answer,) = await guest.hears(text)
        assert (answer["type"], answer["code"]) == ("error", "invalid")


DEEP = "[" * 40 + "]" * 40
STRICT = {
    "NaN": "NaN",
    "infinity": "-Infinity",
    "a lone surrogate": r'"\ud800"',
    "a lone surrogate in a key": r'{"\udc00":1}',
    "U+0000": r'"a\u0000b"',
    "a key twice": '{"a":1,"a":1}',
    "too deep": DEEP,
    "far too deep": "[" * 20_000 + "]" * 20_000,
    "beyond 2^53": "9007199254740993",
    "below -2^53": "-9007199254740993",
    "a huge integer": "1" * 5_000,
    "a huge float": "1e999",
}


@pytest.mark.parametrize("fault", STRICT)
async def test_unsound_json_is_invalid_and_refused_if_it_is_a_command_with_an_id(team: Team, guest: Guest, fault: str) -> None:
    value, before = STRICT[fault], await heads(team)
    (answer,) = await guest.hears(f'{{"type":"ping","id":1,"more":{value}}}')
    assert (answer["type"], answer["code"]) == ("error", "invalid")
    said = '{"type":"command","id":"c-1","board":"operations","name":"note.add","data":{"text":"x","more":' + value + "}}"
    (answer,) = await guest.hears(said)
    if fault == "far too deep":  # not even its id can be read
        assert (answer["type"], answer["code"]) == ("error", "invalid")
    else:
        assert (answer["type"], answer["id"], answer["code"]) == ("refused", "c-1", "invalid")
    assert answer["message"].endswith(".")
    assert await heads(team) == before


async def test_barely_valid_json_is_accepted(guest: Guest) -> None:
    deepest = "[" * 30 + "]" * 30
    for value in (deepest, "9007199254740992", r'"\ud83d\ude00"', "1e308", '"}]{["'):
        (answer,) = await guest.hears('{"type":"ping","id":"sound","more":[' + value + "]}")
        assert answer == {"type": "pong", "id": "sound"}, value


@pytest.mark.parametrize("frame", [b"", b'{"type":"ping","id":1}', b"\xff\x00"])
async def test_binary_frames_are_an_error(guest: Guest, frame: bytes) -> None:
    (answer,) = await guest.hears(frame)
    assert (answer["type"], answer["code"]) == ("error", "invalid")


@pytest.mark.parametrize(
    "more",
    [
        {"id": ""}, {"id": "a b"}, {"id": "x" * 65}, {"id": "é"}, {"id": 5}, {"id": None}, {"id": "a\n"},
    ],
)  # fmt: skip
async def test_a_command_without_a_readable_id_is_an_error(guest: Guest, more: dict[str, Any]) -> None:
    frame = {"type": "command", "id": "a", "board": "operations", "name": "note.add", "data": {"text": "x"}} | more
    (answer,) = await guest.hears(json.dumps(frame))
    assert (answer["type"], answer["code"]) == ("error", "invalid")


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"board": 5}, "board"), ({"board": ""}, "board"), ({"name": None}, "name"), ({"name": ["note.add"]}, "name"),
        ({"data": None}, "data"), ({"data": []}, "data"), ({"base": "3"}, "base"), ({"base": 1.5}, "base"),
        ({"base": True}, "base"), ({"base": -1}, "base"), ({"base": 1_000_000}, "base"), ({"epoch": 5}, "epoch"),
    ],
)  # fmt: skip
async def test_a_command_that_is_odd_is_refused_by_field(guest: Guest, more: dict[str, Any], field: str) -> None:
    frame = {"type": "command", "id": "odd", "board": "operations", "name": "note.add", "data": {"text": "x"}} | more
    (answer,) = await guest.hears(json.dumps(frame))
    assert (answer["type"], answer["id"], answer["code"], [*answer["fields"]]) == ("refused", "odd", "invalid", [field])


@pytest.mark.parametrize(
    "frame",
    [
        {"type": "subscribe"},
        {"type": "subscribe", "board": None},
        {"type": "subscribe", "board": "x" * 65},
        {"type": "subscribe", "board": "operations", "after": 3},
        {"type": "subscribe", "board": "operations", "epoch": "e"},
        {"type": "subscribe", "board": "operations", "epoch": "e", "after": -1},
        {"type": "subscribe", "board": "operations", "epoch": "e", "after": "3"},
        {"type": "subscribe", "board": "operations", "epoch": 3, "after": 3},
        {"type": "unsubscribe"},
        {"type": "presence", "board": "operations", "card": 3},
        {"type": "presence", "board": "operations", "editing": "yes"},
        {"type": "presence", "board": "operations", "card": "x" * 65},
        {"type": "ping", "id": {}},
        {"type": "ping", "id": "x" * 65},
        {"type": "shout"},
        {"type": ["ping"]},
        {},
    ],
)
async def test_a_message_that_is_odd_is_an_error(guest: Guest, frame: dict[str, Any]) -> None:
    (answer,) = await guest.hears(json.dumps(frame))
    assert (answer["type"], answer["code"]) == ("error", "invalid")
    assert answer["message"].endswith(".")


async def test_a_frame_of_64_kib_is_read_and_one_byte_more_closes(team: Team) -> None:
    person = await team.open_socket(team.bob)
    frame = json.dumps({"type": "ping", "id": "big", "more": ""})
    await person.request(frame[:-2] + "x" * (65_536 - len(frame)) + frame[-2:], type="pong")
    await person.send(frame[:-2] + "x" * (65_537 - len(frame)) + frame[-2:])
    await person.wait_until(lambda: person.close_code)
    assert person.close_code == 1009


async def test_bytes_count_and_not_characters(team: Team) -> None:
    person = await team.open_socket(team.bob)
    await person.send(json.dumps({"type": "ping", "id": "big", "more": "é" * 33_000}, ensure_ascii=False))
    await person.wait_until(lambda: person.close_code)
    assert person.close_code == 1009


async def test_neither_compression_nor_a_subprotocol_is_negotiated(team: Team) -> None:
    headers = {"Authorization": f"Bearer {team.bob.token}"}
    async with connect(team.server.ws, additional_headers=headers, compression="deflate") as socket:
        assert socket.response is not None
        assert "Sec-WebSocket-Extensions" not in socket.response.headers
        assert socket.subprotocol is None


# -- data of commands -----------------------------------------------------------------------------------------------------


def declared_texts(kind: str) -> dict[str, Any]:
    """Return a text for each free text of a kind, so that a new field is tried with wrong values too."""
    written = kinds.named(kind).data.model_fields
    return {spec.path: "x" for spec in kinds.named(kind).fields if spec.prose and spec.path in written}


PERSON = {
    "first_name": "Noor", "last_name": None, "age": 11, "birth_date": "2015-03-27", "sex": "f", "description": "tall",
    "height_cm": 142, "build": "slim", "hair": "dark", "eyes": "grey", "features": "a scar", "clothing": "red",
    "needs": "an inhaler", "needs_until": "2026-11-24T15:10:00Z",
}  # fmt: skip
DETAILS = {
    "taking_parent": "An", "relation": "mother", "described_person": "tall", "vehicle_plate": "1-ABC-123", "vehicle_make": "Opel",
    "vehicle_colour": "red", "countries": ["France"], "papers": "with the mother", "hague": "yes", "central_authority": "no",
    "facility": "Petit-Château", "guardian": "Jo", "aliases": ["Sam"], "languages": ["Dari"], "destination": "Calais",
}  # fmt: skip
EARLIER = {"date": "2024-03-02", "days": 3, "place": "Gent", "reference": "2024-1", "search": None, "note": "by bus"}
SEARCH = {
    "details": DETAILS, "earlier": {"k1": EARLIER},
    "kind": "runaway", "person": PERSON, "missing_since": "2026-11-24T15:10:00Z", "reference": None,
    "last_seen": {"text": "Gent", "lat": 51.0, "lon": 3.7}, "criteria": {"under_13": {"answer": "yes", "basis": "mother"}},
    "lead": None,
}  # fmt: skip
SIGHTING = declared_texts("sighting") | {
    "description": "a girl", "seen_at": "2026-11-24T15:10:00Z", "received_at": "2026-11-24T15:10:00+01:00", "channel": "police",
    "source": {"kind": "named", "sealed": False}, "place": {"text": "Gent", "lat": 51, "lon": 3.7, "radius_m": 50},
    "direction": "north", "clothing": "red", "company": "alone", "priority": "urgent", "source_name": "Griet",
    "source_contact": "0470",
}  # fmt: skip
TASK = declared_texts("task") | {
    "title": "call", "instruction": "the school", "due": "2026-11-24T15:10:00Z", "priority": "low", "result": "nobody",
    "checklist": {"k1": {"text": "ring", "done": False, "rank": "a1"}}, "sighting": None,
    "place": {"text": "Gent", "lat": 51.05, "lon": 3.72, "radius_m": 50},
}  # fmt: skip
PLACE = declared_texts("place") | {
    "name": "park", "kind": "area", "location": {"text": "Gent", "lat": 51.05, "lon": 3.72, "radius_m": 50}, "priority": "low",
    "outline": [[51.05, 3.72], [51.06, 3.72], [51.06, 3.73]], "searched_by": "dogs", "searched_from": "2026-11-24T15:10:00Z",
    "searched_until": "2026-11-24T16:10:00Z", "certainty": "sure", "remarks": "nothing",
}  # fmt: skip
BELONGINGS = {
    "phone": "no", "phone_note": "off", "money": "yes", "money_note": "a card", "medication": "yes", "company": "friend",
    "company_note": "Yanis",
}  # fmt: skip
REPORT = declared_texts("report") | {
    "siblings": ["Lina, 6"],
    "person": PERSON, "details": DETAILS, "earlier": {"k1": EARLIER}, "belongings": BELONGINGS, "kind": "runaway",
    "missing_since": "2026-11-24T15:10:00Z", "last_seen": {"text": "Gent", "lat": 51.0, "lon": 3.7}, "police_told": "no",
    "criteria": {"under_13": {"answer": "yes", "basis": "mother"}}, "caller_role": "mother", "source_name": "Samira",
    "source_contact": "0470", "received_at": "2026-11-24T15:10:00+01:00",
}  # fmt: skip
CONTACT = {
    "name": "An", "role": "parent", "relation": "mother", "languages": ["Dari"], "next_call": "2026-11-24T15:10:00Z",
    "assignee": None, "phones": [{"number": "0470 12 34 56", "label": "mobile"}], "email": "an@example.org", "note": "nights",
}  # fmt: skip
DECIDED_BY = {
    "role": "magistrate", "name": "E. De Wolf", "at": "2026-11-24T15:10:00Z", "by_way": "call", "reference": "FP 7",
}  # fmt: skip
WHOLE: dict[str, dict[str, Any]] = TRIES | {
    "contact.add": CONTACT,
    "contact.update": CONTACT | {"contact": "{contact}"},
    "contact.log": {
        "contact": "{contact}",
        "result": "reached",
        "incoming": True,
        "text": "x",
        "happened_at": "2026-11-24T15:10:00Z",
        "next_call": "2026-11-24T16:10:00Z",
        "assignee": None,
    },
    "search.set_worrying": {"worrying": True, "basis": "the officer", "decided_by": DECIDED_BY},
    "report.add": REPORT,
    "report.update": REPORT | {"report": "{report}", "search": None},
    "report.open": {
        "report": "{report}",
        "kind": "undefined",
        "access": "desk",
        "members": [],
        "lead": None,
        "reference": None,
    },
    "search.open": SEARCH | {"access": "desk", "members": []},
    "search.update": SEARCH,
    "sighting.add": SIGHTING | {"column": None, "assignee": None},
    "sighting.update": SIGHTING | {"sighting": "{sighting}"},
    "sighting.grade": {"sighting": "{sighting}", "grade": {"source": "B", "content": 2}, "reason": "asked"},
    "sighting.assess": {"sighting": "{sighting}", "assessment": "credible", "reason": "x", "duplicate_of": None},
    "task.add": TASK | {"column": None, "assignee": None},
    "task.update": TASK | {"task": "{task}"},
    "place.add": PLACE | {"column": None, "assignee": None},
    "place.update": PLACE | {"place": "{place}"},
    "card.move": {"card": "{sighting}", "column": "{done}", "before": "{task}", "after": None},
    "note.add": {
        "text": "x",
        "category": "contact",
        "card": None,
        "happened_at": "2026-11-24T15:10:00Z",
        "corrects": None,
        "please_answer": True,
    },
}
WRONG: list[Any] = [
    None, True, False, 0, 1, -1, 7, 131, 1.0, 1.5, 2**53, -1e308, 1e-320, "", " ", "\t\n", "x", "x" * 4_001, "\x01", "💥" * 200,
    "0001-01-01T00:00:00Z", "0999-12-31T00:00:00Z", "9999-12-31T23:59:59-14:00", "0001-01-01T00:00:00+14:00", "2026-02-30",
    "2026-11-24", "2026-11-24T22:01:02", "0000-01-01", "operations", NOBODY, [], [None], [NOBODY], ["x"] * 501, {}, {"x": 1},
    {"": {}}, {"text": None}, {"lat": 1}, {"k2": {"text": "x"}}, {"k2": None}, {"k1": {"done": 1}}, {"K!": {"text": "x"}},
    {f"i{number}": {"text": "x"} for number in range(51)}, {"k1": {"text": "x" * 201}}, {"answer": "yes"}, {"source": "A"},
]  # fmt: skip


MORE = {
    "undo": ("conflict",),
    "alarm.take": ("conflict",),
    "alarm.extend": ("conflict",),
    "alarm.give_back": ("conflict",),
    "alarm.hand_on": ("conflict", "forbidden"),  # it has ended meanwhile
} | dict.fromkeys(handover_steps.COMMANDS, ("conflict", "forbidden"))  # needs another person
# `conflict` after it was placed, dismissed, answered or decided
REPORTS = ("report.update", "report.ask", "report.open", "report.join", "report.close")
TIPS = ("tip.update", "tip.assign", "tip.place", "tip.dismiss", "tip.restore", "wake.answer")
FILES = ("file.attach", "file.update", "file.withdraw", "file.propose_removal")  # `conflict` after it was attached or withdrawn
MORE |= dict.fromkeys((*TIPS, *REPORTS, *FILES, "duty.extend"), ("conflict",)) | {
    "file.confirm_removal": ("conflict", "forbidden")
}


def variants(data: Any) -> list[tuple[str, Any]]:
    """The data with each field, at any depth, set to each wrong value or given under an unknown name; with its path."""
    found: list[tuple[str, Any]] = []
    for name, value in data.items():
        found += [(name, data | {name: wrong}) for wrong in WRONG]
        if isinstance(value, dict):
            found += [(f"{name}.{path}", data | {name: inner}) for path, inner in variants(value)]
    return [*found, ("unknown", data | {"unknown": 1}), ("unknown", data | {"unknown": None})]


SAMPLE = 13  # every so many variants are tried by default: each field with three or four values, each with others
EVERY = [pytest.param(SAMPLE, id="sample"), pytest.param(1, id="all", marks=pytest.mark.slow)]


def test_sample_tries_each_field_with_other_values() -> None:
    assert math.gcd(SAMPLE, len(WRONG)) == 1, "or each field would get the same values"
    fields = {path for path, _ in variants(SEARCH) if not path.endswith("unknown")}
    assert {path for path, _ in variants(SEARCH)[::SAMPLE]} >= fields


def known_path(path: str, names: set[str]) -> bool:
    """Return whether each part of a path is the name of a field, the key of an item, an index or the id of a board."""
    return all(part in names or part.isdecimal() or part in ("data", "unknown") or len(part) == 36 for part in path.split("."))


FIELD_NAMES = {
    *SEARCH, *PERSON, *DETAILS, *EARLIER, *SIGHTING, *TASK, *TABLE["place.add"].data.model_fields,
    *REPORT, *BELONGINGS, "report", *CONTACT, *DECIDED_BY, "contact", "result", "conditions", "no_photo",
    "label", "decision", "why", "where", "with_whom", "helped", "would_help", "offered",
    "text", "lat", "lon", "radius_m", "kind", "sealed", "answer", "basis", "k1", "k2", "x",
    "", "K!", "done", "rank", "access", "members", "column", "assignee", "task", "sighting", "grade", "content", "source",
    "reason", "assessment", "duplicate_of", "card", "before", "after", "category", "happened_at", "corrects", "status",
    "outcome", "found_at", "place", "condition", "how", "confirmed_by", "family_told", "police_told", "base", "under_13",
    "to", "reference", "tip", "search", "placed", "dismissed", "what", "languages", "shows", "texts", "fr", "nl", "de", "en",
    "decided_by", "material", "recipients", "recipient", "way", "language", "copies", "distribution", "distributions", "note",
    "disability", "medication", "danger_to_life", "third_party", "danger_to_others", "out_of_character",
    "worrying", "level", "from", "until", "title", "role", "seq", "handover", "positions", "restatement", "remarks", "incoming",
    "faults", "shift", "searches", "account", "alarm", "wake", "please_answer", "taken_by",
    "upload", "file", "caption", "taken_at", "withdrawn", "removal", "removed",
    "ended_at", "correct", "at", "[key]", "acknowledge", "groups", "unchanged_days", "entity", "keep", "entries",
    "remove", "id", "uid", "starts_at", "ends_at",
    *(f"i{number}" for number in range(51)),
}  # fmt: skip


@pytest.mark.sample(every=4)
@pytest.mark.parametrize("every", EVERY)
@pytest.mark.parametrize("name", WHOLE)
async def test_each_field_with_each_wrong_value_is_taken_or_refused_in_sentences(
    team: Team, guest: Guest, name: str, every: int
) -> None:
    search, names = await scene(team)
    await prepare(name, team, search, names)
    if name in ("alarm.extend", "alarm.give_back"):
        await team.alice.command(search, "alarm.take", {"alarm": names["alarm"]})
    board, failed = board_of(name, search), failures()
    if name in handover_steps.COMMANDS:
        names |= await handover_steps.prepare_for(name, team.alice, team.ada, search)
    for path, data in variants(WHOLE[name])[::every]:
        frame = {"type": "command", "id": new_id(), "board": board, "name": name, "data": filled(data, names)}
        answer = await guest.start_command(frame)
        if answer["type"] == "ack":
            assert answer["board"] == board
            if name == "search.set_status":  # the search may be closed now
                await team.alice.command(board, name, {"status": "open", "reason": "again"})
            if name == "alarm.give_back":
                await team.alice.command(board, "alarm.take", {"alarm": names["alarm"]})
            continue
        if name == "undo" and answer["code"] == "conflict":  # the seq of another event, whose fields have changed since
            assert answer["current"], (path, answer)
            continue
        late = ("conflict",) if name in (*handover_steps.COMMANDS, *TIPS, *REPORTS, *FILES) else ()
        assert answer["code"] in ("invalid", "not_found", *late), (path, data, answer)
        assert answer["fields"], (path, answer)
        for field, sentence in answer["fields"].items():
            assert known_path(field, FIELD_NAMES), (path, answer)
            assert sentence.endswith((".", "?")), (field, sentence)
            assert "Input should" not in sentence, (field, sentence)
    assert failures() == failed
    whole = (await team.alice.snapshot(search))["entities"]
    other = await team.open_socket(team.bob)
    assert (await other.subscribe(search)).entities == whole
    await other.close()


@pytest.mark.sample(every=4)
@pytest.mark.parametrize("name", WHOLE)
@settings(FUZZ, max_examples=5)
@given(rubbish=st.dictionaries(st.one_of(st.sampled_from(sorted(FIELD_NAMES)), TEXTS), RUBBISH, max_size=3))
async def test_rubbish_in_data_changes_nothing_unless_it_is_acknowledged(
    team: Team, guest: Guest, name: str, rubbish: dict[str, Any]
) -> None:
    search = await _one_search(team)
    failed, before = failures(), await heads(team)
    board = board_of(name, search[0])
    data = filled(WHOLE[name], search[1]) | rubbish
    frame = {"type": "command", "id": new_id(), "board": board, "name": name, "data": data}
    (answer,) = await guest.hears(json.dumps(frame))
    if answer["type"] == "refused":
        assert answer["code"] in ("invalid", "not_found", "closed", *MORE.get(name, ()))
        assert answer["message"].endswith(".")
        assert await heads(team) == before
    assert failures() == failed


async def _one_search(team: Team) -> tuple[str, dict[str, str]]:
    if not hasattr(team, "fuzzed"):
        team.fuzzed = await scene(team)  # type: ignore[attr-defined]
    return team.fuzzed  # type: ignore[attr-defined]


# -- over HTTP ------------------------------------------------------------------------------------------------------------

BODIES: dict[str, tuple[bytes, int]] = {
    "nothing": (b"", 422),
    "not JSON": (b"{", 422),
    "not UTF-8": (b'{"id":"a","name":"\xff"}', 422),
    "a list": (b"[]", 422),
    "null": (b"null", 422),
    "a key twice": (b'{"id":"a","id":"a","name":"note.add","data":{"text":"x"}}', 422),
    "NaN": (b'{"id":"a","name":"note.add","data":{"text":NaN}}', 422),
    "U+0000": (rb'{"id":"a","name":"note.add","data":{"text":"\u0000"}}', 422),
    "half a character": (rb'{"id":"a","name":"note.add","data":{"text":"\ud800"}}', 422),
    "a huge number": (b'{"id":"a","name":"note.add","data":{"text":"x"},"base":' + b"9" * 400 + b"}", 422),
    "too deep": (b'{"id":"a","name":"note.add","data":' + b"[" * 5_000 + b"]" * 5_000 + b"}", 422),
    "no id": (b'{"name":"note.add","data":{"text":"x"}}', 422),
    "an id with blanks": (b'{"id":"a b","name":"note.add","data":{"text":"x"}}', 422),
    "no name": (b'{"id":"a","data":{"text":"x"}}', 422),
    "no such command": (b'{"id":"a","name":"note.eat","data":{"text":"x"}}', 422),
    "data that is a list": (b'{"id":"a","name":"note.add","data":[]}', 422),
    "64 KiB and a byte": (b'{"id":"a","name":"note.add","data":{"text":"' + b"x" * 65_493 + b'"}}', 413),
}


@pytest.mark.parametrize("body", BODIES)
async def test_a_body_that_cannot_be_read_gets_its_code_and_a_sentence(team: Team, body: str) -> None:
    before = await heads(team)
    content, status = BODIES[body]
    response = await team.alice.http.post("/api/v1/boards/operations/commands", content=content)
    assert response.status_code == status, response.text
    said = response.json()
    assert said["code"] == {413: "too_large", 422: "unknown_command" if "such" in body else "invalid"}[status]
    assert said["message"].endswith(".")
    assert await heads(team) == before


@FUZZ
@given(body=st.one_of(st.binary(max_size=50), RUBBISH.map(lambda value: json.dumps(value).encode())))
async def test_any_body_is_answered(team: Team, body: bytes) -> None:
    before, failed = await heads(team), failures()
    response = await team.alice.http.post("/api/v1/boards/operations/commands", content=body)
    assert response.status_code == 422
    assert response.json()["code"] in ("invalid", "unknown_command")
    assert await heads(team) == before
    assert failures() == failed


@FUZZ
@given(
    query=st.dictionaries(
        st.sampled_from(["at", "after", "limit", "entity"]),
        st.one_of(
            st.text(max_size=12),
            st.integers().map(str),
            st.sampled_from(["", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "٣", "1e3", "10000000000000000000"]),
        ).filter(lambda text: not any("\ud800" <= each <= "\udfff" for each in text)),
        max_size=3,
    ),
    path=st.sampled_from(["", "/events"]),
)
async def test_any_query_is_answered(team: Team, path: str, query: dict[str, str]) -> None:
    response = await team.alice.http.get(f"/api/v1/boards/operations{path}", params=query)
    assert response.status_code in (200, 404, 422), response.text
    if response.status_code != 200:
        assert response.json()["message"].endswith(".")


@pytest.mark.parametrize("path", ["%00", "%ff%fe", "..%2f..", "x" * 3_000, "%ED%A0%80", "a%20b"])
async def test_any_board_name_is_answered(team: Team, path: str) -> None:
    for address in (f"/api/v1/boards/{path}", f"/api/v1/boards/{path}/events", f"/searches/{path}"):
        assert (await team.alice.http.get(address)).status_code == 404
    command = {"id": new_id(), "name": "note.add", "data": {"text": "x"}}
    answered = await team.alice.http.post(f"/api/v1/boards/{path}/commands", json=command)
    assert answered.status_code in (404, 405)  # a slash makes it another path


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "POST"])
async def test_a_method_that_a_call_does_not_have_is_answered_in_json(team: Team, method: str) -> None:
    response = await team.alice.http.request(method, "/api/v1/boards")
    assert response.status_code == 405
    assert response.json()["code"] == "invalid"


@pytest.mark.parametrize(
    "form",
    [
        b"",
        b"email=&password=",
        b"&".join(b"f%d=1" % number for number in range(100)),
        b"\xff\xfe=%ff",
        b"email=%00&password=%00",
        b"email=%ED%A0%80&password=x",
    ],
)
async def test_a_form_that_is_odd_signs_nobody_in(team: Team, form: bytes) -> None:
    headers = {"Content-Type": "application/x-www-form-urlencoded", "Authorization": ""}
    response = await team.charlie.http.post("/login", content=form, headers=headers)
    assert response.status_code == 401
    assert "board_session" not in response.cookies


async def test_a_form_that_is_too_large_is_not_read(team: Team) -> None:
    response = await team.charlie.http.post("/login", content=b"email=" + b"x" * 70_000, headers={"Authorization": ""})
    assert response.status_code == 413


# -- limits ---------------------------------------------------------------------------------------------------------------


async def test_too_many_messages_are_refused_and_far_too_many_close(tmp_path: Path) -> None:
    async with running_server(tmp_path, max_messages_per_second=5) as server:
        person = await connect_person(server, await create_token(server.service, "Alice", "coordinator"))
        try:
            for number in range(15):
                await person.send({"type": "ping", "id": number})
            await person.wait_until(lambda: len([f for f in person.frames if f["type"] in ("pong", "error")]) == 15)
            assert [f["id"] for f in person.frames if f["type"] == "pong"][:5] == [0, 1, 2, 3, 4]
            errors = [f for f in person.frames if f["type"] == "error"]
            assert errors
            assert all(f["code"] == "rate_limited" and f["message"].endswith(".") for f in errors)
            frame = {"type": "command", "id": "c1", "board": "operations", "name": "note.add", "data": {"text": "x"}}
            answer = await person.start_command(frame)
            assert (answer["type"], answer["code"]) == ("refused", "rate_limited")
            assert (await person.snapshot("operations"))["seq"] == 0
            for number in range(100):
                await person.send({"type": "ping", "id": number})
            await person.wait_until(lambda: person.close_code)
            assert person.close_code == 4013
        finally:
            await person.close()


async def test_sockets_of_an_account_are_bounded_also_when_opened_at_once(tmp_path: Path) -> None:
    async with running_server(tmp_path, max_sockets_per_account=3) as server:
        token = await create_token(server.service, "Alice", "coordinator")
        other = await create_token(server.service, "Bob", "investigator")
        opened = await asyncio.gather(*(connect_person(server, token) for _ in range(9)), return_exceptions=True)
        people = [each for each in opened if isinstance(each, Person)]
        refused = [each for each in opened if not isinstance(each, Person)]
        assert len(people) == 3
        assert {each.response.status_code for each in refused} == {429}  # type: ignore[attr-defined]
        people.append(await connect_person(server, other))
        await people.pop(0).close()
        people.append(await asyncio.wait_for(connect_person(server, token), PATIENCE_S))
        for person in people:
            await person.close()
