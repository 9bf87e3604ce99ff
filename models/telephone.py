"""Telephone numbers: checked by the numbering plans of all countries, stored as they are dialled, shown as people read them."""

import re
from typing import Annotated

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumber, PhoneNumberFormat, shortnumberinfo
from pydantic import AfterValidator, StringConstraints

from models.fields import OneLine
from models.texts import N_

REGION = "BE"  # of numbers without the code of a country
MAX_LENGTH = 60
NOT_A_NUMBER = N_("This is not a telephone number. Use digits, such as 02 475 44 11 or +33 1 23 45 67 89.")
WRONG_LENGTH = N_("This number has too many or too few digits.")
NOT_HERE = N_("This is not a Belgian number. For another country, begin with + and its code, such as +33.")
_DIALLED = re.compile(r"\+?[\d\s().\-/]+(?:(?:;ext=|ext\.?|#)\s*\d{1,8})?")
_SHORT = 6  # digits


def checked(text: str) -> str:
    """Return a number as it is dialled: `+3224754411`, `+3224754411;ext=12`, or a short one such as `116000`.

    Raises ValueError with a sentence for people. A number of another country begins with its code; such a number is only checked
    for its length, because numbering plans change faster than programs.
    """
    if not _DIALLED.fullmatch(text.strip()) or not any(character.isdigit() for character in text):
        raise ValueError(NOT_A_NUMBER)
    if (short := _short(text)) is not None:
        return short
    number = _parsed(text)
    if not phonenumbers.is_possible_number(number):
        raise ValueError(WRONG_LENGTH)
    if not _has_country(text) and not phonenumbers.is_valid_number(number):
        raise ValueError(NOT_HERE)
    dialled = phonenumbers.format_number(number, PhoneNumberFormat.E164)
    return f"{dialled};ext={number.extension}" if number.extension else dialled


def shown(number: str) -> str:
    """Return a checked number as people read it: `+32 2 475 44 11`."""
    if not number.startswith("+"):
        return f"{number[:-3]} {number[-3:]}" if len(number) > 4 else number
    return phonenumbers.format_number(_parsed(number), PhoneNumberFormat.INTERNATIONAL)


def _parsed(text: str) -> PhoneNumber:
    try:
        return phonenumbers.parse(text, REGION)
    except NumberParseException as error:
        is_length = error.error_type in (NumberParseException.TOO_LONG, NumberParseException.TOO_SHORT_NSN)
        raise ValueError(WRONG_LENGTH if is_length else NOT_A_NUMBER) from None


def _short(text: str) -> str | None:
    """Return the digits of a short number of the region, such as 112 or 116 000; None for other numbers."""
    digits = "".join(str(int(character)) for character in text if character.isdecimal())
    if _has_country(text) or not 3 <= len(digits) <= _SHORT:
        return None
    number = PhoneNumber(country_code=32, national_number=int(digits))
    return digits if shortnumberinfo.is_valid_short_number_for_region(number, REGION) else None


def _has_country(text: str) -> bool:
    return text.strip().startswith(("+", "00"))


Telephone = Annotated[str, StringConstraints(max_length=MAX_LENGTH), OneLine, AfterValidator(checked)]
