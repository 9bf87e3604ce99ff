"""Pure rules of the figures: periods, searches after their facts, masks of small counts, and the facts in a state."""

import random
from datetime import UTC, datetime
from itertools import product
from typing import Any

import pytest

from board.engine.repositories.search_facts import facts_of, is_change
from board.figures import counting, masking
from board.figures.masking import masked, masked_total, possible, tells
from board.figures.past_searches import PastSearch, fold
from board.figures.periods import a_year_before, month_of, period_of
from board.figures.report import _Answer, _percent, count
from board.figures.weights import weight, weighted
from models.search_fact import SearchFact
from models.times import format_utc, from_ms, to_ms


def ms(text: str) -> int:
    return to_ms(f"{text}Z")


def fact(board: int, seq: int, **more: Any) -> SearchFact:
    values: dict[str, Any] = {
        "at": seq,
        "opened_at": 1,
        "missing_since": 0,
        "kind": "runaway",
        "status": "open",
        "appeal": "none",
    } | more
    return SearchFact(board=board, seq=seq, **values)


def search_of(**more: Any) -> PastSearch:
    return next(fold([fact(1, 1, **more)]))


# -- periods ----------------------------------------------------------------------------------------------------------------


def test_periods_begin_at_midnight_in_brussels() -> None:
    assert from_ms(period_of(2026, 0).start) == "2025-12-31T23:00:00.000Z"
    assert from_ms(period_of(2026, 7).start) == "2026-06-30T22:00:00.000Z"
    assert period_of(2026, 12).end == period_of(2027, 1).start == period_of(2026, 0).end


def test_steps_are_months_or_days() -> None:
    assert (period_of(2026, 0).steps, period_of(2028, 2).steps, period_of(2026, 10).steps) == (12, 29, 31)
    assert period_of(2026, 0).step_of(ms("2026-01-31T23:00:00")) == 2
    assert period_of(2026, 2).step_of(ms("2026-02-28T22:59:59")) == 28


def test_a_year_before_keeps_date_and_clock_time() -> None:
    assert from_ms(a_year_before(ms("2026-11-30T11:31:00"))) == "2025-11-30T11:31:00.000Z"
    assert a_year_before(ms("2028-02-29T12:00:00")) == period_of(2027, 3).start
    assert month_of(ms("2026-11-30T22:59:00")) == period_of(2026, 11).start


# -- searches ---------------------------------------------------------------------------------------------------------------


def test_campaigns_of_a_search_count_after_their_end() -> None:
    (search,) = fold([fact(1, 1), fact(1, 4, appeal="discreet"), fact(1, 6, appeal="posters"), fact(1, 9, status="found")])
    assert (search.public, search.discreet, search.status) == (True, True, "found")


def test_searches_have_their_last_facts() -> None:
    first, second = fold([fact(1, 1, worrying=True), fact(1, 2, worrying=False), fact(2, 1, kind="undefined")])
    assert (first.worrying, second.kind) == (False, "undefined")


def test_waits_are_from_the_report_and_since_the_child_is_missing() -> None:
    search = search_of(reported_at=5, opened_at=9, missing_since=2, found_at=30)
    assert (search.until_opened, search.until_found, search.came_in) == (4, 28, 5)
    assert (search_of().until_opened, search_of().until_found) == (None, None)
    assert search_of(missing_since=9, found_at=3).until_found == 0, "a corrected time makes no negative wait"


def test_age_groups_cover_every_age() -> None:
    assert [counting.age_group(age) for age in (0, 5, 6, 12, 13, 15, 16, 17, 18, 19, 130, None)] == [
        "0-5", "0-5", "6-12", "6-12", "13-15", "13-15", "16-17", "16-17", "18-", "18-", "18-", "unknown",
    ]  # fmt: skip


def test_each_line_sums_up_to_all_files() -> None:
    chance = random.Random(3)
    searches = [search_of(age=chance.choice([None, 3, 14, 19]), kind=chance.choice(["runaway", "undefined"])) for _ in range(50)]
    for lines in (counting.by_kind(searches, []), counting.by_age(searches, [])):
        assert sum(line.searches for line in lines) == 50


def test_percentages_are_rounded_half_up() -> None:
    assert (_percent(205, 1_062), _percent(719, 1_062), _percent(1, 200), _percent(3, 0)) == (19, 68, 1, None)


# -- facts ------------------------------------------------------------------------------------------------------------------


STATE: dict[str, Any] = {
    "kind": "runaway", "status": "open", "opened_at": "2026-03-01T10:00:00Z", "missing_since": "2026-03-01T01:00:00Z",
    "person": {"first_name": "Noor", "age": 7, "birth_date": "2012-03-02"}, "worrying": None, "appeal": {"level": "none"},
    "outcome": None, "reports": {"a": {"at": "2026-03-01T09:50:00Z"}, "b": {"at": "2026-03-01T09:40:00Z"}},
}  # fmt: skip


