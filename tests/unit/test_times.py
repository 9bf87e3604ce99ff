"""Times in their short form are those that were written."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.times import format_utc, from_ms, to_ms

MOMENTS = st.datetimes(timezones=st.just(UTC))


@given(MOMENTS)
def test_written_time_is_read_back_from_its_milliseconds(moment: datetime) -> None:
    assert from_ms(to_ms(format_utc(moment))) == format_utc(moment)


@given(MOMENTS, MOMENTS)
def test_milliseconds_sort_as_their_times(one: datetime, other: datetime) -> None:
    texts = sorted(map(format_utc, (one, other)))
    assert sorted(map(to_ms, texts)) == [*map(to_ms, texts)]


@pytest.mark.parametrize("ms", [2**60, -(2**60), 253_402_300_800_000])
def test_number_outside_the_calendar_is_no_time(ms: int) -> None:
    with pytest.raises(OverflowError):
        from_ms(ms)
