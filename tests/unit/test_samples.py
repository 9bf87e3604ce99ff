"""Samples of matrices: what runs by default has each value, and only the rest is slow."""

from itertools import product
from types import SimpleNamespace
from typing import Any

import pytest

from tests.support.samples import is_in_sample, leave_rest_to_slow_run

PAPERS, LANGUAGES = ["poster", "vignette", "brief"], ["en", "fr", "nl", pytest.param("de", id="German")]


@pytest.mark.parametrize("lengths", [(4,), (3, 4), (4, 3), (2, 5, 3), (1, 1)])
def test_sample_has_each_value_of_each_axis_and_no_more_than_the_longest(lengths: tuple[int, ...]) -> None:
    kept = [each for each in product(*map(range, lengths)) if is_in_sample(list(zip(each, lengths, strict=True)))]
    assert len(kept) == max(lengths)
    for axis, length in enumerate(lengths):
        assert {each[axis] for each in kept} == {*range(length)}


def test_sample_of_each_third_value_has_the_first() -> None:
    assert [index for index in range(8) if is_in_sample([(index, 8)], every=3)] == [0, 3, 6]


class Item:
    """Test with parameters, as pytest collects it."""

    def __init__(self, parameters: dict[str, Any], *marks: pytest.MarkDecorator) -> None:
        self.nodeid = f"test_it[{parameters}]"
        self.callspec = SimpleNamespace(params=parameters)
        self.marks = {mark.name: mark.mark for mark in marks}
        self._axes = [mark.mark for mark in marks if mark.name == "parametrize"]

    def get_closest_marker(self, name: str) -> pytest.Mark | None:
        return self.marks.get(name)

    def iter_markers(self, name: str) -> list[pytest.Mark]:
        return self._axes

    def add_marker(self, name: str) -> None:
        self.marks[name] = pytest.Mark(name, (), {}, _ispytest=True)


def kept(items: list[Item]) -> list[dict[str, Any]]:
    leave_rest_to_slow_run(items)  # type: ignore[arg-type]
    return [item.callspec.params for item in items if "slow" not in item.marks]


def test_matrix_is_cut_to_its_sample_on_each_backend() -> None:
    axes = (pytest.mark.parametrize("paper", PAPERS), pytest.mark.parametrize("language", LANGUAGES))
    parameters = [
        {"paper": paper, "language": language, "backend": backend}
        for paper, language, backend in product(PAPERS, ["en", "fr", "nl", "de"], ["sqlite", "postgresql"])
    ]
    found = [tuple(each.values()) for each in kept([Item(each, pytest.mark.sample, *axes) for each in parameters])]
    pairs = [("poster", "en"), ("vignette", "fr"), ("brief", "nl"), ("poster", "de")]
    assert sorted(found) == sorted((*pair, backend) for pair in pairs for backend in ("sqlite", "postgresql"))


def test_values_of_several_arguments_are_one_axis() -> None:
    cases = [("a", 1), ("a", 2), ("b", 1), ("b", 2)]
    mark, axis = pytest.mark.sample(every=2), pytest.mark.parametrize(("letter", "number"), cases)
    items = [Item({"letter": letter, "number": number}, mark, axis) for letter, number in cases]
    assert kept(items) == [{"letter": "a", "number": 1}, {"letter": "b", "number": 1}]


def test_browser_tests_keep_their_first_parameters_and_others_all() -> None:
    given: list[dict[str, Any]] = [{"width": 390}, {"width": 1400}]
    assert kept([Item(each | {"browser_name": "chromium"}, pytest.mark.browser) for each in given]) == [
        {"width": 390, "browser_name": "chromium"}
    ]
    assert kept([Item(each) for each in given]) == given
