"""Short descriptions of devices, from the header User-Agent."""

import pytest
from starlette.requests import Request

from board.accounts import device_names
from board.i18n import translate

CHROME = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36"
IPHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 26_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/26.1 Safari/604.1"
)


def device_of(header: str) -> str:
    return device_names.device_of(Request({"type": "http", "headers": [(b"user-agent", header.encode("latin-1", "replace"))]}))


@pytest.mark.parametrize(
    ("header", "device"),
    [
        (CHROME, "Chrome/Windows"),
        (f"{CHROME} Edg/142.0.0.0", "Edge/Windows"),
        (f"{CHROME} OPR/120.0", "Opera/Windows"),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0", "Firefox/Linux"),
        (IPHONE, "Safari/iPhone"),
        (
            "Mozilla/5.0 (Linux; Android 15) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0 Mobile Safari/537.36",
            "Chrome/Android",
        ),
        ("curl/8.9.1", ""),
        ("", ""),
        ("x" * 2_000 + CHROME, ""),  # only the beginning is read
        ("<script>Firefox/1 Windows", "Firefox/Windows"),
        ("Firefox/1", "Firefox/"),
        ("Windows", "/Windows"),
    ],
)
def test_device_is_a_browser_and_a_system_from_lists(header: str, device: str) -> None:
    assert device_of(header) == device


def test_device_is_described_in_the_language_of_the_reader() -> None:
    assert translate(device_names.describe("Firefox/Windows"), "en") == "Firefox on Windows"
    assert translate(device_names.describe("Firefox/Windows"), "fr") == "Firefox sur Windows"
    assert (device_names.describe("Firefox/"), device_names.describe("/Windows")) == ("Firefox", "Windows")


@pytest.mark.parametrize("stored", ["", "/", "<b>/Windows", "Firefox/Windows/x", "{actor}"])
def test_stored_text_that_is_no_device_is_unknown(stored: str) -> None:
    assert str(device_names.describe(stored)) == "Unknown device"
