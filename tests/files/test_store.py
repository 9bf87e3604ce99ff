"""Store of files: the same promises by a folder and by a bucket; what is wrong with either is told in a sentence."""

import asyncio
import os
import socket
import stat
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError
from structlog.testing import capture_logs

from board.config.settings import Settings
from board.files import bucket, folder
from board.files.folder import MARK, UNFINISHED
from board.files.store import FileStore
from board.files.stored import PIECE_BYTES
from board.files.unavailable import FilesUnavailable, Reason
from models.db.errors import ConfigurationError
from tests.support.bucket_server import BucketServer, bucket_server
from tests.support.data_keys import key_file
from tests.support.people import settings_for

FILE = "files/0194f3c2-0000-7000-8000-000000000001"
ORIGINAL, THUMB = f"{FILE}/original", f"{FILE}/thumb"
BESIDE: dict[str, Any] = {"files_url": None}  # unset: a folder beside the database
LARGE = os.urandom(6_000_001)  # more than one part of a bucket


@pytest.fixture(scope="module")
def s3() -> Iterator[BucketServer]:
    with bucket_server() as server:
        yield server


@pytest.fixture(params=["folder", "bucket", "encrypted folder", "encrypted bucket"])
async def store(request: pytest.FixtureRequest, tmp_path: Path, s3: BucketServer) -> AsyncIterator[FileStore]:
    if "bucket" in request.param:
        s3.clear()
    settings = s3.settings if "bucket" in request.param else BESIDE
    keys = {"data_keys": key_file(tmp_path)} if "encrypted" in request.param else {}
    opened = FileStore.of(settings_for(tmp_path, **settings, **keys))
    yield opened
    await opened.close()


@pytest.fixture
async def in_folder(tmp_path: Path) -> AsyncIterator[FileStore]:
    opened = FileStore.of(settings_for(tmp_path, **BESIDE))
    yield opened
    await opened.close()


async def read(store: FileStore, key: str) -> bytes:
    return b"".join([piece async for piece in store.get(key)])


async def keys(store: FileStore, prefix: str = "files/") -> set[str]:
    return {each.key async for each in store.list(prefix)}


async def pieces(content: bytes, size: int = 100_000) -> AsyncIterator[bytes]:
    for start in range(0, len(content), size):
        yield content[start : start + size]


async def broken_off(content: bytes) -> AsyncIterator[bytes]:
    yield content
    raise ConnectionError


async def refused(store: FileStore, act: Callable[[], Any] | None = None) -> Reason:
    with pytest.raises(FilesUnavailable) as caught:
        await (act() if act else store.put(ORIGINAL, b"bytes"))
    assert caught.value.code == "unavailable"
    assert caught.value.retry_after_s
    return caught.value.reason


@pytest.mark.parametrize("content", [b"", b"bytes", LARGE], ids=["empty", "small", "large"])
async def test_bytes_are_read_back_as_written(store: FileStore, content: bytes) -> None:
    await store.put(ORIGINAL, content)
    await store.put(THUMB, pieces(content))
    for key in (ORIGINAL, THUMB):
        assert await store.size(key) == len(content)
        assert await read(store, key) == content


async def test_pieces_are_bounded(store: FileStore) -> None:
    await store.put(ORIGINAL, LARGE)
    assert max([len(piece) async for piece in store.get(ORIGINAL)]) <= PIECE_BYTES


async def test_a_key_that_is_not_there_is_not_found(store: FileStore) -> None:
    await store.put(ORIGINAL, b"bytes")
    for key in (THUMB, "files/none/original", "uploads/none/0"):
        with pytest.raises(FileNotFoundError):
            await store.size(key)
        with pytest.raises(FileNotFoundError):
            await read(store, key)


async def test_a_file_is_replaced_as_a_whole(store: FileStore) -> None:
    await store.put(ORIGINAL, LARGE)
    await store.put(ORIGINAL, b"short")
    assert await read(store, ORIGINAL) == b"short"


@pytest.mark.parametrize("content", [b"some", LARGE], ids=["small", "large"])
async def test_a_file_broken_off_is_not_there(store: FileStore, content: bytes) -> None:
    with pytest.raises(ConnectionError):
        await store.put(ORIGINAL, broken_off(content))
    with pytest.raises(FileNotFoundError):
        await store.size(ORIGINAL)
    await store.put(ORIGINAL, b"before")
    with pytest.raises(ConnectionError):
        await store.put(ORIGINAL, broken_off(content))
    assert await read(store, ORIGINAL) == b"before"
    assert await keys(store) == {ORIGINAL}


