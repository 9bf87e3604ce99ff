"""Check of the number by which the caller of a report can be called back, while the caller is still on the telephone."""

from board.commands.reports import caller_contact
from models import telephone
from models.missing_report import Callback

BELGIUM = "+32"
FEWEST_DIGITS = 3  # a text with fewer is no number
_PROBLEMS: dict[str, Callback] = {
    telephone.NOT_A_NUMBER: "no_number", telephone.WRONG_LENGTH: "length", telephone.NOT_HERE: "not_here",
}  # fmt: skip


def problem_of(contact: str | None) -> Callback | None:
    """Return the first problem of the numbers in a way to call back; None if they have none."""
    problems = map(_problem_of_number, filter(_is_number, caller_contact.parts(contact or "")))
    return next((problem for problem in problems if problem is not None), None)


def _is_number(text: str) -> bool:
    """Return whether a text is meant as a telephone number."""
    return "@" not in text and sum(map(str.isdecimal, text)) >= FEWEST_DIGITS


def _problem_of_number(text: str) -> Callback | None:
    try:
        number = telephone.checked(text)
    except ValueError as error:
        return _PROBLEMS[str(error)]
    return "abroad" if number.startswith("+") and not number.startswith(BELGIUM) else None
