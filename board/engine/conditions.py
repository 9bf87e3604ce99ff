"""Conditions on a state, as data that the server and the scripts (`core/rules/conditions.js`) share."""

from collections.abc import Mapping, Sequence
from typing import Any

# Allowed values by path. A "!" before the path negates: the values are forbidden. An absent value is None.
Condition = Mapping[str, Sequence[Any]]
IS_SET: Sequence[Any] = (None, False)  # after a "!" before the path: the value is set


def holds(condition: Condition, state: Any) -> bool:
    """Return whether a state meets a condition. Every state meets the empty condition."""
    return all((value_at(state, path.lstrip("!")) in values) != path.startswith("!") for path, values in condition.items())


def value_at(state: Any, path: str) -> Any:
    """Return the value at a path such as "person.age"; None if a group on the way is unset."""
    for key in path.split("."):
        state = state.get(key) if isinstance(state, Mapping) else None
    return state
