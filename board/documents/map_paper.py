"""Map of a search on paper: the drawing, and the list of its points. The same drawing is in the history of the search."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

import orjson
from markupsafe import Markup
from sqlmodel import Session

from board.config import map_marks, sentences
from board.config.speeds import Speeds
from board.documents import content
from board.documents.content import Line, UserText, short_datetime
from board.documents.map_links import contradictions_of, links_of, sentences_of
from board.engine import conditions, kinds, snapshot
from board.i18n import N_, gettext_for
from board.maps import drawing, palette
from board.maps.captions import Mark
from board.maps.drawing import Style
from board.maps.points import MapPoint, map_points
from board.reach.contradictions import Contradiction
from models.board import Board
from models.entity import State

Size = Literal["a4", "a3"]
_PIXELS: dict[Size, tuple[int, int]] = {"a4": (1_000, 625), "a3": (1_440, 925)}  # size of the drawing in CSS pixels
TEXT_SIZE = 13
UNKNOWN = "?"  # for an unknown time
HEADINGS = (N_("No."), N_("Date and time"), N_("What"), N_("Place"))
MAX_LISTED = 500  # points in the list below the drawing
_PLACES = {"search": "last_seen", "sighting": "place", "task": "place", "place": "location"}
_OF_SEARCH = {"search": sentences.LAST_SEEN_RECORDED, map_marks.FOUND: sentences.WHERE_FOUND}  # names of the search's points
_WITHOUT_POINTS = frozenset({"column", "note", "briefing", "alarm", "file", "material", "distribution", "wake"})


class ListedPoint(NamedTuple):
    """Row of the list below the drawing."""

    number: str
    time: str
    title: Line
    place: Line


@dataclass(frozen=True, slots=True)
class MapPaper:
    """Map to print."""

    title: str
    language: str
    file: str
    printed: str
    size: Size
    drawing: Markup
    headings: tuple[str, ...]
    points: list[ListedPoint]
    left_out: str


class MapDocument:
    """Map of a search at a seq, for an account. The caller has checked access. `speeds`: links sightings that cannot both be
    true; None for no links."""

    def __init__(
        self, session: Session, board: Board, account: str, reads: str, seq: int | None = None, speeds: Speeds | None = None
    ) -> None:
        encoded = (
            snapshot.entities(session, board, account) if seq is None else snapshot.entities_at(session, board, account, seq)
        )
        self._states = dict(_states(encoded))
        self._reads, self._translate = reads, gettext_for(reads)
        self.points = map_points((kind, id, state) for (kind, id), state in self._states.items())
        self._search = next((state for (kind, _), state in self._states.items() if kind == "search"), None)
        self._pairs = self._contradictions(speeds) if speeds and self._search else []
        self._sentences = sentences_of(self._pairs, reads)

    def _contradictions(self, speeds: Speeds) -> list[Contradiction]:
        sightings = {id: state for (kind, id), state in self._states.items() if kind == "sighting"}
        return contradictions_of(speeds, self._search or {}, sightings)

    def paper(self, size: Size, printed: str) -> MapPaper:
        """Return the map for a sheet of this size, in landscape format."""
        name, reference = (self._search["person"]["first_name"], self._search["reference"]) if self._search else ("", "")
        return MapPaper(
            self._translate(N_("Map: {name}")).format(name=f"{name} · {reference}"), self._reads, reference, printed, size,
            self.svg(*_PIXELS[size]), tuple(map(self._translate, HEADINGS)),
            [self._listed(point) for point in self.points[:MAX_LISTED]], self._left_out(),
        )  # fmt: skip

    def svg(self, width: int, height: int, colours: palette.Palette = palette.LIGHT, text: float = TEXT_SIZE) -> Markup:
        """Return the drawing."""
        marks = [self._mark(point) for point in self.points]
        style = Style(colours, text, self._reads)
        svg = drawing.draw(marks, width, height, style, self._legend(), links_of(self._pairs, self._reads))
        return Markup(svg)  # noqa: S704 # escapes its texts

    def _legend(self) -> list[tuple[str, str]]:
        """Return the shapes on the map with their meanings, and the sign for sightings that cannot both be true."""
        shapes = {point.shape for point in self.points}
        verdicts = {**map_marks.VERDICTS, map_marks.RULED_OUT[0]: "cross"}
        meanings = [
            ("seen-last", self._translate(sentences.LAST_SEEN_RECORDED)),
            (map_marks.FOUND, self._translate(sentences.WHERE_FOUND)),
        ]
        meanings += [(shape, self._label("sighting", "assessment", code)) for code, shape in verdicts.items()]
        meanings += [
            (shape, self._translate(kinds.named(kind).title)) for shape, kind in (("task", "task"), ("searched", "place"))
        ]
        signs = [("not-both", self._translate(sentences.CANNOT_BOTH_BE_TRUE))] if self._pairs else []
        return [(shape, text) for shape, text in meanings if shape in shapes] + signs

    def marks_for_walls(self) -> Iterator[Mark]:
        """Yield the marks of points, without tasks, points that are ruled out, card numbers and typed texts."""
        for point in self.points:
            if point.kind != "task" and not point.is_ruled_out:
                time = self._time(point) or UNKNOWN
                yield Mark(point, time, self._note(point, self._state(point)))

    def _left_out(self) -> str:
        left = len(self.points) - MAX_LISTED
        return self._translate(N_("{count} other points are not shown.")).format(count=left) if left > 0 else ""

    def _mark(self, point: MapPoint) -> Mark:
        state = self._state(point)
        title = " · ".join(part for part in (self._time(point), str(point.number or "")) if part)
        return Mark(point, title, self._note(point, state))

    def _state(self, point: MapPoint) -> State:
        return self._states["search" if point.kind in _OF_SEARCH else point.kind, point.entity]

    def _note(self, point: MapPoint, state: State) -> str:
        if name := _OF_SEARCH.get(point.kind):
            return str(self._translate(name))
        if point.kind == "sighting":
            return self._label("sighting", "assessment", state["assessment"])
        return str(self._translate(kinds.named(point.kind).title))

    def _label(self, kind: str, path: str, code: str) -> str:
        choices = next((spec.choices for spec in kinds.named(kind).fields if spec.path == path), None) or {}
        return str(self._translate(choices.get(code, code)))

    def _time(self, point: MapPoint) -> str:
        if point.kind == "task" or point.at is None:
            return ""
        until = short_datetime(point.until, self._reads).rpartition("\u00a0")[2] if point.until else ""
        return "–".join(part for part in (short_datetime(point.at, self._reads), until) if part)

    def _listed(self, point: MapPoint) -> ListedPoint:
        state = self._state(point)
        text = conditions.value_at(state, "outcome.place" if point.kind == map_marks.FOUND else f"{_PLACES[point.kind]}.text")
        where: Line = [UserText(text), " · "] if text else []
        where.append(f"{point.center[0]:.5f}, {point.center[1]:.5f}")
        if point.radius:
            where.append(f" · ±\u00a0{point.radius:.0f}\u00a0m")
        if point.kind in _OF_SEARCH:
            return ListedPoint("", self._time(point), [self._note(point, state)], where)
        title: Line = [UserText(str(state[kinds.named(point.kind).title_field]))]
        time = self._time(point) or UNKNOWN
        notes = [self._note(point, state), *(f"≠ {sentence}" for sentence in self._sentences.get(point.id, ()))]
        return ListedPoint(str(point.number), time, [*title, *(f" · {note}" for note in notes)], where)


def _states(encoded: Iterable[bytes]) -> Iterator[tuple[tuple[str, str], State]]:
    for entity in encoded:
        kind = entity[9 : entity.index(b'"', 9)].decode()  # {"kind":"…
        if kind not in _WITHOUT_POINTS:
            parsed: dict[str, Any] = orjson.loads(entity)
            yield (parsed["kind"], parsed["id"]), parsed["state"]


def html(paper: MapPaper) -> str:
    """Return the map as an HTML page without external resources."""
    return content.template("map.html").render(paper=paper)
