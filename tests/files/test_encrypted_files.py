"""Encrypted files: unreadable in the store, bound to their names and keys, and encrypted again without a stop."""

import asyncio
import os
from collections.abc import AsyncIterator, Iterator, Mapping
from pathlib import Path

import pytest

from board.files import sealing
from board.files.sealed_files import split
from board.files.store import FileStore
from board.files.unavailable import FileDamaged, FilesUnavailable, Reason
from tests.support.bucket_server import BucketServer, bucket_server
from tests.support.data_keys import ids, key_file, new_key
from tests.support.people import settings_for

FILE, OTHER = "files/0194f3c2-0000-7000-8000-000000000001", "files/0194f3c2-0000-7000-8000-000000000002"
ORIGINAL, THUMB = f"{FILE}/original", f"{FILE}/thumb"
OLD, NEW = new_key(), new_key()
SIZES = (0, 1, sealing.CHUNK_BYTES - 1, sealing.CHUNK_BYTES, sealing.CHUNK_BYTES + 1, 3 * sealing.CHUNK_BYTES, 700_001)
PLACES = ("folder", "bucket")


@pytest.fixture(scope="module")
def s3() -> Iterator[BucketServer]:
    with bucket_server() as server:
        yield server


class Stores:
    """Openers of the same store with other keys."""

    def __init__(self, folder: Path, settings: Mapping[str, str | None]) -> None:
        self.folder, self._settings, self._opened = folder, settings, list[FileStore]()

    def open(self, *keys: bytes) -> FileStore:
        data_keys = {"data_keys": key_file(self.folder, *keys)} if keys else {}
        store = FileStore.of(settings_for(self.folder, **self._settings, **data_keys))
        self._opened.append(store)
        return store

    async def close(self) -> None:
        for store in self._opened:
            await store.close()


@pytest.fixture(params=PLACES)
async def stores(request: pytest.FixtureRequest, tmp_path: Path, s3: BucketServer) -> AsyncIterator[Stores]:
    s3.clear()
    opened = Stores(tmp_path, s3.settings if request.param == "bucket" else {"files_url": f"file://{tmp_path}/files"})
    yield opened
    await opened.close()


@pytest.fixture
async def folder(tmp_path: Path) -> AsyncIterator[Stores]:
    opened = Stores(tmp_path, {"files_url": f"file://{tmp_path}/files"})
    yield opened
    await opened.close()


async def is_live(key: str) -> bool:
    return True


async def read(store: FileStore, key: str) -> bytes:
    return b"".join([piece async for piece in store.get(key)])


async def stored(store: FileStore) -> list[str]:
    return sorted([entry.key async for entry in store.stored("files/")])


@pytest.mark.parametrize("size", SIZES)
async def test_each_size_is_listed_and_read_as_it_was(folder: Stores, size: int) -> None:
    store, content = folder.open(OLD), os.urandom(size)
    await store.put(ORIGINAL, content)
    assert await store.size(ORIGINAL) == size
    assert [(entry.key, entry.size) async for entry in store.list("files/")] == [(ORIGINAL, size)]
    assert await read(store, ORIGINAL) == content


async def test_no_piece_of_a_file_is_readable_in_the_store(folder: Stores, tmp_path: Path) -> None:
    marked = b"Wilhelmina Vantongerloo " * 20_000
    await folder.open().put(ORIGINAL, marked)
    assert any(b"Wilhelmina" in file.read_bytes() for file in tmp_path.rglob("original*"))  # so the test could fail
    encrypted = folder.open(OLD)
    await encrypted.put(THUMB, marked)
    assert [await encrypted.renew(name, is_live) for name in await stored(encrypted) if split(name)[1] is None] == [True]
    assert [file.name for file in (tmp_path / "files").rglob("*") if file.is_file() and b"Wilhelmina" in file.read_bytes()] == []


async def test_files_of_before_and_of_earlier_keys_are_read(stores: Stores) -> None:
    await stores.open().put(ORIGINAL, b"plain")
    await stores.open(OLD).put(THUMB, b"old")
    store = stores.open(NEW, OLD)
    assert (await read(store, ORIGINAL), await read(store, THUMB)) == (b"plain", b"old")
    assert (await store.size(ORIGINAL), await store.size(THUMB)) == (5, 3)
    assert [await store.renew(name, is_live) for name in await stored(store)] == [True, True]
    assert await stored(store) == [f"{ORIGINAL}.{ids(NEW)[0]}", f"{THUMB}.{ids(NEW)[0]}"]
    only_new = stores.open(NEW)
    assert (await read(only_new, ORIGINAL), await read(only_new, THUMB)) == (b"plain", b"old")


