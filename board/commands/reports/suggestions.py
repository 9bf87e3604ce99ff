"""Suggestions that follow from the answers in a report: its possible type, and criteria that nobody has answered."""

from board.commands.searches import suggested_criteria
from board.config.report_rules import load_report_rules
from board.engine.conditions import holds
from models.entity import State

FIELDS = ("possible_kind", "suggested")
UNDEFINED = "undefined"  # type of a search if the answers suggest none


def derive(before: State, after: State, now: str) -> State:
    """Return the derived fields of a report."""
    rules = load_report_rules()
    kind = next((rule.kind for rule in rules.kind if holds(rule.when, after)), None)
    return {"possible_kind": kind, "suggested": _criteria(after)}


def kind_of(report: State) -> str:
    """Return the type of search of a report: the chosen one, or the possible one."""
    return str(report["kind"] or report["possible_kind"] or UNDEFINED)


def _criteria(report: State) -> list[str]:
    """Return the suggested criteria, those of the child's age first."""
    by_age = suggested_criteria.suggested(report | {"missing_since": report["missing_since"] or report["received_at"]})
    by_answers = [rule.key for rule in load_report_rules().criterion if holds(rule.when, report)]
    return list(dict.fromkeys([*by_age, *(key for key in by_answers if not _is_answered(report, key))]))


def _is_answered(report: State, key: str) -> bool:
    return (report["criteria"].get(key) or {}).get("answer") in ("yes", "no")
