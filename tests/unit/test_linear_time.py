"""Linear time: everything read takes time in proportion to its length, so that no crafted text stops the server. JSON is covered
in test_strict_json, cookies in test_cookies."""

import contextlib
import re
import unicodedata
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from urllib.parse import quote

import pytest
from starlette.datastructures import Headers, QueryParams
from starlette.responses import FileResponse
from starlette.staticfiles import StaticFiles
from websockets import headers as websocket_headers

from board.accounts import passwords
from board.bootstrap import ROOT
from board.commands.cards import mentions
from board.documents import content, event_text, shown_changes
from board.documents.content import UserText
from board.engine import integrity
from board.errors import OperationError, Refused
from board.exports import exports
from board.files import recognition_process
from board.files.recognition_process import HEAD_BYTES
from board.lookup import fuzzy_names, gazetteer, looks, matching_searches_api, text_search
from board.telemetry import logs
from board.vocabulary import meanings
from board.vocabulary.readable import readable
from board.web import http, language, pages
from models import searchable, times
from models.sighting import Sighting
from realtime.wire import protocol
from tests.support.linear_time import LIMIT_S, above, superlinear_growth, text_makers

MESSAGE = protocol.MAX_CLIENT_FRAME_BYTES  # characters at most, of a message, a body, and of all headers
LONG, SHORT = 4_000, 200  # of a text that people type
PEOPLE = mentions.names_by_key([("a", "Marie Claes"), ("b", "a a a a a a a a"), ("c", "-" * 200)])


def path_of(text: str) -> None:
    """The address of a request, looked for among all routes."""
    from tests.unit.test_contract import app_routes

    scope = {"type": "http", "method": "GET", "path": f"/{text}", "root_path": "", "headers": []}
    for route in app_routes():
        route.matches(scope)  # type: ignore[attr-defined]


def unchanged(text: str) -> bool:
    asked = Headers(raw=[(b"if-none-match", text.encode("latin-1", "replace"))])
    return StaticFiles(directory=ROOT / "static").is_not_modified(Headers({"etag": '"x"'}), asked)


def shown(text: str) -> None:
    """Return the excerpt shown for a find, for as many words as can be asked for."""
    asked = {word[:9] for word in searchable.words(text[:SHORT])}
    if asked:
        said = looks.Said.typed(meanings(None), text[:SHORT])
        text_search._snippets(Sighting(description=text), asked, said)  # type: ignore[call-arg]


def meant(text: str) -> None:
    row = SimpleNamespace(reference="REF-1", person={"first_name": text, "last_name": "x"}, details={"aliases": [text[:200]]})
    words = fuzzy_names.normalize_name(text).split()
    typed = matching_searches_api.TypedLooks(words, looks.Said.typed(meanings(None), text, "en"))
    matching_searches_api._score(typed, looks.NONE, row)  # type: ignore[arg-type]


def with_headers(text: str) -> None:
    read = websocket_headers
    for parse in (read.parse_extension, read.parse_subprotocol, read.parse_connection, read.parse_upgrade):
        with contextlib.suppress(Exception):
            parse(text)


def ranges(text: str) -> None:
    with contextlib.suppress(Exception):
        FileResponse._parse_range_header(f"bytes={text}", 10**6)


def quiet(read: Callable[[str], object]) -> Callable[[str], object]:
    """A reader that refuses what it can't read."""

    def do(text: str) -> None:
        with contextlib.suppress(Refused, ValueError, OperationError):
            read(text)

    return do


