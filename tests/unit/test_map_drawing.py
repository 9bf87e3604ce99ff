"""Drawn maps: well-formed whatever the points are, bounded, and never more precise than is known."""

import re
import xml.etree.ElementTree as ET
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from board.dev import map_background
from board.lookup.stations import JUNCTIONS
from board.maps import background, drawing, legend, palette, view
from board.maps.captions import Caption, Captions, Mark
from board.maps.drawing import Style, draw
from board.maps.label_places import Box
from board.maps.links import MAX_LINKS, Link
from board.maps.points import MapPoint
from board.maps.view import Position
from tests.unit.test_tokens import colours

SVG = "{http://www.w3.org/2000/svg}"
STYLE = Style(palette.LIGHT, 13, "nl")
GENT = (51.05, 3.72)


def point(lat: float, lon: float, **more: Any) -> MapPoint:
    values: dict[str, Any] = {
        "id": "a", "entity": "a", "kind": "sighting", "number": 1, "shape": "content-2", "is_ruled_out": False,
        "center": (lat, lon), "radius": 50, "outline": (), "is_line": False, "at": None, "until": None,
    }  # fmt: skip
    return MapPoint(**(values | more))


def drawn(*points: MapPoint) -> ET.Element:
    return ET.fromstring(draw([Mark(each, "05:05 · 1", "credible") for each in points], 1_000, 600, STYLE))


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.builds(
            point, st.floats(-90, 90), st.floats(-180, 180), radius=st.sampled_from([None, 0, 1e-9, 50, 1e6]),
            outline=st.sampled_from([(), ((91.0, 0.0), (-90.0, 540.0)), ((51.0, 3.0), (51.1, 3.1), (51.1, 3.0), (51.0, 3.1))]),
            shape=st.sampled_from(["content-6", "cross", "of a newer version"]), is_line=st.booleans(),
        ),
        max_size=5,
    )
)  # fmt: skip
def test_any_points_give_a_drawing_without_numbers_that_are_none(points: list[MapPoint]) -> None:
    svg = draw([Mark(each, "x", "") for each in points], 400, 300, STYLE)
    assert not re.search(r"[\" ,(LM](nan|-?inf)\b", svg)
    ET.fromstring(svg)


def test_both_ends_of_a_link_have_their_text_in_a_crowd() -> None:
    crowd = [point(GENT[0] + n / 3_000, GENT[1] + n % 2 / 3_000, id=f"c{n}", number=n, shape="content-1") for n in range(12)]
    ends = [point(*GENT, id="x", shape="content-5"), point(50.94, 4.04, id="y", shape="content-5")]
    marks = [Mark(each, f"05:05 · {each.id}", "") for each in (*crowd, *ends)]
    alone, joined = (
        draw(marks, 1_000, 600, STYLE, (), links) for links in ((), [Link("x", "y", "24 km <4 min"), Link("x", "no", "")])
    )
    assert "05:05 · x<" not in alone
    assert all(text in joined for text in ("05:05 · x<", "05:05 · y<", "24 km &lt;4 min"))
    ET.fromstring(joined)


def test_points_that_matter_have_a_caption_and_none_covers_a_mark() -> None:
    crowd = [("content-4", 0.002, 0.0), ("content-4", 0.001, 0.006), ("searched", 0.003, 0.012), ("content-5", -0.004, -0.02)]
    matter = [("seen-last", 0.0005, 0.0), ("content-2", 0.0, 0.0003), ("content-1", 0.0004, 0.001)]
    marks = [
        Mark(
            point(GENT[0] + north, GENT[1] + east, id=f"p{number}", shape=shape), f"26 Nov 05:06 · {number}", "as recorded by us"
        )
        for number, (shape, north, east) in enumerate([*crowd, *matter])
    ]
    marks.append(Mark(point(50.94, 4.04, id="far"), "far", ""))
    for text in (13, 25):
        captions, boxes = _captions(marks, text)
        assert {caption.mark.point.id for caption in captions} >= {"p4", "p5", "p6"}
        for number, caption in enumerate(captions):
            assert not any(caption.box.overlaps(box) for box in (*boxes, *(other.box for other in captions[:number])))
        svg = draw(marks, 1_000, 600, Style(palette.LIGHT, text, "en"))
        assert all(f"26 Nov 05:06 · {number}<" in svg for number in (4, 5, 6))


def test_caption_is_beside_the_line_of_its_contradiction() -> None:
    start, end = Position(100, 100), Position(900, 500)
    mark = Mark(point(*GENT), "26 Nov 05:06 · 26", "not assessed")
    shown = view.view_of([point(*GENT)], 1_000, 600)
    (alone,) = Captions(shown, 13, 16, [Box.of_mark(start, 16)]).place([(mark, start)], {"a"})
    (joined,) = Captions(shown, 13, 16, [Box.of_mark(start, 16)], [(start, end)]).place([(mark, start)], {"a"})
    assert alone.box.is_crossed(start, end)
    assert not joined.box.is_crossed(start, end)


