"""Refusals of a sign-in with a provider: their codes, and the sentence that a person sees for each."""

from board.i18n import N_, message


class ProviderError(Exception):
    """Refused sign-in, logout or check. `code`: a key of STATUS; quotes nothing from the provider."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


STATUS = {  # HTTP status by code
    "unavailable": 503, "answer": 502, "signature": 502, "key": 502, "issuer": 502, "audience": 502, "nonce": 502, "clock": 502,
    "overage": 502, "state": 400, "replayed": 400, "denied": 403, "ended": 403, "no_role": 403, "unknown": 403, "exists": 403,
    "email": 403, "disabled": 403,
}  # fmt: skip
_INVALID = N_("The answer of {provider} is not valid. Tell an administrator: the audit log has the reason.")
_TEXTS = {
    "unavailable": N_("{provider} cannot be reached. Try again in a few minutes."),
    "clock": N_("The clocks of {provider} and of this server differ. Tell an administrator."),
    "state": N_("This sign-in is more than 10 minutes old, or began in another browser. Start again."),
    "replayed": N_("This sign-in was already used. Start again."),
    "ended": N_("{provider} has ended this sign-in. Start again."),
    "denied": N_("{provider} did not sign you in."),
    "no_role": N_("{provider} knows you, but gives you no role here. Ask an administrator."),
    "unknown": N_("You have no account here. Ask an administrator."),
    "exists": N_("There is an account with your e-mail address, which is not linked to {provider}. Ask an administrator."),
    "email": N_("{provider} did not confirm your e-mail address. Ask an administrator."),
    "disabled": N_("Your account is disabled. Ask an administrator."),
}


def sentence(code: str, provider: str) -> str:
    """Return the sentence for a person. `provider`: its name on the button."""
    return message(_TEXTS.get(code, _INVALID), provider=provider)
