"""File with the keys of searches: a destroyed key is not in the file, is never created again, and a crash damages no other."""

from pathlib import Path

import pytest

from board.config import search_keys
from board.config.search_keys import KeyState, SearchKeys, destroy
from board.errors import OperationError
from models.ids import new_id


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "search.keys"


def created(path: Path, count: int = 3) -> list[str]:
    searches = [new_id() for _ in range(count)]
    SearchKeys.read(path).add(searches)
    return searches


def test_created_keys_are_read_again_and_only_the_owner_reads_them(path: Path) -> None:
    searches = created(path)
    keys = SearchKeys.read(path)
    assert [keys.state(search) for search in (*searches, new_id())] == [KeyState.PRESENT] * 3 + [KeyState.UNKNOWN]
    assert path.stat().st_mode & 0o077 == 0
    before = path.read_bytes()
    keys.add(searches)
    assert path.read_bytes() == before


def test_destroyed_key_is_overwritten_in_place_and_never_created_again(path: Path) -> None:
    searches = created(path)
    secret = str(SearchKeys.read(path).identity(searches[1])).encode()
    inode, size = path.stat().st_ino, path.stat().st_size
    assert secret in path.read_bytes()  # so the test could fail
    for _ in range(2):
        destroy(path, searches[1])
    assert secret not in path.read_bytes()
    assert (path.stat().st_ino, path.stat().st_size) == (inode, size)
    keys = SearchKeys.read(path)
    keys.add(searches)
    states = [SearchKeys.read(path).state(search) for search in searches]
    assert states == [KeyState.PRESENT, KeyState.DESTROYED, KeyState.PRESENT]


def test_search_without_a_key_never_gets_one_after_its_erasure(path: Path) -> None:
    search = new_id()
    created(path)
    destroy(path, search)
    SearchKeys.read(path).add([search])
    assert SearchKeys.read(path).state(search) is KeyState.DESTROYED


def test_partial_line_is_dropped_and_torn_key_counts_as_destroyed(path: Path) -> None:
    searches = created(path)
    content = path.read_bytes()
    path.write_bytes(content + content[:50])
    assert SearchKeys.read(path).state(searches[2]) is KeyState.PRESENT
    more = created(path, 1)
    assert [SearchKeys.read(path).state(search) for search in (*searches, *more)] == [KeyState.PRESENT] * 4
    torn = bytearray(path.read_bytes())
    torn[37:80] = b"-" * 43
    path.write_bytes(torn)
    assert SearchKeys.read(path).state(searches[0]) is KeyState.DESTROYED


@pytest.mark.parametrize("damage", [b"\0", b"\n", b"a"])
def test_damaged_file_is_refused(path: Path, damage: bytes) -> None:
    created(path)
    content = bytearray(path.read_bytes())
    content[150:151] = damage
    path.write_bytes(content)
    with pytest.raises(OperationError, match="damaged at line 2"):
        SearchKeys.read(path)


def test_exposed_or_absent_file_is_refused(path: Path, tmp_path: Path) -> None:
    created(path)
    path.chmod(0o640 if path.stat().st_uid else 0o644)
    for call in (lambda: SearchKeys.read(path), lambda: destroy(path, new_id())):
        with pytest.raises(OperationError, match="chmod 600"):
            call()
    for absent in (tmp_path / "other.keys", tmp_path / "none" / "search.keys"):
        with pytest.raises(OperationError, match="can't be used"):
            destroy(absent, new_id())
        assert not absent.exists(), "an erasure with a file on another machine must not end"
    (tmp_path / "link").symlink_to(path)
    with pytest.raises(OperationError, match="can't be used"):
        destroy(tmp_path / "link", new_id())


def test_lines_have_the_length_of_a_key(path: Path) -> None:
    created(path, 2)
    assert len(path.read_bytes()) == 2 * search_keys._LENGTH
