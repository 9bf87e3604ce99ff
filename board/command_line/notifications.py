"""Commands that send a test message through the transports of alarms: e-mail and webhooks."""

from typing import Annotated

import typer

from board.command_line.output import one_of
from board.config.settings import Settings
from board.errors import OperationError
from board.i18n import DEFAULT, languages
from board.maintenance.checks.notifications import attempt, sentence
from board.notifications import ways

notifications = typer.Typer(no_args_is_help=True, help="E-mails and webhooks about alarms.")


@notifications.command("test")
def notifications_test(
    email: Annotated[str | None, typer.Option(help="Send an e-mail to this address.")] = None,
    webhook: Annotated[bool, typer.Option("--webhook", help="Send a webhook to each address of WEBHOOK_URL.")] = False,
    language: Annotated[str, typer.Option(help="Language of the e-mail.", autocompletion=one_of(languages()))] = DEFAULT,
) -> None:
    """Send a test message. Exit 1 if a receiver does not take it."""
    settings = Settings()
    settings.check()
    if email is None and not webhook:
        raise OperationError("Say what to send: --email ADDRESS, --webhook, or both.")
    if email is not None:
        _send_email(settings, email, language)
    if webhook:
        _send_webhooks(settings)


def _send_email(settings: Settings, to: str, language: str) -> None:
    mail = ways.make(settings).mail
    if mail is None:
        raise OperationError("There is no mail server. Set SMTP_URL and MAIL_FROM.")
    if (code := attempt(mail.send_test(to, language))) is not None:
        raise OperationError(f"The e-mail was not sent: the mail server {sentence(code)}.")
    print("The mail server has taken the e-mail.")


def _send_webhooks(settings: Settings) -> None:
    webhooks = ways.make(settings).webhooks
    if not webhooks:
        raise OperationError("There is no webhook. Set WEBHOOK_URL and WEBHOOK_SECRET.")
    for number, each in enumerate(webhooks.values(), 1):
        if (code := attempt(each.send_test())) is not None:
            raise OperationError(f"Webhook {number} was not sent: its receiver {sentence(code)}.")
        print(f"The receiver of webhook {number} has taken it.")
