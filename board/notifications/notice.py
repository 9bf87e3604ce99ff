"""Notice of an alarm to one receiver: what a notification says. It has no name, no place and no text of anybody."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote

from babel.dates import format_timedelta

from board.engine import kinds
from board.i18n import DEFAULT, N_, gettext_for, language_of, moment_text
from models.board import OPERATIONS
from models.times import parse_utc

EMAIL, WEBHOOK = "email", "webhook"
Send = Callable[[], Awaitable[None]]

# Name of each occasion of `board.config.alarm_rules`, as in `static/js/format/alarm_text.js`
OCCASIONS = {
    "sighting_urgent": N_("Urgent sighting"),
    "sighting_credible": N_("Credible sighting"),
    "worrying_search": N_("Worrying disappearance?"),
    "task_overdue": N_("Urgent task overdue"),
    "handover_waiting": N_("Handover not accepted"),
    "take_down_overdue": N_("Take-down overdue"),
    "mention": N_("Answer needed"),
}
OTHER, URGENT_TIP = N_("Alarm"), N_("Urgent tip")
SUBJECT = N_("{alarm} · {reference}: nobody has it yet")
SUBJECT_ASSIGNED = N_("{alarm} · {reference}: assigned, no answer yet")
SUBJECT_WITHOUT_SEARCH = N_("{alarm}: nobody has it yet")
CALL = N_("Open it, and choose “I have it”.")
RAISED = N_("Raised: {ago}, at {time}")
SENT_BY = N_("Searchboard sent this e-mail automatically. It contains no names. Replies are not read.")


@dataclass(frozen=True, slots=True)
class Notice:
    """Notification with what it says. `id` is that of the notification, and stays the same however often it is tried. `account`
    names the webhook, or who gets the e-mail, whose address is `email`."""

    id: str
    board: str
    alarm: str
    step: int
    way: str
    account: str
    tries: int
    created_at: str
    raised_at: str
    rule: str
    when: str
    about: dict[str, Any]
    reference: str | None = None
    email: str = ""
    language: str = DEFAULT
    is_assigned: bool = False  # the card that it is about

    def link(self, public_url: str) -> str:
        """Return the URL of what the alarm is about."""
        base, kind, id = public_url.rstrip("/"), self.about["kind"], quote(self.about["id"], safe="")
        if self.board == OPERATIONS:
            return f"{base}/?tip={id}" if kind == "tip" else f"{base}/handover" if kind in ("handover", "shift") else f"{base}/"
        search, declared = f"{base}/searches/{quote(self.board, safe='')}", kinds.find(kind)
        if declared is not None and declared.is_card:
            return f"{search}/cards/{id}"
        return f"{search}?campaign" if self.when == "take_down_overdue" else f"{search}#log" if kind == "note" else search

    def subject(self) -> str:
        if not self.reference:
            return self._text(SUBJECT_WITHOUT_SEARCH)
        return self._text(SUBJECT_ASSIGNED if self.is_assigned else SUBJECT)

    def text(self, public_url: str, now: datetime) -> str:
        """Return the e-mail's text in the account's language."""
        ago, time = _ago(self.raised_at, now, self.language), moment_text(self.raised_at, "d MMM HH:mm", self.language)
        paragraphs = (self.subject(), self._text(CALL), self._text(RAISED, ago=ago, time=time), self.link(public_url), "-- ")
        return "\n\n".join(paragraphs) + f"\n{self._text(SENT_BY)}\n"

    def body(self, public_url: str) -> dict[str, Any]:
        """Return the body of the webhook, which is the same at each try."""
        data = {
            "id": self.id, "alarm": self.alarm, "rule": self.rule, "reference": self.reference, "step": self.step,
            "raised_at": self.raised_at, "link": self.link(public_url),
        }  # fmt: skip
        return {"type": "alarm.escalated" if self.step else "alarm.raised", "timestamp": self.created_at, "data": data}

    def _text(self, msgid: str, **values: str) -> str:
        _ = gettext_for(self.language)
        is_tip = self.when == "sighting_urgent" and self.about["kind"] == "tip"
        alarm = URGENT_TIP if is_tip else OCCASIONS.get(self.when, OTHER)
        named = {"alarm": _(alarm), "reference": " ".join((self.reference or "").split())}
        return _(msgid).format(**named, **values)


def _ago(moment: str, now: datetime, language: str) -> str:
    """Return "4 minutes ago" in this language."""
    passed = max(now - parse_utc(moment), timedelta(seconds=1))
    locale = language_of(language).locale
    return format_timedelta(-passed, granularity="minute", threshold=2, add_direction=True, locale=locale)
