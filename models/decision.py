"""Decisions that people outside the team made: who decided, when, how the team was told, and under which reference."""

from dataclasses import replace
from typing import Annotated, Literal

from models.declared import FieldSpec, parts_of, private_part
from models.fields import Data, ShortText, Time, Title
from models.texts import N_

DeciderRole = Literal["officer", "magistrate", "prosecutor", "examining_magistrate", "family", "child_focus"]
DECIDER_ROLES = {
    "officer": N_("police officer"), "magistrate": N_("magistrate"), "prosecutor": N_("public prosecutor"),
    "examining_magistrate": N_("examining magistrate"), "family": N_("family"), "child_focus": N_("Child Focus"),
}  # fmt: skip
Way = Literal["call", "mail", "writing"]
WAYS = {"call": N_("by telephone"), "mail": N_("by e-mail"), "writing": N_("in writing")}


class DecidedBy(Data):
    """Person outside the team who decided, and how the team was told. *0.4.0*

    `at`: at most 5 minutes in the future.
    `reference`: reference of that person's service.
    """

    role: Annotated[DeciderRole, private_part(N_("Who decided"), control="choice", choices=DECIDER_ROLES)]
    name: Annotated[Title, private_part(N_("Name of the person who decided"), control="text", prose=True)]
    at: Annotated[Time, private_part(N_("Decided at"), control="time", past=True)]
    by_way: Annotated[Way, private_part(N_("How it was told"), control="choice", choices=WAYS)]
    reference: Annotated[ShortText | None, private_part(N_("Reference of the decision"), control="text", prose=True)] = None


def parts(group: str = "") -> tuple[FieldSpec, ...]:
    """Return the fields of a decision, below `group` of another group if it is given."""
    below = f"{group}." if group else ""
    return tuple(replace(spec, path=below + spec.path.removeprefix("decision.")) for spec in parts_of(DecidedBy, "decision"))
