"""Rules for unusual reads, in a data file. An installation can replace the file with its own under FILES_PATH."""

from functools import partial
from typing import Annotated

from pydantic import Field

from board.config import data_files
from models.fields import Data

FILE = "unusual_reads.toml"

Reads = Annotated[int, Field(ge=1, le=10_000)]
Hour = Annotated[int, Field(ge=0, le=23)]
Name = Annotated[str, Field(min_length=1, max_length=200)]


class Rule(Data):
    """Number of reads from which they count as unusual. `administrators`: the number for administrators."""

    reads: Reads
    administrators: Reads

    def limit(self, role: str) -> int:
        """Return the number for a role."""
        return self.administrators if role == "admin" else self.reads


class WithinMinutes(Rule):
    """Number of reads within this time."""

    minutes: Annotated[int, Field(ge=1, le=1_440)]


class AtNight(Rule):
    """Number of searches between these hours, by someone who is not on duty."""

    from_hour: Hour
    until_hour: Hour


class ListedNames(Rule):
    """Number of searches with listed last names. `names`: last names besides those of colleagues."""

    names: Annotated[list[Name], Field(max_length=1_000)] = Field(default_factory=list)


class UnusualReads(Data):
    """Rules for unusual reads. An omitted rule is not applied."""

    many_searches: WithinMinutes | None = None
    at_night: AtNight | None = None
    taken_away: WithinMinutes | None = None
    listed_names: ListedNames | None = None
    look_ups: WithinMinutes | None = None


load_unusual_reads = data_files.loader(partial(data_files.read, FILE, UnusualReads))
