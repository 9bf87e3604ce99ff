"""Settings of notifications and signatures, read by the text of the specifications; no message quotes a secret."""

import pytest
from pydantic import ValidationError

from board.audit import installation
from board.config import notification_settings as read
from board.config.settings import Settings
from board.maintenance.checks.settings import sentence
from board.notifications import addresses
from board.notifications.attempts import pause_after
from board.notifications.webhooks import signed_headers
from models.db.errors import ConfigurationError

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
CANARY = "Tr0ub4dor-canary"
WAYS = {"public_url": "https://board.example.org", "mail_from": "board@example.org", "webhook_secret": SECRET}


def settings(**given: object) -> Settings:
    return Settings(_env_file=None, **(WAYS | given))


@pytest.mark.parametrize(
    ("url", "found"),
    [
        ("smtp://localhost", ("smtp", "localhost", 25, None, None)),
        ("smtps://mail.example.org", ("smtps", "mail.example.org", 465, None, None)),
        ("smtp+starttls://u:p%40ss@mail.example.org", ("smtp+starttls", "mail.example.org", 587, "u", "p@ss")),
        ("smtp://u:p@127.0.0.1:1025", ("smtp", "127.0.0.1", 1025, "u", "p")),
        ("smtps://[2001:db8::1]:2465", ("smtps", "2001:db8::1", 2465, None, None)),
    ],
)
def test_a_mail_server_is_read_from_its_url(url: str, found: tuple[object, ...]) -> None:
    server = read.mail_server(url)
    assert (server.scheme, server.host, server.port, server.user, server.password) == found
    assert "p@ss" not in repr(server)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("smtp_url", CANARY),
        ("smtp_url", f"http://{CANARY}@mail.example.org"),
        ("smtp_url", f"smtp://u:{CANARY}@mail.example.org"),
        ("smtp_url", f"smtps://u:{CANARY}@mail.example.org:port"),
        ("smtp_url", f"smtps://u:{CANARY}@mail.example.org/path"),
        ("smtp_url", f"smtps://{CANARY}@mail.example.org"),
        ("smtp_url", f"smtps://u:{CANARY}@mail.example.org\nQUIT"),
        ("mail_from", CANARY),
        ("mail_from", f"a@example.org, {CANARY}@example.org"),
        ("mail_from", f"a@example.org\r\nBcc: {CANARY}@example.org"),
        ("webhook_url", CANARY),
        ("webhook_url", f"ftp://example.org/{CANARY}"),
        ("webhook_url", f"https://example.org/{CANARY}#fragment"),
        ("webhook_url", f"https://example.org:99999/{CANARY}"),
        ("webhook_url", " ".join(f"https://example.org/{CANARY}{number}" for number in range(11))),
        ("webhook_secret", CANARY),
        ("webhook_secret", f"whsec_{CANARY}"),
        ("webhook_secret", "whsec_" + "QUJD" * 7),
        ("webhook_secret", " ".join([SECRET] * 3)),
    ],
)
def test_a_setting_that_can_not_be_used_is_refused_without_its_value(name: str, value: str) -> None:
    with pytest.raises(ValidationError) as refused:
        settings(**{name: value})
    assert CANARY not in str(refused.value)


@pytest.mark.parametrize(
    ("given", "word"),
    [
        ({"smtp_url": "smtp://localhost", "mail_from": None}, "MAIL_FROM"),
        ({"smtp_url": "smtp://localhost", "public_url": None}, "PUBLIC_URL"),
        ({"webhook_url": "https://example.org/x", "webhook_secret": ""}, "WEBHOOK_SECRET"),
        ({"webhook_url": "https://example.org/x", "public_url": None}, "PUBLIC_URL"),
        ({"webhook_url": f"http://example.org/{CANARY}"}, "WEBHOOK_ALLOW_PRIVATE"),
        ({"webhook_url": "https://example.org/x", "webhook_members_only": f"https://example.org/{CANARY}"}, "WEBHOOK_URL"),
    ],
)
def test_settings_that_need_another_are_refused_in_a_sentence(given: dict[str, object], word: str) -> None:
    with pytest.raises(ConfigurationError, match=word) as refused:
        settings(**given).check()
    assert CANARY not in str(refused.value)


