"""Map as an SVG: for paper and for walls. The same points and background as on the page."""

from collections.abc import Iterable, Iterator, Sequence
from html import escape
from typing import Any, NamedTuple

from board.config.map_marks import MARKS
from board.maps import background
from board.maps.background import Outline
from board.maps.label_places import LETTER, Box, fitting
from board.maps.palette import Palette
from board.maps.points import MapPoint
from board.maps.shapes import shape
from board.maps.view import Position, View, view_of

MAX_SHOWN_POINTS = 500  # marks; a drawing with more has the first of them, and says so
_KINDS = [mark.kind for mark in MARKS]
_FRAME = 3.8  # height of the scale and the attribution, in sizes of the text
_DETAIL_ZOOM = {"cantons": 8.0, "rail": 9.0, "stations": 11.0}
_TOWN_ZOOM = (12.0, 12.0, 11.0, 10.0, 9.0, 7.5, 6.5)  # from which zoom a town has its name, by the class of its population
_MAX_TOWNS = 30
_MAX_OUTLINE_RADIUS = 20_000  # units; larger circles are no longer circles on a drawing


class Mark(NamedTuple):
    """Point with the texts next to its mark: a bold one, and one below it."""

    point: MapPoint
    title: str
    note: str


Places = Sequence[tuple[Mark, Position]]


class Style(NamedTuple):
    """Style of a drawing. `text`: size of letters; marks and lines follow it."""

    palette: Palette
    text: float
    language: str


def draw(marks: Sequence[Mark], width: int, height: int, style: Style) -> str:
    """Return the SVG of a map."""
    shown = marks[:MAX_SHOWN_POINTS]
    above_frame = round(height - _FRAME * style.text)
    view = view_of((mark.point for mark in shown), width, above_frame)._replace(height=height)
    places = [(mark, view.position(mark.point.center)) for mark in sorted(shown, key=_by_certainty)]
    texts = _fitting_texts(places, view, style)
    taken = [*_taken(places, view, style), *(box for box, _, _ in texts)]
    parts = [
        *_background(view, style, taken), *_areas(shown, view, style), *_marks(places, style), *_texts(texts, style),
        *_frame(view, style),
    ]  # fmt: skip
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}"'
    font = 'font-family="Noto Sans, DejaVu Sans, sans-serif"'
    return f'{head} role="img" {font}>{_hatching(style.palette)}{"".join(parts)}</svg>'


def _by_certainty(mark: Mark) -> tuple[bool, int, str]:
    """Order marks, the most certain first: it covers the others, and has its text first."""
    return mark.point.is_ruled_out, _KINDS.index(mark.point.kind), mark.point.shape


def _taken(places: Places, view: View, style: Style) -> Iterator[Box]:
    """Yield the boxes that no text may cover: marks, and the scale with the attribution."""
    attribution = len(background.load()["attribution"]) * style.text * 0.75 * LETTER
    yield Box(view.width - attribution, view.height - 1.6 * style.text, view.width, view.height)
    yield Box(view.width * 0.77, view.height - _FRAME * style.text, view.width, view.height)
    for _, at in places:
        yield Box.of_mark(at, _mark_size(style))


def _mark_size(style: Style) -> float:
    return style.text * 1.2


def _hatching(palette: Palette) -> str:
    return (
        '<defs><pattern id="hatch" width="8" height="8" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">'
        f'<path d="M0 0V8" stroke="{palette.task}" stroke-width="2" stroke-opacity="0.55"/></pattern></defs>'
    )


def _background(view: View, style: Style, taken: Sequence[Box]) -> Iterator[str]:
    palette, content, unit = style.palette, background.load(), style.text / 14
    yield f'<rect width="{view.width:g}" height="{view.height:g}" fill="{palette.sea}"/>'
    yield _path(_lines(content["countries"], view, "Z"), palette.country, palette.border, unit)
    yield _path(_lines(content["provinces"], view, "Z"), palette.province, palette.border, 1.6 * unit)
    for name, colour in (("cantons", palette.canton), ("rail", palette.rail)):
        if view.zoom >= _DETAIL_ZOOM[name]:
            yield _path(_lines(content[name], view), "none", colour, unit)
    yield from _names(content, view, style, taken)


def _path(data: str, fill: str, stroke: str, width: float) -> str:
    return (
        f'<path d="{data}" fill="{fill}" stroke="{stroke}" stroke-width="{width:.2f}" stroke-linejoin="round"/>' if data else ""
    )


def _lines(outlines: Iterable[Outline], view: View, end: str = "") -> str:
    return "".join(f"{line}{end}" for outline in outlines if (line := _line(outline, view)))


def _line(outline: Outline, view: View) -> str:
    """Return the path of a line; empty if it is outside the drawing."""
    left, top = view.position((outline.north, outline.west))
    right, bottom = view.position((outline.south, outline.east))
    if right < 0 or left > view.width or bottom < 0 or top > view.height:
        return ""
    return "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in map(view.position, outline.points))


def _names(content: dict[str, Any], view: View, style: Style, taken: Sequence[Box]) -> Iterator[str]:
    """Yield the names of towns and stations that fit."""
    towns = [town for town in content["towns"] if view.zoom >= _TOWN_ZOOM[town[2]]]
    stations = content["stations"] if view.zoom >= _DETAIL_ZOOM["stations"] else []
    named = [
        (background.name_in(place, style.language), view.position(background.point_of(place))) for place in (*towns, *stations)
    ]
    size = style.text * 0.85
    boxes = ((Box.around(at, text, size), text, at) for text, at in named if view.contains(at))
    for _, text, at in fitting(boxes, _MAX_TOWNS, taken):
        yield _text(text, at.x, at.y + size / 3, size, style.palette.text_2, style.palette.province, anchor="middle")


