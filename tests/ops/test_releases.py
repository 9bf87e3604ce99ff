"""Tables of other versions: refused in a sentence that says what to do."""

import pytest

from models.db import releases
from models.db.database import ConfigurationError

KNOWN = ["0001", "0027", "0030", "0048"]


@pytest.mark.parametrize(
    ("tables", "words"),
    [
        ("0049", r"has tables 0049, which a newer or an unreleased version of the board made; this one has tables 0048"),
        ("0041", r"has tables 0041, which an unreleased version of the board made"),
    ],
)
def test_unknown_tables_are_refused(tables: str, words: str) -> None:
    with pytest.raises(ConfigurationError, match=rf"{words}.*CHANGELOG.md states the tables of each"):
        releases.check(tables, KNOWN)


def test_release_refuses_tables_between_two_releases(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(releases, "RELEASED", {"0.4.0": "0027"})
    for tables in KNOWN:
        releases.check(tables, KNOWN)  # this program is not released
    monkeypatch.setattr(releases, "RELEASED", {"0.1.0": "0001", "0.4.0": "0027", "0.5.0": "0048"})
    for tables in ("0001", "0027", "0048"):
        releases.check(tables, KNOWN)
    with pytest.raises(ConfigurationError, match="has tables 0030, which an unreleased version of the board made"):
        releases.check("0030", KNOWN)
