"""Conditions on a state, as data that the server and the scripts (`core/rules/conditions.js`) share."""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

# Allowed values by path. A "!" before the path negates: the values are forbidden. An absent value is None.
Condition = Mapping[str, Sequence[Any]]
IS_SET: Sequence[Any] = (None, False)  # after a "!" before the path: the value is set


def holds(condition: Condition, state: Any) -> bool:
    """Return whether a state meets a condition. Every state meets the empty condition."""
    for path, values in condition.items():
        keys, is_forbidden = _parsed(path)
        if (_value(state, keys) in values) == is_forbidden:
            return False
    return True


def value_at(state: Any, path: str) -> Any:
    """Return the value at a path such as "person.age"; None if a group on the way is unset."""
    return _value(state, path.split("."))


def _value(state: Any, keys: Sequence[str]) -> Any:
    for key in keys:
        if not isinstance(state, Mapping):
            return None
        state = state.get(key)
    return state


@cache
def _parsed(path: str) -> tuple[Sequence[str], bool]:
    """Return the keys of a path, and whether its values are forbidden."""
    return path.lstrip("!").split("."), path.startswith("!")
