"""Requirements of an appeal's level: what a decision lacks, in sentences. `board/config/data/appeal.toml` declares them."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from board.config.appeal_rules import LevelRules
from board.errors import Refused
from board.i18n import N_, Message, message
from models.decision import DECIDER_ROLES
from models.entity import State
from models.search import APPEAL_LEVELS, Search, SetAppealFields
from models.times import format_utc, parse_utc

WHO = {
    "none": N_("Not set: “{level}” lacks the following. Nothing was changed, and nobody was told."),
    "some": N_("Not set: “{level}” is decided by {who}, and lacks the following. Nothing was changed, and nobody was told."),
}
NOBODY = N_("Nobody is named who decided. Decided by: {who}.")
NOT_THEM = N_("“{role}” may not decide this. Decided by: {who}.")
NO_BASIS = N_("This condition is not met, or has no basis.")
UNKNOWN = N_("Unknown condition.")
NOT_WORRYING = N_("Nobody has decided that the disappearance is worrying.")
NO_PHOTO = N_("There is no photo of the child. Add one, or say why there is none.")
PASSED = N_("The end must be in the future.")
TOO_LONG = N_("It lasts at most {hours} hours.")
NO_MORE = N_("It was prolonged {count} times already: no more is possible.")
DECIDE_AGAIN = N_("Each prolongation is decided again: enter the new decision.")


def check(search: Search, rules: LevelRules, known: Sequence[str], data: SetAppealFields, appeal: State, now: str) -> None:
    """Check an appeal with its dates against the requirements of its level. `known`: keys of all conditions. Raises Refused
    `invalid` with a sentence for each field that is missing or wrong."""
    missing = _decision(rules, data) | _conditions(rules, known, data) | _facts(rules, search, data)
    missing |= _period(rules, search.appeal, appeal, now)
    if missing:
        level = message(APPEAL_LEVELS[data.level])
        sentence = WHO["some" if rules.decided_by else "none"]
        raise Refused("invalid", message(sentence, level=level, who=roles(rules.decided_by)), fields=missing)


def check_decider(rules: LevelRules, role: str | None, path: str) -> dict[str, str]:
    """Return a sentence if a person of this role may not decide; None: nobody is named."""
    if role is None:
        return {path: message(NOBODY, who=roles(rules.decided_by))} if rules.required else {}
    if rules.decided_by and role not in rules.decided_by:
        return {path: message(NOT_THEM, role=message(DECIDER_ROLES[role]), who=roles(rules.decided_by))}
    return {}


def roles(codes: Sequence[str]) -> Message | str:
    """Return the people who may decide, as a part of a sentence."""
    names: list[Any] = [message(DECIDER_ROLES[code]) for code in codes]
    text = names[-1] if names else ""
    if len(names) > 1:
        text = message(N_("{first} or {last}"), first=names[-2], last=text)
    for name in reversed(names[:-2]):
        text = message(N_("{first}, {rest}"), first=name, rest=text)
    return text


def _decision(rules: LevelRules, data: SetAppealFields) -> dict[str, str]:
    return check_decider(rules, data.decided_by.role if data.decided_by is not None else None, "decided_by.role")


def _conditions(rules: LevelRules, known: Sequence[str], data: SetAppealFields) -> dict[str, str]:
    met = data.conditions or {}
    unmet = {f"conditions.{key}": NO_BASIS for key in rules.conditions if key not in met}
    return unmet | {f"conditions.{key}": UNKNOWN for key in met if key not in known}


def _facts(rules: LevelRules, search: Search, data: SetAppealFields) -> dict[str, str]:
    facts: dict[str, str] = {"worrying": NOT_WORRYING} if rules.worrying and search.worrying is not True else {}
    return facts | ({"no_photo": NO_PHOTO} if rules.photo and search.photo is None and not data.no_photo else {})


def _period(rules: LevelRules, former: State, appeal: State, now: str) -> dict[str, str]:
    """Return what is wrong with the end: passed, too late, or one prolongation too many."""
    if rules.max_hours is None:
        return {}
    if appeal["until"] <= now:
        return {"until": PASSED}
    begin = appeal["from"]
    if (appeal.get("prolonged") or 0) > (former.get("prolonged") or 0):
        if appeal["prolonged"] > rules.prolongations:
            return {"until": message(NO_MORE, count=rules.prolongations)}
        if rules.required and appeal.get("decided_by") == former.get("decided_by"):
            return {"decided_by.at": DECIDE_AGAIN}
        begin = former["until"]
    elif is_running(former, appeal["level"], now):
        return {}  # it ends as before, or earlier
    limit = format_utc(parse_utc(begin) + timedelta(hours=rules.max_hours))
    return {"until": message(TOO_LONG, hours=rules.max_hours)} if appeal["until"] > limit else {}


def is_running(appeal: State, level: str, now: str) -> bool:
    """Return whether an appeal of a level runs until a time that has not passed."""
    return appeal["level"] == level and appeal["until"] is not None and appeal["until"] > now
