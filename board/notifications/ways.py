"""Transports of an installation: its mail server and its webhooks, from the settings."""

import ssl
from typing import TYPE_CHECKING, NamedTuple

from board.config import notification_settings
from board.config.notification_settings import Webhook
from board.config.settings import Settings
from board.notifications.notice import EMAIL, WEBHOOK

if TYPE_CHECKING:
    from board.notifications.mail import Mail
    from board.notifications.webhooks import WebhookSender


class Transports(NamedTuple):
    """Transports of the settings. `webhooks`: by key, in the order of the setting."""

    mail: "Mail | None"
    webhooks: "dict[str, WebhookSender]"


def webhooks_of(settings: Settings) -> tuple[Webhook, ...]:
    """Return the receivers of webhooks."""
    return notification_settings.webhooks(settings.webhook_url or "", settings.webhook_allow_private)


def trusted_webhooks(settings: Settings) -> frozenset[str]:
    """Return the keys of the webhooks that may receive alarms of members-only searches."""
    urls = (settings.webhook_members_only or "").split()
    return frozenset(webhook.key for webhook in webhooks_of(settings) if webhook.url in urls)


def configured(settings: Settings) -> tuple[str, ...]:
    """Return the configured ways, named as in rows."""
    return (*([EMAIL] if settings.smtp_url else []), *([WEBHOOK] if settings.webhook_url else []))


def make(settings: Settings) -> Transports:
    """Return the transports. Takes half a second to import them and to read the system's certificates: use a thread within an
    event loop."""
    if settings.smtp_url is None and settings.webhook_url is None:
        return Transports(None, {})
    from board.notifications.mail import Mail  # imported here, because most installations need neither
    from board.notifications.webhooks import WebhookSender

    tls, public_url, mail = ssl.create_default_context(), settings.public_url or "", None
    if settings.smtp_url and settings.mail_from:
        server, sender = notification_settings.mail_server(settings.smtp_url), notification_settings.sender(settings.mail_from)
        mail = Mail(server, sender, public_url, tls)
    keys = notification_settings.signing_keys(settings.webhook_secret) if settings.webhook_secret else ()
    allow = settings.webhook_allow_private
    webhooks = {
        webhook.key: WebhookSender(webhook, keys, public_url, tls, allow_private=allow) for webhook in webhooks_of(settings)
    }
    return Transports(mail, webhooks)
