"""Test messages, which administrators send to see that a way works."""

from board.i18n import N_, gettext_for
from board.notification_settings import mail_address
from board.notifications.mail import Mail
from board.notifications.undelivered import Undelivered
from board.notifications.webhooks import WebhookSender
from models.ids import new_id
from models.times import format_utc, now

SUBJECT = N_("Test message of Searchboard")
TEXT = N_("Alarms reach you by e-mail. Nothing has happened: an administrator is testing this.")


async def send_email(mail: Mail, to: str, language: str) -> None:
    """Send a test e-mail. Raises Undelivered."""
    recipient, _ = mail_address(to), gettext_for(language)
    if recipient is None:
        raise Undelivered("address", final=True)
    await mail.submit(mail.compose(_(SUBJECT), f"{_(TEXT)}\n", recipient, new_id(), now()), recipient)


async def send_webhook(webhook: WebhookSender) -> None:
    """Send a test webhook. Raises Undelivered."""
    at, id = now(), new_id()
    await webhook.post(id, {"type": "test", "timestamp": format_utc(at), "data": {"id": id}}, at)
