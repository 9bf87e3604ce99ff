"""JSON from outside is read strictly, and in time that grows with its length alone."""

import contextlib
import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from board.commands.registry import TABLE
from board.engine.merge_patch import merge_patch
from board.errors import from_pydantic
from realtime.wire import protocol, strict_json
from tests.support.linear_time import superlinear_growth, text_makers

MESSAGE = protocol.MAX_CLIENT_FRAME_BYTES
TOO_DEEP = "Nested deeper than 32."


def patch(text: str) -> None:
    """A merge patch, as deep and as wide as can be sent."""
    value, fault = strict_json.parse(text)
    merge_patch({"person": {"age": 11}}, value if fault is None else {text: {text: text}})


def message(text: str) -> None:
    with contextlib.suppress(protocol.BadMessage):
        protocol.parse(text)


@pytest.mark.parametrize("read", [strict_json.parse, message, patch])
def test_time_grows_with_the_length_alone(read: Callable[[str], object]) -> None:
    assert next((slow for make in text_makers() if (slow := superlinear_growth(read, make, MESSAGE))), None) is None


@pytest.mark.parametrize(("text", "problem"), [
    ('{"a":1,"a":2}', "A key is given twice."), ('{"a":1,"b":2}', None), ("{", "This is not JSON."),
    ('["\\u0041"]', None), ('["\\u0000"]', "A text holds U+0000 or half of a character."), ('[1,"\\u0041",null]', None),
    ('{"\\ud800":[1]}', "A text holds U+0000 or half of a character."),
])  # fmt: skip
def test_unusable_json_is_refused_with_the_reason(text: str, problem: str | None) -> None:
    assert strict_json.parse(text)[1] == problem


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(codec="utf-8", exclude_characters="\0")),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("abcé", max_size=3), inner, max_size=3),
    max_leaves=10,
)  # fmt: skip


@given(value=VALUES, escaped=st.booleans())
def test_sound_json_is_read_as_it_is_however_it_is_written(value: Any, escaped: bool) -> None:
    assert strict_json.parse(json.dumps(value, ensure_ascii=escaped)) == (value, None)


def deep(length: int) -> str:
    """Return `{"a":{"a":…` as deep as the parser goes, again and again."""
    one = '{"a":' * 30 + '"\\u0041"' + "}" * 30
    return "[" + ",".join([one] * (length // len(one))) + "]"


def keys(length: int) -> str:
    return "{" + ",".join(f'"k{number}":{number}' for number in range(length // 15)) + "}"


def numbers(length: int) -> str:
    return "[" + "1" * (length // 2) + ".5," + "0." + "0" * (length // 4) + "1," + "9" * (length // 4) + "]"


@pytest.mark.parametrize("make", [deep, keys, numbers])
def test_json_of_every_form_is_read_in_its_length(make: Callable[[int], str]) -> None:
    assert superlinear_growth(strict_json.parse, make, MESSAGE) is None
    assert superlinear_growth(patch, make, MESSAGE) is None


@pytest.mark.sample(every=6)
@pytest.mark.parametrize("name", TABLE)
def test_data_that_is_all_wrong_is_refused_in_its_length(name: str) -> None:
    def judge(text: str) -> None:
        data, _ = strict_json.parse(text)
        try:
            TABLE[name].data.model_validate(data)
        except ValidationError as error:
            from_pydantic(error).body(language="fr")

    assert superlinear_growth(judge, keys, MESSAGE) is None


def test_maximum_depth_is_read_also_from_a_deep_call() -> None:
    """A socket's message is read below the frames of the server: there is not the whole stack for it."""

    def below(frames: int, text: str) -> tuple[Any, str | None]:
        return strict_json.parse(text) if not frames else below(frames - 1, text)

    for opens, closes in (("[", "]"), ('{"a":', "}")):
        for depth in (32, 33, 400, 401, 10_000):
            text = opens * depth + '"\\u0041"' + closes * depth
            assert below(300, text)[1] == (None if depth == 32 else TOO_DEEP)


PIECES = ["[", "]", "{", "}", '"', "\\", '\\"', "\\\\", "\\u0041", ",", ":", "1", "a"]


def nested(text: str) -> int:
    """Return how deep brackets nest, read character by character."""
    depth = deepest = 0
    inside = escaped = False
    for sign in text:
        if escaped:
            escaped = False
        elif inside:
            inside, escaped = sign != '"', sign == "\\"
        elif sign == '"':
            inside = True
        elif sign in "[{":
            depth += 1
            deepest = max(deepest, depth)
        elif sign in "]}":
            depth -= 1
    return deepest


@given(st.lists(st.sampled_from(PIECES), max_size=30).map("".join))
def test_the_parser_goes_no_deeper_than_was_counted(text: str) -> None:
    text = "[" * 33 + text
    try:
        json.loads(text)
        read = len(text)
    except json.JSONDecodeError as error:
        read = error.pos
    assert strict_json._depth(text) >= nested(text[:read])


JSON = st.recursive(
    st.none() | st.integers(-5, 5) | st.text(alphabet='[]{}"\\,a', max_size=6),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(alphabet='[]{}"\\', max_size=3), inner, max_size=3),
)


@given(JSON, st.integers(0, 40))
def test_brackets_in_texts_count_for_nothing(value: Any, around: int) -> None:
    text = "[" * around + json.dumps(value) + "]" * around
    assert (strict_json.parse(text)[1] == TOO_DEEP) == (nested(text) > strict_json.MAX_DEPTH)
