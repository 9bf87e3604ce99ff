"""Tables of the released versions. `CHANGELOG.md` states them too; a test compares."""

from collections.abc import Sequence

from models.db.errors import ConfigurationError

RELEASED = {"0.1.0": "0001", "0.2.0": "0002", "0.3.0": "0009", "0.4.0": "0027"}  # version, and that of its tables


def check(tables: str, known: Sequence[str]) -> None:
    """Raise ConfigurationError for tables that this program can't update. It knows `known`, the newest last.

    A released program updates databases of releases alone: migrations between two releases may change until the second is out.
    """
    newest = known[-1]
    if tables not in known:
        written = "a newer or an unreleased version" if tables > newest else "an unreleased version"
        raise ConfigurationError(
            f"The database has tables {tables}, which {written} of the board made; this one has tables {newest}. {ADVICE}"
        )
    if newest in RELEASED.values() and tables not in RELEASED.values():
        raise ConfigurationError(f"The database has tables {tables}, which an unreleased version of the board made. {ADVICE}")


ADVICE = "Start the version that wrote it, or restore a backup of a release. CHANGELOG.md states the tables of each."
