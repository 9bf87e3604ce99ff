"""Sentences and reasons of entries about sign-ins, factors and tokens, by the code in the entry."""

from board.i18n import N_

FAILED = {
    "unknown": N_("Failed sign-in from {address}: unknown e-mail address"),
    "password": N_("Failed sign-in as {name} from {address}: wrong password"),
    "disabled": N_("Failed sign-in as {name} from {address}: the account is disabled"),
    "second_factor": N_("Failed sign-in as {name} from {address}: wrong code or passkey"),
    "switched_off": N_("Failed sign-in as {name} from {address}: passwords are switched off"),
    "unchecked": N_("Failed sign-in as {name} from {address}: the provider has not confirmed the role for a day"),
}
FACTORS_ADDED = {
    "totp": N_("{actor} added an app with codes to {name}"),
    "passkey": N_("{actor} added the passkey “{title}” to {name}"),
}
FACTORS_REMOVED = {
    "totp": N_("{actor} removed the app with codes of {name}"),
    "passkey": N_("{actor} removed the passkey “{title}” of {name}"),
}
PASSKEYS = {
    "counter": N_("The passkey “{title}” of {name} was refused from {address}: it may have been copied"),
    "replayed": N_("The passkey “{title}” of {name} was refused from {address}: the same answer came twice"),
}
PROVIDER_REASONS = {  # codes of board/providers/errors.py
    "unavailable": N_("the provider cannot be reached"), "answer": N_("its answer is not valid"),
    "signature": N_("wrong signature"), "key": N_("unknown key"), "issuer": N_("wrong issuer"), "audience": N_("wrong audience"),
    "nonce": N_("wrong nonce"), "clock": N_("its clock and that of this server differ"),
    "overage": N_("it left out a claim that has too many values"), "state": N_("not started in this browser, or too old"),
    "replayed": N_("already used"), "denied": N_("the provider signed nobody in"), "ended": N_("the provider has ended it"),
    "no_role": N_("no role by the claims"), "unknown": N_("no account"),
    "exists": N_("an account with this e-mail address is not linked"), "email": N_("the e-mail address is not confirmed"),
    "disabled": N_("the account is disabled"),
}  # fmt: skip
TOKENS = {
    "unknown": N_("An unknown API token was refused, from {address}"),
    "revoked": N_("The API token “{title}” of {name} was refused from {address}: it is revoked"),
    "expired": N_("The API token “{title}” of {name} was refused from {address}: it has expired"),
    "disabled": N_("The API token “{title}” of {name} was refused from {address}: the account is disabled"),
    "unagreed": N_("The API token “{title}” of {name} was refused from {address}: {name} has not agreed to it"),
    "unchecked": N_("The API token “{title}” of {name} was refused from {address}: the provider has not confirmed the role"),
}