READERS: dict[str, tuple[Callable[[str], object], int]] = {
    "a command's id": (protocol.is_id, MESSAGE),
    "a form": (lambda text: http.parse_form(text.encode()), MESSAGE),
    "a query": (QueryParams, MESSAGE),
    "an address": (path_of, MESSAGE // 8),  # a path that all routes are matched against
    "languages": (language.negotiate, MESSAGE),
    "a request's id": (logs.request_id, MESSAGE),
    "what is kept": (unchanged, MESSAGE),
    "ranges": (ranges, MESSAGE),
    "headers of a handshake": (with_headers, MESSAGE),
    "where to go on": (pages.safe_redirect_path, MESSAGE),
    "a time": (quiet(times.parse_utc), MESSAGE),
    "a line of heads": (quiet(lambda text: integrity._read_line(Path("heads"), 1, text)), MESSAGE),
    "words": (searchable.words, 4 * LONG),
    "places of words": (
        lambda text: searchable.find_matches(text, {word[:5] for word in searchable.words(text[:SHORT])}),
        2 * LONG,
    ),
    "a hit": (shown, 2 * LONG),
    "a name that is looked for": (fuzzy_names.normalize_name, MESSAGE),
    # long enough that the shorter text, too, has the digits at its end: a postal code is looked for among all places
    "a place that is looked for": (lambda text: gazetteer.gazetteer().find(text, 8), 4 * SHORT),
    "a search that is meant": (meant, SHORT),
    "names after @": (lambda text: mentions.mentioned([text], PEOPLE), 4 * LONG),
    "the name of an account": (mentions._key, MESSAGE),
    "a line on paper": (lambda text: content._line([UserText(text, "fr"), text]), 4 * LONG),
    "a text on paper": (lambda text: content._quote(UserText(text)), 4 * LONG),
    "a field on paper": (shown_changes.GROUP.match, MESSAGE),
    "a sentence on paper": (event_text.placeholders.__wrapped__, MESSAGE),
    "a cell": (exports.spreadsheet_cell, MESSAGE),
    "a detail of a child": (lambda text: readable.__wrapped__(text, "clothing", "fr"), LONG),
    "the first bytes of a file": (lambda text: recognition_process._markup(text.encode()), HEAD_BYTES),
    "whether these are a text": (lambda text: recognition_process._is_text(text.encode()), HEAD_BYTES),
}


# Readers that run in Python, not in one call of a library: other threads run every millisecond in between. They take up to 60 ms
# for their largest input, most of them in a thread of the database; all others keep to the limit of expressions.
INTERPRETED = {
    "a form", "a query", "headers of a handshake", "words", "places of words", "a hit", "a name that is looked for",
    "names after @", "a line on paper", "a text on paper", "a cell", "a detail of a child",
}  # fmt: skip


@pytest.fixture(scope="module", autouse=True)
def _warm() -> None:
    gazetteer.gazetteer()


@pytest.mark.slow
@pytest.mark.parametrize("name", READERS)
def test_time_grows_with_the_length_alone(name: str) -> None:
    read, longest = READERS[name]
    limit = float("inf") if name in INTERPRETED else LIMIT_S
    found = (superlinear_growth(read, make, longest) or above(read, make(longest), limit) for make in text_makers())
    assert next(filter(None, found), None) is None


@pytest.mark.parametrize("part", ["a", "1", "aA1", "\u0327\u0301", "q w", "searchboard", "dubois"])
def test_a_password_is_judged_in_its_length(part: str) -> None:
    def judge(text: str) -> None:
        passwords.problem(text)
        passwords.personal_problem(text, "Eva Dubois", "eva@desk.example")

    for make in text_makers([part]):
        assert superlinear_growth(judge, make, passwords.MAX_LENGTH) is None


# -- the check itself -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "slow",
    [
        re.compile(r'"(?:[^"\\]|\\.)*"', re.DOTALL).findall,  # unclosed strings
        re.compile(r"[ \t]*\n\s*").findall,
        re.compile(r"\W+$").search,
        lambda text: unicodedata.normalize("NFKD", text),
    ],
    ids=["strings", "breaks", "ends", "accents"],
)
def test_quadratic_function_is_found(slow: Callable[[str], object]) -> None:
    assert any(superlinear_growth(slow, make, 4_000) for make in text_makers(['"\\', '\\"', " ", "\u0327\u0301"]))


def test_texts_are_as_long_as_they_should_be() -> None:
    assert {len(make(1_000)) for make in text_makers()} == {1_000}


def test_an_address_with_every_sign_is_looked_for() -> None:
    for make in text_makers():
        path_of(quote(make(200)))