def test_the_sentence_about_a_setting_fits_its_reason() -> None:
    with pytest.raises(ConfigurationError, match=r"^The setting WEBHOOK_URL must not have an http:// address: use https://"):
        settings(webhook_url="http://example.org/x").check()
    for value, reason in ((CANARY, "must have addresses such as"), (" ".join(map(str, range(11))), "must have at most 10")):
        with pytest.raises(ValidationError) as refused:
            settings(webhook_url=value)
        assert sentence(refused.value).startswith(f"The setting WEBHOOK_URL {reason}")


def test_settings_that_belong_together_are_shown_without_secrets() -> None:
    given = settings(
        smtp_url=f"smtps://u:{CANARY}@mail.example.org", webhook_url=f"http://10.0.0.7/{CANARY} https://example.org/x",
        webhook_allow_private=True,
    )  # fmt: skip
    given.check()
    assert CANARY not in repr(given)
    assert SECRET not in repr(given)


def test_the_key_of_a_webhook_stays_and_does_not_tell_its_url() -> None:
    first, second = read.webhooks("https://a.example/x https://b.example/y https://a.example/x", False)
    assert read.webhooks("https://b.example/y", False)[0].key == second.key != first.key
    assert first.key.isalnum()


def test_a_signature_is_that_of_the_specification() -> None:
    """The example of the specification of standard webhooks, and of the libraries that follow it."""
    keys = read.signing_keys(SECRET)
    found = signed_headers("msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, b'{"test": 2432232314}', keys)
    assert found == {
        "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
        "webhook-timestamp": "1614265330",
        "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    }


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "127.1.2.3", "10.0.0.1", "172.16.3.4", "192.168.1.1", "169.254.169.254", "224.0.0.1", "0.0.0.0",
        "100.64.0.1", "255.255.255.255", "198.18.0.1", "192.0.2.1", "240.0.0.1", "::1", "::", "fe80::1", "fe80::1%eth0",
        "fc00::1", "fd12::1", "ff02::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "2002:7f00:1::", "64:ff9b::7f00:1",
        "64:ff9b::a00:1", "::127.0.0.1", "2001:db8::1", "localhost", "",
    ],
)  # fmt: skip
def test_an_address_that_is_not_public_is_refused(address: str) -> None:
    assert not addresses.is_public(address)


@pytest.mark.parametrize("address", ["198.41.0.4", "8.8.8.8", "2001:503:ba3e::2:30", "64:ff9b::808:808"])
def test_a_public_address_is_accepted(address: str) -> None:
    assert addresses.is_public(address)


def test_a_public_address_of_this_machine_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """An address that a socket can be bound to is this machine's: here a loopback one stands for it."""
    monkeypatch.setattr(addresses, "_is_global", lambda ip: True)
    assert not addresses.is_public("127.0.0.1")
    assert addresses.is_public("198.41.0.4")


def test_secrets_that_an_earlier_version_did_not_know_have_not_changed() -> None:
    digests = {name: each for name, each in installation._digests(settings(), "salt").items() if name != "SMTP_URL"}
    before = {"private": {"kept": {"salt": "salt", "digests": digests}}}
    assert installation._changed_secrets(settings(), before) == []
    assert installation._changed_secrets(settings(smtp_url="smtp://localhost"), before) == ["SMTP_URL"]
    assert installation._changed_secrets(settings(webhook_secret=f"{SECRET} {SECRET}"), before) == ["WEBHOOK_SECRET"]


def test_pauses_grow_and_end_at_ten_minutes() -> None:
    assert [pause_after(tries).total_seconds() for tries in (1, 2, 3, 7, 8, 1000)] == [5, 10, 20, 320, 600, 600]
