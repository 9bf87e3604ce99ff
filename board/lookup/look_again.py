"""Score of tips and sightings that were set aside, against the current facts of a search. Pure.

The score is a sum of simple parts, so that a person can see why: nearness in place and time to a credible sighting or to where
the child was last seen, rare words in common or the same looks in another language, and a name, even if misspelt. A person
decides.
"""

import math
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from heapq import nlargest
from typing import Any, NamedTuple

from rapidfuzz import fuzz, process

from board.i18n import N_, Message, message
from board.lookup.fuzzy_names import normalize_name
from board.lookup.looks import Said
from board.lookup.place_radius import metres, point_of
from board.vocabulary import Statement
from board.vocabulary.meaning import NOTHING, Meaning
from models.db.read_pacing import paced
from models.entity import State
from models.times import parse_utc
from models.wake import ReasonCode

MOST = 5  # suggestions returned
MIN_SCORE = 0.55
DISTANCE_RANGE = 10_000  # metres beyond the radius of either place; the score of place is 0 from here on
TIME_RANGE = timedelta(hours=12)  # the score of time is 0 from here on
MAX_NAMES = 8  # words of the child's name that are looked for
MAX_LIKE_NAME = 50  # words that count as similar to one name
COMPARED_AT_ONCE = 1_000  # texts, before other threads run
MAX_ANCHORS = 8  # places of a search that are compared: last seen, and the newest credible sightings
LIKE_NAME, LIKE_SHORT_NAME, LIKE_PLACE = 80, 75, 88  # of 100: minimum likeness of a word to a name, of a text to a place
SHORT_NAME = 4  # letters; one of them may be wrong
SHORTEST_NAME = 3
STEM_LENGTH = 6  # letters of a word that are compared, so that "station" and "stations" match
WORDS_FOR_ALL = 4.0  # rare words in common that give the full score of words
MAX_WORDS_TOLD = 4
# Function words of more than three letters, in four languages.
_SAYING_NOTHING = """
    about after also been before from have into near over some that their them then there they this very were when with
    apres avant avec chez dans deux elle encore etait leur mais plus pour pres quand sans sous tres vers
    aussi achter andere deze door haar heeft maar naar niet onder over toen voor waren zijn
    aber auch beim dann diese eine einem einen einer habe hatte ihre nach nicht noch oder sein seine sich ueber uber unter
    waren wird wurde"""
FUNCTION_WORDS = frozenset(_SAYING_NOTHING.split())
NEAR, PLACE, WORDS, NAME = 1.3, 0.5, 0.9, 0.8  # weights
SAME_PLACE = 300  # metres within which two places are called the same


@dataclass(slots=True)
class Candidate:
    """Tip or sighting that may belong to the search.

    `row`: returned in the match. `folded`: its normalized words. `meaning`: what it says in any language.
    """

    row: Any
    folded: str
    at: str | None
    place: dict[str, Any] | None
    meaning: Meaning = NOTHING
    stems: frozenset[str] = field(init=False)
    place_text: str = field(init=False)

    def __post_init__(self) -> None:
        self.place_text = normalize_name((self.place or {}).get("text") or "")
        self.stems = frozenset(word[:STEM_LENGTH] for word in self.folded.split() if len(word) > 3 or word.isdecimal())


class Anchor(NamedTuple):
    """Reliable place and time of a search. `number`: of its sighting; None for where the child was last seen."""

    number: int | None
    at: str | None
    place: dict[str, Any] | None


@dataclass(slots=True)
class Looks:
    """Facts about a child's looks. `words`: for each statement, the words of the search that say it."""

    said: Said
    words: Sequence[str]


@dataclass(slots=True)
class SearchProfile:
    """Facts of a search: names and appearance of the child, and its reliable places."""

    names: Sequence[str]
    texts: Sequence[str | None]
    anchors: Sequence[Anchor]
    looks: Looks | None = None


class Reason(NamedTuple):
    """Reason of a match: the fields of `WakeReason`, and two more. `word`: word of the report that is similar to a name.
    `statements`: looks that both describe, in different words."""

    code: ReasonCode
    sighting: int | None = None
    km: float | None = None
    minutes: int | None = None
    text: str | None = None
    word: str | None = None
    statements: tuple[Statement, ...] = ()

    def __str__(self) -> str:
        return self.sentence()

    def stored(self) -> State:
        """Return the reason for a wake, without what the report says."""
        return {name: value for name, value in self._asdict().items() if name not in ("word", "statements")}

    def sentence(self) -> Message:
        """Return the reason for people."""
        match self.code:
            case "same_place":
                return message(N_("the same place as Sighting {number}"), number=self.sighting)
            case "where_last_seen":
                return message(N_("where the child was last seen"))
            case "km_from_sighting":
                return message(N_("{km} km from Sighting {number}"), km=self.km, number=self.sighting)
            case "km_from_last_seen":
                return message(N_("{km} km from where the child was last seen"), km=self.km)
            case "time_apart":
                return _apart(self.minutes or 0)
            case "same_words":
                return message(N_("the same words: {words}"), words=self.text)
            case "mentions_name":
                return message(N_("mentions {name}"), name=self.text)
        if self.word is None:
            return message(N_("a name similar to {name}"), name=self.text)
        return message(N_("a name similar to {name}: {word}"), name=self.text, word=self.word)


