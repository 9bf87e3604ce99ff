"""E-mail that tells an administrator that the account for emergencies was used, without names and addresses."""

from dataclasses import dataclass
from datetime import datetime

from board.i18n import N_, gettext_for, moment_text
from board.notifications.notice import SENT_BY

BREAK_GLASS = "sign_in.break_glass"
SUBJECT = N_("Searchboard: the account for emergencies was used")
CAUSE = N_("Someone signed in with the account for emergencies while passwords are switched off: {time}.")
CALL = N_("If none of you did, disable the account and end its sessions. The audit log has the details.")


@dataclass(frozen=True, slots=True)
class SecurityNotice:
    """Notification about the security of the installation, to the administrator `account`. `id`: the same for each try."""

    id: str
    way: str
    account: str
    tries: int
    created_at: str
    email: str
    language: str

    def subject(self) -> str:
        return gettext_for(self.language)(SUBJECT)

    def text(self, public_url: str, now: datetime) -> str:
        """Return the e-mail's text in the account's language. It contains the time of use, so `now` is ignored."""
        _ = gettext_for(self.language)
        time = moment_text(self.created_at, "d MMM HH:mm", self.language)
        paragraphs = (_(CAUSE).format(time=time), _(CALL), f"{public_url.rstrip('/')}/audit", "-- ")
        return "\n\n".join(paragraphs) + f"\n{_(SENT_BY)}\n"
