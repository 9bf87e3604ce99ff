"""Words of a place as callers say it: "gare du midi", "Zuidstation", "luven statie".

The words for a station say the kind and are left out of the name, also at the end of a compound. Names and typed texts are
tokenized in the same way.
"""

import re
from collections.abc import Iterator
from itertools import zip_longest
from typing import NamedTuple

from board.lookup.call_words import CALL_WORDS, tells_of_a_train
from board.lookup.fuzzy_names import normalize_name

STATION_WORDS = frozenset((
    "station", "stations", "statie", "gare", "gares", "bahnhof", "bhf", "treinstation", "spoorwegstation",
    "railwaystation", "trainstation", "treinstatie", "stat", "bf", "garre", "ghare", "gaar", "stationsgebouw", "stationshal",
    "perron", "platform", "gleis", "bahnsteig", "nmbs", "sncb",
))  # fmt: skip
STATION_BY_EAR = re.compile(r"e?s[ht]?a{1,2}t?[cstz]{0,2}i(?:e|on|oen)|ba{1,2}h?nh?o{1,2}f{1,2}")  # "stassie", "Banhof"
MAIN_STATION = {"hauptbahnhof": "hbf", "hbf": "hbf", "hoofdstation": "hbf"}  # tells "Essen Hbf" in Germany from "Essen"
STATION_ENDINGS = ("station", "statie", "bahnhof", "bhf")
STATION_BEGINNINGS = ("stations", "bahnhofs")  # "stationsplein", "Bahnhofsvorplatz"
STREET_ENDINGS = ("straat", "laan", "weg", "dreef", "lei", "strasse", "allee")  # a street is not at the station
MIN_STEM = 3  # letters before such an ending
CENTRAL = ("central", "centraal", "centrale", "zentral")  # only stations are called so
LIGHT_WORDS = frozenset((  # they tell places apart only together with others
    "a", "aan", "achter", "am", "an", "at", "au", "aux", "behind", "bei", "bij", "d", "dans", "de", "den", "der",
    "derriere", "des", "devant", "die", "du", "en", "et", "hbf", "het", "hinter", "hoofd", "im", "in", "l", "la",
    "le", "les", "naar", "naast", "nabij", "near", "of", "op", "pres", "s", "st", "sur", "t", "te", "the", "to",
    "train", "trein", "van", "vers", "vlakbij", "voor", "von", "vor", "zu", "zug", "zum",
    *CENTRAL,
))  # fmt: skip
TRACK_WORDS = ("spoor", "voie", "quai")  # with a number: "Sint-Truiden spoor 3"
AREA_WORDS = frozenset((  # light in a typed text, where they say which part of a town is meant; in a name they are words of it
    "dorf", "dorp",  # a part of a town or of a station
    "attente", "ausgang", "eingang", "entree", "exit", "fietsenstalling", "guichet", "ingang", "loket", "lokethal", "salle",
    "schalter", "sortie", "tunnel", "uitgang", "wachtzaal", "wartesaal",  # parts of a station
    "ausgestiegen", "daar", "descendu", "descendue", "direction", "elle", "er", "ergens", "gesehen", "gezien", "hij", "hier",
    "ici", "il", "irgendwo", "is", "ist", "monte", "montee", "opgestapt", "pris", "quelque", "richting", "richtung", "she", "sie",
    "uitgestapt", "vu", "vue", "ze", "zij",  # what somebody did there
    "around", "autour", "bus", "bushalte", "buurt", "center", "centre", "centrum", "city", "commune", "cote", "dichtbij", "face",
    "front", "gegenuber", "gemeente", "gemeinde", "hal", "hall", "halte", "ins", "loin", "nah", "neben", "next", "omgeving",
    "outside", "parking", "parvis", "pas", "proche", "quai", "rond", "side", "stad", "stadt", "stadtmitte", "tegenover", "town",
    "village", "ville", "zentrum",
))  # fmt: skip
LIGHT_IN_TEXTS = LIGHT_WORDS | AREA_WORDS | CALL_WORDS
SAME = (  # words of several languages that callers mix
    ("noord", "nord", "north"), ("zuid", "sud", "south"), ("oost", "est", "ost", "east"), ("west", "ouest"),
    (*CENTRAL, "cs", "hbf"), ("bruxelles", "brussel", "brussels", "bxl", "brx", "brux"),
    ("luchthaven", "aeroport", "airport", "flughafen"), ("strand", "plage", "beach"), ("haven", "port", "hafen", "harbour"),
    ("dorp", "village", "dorf"), ("linkeroever", "rivegauche"),
)  # fmt: skip
SHORT_FORMS = {  # in writing: A'dam
    ("a", "dam"): "amsterdam", ("r", "dam"): "rotterdam", ("a", "pen"): "antwerpen", ("d", "dorf"): "dusseldorf",
}  # fmt: skip
INITIALS = {"olv": ("onze", "lieve", "vrouw")}
SAINTS_BY_EAR = {"sain", "sin", "zint", "sinte", "sente", "santa"}  # before another word
SYNONYMS = {word: words for words in SAME for word in words} | {"lln": ("louvainlaneuve",)}
SAINT_PREFIXES = ("sint", "saint", "sankt")  # "sintpieters" is written without a space


class Query(NamedTuple):
    """Typed text of a place.

    `words`: words of the name. `is_station`: it also says that the place is a station. `is_open`: the last word may continue.
    """

    words: tuple[str, ...]
    is_station: bool
    is_open: bool = True


def read_query(typed: str) -> Query:
    """Return the words of a typed text, or of a name."""
    words: list[str] = []
    parts = tuple(_join_short_forms(normalize_name(typed).split()))
    is_station, is_open = tells_of_a_train(parts), True
    for word, following in zip_longest(parts, parts[1:], fillvalue=""):
        if word in TRACK_WORDS and following.isdecimal():
            is_station = True
            continue
        if word in MAIN_STATION:
            words.append(MAIN_STATION[word])
            is_station, is_open = True, False
            continue
        is_kind = _says_station(word)
        stem = word if is_kind else _stem(word)
        is_open = stem == word and not is_kind
        is_station = is_station or not is_open or word in CENTRAL
        if stem and not is_kind:
            words += _split_saint(stem)
    if set(words) <= set(MAIN_STATION.values()):
        words = []  # the text has no name
    return Query(tuple(words), is_station, is_open)


def _join_short_forms(words: list[str]) -> Iterator[str]:
    """Yield the words, with `a dam` as `amsterdam` and `sin niklaas` as `st niklaas`."""
    skips = False
    for word, after in zip_longest(words, words[1:], fillvalue=""):
        if skips:
            skips = False
        elif skips := (word, after) in SHORT_FORMS:
            yield SHORT_FORMS[word, after]
        else:
            yield from ("st",) if after and word in SAINTS_BY_EAR else INITIALS.get(word, (word,))


def _says_station(word: str) -> bool:
    return word in STATION_WORDS or STATION_BY_EAR.fullmatch(word) is not None


def _stem(word: str) -> str:
    """Return the word without "station" at its end, "" if it begins with it: "stationsplein"."""
    for ending in STATION_ENDINGS:
        if word.endswith(ending) and len(word) >= len(ending) + MIN_STEM:
            return word.removesuffix(ending)
    return "" if word.startswith(STATION_BEGINNINGS) and not word.endswith(STREET_ENDINGS) else word


def _split_saint(word: str) -> list[str]:
    for prefix in SAINT_PREFIXES:
        if word.startswith(prefix) and len(word) > len(prefix) + MIN_STEM:
            return ["st", word.removeprefix(prefix)]
    return [word]
