"""Quotas of photos and files: of an account and a day, of a search, and of the installation; and the reserve of the disk."""

import asyncio
import contextlib
import uuid
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from structlog.testing import capture_logs

from board.commands.files import files
from board.config.file_shares import load_file_shares
from board.files import usage
from board.files.disk import DiskSpace
from board.files.http import quotas, upload_rows
from board.maintenance.space_watch import SpaceWatch
from board.maintenance.upload_sweep import UploadSweep
from tests.support import pictures_with_metadata as pictures
from tests.support import uploads
from tests.support.backends import SLOW_ON_POSTGRESQL
from tests.support.people import Person
from tests.support.team import Team

pytestmark = pytest.mark.both_backends(SLOW_ON_POSTGRESQL)

PART = b"x" * 400_000
SHARES = load_file_shares()


@contextlib.contextmanager
def shares(team: Team, **changes: int) -> Any:
    """Run with other shares."""
    service = team.server.service
    before = service.file_shares
    service.file_shares = before.model_copy(update=changes)
    yield
    service.file_shares = before


@pytest.fixture
async def used(team: Team) -> AsyncIterator[Any]:
    """Return the bytes used since the test began, and check at its end that they are those of the rows."""
    database = team.server.service.database
    before = await database.read(usage.read)

    async def since() -> int:
        return await database.read(usage.read) - before

    yield since
    of_rows = text(
        "SELECT (SELECT coalesce(sum(stored), 0) FROM file) + "
        "(SELECT coalesce(sum(size + previews), 0) FROM upload WHERE state <> 'attached')"
    )
    assert await database.read(lambda session: session.connection().execute(of_rows).scalar_one()) == before + await since()


async def begin(who: Person, search: str, content: bytes = PART, first: int = 1) -> Any:
    """Begin an upload of this content; return the answer."""
    return await uploads.send_part(who, search, str(uuid.uuid4()), content, 0, first)


def says(response: Any) -> tuple[int, str, bool]:
    return response.status_code, response.json()["code"], "Retry-After" in response.headers


async def test_an_account_sends_its_share_of_a_day_and_others_go_on(team: Team, used: Any) -> None:
    search, dana = await team.alice.open_search(), await team.add_person("Dana", "investigator")
    with shares(team, account_day_mb=1):
        assert [(await begin(dana, search)).status_code for _ in range(2)] == [200, 200]
        refused = await begin(dana, search)
        assert says(refused) == (429, "rate_limited", True)
        assert refused.json()["message"] == (
            "You have sent 1 MB within 24 hours, the most for one account. This file waits here. Ask a colleague if it is urgent."
        )
        assert (await begin(dana, search, b"x" * 200_000)).status_code == 200, "what fits is taken"
        assert (await begin(team.bob, search)).status_code == 200
        assert await used() == 3 * len(PART) + 200_000


async def test_an_upload_that_is_given_up_frees_its_share(team: Team, used: Any) -> None:
    search, dana = await team.alice.open_search(), await team.add_person("Dana", "investigator")
    with shares(team, account_day_mb=1):
        first = (await begin(dana, search)).json()["upload"]
        await begin(dana, search)
        assert says(await begin(dana, search))[0] == 429
        assert (await dana.http.delete(uploads.path_of(search, first))).status_code == 200
        assert (await begin(dana, search)).status_code == 200


