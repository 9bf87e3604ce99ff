"""Passkeys in Chromium: its virtual authenticator, and windows at a host that can have passkeys."""

from playwright.async_api import CDPSession, expect

from tests.support.browser_window import Window
from tests.support.browsers import Browsers

AUTHENTICATOR = {
    "protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True, "isUserVerified": True,
    "automaticPresenceSimulation": True,
}  # fmt: skip
# Mark the page with its kind of request to the authenticator: "conditional" in a field, "now" by a button.
MARK_QUESTIONS = """(() => {
  const credentials = navigator.credentials, get = credentials?.get.bind(credentials);
  if (get) credentials.get = (options) => {
    const answer = get(options);
    document.documentElement.dataset.asks = options.mediation ?? "now";
    return answer;
  };
})()"""


class Authenticator:
    """Virtual authenticator of a window."""

    def __init__(self, devtools: CDPSession, id: str) -> None:
        self._devtools, self._id = devtools, id

    async def set_present(self, is_present: bool) -> None:
        """Let the person touch the authenticator, or not: a field with passkeys waits for the touch."""
        touch = {"authenticatorId": self._id, "enabled": is_present}
        await self._devtools.send("WebAuthn.setAutomaticPresenceSimulation", touch)


async def at_localhost(browsers: Browsers, locale: str = "en") -> Window:
    """Return a stranger's window at a host name; passkeys do not work at an IP address."""
    return await browsers.stranger(url=browsers.url.replace("127.0.0.1", "localhost"), reduced_motion="reduce", locale=locale)


async def with_authenticator(browsers: Browsers) -> tuple[Window, Authenticator]:
    """Return a stranger's window at a host name, with an authenticator that nobody touches."""
    window = await at_localhost(browsers)
    await window.page.add_init_script(MARK_QUESTIONS)
    devtools = await window.context.new_cdp_session(window.page)
    await devtools.send("WebAuthn.enable")
    added = await devtools.send("WebAuthn.addVirtualAuthenticator", {"options": AUTHENTICATOR})
    authenticator = Authenticator(devtools, added["authenticatorId"])
    await authenticator.set_present(False)
    return window, authenticator


async def with_passkey(browsers: Browsers, email: str) -> tuple[Window, Authenticator]:
    """Return a window with an authenticator, in which the person with this e-mail address has signed in and added the passkey
    "Desk key"."""
    window, authenticator = await with_authenticator(browsers)
    await window.page.goto("/login?next=/account")
    await window.sign_in(email)
    await authenticator.set_present(True)
    await window("[data-new-passkey] [name=name]").fill("Desk key")
    await window("[data-new-passkey] button").click()
    await expect(window("[data-testid=recovery-codes] li")).to_have_count(8)
    return window, authenticator


async def field_asks(window: Window) -> None:
    """Wait until the e-mail field requests a passkey. The authenticator's touch answers only later requests."""
    await window("html[data-asks=conditional]").wait_for(state="attached")
