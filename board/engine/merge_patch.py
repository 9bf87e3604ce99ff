"""Merge patches (RFC 7396) on the fields that people write, validated by their types."""

from typing import Any

from pydantic import ValidationError

from board.errors import from_pydantic, validated
from models.entity import State
from models.fields import Data


def merge_patch(state: Any, patch: Any) -> Any:
    """Apply a JSON merge patch (RFC 7396): objects merge, lists are replaced. A cleared field stays as null, which `Data` reads
    as absent. So clearing an unknown field is still an error."""
    if not isinstance(patch, dict):
        return patch
    merged = dict(state) if isinstance(state, dict) else {}
    for name, value in patch.items():
        merged[name] = merge_patch(merged.get(name), value)
    return merged


def apply_patch(fields: type[Data], state: State, patch: State) -> State:
    """Return all fields after a merge patch, validated. Raises Refused `invalid` if a field is invalid."""
    return validated(fields, merge_patch(state, patch)).model_dump()


def validate_patch_alone(fields: type[Data], blank: State, patch: State) -> None:
    """Validate a patch as far as possible without the entity. `blank`: the smallest valid state. Raises Refused `invalid` if the
    patch is invalid for any entity."""
    try:
        fields.model_validate(merge_patch(blank, patch))
    except ValidationError as error:
        if not all(_may_be_on_entity(patch, details["loc"], details["type"]) for details in error.errors(include_input=False)):
            raise from_pydantic(error) from error


def _may_be_on_entity(patch: Any, path: tuple[int | str, ...], type: str) -> bool:
    """Return whether the entity may have a field that an error reports as missing: it may, unless the patch clears it."""
    if type != "missing":
        return type == "incomplete"
    for name in path:
        if not isinstance(patch, dict) or name not in patch:
            return True
        patch = patch[name]
    return False
