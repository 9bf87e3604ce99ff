"""Growth of a function's time with the length of its text, as the ratio of two lengths, so that no machine is too slow."""

import contextlib
import signal
import time
from collections.abc import Callable, Iterable, Iterator
from itertools import product

TIMES = 16  # ratio of the two lengths
MOST = 4 * TIMES  # accepted ratio of the times; quadratic growth would have TIMES * TIMES
TRIES = 6  # attempts, of which the fastest counts: other load only adds time
LEAST_S = 0.0005  # shorter times are too short to compare
LIMIT_S = 0.02  # CPU time for the largest input, because the event loop waits for it
HANGS_S = 0.5  # CPU time after which a call is ended

# Repeated parts of texts, with a prefix and a suffix: openings that are never closed, closings without an
# opening, ambiguous parts, parts that must be sorted, endless numbers.
PARTS = [
    '"', "\\", '"\\', '\\"', "[", "{", '{"":', '["",', "[[]],", "0", ".1", "1e9,", "NaN,", '"\\u0000"', '"\\ud800",', "a", "A",
    " ", "\n", " \n", "\n ", "\r", "a ", ".", "a.", ",", ";", ";a=", "=", "&", "a=&", "%", "%4", "%e9", "+", "-", "a-",
    "@", "@a", " @a", " @a-", "'", "*", "_", "<", "|", "/", "/a", "é", "\u0327\u0301", "\u0344", "\U0001d16d\U0001d165", "\ufdfa",
    "ß", "ﬀ", "½", "\u2028", "😀", "=1+", "1) ", "١", "0-,", "5-6,1-2,", "st ", "1000 ", "W/", '"a",', "q=1,",
]  # fmt: skip
BEFORE = ["", "[" * 33 + '"', 'a="']
AFTER = ["", 'x"']


def text_makers(parts: Iterable[str] = PARTS) -> Iterator[Callable[[int], str]]:
    """Return for each kind of text a function that makes one of a given length."""
    for before, part, after in product(BEFORE, parts, AFTER):
        yield (
            lambda length, before=before, part=part, after=after: (
                before + (part * (length // len(part) + 1))[: length - len(before) - len(after)] + after
            )
        )


def cpu_seconds(work: Callable[[], object]) -> float:
    """Return the CPU time of this thread for a call, in seconds."""
    began = time.thread_time()
    work()
    return time.thread_time() - began


@contextlib.contextmanager
def ended_after(seconds: float) -> Iterator[None]:
    """Raise Hangs in the main thread after `seconds` of CPU time. This also interrupts a regular expression."""

    def end(signal: int, frame: object) -> None:
        raise Hangs

    before = signal.signal(signal.SIGVTALRM, end)
    signal.setitimer(signal.ITIMER_VIRTUAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)


class Hangs(Exception):
    """A call took more than HANGS_S."""


def slowness(work: Callable[[str], object], make: Callable[[int], str], longest: int) -> str | None:
    """Describe why a function is too slow: it takes over LIMIT_S for its largest input, or its time grows faster than
    the length. None if neither is true."""
    text = make(longest)
    try:
        with ended_after(HANGS_S):
            took = cpu_seconds(lambda: work(text))
            if took > LIMIT_S / 2 and (slow := above(work, text, LIMIT_S)):
                return slow
        with ended_after(2 * TRIES * HANGS_S):
            return superlinear_growth(work, make, longest) if took > LEAST_S else None
    except Hangs:
        return f"over {HANGS_S} s for {text[:40]!r}…{text[-4:]!r}"


def above(work: Callable[[str], object], text: str, limit_s: float) -> str | None:
    """Describe the time for a text, the fastest of some attempts, if it is above a limit."""
    took = float("inf")
    for _ in range(TRIES):
        took = min(took, cpu_seconds(lambda: work(text)))
        if took <= limit_s:
            return None
    return f"{took * 1000:.0f} ms for {text[:40]!r}…{text[-4:]!r}"


def superlinear_growth(work: Callable[[str], object], make: Callable[[int], str], longest: int) -> str | None:
    """Describe the growth of the time if it is faster than that of the length; None otherwise."""
    short, long = make(longest // TIMES), make(longest)
    least = most = float("inf")
    for _ in range(TRIES):
        most = min(most, cpu_seconds(lambda: work(long)))
        least = min(least, cpu_seconds(lambda: work(short)))
        if most <= MOST * max(least, LEAST_S / TIMES):
            return None
    return f"{most / least:.0f} times as long for a text {TIMES} times as long: {long[:40]!r}…{long[-4:]!r}, {most:.3f} s"
