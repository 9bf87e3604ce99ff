"""Accounts: what may be a password, and what becomes of one, of its sessions and of the links by which it is set."""

import hashlib

import pytest

from board.people import accounts, passwords
from board.people.accounts import Wrong
from board.places import DATA
from models.times import now, stamp
from tests.cast import PASSWORD, Server, new_id

pytestmark = pytest.mark.houses

DIGEST = "5eaf3b013d21aeff2c11e0cca7a60650e9ebb6bc55cab6e06cfafe5575d72770"
LISTED = "qwertyuiop"  # 10 characters, and among the commonest


async def hire(server: Server, name: str = "Eva", role: str = "investigator") -> str:
    """A new account's address."""
    email = f"{name.lower()}-{new_id()}@desk.example"
    await accounts.add_account(server.desk, email, name, role, PASSWORD)
    return email


# -- passwords ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("password", ["a horse, 3", "aaaaaaaaaaaaaaaa2", "élan vital", "x" * 1_000, "Eva Dubois 7"])
def test_any_password_that_is_long_enough_is_one_whatever_its_shape(password: str) -> None:
    assert passwords.fault(password) is None
    assert passwords.own_fault(password, "Eva Dubois", "eva@desk.example") is None


@pytest.mark.parametrize("password", ["", "123 horse", "x" * 1_001, LISTED, LISTED.upper(), f" {LISTED} ", "password123"])
def test_a_short_one_and_one_of_the_commonest_is_none(password: str) -> None:
    assert passwords.fault(password)


@pytest.mark.parametrize(
    "password", ["Eva Dubois-Peeters", "eva dubois-peeters", "EvaDubois-Peeters", "eva.dubois@desk.example", "Eva.Dubois"]
)
def test_nor_is_ones_own_name_or_address(password: str) -> None:
    assert passwords.own_fault(password, "Eva Dubois-Peeters", "eva.dubois@desk.example")
    assert passwords.own_fault(password, "Bob", "bob@desk.example") is None


def test_the_list_is_that_of_its_source() -> None:
    """Its head says which; a line that was edited by hand would not be found by who looks there."""
    listed = sorted(passwords.commonest())
    assert len(listed) == 1_557
    assert all(len(each) >= passwords.SHORTEST and each == each.casefold().strip() for each in listed)
    assert hashlib.sha256("\n".join(listed).encode()).hexdigest() == DIGEST
    assert "MIT" in (DATA / "common_passwords.txt").read_text()


async def test_the_same_rules_hold_wherever_a_password_is_set(server: Server) -> None:
    email, at = await hire(server, "Eva Dubois"), stamp(now())
    for password in ("123456789", LISTED, "Eva Dubois"):
        with pytest.raises(Wrong):
            await accounts.add_account(server.desk, f"{new_id()}@desk.example", "Eva Dubois", "viewer", password)
        with pytest.raises(Wrong):
            await server.desk.database.write(accounts.new_password(email, password))
    assert await server.desk.database.write(accounts.new_account(f"{new_id()}@desk.example", "Eva", "viewer", "Eva Dubois", at))
    await server.desk.database.write(accounts.new_password(email, "Eva Dubois 7"))


# -- at the same moment ---------------------------------------------------------------------------------------------------


async def test_nobody_comes_in_by_a_password_that_was_changed_meanwhile(server: Server) -> None:
    email, door = await hire(server), server.desk.door
    fitting = await door.fitting(email, PASSWORD, "peer")
    assert fitting is not None
    assert await door.begin(fitting)  # nothing has changed yet
    await accounts.change(server.desk, accounts.new_password(email, "another horse battery"))
    assert await door.begin(fitting) is None
    fitting = await door.fitting(email, "another horse battery", "peer")
    assert fitting is not None
    await accounts.change(server.desk, lambda database: accounts.set_enabled(database, email, False))
    assert await door.begin(fitting) is None
