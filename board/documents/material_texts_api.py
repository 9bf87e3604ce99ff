"""HTTP API of the texts that a material would print, before it is approved. Read-only; nothing is stored."""

from collections.abc import Sequence
from functools import partial
from typing import Annotated

from pydantic import Field
from sqlmodel import Session
from starlette.requests import Request
from typing_extensions import TypedDict

from board.commands.materials import materials, printed_texts
from board.commands.materials.printed_texts import Detail
from board.documents.material_api import visible_search
from board.engine.identity import Caller
from board.errors import validated
from board.i18n import N_
from board.vocabulary import load_vocabulary
from board.web.endpoint import ON_A_BOARD, Call
from board.web.http import Reply, json_response, read_json_object, require_caller, service_of
from models.entity import State
from models.fields import Data
from models.material import Language, Languages, PrintedWords, Shows, Translated
from models.search import Search
from realtime.wire.wire_types import Shape


class MaterialTexts(Data):
    """Details of a child in some languages. `words`: translations so far."""

    languages: Languages
    shows: Shows = Field(default_factory=list)
    words: PrintedWords = Field(default_factory=list)


PrintedText = TypedDict("PrintedText", {"language": Language, "text": str})
MissingWord = TypedDict("MissingWord", {"word": str, "languages": list[Language]})
DetailTexts = TypedDict("DetailTexts", {
    "field": Translated, "typed": str, "typed_in": Language, "printed": list[PrintedText], "words": list[MissingWord],
    "is_complete": bool,
})  # fmt: skip
TextsOfMaterial = TypedDict("TextsOfMaterial", {
    "texts": list[DetailTexts], "vocabulary": Annotated[str, Shape(maxLength=40)],
})  # fmt: skip


@Call(
    "POST", "/boards/{board}/materials/texts",
    N_("Returns the details of the child as a material would print them, with the words that need a translation."),
    (*ON_A_BOARD, "invalid", "too_large"), body=MaterialTexts,
)  # fmt: skip
async def texts(request: Request) -> Reply[TextsOfMaterial]:
    """Return the details of the child in each language of a material, before it is approved.

    See [Texts of a material](materials.md#texts-of-a-material). A POST, so that no proxy logs details of a child. *0.4.0*

    `texts`: one for each shown detail that is typed as text.
    `texts[].typed_in`: language of its words.
    `texts[].printed`: in the order of `languages`. Words without a translation are printed as typed, in quotation marks.
    `texts[].words`: words that were not understood, with the languages that need a translation of them.
    `texts[].is_complete`: whether each of these words has a translation, is left out, or is approved as typed.
    `vocabulary`: version of the vocabulary.
    """
    caller = await require_caller(request)
    body = validated(MaterialTexts, await read_json_object(request))
    service = service_of(request)
    content = await service.database.read(partial(_content, body, request, caller))
    await service.reads.part_of_board(caller, request.path_params["board"])
    folder = service.settings.files_path

    def read() -> TextsOfMaterial:
        shown = printed_texts.details(content, body.words, folder)
        return {
            "texts": [_to_json(each, list(dict.fromkeys(body.languages))) for each in shown],
            "vocabulary": load_vocabulary(folder).version,
        }

    return json_response(await service.queues.lookups.run(caller.account.id, read))


def _content(body: MaterialTexts, request: Request, caller: Caller, session: Session) -> State:
    """Return the facts that a material would show. Raises Refused `not_found` as `visible_search` does."""
    search: Search = visible_search(session, caller, request)
    return materials.shown_details(search, body.shows)


def _to_json(detail: Detail, languages: Sequence[Language]) -> DetailTexts:
    words: dict[str, list[Language]] = {}
    for language in languages:
        for word in detail.text.words(language):
            words.setdefault(word, []).append(language)
    return {
        "field": detail.field,
        "typed": detail.text.text,
        "typed_in": detail.text.language,  # type: ignore[typeddict-item]  # one of the vocabulary's languages
        "printed": [{"language": language, "text": detail.printed(language)} for language in languages],
        "words": [{"word": word, "languages": needed} for word, needed in words.items()],
        "is_complete": not any(detail.missing(language) for language in languages),
    }
