"""Fields that several kinds declare."""

from functools import partial

from board.engine.kinds import FieldSpec

private = partial(FieldSpec, exported=True, personal=True)  # exported, but not shown on displays
written = partial(private, searched=True, prose=True)  # free text
