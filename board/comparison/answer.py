"""Answer of a comparison, in the reader's language."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Annotated, NamedTuple

from typing_extensions import TypedDict

from board.comparison import wording
from board.comparison.rows import ORDER, Comparison, Quoted, Row, Verdict
from board.comparison.statements import StatementComparison
from board.comparison.texts import read_child, read_sighting
from board.comparison.travel import Travel
from board.comparison.vehicle import vehicle_row
from board.i18n import P_, translate
from board.lookup.looks import StatementAnswer, answers
from board.vocabulary import Meanings, Phrases, Statement, Whose, phrases
from models.entity import State
from realtime.wire.wire_types import Shape

MAX_ROWS = 60
MAX_OTHERS = 10
WHEN = P_("row of a comparison", "When")
TRAVEL = "travel"  # `thing` of the row about time and place
OF_OTHERS = frozenset({"person", "group"})  # concepts that describe nobody

ComparisonQuote = TypedDict("ComparisonQuote", {
    "field": Annotated[str, Shape(maxLength=40)], "text": str, "language": Annotated[str, Shape(maxLength=8)],
})  # fmt: skip
ComparisonRow = TypedDict("ComparisonRow", {
    "thing": Annotated[str, Shape(maxLength=40)], "name": str, "known": str, "said": str, "quotes": list[ComparisonQuote],
    "verdict": Verdict, "verdict_text": str, "text": str, "known_statements": list[StatementAnswer],
    "said_statements": list[StatementAnswer],
})  # fmt: skip
ComparisonOther = TypedDict("ComparisonOther", {"whose": Whose, "text": str})
SightingComparison = TypedDict("SightingComparison", {
    "rows": list[ComparisonRow], "others": list[ComparisonOther], "mark": str,
})  # fmt: skip


class Compared(NamedTuple):
    """Comparison before it is put into words. `languages`: language of each of the sighting's texts, by field."""

    sighting: State
    languages: dict[str, str]
    rows: Sequence[Row]
    others: Sequence[Quoted]
    travel: Travel | None


def compare(known: Meanings, search: State, sighting: State, travel: Travel | None) -> Compared:
    """Compare a sighting with what is known of the child."""
    said, child = read_sighting(known, sighting), read_child(known, search)
    statements = StatementComparison(known.parser.vocabulary)
    rows = Comparison(statements).rows(said.statements, child.statements)
    vehicle = vehicle_row(statements, known, said.statements, search.get("details") or {})
    rows = [row for row in (*rows, vehicle) if row is not None and not _is_unsaid_sex(row)]
    others = [each for each in said.statements if each.statement.whose != "child" and _tells(statements, each)]
    return Compared(sighting, said.languages, rows, others, travel)


def _is_unsaid_sex(row: Row) -> bool:
    return row.verdict == "not_said" and row.thing in ("girl", "boy")


def _tells(statements: StatementComparison, quoted: Quoted) -> bool:
    """Return whether to list a statement that is not about the child: people, what they wear, and vehicles are listed."""
    group = statements.vocabulary.concept(quoted.statement.thing).group
    is_person = group in ("companion", "age_group") and quoted.statement.thing not in OF_OTHERS
    return is_person or group == "vehicle" or statements.things.is_compared(quoted.statement)


def answer_of(compared: Compared, language: str, folder: str | None) -> SightingComparison:
    """Return the answer in a language, contradictions first. `folder`: folder of the installation's own vocabulary."""
    texts = phrases(language, folder)
    rows = [_row(row, compared, texts, (language, folder)) for row in compared.rows]
    if compared.travel is not None:
        rows.append(_travel_row(compared.travel, language))
    rows.sort(key=lambda row: ORDER.index(row["verdict"]))
    others = [_other(each, texts) for each in _by_person(compared.others)]
    mark = wording.mark([(row["name"], row["verdict"]) for row in rows], language)
    return {"rows": rows[:MAX_ROWS], "others": others[:MAX_OTHERS], "mark": mark}


def _row(row: Row, compared: Compared, texts: Phrases, reader: tuple[str, str | None]) -> ComparisonRow:
    language, _ = reader
    name = wording.thing_name(row, texts, language)
    known, said = wording.listed(row.known, texts), wording.listed(row.said, texts)
    return {
        "thing": row.thing, "name": name, "known": known, "said": said, "quotes": list(_quotes(row, compared)),
        "verdict": row.verdict, "verdict_text": translate(wording.VERDICTS[row.verdict], language),
        "text": wording.sentence(name, known, said, row.verdict, language),
        "known_statements": answers(_statements(row.known), *reader, spans=False),
        "said_statements": answers(_statements(row.said), *reader, spans=False),
    }  # fmt: skip


def _statements(quoted: Iterable[Quoted]) -> list[Statement]:
    return [statement for each in quoted for statement in (each.statement, *each.also)]


def _quotes(row: Row, compared: Compared) -> Iterator[ComparisonQuote]:
    """Yield the caller's words for what was said, each once."""
    places = dict.fromkeys((each.field, each.statement.span) for each in row.said if each.field)
    for field, (start, end) in places:
        assert field is not None
        yield {"field": field, "text": compared.sighting[field][start:end], "language": compared.languages[field]}


def _travel_row(travel: Travel, language: str) -> ComparisonRow:
    name, known, said = (translate(each, language) for each in (WHEN, travel.known, travel.said))
    text = translate(travel.sentence, language) if travel.sentence else ""
    return {
        "thing": TRAVEL, "name": name, "known": known, "said": f"{said} · {text}" if text else said, "quotes": [],
        "verdict": travel.verdict, "verdict_text": translate(wording.VERDICTS[travel.verdict], language),
        "text": wording.sentence(name, known, f"{said} · {text}" if text else said, travel.verdict, language),
        "known_statements": [], "said_statements": [],
    }  # fmt: skip


def _by_person(others: Iterable[Quoted]) -> list[list[Quoted]]:
    """Group statements that are not about the child by person; each vehicle is a separate group."""
    found: dict[object, list[Quoted]] = {}
    for each in others:
        statement = each.statement
        key = (each.field, statement.span) if statement.whose == "vehicle" else (each.field, statement.person)
        found.setdefault(key, []).append(each)
    return list(found.values())


def _other(others: Sequence[Quoted], texts: Phrases) -> ComparisonOther:
    return {"whose": others[0].statement.whose, "text": wording.listed(others, texts)}
