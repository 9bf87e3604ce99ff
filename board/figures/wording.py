"""Words of the figures, on the page and in its CSV file."""

from board.config import sentences
from board.figures.counting import NO_AGE
from board.figures.masking import MIN_COUNT
from board.figures.periods import Period
from board.i18n import N_, gettext_for, moment_text
from models.search import CONDITIONS, KINDS
from models.times import from_ms

ALL = N_("All")
OUTCOMES = CONDITIONS | {
    "unknown": N_("found, condition unknown"), "not_found": N_("closed, not found"), "open": N_("still missing"),
}  # fmt: skip
AGES = {
    "0-5": N_("under 6"), "6-12": N_("6 to 12"), "13-15": N_("13 to 15"), "16-17": N_("16 or 17"), "18-": N_("18 or older"),
    NO_AGE: N_("age unknown"),
}  # fmt: skip
MASKS = {"under_3": sentences.UNDER_THREE, "hidden": sentences.NOT_SHOWN}
assert MIN_COUNT == 3, "the words name it"


def kind_label(name: str, language: str) -> str:
    return gettext_for(language)(KINDS[name])


def age_label(name: str, language: str) -> str:
    return gettext_for(language)(AGES[name])


def outcome_label(name: str, language: str) -> str:
    return gettext_for(language)(OUTCOMES[name])


def weekday_label(name: str, language: str) -> str:
    """Return the name of a day, 1 for Monday."""
    return moment_text(f"2024-01-0{name}T12:00:00.000Z", "cccc", language)  # 1 January 2024 was a Monday


def hour_label(name: str, language: str) -> str:
    """Return the beginning of an hour, such as "09:00"."""
    return f"{int(name):02}:00"


def period_label(period: Period, language: str) -> str:
    """Return a year, or a month with its year."""
    return moment_text(from_ms(period.start), "LLLL y" if period.month else "y", language)


def step_label(name: str, language: str) -> str:
    """Return the name of a month, such as `2026-11`, or the number of a day, such as `2026-11-30`."""
    if name.count("-") == 2:
        return str(int(name[-2:]))
    return moment_text(f"{name}-15T12:00:00.000Z", "LLLL", language)


def mask_label(figure: int | str, language: str) -> int | str:
    """Return a figure, or the words for a masked one."""
    return gettext_for(language)(MASKS[figure]) if isinstance(figure, str) else figure
