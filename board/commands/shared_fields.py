"""Fields that several kinds declare."""

from functools import partial

from board.engine.kinds import FieldSpec

private = partial(FieldSpec, exported=True, personal=True)  # exported, but shown on no display
written = partial(private, searched=True, prose=True)  # by people
