"""Words of a comparison: one sentence for each row, the same on every screen."""

from collections.abc import Iterable, Sequence

from board.comparison.rows import Quoted, Row, Verdict
from board.i18n import N_, P_, message, translate
from board.vocabulary import Phrases, Statement

BUILD, SEX = N_("Build"), N_("Sex")
OF_GROUP = {"build": BUILD, "age_group": SEX}
VERDICTS: dict[Verdict, str] = {
    "differs": P_("result of a comparison", "differs"), "same": P_("result of a comparison", "same"),
    "fits": P_("result of a comparison", "fits"), "not_known": P_("result of a comparison", "not known"),
    "not_said": P_("result of a comparison", "not said"),
}  # fmt: skip
# translators: {thing} is “Coat”, {said} “red coat”, {known} “dark green coat”, {verdict} “differs”
BOTH = N_("{thing}: {verdict}. Said: {said}. Known: {known}.")
SAID_ONLY = N_("{thing}: {verdict}. Said: {said}.")
KNOWN_ONLY = N_("{thing}: {verdict}. Known: {known}.")
# translators: mark of a sighting; {things} is “coat, when”
DIFFER, SAME = N_("differs: {things}"), N_("same: {things}")
NAMED = 3  # most things that a mark names


def thing_name(row: Row, phrases: Phrases, language: str) -> str:
    """Return the name of the thing that a row is about, capitalised."""
    label = OF_GROUP.get(phrases.vocabulary.concept(row.thing).group)
    name = translate(label, language) if label else phrases.of(Statement(row.thing))
    return name[:1].upper() + name[1:]


def listed(quoted: Iterable[Quoted], phrases: Phrases) -> str:
    """Return statements as a list of phrases."""
    return phrases.listed(statement for each in quoted for statement in (each.statement, *each.also))


def sentence(thing: str, known: str, said: str, verdict: Verdict, language: str) -> str:
    """Return the sentence of a row."""
    text = BOTH if known and said else SAID_ONLY if said else KNOWN_ONLY
    return translate(message(text, thing=thing, known=known, said=said, verdict=translate(VERDICTS[verdict], language)), language)


def mark(verdicts: Sequence[tuple[str, Verdict]], language: str) -> str:
    """Return what differs, or else what is the same, for the face of a card; "" if neither."""
    for verdict, text in (("differs", DIFFER), ("same", SAME)):
        if names := [_within(name, language) for name, each in verdicts if each == verdict]:
            more = ["…"] if len(names) > NAMED else []
            return translate(message(text, things=", ".join([*names[:NAMED], *more])), language)
    return ""


def _within(name: str, language: str) -> str:
    return name if language == "de" else name[:1].lower() + name[1:]
