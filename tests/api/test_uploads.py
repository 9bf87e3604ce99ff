"""Uploads: in parts, on bad lines, twice at once, too large, too many; what strangers send, and what becomes of it."""

import asyncio
import contextlib
import hashlib
import random
import uuid
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest
from sqlalchemy import text
from sqlmodel import select

from board.config.settings import Settings
from board.engine.identity import Caller
from board.files.http import upload_rows
from board.files.http.uploads import PART_BYTES, Uploads
from board.files.unavailable import FilesUnavailable, Reason
from board.maintenance import upload_sweep
from board.maintenance.upload_sweep import UploadSweep
from board.queues.bounds import UPLOADS
from models.upload import Upload, UploadPart
from tests.support import pictures_with_metadata as pictures
from tests.support import uploads
from tests.support.backends import SLOW_ON_POSTGRESQL
from tests.support.people import PATIENCE_S, Person, connect_person, create_token, running_server
from tests.support.team import Team
from tests.support.worker_processes import wait_until

pytestmark = pytest.mark.both_backends(SLOW_ON_POSTGRESQL)

CONTENT = random.Random(1).randbytes(1_400_000)


@pytest.fixture(autouse=True)
async def idle_uploads(team: Team) -> None:
    """Let the uploads that earlier tests have left give way: an account has at most 20 that are not idle."""

    def age(session: Any) -> None:
        session.connection().execute(text("UPDATE upload SET touched_at = '2000-01-01T00:00:00.000Z'"))

    await team.server.service.database.write(age)


def new_upload() -> str:
    return str(uuid.uuid4())


async def status(who: Person, board: str, upload: str) -> dict[str, Any]:
    response = await who.http.get(uploads.path_of(board, upload))
    return dict(response.json()) | {"code": response.status_code}


async def rows(team: Team, upload: str) -> tuple[list[Upload], list[UploadPart]]:
    def read(session: Any) -> tuple[list[Upload], list[UploadPart]]:
        found = list(session.exec(select(Upload).where(Upload.id == upload)))
        parts = list(session.exec(select(UploadPart).where(UploadPart.upload == upload)))
        session.expunge_all()
        return found, parts

    return await team.server.service.database.read(read)


async def stored(team: Team, prefix: str) -> list[str]:
    return sorted([each.key async for each in team.server.service.files.list(prefix)])


async def open_line(
    who: Person, board: str, upload: str, content: bytes, start: int, sent: int
) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """Begin to send a part from `start` on, and stop after `sent` bytes of it."""
    address = urlsplit(who.server.url)
    reader, writer = await asyncio.open_connection(address.hostname, address.port)
    head = (
        f"PATCH {uploads.path_of(board, upload)} HTTP/1.1\r\nHost: {address.netloc}\r\nAuthorization: Bearer {who.token}\r\n"
        f"Upload-Offset: {start}\r\nUpload-Length: {len(content)}\r\nUpload-Name: photo.jpg\r\n"
        f"Content-Length: {len(content) - start}\r\n\r\n"
    )
    writer.write(head.encode() + content[start : start + sent])
    await writer.drain()
    return reader, writer


async def cut_line(who: Person, board: str, upload: str, content: bytes, start: int, sent: int) -> None:
    """Send a part from `start` on, and break the line after `sent` bytes of it."""
    _, writer = await open_line(who, board, upload, content, start, sent)
    writer.close()
    with contextlib.suppress(ConnectionError):
        await writer.wait_closed()


async def until_stored(who: Person, board: str, upload: str, offset: int) -> None:
    """Wait until so much is stored."""
    async with asyncio.timeout(PATIENCE_S):
        while (await status(who, board, upload)).get("offset", 0) != offset:
            await asyncio.sleep(0.01)


# -- parts ----------------------------------------------------------------------------------------------------------------


