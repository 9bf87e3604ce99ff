"""Subject of a disclosure."""

from dataclasses import dataclass
from typing import Literal, get_args

from board.i18n import N_

SubjectKind = Literal["child", "person", "colleague"]
KINDS: tuple[SubjectKind, ...] = get_args(SubjectKind)
LABELS: dict[SubjectKind, str] = {
    "child": N_("Child"), "person": N_("Caller or contact"), "colleague": N_("Colleague"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Subject:
    """Person whose data is disclosed.

    `id`: board of the child's search, or account of the colleague. `name`, `reach`: name, and telephone or e-mail address, of a
    caller or contact; one of them may be empty.
    """

    kind: SubjectKind
    id: str = ""
    name: str = ""
    reach: str = ""
