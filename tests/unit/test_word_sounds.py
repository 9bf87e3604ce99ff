"""Spellings that callers confuse by ear share a sound or their consonants; other words do not."""

import pytest

from board.lookup.word_sounds import joined_sounds, skeleton_of, sounds_of


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("dijnze", "deinze"), ("jamblou", "gembloux"), ("roulaire", "roulers"), ("tamine", "tamines"), ("oipen", "eupen"),
        ("couyet", "couillet"), ("soigni", "soignies"), ("beuze", "beuzet"), ("hui", "huy"), ("choumane", "schuman"),
        ("serin", "seraing"),
    ],
)  # fmt: skip
def test_spellings_share_a_sound(typed: str, name: str) -> None:
    assert set(sounds_of(typed)) & set(sounds_of(name))


@pytest.mark.parametrize(("one", "other"), [("ronze", "ronet"), ("alken", "aken"), ("menen", "mechelen"), ("mons", "namur")])
def test_other_names_share_none(one: str, other: str) -> None:
    assert not set(sounds_of(one)) & set(sounds_of(other))


@pytest.mark.parametrize(
    ("typed", "name"), [("berkem", "berchem"), ("wetere", "wetteren"), ("arscot", "aarschot"), ("filipville", "philippeville")]
)
def test_spellings_share_their_consonants(typed: str, name: str) -> None:
    assert skeleton_of(typed) == skeleton_of(name) is not None


def test_joined_words_lose_the_silent_letters_of_each() -> None:
    assert set(joined_sounds(("trois", "ponts"))) <= set(sounds_of("troipont"))
    assert not set(joined_sounds(("trois", "ponts"))) & set(sounds_of("fraipont"))
    assert joined_sounds(()) == ()


@pytest.mark.parametrize("word", ["", "a", "eau", "aye", "x"])
def test_short_word_has_no_consonants_to_compare(word: str) -> None:
    assert skeleton_of(word) is None
