"""Decision of a person outside the team, as one line: who decided, in which role, when, how the team heard of it, and its
reference."""

from collections.abc import Mapping
from typing import Any

from board.config import sentences
from board.i18n import gettext_for, moment_text
from models.decision import DECIDER_ROLES, WAYS


def decision_text(decision: Mapping[str, Any], language: str) -> str:
    """Return "E. De Wolf, magistrate, 30 Nov 13:55, by telephone, FP 2026/1187"."""
    translate = gettext_for(language)
    parts = [
        decision["name"], translate(DECIDER_ROLES[decision["role"]]), moment_text(decision["at"], "d MMM HH:mm", language),
        translate(WAYS[decision["by_way"]]),
    ]  # fmt: skip
    return ", ".join([*parts, *([decision["reference"]] if decision.get("reference") else [])])


def decided(decision: Mapping[str, Any] | None, language: str) -> str:
    """Return "decided by E. De Wolf, magistrate, …"; "" without a decision."""
    if not decision:
        return ""
    return gettext_for(language)(sentences.DECIDED_BY).format(who=decision_text(decision, language))
