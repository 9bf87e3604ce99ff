"""Appeals of tests: a Child Alert with everything that it needs."""

from datetime import timedelta
from typing import Any

from models.times import format_utc, now

CONDITIONS = {
    "under_18": "11, birth certificate", "very_worrying": "officer, 10:01", "danger": "forced into a van",
    "in_the_country": "plate seen in Melle", "recognisable": "coat, rucksack",
}  # fmt: skip


def decision(role: str = "magistrate", **more: Any) -> dict[str, Any]:
    """Return a decision that was made a minute ago."""
    at = format_utc(now() - timedelta(minutes=1))
    return {"role": role, "name": "E. De Wolf", "at": at, "by_way": "call", "reference": "FP 2026/1187"} | more


def child_alert(**more: Any) -> dict[str, Any]:
    """Return the data of a Child Alert that is accepted for a worrying disappearance."""
    data = {"level": "child_alert", "decided_by": decision(), "conditions": CONDITIONS, "no_photo": "The family has none."}
    return {name: value for name, value in (data | more).items() if value is not None}


async def set_child_alert(person: Any, search: str, **more: Any) -> dict[str, Any]:
    """Decide that a disappearance is worrying, and set a Child Alert; return the ack."""
    await person.command(search, "search.set_worrying", {"worrying": True, "basis": "a van"})
    return await person.command(search, "search.set_appeal", child_alert(**more))
