"""Samples of matrices: by default a test runs with parameters that cover each axis, and in the slow run with all others.

`@pytest.mark.sample` keeps the combinations in which all axes advance together, so that each value of each axis is in one:
of three papers in four languages, four. `@pytest.mark.sample(every=5)` keeps each fifth value of the only axis. Browser tests
without the mark keep their first parameters. Backends are no axis: `both_backends` decides which of them run by default.
"""

from collections.abc import Iterable
from typing import Any

import pytest

NO_AXES = {"backend", "browser_name"}
Position = tuple[int, int]  # of a test on an axis, and the length of the axis


def leave_rest_to_slow_run(items: Iterable[pytest.Item]) -> None:
    """Mark all but the sample of each matrix as slow."""
    browser_tests = set[str]()
    for item in items:
        parameters = getattr(item, "callspec", None)
        if parameters is None or not parameters.params.keys() - NO_AXES:
            continue
        if mark := item.get_closest_marker("sample"):
            is_kept = is_in_sample(_positions(item, parameters.params), **mark.kwargs)
        else:
            test = item.nodeid.partition("[")[0]
            is_kept = not item.get_closest_marker("browser") or test not in browser_tests
            browser_tests.add(test)
        if not is_kept:
            item.add_marker("slow")


def is_in_sample(positions: list[Position], every: int = 1) -> bool:
    """Return whether a combination is a step on which all axes advance together, the shorter ones from the start again."""
    steps = range(0, max(length for _, length in positions), every)
    return any(all(step % length == index for index, length in positions) for step in steps)


def _positions(item: pytest.Item, parameters: dict[str, Any]) -> list[Position]:
    found = []
    for mark in item.iter_markers("parametrize"):
        names, values = mark.args
        names = [name.strip() for name in names.split(",")] if isinstance(names, str) else names
        wanted = [parameters[name] for name in names]
        found.append((next(index for index, value in enumerate(values) if _is(value, wanted)), len(values)))
    return found


def _is(value: Any, wanted: list[Any]) -> bool:
    """Return whether a value of `parametrize`, bare or of `pytest.param`, is this parameter, or all of these."""
    parts = value.values if hasattr(value, "marks") else [value] if len(wanted) == 1 else value
    return all(part is other for part, other in zip(parts, wanted, strict=True))
