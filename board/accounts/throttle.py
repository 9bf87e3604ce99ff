"""Throttling of wrong passwords: groups of attempts that are counted together, and their limits.

A stranger is a browser in which nobody has signed in to the account before. Its attempts are counted:

- by network and account
- by network, and by the networks around it (IPv6 /56 and /48, IPv4 /24)
- by account, together with those of all other strangers

That bounds guesses from many networks in parallel, and slows down only strangers. A known device is counted separately. Therefore
a person who has signed in before can't be locked out by an attacker, or by an untrusted proxy behind which everyone has the same
address.
"""

from board.accounts import devices
from board.i18n import N_
from board.rate_limit import Rule
from board.rate_limit.addresses import SITE, block_of, network_of
from board.rate_limit.limiter import RuleKey
from models.accounts import Account

WINDOW_S = 300
NETWORK_AND_ACCOUNT = Rule("sign-in", 10, WINDOW_S)  # of one network at one account
NETWORK = Rule("sign-in by network", 100, WINDOW_S)  # of one network at all accounts: all desks of an office share one address
SITES = Rule("sign-in by site", 200, WINDOW_S)  # of one IPv6 /56 at all accounts
BLOCKS = Rule("sign-in by block", 300, WINDOW_S)  # of one IPv6 /48 or IPv4 /24 at all accounts
STRANGERS = Rule("sign-in by account", 100, WINDOW_S)  # of all strangers at one account
DEVICE = Rule("sign-in by device", 10, WINDOW_S)  # of one known device, or session, at one account
# Successful sign-ins of one account: each uses CPU time and creates a session. Every attempt is counted here too, and uncounted
# if the password was wrong, so that nobody else can use the limit up.
SUCCESSES = Rule("good sign-ins", 300, WINDOW_S)
# Wrong codes of second factors, after the right password. The second rule bounds the guesses of a thief who has the password.
CODES = Rule("codes of factors", 10, WINDOW_S)
CODES_OF_DAY = Rule("codes of factors by day", 50, 86_400)
PASSKEYS = Rule("sign-in by passkey", 300, WINDOW_S)  # options and answers of one network, for passkeys that sign in alone
TOO_MANY = N_("Too many attempts. Try again in {time}.")


def limits_for(email_digest: str, peer: str, device: str, account: Account | None) -> list[RuleKey]:
    """Return the limits that an attempt counts against. `device`: cookie of known devices."""
    device_name = devices.known_device(device, account)
    if device_name is not None:
        return [(DEVICE, f"{device_name} {email_digest}")]
    network, site, block = network_of(peer), network_of(peer, SITE), block_of(peer)
    wider = [(SITES, site), (BLOCKS, block)] if block != network else []
    return [(NETWORK_AND_ACCOUNT, f"{network} {email_digest}"), (NETWORK, network), *wider, (STRANGERS, email_digest)]


def limits_in_session(email_digest: str, session: str) -> list[RuleKey]:
    """Return the limits for a signed-in person who enters the password again."""
    return [(DEVICE, f"{session} {email_digest}")]


def limits_of_codes(account: Account, device: str) -> list[RuleKey]:
    """Return the limits for a person who enters a code after the password. `device`: cookie of known devices."""
    key = f"{account.id} {devices.known_device(device, account) or ''}"
    return [(CODES, key), (CODES_OF_DAY, key)]


def limits_of_codes_in_session(account: Account, session: str) -> list[RuleKey]:
    """Return the limits for a signed-in person who enters a code."""
    return [(CODES, f"{account.id} {session}"), (CODES_OF_DAY, f"{account.id} {session}")]