async def test_a_file_is_sent_in_parts_and_told_how_far_it_is(team: Team) -> None:
    search, upload = await team.alice.open_search(), new_upload()
    assert (await status(team.bob, search, upload))["code"] == 404
    for start in range(0, len(CONTENT), 500_000):
        response = await uploads.send_part(team.bob, search, upload, CONTENT, start, start + 500_000)
        done = min(start + 500_000, len(CONTENT))
        assert response.json() == {"upload": upload, "offset": done, "size": len(CONTENT)}
        assert (await status(team.bob, search, upload))["offset"] == done
    finished = (await uploads.finish(team.bob, search, upload, CONTENT)).json()
    assert (finished["state"], finished["picture"]) == ("ready", False)
    assert finished["sha256"] == hashlib.sha256(CONTENT).hexdigest()
    again = (await uploads.finish(team.bob, search, upload, CONTENT)).json()
    assert again == finished, "its answer may have been lost"
    assert (await status(team.bob, search, upload))["result"]["sha256"] == finished["sha256"]
    file = await uploads.attach_upload(team.bob, search, upload)
    assert (await uploads.fetch(team.charlie, search, file, "content")).content == CONTENT
    assert (await status(team.bob, search, upload))["state"] == "attached"


@pytest.mark.parametrize("tenth", range(10))
async def test_a_line_cut_at_each_tenth_loses_nothing_that_arrived(team: Team, tenth: int) -> None:
    search, upload, content = await team.alice.open_search(), new_upload(), CONTENT[:1_000_000]
    sent = len(content) * tenth // 10
    await cut_line(team.bob, search, upload, content, 0, sent)
    await until_stored(team.bob, search, upload, sent)
    offset = sent
    while offset < len(content):
        offset = (await uploads.send_part(team.bob, search, upload, content, offset)).json()["offset"]
    assert (await uploads.finish(team.bob, search, upload, content)).status_code == 200


async def test_bytes_that_arrive_while_the_row_is_read_are_kept(team: Team, monkeypatch: pytest.MonkeyPatch) -> None:
    search, upload, content = await team.alice.open_search(), new_upload(), CONTENT[:60_000]
    connections, find = team.server.uvicorn.server_state.connections, Uploads.find
    before, is_reading, is_cut = set(connections), asyncio.Event(), asyncio.Event()

    async def find_late(self: Uploads, caller: Caller, board: str, id: str) -> Upload:
        is_reading.set()
        await is_cut.wait()
        return await find(self, caller, board, id)

    monkeypatch.setattr(Uploads, "find", find_late)
    await cut_line(team.bob, search, upload, content, 0, 40_000)
    await is_reading.wait()
    await wait_until(lambda: connections <= before)
    is_cut.set()
    await until_stored(team.bob, search, upload, 40_000)


async def test_a_part_is_stored_before_the_whole_body_is_there(team: Team) -> None:
    search, upload = await team.alice.open_search(), new_upload()
    more = asyncio.Event()

    async def body() -> Any:
        yield CONTENT[:PART_BYTES]
        await more.wait()
        yield CONTENT[PART_BYTES : PART_BYTES + 10]

    headers = {"Upload-Offset": "0", "Upload-Length": str(len(CONTENT)), "Upload-Name": "x"}
    sending = asyncio.create_task(team.bob.http.patch(uploads.path_of(search, upload), content=body(), headers=headers))
    await until_stored(team.bob, search, upload, PART_BYTES)
    more.set()
    assert (await sending).json()["offset"] == PART_BYTES + 10


async def test_each_byte_is_taken_once_from_uploads_with_one_id(team: Team) -> None:
    search, upload, content = await team.alice.open_search(), new_upload(), CONTENT[:400_000]

    async def send_all() -> int:
        conflicts = offset = 0
        while offset < len(content):
            response = await uploads.send_part(team.bob, search, upload, content, offset, offset + 50_000)
            if response.status_code == 409:
                assert response.json()["code"] == "conflict"
                conflicts += 1
            offset = response.json().get("current", response.json())["offset"]
        return conflicts

    conflicts = await asyncio.gather(send_all(), send_all(), send_all())
    assert sum(conflicts) > 0, "they met"
    _, parts = await rows(team, upload)
    assert sum(part.size for part in parts) == len(content)
    assert {f"uploads/{upload}/{part.object}" for part in parts} == set(await stored(team, f"uploads/{upload}/"))
    assert (await uploads.finish(team.bob, search, upload, content)).status_code == 200


