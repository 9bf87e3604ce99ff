"""Words for contradictions, in four languages: one sentence for each pair, card and mark."""

from collections.abc import Sequence

import pytest

from board.config import sentences as shared
from board.config.speeds import Margin
from board.i18n import is_translated, languages, translate
from board.reach import sentences
from board.reach.contradictions import Contradiction
from board.reach.sentences import card_sentence, marked_cards, pair_sentence
from board.reach.whereabouts import Seen, whereabouts

PAIR = {
    "en": "38 km in 12 min: not both",
    "fr": "38\u00a0km en 12 min\u00a0: incompatibles",
    "nl": "38 km in 12 min: onverenigbaar",
    "de": "38 km in 12 min: nicht vereinbar",
}
DOUBTFUL = {
    "en": "doubtful: cannot both be true with Sighting 12 (confirmed): 38 km in 12 min",
    "fr": "douteux, car incompatible avec le signalement 12 (confirmé)\u00a0: 38\u00a0km en 12 min",
    "nl": "twijfelachtig: kan niet samen waar zijn met waarneming 12 (bevestigd): 38 km in 12 min",
    "de": "zweifelhaft: nicht vereinbar mit Sichtung 12 (bestätigt): 38 km in 12 min",
}


def seen(number: int, assessment: str = "unassessed") -> Seen:
    at = whereabouts({"lat": 51, "lon": 4, "radius_m": 10}, "2026-12-01T09:00:00.000Z", Margin())
    assert at is not None
    return Seen(f"id-{number}", number, assessment, at)


def pair(
    km: float = 38.9, minutes: float = 12, first: str = "unassessed", second: str = "unassessed", number: int = 27
) -> Contradiction:
    return Contradiction(seen(12, first), seen(number, second), km, minutes)


@pytest.mark.parametrize("language", ["en", "fr", "nl", "de"])
def test_a_pair_reads_the_same_everywhere(language: str) -> None:
    assert translate(pair_sentence(pair()), language) == PAIR[language]
    doubtful = pair(first="confirmed")
    assert translate(card_sentence(doubtful, doubtful.second), language) == DOUBTFUL[language]


@pytest.mark.parametrize(
    ("km", "minutes", "text"),
    [
        (38.99, 12, "38 km in 12 min: not both"),
        (9.99, 1, "9.9 km in 1 min: not both"),
        (0.04, 0.2, "0 km at the same time: not both"),
        (27, 0, "27 km at the same time: not both"),
        (400, 65, "400 km in 1 h 05 min: not both"),
        (20_015, 60 * 30, "20015 km in 30 h 00 min: not both"),
    ],
)
def test_distance_is_rounded_down_and_time_is_between_stated_times(km: float, minutes: float, text: str) -> None:
    assert str(pair_sentence(pair(km, minutes))) == text


def test_each_card_names_the_other_sighting() -> None:
    plain, doubtful, both = pair(), pair(first="confirmed"), pair(first="confirmed", second="confirmed")
    assert str(card_sentence(plain, plain.first)) == "cannot both be true with Sighting 27: 38 km in 12 min"
    assert str(card_sentence(plain, plain.second)) == "cannot both be true with Sighting 12: 38 km in 12 min"
    assert str(card_sentence(doubtful, doubtful.first)) == "makes Sighting 27 doubtful: 38 km in 12 min"
    assert str(card_sentence(both, both.first)) == "cannot both be true with Sighting 27: 38 km in 12 min"


def marks_of(pairs: Sequence[Contradiction], language: str = "en") -> list[str]:
    return [card.mark(language) for card in marked_cards(pairs)]


def test_marks_name_three_sightings_and_count_the_others() -> None:
    assert marks_of([pair()]) == ["not both with 27", "not both with 12"]
    assert marks_of([pair(), pair(number=28)])[0] == "not both with 27 and 28"
    many = [pair(number=number) for number in range(21, 28)]
    assert marks_of(many)[0] == "not both with 21, 22, 23 and 4 more"
    assert marks_of([pair(first="confirmed")]) == ["not both with 27", "doubtful: not both with 12"]
    assert marks_of([pair(second="confirmed", number=number) for number in range(21, 28)])[0].startswith(
        "doubtful: not both with 21"
    )


def test_a_doubt_is_the_first_sentence_of_a_card() -> None:
    confirmed = pair(second="confirmed", number=30)
    (card, *_) = marked_cards([pair(), confirmed])
    assert card.is_doubtful
    assert card.pairs[0] is confirmed


@pytest.mark.parametrize("language", ["fr", "nl", "de"])
def test_every_form_is_translated(language: str) -> None:
    assert language in languages()
    texts = [value for name, value in vars(sentences).items() if name.isupper() and isinstance(value, str)]
    texts += [
        shared.KM_IN_TIME, shared.KM_AT_ONCE, shared.NOT_BOTH, shared.NOT_BOTH_WITH_SIGHTING, shared.DOUBTFUL_WITH_SIGHTING
    ]  # fmt: skip
    assert len(texts) == 10
    assert [text for text in texts if not is_translated(text, language) and translate(text, language) == text] == []