def test_facts_have_the_age_at_the_disappearance_and_no_name() -> None:
    facts = facts_of(STATE)
    assert facts["age"] == 13, "a day before the birthday, in Brussels"
    assert facts["reported_at"] == ms("2026-03-01T09:40:00")
    assert "Noor" not in str(facts)
    assert facts_of(STATE | {"person": {"first_name": "Noor", "age": 7}})["age"] == 7


def test_states_of_earlier_versions_have_facts() -> None:
    old = {name: STATE[name] for name in ("kind", "status", "opened_at", "missing_since", "person")}
    assert facts_of(old)["appeal"] == "none"


def test_only_changed_facts_are_recorded() -> None:
    assert is_change(["person.age"])
    assert is_change(["lead", "appeal.level"])
    assert not is_change(["lead", "goal.text", "criteria.under_13.answer"])


# -- masks ------------------------------------------------------------------------------------------------------------------


def test_small_counts_are_masked_and_others_rounded() -> None:
    assert [masked(count) for count in (0, 1, 2)] == ["under_3"] * 3
    assert [masked(count) for count in (3, 7, 8, 12, 719, 1_062)] == [5, 5, 10, 10, 720, 1_060]


@pytest.mark.parametrize("count", range(40))
def test_figure_can_stand_for_its_count(count: int) -> None:
    low, high = possible(masked(count))
    assert low <= count <= high
    assert {masked(other) for other in range(low, high + 1)} == {masked(count)}, "and for nothing that would be shown differently"


@pytest.mark.parametrize("parts", [*product((0, 1, 2, 3, 7, 12), repeat=3), (2, 7, 7, 7), (0, 3, 3, 3), (2, 7, 7, 7, 7)], ids=str)
def test_no_total_tells_a_masked_count(parts: tuple[int, ...]) -> None:
    """Try all counts that the parts can stand for: each masked part has at least two that fit the total."""
    total, figures = masked_total(sum(parts), parts), [masked(part) for part in parts]
    if total == "hidden":
        return
    low, high = possible(total)
    ranges = [range(possible(figure)[0], possible(figure)[1] + 1) for figure in figures]
    fitting = [counts for counts in product(*ranges) if low <= sum(counts) <= high]
    for index, figure in enumerate(figures):
        assert figure != "under_3" or len({counts[index] for counts in fitting}) > 1


def test_total_that_tells_a_count_is_hidden() -> None:
    assert tells(masked(23), [masked(part) for part in (2, 7, 7, 7)])
    assert masked_total(23, (2, 7, 7, 7)) == "hidden"
    assert masking.MIN_WAITS > masking.MIN_COUNT


def test_months_of_masked_figures_have_ended() -> None:
    now = to_ms(format_utc(datetime(2026, 12, 2, tzinfo=UTC)))
    assert from_ms(month_of(now) - 1) == "2026-11-30T22:59:59.999Z"


def test_total_is_hidden_if_any_table_tells_a_count() -> None:
    assert masked_total(23, (13, 10), (2, 7, 7, 7)) == "hidden"
    assert masked_total(23, (13, 10), (12, 11)) == 25


# -- weights ----------------------------------------------------------------------------------------------------------------


SECRET = b"a secret of the installation"


def answers(searches: list[PastSearch]) -> list[Any]:
    """Return what a reader below coordinator can learn about a year: each month of it and the year, as of each month's end."""
    answer, found = _Answer(True, "en"), list[Any]()
    for month in range(13):
        for last in range(max(1, month), 13):
            counts = count(period_of(2026, month), list(weighted(searches, SECRET)), period_of(2026, last).end - 1)
            found.append((answer.total(counts), answer.lines(counts.kinds, lambda name, _: name), answer.steps(counts.steps)))
    return found


def opened_in(month: int, board: int, kind: str = "runaway") -> PastSearch:
    return search_of(opened_at=period_of(2026, month).start + 1, kind=kind)._replace(board=board)


@pytest.mark.parametrize("counts", [(2, 2, 2, 2), (0, 0, 0, 0), (2, 7, 7, 7), (0, 13, 13, 13), (1, 0, 2, 1)], ids=str)
@pytest.mark.parametrize("seed", range(3))
def test_no_comparison_of_answers_tells_a_count(counts: tuple[int, ...], seed: int) -> None:
    """Each small count of a month can be one higher, without any difference in any answer."""
    numbers = random.Random(seed).sample(range(1, 10_000), 200)
    silent = next(number for number in numbers if weight(number, SECRET) == 0)
    searches = [opened_in(month, numbers.pop()) for month, number in enumerate(counts, 1) for _ in range(number)]
    before = answers(searches)
    for month in range(1, len(counts) + 1):
        assert answers([*searches, opened_in(month, silent)]) == before


def test_weights_keep_the_sum_of_many_searches() -> None:
    weights = [weight(board, SECRET) for board in range(1, 4_001)]
    assert set(weights) == {0, 1, 2}
    assert abs(sum(weights) - 4_000) < 160, "four standard deviations"
    assert weights != [weight(board, b"another secret") for board in range(1, 4_001)]
