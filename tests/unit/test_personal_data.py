"""Page about personal data: its tables are those of the database, its periods and rights those of the code."""

import re
from collections.abc import Iterable, Iterator

import pytest

from board.config.file_shares import load_file_shares
from board.config.retention import load_retention
from board.config.roles import RIGHTS, load_roles
from board.config.settings import Settings
from board.maintenance.pruning import rules
from board.retention import inventory
from models.accounts import ROLES
from models.db.schema import metadata
from tests.support.readme_blocks import document
from tests.unit.test_docs import names, table

PAGE = document("reference/personal-data")
STAYS = {"event": "chain", "reads": "who read", "search_facts": "all of it", "visibility_changes": "the id", "account": "guests"}
WITHOUT = re.compile(r"^Without personal data: (.*)\.$", re.M)


def tables_of(cells: Iterable[str]) -> list[str]:
    """Return the names of tables in the cells."""
    return [name for cell in cells for name in re.findall(r"`(\w+)`", cell)]


def problems(page: str, tables: Iterable[str]) -> Iterator[str]:
    """Yield a sentence for each table that the page does not name once, or in another group than the inventory."""
    of_searches, of_colleagues = table(page, "data \\| tables"), table(page, "table")
    groups = {name: group for group, cells in of_searches.items() for name in tables_of(cells[:1])}
    others = [*tables_of(of_colleagues), *tables_of(WITHOUT.findall(page))]
    yield from (f"{name} is named twice" for name in {name for name in others if others.count(name) > 1})
    yield from (f"{name} is missing" for name in set(tables) - {*groups, *others})
    yield from (f"{name} is no table" for name in {*groups, *others} - set(tables))
    expected = {name: inventory.GROUPS[group] for name, (group, _) in inventory.TABLES.items()}
    yield from (
        f"{name} is in the group {expected.get(name)}"
        for name in groups.keys() | expected
        if groups.get(name) != expected.get(name)
    )


def test_each_table_is_on_the_page_once() -> None:
    assert list(problems(PAGE, metadata.tables)) == []


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("`sighting`, ", "", "sighting is missing"),
        ("`upkeep`, ", "", "upkeep is missing"),
        ("`rights`, ", "`rights`, `token`, ", "token is named twice"),
        ("`rights`, ", "`rights`, `wrongs`, ", "wrongs is no table"),
        ("`material`, ", "`material`, `task`, ", "task is in the group Cards, notes and places"),
    ],
)
def test_wrong_table_is_found(old: str, new: str, problem: str) -> None:
    changed = PAGE.replace(old, new, 1)
    assert changed != PAGE
    assert problem in set(problems(changed, metadata.tables))


def test_new_table_is_found() -> None:
    assert list(problems(PAGE, [*metadata.tables, "habits"])) == ["habits is missing"]


def test_what_stays_after_an_erasure_is_what_the_inventory_keeps() -> None:
    after = {tuple(tables_of(cells[:1])): cells[-1] for cells in table(PAGE, "data \\| tables").values()}
    stays = {name: next(text for tables, text in after.items() if name in tables) for name in inventory.KEPT}
    assert STAYS.keys() == inventory.KEPT.keys()
    assert [name for name, words in STAYS.items() if words not in stays[name]] == []
    assert {text for tables, text in after.items() if not inventory.KEPT.keys() & {*tables}} == {"nothing"}


def test_periods_are_those_of_the_code() -> None:
    others = table(PAGE, "data \\| table")
    kept = {name: cells[-1] for first, cells in table(PAGE, "table").items() for name in tables_of([first])}
    kept |= {name: cells[-1] for cells in others.values() for name in tables_of(cells[:1])}
    days = {rule.table: max(1, rule.age.days) for rule in rules(Settings(_env_file=None))}  # a request for a disclosure has a day
    expected = {name: f"{count} day{'s' if count > 1 else ''}" for name, count in days.items()}
    assert {name: text for name, text in expected.items() if not re.search(rf"\b{text}\b", kept[name])} == {}
    assert others["withdrawn photos and files"][-1] == f"{load_file_shares().withdrawn_days} days"


def test_rules_of_retention_are_those_as_delivered() -> None:
    rows = table(PAGE, "searches")
    delivered = load_retention().rule
    written = [(sorted(names(first)) or None, cells[0]) for first, cells in rows.items()]
    assert written == [(rule.kinds, f"{rule.years} years" if rule.years else "without end") for rule in delivered]
    assert [rule.conditions for rule in delivered] == [None] * len(delivered)


def test_rights_of_roles_are_those_as_delivered() -> None:
    rows, roles = table(PAGE, "role"), load_roles()
    assert [*rows] == [f"`{role}`" for role in ROLES]
    for role in ROLES:
        assert names(rows[f"`{role}`"][0]) == {right for right in RIGHTS if roles.allows(role, right)}, role


def test_each_level_has_its_requirements() -> None:
    levels = table(PAGE, "level")
    assert [*levels] == ["confidential", "of a search", "of colleagues", "technical"]
    assert {len([cell for cell in cells if cell]) for cells in levels.values()} == {6}


def test_page_is_linked() -> None:
    assert "(reference/personal-data.md)" in document("index")
