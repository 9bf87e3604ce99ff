"""Real browser for the tests: the first that starts of the system's, Playwright's, Debian's, and one from npm."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from board.install import output_of, report

BROWSER_VARIABLE = "BOARD_BROWSER"  # path of the browser, set by the user, or by the test command for the tests
HEADLESS_SHELL = "chromium-headless-shell"  # the same engine without a window, which saves a third of the work of a test
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
PLACES = (
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "C:/Program Files/Google/Chrome/Application/chrome.exe",
)
TIMEOUT_S = 600  # for one download: a hundred megabytes on a slow connection
NONE_FOUND = (
    "the tests need a real browser, and none was found or could be installed: install Chromium (on Debian: apt install "
    f"chromium) or Google Chrome, or name one in {BROWSER_VARIABLE}"
)


class NoBrowser(Exception):
    """Error: no browser was found or could be installed; the text is a sentence for the user."""


def find(cache: Path, *, whole: bool = False) -> Path:
    """Return the path of a browser that starts, preferably the headless shell. `whole`: preferably a full browser. `cache`:
    folder for a browser from npm.

    Raises NoBrowser if no browser starts.
    """
    chosen = os.environ.get(BROWSER_VARIABLE)
    if chosen:
        if starts(Path(chosen)):
            return Path(chosen)
        raise NoBrowser(f"{BROWSER_VARIABLE} names {chosen}, which does not start")
    ways: list[Callable[[], Path | None]] = [
        from_system,
        from_playwright,
        download_by_playwright,
        lambda: install_from_debian("chromium") if whole else install_from_debian(HEADLESS_SHELL, "chromium"),
        lambda: install_from_npm(cache),
    ]
    ways.insert(len(ways) if whole else 0, lambda: from_system(HEADLESS_SHELL))
    for way in ways:
        path = way()
        if path and starts(path):
            return path
    raise NoBrowser(NONE_FOUND)


def starts(path: Path) -> bool:
    """Return whether a browser starts. Ubuntu's chromium-browser may be a stub, and a downloaded one may lack libraries."""
    return bool(output_of([str(path), "--version"]))


def from_system(*names: str) -> Path | None:
    """Return a browser with one of these names, by default any full browser."""
    if names:
        found = [shutil.which(name) for name in names]
    else:
        found = [shutil.which(name) for name in NAMES] + [place for place in PLACES if Path(place).exists()]
    return next((Path(path) for path in found if path and starts(Path(path))), None)


def from_playwright() -> Path | None:
    """Return Playwright's own browser, if it was downloaded."""
    script = "from playwright.sync_api import sync_playwright as s\nwith s() as p: print(p.chromium.executable_path)"
    path = Path(output_of([sys.executable, "-c", script]) or "/nonexistent")
    return path if path.exists() else None


def download_by_playwright() -> Path | None:
    report("no browser here: downloading Playwright's Chromium")
    done = attempt([sys.executable, "-m", "playwright", "install", "chromium"])
    return from_playwright() if done else None


def install_from_debian(*names: str) -> Path | None:
    """Install the first of these packages that exists."""
    if not shutil.which("apt-get") or not hasattr(os, "geteuid") or os.geteuid() != 0:
        return None
    report("no browser here: installing Debian's chromium")
    attempt(["apt-get", "update", "-q"])
    for name in names:
        if attempt(["apt-get", "install", "-q", "-y", "--no-install-recommends", name]):
            return from_system(name)
    return None


def install_from_npm(cache: Path) -> Path | None:
    """Install a browser from npm. The package unpacks its Chromium into the folder for temporary files when asked for its
    path."""
    if not shutil.which("npm") or not shutil.which("node"):
        return None
    report("no browser here: installing the npm package @sparticuz/chromium")
    cache.mkdir(parents=True, exist_ok=True)
    if not attempt(["npm", "install", "--prefix", str(cache), "--no-audit", "--no-fund", "@sparticuz/chromium"]):
        return None
    entry = cache / "node_modules/@sparticuz/chromium/build/esm/index.js"
    if not entry.exists():
        entry = cache / "node_modules/@sparticuz/chromium/build/index.js"  # before version 138
    script = f"import({str(entry.as_uri())!r}).then(async m => console.log(await m.default.executablePath()))"
    path = output_of(["node", "-e", script])
    return Path(path) if path else None


def attempt(command: list[str]) -> bool:
    """Run a command that may fail, with its output on standard error. Return whether it succeeded."""
    environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    try:
        done = subprocess.run(  # noqa: S603 - our own words, no shell
            command, check=False, env=environment, stdin=subprocess.DEVNULL, stdout=sys.stderr, timeout=TIMEOUT_S
        )
    except (OSError, subprocess.TimeoutExpired) as why:
        report(f"{command[0]}: {why}")
        return False
    return done.returncode == 0
