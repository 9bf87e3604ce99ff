"""Author of a text of a handover in words, as on the page (static/js/pages/handover/authorship.js)."""

from collections.abc import Callable

from board.commands.handover import text_authorship
from board.config import sentences
from board.i18n import N_
from models.entity import State


def author_text(
    state: State, path: str, number: int, name: Callable[[str | None], str], at: Callable[[str], str],
    translate: Callable[[str], str],
) -> str:  # fmt: skip
    """Return who wrote a text of a handover or briefing, and who confirmed it; or that nobody confirmed it for handover `number`
    (0: for none). "" if nothing is known."""
    mark = state.get("authorship", {}).get(path, {})
    written = {"name": name(mark["by"]), "at": at(mark["at"])} if mark.get("by") else None
    if number and is_carried_over(state, path, number):
        text = sentences.NOT_CONFIRMED_BY if written else sentences.NOT_CONFIRMED
        return translate(text).format(**written or {})
    parts = [translate(N_("{name}, {at}")).format(**written)] if written else []
    if mark.get("confirmed_by"):
        confirmed = {"name": name(mark["confirmed_by"]), "at": at(mark["confirmed_at"])}
        parts.append(translate(sentences.STILL_TRUE).format(**confirmed))
    return " · ".join(parts)


def is_carried_over(state: State, path: str, number: int) -> bool:
    """Return whether nobody wrote or confirmed a text for this handover. States of earlier versions do not say it: there, all
    texts are as old as the briefing."""
    if "authorship" not in state:
        return bool(state.get("handover", state.get("number")) != number)
    return not text_authorship.is_current(state["authorship"], path, number)
