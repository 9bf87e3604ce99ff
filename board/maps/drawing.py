"""Map as an SVG: for paper and for walls. The same points and background as on the page."""

from collections.abc import Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from functools import partial
from html import escape
from typing import Any, NamedTuple

from board.maps import background, legend, links
from board.maps.background import Outline
from board.maps.captions import Caption, Captions, Mark, Places
from board.maps.label_places import LETTER, Box, fitting
from board.maps.legend import Entry, Legend
from board.maps.links import Link
from board.maps.palette import Palette
from board.maps.points import MapPoint
from board.maps.shapes import shape
from board.maps.view import View, view_of

MAX_SHOWN_POINTS = 500  # marks; a drawing with more has the first of them, and says so
_RANK = (
    "found",
    "content-1",
    "content-2",
    "seen-last",
    "content-4",
    "content-5",
    "task",
    "searched",
    "cross",
)  # the most certain first
_FRAME = 3.8  # height of the scale and the attribution, in sizes of the text
_ATTRIBUTION = 1.6  # height of the attribution alone
_DETAIL_ZOOM = {"cantons": 8.0, "rail": 9.0, "stations": 11.0}
_TOWN_ZOOM = (12.0, 12.0, 11.0, 10.0, 9.0, 7.5, 6.5)  # zoom level from which a town is named, by class of population
_MAX_TOWNS = 30
_MAX_OUTLINE_RADIUS = 20_000  # units; the edge of a larger circle looks straight


class Style(NamedTuple):
    """Style of a drawing. `text`: size of letters; marks and lines follow it."""

    palette: Palette
    text: float
    language: str


def draw(marks: Sequence[Mark], width: int, height: int, style: Style, meanings: Legend = (), joined: Sequence[Link] = ()) -> str:
    """Return the SVG of a map. `meanings`: entries of the legend, at the bottom. `joined`: lines between points, whose texts are
    placed before all others."""
    shown = marks[:MAX_SHOWN_POINTS]
    above_frame = round(height - _frame_height(meanings, width, style.text))
    view = view_of((mark.point for mark in shown), width, above_frame)._replace(height=height)
    ends = {id for link in joined[: links.MAX_LINKS] for id in link[:2]}
    places = [(mark, view.position(mark.point.center)) for mark in sorted(shown, key=partial(_by_importance, ends))]
    entries = [*legend.placed(meanings, width, height - _ATTRIBUTION * style.text, style.text)]
    placed = links.place(joined, {mark.point.id: at for mark, at in places}, view, style.text)
    frame = [*_frame_boxes(view, style), *(entry.box for entry in entries), *(link.box for link in placed)]
    covered = [*frame, *(Box.of_mark(at, _mark_size(style)) for _, at in places)]
    joints = [(link.start, link.end) for link in placed]
    captions = Captions(view, style.text, _mark_size(style), covered, joints).place(places, ends)
    taken = [*covered, *(box for caption in captions for box in caption.boxes())]
    parts = [
        *_background(view, style, taken), *_areas(shown, view, style), *links.lines(placed, style.palette, style.text),
        *_leaders(captions, style), *_marks(places, style), *_texts(captions, style),
        *links.texts(placed, style.palette, style.text), *_legend(entries, style), *_frame(view, style),
    ]  # fmt: skip
    return _document(parts, width, height, style)


def _frame_height(meanings: Legend, width: float, text: float) -> float:
    """Return the height of the scale, the attribution and the legend."""
    return max(_FRAME, _ATTRIBUTION + legend.ROW * len(legend.rows(meanings, width, text)) + 0.5) * text


def _document(parts: Iterable[str], width: int, height: int, style: Style) -> str:
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}"'
    font = 'font-family="Noto Sans, DejaVu Sans, sans-serif"'
    return f'{head} role="img" {font}>{_hatching(style.palette)}{"".join(parts)}</svg>'


def _by_importance(ends: AbstractSet[str], mark: Mark) -> tuple[bool, bool, int]:
    """Return the sort key of a mark: ends of links first, then the most certain, which is drawn on top and captioned first."""
    point = mark.point
    return point.id not in ends, point.is_ruled_out, _RANK.index(point.shape) if point.shape in _RANK else len(_RANK)


def _frame_boxes(view: View, style: Style) -> Iterator[Box]:
    """Yield the boxes of the scale and the attribution."""
    attribution = len(background.load()["attribution"]) * style.text * 0.75 * LETTER
    yield Box(view.width - attribution, view.height - _ATTRIBUTION * style.text, view.width, view.height)
    yield Box(view.width * 0.77, view.height - _FRAME * style.text, view.width, view.height)


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
    stations = background.with_names(content["stations"]) if view.zoom >= _DETAIL_ZOOM["stations"] else []
    named = [
        (background.name_in(place, style.language), view.position(background.point_of(place))) for place in (*towns, *stations)
    ]
    size = style.text * 0.85
    boxes = ((Box.around(at, text, size), text, at) for text, at in named if view.contains(at))
    boxes = ((box, text, at) for box, text, at in boxes if box.is_inside(view.width, view.height))  # no name is cut
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
    return {"search": palette.text, "found": palette.text, "sighting": palette.sighting}.get(point.kind, palette.task)


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


def _leaders(captions: Iterable[Caption], style: Style) -> Iterator[str]:
    """Yield the lines from marks to captions that are not beside them."""
    for caption in captions:
        if start := caption.start:
            ink = f'stroke="{style.palette.text_2}" stroke-width="{style.text / 13:.1f}"'
            yield f'<path d="M{start.x:.1f} {start.y:.1f}L{caption.end.x:.1f} {caption.end.y:.1f}" fill="none" {ink}/>'


def _texts(captions: Iterable[Caption], style: Style) -> Iterator[str]:
    palette, text = style.palette, style.text
    for caption in captions:
        mark, gap = caption.mark, 0.15 * _mark_size(style)
        x, anchor = (caption.box.right - gap, "end") if caption.is_left else (caption.box.left + gap, "start")
        y, halo = caption.box.top + (1 if mark.note else 1.33) * text, palette.province
        yield _text(mark.title, x, y, text, palette.text, halo, bold=True, anchor=anchor)
        if mark.note:
            yield _text(mark.note, x, y + text * 1.1, text * 0.9, palette.text_2, halo, anchor=anchor)


def _legend(entries: Iterable[Entry], style: Style) -> Iterator[str]:
    size, palette = style.text * 0.85, style.palette
    inks = {"cross": palette.ruled_out, "not-both": palette.text, "seen-last": palette.text, "found": palette.text}
    inks |= dict.fromkeys(("task", "searched"), palette.task)
    for box, name, text in entries:
        ink = shape(name, inks.get(name, palette.sighting), palette)
        yield f'<g transform="translate({box.left:.1f} {box.top:.1f}) scale({size / 16:.3f})">{ink}</g>'
        yield _text(text, box.left + 1.4 * size, box.bottom - size / 2, size, palette.text_2, palette.province)


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
