"""Poison: an input that ends the process that works on it is named in the log, and is not tried a third time."""

import json
import uuid
from pathlib import Path
from typing import Any

import httpx2 as httpx
import pytest
from sqlalchemy import text
from sqlmodel import Session
from structlog.testing import capture_logs

from board.engine.identity import Caller
from board.files.http import upload_rows
from board.files.http.uploads import Uploads
from board.files.unavailable import FilesUnavailable, Reason
from board.notifications import attempts, pending
from board.notifications.sender import Sender
from board.telemetry import metrics
from models.times import format_utc, now
from models.upload import Upload
from tests.ops.test_notifications import mail as mail
from tests.ops.test_notifications import receiver as receiver
from tests.ops.test_notifications import scene as scene
from tests.ops.test_workers import SEARCH, give
from tests.support import uploads
from tests.support.notification_scene import NoticeScene, send
from tests.support.team import Team
from tests.support.webhook_receiver import WebhookReceiver
from tests.support.worker_processes import running_workers, wait_until

# Workers in which one content holds the interpreter, as a regular expression did.
HANGING = """
from board.server import supervisor, worker_process
supervisor.HEARTBEAT_TIMEOUT_S = 4.0
worker_process.ARGUMENTS = ["-c", '''
import re, sys
from datetime import timedelta
from board.files.http import upload_rows
from board.files import media_types
from board.server import worker
worker.TRACEBACK_AFTER_S = 2.0
upload_rows.BUSY = timedelta(0)
recognise = media_types.recognise
async def hang(head, name):
    if head == b"canary":
        re.match("(a+)+$", "a" * 64 + "b")
    return await recognise(head, name)
media_types.recognise = hang
worker.main(*map(int, sys.argv[1:]))
''']
"""


@pytest.mark.slow
async def test_an_upload_that_hangs_two_workers_is_named_and_not_tried_again(
    postgres_url: str, redis_url: str, tmp_path: Path
) -> None:
    files = {"FILES_URL": f"file://{tmp_path}/files"}
    async with running_workers(postgres_url, 2, redis_url, first=HANGING, **files) as workers:
        token = await workers.hire("Alice", "coordinator")
        socket = await workers.add_person(token)
        board = (await give(socket, "operations", "search.open", SEARCH))["opened"]
        await socket.close()
        upload, headers = str(uuid.uuid4()), {"Authorization": f"Bearer {token}"}
        path = uploads.path_of(board, upload)

        def killed() -> list[dict[str, Any]]:
            return [json.loads(line) for line in workers.said if '"worker killed: unresponsive"' in line]

        async with httpx.AsyncClient(base_url=workers.url, headers=headers, timeout=60) as http:
            part = {"Upload-Offset": "0", "Upload-Length": "6", "Upload-Name": "Noor.txt"}
            assert (await http.patch(path, content=b"canary", headers=part)).status_code == 200
            for count in (1, 2):
                with pytest.raises(httpx.HTTPError):
                    await http.post(f"{path}/finish", json={})
                await wait_until(lambda count=count: len(killed()) == count, within_s=60)
            refused = await http.post(f"{path}/finish", json={})
            assert (refused.status_code, refused.json()["message"]) == (422, upload_rows.UNREADABLE)
            assert (await http.get(path)).status_code == 404
        for line in killed():
            (named,) = line["inputs"]
            assert named["name"] == f"upload {upload}"
            assert any("hang" in frame for frame in named["traceback"])
        assert len(killed()) == 2
        aside = [json.loads(line) for line in workers.said if '"input set aside"' in line]
        assert [(line["kind"], line["id"], line["level"]) for line in aside] == [("upload", upload, "error")]
        assert 'board_inputs_set_aside_total{kind="upload"} 1.0' in await workers.metrics()
        assert not any("canary" in line or "Noor" in line for line in workers.said)
        assert await workers.end() == 0


# -- uploads ----------------------------------------------------------------------------------------------------------------


async def row_of(team: Team, upload: str) -> Upload:
    def read(session: Session) -> Upload:
        row = session.get_one(Upload, upload)
        session.expunge(row)
        return row

    return await team.server.service.database.read(read)


async def end_processes(team: Team, upload: str, touched_at: str) -> None:
    """Leave an upload as two processes do that ended while they worked on it."""
    statement = text("UPDATE upload SET poison = 2, touched_at = :at WHERE id = :id")
    values = {"id": upload, "at": touched_at}
    await team.server.service.database.write(lambda session: session.connection().execute(statement, values))


