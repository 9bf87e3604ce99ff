"""Points of maps: the page and the server read the same rules, and give the same points."""

from pathlib import Path
from typing import Any

from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from board.config.map_marks import MARKS, VERDICTS
from board.engine import conditions, kinds
from board.maps.points import map_points
from models.place import LINES
from tests.support.map_points import in_form_of_pages, on_pages

LATS, LONS = st.floats(-90, 90, width=32), st.floats(-180, 180, width=32)
TIMES = st.none() | st.sampled_from(["2026-11-24T05:05:00.000Z", "2026-11-24T05:05:00.001Z", "2025-01-01T00:00:00.000Z"])
RADII = st.none() | st.sampled_from([0, 0.5, 50, 1_000_000])
PLACES = st.none() | st.one_of(
    st.fixed_dictionaries({"text": st.none(), "lat": LATS, "lon": LONS, "radius_m": RADII}),
    st.fixed_dictionaries({"text": st.just("Gent"), "lat": st.none(), "lon": st.none(), "radius_m": RADII}),
)
OUTLINES = st.none() | st.lists(st.tuples(LATS, LONS).map(list), min_size=2, max_size=6)
POINTS = st.none() | st.fixed_dictionaries({"lat": LATS, "lon": LONS, "radius_m": RADII})
OUTCOMES = st.none() | st.fixed_dictionaries({"found_at": TIMES, "place": st.none()}, optional={"point": POINTS})
FLAGS, NUMBERS = st.booleans(), st.integers(1, 40)
GRADES = st.fixed_dictionaries({"source": st.sampled_from("ABCDEF"), "content": st.integers(1, 6)})
ASSESSMENTS = st.sampled_from(["unassessed", "credible", "confirmed", "not_the_child", "unverifiable", "duplicate"])
STATES = {
    "search": st.fixed_dictionaries({"last_seen": PLACES, "missing_since": TIMES, "outcome": OUTCOMES}),
    "sighting": st.fixed_dictionaries(
        {
            "place": PLACES, "seen_at": TIMES, "withdrawn": FLAGS, "number": NUMBERS, "grade": GRADES, "assessment": ASSESSMENTS
        }
    ),
    "task": st.fixed_dictionaries({"place": PLACES, "due": TIMES, "withdrawn": FLAGS, "number": NUMBERS}),
    "place": st.fixed_dictionaries(
        {
            "location": PLACES, "outline": OUTLINES, "kind": st.sampled_from(["area", *LINES]), "searched_from": TIMES,
            "searched_until": TIMES, "withdrawn": FLAGS, "number": NUMBERS,
        }
    ),
    "note": st.fixed_dictionaries({"text": st.just("no point")}),
}  # fmt: skip
ENTITIES = st.lists(st.one_of(*(st.tuples(st.just(kind), state) for kind, state in STATES.items())), max_size=12)
SIGHTING = {
    "place": {"text": "Gent", "lat": 51.05, "lon": 3.72, "radius_m": 50}, "seen_at": None, "withdrawn": False, "number": 3,
    "grade": {"source": "B", "content": 2}, "assessment": "credible",
}  # fmt: skip


def random_boards(count: int) -> list[list[dict[str, Any]]]:
    boards: list[list[dict[str, Any]]] = []

    @settings(max_examples=count, database=None, deadline=None, phases=[Phase.generate])
    @given(ENTITIES)
    def take(entities: list[tuple[str, Any]]) -> None:
        boards.append([{"kind": kind, "id": f"e{number:02}", "state": state} for number, (kind, state) in enumerate(entities)])

    take()
    return boards


def on_server(board: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return in_form_of_pages(map_points((entity["kind"], entity["id"], entity["state"]) for entity in board))


def test_page_and_server_give_the_same_points(tmp_path: Path) -> None:
    boards = random_boards(300)
    shown = on_pages(tmp_path, boards, [])["boards"]
    assert [on_server(board) for board in boards] == shown
    assert {point["kind"] for points in shown for point in points} == {mark.part or mark.kind for mark in MARKS}


def test_rules_name_fields_that_their_kinds_have() -> None:
    for mark in MARKS:
        paths = {spec.path for spec in kinds.named(mark.kind).fields}
        conditions_of_mark = [mark.shown, mark.line, mark.ruled_out, *(condition for condition, _ in mark.shapes)]
        used = {mark.place, mark.at, mark.until, mark.outline, *(path for each in conditions_of_mark for path in each or {})} - {
            ""
        }
        assert used <= paths | {path.partition(".")[0] for path in paths}


def test_each_assessment_has_its_shape_whatever_the_grade() -> None:
    shapes = dict[str, set[str]]()
    for content in range(1, 7):
        for verdict in ("confirmed", "credible", "unassessed", "unverifiable"):
            state = SIGHTING | {"assessment": verdict, "grade": {"source": "A", "content": content}}
            (point,) = map_points([("sighting", "a", state)])
            shapes.setdefault(verdict, set()).add(point.shape)
    assert shapes == {verdict: {shape} for verdict, shape in VERDICTS.items()}
    assert VERDICTS["unassessed"] == "content-4", "an open ring"
    (cross,) = map_points([("sighting", "a", SIGHTING | {"assessment": "not_the_child"})])
    assert (cross.shape, cross.is_ruled_out) == ("cross", True)
    (duplicate,) = map_points([("sighting", "a", SIGHTING | {"assessment": "duplicate"})])
    assert (duplicate.shape, duplicate.is_ruled_out) == ("cross", True)


def test_withdrawn_card_and_place_without_point_are_not_on_the_map() -> None:
    assert map_points([("sighting", "a", SIGHTING | {"withdrawn": True})]) == []
    assert map_points([("sighting", "a", SIGHTING | {"place": {"text": "Gent", "lat": None, "lon": None}})]) == []
    assert map_points([("sighting", "a", SIGHTING | {"place": None})]) == []
    assert len(map_points([("sighting", "a", SIGHTING)])) == 1


def test_found_child_is_a_second_point_of_its_search() -> None:
    outcome = {"found_at": "2026-11-24T05:05:00.000Z", "place": "Oostende", "point": {"lat": 51.2, "lon": 2.9, "radius_m": None}}
    state = {"last_seen": SIGHTING["place"], "missing_since": "2026-11-23T05:05:00.000Z", "outcome": outcome}
    points = map_points([("search", "a", state)])
    assert [(point.id, point.entity, point.kind) for point in points] == [("a", "a", "search"), ("a#found", "a", "found")]
    for unplaced in (None, {"found_at": None, "place": "Oostende"}, outcome | {"point": None}):
        assert [point.kind for point in map_points([("search", "a", state | {"outcome": unplaced})])] == ["search"]


def test_unknown_times_come_last() -> None:
    early, unknown = SIGHTING | {"seen_at": "2026-11-24T05:05:00.000Z"}, SIGHTING
    points = map_points([("sighting", "b", unknown), ("sighting", "a", early)])
    assert [point.id for point in points] == ["a", "b"]


def test_outline_across_the_date_line_stays_small() -> None:
    state = {
        "location": None,
        "outline": [[0, 179.9], [0.1, -179.9], [0, -179.8]],
        "kind": "area",
        "withdrawn": False,
        "number": 1,
    }
    (point,) = map_points([("place", "p", state)])
    lons = [lon for _, lon in point.outline]
    assert max(lons) - min(lons) < 1
    assert conditions.holds({}, state)