class Match(NamedTuple):
    """Candidate with its score and the reasons for it."""

    score: float
    row: Any
    reasons: list[Reason]


class Corpus:
    """Candidates, with the frequency of their words."""

    def __init__(self, candidates: Iterable[Candidate]) -> None:
        self.candidates = list(paced(candidates))
        self.frequency = Counter(stem for candidate in paced(self.candidates) for stem in candidate.stems)
        self.words = Counter(word for candidate in paced(self.candidates) for word in candidate.folded.split())
        self.place_texts = list({candidate.place_text for candidate in self.candidates} - {""})
        self._rarest = math.log(1 + len(self.candidates)) or 1.0

    def rarity(self, count: int) -> float:
        """Return the rarity of a word in `count` candidates: 0 (in all) to 1 (in one)."""
        return math.log((1 + len(self.candidates)) / max(1, count)) / self._rarest

    def best(self, profile: SearchProfile, limit: int = MOST, is_wanted: Callable[[Any], bool] = lambda row: True) -> list[Match]:
        """Return the best matches, best first. `is_wanted`: selects rows."""
        words = dict.fromkeys(word for part in profile.names for word in normalize_name(part).split())
        names = [_NameLookup(self, name) for name in list(words)[:MAX_NAMES]]
        rare_words = self._rare_words(profile.texts)
        anchors = [_AnchorLookup(self, anchor) for anchor in profile.anchors[:MAX_ANCHORS]]
        looks = profile.looks
        if looks is not None:
            looks.said.weigh(candidate.meaning for candidate in paced(self.candidates))
        matches: list[Match] = []
        for candidate in paced(self.candidates):
            match = self._match(candidate, names, rare_words, anchors, looks)
            if match.score >= MIN_SCORE and is_wanted(candidate.row):
                matches.append(match)
        matches.sort(key=lambda match: -match.score)
        return [match._replace(score=round(match.score, 2)) for match in matches[:limit]]

    def _rare_words(self, texts: Collection[str | None]) -> dict[str, tuple[str, float]]:
        """Return the words about the child by stem: the word as written, and its rarity."""
        words = [word for text in texts if text for word in normalize_name(text).split()]
        stems = {word[:STEM_LENGTH]: word for word in words if (len(word) > 3 and word not in FUNCTION_WORDS) or word.isdecimal()}
        return {stem: (word, self.rarity(self.frequency[stem])) for stem, word in stems.items() if self.frequency[stem]}

    def _match(
        self,
        candidate: Candidate,
        names: list["_NameLookup"],
        rare_words: dict[str, tuple[str, float]],
        anchors: list["_AnchorLookup"],
        looks: Looks | None,
    ) -> Match:
        reasons: list[Reason] = []
        score = 0.0
        if near := max((anchor.nearness(candidate) for anchor in anchors), default=None, key=lambda near: near.score):
            score += near.score
            reasons += near.reasons
        points, reason = self._same(candidate, rare_words, looks)
        if reason is not None:
            score += WORDS * min(1.0, points / WORDS_FOR_ALL)
            reasons.append(reason)
        for name in names:
            word, rarity = name.found_in(candidate)
            if word:
                score += NAME * rarity / len(names) * (1 if len(names) < 2 else 1.4)
                mentioned = name.name.capitalize()
                reasons.append(
                    Reason("mentions_name", text=mentioned)
                    if word == name.name
                    else Reason("similar_name", text=mentioned, word=word.capitalize())
                )
        return Match(score, candidate.row, reasons)

    @staticmethod
    def _same(candidate: Candidate, rare_words: dict[str, tuple[str, float]], looks: Looks | None) -> tuple[float, Reason | None]:
        """Return what both have in common, in the unit of one rare word, and the reason: shared words, or looks if they score
        more."""
        shared_words = sorted(
            (rare_words[stem] for stem in rare_words.keys() & candidate.stems), key=lambda word: (-word[1], word[0])
        )
        rarity = sum(rarity for _, rarity in shared_words)
        points, reason = _same_looks(candidate, looks) if looks else (0.0, None)
        if points > rarity:
            return points, reason
        word_list = ", ".join(word for word, _ in shared_words[:MAX_WORDS_TOLD])
        return rarity, Reason("same_words", text=word_list) if shared_words else None


