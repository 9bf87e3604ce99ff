"""Ranks: short texts that always leave room for another one between two. A moved card gets a new rank; its neighbours keep
theirs.

A rank is an integer and a fraction in base 62, compared as text. The first letter of the integer tells its length (`a` one digit,
`b` two; `Z` one digit below zero, `Y` two), so that ranks at either end stay short. A fraction never ends with a zero: there
would be no room below it.

The algorithm is David Greenspan's ("Implementing Fractional Indexing"), as in rocicorp/fractional-indexing and
httpie/fractional-indexing-python (public domain, CC0 1.0). Databases hold ranks made by the latter, and the results here are
equal.
"""

DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"  # in the order of their code points
ZERO, LAST = DIGITS[0], DIGITS[-1]
SMALLEST = "A" + ZERO * 26  # the lowest integer; not a valid rank by itself, as nothing would be below it


def between(low: str | None, high: str | None) -> str:
    """Return a rank between two; None stands for an open end. Raises ValueError unless `low` is below `high`."""
    for rank in (low, high):
        if rank is not None:
            _check(rank)
    if low is not None and high is not None and low >= high:
        raise ValueError(f"{low!r} is not below {high!r}")
    if low is None:
        return "a" + ZERO if high is None else _before(high)
    whole, fraction = _parts(low)
    if high is not None and _parts(high)[0] == whole:
        return whole + _middle(fraction, _parts(high)[1])
    following = _next(whole)
    if following is not None and (high is None or following < high):
        return following
    return whole + _middle(fraction, None)


def several_between(low: str | None, high: str | None, count: int) -> list[str]:
    """Return `count` ranks between two, in order: one after the other at an open end, else spread by bisection."""
    if count == 0:
        return []
    rank = between(low, high)
    if low is None or high is None:
        found = [rank]
        while len(found) < count:
            found.append(between(found[-1], None) if high is None else between(None, found[-1]))
        return found if high is None else found[::-1]
    half = count // 2
    return [*several_between(low, rank, half), rank, *several_between(rank, high, count - half - 1)] if count > 1 else [rank]


def _before(high: str) -> str:
    whole, fraction = _parts(high)
    if whole == SMALLEST:
        return whole + _middle("", fraction)
    if fraction:
        return whole
    previous = _previous(whole)
    assert previous is not None  # only SMALLEST has none
    return previous if previous != SMALLEST else previous + _middle("", None)


def _middle(low: str, high: str | None) -> str:
    """Return a fraction between two; None is the end. Neither ends with a zero."""
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


def _next(whole: str) -> str | None:
    """Return the next integer, or None above the highest."""
    head, digits = whole[0], whole[1:]
    kept = digits.rstrip(LAST)
    if kept:
        return head + kept[:-1] + DIGITS[DIGITS.index(kept[-1]) + 1] + ZERO * (len(digits) - len(kept))
    if head == "z":
        return None
    above = "a" if head == "Z" else chr(ord(head) + 1)
    return above + ZERO * (_length(above) - 1)


def _previous(whole: str) -> str | None:
    """Return the previous integer, or None below the lowest."""
    head, digits = whole[0], whole[1:]
    kept = digits.rstrip(ZERO)
    if kept:
        return head + kept[:-1] + DIGITS[DIGITS.index(kept[-1]) - 1] + LAST * (len(digits) - len(kept))
    if head == "A":
        return None
    below = "Z" if head == "a" else chr(ord(head) - 1)
    return below + LAST * (_length(below) - 1)


def _parts(rank: str) -> tuple[str, str]:
    """Return the integer and the fraction of a rank."""
    length = _length(rank[:1])
    if length > len(rank):
        raise ValueError(f"{rank!r} is no rank")
    return rank[:length], rank[length:]


def _length(head: str) -> int:
    """Return the length of an integer with this first letter, including the letter."""
    if "a" <= head <= "z":
        return ord(head) - ord("a") + 2
    if "A" <= head <= "Z":
        return ord("Z") - ord(head) + 2
    raise ValueError(f"{head!r} begins no rank")


def _check(rank: str) -> None:
    if rank == SMALLEST or _parts(rank)[1].endswith(ZERO):
        raise ValueError(f"{rank!r} is no rank")
