"""The clock of this process, as tests set it."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pytest

from models import times


@dataclass
class WallClock:
    """Set ahead of the machine's by so much."""

    ahead: timedelta = timedelta(0)

    def set(self, ahead: timedelta) -> None:
        self.ahead = ahead


def install_clock(patch: pytest.MonkeyPatch) -> WallClock:
    """Have `models.times.now` tell this clock's time."""
    ours = WallClock()

    class Settable(datetime):
        @classmethod
        def now(cls, tz: Any = None) -> datetime:  # type: ignore[override]
            return datetime.now(tz) + ours.ahead

    patch.setattr(times, "datetime", Settable)
    return ours
