"""Notice of an alarm to one receiver: what a notification says. It has no name, no place and no text of anybody."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote

from babel.dates import format_timedelta

from board.i18n import DATE_LOCALES, DEFAULT, N_, gettext_for, moment_text
from models.board import OPERATIONS
from models.times import parse_utc

EMAIL, WEBHOOK = "email", "webhook"
Send = Callable[[], Awaitable[None]]

# What each occasion of `board.alarm_rules` is called
OCCASIONS = {
    "sighting_urgent": N_("Urgent sighting"),
    "sighting_credible": N_("Credible sighting"),
    "worrying_search": N_("Search that may be worrying"),
    "task_overdue": N_("Urgent task overdue"),
    "handover_waiting": N_("Handover not accepted"),
    "take_down_overdue": N_("Take-down overdue"),
    "mention": N_("Note with a question for you"),
}
OTHER = N_("Alarm")
SUBJECT = N_("{alarm} · {reference}: nobody has it yet")
SUBJECT_WITHOUT_SEARCH = N_("{alarm}: nobody has it yet")
CALL = N_("Nobody has this alarm yet. Open it, and choose “I have it”.")
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

    def link(self, public_url: str) -> str:
        """Return the URL of what the alarm is about."""
        base, kind, id = public_url.rstrip("/"), self.about["kind"], quote(self.about["id"], safe="")
        if self.board == OPERATIONS:
            return f"{base}/handover" if kind in ("handover", "shift") else f"{base}/"
        search = f"{base}/searches/{quote(self.board, safe='')}"
        return f"{search}/cards/{id}" if kind in ("sighting", "task") else f"{search}#log" if kind == "note" else search

    def subject(self) -> str:
        return self._text(SUBJECT if self.reference else SUBJECT_WITHOUT_SEARCH)

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
        named = {"alarm": _(OCCASIONS.get(self.when, OTHER)), "reference": " ".join((self.reference or "").split())}
        return _(msgid).format(**named, **values)


def _ago(moment: str, now: datetime, language: str) -> str:
    """Return "4 minutes ago" in this language."""
    passed = max(now - parse_utc(moment), timedelta(seconds=1))
    locale = DATE_LOCALES.get(language, language)
    return format_timedelta(-passed, granularity="minute", threshold=2, add_direction=True, locale=locale)