def _text(text: str, x: float, y: float, size: float, fill: str, halo: str, *, bold: bool = False, anchor: str = "start") -> str:
    """Return a text over a halo. Drawn twice, because PDFs have no `paint-order`."""
    common = f'x="{x:.1f}" y="{y:.1f}" font-size="{size:.1f}" text-anchor="{anchor}" font-weight="{"700" if bold else "400"}"'
    content = escape(text)
    return (
        f'<text {common} fill="{halo}" stroke="{halo}" stroke-width="{size / 4:.1f}" stroke-linejoin="round">{content}</text>'
        f'<text {common} fill="{fill}">{content}</text>'
    )


def ink_of(point: MapPoint, palette: Palette) -> str:
    """Return the colour of a point."""
    if point.is_ruled_out:
        return palette.ruled_out
    return {"search": palette.text, "sighting": palette.sighting}.get(point.kind, palette.task)


def _areas(marks: Sequence[Mark], view: View, style: Style) -> Iterator[str]:
    """Yield outlines and circles, equal ones once."""
    shown: dict[str, None] = {}
    for mark in marks:
        if area := _area(mark.point, view, style):
            shown.setdefault(area)
    yield from shown


def _area(point: MapPoint, view: View, style: Style) -> str:
    ink, width = ink_of(point, style.palette), style.text / 9
    if len(point.outline) > 1:
        data = "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in map(view.position, point.outline))
        is_area = not point.is_line and len(point.outline) > 2
        fill = 'fill="url(#hatch)" fill-rule="evenodd"' if is_area else 'fill="none"'
        return f'<path d="{data}{"Z" if is_area else ""}" {fill} stroke="{ink}" stroke-width="{width:.1f}"/>'
    radius = view.pixels(point.radius or 0, point.center[0])
    if not 1 <= radius <= _MAX_OUTLINE_RADIUS:
        return ""
    at = view.position(point.center)
    fill = 'fill="url(#hatch)"' if point.kind == "place" else f'fill="{ink}" fill-opacity="0.08"'
    dashes = f'stroke-dasharray="{4 * width:.1f} {3 * width:.1f}"'
    return f'<circle cx="{at.x:.1f}" cy="{at.y:.1f}" r="{radius:.1f}" {fill} stroke="{ink}" stroke-width="{width:.1f}" {dashes}/>'


def _marks(places: Places, style: Style) -> Iterator[str]:
    """Yield the marks, the most certain last."""
    size, palette = _mark_size(style), style.palette
    for mark, at in reversed(places):
        yield f'<circle cx="{at.x:.1f}" cy="{at.y:.1f}" r="{size * 0.68:.1f}" fill="{palette.surface}"/>'
        ink = shape(mark.point.shape, ink_of(mark.point, palette), palette)
        corner = f"{at.x - size / 2:.1f} {at.y - size / 2:.1f}"
        yield f'<g transform="translate({corner}) scale({size / 16:.3f})">{ink}</g>'


def _fitting_texts(places: Places, view: View, style: Style) -> list[tuple[Box, Mark, Position]]:
    """Return the marks whose text covers nothing; the list below the map has all of them."""
    boxes = [
        (box, mark, at)
        for mark, at in places
        for box in Box.beside(at, max(mark.title, mark.note, key=len), style.text, _mark_size(style))
        if box.left >= 0 and box.right <= view.width
    ]
    return fitting(boxes, MAX_SHOWN_POINTS, _taken(places, view, style))


def _texts(texts: Iterable[tuple[Box, Mark, Position]], style: Style) -> Iterator[str]:
    palette, text = style.palette, style.text
    for box, mark, at in texts:
        is_left = box.right < at.x
        x, anchor = at.x + _mark_size(style) * (-0.85 if is_left else 0.85), "end" if is_left else "start"
        y, halo = at.y + (0 if mark.note else text / 3), palette.province
        yield _text(mark.title, x, y, text, palette.text, halo, bold=True, anchor=anchor)
        if mark.note:
            yield _text(mark.note, x, at.y + text * 1.1, text * 0.9, palette.text_2, halo, anchor=anchor)


def _frame(view: View, style: Style) -> Iterator[str]:
    """Yield the scale and the attribution."""
    text, palette = style.text, style.palette
    latitude = _middle_latitude(view)
    metres, label = _scale(view, latitude)
    length = view.pixels(metres, latitude)
    x, y = view.width - length - text, view.height - 2.4 * text
    ink = f'fill="none" stroke="{palette.text_2}" stroke-width="{text / 9:.1f}"'
    yield f'<path d="M{x:.1f} {y - text / 3:.1f}V{y:.1f}H{x + length:.1f}V{y - text / 3:.1f}" {ink}/>'
    yield _text(label, x + length / 2, y - text / 2, text * 0.85, palette.text_2, palette.province, anchor="middle")
    attribution, size = background.load()["attribution"], text * 0.75
    yield _text(attribution, view.width - text / 2, view.height - text / 2, size, palette.text_2, palette.province, anchor="end")


def _middle_latitude(view: View) -> float:
    """Return a latitude near the middle of the view, for the scale."""
    low, high = -85.0, 85.0
    for _ in range(20):
        middle = (low + high) / 2
        low, high = (middle, high) if view.position((middle, 0)).y > view.height / 2 else (low, middle)
    return (low + high) / 2


def _scale(view: View, latitude: float) -> tuple[int, str]:
    """Return the length of the scale in metres, a fifth of the width at most, and its text."""
    steps = [step * 10**power for power in range(1, 7) for step in (1, 2, 5)]
    metres = max((step for step in steps if view.pixels(step, latitude) <= view.width / 5), default=steps[0])
    return metres, f"{metres // 1000} km" if metres >= 1000 else f"{metres} m"
