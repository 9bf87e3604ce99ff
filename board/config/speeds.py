"""Speeds of a person by means of travel, in a data file. An installation can replace the file with its own under FILES_PATH."""

from functools import partial
from typing import Annotated, Literal, get_args

from pydantic import AfterValidator, Field

from board.config import data_files
from board.i18n import N_
from models.fields import Data

FILE = "speeds.toml"

Means = Literal["foot", "bicycle", "car", "train"]
MEANS: tuple[Means, ...] = get_args(Means)
Kmh = Annotated[float, Field(ge=0.1, le=1_000)]


class Speed(Data):
    """Speeds of one means of travel, in a straight line."""

    usual_kmh: Kmh
    fastest_kmh: Kmh


class TrainSpeed(Speed):
    """Speeds between neighbouring stations, the wait for the first train, and the stop at each station."""

    wait_minutes: Annotated[float, Field(ge=0, le=1_440)] = 0.0
    stop_minutes: Annotated[float, Field(ge=0, le=60)] = 0.0


class Margin(Data):
    """Uncertainty of what people state: of a time, and of a point without a radius."""

    time_minutes: Annotated[float, Field(ge=0, le=1_440)] = 0.0
    radius_m: Annotated[float, Field(ge=0, le=1_000_000)] = 0.0


def _faster(speed: Speed) -> Speed:
    if speed.fastest_kmh < speed.usual_kmh:
        raise ValueError(N_("The fastest speed must not be lower than the usual speed."))
    return speed


_Speed = Annotated[Speed, AfterValidator(_faster)]
_TrainSpeed = Annotated[TrainSpeed, AfterValidator(_faster)]


class Speeds(Data):
    """Speeds of each means of travel. An omitted means is not considered."""

    foot: _Speed
    bicycle: _Speed | None = None
    car: _Speed | None = None
    train: _TrainSpeed | None = None
    margin: Margin = Field(default_factory=Margin)

    def of(self, means: Means) -> Speed | None:
        """Return the speeds of a means of travel, None if it is not considered."""
        speed: Speed | None = getattr(self, means)
        return speed

    @property
    def fastest_direct_kmh(self) -> float:
        """Fastest speed without a train."""
        return max(speed.fastest_kmh for speed in (self.foot, self.bicycle, self.car) if speed is not None)


load_speeds = data_files.loader(partial(data_files.read, FILE, Speeds))
