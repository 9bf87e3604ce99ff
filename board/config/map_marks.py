"""Rules of maps, as data that the server (`board/maps/points.py`) and the scripts (`core/rules/map_points.js`) share: which
entities are points, and their shapes."""

from dataclasses import asdict, dataclass
from typing import Any

from models.place import LINES

Condition = dict[str, list[Any]]  # see board/engine/conditions.py

# by the assessment, as on timelines (static/js/shared/timeline/marks.js): the more certain, the fuller
VERDICTS = {"confirmed": "content-1", "credible": "content-2", "unassessed": "content-4", "unverifiable": "content-5"}
FOUND = "found"  # kind and shape of the point where the child was found
RULED_OUT = ("not_the_child", "duplicate")


@dataclass(frozen=True, slots=True)
class MarkRule:
    """Rule for a kind. `shown`, `line` and `ruled_out` are conditions; `place`, `at`, `until` and `outline` are paths of fields.

    - `at`, `until`: time of what happened there.
    - `line`: the outline is a line, not an area.
    - `shapes`: pairs of a condition and a shape. The first condition that is met gives the shape.
    - `ruled_out`: the point is drawn in grey.
    - `part`: kind of the point, if an entity has several; "" for the kind of the entity.
    """

    kind: str
    place: str
    at: str
    until: str = ""
    outline: str = ""
    shown: Condition | None = None
    line: Condition | None = None
    shapes: tuple[tuple[Condition, str], ...] = ()
    ruled_out: Condition | None = None
    part: str = ""


_ON_BOARD: Condition = {"withdrawn": [False]}
MARKS = (
    MarkRule("search", "last_seen", "missing_since", shown={}, shapes=(({}, "seen-last"),)),
    MarkRule("search", "outcome.point", "outcome.found_at", shown={}, shapes=(({}, FOUND),), part=FOUND),
    MarkRule(
        "sighting", "place", "seen_at", shown=_ON_BOARD, ruled_out={"assessment": [*RULED_OUT]},
        shapes=(
            *(({"assessment": [verdict]}, shape) for verdict, shape in VERDICTS.items()),
            ({"assessment": [*RULED_OUT]}, "cross"),
        ),
    ),
    MarkRule("task", "place", "due", shown=_ON_BOARD, shapes=(({}, "task"),)),
    MarkRule(
        "place", "location", "searched_from", "searched_until", "outline", shown=_ON_BOARD, line={"kind": [*LINES]},
        shapes=(({}, "searched"),),
    ),
)  # fmt: skip


def for_scripts() -> list[dict[str, Any]]:
    """Return the rules for scripts."""
    return [asdict(mark) for mark in MARKS]