async def test_two_that_finish_at_once_are_told_the_same(team: Team) -> None:
    search = await team.alice.open_search()
    content = pictures.jpeg()
    upload = await uploads.send(team.bob, search, content)
    answers = await asyncio.gather(*(uploads.finish(team.bob, search, upload, content) for _ in range(3)))
    assert [each.status_code for each in answers] == [200] * 3
    assert len({each.text for each in answers}) == 1
    (row,), parts = await rows(team, upload)
    assert parts == []
    assert await stored(team, f"files/{row.file}/") == [f"files/{row.file}/{name}" for name in ("original", "thumb", "view")]
    assert await stored(team, f"uploads/{upload}/") == []


async def test_another_offset_or_size_is_refused_and_changes_nothing(team: Team) -> None:
    search, upload = await team.alice.open_search(), new_upload()
    assert (await uploads.send_part(team.bob, search, upload, CONTENT, 5, 10)).status_code == 404, "it has not begun"
    await uploads.send_part(team.bob, search, upload, CONTENT, 0, 100)
    for start in (0, 50, 101):
        response = await uploads.send_part(team.bob, search, upload, CONTENT, start, start + 10)
        assert (response.status_code, response.json()["current"]) == (409, {"offset": 100})
    other = await uploads.send_part(team.bob, search, upload, CONTENT[:200], 100)
    assert (other.status_code, other.json()["fields"].keys()) == (422, {"size"})
    path, headers = uploads.path_of(search, upload), {"Upload-Offset": "100", "Upload-Length": str(len(CONTENT))}
    begun = new_upload()
    await uploads.send_part(team.bob, search, begun, b"abc", 0, 2)
    more = {"Upload-Offset": "2", "Upload-Length": "3"}
    too_much = await team.bob.http.patch(uploads.path_of(search, begun), content=b"cd", headers=more)
    assert (too_much.status_code, too_much.json()["fields"].keys()) == (422, {"offset"})
    assert (await status(team.bob, search, begun))["offset"] == 2
    assert (await team.bob.http.patch(path, content=b"", headers=headers)).json()["offset"] == 100, "an empty part is none"
    assert (await uploads.finish(team.bob, search, upload)).json()["current"] == {"offset": 100}


@pytest.mark.parametrize(
    ("header", "value"),
    [
        ("Upload-Offset", ""), ("Upload-Offset", "-1"), ("Upload-Offset", "1.5"), ("Upload-Offset", "9" * 40),
        ("Upload-Offset", "٣"),
        ("Upload-Length", "x"), ("Upload-Length", "0"), ("Upload-Length", "9" * 17), ("Upload-Name", ""), ("Upload-Name", "%ff"),
        ("Upload-Name", "a" * 4_001),
    ],
)  # fmt: skip
async def test_a_wrong_header_is_refused_by_name(team: Team, header: str, value: str) -> None:
    search, upload = await team.alice.open_search(), new_upload()
    headers = {"Upload-Offset": "0", "Upload-Length": "3", "Upload-Name": "x"} | {header: value}
    encoded = [(name.encode(), text.encode()) for name, text in headers.items()]
    response = await team.bob.http.patch(uploads.path_of(search, upload), content=b"abc", headers=encoded)
    assert (response.status_code, response.json()["fields"].keys()) == (422, {header.lower()})
    assert (await status(team.bob, search, upload))["code"] == 404


@pytest.mark.parametrize("id", ["x", "..", "%2e%2e", "0" * 36, "A" * 8 + "-1111-4111-8111-111111111111", "a" * 5_000])
async def test_an_id_that_is_no_uuid_is_not_found(team: Team, id: str) -> None:
    search = await team.alice.open_search()
    assert (await uploads.send_part(team.bob, search, id, b"abc", 0)).status_code in (404, 405)


