"""The description of the socket is AsyncAPI 3, and exact: each frame that is sent fits it, and what it describes is read."""

import json
from pathlib import Path
from typing import Any, get_args, get_type_hints

import httpx2 as httpx
import jsonschema_rs
import pytest

from board.api.routes import socket_document
from board.api.type_schemas import schemas_of
from board.web.http import BASE
from models.fields import Data
from realtime.wire import protocol
from tests.api.test_rights import scene
from tests.support.search_scenario import UNKNOWN_ID
from tests.support.team import Team

PUBLISHED = Path(__file__).parents[1] / "vendor/asyncapi-specs/schemas/3.0.0.json"
EXAMPLES: dict[str, dict[str, Any]] = {
    "SubscribeFrame": {"type": "subscribe", "board": "operations", "epoch": "e", "after": 1},
    "UnsubscribeFrame": {"type": "unsubscribe", "board": "operations"},
    "CommandFrame": {
        "type": "command", "id": "one", "board": "operations", "name": "note.add", "data": {"text": "x"}, "base": 1, "epoch": "e",
    },
    "SetPresenceFrame": {"type": "presence", "board": "operations", "card": "c", "editing": True},
    "RequestAlertsFrame": {"type": "alerts"},
    "RequestAlarmsFrame": {"type": "alarms"},
    "PingFrame": {"type": "ping", "id": 1},
}  # fmt: skip
WRONG: list[Any] = [None, "", "x" * 65, -1, 1.5, True, [], {}]


def fits(message: str) -> jsonschema_rs.Validator:
    document = socket_document()
    return jsonschema_rs.validator_for(
        {**document["components"]["messages"][message]["payload"], "components": document["components"]}
    )


def test_document_is_asyncapi_3() -> None:
    published = jsonschema_rs.validator_for(json.loads(PUBLISHED.read_text(encoding="utf-8")))
    document = socket_document()
    assert published.is_valid(document), [error.message for error in published.iter_errors(document)]
    assert not published.is_valid(document | {"operations": {"send": {"action": "shout"}}})


def test_every_reference_leads_somewhere() -> None:
    document, todo = socket_document(), [socket_document()]
    while todo:
        each = todo.pop()
        todo += each.values() if isinstance(each, dict) else each if isinstance(each, list) else []
        if isinstance(each, dict) and isinstance(each.get("$ref"), str):
            found: Any = document
            for part in each["$ref"].removeprefix("#/").split("/"):
                found = found[part]


def test_frames_of_a_direction_differ_in_type() -> None:
    for frames in (get_args(protocol.ClientFrame), get_args(protocol.ServerFrame)):
        types = [get_args(get_type_hints(frame)["type"])[0] for frame in frames]
        assert len(types) == len(set(types))


@pytest.mark.parametrize("name", [frame.__name__ for frame in get_args(protocol.ClientFrame)])
def test_described_client_frames_are_read(name: str) -> None:
    example, described = EXAMPLES[name], fits(name)
    assert described.is_valid(example)
    protocol.parse(json.dumps(example))
    for field in example.keys() - {"type"}:
        for value in WRONG:
            frame = example | {field: value}
            if field in ("epoch", "after") and name == "SubscribeFrame" and value is None:
                continue  # a position has both: a schema does not say so
            if (field, name) in (("data", "CommandFrame"), ("name", "CommandFrame")):
                continue  # judged by the command itself
            try:
                protocol.parse(json.dumps(frame))
                is_read = True
            except protocol.BadMessage:
                is_read = False
            assert described.is_valid(frame) <= is_read, frame


async def test_every_frame_that_is_sent_fits(team: Team) -> None:
    search, names = await scene(team)
    hidden = await team.secret_search()
    eve = await team.open_socket(team.charlie)
    await eve.subscribe(search)
    await eve.subscribe("operations")
    await eve.request({"type": "subscribe", "board": hidden}, type="error")
    await eve.request({"type": "alerts"}, type="alerts")
    await eve.request({"type": "presence", "board": search, "card": names["sighting"], "editing": True}, type="presence")
    await eve.request({"type": "ping", "id": 7}, type="pong")
    await eve.command(search, "card.assign", {"card": names["task"] if "task" in names else names["sighting"], "assignee": None})
    with pytest.raises(Exception, match="not_found"):
        await eve.command(search, "card.withdraw", {"card": UNKNOWN_ID})
    await team.alice.command(search, "note.add", {"text": "@Charlie look"})
    await eve.request({"type": "unsubscribe", "board": search}, type="unsubscribed")
    await eve.wait_until(lambda: {"heads", "summary", "shift"} <= {frame["type"] for frame in eve.frames})
    messages = socket_document()["components"]["messages"]
    sent = {messages[frame.__name__]["name"]: fits(frame.__name__) for frame in get_args(protocol.ServerFrame)}
    for person in (eve, team.alice, team.bob):
        for frame in person.frames:
            assert sent[frame["type"]].is_valid(frame), [
                frame,
                [error.message for error in sent[frame["type"]].iter_errors(frame)],
            ]
            assert not sent[frame["type"]].is_valid(frame | {"unknown": 1})
    seen = {frame["type"] for frame in eve.frames}
    assert {
        "hello",
        "snapshot",
        "events",
        "subscribed",
        "ack",
        "refused",
        "presence",
        "summary",
        "alerts",
        "pong",
        "error",
    } <= seen


async def test_it_is_read_without_signing_in(team: Team) -> None:
    async with httpx.AsyncClient(base_url=team.server.url) as stranger:
        response = await stranger.get(f"{BASE}/asyncapi.json")
    assert response.json() == socket_document()


def test_two_types_of_one_name_are_refused() -> None:
    twin = type("Head", (Data,), {"__module__": "elsewhere"})
    with pytest.raises(ValueError, match="Head"):
        schemas_of({"one": protocol.Head, "other": twin})
