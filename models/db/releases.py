"""Table versions of the releases. `CHANGELOG.md` lists them too; a test compares both."""

from collections.abc import Sequence

from models.db.errors import ConfigurationError

RELEASED = {"0.1.0": "0001", "0.2.0": "0002", "0.3.0": "0009", "0.4.0": "0027"}  # table version by version


def check(tables: str, versions: Sequence[str]) -> None:
    """Raise ConfigurationError for tables that this program can't update. `versions`: its table versions, the newest last.

    A release updates only databases of releases, because migrations between two releases can change until the second is released.
    """
    newest = versions[-1]
    if tables not in versions:
        origin = "a newer or an unreleased version" if tables > newest else "an unreleased version"
        raise ConfigurationError(
            f"The database has tables {tables}, which {origin} of the board made; this one has tables {newest}. {ADVICE}"
        )
    if newest in RELEASED.values() and tables not in RELEASED.values():
        raise ConfigurationError(f"The database has tables {tables}, which an unreleased version of the board made. {ADVICE}")


ADVICE = "Start the version that wrote it, or restore a backup of a release. CHANGELOG.md states the tables of each."