async def test_an_upload_is_its_senders_own(team: Team) -> None:
    search, other, upload = await team.alice.open_search(), await team.alice.open_search(), new_upload()
    await uploads.send_part(team.bob, search, upload, b"abcdef", 0, 3)
    for who, board in ((team.alice, search), (team.bob, other), (team.bob, "operations"), (team.ada, search)):
        path = uploads.path_of(board, upload)
        for response in (
            await who.http.get(path), await who.http.delete(path), await uploads.finish(who, board, upload),
            await uploads.send_part(who, board, upload, b"abcdef", 0), await uploads.send_part(who, board, upload, b"abcdef", 3),
        ):  # fmt: skip
            assert (response.status_code, response.json()["code"]) == (404, "not_found")
    assert (await status(team.bob, search, upload))["offset"] == 3


async def test_a_sender_who_loses_sight_of_a_search_sends_no_more(team: Team) -> None:
    search, upload = await team.secret_search(team.bob), new_upload()
    assert (await uploads.send_part(team.bob, search, upload, b"abcdef", 0, 3)).status_code == 200
    assert (await uploads.send_part(team.charlie, search, new_upload(), b"abc", 0)).status_code == 404
    await team.alice.command(search, "search.set_access", {"access": "members", "members": [team.alice.account["id"]]})
    assert (await uploads.send_part(team.bob, search, upload, b"abcdef", 3)).status_code == 404
    assert (await uploads.finish(team.bob, search, upload)).status_code == 404


async def test_an_upload_that_is_given_up_leaves_nothing(team: Team) -> None:
    search = await team.alice.open_search()
    half, whole = new_upload(), await uploads.send(team.bob, search, pictures.jpeg())
    await uploads.send_part(team.bob, search, half, CONTENT, 0, 700_000)
    await uploads.finish(team.bob, search, whole)
    ((row,), _) = await rows(team, whole)
    for upload in (half, whole):
        response = await team.bob.http.delete(uploads.path_of(search, upload))
        assert (response.status_code, response.json()) == (200, {"upload": upload})
        assert await rows(team, upload) == ([], [])
        assert await stored(team, f"uploads/{upload}/") == []
        assert (await team.bob.http.delete(uploads.path_of(search, upload))).status_code == 404
    assert await stored(team, f"files/{row.file}/") == []
    attached = await uploads.ready(team.bob, search)
    await team.bob.command(search, "file.attach", {"upload": attached})
    assert (await team.bob.http.delete(uploads.path_of(search, attached))).status_code == 409


async def test_the_metadata_are_forgotten_once_a_photo_is_attached(team: Team) -> None:
    search = await team.alice.open_search()
    made = await uploads.send_and_finish(team.bob, search, pictures.jpeg())
    assert made["found"]
    await uploads.attach_upload(team.bob, search, made["upload"])
    assert (await uploads.finish(team.bob, search, made["upload"])).json()["found"] == {}
    ((row,), _) = await rows(team, made["upload"])
    assert row.result is None or row.result.get("found", {}) == {}


async def test_a_wrong_digest_gives_the_upload_up(team: Team) -> None:
    search = await team.alice.open_search()
    upload = await uploads.send(team.bob, search, b"abc")
    response = await uploads.finish(team.bob, search, upload, b"abd")
    assert (response.status_code, response.json()["fields"].keys()) == (422, {"sha256"})
    assert (await status(team.bob, search, upload))["code"] == 404
    assert [key for key in await stored(team, "uploads/") if upload in key] == []
    for body in ({"sha256": "x"}, {"sha256": 5}, {"sha1": "x"}):
        fine = await uploads.send(team.bob, search, b"abc")
        wrong = await team.bob.http.post(uploads.path_of(search, fine, "/finish"), json=body)
        assert (wrong.status_code, wrong.json()["fields"].keys()) == (422, body.keys())
        assert (await status(team.bob, search, fine))["code"] == 200


# -- the sweep ------------------------------------------------------------------------------------------------------------


