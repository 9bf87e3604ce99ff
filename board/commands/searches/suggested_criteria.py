"""Criteria that the facts of a search suggest, such as the child's age. People answer criteria, and decide whether a
disappearance is worrying. The scripts have the same rules for values in forms; tests/rule_cases.json compares both."""

from datetime import date
from typing import Any

from typing_extensions import TypedDict

from board.config.predefined_tasks import criteria, younger_than
from models.entity import State
from models.times import DESK_TIME_ZONE, parse_utc

OpenCriteria = TypedDict("OpenCriteria", {"unknown": list[str], "open": int, "all": int})


def suggested(search: State) -> list[str]:
    """Return the keys of unanswered criteria that the child's age suggests. If age and date of birth contradict each other,
    either of them is enough."""
    ages = _ages(search)
    unanswered = {key: years for key, years in younger_than().items() if _answer(search, key) not in ("yes", "no")}
    return [key for key, years in unanswered.items() if any(age < years for age in ages)]


def undecided(search: State) -> bool:
    """Return whether the disappearance needs a decision if it is worrying: a criterion applies or is suggested."""
    if search["worrying"] is not None:
        return False
    return any(_answer(search, key) == "yes" for key in search["criteria"]) or bool(suggested(search))


def open_criteria(search: State) -> OpenCriteria:
    """Return which criteria people have not answered with yes or no: `unknown`, those that they wrote a basis about, and `open`,
    how many of the others there are."""
    unanswered = [key for key in criteria() if _answer(search, key) not in ("yes", "no")]
    unknown = [key for key in unanswered if (search["criteria"].get(key) or {}).get("basis")]
    return {"unknown": unknown, "open": len(unanswered) - len(unknown), "all": len(criteria())}


def _ages(search: State) -> list[int]:
    """Return the stated age, and the age computed from the date of birth on the day of the disappearance."""
    person: dict[str, Any] = search["person"]
    ages = [person.get("age")]
    if person.get("birth_date"):
        birth_date = date.fromisoformat(person["birth_date"])
        day = parse_utc(search["missing_since"]).astimezone(DESK_TIME_ZONE).date()
        ages.append(day.year - birth_date.year - ((day.month, day.day) < (birth_date.month, birth_date.day)))
    return [age for age in ages if age is not None and age >= 0]


def _answer(search: State, key: str) -> str:
    return str((search["criteria"].get(key) or {}).get("answer", "unknown"))