async def test_deleted_files_are_gone_and_may_be_deleted_again(store: FileStore) -> None:
    await store.put(ORIGINAL, b"one")
    await store.put(THUMB, b"two")
    await store.delete([ORIGINAL, "files/none/original"])
    assert await keys(store) == {THUMB}
    await store.delete([ORIGINAL, THUMB])
    assert await keys(store) == set()


async def test_a_listing_has_sizes_and_times_below_its_prefix(store: FileStore) -> None:
    before = time.time() - 2
    for number in range(30):
        await store.put(f"uploads/u{number % 2}/{number}", b"x" * number)
    found = [each async for each in store.list("uploads/u1/")]
    assert {each.key: each.size for each in found} == {f"uploads/u1/{number}": number for number in range(1, 30, 2)}
    assert all(before < each.changed_at < time.time() + 2 for each in found)
    assert len(await keys(store, "uploads/")) == 30
    assert await keys(store, "files/") == set()


async def test_a_long_listing_comes_in_pages(store: FileStore, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (folder, bucket):
        monkeypatch.setattr(module, "PAGE_SIZE", 7)
    names = {f"uploads/u{number}/0" for number in range(40)}
    for name in names:
        await store.put(name, b"x")
    assert await keys(store, "uploads/") == names
    await store.delete(sorted(names))
    assert await keys(store, "uploads/") == set()


@pytest.mark.parametrize(
    "key",
    [
        "../board.db", "files/../original", "files/a/../../board.db", "/etc/passwd", "files/a/b/c", "files//original", "",
        "files", "files/a/.", "files/a/..", f"{UNFINISHED}/a/b", "files/a/Photo of a child.jpg", "files/a/%2e%2e",
        "files/a/x\0", "other/a/b", "files/a/original\n",
    ],
)  # fmt: skip
async def test_a_key_that_the_program_did_not_make_is_an_error(store: FileStore, key: str) -> None:
    for act in (lambda: store.put(key, b""), lambda: store.size(key), lambda: read(store, key), lambda: store.delete([key])):
        with pytest.raises(ValueError, match="not a key"):
            await act()
    with pytest.raises(ValueError, match="not a prefix"):
        await keys(store, "../")


async def test_the_probe_leaves_nothing_behind(store: FileStore) -> None:
    await store.probe()
    assert await keys(store, "uploads/") == set()


async def test_many_at_once_are_all_whole(store: FileStore) -> None:
    contents = {f"files/f{number}/original": os.urandom(200_000 + number) for number in range(40)}
    await asyncio.gather(*(store.put(key, pieces(content)) for key, content in contents.items()))
    found = await asyncio.gather(*(read(store, key) for key in contents))
    assert dict(zip(contents, found, strict=True)) == contents


# -- folder -------------------------------------------------------------------------------------------------------------


async def test_only_this_user_can_read_the_folder(in_folder: FileStore) -> None:
    await in_folder.put(ORIGINAL, b"bytes")
    root = in_folder.folder
    assert root is not None
    assert root.name == "board.db.files"
    modes = {path.relative_to(root): stat.S_IMODE(path.stat().st_mode) for path in [root, *root.rglob("*")]}
    assert set(modes.values()) == {0o600, 0o700}
    assert all(mode == (0o700 if (root / path).is_dir() else 0o600) for path, mode in modes.items())


async def test_a_file_is_synced_before_it_has_its_name_and_its_folders_after(
    in_folder: FileStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    await in_folder.put("files/other/original", b"first")
    did: list[str] = []

    def name(fd: int) -> str:
        return Path(os.readlink(f"/proc/self/fd/{fd}")).name

    for act in ("fsync", "rename"):
        real = getattr(os, act)
        monkeypatch.setattr(os, act, lambda *given, act=act, real=real, **more: (did.append(
            f"{act} {name(given[0])}" if act == "fsync" else f"{act} to {given[1]}"), real(*given, **more))[1])  # fmt: skip
    await in_folder.put(ORIGINAL, b"bytes")
    file, above, moved, folder_of_it = did
    assert file.startswith("fsync ")
    assert len(file) == len("fsync ") + 24, "the file without a name"
    assert (above, moved) == ("fsync files", "rename to original")
    assert folder_of_it == f"fsync {FILE.split('/')[1]}"


async def test_links_in_the_folder_lead_nowhere(in_folder: FileStore, tmp_path: Path) -> None:
    await in_folder.put(ORIGINAL, b"bytes")
    root = in_folder.folder
    assert root is not None
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "original").write_bytes(b"secret")
    (root / "files" / "linked").symlink_to(outside)
    (root / "files" / "real").mkdir()
    (root / "files" / "real" / "original").symlink_to(outside / "original")
    os.mkfifo(root / "files" / "real" / "view")
    for key in ("files/linked/original", "files/real/original", "files/real/view"):
        with pytest.raises(FileNotFoundError):
            await read(in_folder, key)
        with pytest.raises(FileNotFoundError):
            await in_folder.size(key)
    assert await keys(in_folder) == {ORIGINAL}
    assert await refused(in_folder, lambda: in_folder.put("files/linked/original", b"mine")) is Reason.GONE
    await in_folder.delete(["files/linked/original"])
    await in_folder.put("files/real/original", b"mine")  # replaces the link, not what it points to
    assert (outside / "original").read_bytes() == b"secret"
    assert await read(in_folder, "files/real/original") == b"mine"


async def test_the_folder_itself_may_be_a_link(tmp_path: Path) -> None:
    (tmp_path / "disk").mkdir()
    (tmp_path / "files").symlink_to(tmp_path / "disk")
    store = FileStore.of(settings_for(tmp_path, files_url=f"file://{tmp_path}/files"))
    await store.put(ORIGINAL, b"bytes")
    assert (tmp_path / "disk" / ORIGINAL).read_bytes() == b"bytes"
    await store.close()


@pytest.mark.parametrize(
    ("number", "reason"),
    [("ENOSPC", Reason.FULL), ("EDQUOT", Reason.FULL), ("EROFS", Reason.READ_ONLY), ("EIO", Reason.FAILED)],
)
@pytest.mark.parametrize("act", ["write", "fsync", "rename"])
async def test_a_disk_that_fails_in_the_middle_leaves_nothing(
    in_folder: FileStore, monkeypatch: pytest.MonkeyPatch, act: str, number: str, reason: Reason
) -> None:
    await in_folder.put(THUMB, b"before")
    import errno

    real, calls = getattr(os, act), 0

    def fails(*given: Any, **more: Any) -> Any:
        nonlocal calls
        calls += 1
        if act == "write" and calls < 3:
            return real(*given, **more)
        raise OSError(getattr(errno, number), "faked")

    monkeypatch.setattr(os, act, fails)
    with capture_logs() as logs:
        for _ in range(2):
            assert await refused(in_folder, lambda: in_folder.put(ORIGINAL, pieces(LARGE))) is reason
    assert [each["event"] for each in logs] == ["files unavailable"], "once"
    assert logs[0]["advice"] == reason.value
    monkeypatch.undo()
    with capture_logs() as logs:
        await in_folder.put("files/next/original", b"after")
    assert [each["event"] for each in logs] == ["files available again"]
    assert await keys(in_folder) == {THUMB, "files/next/original"}
    assert in_folder.folder is not None
    await asyncio.to_thread(_empties, in_folder.folder / UNFINISHED)


def _empties(unfinished: Path) -> None:
    deadline = time.monotonic() + 10
    while os.listdir(unfinished):
        assert time.monotonic() < deadline, "unfinished files are deleted"
        time.sleep(0.01)


async def test_a_folder_that_is_gone_is_not_made_anew(in_folder: FileStore, tmp_path: Path) -> None:
    await in_folder.put(ORIGINAL, b"bytes")
    root = in_folder.folder
    assert root is not None
    root.rename(tmp_path / "away")
    assert await refused(in_folder) is Reason.GONE
    assert await refused(in_folder, lambda: in_folder.size(ORIGINAL)) is Reason.GONE
    root.mkdir()  # as the folder below a disk that is not mounted
    assert await refused(in_folder) is Reason.GONE
    assert os.listdir(root) == []
    root.rmdir()
    (tmp_path / "away").rename(root)
    assert await read(in_folder, ORIGINAL) == b"bytes"


async def test_a_folder_that_must_exist_is_not_made(tmp_path: Path) -> None:
    settings = settings_for(tmp_path, **BESIDE)
    store = FileStore.of(settings, must_exist=True)
    assert await refused(store) is Reason.GONE
    assert not (tmp_path / "board.db.files").exists()
    made = FileStore.of(settings)
    await made.put(ORIGINAL, b"bytes")
    assert await read(store, ORIGINAL) == b"bytes"
    for each in (store, made):
        await each.close()


async def test_a_folder_that_must_exist_may_be_a_copy_without_its_mark(in_folder: FileStore) -> None:
    await in_folder.put(ORIGINAL, b"bytes")
    assert in_folder.folder is not None
    (in_folder.folder / MARK).unlink()
    restarted = FileStore(folder.Folder(in_folder.folder, must_exist=True))
    assert await read(restarted, ORIGINAL) == b"bytes"
    await restarted.close()


@pytest.mark.skipif(os.geteuid() == 0, reason="the superuser may write everywhere")
async def test_a_folder_that_can_not_be_written_says_so(in_folder: FileStore) -> None:
    await in_folder.put(ORIGINAL, b"bytes")
    assert in_folder.folder is not None
    (in_folder.folder / UNFINISHED).chmod(0o500)
    assert await refused(in_folder) is Reason.READ_ONLY


async def test_a_slow_disk_holds_up_neither_loop_nor_others_for_ever(
    in_folder: FileStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    await in_folder.put(ORIGINAL, b"before")
    monkeypatch.setattr(folder, "TIMEOUT_S", 0.3)
    hold, real = threading.Event(), os.fsync
    monkeypatch.setattr(os, "fsync", lambda fd: (hold.wait(20), real(fd))[1])
    asked = [asyncio.create_task(refused(in_folder)) for _ in range(folder.THREADS + 4)]
    turns = 0
    while not all(each.done() for each in asked):
        await asyncio.sleep(0.01)
        turns += 1
    assert turns > 5, "the event loop went on"
    assert set(await asyncio.gather(*asked)) == {Reason.SLOW}
    hold.set()
    monkeypatch.undo()
    await in_folder.put(THUMB, b"after")
    assert await read(in_folder, ORIGINAL) == b"before", "what was refused is not written later"


async def test_calls_that_wait_are_bounded(in_folder: FileStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(folder, "MAX_WAITING", 4)
    hold, real = threading.Event(), os.fsync
    monkeypatch.setattr(os, "fsync", lambda fd: (hold.wait(20), real(fd))[1])
    running = [asyncio.create_task(in_folder.put(f"files/f{number}/original", b"x")) for number in range(4)]
    await asyncio.sleep(0)
    assert await refused(in_folder) is Reason.SLOW
    hold.set()
    await asyncio.gather(*running)
    await in_folder.put(ORIGINAL, b"bytes")


async def test_leftovers_of_a_killed_process_are_deleted(in_folder: FileStore) -> None:
    await in_folder.put(ORIGINAL, b"bytes")
    root = in_folder.folder
    assert root is not None
    for name, age in (("old", 7200), ("new", 10)):
        (root / UNFINISHED / name).write_bytes(b"part")
        os.utime(root / UNFINISHED / name, (time.time() - age,) * 2)
    await in_folder.discard_leftovers()
    assert os.listdir(root / UNFINISHED) == ["new"]
    assert await read(in_folder, ORIGINAL) == b"bytes"


async def test_a_folder_is_made_when_it_is_looked_for(in_folder: FileStore, tmp_path: Path) -> None:
    await in_folder.look()
    assert MARK in os.listdir(tmp_path / "board.db.files")


# -- bucket -------------------------------------------------------------------------------------------------------------


async def test_a_bucket_has_keys_below_its_prefix_only(s3: BucketServer, tmp_path: Path) -> None:
    s3.clear()
    store = FileStore.of(settings_for(tmp_path, **s3.settings))
    await store.put(ORIGINAL, b"bytes")
    assert s3.all_keys() == {f"board/{ORIGINAL}"}
    assert store.folder is None


@pytest.mark.parametrize("act", ["put", "list", "delete"])
async def test_a_bucket_that_is_gone_says_so(s3: BucketServer, tmp_path: Path, act: str) -> None:
    store = FileStore.of(settings_for(tmp_path, **s3.settings | {"files_url": "s3://another/board"}))
    acts = {"put": lambda: store.put(ORIGINAL, b"x"), "list": lambda: keys(store), "delete": lambda: store.delete([ORIGINAL])}
    assert await refused(store, acts[act]) is Reason.GONE


async def test_a_bucket_that_nobody_serves_says_so(tmp_path: Path, s3: BucketServer) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{closed.getsockname()[1]}"
        store = FileStore.of(settings_for(tmp_path, **s3.settings | {"aws_endpoint_url": address}))
        assert await refused(store) is Reason.SLOW


async def test_a_bucket_that_answers_slowly_is_given_up(
    tmp_path: Path, s3: BucketServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bucket, "TIMEOUT_S", 0.3)
    monkeypatch.setattr(bucket, "PUT_TIMEOUT_S", 0.3)
    monkeypatch.setattr(bucket, "REQUEST_TIMEOUT", timedelta(seconds=0.5))  # of a listing, which ends with its request
    with socket.create_server(("127.0.0.1", 0)) as silent:
        address = f"http://127.0.0.1:{silent.getsockname()[1]}"
        store = FileStore.of(settings_for(tmp_path, **s3.settings | {"aws_endpoint_url": address}))
        for act in (None, lambda: store.size(ORIGINAL), lambda: read(store, ORIGINAL), lambda: keys(store)):
            assert await refused(store, act) is Reason.SLOW


# -- settings -----------------------------------------------------------------------------------------------------------


async def test_postgresql_has_no_store_by_default(tmp_path: Path) -> None:
    settings = settings_for(tmp_path, database_url="postgresql://board@127.0.0.1/board", **BESIDE)
    store = FileStore.of(settings)
    assert not store.is_set
    assert await refused(store) is Reason.UNSET
    assert FileStore.of(settings.model_copy(update={"files_url": f"file://{tmp_path}"})).is_set


@pytest.mark.parametrize(
    "value",
    [
        "board.files",
        "/var/lib/files",
        "file:///",
        "file://host/path",
        "file:///a?b",
        "s3://",
        "s3:///x",
        "s3://Bucket",
        "https://x",
    ],
)
def test_a_store_that_can_not_be_meant_is_refused(tmp_path: Path, value: str) -> None:
    with pytest.raises(ValidationError, match="must be a folder such as file:///"):
        settings_for(tmp_path, files_url=value)


@pytest.mark.parametrize("value", ["file:///var/lib/searchboard/files", "s3://bucket", "s3://bucket.example/a/b", ""])
def test_a_folder_or_a_bucket_is_accepted(tmp_path: Path, value: str) -> None:
    assert (settings_for(tmp_path, files_url=value).files_url or "") == value


async def test_access_to_a_bucket_comes_from_the_settings_file(tmp_path: Path, s3: BucketServer) -> None:
    lines = {"FILES_URL": "s3://searchboard/board", "AWS_ACCESS_KEY_ID": "key", "AWS_SECRET_ACCESS_KEY": "secret"} | {
        "AWS_SESSION_TOKEN": "", "AWS_REGION": "eu-central-1", "AWS_ENDPOINT_URL": s3.address
    }  # fmt: skip
    (tmp_path / ".env").write_text("".join(f"{name}={value}\n" for name, value in lines.items()))
    settings = Settings(_env_file=tmp_path / ".env")
    await FileStore.of(settings).probe()
    assert "secret" not in repr(settings)
    settings.check()
    for half in ("aws_access_key_id", "aws_secret_access_key"):
        with pytest.raises(ConfigurationError, match="has two parts"):
            settings.model_copy(update={half: None}).check()


@pytest.mark.parametrize("value", ["s3.example.org", "ftp://s3.example.org", "https://key:secret@s3.example.org"])
def test_an_address_of_a_store_that_can_not_be_meant_is_refused(tmp_path: Path, value: str) -> None:
    with pytest.raises(ValidationError, match="must be the address of a store") as caught:
        settings_for(tmp_path, aws_endpoint_url=value)
    assert "secret" not in str(caught.value)
