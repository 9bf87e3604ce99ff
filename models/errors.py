"""What a database says when it does not do a thing."""


class Unavailable(Exception):
    """The database could not do it now; nothing was changed, as far as it can say. Sent again, it may work."""


class TooLong(Unavailable):
    """A heavy read was stopped at its deadline, or as nobody waited for it any more."""


class Unusable(Exception):
    """The database named by the settings can't be used at all: one sentence why."""
