"""Settable clock of this process."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pytest

from models import times


@dataclass
class WallClock:
    """Clock that is ahead of the machine's by `ahead`."""

    ahead: timedelta = timedelta(0)

    def set(self, ahead: timedelta) -> None:
        self.ahead = ahead


def install_clock(patch: pytest.MonkeyPatch) -> WallClock:
    """Make `models.times.now` return the time of this clock."""
    ours = WallClock()

    class Settable(datetime):
        @classmethod
        def now(cls, tz: Any = None) -> datetime:  # type: ignore[override]
            return datetime.now(tz) + ours.ahead

    patch.setattr(times, "datetime", Settable)
    return ours
