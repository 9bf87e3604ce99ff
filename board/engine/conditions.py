"""Conditions on a state as data: the server and the scripts (`core/rules/conditions.js`) decide by the same ones."""

from collections.abc import Mapping, Sequence
from typing import Any

# By path, the values of which the state has one; after a "!", those of which it has none. An absent value is None.
Condition = Mapping[str, Sequence[Any]]
IS_SET: Sequence[Any] = (None, False)  # with a "!": there is a value


def holds(condition: Condition, state: Any) -> bool:
    """Return whether a state meets a condition; each meets the empty one."""
    return all((_value_at(state, path.lstrip("!")) in values) != path.startswith("!") for path, values in condition.items())


def _value_at(state: Any, path: str) -> Any:
    for key in path.split("."):
        state = state.get(key) if isinstance(state, Mapping) else None
    return state
