"""Fields that several kinds declare."""

from functools import partial
from typing import Any

from board.engine.kinds import FieldSpec
from board.i18n import N_

private = partial(FieldSpec, exported=True, personal=True)  # exported, but shown on no display
written = partial(private, searched=True, prose=True)  # by people


def place_fields(name: str, **more: Any) -> tuple[FieldSpec, ...]:
    """Return the fields of a place with its uncertainty, of the column `name`. `more` goes for all of them."""
    return (
        FieldSpec(name, N_("Place")),
        FieldSpec(f"{name}.text", N_("Place"), control="text", searched=True, exported=True, prose=True, **more),
        FieldSpec(f"{name}.lat", N_("Latitude"), control="number", exported=True, **more),
        FieldSpec(f"{name}.lon", N_("Longitude"), control="number", exported=True, **more),
        FieldSpec(f"{name}.radius_m", N_("Accuracy (± m)"), control="number", exported=True, **more),
    )