async def test_an_upload_whose_process_goes_on_is_no_poison(team: Team, monkeypatch: pytest.MonkeyPatch) -> None:
    search, seen = await team.alice.open_search(), list[int]()
    store = Uploads._store

    async def looked(self: Uploads, caller: Caller, row: Upload, *rest: Any) -> Any:
        seen.append((await row_of(team, row.id)).poison)
        if len(seen) <= 2:
            raise (ZeroDivisionError, FilesUnavailable(Reason.FAILED))[len(seen) - 1]
        return await store(self, caller, row, *rest)

    monkeypatch.setattr(Uploads, "_store", looked)
    upload = await uploads.send(team.alice, search, b"abc")
    for status in (500, 503, 200):
        assert (await uploads.finish(team.alice, search, upload)).status_code == status
        assert (await row_of(team, upload)).poison == 0
    assert seen == [1, 1, 1], "counted before it is looked at"


async def test_an_upload_at_which_two_processes_ended_is_refused(team: Team) -> None:
    search = await team.alice.open_search()
    upload = await uploads.send(team.alice, search, b"abc")
    await end_processes(team, upload, format_utc(now()))
    waits = await uploads.finish(team.alice, search, upload)
    assert (waits.status_code, waits.headers["retry-after"]) == (503, str(upload_rows.BUSY_RETRY_S)), "both may still have it"
    await end_processes(team, upload, format_utc(now() - upload_rows.BUSY))
    with capture_logs() as logs:
        refused = await uploads.finish(team.alice, search, upload)
    assert (refused.status_code, refused.json()["message"]) == (422, upload_rows.UNREADABLE)
    aside = {"event": "input set aside", "log_level": "error", "kind": "upload", "id": upload}
    assert [line for line in logs if line["event"] == aside["event"]] == [aside]
    assert (await uploads.finish(team.alice, search, upload)).status_code == 404, "nothing of it is kept"


# -- notifications ----------------------------------------------------------------------------------------------------------


async def claim_due(scene: NoticeScene, sender: Sender) -> attempts.ClaimResult:
    """Claim what is due, as a process does that ends before it has composed it."""
    receivers = [attempts.Receiver(*key, 4) for key in sender._keys]

    def work(session: Session) -> attempts.ClaimResult:
        due = attempts.due(session, scene.now, receivers, ())
        return attempts.work(session, due, scene.clock, sender._hooks, {})

    return await scene.service.database.write(work)


async def test_a_notification_that_is_sent_or_fails_is_no_poison(scene: NoticeScene, receiver: WebhookReceiver) -> None:
    await scene.alarm("webhook")
    receiver.status = 503
    sender = await scene.sender()
    await send(sender)
    assert ((await scene.row()).tries, (await scene.row()).poison) == (1, 0)
    receiver.status = 204
    scene.later(minutes=1)
    await send(sender)
    assert ((await scene.row()).sent_at is not None, (await scene.row()).poison) == (True, 0)


async def test_a_notification_at_which_two_processes_ended_is_set_aside(scene: NoticeScene, receiver: WebhookReceiver) -> None:
    await scene.alarm("webhook")
    (id,) = (row.id for row in await scene.rows())
    sender = await scene.sender()
    for count in (1, 2):
        assert [notice.id for notice in (await claim_due(scene, sender)).notices] == [id]
        assert (await scene.row()).poison == count
        scene.later(minutes=1)
    before = metrics.inputs_set_aside.labels("notification")._value.get()
    with capture_logs() as logs:
        await send(sender)
    assert receiver.requests == []
    assert ((await scene.row()).next_try_at, (await scene.row()).failed) == (None, "stops_server")
    assert {"event": "input set aside", "log_level": "error", "kind": "notification", "id": id} in logs
    assert metrics.inputs_set_aside.labels("notification")._value.get() == before + 1
    state = await scene.service.database.read(lambda session: pending.state(session, "", "", ("webhook",)))
    assert state.given_up == {"webhook: stops_server": 1}, "board check shows it"


async def test_only_the_notification_at_which_processes_end_is_set_aside(scene: NoticeScene, receiver: WebhookReceiver) -> None:
    for _ in range(3):
        await scene.alarm("webhook")
    sender = await scene.sender()
    first = [notice.id for notice in (await claim_due(scene, sender)).notices]
    assert len(first) == 3
    scene.later(minutes=1)
    (suspect,) = (notice.id for notice in (await claim_due(scene, sender)).notices)
    scene.later(minutes=1)
    await send(sender)
    assert {row.id: row.failed for row in await scene.rows() if row.sent_at is None} == {suspect: "stops_server"}
    assert len(receiver.requests) == 2
