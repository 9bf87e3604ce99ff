"""Sentence about the author of a text in a handover. Same rules as on the page (static/js/pages/handover/authorship.js)."""

from collections.abc import Callable

from board.commands.handover import text_authorship
from board.config import sentences
from models.entity import State


def author_text(
    state: State, path: str, number: int, name: Callable[[str | None], str], at: Callable[[str], str],
    translate: Callable[[str], str],
) -> str:  # fmt: skip
    """Return the author and the confirmation of a text, or that nobody confirmed it for handover `number` (0: without a
    handover). Return "" if neither is known."""
    mark = state.get("authorship", {}).get(path, {})
    author = {"name": name(mark["by"]), "at": at(mark["at"])} if mark.get("by") else None
    if number and is_carried_over(state, path, number):
        text = sentences.NOT_CONFIRMED_BY if author else sentences.NOT_CONFIRMED
        return translate(text).format(**author or {})
    parts = [translate(sentences.NAME_AT).format(**author)] if author else []
    if mark.get("confirmed_by"):
        confirmation = {"name": name(mark["confirmed_by"]), "at": at(mark["confirmed_at"])}
        parts.append(translate(sentences.STILL_TRUE).format(**confirmation))
    return " · ".join(parts)


def is_carried_over(state: State, path: str, number: int) -> bool:
    """Return whether nobody wrote or confirmed a text for this handover. States of earlier versions have no authorship: there,
    the handover of the state decides for all texts."""
    if "authorship" not in state:
        return bool(state.get("handover", state.get("number")) != number)
    return not text_authorship.is_current(state["authorship"], path, number)