async def test_a_lost_key_is_told_from_a_missing_file(stores: Stores) -> None:
    await stores.open(OLD).put(ORIGINAL, b"old")
    for store in (stores.open(NEW), stores.open()):
        with pytest.raises(FilesUnavailable) as caught:
            await read(store, ORIGINAL)
        assert caught.value.reason is Reason.KEY
        with pytest.raises(FileNotFoundError):
            await read(store, THUMB)


async def test_a_file_of_a_lost_key_is_deleted(stores: Stores) -> None:
    await stores.open(OLD).put(ORIGINAL, b"old")
    store = stores.open(NEW)
    await store.delete([entry.key async for entry in store.list(f"{FILE}/")])
    assert await stored(store) == []


async def test_a_listing_without_keys_never_hides_encrypted_files(stores: Stores) -> None:
    await stores.open(OLD).put(ORIGINAL, b"old")
    with pytest.raises(FilesUnavailable):
        await anext(stores.open().list(f"{FILE}/"))


def test_damage_is_found_in_each_part_of_a_file(tmp_path: Path) -> None:
    content = os.urandom(sealing.CHUNK_BYTES * 2 + 10)
    whole, chunk = sealing.seal_whole(OLD, ORIGINAL, content), sealing.CHUNK_BYTES + sealing.TAG_BYTES
    head, first, second, last = whole[:20], whole[20 : 20 + chunk], whole[20 + chunk : 20 + 2 * chunk], whole[20 + 2 * chunk :]
    damaged = {
        "cut in a chunk": whole[:-1], "cut after a chunk": head + first, "no chunk": head, "empty": b"", "cut header": whole[:10],
        "exchanged chunks": head + second + first + last, "a chunk less": head + second + last, "more": whole + b"0",
        "a bit": whole[:50_000] + bytes([whole[50_000] ^ 1]) + whole[50_001:], "another form": b"SBF2" + whole[4:],
    }  # fmt: skip
    assert opened(whole, OLD, ORIGINAL) == content
    for each in damaged.values():
        with pytest.raises(FileDamaged):
            opened(each, OLD, ORIGINAL)
    for key, name in ((NEW, ORIGINAL), (OLD, f"{OTHER}/original"), (OLD, THUMB)):
        with pytest.raises(FileDamaged):
            opened(whole, key, name)


def opened(sealed: bytes, key: bytes, name: str) -> bytes:
    async def pieces() -> AsyncIterator[bytes]:
        for start in range(0, len(sealed), 40_000):
            yield sealed[start : start + 40_000]

    async def all() -> bytes:
        return b"".join([piece async for piece in sealing.unseal(key, name, pieces())])

    return asyncio.run(all())


async def test_files_stay_readable_while_all_are_encrypted_again(stores: Stores) -> None:
    before, store = stores.open(OLD), stores.open(NEW, OLD)
    contents = {f"files/0194f3c2-0000-7000-8000-0000000001{number:02}/original": os.urandom(90_000) for number in range(20)}
    for key, content in contents.items():
        await before.put(key, content)
    is_done = False

    async def read_all() -> int:
        count = 0
        while not is_done:
            for key, content in contents.items():
                assert await read(store, key) == content
                assert await store.size(key) == len(content)
                count += 1
        return count

    readers = [asyncio.create_task(read_all()) for _ in range(3)]
    for name in await stored(store):
        assert await store.renew(name, is_live)
    is_done = True
    assert min(await asyncio.gather(*readers)) > 0
    assert {split(name)[1] for name in await stored(store)} == set(ids(NEW))


async def test_a_file_deleted_during_its_renewal_does_not_return(folder: Stores, monkeypatch: pytest.MonkeyPatch) -> None:
    await folder.open(OLD).put(ORIGINAL, b"old")
    store = folder.open(NEW, OLD)
    (name,) = await stored(store)
    backend = store._backend
    assert backend is not None
    put = backend.put

    async def put_late(key: str, content: bytes | AsyncIterator[bytes]) -> None:
        content = content if isinstance(content, bytes) else b"".join([piece async for piece in content])
        await store.delete([ORIGINAL])
        await put(key, content)

    async def is_deleted(key: str) -> bool:
        return False

    monkeypatch.setattr(backend, "put", put_late)
    assert not await store.renew(name, is_deleted)
    assert await stored(store) == []


async def test_an_interrupted_renewal_is_finished_by_the_next(folder: Stores) -> None:
    await folder.open(OLD).put(ORIGINAL, b"old")
    store = folder.open(NEW, OLD)
    (name,) = await stored(store)
    await store.put(ORIGINAL, b"old")  # written, and the process was killed before it deleted the earlier form
    assert await store.renew(name, is_live)
    assert await stored(store) == [f"{ORIGINAL}.{ids(NEW)[0]}"]