def _captions(marks: list[Mark], text: float) -> tuple[list[Caption], list[Box]]:
    shown = view.view_of((mark.point for mark in marks), 1_000, 600)
    places = [(mark, shown.position(mark.point.center)) for mark in marks]
    boxes = [Box.of_mark(at, 1.2 * text) for _, at in places]
    return Captions(shown, text, 1.2 * text, boxes).place(places, frozenset()), boxes


def test_legend_has_all_entries_whatever_their_length() -> None:
    for words in ("kurz", "so lang wie ein deutsches Wort mit vielen Teilen"):
        meanings = [("content-1", f"{words} {number}") for number in range(9)]
        svg = draw([Mark(point(*GENT), "x", "")], 1_000, 600, STYLE, meanings)
        assert all(f">{meaning}<" in svg for _, meaning in meanings)
        rows = legend.rows(meanings, 1_000, STYLE.text)
        assert all(entry.box.right <= 750 for row in rows for entry in row)


@pytest.mark.parametrize("lat", [50.7 + step / 50 for step in range(20)])
def test_no_name_is_cut_by_an_edge(lat: float) -> None:
    texts = drawn(point(lat, 3.72), point(lat + 0.1, 4.3)).iter(f"{SVG}text")
    names = [text for text in texts if text.get("text-anchor") == "middle" and text.get("font-weight") == "400"]
    assert names
    for name in names:
        baseline, size = float(name.attrib["y"]), float(name.attrib["font-size"])
        assert size <= baseline <= 600 - size / 3


def test_junctions_of_the_railway_have_no_name() -> None:
    names = {str(name) for station in background.load()["stations"] for name in station[3:]}
    assert not names & JUNCTIONS
    assert "Luik-Carré" in names
    around = draw([Mark(point(*GENT), "x", ""), Mark(point(50.94, 4.04), "y", "")], 1_000, 600, STYLE)
    assert "Gontrode" in around
    assert "PW" not in around


def test_links_of_a_drawing_are_bounded() -> None:
    marks = [Mark(point(*GENT, id="x"), "a", ""), Mark(point(50.94, 4.04, id="y"), "b", "")]
    svg = draw(marks, 1_000, 600, STYLE, (), [Link("x", "y", "not both")] * 200)
    assert svg.count(">not both<") == MAX_LINKS


def test_typed_text_is_escaped() -> None:
    svg = draw([Mark(point(*GENT), "<script>alert(1)</script>", '"&')], 400, 300, STYLE)
    assert "<script" not in svg
    ET.fromstring(svg)


def test_attribution_and_scale_are_on_every_drawing() -> None:
    for points in ([], [point(*GENT)], [point(90, 180), point(-90, -180)]):
        texts = [element.text for element in drawn(*points).iter(f"{SVG}text")]
        assert map_background.ATTRIBUTION in texts
        assert any(text and text.endswith((" m", " km")) for text in texts)


def test_circle_has_the_size_of_the_radius() -> None:
    shown = view.view_of([point(*GENT)], 1_000, 600)
    (circle,) = [each for each in drawn(point(*GENT, radius=400)).iter(f"{SVG}circle") if each.get("stroke-dasharray")]
    expected = shown.pixels(400, GENT[0])
    assert float(circle.get("r", "0")) == pytest.approx(expected, abs=0.1)
    assert not [each for each in drawn(point(*GENT, radius=0)).iter(f"{SVG}circle") if each.get("stroke-dasharray")]


def test_length_on_the_drawing_is_that_on_the_sphere() -> None:
    shown = view.view_of([point(*GENT)], 1_000, 600)
    kilometre_east = shown.position((GENT[0], GENT[1] + 0.0142939))  # 1 km at this latitude
    assert kilometre_east.x - shown.position(GENT).x == pytest.approx(shown.pixels(1_000, GENT[0]), rel=0.01)


def test_all_points_are_in_the_view() -> None:
    points = [point(51.05, 3.72), point(50.63, 5.57), point(49.6, 5.8)]
    shown = view.view_of(points, 1_000, 600)
    assert all(shown.contains(shown.position(each.center)) for each in points)


def test_many_points_at_one_place_are_bounded() -> None:
    svg = draw([Mark(point(*GENT, id=str(number)), f"{number}", "credible") for number in range(5_000)], 1_000, 600, STYLE)
    assert svg.count("<g ") == drawing.MAX_SHOWN_POINTS
    assert svg.count("stroke-dasharray") < 10, "equal circles are drawn once"
    assert len(svg) < 600_000


def test_background_is_that_of_its_sources() -> None:
    assert map_background.FILE.read_text(encoding="utf-8") == map_background.content(), "run python -m board.dev.map_background"
    assert len(background.load()["stations"]) > 700


def test_colours_are_those_of_the_screens() -> None:
    tokens = colours("tokens.css")
    for name, token in (
        ("sighting", "sighting"),
        ("task", "task"),
        ("text", "text"),
        ("text_2", "text-2"),
        ("surface", "surface"),
    ):
        assert (getattr(palette.LIGHT, name), getattr(palette.DARK, name)) == tokens[token]
