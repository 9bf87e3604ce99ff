"""Rules of retention of closed searches, in a data file. An installation can replace the file with its own under FILES_PATH."""

from datetime import datetime
from functools import partial
from typing import Annotated

from pydantic import AfterValidator, Field

from board.config import data_files
from board.i18n import N_, message
from models.fields import Data
from models.search import CONDITIONS, KINDS

FILE = "retention.toml"


def _known(names: list[str], known: dict[str, str]) -> list[str]:
    if unknown := [name for name in names if name not in known]:
        raise ValueError(message(N_("Unknown: {name}. Use one of: {known}."), name=unknown[0], known=", ".join(known)))
    return names


_Kinds = Annotated[list[str], Field(max_length=100), AfterValidator(partial(_known, known=KINDS))]
_Conditions = Annotated[list[str], Field(max_length=100), AfterValidator(partial(_known, known=CONDITIONS))]


class Rule(Data):
    """Rule of retention. `kinds`, `conditions`: searches that it is for; None: all. `years`: since the closing; None: no end."""

    kinds: _Kinds | None = None
    conditions: _Conditions | None = None
    years: Annotated[int, Field(ge=1, le=200)] | None = None

    def fits(self, kind: str, condition: str | None) -> bool:
        return (self.kinds is None or kind in self.kinds) and (self.conditions is None or condition in self.conditions)


class Retention(Data):
    """Rules of retention. The first matching rule applies; a search without a matching rule is kept."""

    rule: Annotated[list[Rule], Field(max_length=100)]

    def rule_of(self, kind: str, condition: str | None) -> Rule | None:
        """Return the rule for a search of this kind and condition, None if there is none."""
        return next((rule for rule in self.rule if rule.fits(kind, condition)), None)


def years_after(moment: datetime, years: int) -> datetime:
    """Return the same day and time in a later year; 1 March for 29 February if that year has none."""
    try:
        return moment.replace(year=moment.year + years)
    except ValueError:
        return moment.replace(year=moment.year + years, month=3, day=1)


load_retention = data_files.loader(partial(data_files.read, FILE, Retention))