async def test_uploads_that_nobody_attached_are_swept_after_a_day(team: Team, monkeypatch: pytest.MonkeyPatch) -> None:
    search = await team.alice.open_search()
    half, whole, kept = new_upload(), await uploads.send(team.bob, search, pictures.jpeg()), pictures.jpeg(100, 100)
    await uploads.send_part(team.bob, search, half, CONTENT, 0, 700_000)
    await uploads.finish(team.bob, search, whole)
    file = await uploads.attach(team.bob, search, kept)
    ((row,), _) = await rows(team, whole)
    sweep = UploadSweep(team.server.service)
    await sweep.sweep()
    assert [(await status(team.bob, search, upload))["code"] for upload in (half, whole)] == [200, 200], "not before its time"
    monkeypatch.setattr(upload_rows, "UPLOAD_TTL", timedelta(seconds=-1))
    assert await sweep.sweep() >= 2
    for upload in (half, whole):
        assert (await status(team.bob, search, upload))["code"] == 404
        assert await rows(team, upload) == ([], [])
        assert await stored(team, f"uploads/{upload}/") == []
    assert await stored(team, f"files/{row.file}/") == []
    assert (await uploads.fetch(team.charlie, search, file, "original")).status_code == 403, "what is attached stays"
    assert len(await stored(team, f"files/{file}/")) == 3
    assert await sweep.sweep() == 0


async def test_a_sweep_that_was_interrupted_goes_on(team: Team, monkeypatch: pytest.MonkeyPatch) -> None:
    search, upload = await team.alice.open_search(), await uploads.send(team.bob, await team.alice.open_search(), b"abc")
    store = team.server.service.files

    async def fails(keys: list[str]) -> None:
        if any(upload in key for key in keys):
            raise FilesUnavailable(Reason.SLOW)

    with monkeypatch.context() as patch:
        patch.setattr(store, "delete", fails)
        patch.setattr(upload_rows, "UPLOAD_TTL", timedelta(seconds=-1))
        with pytest.raises(FilesUnavailable):
            await UploadSweep(team.server.service).sweep()
    ((row,), _) = await rows(team, upload)
    assert (row.state, len(await stored(team, f"uploads/{upload}/"))) == ("dropped", 1)
    assert (await status(team.bob, row.board, upload))["code"] == 404, "nobody finds it any more"
    assert (await uploads.finish(team.bob, row.board, upload)).status_code == 404
    monkeypatch.setattr(upload_rows, "DROP_RETRY_AFTER", timedelta(seconds=-1))
    await UploadSweep(team.server.service).sweep()
    assert await rows(team, upload) == ([], [])
    assert await stored(team, f"uploads/{upload}/") == []
    assert search


async def test_stray_parts_are_swept_and_files_never_by_age(team: Team, monkeypatch: pytest.MonkeyPatch) -> None:
    store, stray = team.server.service.files, f"uploads/{new_upload()}/part"
    foreign = f"files/{new_upload()}/original"
    await store.put(stray, b"abc")
    await store.put(foreign, b"abc")
    sweep = UploadSweep(team.server.service)
    await sweep.sweep_strays()
    assert stray in await stored(team, "uploads/")
    monkeypatch.setattr(upload_sweep, "STRAY", timedelta(seconds=-5))
    assert await sweep.sweep_strays() >= 1
    assert await stored(team, "uploads/") == []
    assert await stored(team, foreign.rpartition("/")[0] + "/") == [foreign]


# -- limits ---------------------------------------------------------------------------------------------------------------


async def test_a_file_that_is_too_large_is_refused_before_it_is_read(team: Team) -> None:
    search, upload = await team.alice.open_search(), new_upload()
    most = team.server.service.settings.max_file_mb * 1024 * 1024
    assert most == Settings(_env_file=None).max_file_mb * 1024 * 1024 == 25 * 1024 * 1024
    read = 0

    async def body() -> Any:
        nonlocal read
        for _ in range(1_000):
            read += 1_000
            yield b"x" * 1_000
            await asyncio.sleep(0)

    headers = {"Upload-Offset": "0", "Upload-Length": str(most + 1), "Upload-Name": "x"}
    response = await team.bob.http.patch(uploads.path_of(search, upload), content=body(), headers=headers)
    assert (response.status_code, response.json()["message"]) == (413, "A file can be at most 25 MB.")
    headers |= {"Upload-Length": str(most)}
    response = await team.bob.http.patch(uploads.path_of(search, upload), content=b"x" * (1024 * 1024 + 1), headers=headers)
    assert (response.status_code, response.json()["code"]) == (413, "too_large")
    assert (await status(team.bob, search, upload))["code"] == 404


