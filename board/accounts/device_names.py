"""Short descriptions of devices, from the header User-Agent.

Only a browser and a system from these lists are stored: enough for a person to recognise a device, and too little to identify it.
"""

from starlette.requests import HTTPConnection

from board.config import sentences
from board.i18n import message

MAX_HEADER = 1_000  # characters of the header that are read
_BROWSERS = (  # in this order, because most browsers also name those that they resemble
    ("Edg", "Edge"), ("OPR/", "Opera"), ("SamsungBrowser/", "Samsung Internet"), ("Firefox/", "Firefox"), ("FxiOS/", "Firefox"),
    ("CriOS/", "Chrome"), ("Chrome/", "Chrome"), ("Safari/", "Safari"),
)  # fmt: skip
_SYSTEMS = (
    ("iPhone", "iPhone"), ("iPad", "iPad"), ("Android", "Android"), ("Windows", "Windows"), ("CrOS", "ChromeOS"),
    ("Macintosh", "macOS"), ("Linux", "Linux"),
)  # fmt: skip
_NAMES = {name for _, name in (*_BROWSERS, *_SYSTEMS)}


def device_of(connection: HTTPConnection) -> str:
    """Return browser and system of a request in their stored form, such as "Firefox/Windows"; empty if neither is known."""
    header = connection.headers.get("user-agent", "")[:MAX_HEADER]
    parts = (_first_match(header, _BROWSERS), _first_match(header, _SYSTEMS))
    return "/".join(parts) if any(parts) else ""


def describe(device: str) -> str:
    """Return a stored device as a message, such as "Firefox on Windows"."""
    browser, _, system = (device if set(device.split("/")) <= _NAMES | {""} else "").partition("/")
    if browser and system:
        return message(sentences.DEVICE, browser=browser, system=system)
    return browser or system or message(sentences.UNKNOWN_DEVICE)


def _first_match(header: str, names: tuple[tuple[str, str], ...]) -> str:
    return next((name for mark, name in names if mark in header), "")
