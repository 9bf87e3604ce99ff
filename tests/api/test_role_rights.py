"""Rights of roles.toml: an installation can take them from a role, and each outlet asks for the right that it needs."""

import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from board.audit import outlets
from board.audit.entries import ExportRead
from board.config.roles import FILE, RIGHTS, load_roles
from models.accounts import ROLES
from models.db.errors import ConfigurationError
from tests.support.backends import SLOW_ON_POSTGRESQL
from tests.support.handover_steps import take_shift
from tests.support.people import Person
from tests.support.team import Team, running_team

pytestmark = pytest.mark.both_backends(SLOW_ON_POSTGRESQL)

NARROW = 'viewer = []\ninvestigator = ["displays"]\ncoordinator = ["export"]\nadmin = ["export"]\n'
AUDIT_FILE = "GET /api/v1/audit.csv"  # for administrators only, whatever the file says
OUTLETS = outlets.CALLS | outlets.PAGES
EXPORTS = sorted(name for name, outlet in OUTLETS.items() if ExportRead in outlet.entries and name != AUDIT_FILE)


@pytest.fixture
async def narrow_team(tmp_path: Path) -> AsyncIterator[Team]:
    """Team on an installation whose file takes rights from roles."""
    (tmp_path / FILE).write_text(NARROW)
    async with running_team(tmp_path, files_path=str(tmp_path)) as team:
        yield team


async def status(person: Person, outlet: str, search: str) -> int:
    method, path = outlet.split(" ")
    values = {"{board}": search, "{id}": search, "{material}": "none", "{report}": "none", "{number:number}": "1"}
    values["{disclosure}"] = "none"
    for name, value in values.items():
        path = path.replace(name, value)
    assert "{" not in path
    body: dict[str, Any] = {"json": {"what": "brief", "language": "fr"}} if method == "POST" else {}
    return (await person.http.request(method, path, **body)).status_code


def test_delivered_file_gives_the_rights_of_today() -> None:
    roles = load_roles()
    assert {right: [role for role in ROLES if roles.allows(role, right)] for right in RIGHTS} == {
        "export": list(ROLES),
        "contacts": ["investigator", "coordinator", "admin"],
        "report": ["coordinator", "admin"],
        "displays": ["coordinator", "admin"],
        "alarm_data": ["admin"],
    }
    assert not any(roles.allows("wall", right) for right in RIGHTS)


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        (NARROW.replace("viewer = []", 'viewer = ["displays"]'), "viewer"),
        (NARROW.replace("viewer = []", 'viewer = ["export", "contacts"]'), "viewer"),
        (NARROW.replace('["displays"]', '["delete"]'), "investigator.0"),
        (NARROW.replace("viewer = []", ""), "viewer"),
        (NARROW + "stranger = []", "stranger"),
    ],
)
def test_file_that_widens_a_viewer_or_is_wrong_is_refused(tmp_path: Path, wrong: str, field: str) -> None:
    (tmp_path / FILE).write_text(wrong)
    with pytest.raises(ConfigurationError, match=f"{FILE}, at {field}: "):
        load_roles(str(tmp_path))


async def test_every_export_is_refused_without_the_right(narrow_team: Team) -> None:
    alice, victor = narrow_team.alice, narrow_team.victor
    search = await alice.open_search()
    await take_shift(alice)
    assert len(EXPORTS) >= 12, "there is something to refuse"
    for outlet in EXPORTS:
        expected = 404 if outlet.startswith(("GET /accounts", "GET /disclosure")) else 403  # pages that do not exist for others
        assert await status(victor, outlet, search) == expected, outlet
        assert await status(alice, outlet, search) not in (401, 403), outlet
    assert (await victor.http.get(f"/api/v1/boards/{search}")).status_code == 200


async def test_every_export_works_for_viewers_as_delivered(team: Team) -> None:
    search = await team.alice.open_search()
    for outlet in (name for name in EXPORTS if not re.search("/(figures|disclosure)", name)):  # viewers get none at all
        assert await status(team.victor, outlet, search) not in (401, 403), outlet


async def test_displays_are_for_roles_with_the_right(narrow_team: Team) -> None:
    team = narrow_team
    for person, expected in ((team.victor, 403), (team.bob, 200), (team.alice, 403), (team.ada, 403)):
        assert (await person.http.get("/api/v1/displays")).status_code == expected
        assert (await person.http.get("/displays")).status_code == expected
        assert ("/displays" in (await person.http.get("/")).text) == (expected == 200), "the menu offers what is allowed"


async def test_sources_are_for_roles_with_the_right(narrow_team: Team) -> None:
    alice, bob = narrow_team.alice, narrow_team.bob
    search = await alice.open_search()
    await bob.command(search, "sighting.add", {"description": "a girl", "source": {"kind": "named"}, "source_name": "Dirk"})
    board = await alice.snapshot(search)
    sighting = next(id for kind, id in board["entities"] if kind == "sighting")
    for person in (alice, bob):
        assert (await person.http.get(f"/api/v1/boards/{search}/sightings/{sighting}/source")).status_code == 403


async def test_role_that_was_taken_ends_exports_on_open_pages(narrow_team: Team) -> None:
    """The page follows, because it has the rights of all roles: only the role is sent."""
    page = (await narrow_team.alice.http.get("/")).text
    assert "data-roles" in page
    assert "&#34;viewer&#34;:[]" in page
