"""Throttle of wrong passwords: which tries are counted together, and how many of them there may be.

A stranger (any browser in which nobody has signed in to the account before) is counted by network and account, by network, and,
with all other strangers, by account: that bounds a guess that comes from many networks at once, and slows down only strangers.
A known device is counted by itself alone. So whoever guesses, from wherever, keeps nobody out who has signed in before; nor does
a proxy that is not trusted, behind which all have one address.
"""

from board.accounts import devices
from board.i18n import N_
from board.rate_limit import Rule
from board.rate_limit.addresses import network_of
from board.rate_limit.limiter import Wanted
from models.accounts import Account

WINDOW_S = 300
ONE = Rule("sign-in", 10, WINDOW_S)  # of one network at one account
NETWORK = Rule("sign-in by network", 100, WINDOW_S)  # of one network at all accounts: a desk shares one address
STRANGERS = Rule("sign-in by account", 100, WINDOW_S)  # of all strangers at one account
DEVICE = Rule("sign-in by device", 10, WINDOW_S)  # of one known device, or session, at one account
# Good ones of one account: they are no guesses, but each takes a core for a while, and makes a session. It is counted along
# with every try and taken back where that was a wrong one, so nobody else can use it up.
GOOD = Rule("good sign-ins", 300, WINDOW_S)
TOO_MANY = N_("Too many attempts. Try again in {time}.")


def counted(typed: str, peer: str, device: str, account: Account | None) -> list[Wanted]:
    """What a try counts under. `typed` is a digest of the e-mail address, `device` the cookie of known devices."""
    name = devices.known(device, account)
    if name is not None:
        return [(DEVICE, f"{name} {typed}")]
    network = network_of(peer)
    return [(ONE, f"{network} {typed}"), (NETWORK, network), (STRANGERS, typed)]


def counted_in_session(typed: str, session: str) -> list[Wanted]:
    """What a try of somebody counts under who is signed in already, and says the password once more."""
    return [(DEVICE, f"{session} {typed}")]
