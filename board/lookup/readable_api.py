"""HTTP API of details of children in the reader's language. Read-only; nothing is stored."""

from typing import Annotated, Literal

from pydantic import Field
from starlette.requests import Request
from typing_extensions import TypedDict

from board.errors import validated
from board.i18n import N_
from board.vocabulary.readable import readable
from board.web import language
from board.web.endpoint import EVERYWHERE, Call
from board.web.http import Reply, json_response, read_json_object, require_caller, service_of
from models.fields import Data, RequiredLongText
from realtime.wire.wire_types import Shape

MAX_TEXTS = 40  # per request


class TypedDetail(Data):
    """Detail of a child as it was typed."""

    field: Literal["hair", "eyes", "features", "clothing", "needs", "description"]
    text: RequiredLongText


class DetailsOfChildren(Data):
    """Details to read."""

    details: Annotated[list[TypedDetail], Field(min_length=1, max_length=MAX_TEXTS)]


ReadableDetail = TypedDict("ReadableDetail", {
    "text": str, "typed_in": Annotated[str, Shape(maxLength=8)], "is_composed": bool,
})  # fmt: skip
ReadableDetails = TypedDict("ReadableDetails", {"details": list[ReadableDetail]})


@Call(
    "POST", "/details",
    N_("Returns details of children, such as clothing, in the reader's language. Changes nothing."),
    (*EVERYWHERE, "invalid", "too_large"), body=DetailsOfChildren,
)  # fmt: skip
async def details(request: Request) -> Reply[ReadableDetails]:
    """Return details of children in the reader's language.

    See [Details in other languages](lookup.md#details-in-other-languages). A POST, so that no proxy logs details of a child.
    Nothing is stored. *0.4.0*

    `details`: in the order of the request.
    `details[].text`: composed in the reader's language, or as typed.
    `details[].typed_in`: language of the words as typed.
    `details[].is_composed`: false if the text was typed in the reader's language, or was not completely understood.
    """
    caller = await require_caller(request)
    asked = validated(DetailsOfChildren, await read_json_object(request))
    service, reads = service_of(request), language.language_for(request, caller)
    folder = service.settings.files_path

    def read() -> ReadableDetails:
        return {"details": [_to_json(detail, reads, folder) for detail in asked.details]}

    return json_response(await service.queues.lookups.run(caller.account.id, read))


def _to_json(detail: TypedDetail, reads: str, folder: str | None) -> ReadableDetail:
    found = readable(detail.text, detail.field, reads, folder)
    return {"text": found.text, "typed_in": found.typed_in, "is_composed": found.is_composed}
