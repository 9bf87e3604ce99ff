"""Errors that a person reads: refusals with their codes and messages."""

from collections.abc import Mapping
from typing import Annotated, Any, NotRequired, TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails
from typing_extensions import TypedDict

from board.i18n import DEFAULT, N_, message, translate
from models.fields import REQUIRED
from realtime.wire.wire_types import Shape

M = TypeVar("M", bound=BaseModel)


class OperationError(Exception):
    """Operation that can't be done, with a sentence that says why."""

    def __str__(self) -> str:
        """Return the sentence itself, because a Message is translated later."""
        return self.args[0] if self.args else ""


MESSAGES = {
    "invalid": N_("This is not valid. Check what you entered."),
    "unknown_command": N_("Unknown command for this board."),
    "not_found": N_("Not found, or you do not have access."),
    "forbidden": N_("Your role does not allow this."),
    "conflict": N_("Someone else changed this in the meantime. Check, then try again."),
    "closed": N_("This search is closed. Reopen it first."),
    "too_large": N_("Limit reached: this is too large, or the board is full."),
    "rate_limited": N_("Too many requests. Wait a moment, then try again."),
    "unavailable": N_("Not available right now. Wait a moment, then try again."),
    "failed": N_(
        "This did not work because of an error in the program. Nothing was changed. The error is in the server’s log: "
        "tell your administrator before you try again."
    ),
    "locked": N_("This screen is locked. Unlock it first."),
    "unauthenticated": N_("Sign in first."),
    "step_up": N_("Confirm that it is you, then try again."),
}


Refusal = TypedDict("Refusal", {
    "code": Annotated[str, Shape(enum=list(MESSAGES))], "message": str, "fields": NotRequired[dict[str, str]],
    "current": NotRequired[dict[str, Any]], "retry_after_s": NotRequired[Annotated[int, Shape(minimum=1)]],
    "id": NotRequired[str],
})  # fmt: skip
"""Refusal of a call, or of a command.

`fields`: field to sentence.
`current`: the current state, of a `conflict`.
`id`: of the refused command.
"""


class Refused(Exception):
    """Refusal: nothing was changed. `fields` maps a field's path to a sentence, `current` is the present state,
    `retry_after_s` the seconds after which a retry may work, if known."""

    def __init__(
        self,
        code: str,
        message: str | None = None,
        fields: Mapping[str, str] | None = None,
        current: dict[str, Any] | None = None,
        retry_after_s: int | None = None,
    ) -> None:
        super().__init__(code)
        self.code = code
        self.message = message or MESSAGES[code]
        self.fields = dict(fields) if fields else None
        self.current = current
        self.retry_after_s = retry_after_s
        self.is_recorded = False  # in the audit journal
        self.language: str | None = None  # chosen by the refused account, if it was read

    def body(self, command: str | None = None, language: str = DEFAULT) -> Refusal:
        """Return the refusal as in the contract, for a frame or an HTTP response; `command` is the id of the refused command."""
        body: Refusal = {"code": self.code, "message": translate(self.message, language)}
        if self.fields is not None:
            body["fields"] = {path: translate(sentence, language) for path, sentence in self.fields.items()}
        if self.current is not None:
            body["current"] = self.current
        if self.retry_after_s is not None:
            body["retry_after_s"] = self.retry_after_s
        if command is not None:
            body["id"] = command
        return body


def invalid(field: str, sentence: str) -> Refused:
    """Return a refusal of one field."""
    return Refused("invalid", fields={field: sentence})


def not_found(field: str) -> Refused:
    """Return a refusal of an id that names nothing on this board."""
    return Refused("not_found", fields={field: N_("Not found on this board.")})


_TYPES = {
    "missing": REQUIRED,
    "extra_forbidden": N_("Unknown field."),
    "string_type": N_("This must be text."),
    "bool_type": N_("This must be true or false."),
    "int_type": N_("This must be a whole number."),
    "int_from_float": N_("This must be a whole number."),
    "float_type": N_("This must be a number."),
    "finite_number": N_("This must be a number."),
    "list_type": N_("This must be a list."),
    "dict_type": N_("This must be an object."),
    "model_type": N_("This must be an object."),
    "model_attributes_type": N_("This must be an object."),
    "string_pattern_mismatch": N_("Some characters here are not allowed."),
}
_WITH_CONTEXT = {
    "string_too_long": N_("At most {max_length} characters."),
    "string_too_short": REQUIRED,
    "too_long": N_("At most {max_length} entries."),
    "too_short": REQUIRED,
    "literal_error": N_("Use one of: {expected}."),
    "greater_than_equal": N_("Enter {ge} or more."),
    "less_than_equal": N_("Enter {le} or less."),
}


def message_for(error: ErrorDetails) -> str:
    """Return a message for people about one of pydantic's errors."""
    kind = error["type"]
    if kind in _WITH_CONTEXT:
        return message(_WITH_CONTEXT[kind], **error.get("ctx", {}))
    if kind == "value_error":
        return str(error.get("ctx", {}).get("error", error["msg"]))
    return _TYPES.get(kind, error["msg"])


def from_pydantic(error: ValidationError, within: str = "") -> Refused:
    """Return pydantic's errors as a refusal with a sentence for each field, by its path (below `within`)."""
    fields = {}
    for each in error.errors(include_url=False, include_input=False):
        path = [within, *map(str, each["loc"])] if within else list(map(str, each["loc"]))
        fields[".".join(path) or "data"] = message_for(each)
    return Refused("invalid", fields=fields)


def validated(type: type[M], value: Any, within: str = "") -> M:
    """Return a value as this type. Raises Refused `invalid`."""
    try:
        return type.model_validate(value)
    except ValidationError as error:
        raise from_pydantic(error, within) from error
