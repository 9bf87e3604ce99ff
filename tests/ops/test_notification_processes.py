"""Two real processes send the notifications of one installation; one of them dies."""

import asyncio
import os
import signal
from collections import Counter
from pathlib import Path

import pytest

from board.dev import Postgres, Redis
from models.times import now
from tests.support.backends import POSTGRESQL, Backend
from tests.support.mail_server import Mail, running_mail_server
from tests.support.notification_scene import PUBLIC_URL, notification_scene
from tests.support.people import PATIENCE_S
from tests.support.webhook_receiver import SECRET, running_receiver
from tests.support.worker_processes import running_workers, wait_until

COUNT = 30
AT_ONCE = 4  # tries of one process, of one receiver


def _id(mail: Mail) -> str:
    """Return the id of the notification that a mail is."""
    return str(mail.message["Message-ID"]).strip("<>").partition("@")[0]


@pytest.mark.slow
async def test_notifications_of_a_killed_process_are_sent_by_another(tmp_path: Path, postgres: Postgres, redis: Redis) -> None:
    with Backend(POSTGRESQL, postgres, redis).settled(tmp_path) as installation:
        async with running_mail_server() as mail, running_receiver() as receiver, notification_scene(installation) as scene:
            scene.now = now()
            await scene.sql("UPDATE task SET priority = 'normal'")  # no alarms beside those of this test
            await scene.sql("DELETE FROM alarm")
            for _ in range(COUNT):
                await scene.alarm("email", "webhook")
            placed = {row.id for row in await scene.rows() if row.way == "email"}
            receiver.hold = asyncio.Event()
            ways = {
                "PUBLIC_URL": PUBLIC_URL, "SMTP_URL": f"smtp://127.0.0.1:{mail.port}", "MAIL_FROM": "board@example.org",
                "WEBHOOK_URL": receiver.url, "WEBHOOK_SECRET": SECRET, "WEBHOOK_ALLOW_PRIVATE": "true",
            }  # fmt: skip
            async with running_workers(installation["database_url"], 2, installation["redis_url"], **ways) as workers:
                await wait_until(lambda: receiver.at_once >= 2 * AT_ONCE)
                async with asyncio.timeout(PATIENCE_S):  # also written down: else it would be sent again
                    while any(row.way == "email" and row.sent_at is None for row in await scene.rows()):
                        await asyncio.sleep(0.05)
                assert placed <= {_id(each) for each in mail.mails}  # the alarms go on to ask, too
                os.kill(workers.pids[0], signal.SIGKILL)
                receiver.hold.set()
                async with asyncio.timeout(PATIENCE_S):
                    while [row.sent_at for row in await scene.rows()].count(None) > AT_ONCE:
                        await asyncio.sleep(0.05)
                # the claims of the dead end in half a minute: do not wait for it
                await scene.sql("UPDATE notification SET claimed_until = created_at WHERE sent_at IS NULL")
                async with asyncio.timeout(PATIENCE_S):
                    while not all(row.sent_at for row in await scene.rows()):
                        await asyncio.sleep(0.05)
                told = "".join(workers.said)
            tries = {row.id: row.tries for row in await scene.rows() if row.way == "webhook"}
            sent = Counter(each.id for each in receiver.requests)
            assert sent.keys() == tries.keys()
            assert all(count <= tries[id] for id, count in sent.items()), "one claim, one request"
            assert sum(count > 1 for count in tries.values()) >= AT_ONCE, "those of the dead"
            assert len({_id(each) for each in mail.mails}) == len(mail.mails) >= COUNT
            assert told.count('"notification sent"') >= COUNT
            assert [secret for secret in (SECRET, receiver.url, "quiet-canary", "desk.example") if secret in told] == []
