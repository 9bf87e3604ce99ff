"""Repetitions and sequences in passwords: `aaaaaaaaaa`, `abcabcabc`, `1234567890`, rows of keyboards.

A character that follows from those before it does not count, and enough other characters must remain.
"""

from collections.abc import Callable, Iterator
from itertools import count, pairwise

MIN_UNPREDICTABLE = 6  # characters that do not follow from others; `qwerty123456` has two
_MIN_RUN = 2  # steps in a row that make a sequence: three characters
_MAX_UNIT = 9  # characters of a repeated unit; a longer one could be a password on its own
_ROWS = (
    "1234567890", "qwertyuiop", "asdfghjkl", "zxcvbnm",  # QWERTY
    "azertyuiop", "qsdfghjklm", "wxcvbn", "&é\"'(§è!çà",  # AZERTY, as in Belgium
    "qwertzuiop", "yxcvbnm",  # QWERTZ
    "!@#$%^&*()", "!\"§$%&/()=",  # digits with Shift
)  # fmt: skip
_NEXT = [dict(pairwise(row)) for keys in _ROWS for row in (keys, keys[::-1])]


def is_predictable(password: str) -> bool:
    """Return whether too few characters of a password are unpredictable."""
    return count_unpredictable(password) < MIN_UNPREDICTABLE


def count_unpredictable(password: str) -> int:
    """Count the characters of a password that do not follow from those before."""
    text = password.casefold().strip()
    predictable: set[int] = set()
    for step in (-1, 0, 1):
        predictable.update(_runs(text, _step_of(text, step), _MIN_RUN))
    for row in _NEXT:
        predictable.update(_runs(text, _row_of(text, row), _MIN_RUN))
    for length in range(2, _MAX_UNIT + 1):
        predictable.update(_runs(text, _repeat_of(text, length), max(length, _MIN_RUN + 1)))
    return len(text) - len(predictable)


def _step_of(text: str, step: int) -> Callable[[int], bool]:
    return lambda at: at > 0 and ord(text[at]) - ord(text[at - 1]) == step


def _row_of(text: str, row: dict[str, str]) -> Callable[[int], bool]:
    return lambda at: at > 0 and row.get(text[at - 1]) == text[at]


def _repeat_of(text: str, length: int) -> Callable[[int], bool]:
    return lambda at: at >= length and text[at - length] == text[at]


def _runs(text: str, continues: Callable[[int], bool], minimum: int) -> Iterator[int]:
    """Yield the positions that continue a sequence of at least `minimum` steps."""
    run: list[int] = []
    for at in count():
        if at < len(text) and continues(at):
            run.append(at)
            continue
        if len(run) >= minimum:
            yield from run
        run.clear()
        if at >= len(text):
            return
