"""Earlier disappearances of a child, in one line each: "2 Mar 2024 · 3 days · found: Gent · DEMO-31"."""

from collections.abc import Mapping
from typing import Any

from board.config import sentences
from board.i18n import moment_text, translations

Item = Mapping[str, Any]


def in_order(earlier: Mapping[str, Item | None] | None) -> list[Item]:
    """Return earlier disappearances in chronological order, those without a date first."""
    items = ((key, item) for key, item in (earlier or {}).items() if item)
    return [item for _, item in sorted(items, key=lambda pair: (pair[1].get("date") or "", pair[0]))]


def described(item: Item, language: str) -> str:
    """Return a line for an earlier disappearance, in a language."""
    catalogue = translations(language)
    day, days, place = item.get("date"), item.get("days"), item.get("place")
    parts = [
        moment_text(f"{day}T12:00:00.000Z", "d MMM y", language) if day else None,
        catalogue.ungettext("{count} day", "{count} days", days).format(count=days) if days is not None else None,
        catalogue.ugettext(sentences.FOUND_PLACE).format(place=place) if place else None,
        item.get("reference"),
        item.get("note"),
    ]
    return " · ".join(str(part) for part in parts if part)
