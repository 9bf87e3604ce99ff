"""Target times of the queues of sightings, kept as data. An installation may replace the file by its own, under FILES_PATH."""

from datetime import timedelta
from functools import partial
from typing import Annotated

from pydantic import Field

from board.config import data_files
from board.config.predefined_tasks import YEAR_MINUTES
from models.fields import Data
from models.times import format_utc, parse_utc

FILE = "targets.toml"
QUEUES = ("look", "judge", "pass_on")  # those that somebody waits in

Minutes = Annotated[int, Field(ge=1, le=YEAR_MINUTES)]


class Target(Data):
    """Minutes in a queue: of urgent sightings, and of others."""

    urgent: Minutes
    other: Minutes


class Targets(Data):
    """Target of each queue."""

    look: Target
    judge: Target
    pass_on: Target

    def minutes(self, queue: str, priority: str) -> int:
        """Return how many minutes a sighting may wait in a queue, other than `answered`."""
        target: Target = getattr(self, queue)
        return target.urgent if priority == "urgent" else target.other

    def due(self, queue: str, priority: str, since: str) -> str:
        """Return the time from which a sighting that waits since then is late."""
        return format_utc(parse_utc(since) + timedelta(minutes=self.minutes(queue, priority)))


load_targets = data_files.loader(partial(data_files.read, FILE, Targets))
