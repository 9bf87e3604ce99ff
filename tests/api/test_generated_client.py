"""A client that a generator makes from the served description reads boards, snapshots and events, and sends commands: all that
it reads it knows by name, and can say again as it was sent."""

import asyncio
import json
import os
import subprocess
import sys
import venv
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from board.accounts import accounts, live_changes
from board.demo import seed
from models.times import format_utc, now
from tests.support.people import Server, running_server, settings_for

pytestmark = pytest.mark.slow

GENERATOR = "openapi-python-client==0.29.1"  # in an environment of its own: it wants other versions than we do
READS = '''
import json, sys
from datetime import datetime
from searchboard_client import AuthenticatedClient
from searchboard_client import models
from searchboard_client.api.default import get_boards, get_boards_board, get_boards_board_events, post_boards_board_commands
from searchboard_client.models import SearchOpenCommand, SightingAddCommand, SightingGradeCommand


def differs(said, sent, path=""):
    """Where what it says again differs from what was sent. A time may be written in another way."""
    if isinstance(sent, dict) and isinstance(said, dict):
        if set(sent) != set(said):
            return [(path, sorted(set(sent) ^ set(said)))]
        return [each for key in sent for each in differs(said[key], sent[key], f"{path}.{key}")]
    if isinstance(sent, list) and isinstance(said, list) and len(sent) == len(said):
        return [each for one, other in zip(said, sent) for each in differs(one, other, path)]
    if said == sent:
        return []
    try:
        assert datetime.fromisoformat(said) == datetime.fromisoformat(sent)
    except (AssertionError, TypeError, ValueError):
        return [(path, said, sent)]
    return []


url, token = sys.argv[1:3]
found = {"entities": {}, "events": {}, "boards": 0}
with AuthenticatedClient(base_url=url, token=token, raise_on_unexpected_status=True) as client:
    boards = get_boards.sync(client=client).boards
    for board in boards:
        answer = get_boards_board.sync_detailed(board=board.board, client=client)
        assert not (wrong := differs(answer.parsed.to_dict(), json.loads(answer.content))), wrong[:5]
        for each in answer.parsed.entities:
            assert type(each).__name__.endswith("Entity"), each
            found["entities"][each.kind] = type(each.state).__name__
        after = 0
        while True:
            answer = get_boards_board_events.sync_detailed(board=board.board, client=client, after=after, limit=1000)
            assert not (wrong := differs(answer.parsed.to_dict(), json.loads(answer.content))), wrong[:5]
            for each in answer.parsed.events:
                name = type(each).__name__
                assert name.endswith("Event"), each
                found["events"][name] = found["events"].get(name, 0) + 1
            if not answer.parsed.events:
                break
            after = answer.parsed.events[-1].seq
    found["boards"] = len(boards)

    def give(board, kind, id, name, data):
        command = kind.from_dict({"id": id, "name": name, "data": data})
        assert not (wrong := differs(command.to_dict(), {"id": id, "name": name, "data": data})), wrong[:5]
        return post_boards_board_commands.sync(board=board, client=client, body=command)

    opened = give("operations", SearchOpenCommand, "one", "search.open", {
        "kind": "runaway", "person": {"first_name": "Noor"}, "missing_since": "2026-11-24T17:00:00.000Z",
    })
    added = give(opened.opened, SightingAddCommand, "two", "sighting.add", {"description": "Girl with a red coat"})
    snapshot = get_boards_board.sync(board=opened.opened, client=client)
    (sighting,) = [each for each in snapshot.entities if isinstance(each, models.SightingEntity)]
    assert sighting.state.description == "Girl with a red coat"
    graded = give(opened.opened, SightingGradeCommand, "three", "sighting.grade", {
        "sighting": sighting.id, "grade": {"source": "B", "content": 2},
    })
    assert graded.seqs == [max(added.seqs) + 1]
    refused = give(opened.opened, SightingGradeCommand, "four", "sighting.grade", {
        "sighting": "01a217dd-a5f8-718f-b400-000000000000", "grade": {"source": "B", "content": 2},
    })
    assert (refused.code.value if hasattr(refused.code, "value") else refused.code) == "not_found"
print(json.dumps(found))
'''


@pytest.fixture(scope="module")
def tools(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An environment with the generator and what its clients need."""
    folder = tmp_path_factory.mktemp("tools") / "venv"
    venv.create(folder, with_pip=True, symlinks=True)
    subprocess.run([folder / "bin/python", "-m", "pip", "install", "-q", GENERATOR], check=True)
    return folder / "bin"


@pytest.fixture
async def demo(tmp_path: Path) -> AsyncIterator[Server]:
    """The demo's searches, with something erased."""
    await seed.create(settings_for(tmp_path))
    async with running_server(tmp_path) as server:
        erased = text("DELETE FROM payload WHERE board != 'operations' AND seq = 30")
        await server.service.database.write(lambda session: session.connection().execute(erased))
        yield server


async def test_a_generated_client_reads_all_that_there_is_and_sends_commands(demo: Server, tools: Path, tmp_path: Path) -> None:
    made = tmp_path / "client"
    environment = {"PATH": os.pathsep.join([str(tools), str(Path(sys.executable).parent), os.environ["PATH"]])}

    async def run(*command: str | Path, **more: str) -> str:
        done = await asyncio.to_thread(
            subprocess.run, command, cwd=tmp_path, env=environment | more, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    address = f"{demo.url}/api/v1/openapi.json"
    said = await run(tools / "openapi-python-client", "generate", "--url", address, "--output-path", made)
    assert "Warning" not in said, said
    assert "Unable" not in said, said

    told: dict[str, dict[str, Any]] = {}
    for email in ("alice@demo.example", "nadia@demo.example"):
        token = await live_changes.apply_change(
            demo.service, lambda session, email=email: accounts.add_token(session, email, "write", email, format_utc(now()))
        )
        told[email] = json.loads(await run(tools / "python", "-c", READS, demo.url, token, PYTHONPATH=str(made)))
    found = told["alice@demo.example"]
    assert found["boards"] > 10
    kinds = ("search", "column", "sighting", "task", "note", "shift")
    assert {kind: found["entities"].get(kind) for kind in kinds} == {kind: f"{kind.capitalize()}State" for kind in kinds}
    assert {"SearchEvent", "SightingEvent", "TaskEvent", "NoteEvent", "ShiftEvent", "ErasedEvent"} <= set(found["events"])
    assert "HiddenEvent" in told["nadia@demo.example"]["events"]  # she is not let see one of the searches
