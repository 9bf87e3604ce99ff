"""Sounds of a word: as a Dutch, a French and a German speaker reads it, and its consonants alone.

Two spellings that callers confuse by ear are equal in at least one of these forms. Letters are replaced in the order of the
tables.
"""

from collections.abc import Sequence
from itertools import groupby

MIN_SOUND = 2  # letters of a sound: shorter ones are alike by chance
MIN_SKELETON = 3  # consonants
DUTCH = (
    ("sch", "s"), ("sj", "ch"), ("sh", "ch"), ("ch", "g"), ("ck", "k"), ("qu", "k"), ("ph", "f"), ("gh", "g"), ("dt", "t"),
    ("th", "t"), ("h", ""), ("ij", "y"), ("ei", "y"), ("ey", "y"), ("i", "y"), ("eau", "o"), ("au", "o"), ("ou", "o"),
    ("ae", "a"), ("oe", "u"), ("c", "k"), ("q", "k"), ("x", "ks"), ("z", "s"), ("w", "v"), ("f", "v"), ("d", "t"), ("b", "p"),
)  # fmt: skip
DUTCH_ENDINGS = ("es", "e", "s")  # silent
FRENCH = (  # capitals are sounds that later rows leave alone
    ("ill", "y"), ("sch", "S"), ("sh", "S"), ("sj", "S"), ("ch", "S"), ("ph", "f"), ("h", ""), ("qu", "k"), ("gue", "Ge"),
    ("gui", "Gi"), ("gn", "n"), ("gea", "ja"), ("geo", "jo"), ("ge", "je"), ("gi", "ji"), ("gy", "jy"), ("ce", "se"),
    ("ci", "si"), ("cy", "sy"), ("c", "k"), ("eau", "o"), ("au", "o"), ("oi", "wa"), ("oy", "wa"), ("ou", "u"), ("oe", "u"),
    ("aim", "in"), ("ain", "in"), ("ein", "in"), ("ai", "e"), ("ei", "e"), ("ay", "e"), ("ey", "e"), ("mp", "np"), ("mb", "nb"),
    ("en", "an"), ("y", "i"), ("w", "v"), ("z", "s"), ("G", "g"),
)  # fmt: skip
FRENCH_ENDINGS = "stdxpg"  # silent, several in a row
GERMAN = (
    ("sch", "S"), ("sh", "S"), ("sj", "S"), ("ch", "k"), ("ck", "k"), ("c", "k"), ("q", "k"), ("ph", "f"), ("aeu", "oi"),
    ("eu", "oi"), ("oy", "oi"), ("ey", "ai"), ("ei", "ai"), ("ay", "ai"), ("ue", "u"), ("oe", "o"), ("ae", "a"), ("ie", "i"),
    ("y", "i"), ("h", ""), ("v", "f"), ("w", "f"), ("z", "s"), ("dt", "t"), ("d", "t"), ("b", "p"), ("g", "k"),
)  # fmt: skip
CONSONANTS = str.maketrans({
    **dict.fromkeys("cqgjx", "k"), "p": "b", "t": "d", "w": "f", "v": "f", "z": "s", "n": "m", **dict.fromkeys("aeiouyh"),
})  # fmt: skip


def sounds_of(word: str) -> tuple[str, ...]:
    """Return how a normalized word sounds, roughly: `dijnze` and `deinze` share a sound, as do `jamblou` and `gembloux`."""
    sounds = (("nl", _replace(_without_ending(word), DUTCH)), ("fr", _french(word)), ("de", _replace(word, GERMAN)))
    return tuple(language + sound for language, sound in sounds if len(sound) >= MIN_SOUND)


def joined_sounds(words: Sequence[str]) -> tuple[str, ...]:
    """Return how words sound together in French, where letters at the end of each are silent: `trois ponts` as `troipont`."""
    return (f"fr{_once(''.join(map(_french, words)))}",) if words else ()


def skeleton_of(word: str) -> str | None:
    """Return the consonants of a normalized word, None if it has too few of them: `wetere` and `wetteren` share them."""
    word = word.replace("sj", "s").replace("sh", "s").replace("ph", "f")
    word = word.removesuffix("n") if word.endswith("en") else word
    skeleton = _once(word.translate(CONSONANTS))
    return skeleton if len(skeleton) >= MIN_SKELETON else None


def _without_ending(word: str) -> str:
    ending = next((ending for ending in DUTCH_ENDINGS if word.endswith(ending) and len(word) > 4), "")
    return word.removesuffix(ending)


def _french(word: str) -> str:
    """Return the French sound of a word. A final e is silent or an é; if there is none, final consonants are silent."""
    sound = _replace(word, FRENCH)
    silent = sound.removesuffix("s").removesuffix("e")
    if silent == sound.removesuffix("s"):
        silent = sound.rstrip(FRENCH_ENDINGS).removesuffix("e")
    return sound[:MIN_SOUND] + silent[MIN_SOUND:]


def _replace(word: str, sounds: tuple[tuple[str, str], ...]) -> str:
    for letters, sound in sounds:
        word = word.replace(letters, sound)
    return _once(word)


def _once(word: str) -> str:
    """Return the word without doubled letters."""
    return "".join(letter for letter, _ in groupby(word))
