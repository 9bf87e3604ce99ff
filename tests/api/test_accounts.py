"""Accounts: what may be a password, and what becomes of one, of its sessions and of the links by which it is set."""

import hashlib
import subprocess
import sys

import pytest

from board.accounts import accounts, common_passwords, live_changes, passwords, predictable_passwords
from board.accounts.login import Login
from board.errors import OperationError
from board.paths import DATA
from models.times import format_utc, now
from tests.support.backends import SLOW_ON_POSTGRESQL
from tests.support.people import PASSWORD, Server, new_id

pytestmark = pytest.mark.both_backends(SLOW_ON_POSTGRESQL)

DIGEST = "7bcad7aed2dba8b7d4dc9cfbcbb7b86d81d459cb898c0fb942a0e5c1b4dcabb7"
LISTED = "qwertyuiop"  # 10 characters, and among the commonest


async def hire(server: Server, name: str = "Eva", role: str = "investigator") -> str:
    """A new account's address."""
    email = f"{name.lower()}-{new_id()}@desk.example"
    await live_changes.add_account(server.service, email, name, role, PASSWORD)
    return email


# -- passwords ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "password", ["a horse, 3", "élan vital", f"{PASSWORD} 12345", "Eva Dubois eats apples", "summer-horse 12"]
)
def test_any_password_that_is_long_enough_is_one_whatever_its_shape(password: str) -> None:
    assert passwords.problem(password) is None
    assert passwords.personal_problem(password, "Eva Dubois", "eva@desk.example") is None


@pytest.mark.parametrize("password", ["", "123 horse", PASSWORD * 50, LISTED, LISTED.upper(), f" {LISTED} ", "password123"])
def test_a_short_one_and_one_of_the_commonest_is_none(password: str) -> None:
    assert passwords.problem(password)


@pytest.mark.parametrize("password", ["Password2026!", "P@ssw0rd2026", "motdepasse1", "!!Wachtwoord", "26/11/2026 sommer"])
def test_nor_is_a_common_one_with_digits_and_signs_around_it(password: str) -> None:
    assert not common_passwords.is_listed(password.casefold())
    assert passwords.problem(password)
    assert passwords.problem(f"{password} and a horse") is None


@pytest.mark.parametrize(
    ("password", "left"),
    [
        ("aaaaaaaaaa", 1), ("ääääääääää!", 2), ("abcabcabcabcd", 1), ("0123456789", 1), ("9876543210", 1), ("abcdefghijkl", 1),
        ("αβγδεζηθικ", 1), ("azertyuiop", 1), ("QWERTZUIOP", 1), ("mlkjhgfdsq", 1), ("&é\"'(§è!çà", 1), ("qwertyazerty", 2),
        ("hothothothot", 3), ("horsehorsehorse", 5), ("hothothot-hot", 7), ("correct horse", 13),
    ],
)  # fmt: skip
def test_a_repetition_or_a_sequence_says_little(password: str, left: int) -> None:
    assert predictable_passwords.count_unpredictable(password) == left
    assert predictable_passwords.is_predictable(password) == (left < predictable_passwords.MIN_UNPREDICTABLE)
    assert bool(passwords.problem(password)) == (left < predictable_passwords.MIN_UNPREDICTABLE)


@pytest.mark.parametrize(
    "password",
    [
        "Searchboard1", "S3archb0ard!2026", "$earchboard", "Child Focus 116000", "ch1ld-f0cu5", "116000/116000", "116 000 2026!",
        "xx-childfocus",
    ],
)  # fmt: skip
def test_nor_is_one_made_of_the_words_of_the_product(password: str) -> None:
    assert passwords.problem(password)
    assert passwords.problem(f"{password} yellow umbrella") is None


