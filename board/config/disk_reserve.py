"""Setting DISK_RESERVE: free space that uploads must leave on each disk, as a size, a part of the disk, or both."""

from typing import NamedTuple

UNITS = {"MIB": 1024**2, "GIB": 1024**3, "TIB": 1024**4}
MAX_DIGITS, MAX_PERCENT = 6, 90
FORM = "must be a size, a part of the disk, or both, such as 1GiB, 10% or 1GiB,10% (the smaller one counts)"


class Reserve(NamedTuple):
    """Free space to keep on a disk: the smaller of `bytes` and `percent` of the disk; None is ignored."""

    bytes: int | None = None
    percent: int | None = None

    def on_disk(self, total: int) -> int:
        """Return the bytes to keep free on a disk of `total` bytes."""
        part = None if self.percent is None else total * self.percent // 100
        return min(size for size in (self.bytes, part) if size is not None)


def parse_reserve(text: str) -> Reserve:
    """Return the reserve in a setting. Raises ValueError with a sentence."""
    reserve = Reserve()
    for part in text.split(","):
        reserve = _add(reserve, part.strip().upper())
    return reserve


def _add(reserve: Reserve, part: str) -> Reserve:
    if part.endswith("%") and reserve.percent is None and (percent := _number(part[:-1])) <= MAX_PERCENT:
        return reserve._replace(percent=percent)
    if part[-3:] in UNITS and reserve.bytes is None:
        return reserve._replace(bytes=_number(part[:-3]) * UNITS[part[-3:]])
    raise ValueError(FORM)


def _number(digits: str) -> int:
    if not (digits.isascii() and digits.isdigit() and len(digits) <= MAX_DIGITS):
        raise ValueError(FORM)
    return int(digits)
