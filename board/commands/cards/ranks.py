"""Ranks: short texts that sort cards. Between two ranks there is always space for another, so that a moved card gets a new rank
and its neighbours keep their ranks.

A rank is an integer and a fraction in base 62, compared as text. The first letter of the integer encodes its length (`a` one
digit, `b` two; `Z` one digit below zero, `Y` two), so that ranks at both ends stay short. A fraction never ends with a zero,
because there would be no space below it.

The algorithm is David Greenspan's ("Implementing Fractional Indexing"), as in rocicorp/fractional-indexing and
httpie/fractional-indexing-python (public domain, CC0 1.0). Databases contain ranks made by the latter; this module gives equal
results.
"""

DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"  # in the order of their code points
ZERO, LAST = DIGITS[0], DIGITS[-1]
SMALLEST = "A" + ZERO * 26  # the lowest integer; not a valid rank on its own, because there is none below it


def between(low: str | None, high: str | None) -> str:
    """Return a rank between two ranks; None for an open end. Raises ValueError unless `low` is below `high`."""
    for rank in (low, high):
        if rank is not None:
            _check(rank)
    if low is not None and high is not None and low >= high:
        raise ValueError(f"{low!r} is not below {high!r}")
    if low is None:
        return "a" + ZERO if high is None else _before(high)
    integer, fraction = _parts(low)
    if high is not None and _parts(high)[0] == integer:
        return integer + _middle(fraction, _parts(high)[1])
    following = _next(integer)
    if following is not None and (high is None or following < high):
        return following
    return integer + _middle(fraction, None)


def several_between(low: str | None, high: str | None, count: int) -> list[str]:
    """Return `count` ranks between two, in order: consecutive at an open end, otherwise spread by bisection."""
    if count == 0:
        return []
    rank = between(low, high)
    if low is None or high is None:
        several = [rank]
        while len(several) < count:
            several.append(between(several[-1], None) if high is None else between(None, several[-1]))
        return several if high is None else several[::-1]
    half = count // 2
    return [*several_between(low, rank, half), rank, *several_between(rank, high, count - half - 1)] if count > 1 else [rank]


def _before(high: str) -> str:
    integer, fraction = _parts(high)
    if integer == SMALLEST:
        return integer + _middle("", fraction)
    if fraction:
        return integer
    previous = _previous(integer)
    assert previous is not None  # only SMALLEST has no previous integer
    return previous if previous != SMALLEST else previous + _middle("", None)


def _middle(low: str, high: str | None) -> str:
    """Return a fraction between two fractions; None is the upper end. The fractions must not end with a zero."""
    if high is not None:
        shared = 0
        while shared < len(high) and (low[shared] if shared < len(low) else ZERO) == high[shared]:
            shared += 1
        if shared:
            return high[:shared] + _middle(low[shared:], high[shared:])
    first = DIGITS.index(low[0]) if low else 0
    end = DIGITS.index(high[0]) if high is not None else len(DIGITS)
    if end - first > 1:
        return DIGITS[(first + end + 1) // 2]
    if high is not None and len(high) > 1:
        return high[0]
    return DIGITS[first] + _middle(low[1:], None)


def _next(integer: str) -> str | None:
    """Return the next integer, or None above the highest."""
    head, digits = integer[0], integer[1:]
    prefix = digits.rstrip(LAST)
    if prefix:
        return head + prefix[:-1] + DIGITS[DIGITS.index(prefix[-1]) + 1] + ZERO * (len(digits) - len(prefix))
    if head == "z":
        return None
    above = "a" if head == "Z" else chr(ord(head) + 1)
    return above + ZERO * (_length(above) - 1)


def _previous(integer: str) -> str | None:
    """Return the previous integer, or None below the lowest."""
    head, digits = integer[0], integer[1:]
    prefix = digits.rstrip(ZERO)
    if prefix:
        return head + prefix[:-1] + DIGITS[DIGITS.index(prefix[-1]) - 1] + LAST * (len(digits) - len(prefix))
    if head == "A":
        return None
    below = "Z" if head == "a" else chr(ord(head) - 1)
    return below + LAST * (_length(below) - 1)


def _parts(rank: str) -> tuple[str, str]:
    """Return the integer and the fraction of a rank."""
    length = _length(rank[:1])
    if length > len(rank):
        raise ValueError(f"{rank!r} is not a rank")
    return rank[:length], rank[length:]


def _length(head: str) -> int:
    """Return the length of an integer with this first letter, including the letter."""
    if "a" <= head <= "z":
        return ord(head) - ord("a") + 2
    if "A" <= head <= "Z":
        return ord("Z") - ord(head) + 2
    raise ValueError(f"a rank cannot begin with {head!r}")


def _check(rank: str) -> None:
    if rank == SMALLEST or _parts(rank)[1].endswith(ZERO):
        raise ValueError(f"{rank!r} is not a rank")