async def test_a_body_without_a_length_is_bounded_too(team: Team) -> None:
    search, upload = await team.alice.open_search(), new_upload()

    async def body() -> Any:
        for _ in range(40):
            yield b"x" * 50_000

    headers = {"Upload-Offset": "0", "Upload-Length": "2500000", "Upload-Name": "x"}
    response = await team.bob.http.patch(uploads.path_of(search, upload), content=body(), headers=headers)
    assert (response.status_code, response.json()["code"]) == (413, "too_large")
    assert (await status(team.bob, search, upload))["offset"] <= 1024 * 1024


async def test_idle_uploads_give_way_and_busy_ones_do_not(team: Team, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(upload_rows, "MAX_OPEN", 3)
    person = await team.add_person("Olga", "investigator")
    search = await team.alice.open_search()
    begun = [new_upload() for _ in range(4)]
    for upload in begun[:3]:
        assert (await uploads.send_part(person, search, upload, b"abc", 0, 1)).status_code == 200
    response = await uploads.send_part(person, search, begun[3], b"abc", 0, 1)
    assert (response.status_code, response.json()["code"]) == (429, "rate_limited")
    assert int(response.headers["retry-after"]) > 0
    other = await team.add_person("Oona", "investigator")
    assert (await uploads.send_part(other, search, new_upload(), b"abc", 0, 1)).status_code == 200, "it is each one's own"
    monkeypatch.setattr(upload_rows, "IDLE_AFTER", timedelta(0))
    assert (await uploads.send_part(person, search, begun[3], b"abc", 0, 1)).status_code == 200
    assert [(await status(person, search, upload))["code"] for upload in begun] == [404, 200, 200, 200]
    assert await stored(team, f"uploads/{begun[0]}/") == []


async def test_the_bytes_of_open_uploads_are_bounded(team: Team, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(upload_rows, "MAX_OPEN_BYTES", 1_000_000)
    person = await team.add_person("Otto", "investigator")
    search = await team.alice.open_search()
    assert (await uploads.send_part(person, search, new_upload(), CONTENT, 0, 10)).status_code == 200, "one always fits"
    assert (await uploads.send_part(person, search, new_upload(), b"abc", 0, 1)).status_code == 429


async def test_an_upload_has_so_many_parts(team: Team, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(upload_rows, "MAX_PARTS", 3)
    search, upload = await team.alice.open_search(), new_upload()
    codes = [(await uploads.send_part(team.bob, search, upload, b"abcdef", at, at + 1)).status_code for at in range(4)]
    assert codes == [200, 200, 200, 413]


async def test_uploads_are_limited_by_minute(tmp_path: Any) -> None:
    async with running_server(tmp_path, max_uploads_per_minute=2) as server:
        person = await connect_person(server, await create_token(server.service, "Bob", "coordinator"))
        search = await person.open_search()
        ids = [new_upload() for _ in range(3)]
        codes = [(await uploads.send_part(person, search, id, b"abc", 0, 1)).status_code for id in ids]
        assert codes == [200, 200, 429]
        assert (await uploads.send_part(person, search, ids[0], b"abc", 1)).status_code == 200, "one that has begun goes on"
        await person.close()


async def test_one_account_receives_few_at_a_time(team: Team) -> None:
    search = await team.alice.open_search()
    person = await team.add_person("Hugo", "investigator")
    lines = [
        await open_line(person, search, new_upload(), b"ab", 0, 1) for _ in range(UPLOADS.per_key + UPLOADS.waiting_per_key + 1)
    ]
    answers = [asyncio.create_task(reader.readline()) for reader, _ in lines]
    done, waiting = await asyncio.wait(answers, return_when=asyncio.FIRST_COMPLETED, timeout=PATIENCE_S)
    assert [task.result().split()[1] for task in done] == [b"429"], "some are received, some wait"
    assert (await uploads.send_part(team.bob, search, new_upload(), b"abc", 0)).status_code == 200, "others are not held up"
    for _, writer in lines:
        writer.write(b"b")
    codes = [(await task).split()[1] for task in waiting]
    assert codes == [b"200"] * len(waiting)
    for _, writer in lines:
        writer.close()