def _same_looks(candidate: Candidate, looks: Looks) -> tuple[float, Reason | None]:
    points, numbers = looks.said.points(candidate.meaning)
    told = numbers[:MAX_WORDS_TOLD]
    if not told:
        return 0.0, None
    words = ", ".join(looks.words[number] for number in told)
    return points, Reason("same_words", text=words, statements=tuple(looks.said.statements[number] for number in told))


class _NameLookup:
    """Words of the candidates that equal a name or are similar to it."""

    def __init__(self, corpus: Corpus, name: str) -> None:
        self.name = name
        self._like: dict[str, float] = {}
        if len(name) < SHORTEST_NAME:
            return
        words = corpus.words
        least = LIKE_SHORT_NAME if len(name) <= SHORT_NAME else LIKE_NAME
        similar_words = _alike(name, list(words), fuzz.ratio, least)
        for word, alike in nlargest(MAX_LIKE_NAME, similar_words, key=lambda pair: pair[1]):
            if word == name or len(word) > SHORTEST_NAME:
                self._like[word] = corpus.rarity(words[word]) * alike / 100

    def found_in(self, candidate: Candidate) -> tuple[str, float]:
        """Return the candidate's word that is most similar to the name, with its weight, or ("", 0.0) if there is none."""
        if not self._like:
            return "", 0.0
        return max(((word, self._like[word]) for word in candidate.folded.split() if word in self._like), default=("", 0.0),
                   key=lambda pair: pair[1])  # fmt: skip


class _Nearness(NamedTuple):
    score: float
    reasons: list[Reason]


class _AnchorLookup:
    """Place and time of a search, with the candidates' place texts that mean the same place."""

    def __init__(self, corpus: Corpus, anchor: Anchor) -> None:
        self._number, place = anchor.number, anchor.place or {}
        self._at = parse_utc(anchor.at) if anchor.at else None
        self._point = point_of(anchor.place)
        self._radius = place.get("radius_m") or 0
        text = normalize_name(place.get("text") or "")
        alike = _alike(text, corpus.place_texts, fuzz.token_set_ratio, LIKE_PLACE) if text else ()
        self._like = {place_text for place_text, _ in alike}

    def nearness(self, candidate: Candidate) -> _Nearness:
        """Return the nearness of a candidate: in place, plus in time and place together."""
        place_score, reasons = self._in_place(candidate)
        if not place_score:
            return _Nearness(0.0, [])
        between = abs(parse_utc(candidate.at) - self._at) if candidate.at and self._at else None
        time_score = place_score * max(0.0, 1 - between / TIME_RANGE) if between is not None else 0.0
        if between is not None and time_score:
            reasons = [*reasons, Reason("time_apart", minutes=round(between / timedelta(minutes=1)))]
        return _Nearness(PLACE * place_score + NEAR * time_score, reasons)

    def _in_place(self, candidate: Candidate) -> tuple[float, list[Reason]]:
        point = point_of(candidate.place)
        if self._point is not None and point is not None:
            apart = metres(self._point, point)
            beyond = max(0.0, apart - self._radius - ((candidate.place or {}).get("radius_m") or 0))
            return max(0.0, 1 - beyond / DISTANCE_RANGE), [self._distance(apart)]
        if candidate.place_text in self._like:
            return 0.85, [self._distance(0)]
        return 0.0, []

    def _distance(self, apart: float) -> Reason:
        if apart <= SAME_PLACE:
            return Reason("where_last_seen") if self._number is None else Reason("same_place", self._number)
        km = round(apart / 1000, 1)
        return Reason("km_from_last_seen", km=km) if self._number is None else Reason("km_from_sighting", self._number, km)


def _alike(text: str, choices: Sequence[str], scorer: Any, least: float) -> Iterator[tuple[str, float]]:
    """Yield the choices that are similar to a text, with the likeness (0 to 100).

    In batches, because a comparison holds the GIL.
    """
    for start in paced(range(0, len(choices), COMPARED_AT_ONCE), every=1):
        batch = choices[start : start + COMPARED_AT_ONCE]
        for choice, alike, _ in process.extract(text, batch, scorer=scorer, score_cutoff=least, limit=None):
            yield choice, alike


def _apart(minutes: int) -> Message:
    if minutes < 60:
        return message(N_("{minutes} min apart"), minutes=minutes)
    return message(N_("{hours} h {minutes} min apart"), hours=minutes // 60, minutes=f"{minutes % 60:02}")
