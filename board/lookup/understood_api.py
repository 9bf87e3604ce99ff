"""HTTP API of what the board understands of a text while it is typed. Read-only; nothing is stored."""

from typing import Annotated

from starlette.requests import Request
from typing_extensions import TypedDict

from board.errors import validated
from board.i18n import N_
from board.lookup.looks import StatementAnswer, answers
from board.lookup.understood import ReadWord, Span, Understood, understood
from board.vocabulary import Phrases, Statement, parser, phrases
from board.web import language
from board.web.endpoint import EVERYWHERE, Call
from board.web.http import Reply, json_response, read_json_object, require_caller, service_of
from models.fields import Data, Name, RequiredLongText
from realtime.wire.wire_types import Count, Shape


class TypedText(Data):
    """Text as typed so far.

    `field`: name of the field, such as `hair`, if the field is about one thing.
    """

    text: RequiredLongText
    field: Name | None = None


TextSpan = Annotated[list[Count], Shape(minItems=2, maxItems=2)]
UnderstoodWord = TypedDict("UnderstoodWord", {"span": TextSpan, "reads": str})


class UnderstoodStatement(StatementAnswer):
    """Statement with the words that say it."""

    words: list[UnderstoodWord]


UnderstoodText = TypedDict("UnderstoodText", {
    "language": Annotated[str, Shape(maxLength=8)], "statements": list[UnderstoodStatement], "unread": list[TextSpan],
})  # fmt: skip


@Call(
    "POST", "/statements",
    N_("Returns what the server understands of a text about looks. Changes nothing."),
    (*EVERYWHERE, "invalid", "too_large"), body=TypedText,
)  # fmt: skip
async def statements(request: Request) -> Reply[UnderstoodText]:
    """Return what the server understands of a text about looks, in the reader's language.

    A POST, so that no proxy logs what a caller said. See [Statements](lookup.md#statements). Nothing is stored. *0.4.0*

    `language`: language of the words in the text.
    `statements`: in the order of the text, at most 24.
    `statements[].span`: start and end in the text.
    `statements[].words[].reads`: the meaning of the word at this span. Put a word in quotation marks to say that it is a name.
    `unread`: start and end of words that are not in the vocabulary, at most 12.
    """
    caller = await require_caller(request)
    typed = validated(TypedText, await read_json_object(request))
    service, reads = service_of(request), language.language_for(request, caller)
    folder = service.settings.files_path

    def read() -> UnderstoodText:
        return _to_json(understood(parser(folder), typed.text, reads, typed.field or ""), reads, folder)

    return json_response(await service.queues.lookups.run(caller.account.id, read))


def _to_json(found: Understood, reads: str, folder: str | None) -> UnderstoodText:
    texts = phrases(reads, folder)
    shown = answers(found.reading.statements, reads, folder)
    return {
        "language": found.reading.language,
        "statements": [
            {**each, "words": [_word(word, texts) for word in words]} for each, words in zip(shown, found.words, strict=True)
        ],
        "unread": [_span(each) for each in found.reading.unread],
    }  # fmt: skip


def _word(word: ReadWord, texts: Phrases) -> UnderstoodWord:
    return {"span": _span(word.span), "reads": ", ".join(texts.of(Statement(id)) for id in word.ids)}


def _span(span: Span) -> list[int]:
    return list(span)
