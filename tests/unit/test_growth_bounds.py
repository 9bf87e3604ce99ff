"""Bounds of everything that accounts can make grow: each table has one, so a new table has to name its own."""

import pytest

from board.accounts import earlier_networks, emergency_opening, session_limit
from board.accounts.factors import challenges, pending_sign_in, recovery_codes, second_factors
from board.commands import registry
from board.commands.alarms import alarms
from board.commands.alarms.alerts import RETENTION
from board.commands.cards import notes, tasks
from board.commands.contacts import contacts
from board.commands.duty import plan
from board.commands.files import files
from board.commands.handover import handovers
from board.commands.materials import distributions, materials
from board.commands.sightings import wakes
from board.config.board_shares import load_board_shares
from board.config.settings import Settings
from board.disclosure import requests as disclosure_requests
from board.displays import displays, pairing
from board.engine import board_limits, kinds
from board.files.http import upload_rows
from board.maintenance import pruning
from board.providers import limits
from board.retention import holds
from models.db.schema import metadata
from models.entity import CountedEntity
from models.handover import MAX_KEPT, MAX_PINNED
from models.search import MAX_EARLIER

SHARES = load_board_shares()
JOURNAL = "grows with each accepted command: bounded by the rate limits of the account, never shortened"
ADMINISTRATORS = "written by administrators alone"
ONE_EACH = "one row for each account, board or search"
ALARMS = "for one entity, the open one and the newest that ended; entities are bounded by shares"

# by table: what bounds it, and the number if there is one
BOUNDS: dict[str, tuple[str, object]] = {
    **{str(kind.model.__tablename__): ("share of an account on a board", SHARES.account) for kind in kinds.cards()},
    "note": ("share of an account on a board; those that ask for an answer", notes.MAX_ASKING),
    "column": ("share of an account on a board", SHARES.account),
    "tip": ("share of an account on a board", SHARES.token),
    "missingreport": ("share of an account on a board", SHARES.token),
    "search": ("searches that one account opened and that are on `operations`", SHARES.searches),
    "board": ("one for each search", SHARES.searches),
    "alarm": (ALARMS, alarms.MAX_ENDED),
    "file": ("files of a search", files.MAX_FILES + files.MAX_WITHDRAWN),
    "contacts": ("contacts of a search", contacts.MAX_CONTACTS),
    "material": ("materials of a search", materials.MAX_MATERIALS),
    "wakes": ("wakes of a search", wakes.MAX_WAKES),
    "due_wakes": (ONE_EACH, None),
    "distribution": ("distributions of a search", distributions.MAX_DISTRIBUTIONS),
    "duties": (ONE_EACH, MAX_KEPT),
    "planned_duties": ("entries of the plan", plan.MAX_PLANNED),
    "shift": (ONE_EACH, None),
    "handover": (ONE_EACH, None),
    "search_handovers": (ONE_EACH, handovers.MAX_SEARCHES),
    "briefing": (ONE_EACH, MAX_PINNED + MAX_KEPT),
    "display": ("displays that are not revoked; revoked ones stay as a record", displays.MAX_ACTIVE),
    "pairing": ("codes that wait", pairing.MAX_PENDING),
    "upload": ("open uploads of an account", upload_rows.MAX_OPEN),
    "upload_part": ("parts of an upload", upload_rows.MAX_PARTS),
    "board_share": ("one for each account and token on a board", None),
    "visibility_changes": ("one for each account and search", None),
    "read_positions": ("one for each account and board", None),
    "alert_choice": (ONE_EACH, None),
    "draft_key": (ONE_EACH, None),
    "link": (ONE_EACH, None),
    "identities": (ONE_EACH, None),
    "link_permissions": (ONE_EACH, None),
    "used_assertions": ("sign-ins and logouts of minutes, bounded by rate limits", (limits.BLOCKS.limit, limits.LOGOUTS.limit)),
    "verified": (ONE_EACH, None),
    "account_uses": (ONE_EACH, None),
    "login_networks": ("networks that an account signed in from", earlier_networks.MAX_NETWORKS),
    "file_usages": ("one row", None),
    "second_factors": ("factors of an account", second_factors.MAX_FACTORS),
    "recovery_codes": ("codes of an account", recovery_codes.COUNT),
    "pending_sign_ins": ("sign-ins of one account that wait", pending_sign_in.MAX_PENDING),
    "factor_graces": (ONE_EACH, None),
    "used_challenges": ("answers of an account's passkeys, deleted after minutes", challenges.TTL),
    "session": ("sessions of one account", session_limit.MAX_SESSIONS),
    "account": (ADMINISTRATORS, None),
    "token": (ADMINISTRATORS, None),
    "event": (JOURNAL, None),
    "search_facts": ("one for each event that changes a fact of a search: grows with the journal", JOURNAL),
    "processed_commands": ("one for each command, deleted after days", "pruned"),
    "alert": ("alerts of people, deleted after days", RETENTION),
    "alert_read": ("alerts of people, deleted after days", RETENTION),
    "security_alert": ("actions of administrators, deleted after days", RETENTION),
    "notification": ("steps of alarms, deleted after days", pruning.NOTIFICATIONS_KEPT),
    "earliersource": ("one for each correction of a source: grows with the journal", JOURNAL),
    "clockfault": ("written by the server, at most one for each process and minute", None),
    "reads": ("one for each served read: bounded by the rate limits of the calls, never shortened", None),
    "disclosures": ("requests of an account in 24 hours, deleted after that", disclosure_requests.MAX_PER_DAY),
    "emergency_openings": ("openings of an account in 24 hours", emergency_opening.MAX_PER_DAY),
    "erasures": ("one for each search that was erased or is asked about: a few short columns", JOURNAL),
    "retention_holds": ("holds of a search, deleted after their end", holds.MAX_PER_SEARCH),
    "rights": ("two rows", None),
    "upkeep": ("one row for each kind of maintenance", None),
}
PRUNED = ("processed_commands", "alert", "alert_read", "security_alert", "notification")


def test_every_table_names_its_bound() -> None:
    named = {*metadata.tables} - {"poison"}  # of the program itself
    assert named == {*BOUNDS}, "a table that is new needs a bound, and a line here"


def test_every_kind_is_counted_or_has_a_bound_of_its_own() -> None:
    assert registry.TABLE
    for kind in kinds.every():
        assert str(kind.model.__tablename__) in BOUNDS
        assert not kind.counted or issubclass(kind.model, CountedEntity) or kind.name == "search", kind.name


@pytest.mark.parametrize("table", PRUNED)
def test_tables_that_are_deleted_after_days_have_a_rule(table: str) -> None:
    assert table in {rule.table for rule in pruning.rules(Settings(_env_file=None))}


def test_no_single_account_or_role_fills_a_board() -> None:
    assert max(SHARES.account, SHARES.token) * 2 <= board_limits.MAX_ENTITIES
    assert SHARES.reserve_account * 2 <= SHARES.reserve < board_limits.RESERVED_ENTITIES


def test_lists_inside_an_entity_are_bounded() -> None:
    assert (tasks.MAX_ITEMS, MAX_EARLIER, MAX_PINNED) == (50, 50, 20)
