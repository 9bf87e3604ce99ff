"""Rotation of the keys of files: no order of calls loses a file or brings one back, and a bad file stops no other."""

import asyncio
import random
from collections.abc import AsyncIterator
from typing import Any

import pytest

from board.config.data_keys import DataKeys
from board.files import sealed_files
from board.files.sealed_files import SealedFiles, split
from board.files.stored import StoredFile
from board.files.unavailable import FileDamaged, FilesUnavailable, Reason
from models.key_ring import KeyRing
from tests.support.data_keys import ids, new_key

OLD, NEW = new_key(), new_key()
FILE = "files/0194f3c2-0000-7000-8000-000000000001"
ORIGINAL, THUMB = f"{FILE}/original", f"{FILE}/thumb"
CONTENT = b"Wilhelmina" * 10


class Memory:
    """Place in memory, where another task can run before each step."""

    def __init__(self, pauses: random.Random | None = None) -> None:
        self.files = dict[str, bytes]()
        self._pauses = pauses

    async def _step(self) -> None:
        for _ in range(self._pauses.randrange(6) if self._pauses else 0):
            await asyncio.sleep(0)

    async def put(self, key: str, content: bytes | AsyncIterator[bytes]) -> None:
        whole = content if isinstance(content, bytes) else b"".join([piece async for piece in content])
        await self._step()
        self.files[key] = whole

    async def get(self, key: str) -> AsyncIterator[bytes]:
        await self._step()
        if key not in self.files:
            raise FileNotFoundError(key)
        yield self.files[key]

    async def size(self, key: str) -> int:
        await self._step()
        if key not in self.files:
            raise FileNotFoundError(key)
        return len(self.files[key])

    async def delete(self, keys: Any) -> None:
        for key in keys:
            await self._step()
            self.files.pop(key, None)

    async def list(self, prefix: str) -> AsyncIterator[StoredFile]:
        await self._step()
        for key in [key for key in self.files if key.startswith(prefix)]:
            yield StoredFile(key, 1, 0.0)


def store(place: Any, *keys: bytes) -> SealedFiles:
    data_keys = DataKeys(None)
    data_keys.ring = KeyRing.of(keys)
    return SealedFiles(place, data_keys)


async def live(key: str) -> bool:
    return True


async def read(files: SealedFiles, key: str) -> bytes:
    return b"".join([piece async for piece in files.get(key)])


# -- two rotations at once --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("is_deleted", [False, True])
async def test_two_rotations_never_lose_a_file_nor_return_a_deleted_one(is_deleted: bool) -> None:
    for seed in range(400):
        pauses = random.Random(seed)
        place, deleted = Memory(pauses), set[str]()
        await store(place, OLD).put(ORIGINAL, CONTENT)

        async def is_live(key: str, deleted: set[str] = deleted) -> bool:
            return key not in deleted

        async def rotate(place: Memory = place, is_live: Any = is_live, pauses: random.Random = pauses) -> None:
            files = store(place, NEW, OLD)
            for _ in range(pauses.randrange(20)):
                await asyncio.sleep(0)
            for name in [entry.key async for entry in files.stored("files/")]:
                await files.renew(name, is_live)

        async def delete(place: Memory = place, deleted: set[str] = deleted, pauses: random.Random = pauses) -> None:
            for _ in range(pauses.randrange(40)):
                await asyncio.sleep(0)
            deleted.add(ORIGINAL)  # the database decides first
            await store(place, NEW, OLD).delete([ORIGINAL])

        async def look(place: Memory = place) -> None:
            for _ in range(5):
                if not is_deleted:
                    assert await read(store(place, NEW, OLD), ORIGINAL) == CONTENT

        await asyncio.gather(rotate(), rotate(), look(), *([delete()] if is_deleted else []))
        assert list(place.files) == ([] if is_deleted else [f"{ORIGINAL}.{ids(NEW)[0]}"]), f"seed {seed}"


async def test_a_rotation_that_is_overtaken_keeps_the_only_form() -> None:
    place = Memory()
    await store(place, OLD).put(ORIGINAL, CONTENT)
    first, second = store(place, NEW, OLD), store(place, NEW, OLD)
    (name,) = list(place.files)
    put = place.put

    async def put_late(key: str, content: Any) -> None:
        await put(key, content)
        place.put = put  # type: ignore[method-assign]
        assert await first.renew(name, live)

    place.put = put_late  # type: ignore[method-assign]
    assert not await second.renew(name, live)
    assert await read(second, ORIGINAL) == CONTENT


# -- verification -----------------------------------------------------------------------------------------------------------


async def test_new_form_is_read_before_the_old_one_is_deleted() -> None:
    place = Memory()
    await store(place, OLD).put(ORIGINAL, CONTENT)
    (name,) = list(place.files)
    put = place.put

    async def put_cut(key: str, content: Any) -> None:
        await put(key, content)
        place.files[key] = place.files[key][:-1]

    place.put = put_cut  # type: ignore[method-assign]
    files = store(place, NEW, OLD)
    with pytest.raises(FileDamaged):
        await files.renew(name, live)
    assert name in place.files
    place.put = put  # type: ignore[method-assign]
    assert await files.renew(name, live)
    assert await read(store(place, NEW), ORIGINAL) == CONTENT


async def test_new_form_with_another_content_replaces_nothing() -> None:
    place = Memory()
    await store(place, OLD).put(ORIGINAL, CONTENT)
    await store(place, NEW).put(ORIGINAL, b"other")
    before = dict(place.files)
    with pytest.raises(FileDamaged):
        await store(place, NEW, OLD).renew(f"{ORIGINAL}.{ids(OLD)[0]}", live)
    assert place.files == before


# -- names and keys ---------------------------------------------------------------------------------------------------------


STRAYS = ("files/notes.txt", "files/Holiday.0123456789ab", f"{FILE}/original.bak.0123456789ab", "0123456789ab", "x.0123456789ab")


@pytest.mark.parametrize("name", STRAYS)
async def test_stray_file_has_no_key_and_is_not_renewed(name: str) -> None:
    assert split(name) == (name, None)
    place = Memory()
    place.files[name] = b"x"
    assert [entry async for entry in store(place, NEW).stored("")] == []


async def test_process_without_keys_deletes_no_encrypted_file() -> None:
    place = Memory()
    await store(place, OLD).put(ORIGINAL, CONTENT)
    await store(place).put(THUMB, CONTENT)
    keyless = store(place)
    with pytest.raises(FilesUnavailable) as caught:
        await keyless.delete([ORIGINAL, THUMB])
    assert caught.value.reason is Reason.KEY
    assert len(place.files) == 2
    await store(place, OLD).delete([ORIGINAL])
    await keyless.delete([THUMB])
    assert place.files == {}


async def test_names_that_cannot_be_deleted_end_the_deletion(monkeypatch: pytest.MonkeyPatch) -> None:
    place = Memory()
    await store(place, OLD).put(ORIGINAL, CONTENT)
    calls = 0

    async def refuse(keys: Any) -> None:
        nonlocal calls
        calls += 1
        assert calls <= sealed_files.MAX_DELETIONS, "unbounded"

    monkeypatch.setattr(place, "delete", refuse)
    with pytest.raises(FilesUnavailable):
        await store(place, OLD).delete([ORIGINAL])
