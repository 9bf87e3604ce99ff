"""Notice of an alarm to one receiver: the content of a notification, without names, places or typed text."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from babel.dates import format_timedelta

from board.engine import kinds, occasions
from board.i18n import DEFAULT, N_, fill, gettext_for, language_of, moment_text
from models.times import parse_utc

EMAIL, WEBHOOK = "email", "webhook"
Send = Callable[[], Awaitable[None]]

SUBJECT = N_("{alarm} · {reference}: nobody has it")
SUBJECT_ASSIGNED = N_("{alarm} · {reference}: assigned, alarm not answered")
SUBJECT_LAPSED = N_("{alarm} · {reference}: promise lapsed, nobody has it")
SUBJECT_WITHOUT_SEARCH = N_("{alarm}: nobody has it")
CALL = N_("Open it, and choose “I have it”.")
RAISED = N_("Raised: {ago}, at {time}")
SENT_BY = N_("Searchboard sent this e-mail automatically. It contains no names. Replies are not read.")


@dataclass(frozen=True, slots=True)
class Notice:
    """Notification with its content.

    `id`: of the notification, the same for each try. `account`: key of the webhook, or recipient of the e-mail to `email`.
    """

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
    is_assigned: bool = False  # the card of the alarm has an assignee
    is_lapsed: bool = False
    round: int = 0

    def link(self, public_url: str) -> str:
        """Return the URL of the alarm's subject."""
        kind = kinds.find(self.about["kind"])
        is_card = kind is not None and kind.is_card
        page = occasions.page_of(self.when, self.board, self.about["kind"], self.about["id"], is_card)
        return public_url.rstrip("/") + page

    def subject(self) -> str:
        if not self.reference:
            return self._text(SUBJECT_WITHOUT_SEARCH)
        return self._text(SUBJECT_LAPSED if self.is_lapsed else SUBJECT_ASSIGNED if self.is_assigned else SUBJECT)

    def text(self, public_url: str, now: datetime) -> str:
        """Return the e-mail's text in the account's language."""
        ago, time = _ago(self.raised_at, now, self.language), moment_text(self.raised_at, "d MMM HH:mm", self.language)
        paragraphs = (self.subject(), self._text(CALL), self._text(RAISED, ago=ago, time=time), self.link(public_url), "-- ")
        return "\n\n".join(paragraphs) + f"\n{self._text(SENT_BY)}\n"

    def body(self, public_url: str) -> dict[str, Any]:
        """Return the body of the webhook, which is the same for each try."""
        data = {
            "id": self.id, "alarm": self.alarm, "rule": self.rule, "reference": self.reference, "step": self.step,
            "round": self.round, "raised_at": self.raised_at, "link": self.link(public_url),
        }  # fmt: skip
        type = "alarm.escalated" if self.step or self.round else "alarm.raised"
        return {"type": type, "timestamp": self.created_at, "data": data}

    def _text(self, msgid: str, **values: str) -> str:
        _ = gettext_for(self.language)
        alarm = occasions.find(self.when, self.about["kind"]).name
        named = {"alarm": _(alarm), "reference": " ".join((self.reference or "").split())}
        return fill(_(msgid), named | values)


def _ago(moment: str, now: datetime, language: str) -> str:
    """Return "4 minutes ago" in this language."""
    passed = max(now - parse_utc(moment), timedelta(seconds=1))
    locale = language_of(language).locale
    return format_timedelta(-passed, granularity="minute", threshold=2, add_direction=True, locale=locale)