async def test_a_share_of_a_day_counts_what_was_attached_and_ends_after_a_day(
    team: Team, used: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    search, dana = await team.alice.open_search(), await team.add_person("Dana", "investigator")
    with shares(team, account_day_files=2):
        await uploads.attach(dana, search, b"letter")
        await uploads.attach(dana, search, b"letter")
        assert says(await begin(dana, search)) == (429, "rate_limited", True)
        later = team.server.service.clock() + timedelta(days=1, seconds=1)
        monkeypatch.setattr(team.server.service, "clock", lambda: later)
        assert (await begin(dana, search)).status_code == 200


async def test_two_uploads_at_once_do_not_both_take_the_last_space(team: Team) -> None:
    search = await team.alice.open_search()
    with shares(team, search_mb=1, search_account_percent=100):
        people = [team.alice, team.bob, team.charlie, await team.add_person("Dana", "investigator")]
        answers = await asyncio.gather(*(begin(person, search) for person in people))
        assert sorted(each.status_code for each in answers) == [200, 200, 413, 413]
        refused = next(each for each in answers if each.status_code == 413)
        assert refused.json()["message"].startswith("The files of this search use all of their 1 MB. Ask two coordinators")
        assert (await begin(team.bob, await team.alice.open_search())).status_code == 200, "another search has its own"


async def test_a_search_counts_withdrawn_files_until_they_are_removed(team: Team) -> None:
    search = await team.alice.open_search()
    file = await uploads.attach(team.bob, search, PART)
    await team.alice.command(search, "file.withdraw", {"file": file, "reason": "another child"})
    with shares(team, search_mb=1, search_account_percent=100):
        assert (await begin(team.alice, search)).status_code == 200
        assert says(await begin(team.charlie, search)) == (413, "too_large", False)


async def test_one_account_leaves_half_of_a_search_to_others(team: Team, monkeypatch: pytest.MonkeyPatch) -> None:
    search = await team.alice.open_search()
    monkeypatch.setattr(quotas, "MAX_FILES", 4)
    for _ in range(2):
        await uploads.attach(team.charlie, search, b"letter")
    refused = await begin(team.charlie, search)
    assert says(refused) == (413, "too_large", False)
    assert refused.json()["message"].startswith("You have used your share of the files of this search.")
    await uploads.attach(team.bob, search, b"letter")
    with shares(team, search_mb=1):
        assert (await begin(team.alice, search, b"x" * 600_000)).status_code == 413
        assert (await begin(team.alice, search)).status_code == 200


async def test_withdrawn_files_of_one_account_leave_half_to_others(team: Team, monkeypatch: pytest.MonkeyPatch) -> None:
    """A search takes no more files when too many of them were withdrawn, so nobody may reach that alone."""
    search = await team.alice.open_search()
    for module in (quotas, files):
        monkeypatch.setattr(module, "MAX_WITHDRAWN", 4)
    for _ in range(3):
        file = await uploads.attach(team.charlie, search, b"letter")
        await team.charlie.command(search, "file.withdraw", {"file": file, "reason": "x"})
    assert (await begin(team.charlie, search)).status_code == 413
    await uploads.attach(team.bob, search, b"letter")


async def test_the_installation_refuses_beyond_its_quota_and_warns_before(team: Team) -> None:
    search, service = await team.alice.open_search(), team.server.service
    in_use = await service.database.read(usage.read)
    limit = in_use // 1_000_000 + 2
    with shares(team, installation_mb=limit, warn_percent=100), capture_logs() as logs:
        answers = [await begin(team.bob, search) for _ in range(6)]
        refused = next(each for each in answers if each.status_code != 200)
        assert says(refused) == (503, "unavailable", True)
        assert "Tell your administrator." in refused.json()["message"]
        await team.bob.command(search, "note.add", {"text": "We go on.", "category": "comment"})
    assert not [line for line in logs if line["event"] == "file quota nearly used"]
    with shares(team, installation_mb=limit, warn_percent=1), capture_logs() as logs:
        watch = SpaceWatch(service)
        assert await watch.look() >= 1
        assert await watch.look() == 0, "once a day"
    (alert, *_) = (await team.ada.http.get("/api/v1/alerts")).json()["alerts"]
    assert (alert["kind"], alert["type"], alert["value"]) == ("security", "space.low", "installation")
    assert all(each["type"] != "space.low" for each in (await team.alice.http.get("/api/v1/alerts")).json()["alerts"])


async def test_a_warning_is_logged_when_most_of_a_share_is_used(team: Team) -> None:
    search, dana = await team.alice.open_search(), await team.add_person("Dana", "investigator")
    with shares(team, account_day_mb=1), capture_logs() as logs:
        for size in (400_000, 399_999, 2, 2):
            await begin(dana, search, b"x" * size)
    told = [line for line in logs if line["event"] == "file quota nearly used"]
    assert [(line["quota"], line["used"], line["account"]) for line in told] == [("account_day", 800_001, dana.account["id"])]


async def test_previews_count_and_dropped_uploads_stop_counting(team: Team, used: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    search, service = await team.alice.open_search(), team.server.service
    content = pictures.jpeg()
    file = await uploads.attach(team.bob, search, content)
    stored = {each.key: each.size async for each in service.files.list(f"files/{file}/")}
    assert await used() == sum(stored.values()) > len(content)
    await begin(team.bob, search)
    later = service.clock() + upload_rows.UPLOAD_TTL + timedelta(seconds=1)
    monkeypatch.setattr(service, "clock", lambda: later)
    await UploadSweep(service).sweep()
    assert await used() <= sum(stored.values()), "other tests' uploads are swept too"


# -- the disk -------------------------------------------------------------------------------------------------------------


@pytest.fixture
def full_disk(team: Team, monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave only the reserve of the disk free."""

    async def spaces() -> list[DiskSpace]:
        return [DiskSpace("files", 1, free=100, reserve=100)]

    monkeypatch.setattr(team.server.service.disk, "spaces", spaces)


@pytest.mark.usefixtures("full_disk")
async def test_below_the_reserve_uploads_are_refused_and_all_else_goes_on(team: Team) -> None:
    search = await team.alice.open_search()
    refused = await begin(team.bob, search)
    assert says(refused) == (503, "unavailable", True)
    assert refused.json()["message"] == (
        "The disk of the server is nearly full, so it takes no photos and files. Everything else works. Yours waits here and is "
        "sent when there is space again. Tell your administrator."
    )
    await team.alice.command(search, "note.add", {"text": "We go on.", "category": "comment"})
    metrics = (await team.ada.http.get("/metrics")).text
    assert 'board_disk_free_bytes{disk="files"} 100.0' in metrics
    assert 'board_disk_reserve_bytes{disk="files"} 100.0' in metrics
    assert 'board_uploads_refused_total{reason="disk"}' in metrics


async def test_an_upload_is_finished_when_there_is_space_again(team: Team, monkeypatch: pytest.MonkeyPatch) -> None:
    search = await team.alice.open_search()
    upload = await uploads.send(team.bob, search, PART)

    async def spaces() -> list[DiskSpace]:
        return [DiskSpace("files", 1, free=100, reserve=100)]

    with monkeypatch.context() as patch:
        patch.setattr(team.server.service.disk, "spaces", spaces)
        assert says(await uploads.finish(team.bob, search, upload)) == (503, "unavailable", True)
    assert (await uploads.finish(team.bob, search, upload, PART)).status_code == 200


def test_shares_that_come_with_the_program_fit_each_other(tmp_path: Path) -> None:
    assert SHARES.account_day_mb < SHARES.search_mb < SHARES.installation_mb
    assert SHARES.withdrawn_days == 30
    (tmp_path / "shares.toml").write_text("[files]\naccount_day_mb = 5\n")
    with pytest.raises(Exception, match=r"shares.toml, at files.account_day_files"):
        load_file_shares(str(tmp_path))