@pytest.mark.parametrize(
    "password",
    [
        "Eva Dubois-Peeters", "eva dubois-peeters", "EvaDubois-Peeters", "eva.dubois@desk.example", "Eva.Dubois", "Peeters1987!",
        "3va.dub01s!!", "eva-dubois-26-11-2026", "searchboard-eva", "DÜBOIS eva 7",
    ],
)  # fmt: skip
def test_nor_is_ones_own_name_or_address(password: str) -> None:
    assert passwords.personal_problem(password, "Eva Dubois-Peeters", "eva.dubois@desk.example")
    assert passwords.personal_problem(password, "Bob", "bob@other.example") is None or "search" in password
    assert passwords.personal_problem(f"{password} yellow umbrella", "Eva Dubois-Peeters", "eva.dubois@desk.example") is None


def test_a_password_is_judged_in_steps_that_grow_with_its_length(monkeypatch: pytest.MonkeyPatch) -> None:
    """Counted by lines of Python that run: ten times the length takes at most about ten times the lines."""
    for hostile in ("a", "ab", "eva", "1", "searchboard", "é"):
        short, long = (_lines_run(hostile * 2_000, size) for size in (40, 400))
        assert long < 15 * short, hostile


def _lines_run(text: str, size: int) -> int:
    count = 0

    def trace(frame: object, event: str, argument: object) -> object:
        nonlocal count
        count += event == "line"
        return trace

    before = sys.gettrace()
    sys.settrace(trace)  # type: ignore[arg-type]
    try:
        passwords.problem(text[:size])
        passwords.personal_problem(text[:size], text[:200], f"{text[:100]}@desk.example")
    finally:
        sys.settrace(before)
    return count


def test_the_list_is_that_of_its_sources() -> None:
    """The head of the list names its sources; a line edited by hand would be in none of them."""
    text = (DATA / "common_passwords.txt").read_text(encoding="utf-8")
    listed = [line for line in text.splitlines() if not line.startswith("#")]
    assert len(listed) == 103_898
    assert sum(len(each) >= passwords.MIN_LENGTH for each in listed) == 56_223
    assert listed == sorted(set(listed), key=str.encode)
    assert all(each == each.casefold().strip() for each in listed)
    assert hashlib.sha256("\n".join(listed).encode()).hexdigest() == DIGEST
    assert all(common_passwords.is_listed(each) for each in (listed[0], listed[50_000], listed[-1]))
    assert not any(common_passwords.is_listed(each) for each in ("", "qwertyuio\nqwertyuiop", "# common", f"{LISTED}\n"))
    assert text.count("sha256") == 3
    assert "MIT" in text


def test_the_list_is_not_read_before_a_password_is_set() -> None:
    names = "import board.app, board.command_line.cli; from board.accounts import common_passwords"
    code = f"{names}; print(common_passwords._lines.cache_info())"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "currsize=0" in done.stdout


async def test_the_same_rules_hold_wherever_a_password_is_set(server: Server) -> None:
    email, at = await hire(server, "Eva Dubois"), format_utc(now())
    for password in ("123456789", LISTED, "Eva Dubois"):
        with pytest.raises(OperationError):
            await live_changes.add_account(server.service, f"{new_id()}@desk.example", "Eva Dubois", "viewer", password)
        with pytest.raises(OperationError):
            await server.service.database.write(accounts.prepare_password(email, password))
    assert await server.service.database.write(
        accounts.prepare_account(f"{new_id()}@desk.example", "Kim", "viewer", "Eva Dubois", at)
    )
    await server.service.database.write(accounts.prepare_password(email, "Eva Dubois eats apples"))


# -- simultaneous calls ---------------------------------------------------------------------------------------------------


async def test_nobody_comes_in_by_a_password_that_was_changed_meanwhile(server: Server) -> None:
    email, login = await hire(server), Login(server.service)
    fitting = await login.authenticate(email, PASSWORD, "peer")
    assert fitting is not None
    assert await login.start_session(fitting)  # nothing has changed yet
    await live_changes.apply_change(server.service, accounts.prepare_password(email, "another horse battery"))
    assert await login.start_session(fitting) is None
    fitting = await login.authenticate(email, "another horse battery", "peer")
    assert fitting is not None
    await live_changes.apply_change(server.service, lambda database: accounts.set_enabled(database, email, False))
    assert await login.start_session(fitting) is None
