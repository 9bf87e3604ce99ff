"""A sighting in one language finds its search in another: 40 searches, 2,000 sightings."""

from random import Random

from board.lookup.looks import Said
from board.vocabulary import meanings
from board.vocabulary.concept import LANGUAGES
from tests.support.looks import PEOPLE, Looks

SEARCHES, SIGHTINGS = 40, 2_000
SAID = 4  # things that a caller says
RECALL_AT_5, RECALL_AT_1 = 0.95, 0.85


def test_sighting_finds_its_search_in_another_language() -> None:
    random, known = Random(41), meanings()
    looks = Looks(known.parser.vocabulary, random)
    children = [(looks.child(), random.choice(list(PEOPLE)), random.choice(LANGUAGES)) for _ in range(SEARCHES)]
    searches = [known.of({"clothing": looks.text(person, said, language)}) for said, person, language in children]
    ranks = []
    for _ in range(SIGHTINGS):
        right = random.randrange(SEARCHES)
        said, person, language = children[right]
        other = random.choice([each for each in LANGUAGES if each != language])
        typed = Said.typed(known, looks.text(person, random.sample(said, SAID), other))
        typed.weigh(searches)
        scores = [typed.likeness(search).score for search in searches]
        ranks.append(sorted(range(SEARCHES), key=lambda number: -scores[number]).index(right))
    assert sum(rank < 5 for rank in ranks) >= RECALL_AT_5 * SIGHTINGS
    assert sum(rank < 1 for rank in ranks) >= RECALL_AT_1 * SIGHTINGS
