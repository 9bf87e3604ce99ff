"""Target times of the queues of sightings, in a data file. An installation can replace the file with its own under FILES_PATH."""

from datetime import timedelta
from functools import partial
from typing import Annotated

from pydantic import Field

from board.config import data_files
from board.config.task_templates import YEAR_MINUTES
from models.fields import Data
from models.times import format_utc, parse_utc

FILE = "targets.toml"
QUEUES = ("look", "judge", "pass_on")  # queues with waiting sightings

Minutes = Annotated[int, Field(ge=1, le=YEAR_MINUTES)]


class Target(Data):
    """Minutes that a sighting may wait in a queue: an urgent one, and any other."""

    urgent: Minutes
    other: Minutes


class Targets(Data):
    """Target of each queue."""

    look: Target
    judge: Target
    pass_on: Target

    def minutes(self, queue: str, priority: str) -> int:
        """Return the minutes that a sighting may wait in one of QUEUES."""
        target: Target = getattr(self, queue)
        return target.urgent if priority == "urgent" else target.other

    def due(self, queue: str, priority: str, since: str) -> str:
        """Return the time at which a sighting becomes late. `since`: time at which it entered the queue."""
        return format_utc(parse_utc(since) + timedelta(minutes=self.minutes(queue, priority)))


load_targets = data_files.loader(partial(data_files.read, FILE, Targets))
