"""Audit entries as plain sentences, which are translated into the reader's language."""

from collections.abc import Callable
from typing import Any

from board import labels
from board.accounts import device_names
from board.audit.log.reading import AuditEntry
from board.audit.scopes import SCOPES
from board.config import sentences
from board.i18n import N_, Moment, message
from models.board import AUDIT, OPERATIONS

Values = dict[str, Any]

_SAYS: dict[str, str] = {
    "sign_in.succeeded": N_("{actor} signed in from {address}"),
    "sign_in.break_glass": N_("The emergency account {name} was used, from {address}"),
    "sign_in.refused": N_("Sign-in with the provider {provider} from {address} was refused: {reason}"),
    "sign_in.new_device": N_("{name} signed in on a new device: {device}, from {address}"),
    "sign_in.disowned": N_("{actor} reported a sign-in by someone else: {device}, network {network}. Sessions ended: {count}"),
    "session.unlocked": N_("{actor} unlocked the screen"),
    "session.replaced": N_("{actor} signed in in the browser of {name}, whose session ended"),
    "sign_in.ended": N_("{actor} signed out"),
    "account.added": N_("{actor} added the account of {name}: {role}"),
    "account.role_set": N_("{actor} changed the role of {name} from “{before}” to “{role}”"),
    "account.disabled": N_("{actor} disabled the account of {name}"),
    "account.enabled": N_("{actor} enabled the account of {name}"),
    "accounts.unused": N_("Accounts that nobody has used for {days} days: {count} ({changes})"),
    "sessions.ended": N_("{actor} ended sessions of {name}: {count}"),
    "password.set": N_("{actor} set the password of {name}"),
    "identity.link_allowed": N_("{actor} allowed to link the account of {name} once to a person at the provider {provider}"),
    "identity.linked": N_("The account of {name} was linked to a person at the provider {provider}"),
    "identity.unlinked": N_("{actor} removed the link of the account of {name} to a provider"),
    "link.made": N_("{actor} made a one-time link to set the password of {name}"),
    "link.used": N_("A one-time link for {name} was used from {address}"),
    "token.added": N_("{actor} created the API token “{title}” for {name}: “{scope}”"),
    "token.agreed": N_("{actor} agreed to the API token “{title}” of {name}"),
    "token.revoked": N_("{actor} revoked the API token “{title}” of {name}"),
    "factor.codes_made": N_("{actor} made new recovery codes for {name}"),
    "factor.code_used": N_("{actor} used a recovery code of {name}: {left} left"),
    "guest.added": N_("{actor} added {name} as a guest of the search {reference}, until {until}"),
    "guest.end_set": N_("{actor} set the end of the guest {name} of the search {reference}: {until}"),
    "guest.ended": N_("{actor} ended the access of the guest {name} of the search {reference}"),
    "members.joined_by_admin": N_("{actor} made {name} a member of the search {reference}"),
    "display.paired": N_("{actor} paired the display “{name}”"),
    "display.changed": N_("{actor} changed the display “{name}”: {changes}"),
    "display.revoked": N_("{actor} removed the display “{name}”"),
    "export.read": N_("{actor} downloaded {file}"),
    "caller.read": N_("{actor} read the name and contact of the caller of report {number}"),
    "source.read": N_("{actor} read the source of sighting {number} of the search {reference}"),
    "original.read": N_("{actor} downloaded the original of a photo of the search {reference}"),
    "audit.read": N_("{actor} read the audit log"),
    "snapshot.read": N_("{actor} opened {board}"),
    "history.read": N_("{actor} read the history of {board}"),
    "document.read": N_("{actor} downloaded a file of {board}"),
    "photo.read": N_("{actor} opened a photo of {board}"),
    "command.refused": N_("{actor} was refused the command “{command}” on {board} ({answer})"),
    "rate.limited": N_("{actor} sent too many requests: {path}"),
    "backup.made": N_("{actor} made a backup: {file}"),
    "backup.restored": N_("{actor} restored the database from a backup"),
    "settings.changed": N_("The settings of {machine} changed: {changes}"),
    "origin.refused": N_("A request from another site ({origin}) was refused, from {address}"),
    "sign_in.throttled": N_("A sign-in was blocked after too many attempts, from {address}"),
}
_FAILED = {
    "unknown": N_("Failed sign-in from {address}: unknown e-mail address"),
    "password": N_("Failed sign-in as {name} from {address}: wrong password"),
    "disabled": N_("Failed sign-in as {name} from {address}: the account is disabled"),
    "second_factor": N_("Failed sign-in as {name} from {address}: wrong code or passkey"),
    "switched_off": N_("Failed sign-in as {name} from {address}: passwords are switched off"),
    "unchecked": N_("Failed sign-in as {name} from {address}: the provider has not confirmed the role for a day"),
}
_FACTORS_ADDED = {
    "totp": N_("{actor} added an app with codes to {name}"),
    "passkey": N_("{actor} added the passkey “{title}” to {name}"),
}
_FACTORS_REMOVED = {
    "totp": N_("{actor} removed the app with codes of {name}"),
    "passkey": N_("{actor} removed the passkey “{title}” of {name}"),
}
_PASSKEYS = {
    "counter": N_("The passkey “{title}” of {name} was refused from {address}: it may have been copied"),
    "replayed": N_("The passkey “{title}” of {name} was refused from {address}: the same answer came twice"),
}
_PROVIDER_REASONS = {  # codes of board/providers/errors.py
    "unavailable": N_("the provider cannot be reached"), "answer": N_("its answer is not valid"),
    "signature": N_("wrong signature"), "key": N_("unknown key"), "issuer": N_("wrong issuer"), "audience": N_("wrong audience"),
    "nonce": N_("wrong nonce"), "clock": N_("its clock and that of this server differ"),
    "overage": N_("it left out a claim that has too many values"), "state": N_("not started in this browser, or too old"),
    "replayed": N_("already used"), "denied": N_("the provider signed nobody in"), "ended": N_("the provider has ended it"),
    "no_role": N_("no role by the claims"), "unknown": N_("no account"),
    "exists": N_("an account with this e-mail address is not linked"), "email": N_("the e-mail address is not confirmed"),
    "disabled": N_("the account is disabled"),
}  # fmt: skip
_TOKENS = {
    "unknown": N_("An unknown API token was refused, from {address}"),
    "revoked": N_("The API token “{title}” of {name} was refused from {address}: it is revoked"),
    "expired": N_("The API token “{title}” of {name} was refused from {address}: it has expired"),
    "disabled": N_("The API token “{title}” of {name} was refused from {address}: the account is disabled"),
    "unagreed": N_("The API token “{title}” of {name} was refused from {address}: {name} has not agreed to it"),
}
_OVER = {
    "sign_in.failed": N_("Too many failed sign-ins to list one by one: {count} more"),
    "sign_in.throttled": N_("Too many blocked sign-ins to list one by one: {count} more"),
    "sign_in.refused": N_("Too many refused sign-ins with providers to list one by one: {count} more"),
    "origin.refused": N_("Too many requests from other sites to list one by one: {count} more"),
    "token.refused": N_("Too many refused API tokens to list one by one: {count} more"),
}
_LOW = {
    "files": N_("The disk of the photos and files on {machine} is nearly full: {free_mb} MB are free"),
    "database": N_("The disk of the database on {machine} is nearly full: {free_mb} MB are free"),
    "temporary": N_("The disk for temporary files on {machine} is nearly full: {free_mb} MB are free"),
    "installation": N_("The space for photos and files of all searches is nearly used: {free_mb} MB are left"),
}
_PREVIEWS = {
    "files": N_("{actor} viewed previews of files of {board}"),
    "materials": N_("{actor} viewed drafts of printed material of {board}"),
}
_FINDS = {
    "words": N_("{actor} looked for words in {board}: {hits} found"),
    "closed": N_("{actor} read the list of closed searches: {hits} shown"),
    "intake": N_("{actor} looked for an open search while recording: {hits} found"),
    "earlier": N_("{actor} looked for closed searches with a child’s name: {hits} found"),
    "similar": N_("{actor} looked for similar sightings in {board}: {hits} found"),
    "look_again": N_("{actor} looked at set-aside tips and sightings for {board}: {hits} found"),
}
_REPORTS = {
    "handover": N_("{actor} read the handover report"),
    "handovers": N_("{actor} read the list of handovers"),
    "unanswered": N_("{actor} read the list of unanswered tips and sightings"),
    "watch": N_("{actor} read the figures of the watch"),
    "accounts": N_("{actor} read the list of accounts"),
    "tokens": N_("{actor} read the list of API tokens"),
    "access": N_("{actor} read who can see what"),
}
_SIGNED_REPORT = N_("{actor} read the report of handover {number}")
_REQUESTS = {
    "SUBSCRIBE": N_("{actor} was refused {board}"),
}
_REQUEST = N_("{actor} was refused a page or call: {method} {path} ({status})")
_ANSWERS = {  # codes of refused commands
    "forbidden": N_("not allowed"), "not_found": N_("not found"), "unknown_command": N_("unknown"), "invalid": N_("not valid"),
    "conflict": N_("changed in the meantime"), "closed": N_("the search is closed"), "too_large": N_("limit reached"),
    "rate_limited": N_("too many requests"), "locked": N_("the screen is locked"), "unauthenticated": N_("signed out"),
}  # fmt: skip
_UNKNOWN = {"address": N_("an unknown address")}
_BOARDS = {OPERATIONS: N_("All searches"), AUDIT: N_("Audit log")}
_OVERFLOWED = N_("Too many entries of {actor} to list one by one: {count} more ({of})")


def entry_text(entry: AuditEntry) -> str:
    """Return an entry as a sentence in English, a `Message` if it has values; for an unknown type, the type."""
    if not entry.payload:
        return N_("Erased")
    unknown = {name: message(_UNKNOWN.get(name, N_("not known"))) for name, value in entry.about.items() if value is None}
    values = {**entry.about, **unknown}
    roles = labels.VALUES["account.role"]
    values |= {name: message(roles[values[name]]) for name in ("role", "before") if values.get(name) in roles}
    if values.get("until"):
        values["until"] = Moment(values["until"])
    if "scope" in values:
        values["scope"] = message(SCOPES.get(values["scope"], values["scope"]))
    if "device" in values:
        values["device"] = device_names.describe(values["device"])
    values |= {"actor": actor_name(entry.actor), "board": _board(entry)}
    if entry.type == "command.refused":
        values["answer"] = message(_ANSWERS.get(entry.about["reason"], entry.about["reason"]))
    if entry.type == "report.read":
        values["number"] = entry.id.rpartition("/")[2]
    if entry.type == "sign_in.refused":
        values["reason"] = message(_PROVIDER_REASONS.get(entry.about["reason"], entry.about["reason"]))
    if entry.type in _CHANGES:
        values["changes"] = _joined(_CHANGES[entry.type](entry.about))
    template = _template(entry)
    if template is None:
        return entry.type
    text, count = message(template, **values), values.get("count", 1)
    return text if count == 1 or "{count}" in template else message(N_("{what} ({count} more times)"), what=text, count=count)


def _template(entry: AuditEntry) -> str | None:
    """Return the sentence of an entry without its values; None for an unknown type."""
    if entry.type in _BY_FIELD:
        field, sentences, other = _BY_FIELD[entry.type]
        return sentences.get(entry.id if field == "id" else entry.about.get(field, ""), other)
    is_so, sentence = _INSTEAD.get(entry.type, (lambda about: False, ""))
    return sentence if is_so(entry.about) else _SAYS.get(entry.type)


def _board(entry: AuditEntry) -> str:
    """Return the name of an entry's board: that of its search, or of a board without a search."""
    board = entry.about.get("board", entry.id)
    reference = entry.about.get("reference")
    return str(reference) if reference else message(_BOARDS.get(board, N_("an unknown board")))


def actor_name(actor: Values) -> str:
    """Return the name of the actor, as a message."""
    name = actor.get("name") or message(N_("not known"))
    match actor.get("kind"):
        case "account":
            return str(name)
        case "display":
            return message(N_("The display “{name}”"), name=name)
        case "command_line":
            return message(N_("{name} at the command line"), name=name)
        case "server":
            return "Searchboard"
    return message(sentences.SOMEONE)


_BY_FIELD: dict[str, tuple[str, dict[str, str], str | None]] = {  # by type: field, sentences by value, other sentence
    "sign_in.failed": ("reason", _FAILED, None), "token.refused": ("reason", _TOKENS, None),
    "audit.overflowed": ("of", _OVER, _OVERFLOWED), "preview.read": ("what", _PREVIEWS, None),
    "find.run": ("where", _FINDS, None), "report.read": ("id", _REPORTS, _SIGNED_REPORT),
    "request.refused": ("method", _REQUESTS, _REQUEST), "space.low": ("of", _LOW, None),
    "factor.added": ("factor", _FACTORS_ADDED, None), "factor.removed": ("factor", _FACTORS_REMOVED, None),
    "factor.refused": ("reason", _PASSKEYS, None),
}  # fmt: skip
_INSTEAD: dict[str, tuple[Callable[[Values], bool], str]] = {  # sentences that replace the usual one, with their condition
    "sign_in.throttled": (
        lambda about: about.get("name") is not None,
        N_("A sign-in as {name} was blocked after too many attempts, from {address}"),
    ),
    "sign_in.succeeded": (
        lambda about: about.get("provider") is not None, N_("{actor} signed in with the provider {provider} from {address}"),
    ),
    "command.refused": (
        lambda about: about.get("command") is None, N_("{actor} was refused an unknown command on {board} ({answer})"),
    ),
    "settings.changed": (
        lambda about: bool(about.get("first")), N_("Searchboard was started for the first time, on {machine}: {changes}"),
    ),
    "account.disabled": (
        lambda about: about.get("unused_since") is not None,
        N_("{actor} locked the account of {name}, because nobody has used it for a long time"),
    ),
    "backup.made": (lambda about: about.get("file") is None, N_("{actor} made a backup with another program")),
    "source.read": (lambda about: about.get("board") == OPERATIONS, N_("{actor} read the source of tip {number}")),
}  # fmt: skip
_CHANGES: dict[str, Callable[[Values], list[str]]] = {
    "accounts.unused": lambda about: [account["name"] for account in about.get("accounts", ())],
    "display.changed": lambda about: [message(labels.FIELDS.get(f"display.{name}", name)) for name in about.get("fields", ())],
    "settings.changed": lambda about: [_setting(change) for change in about.get("changes", ())],
}


def _setting(change: Values) -> str:
    """Return `LOG_LEVEL: INFO → DEBUG`; for a secret only its name."""
    before, value = (change.get(name) for name in ("before", "value"))
    return str(change["name"]) if before is None and value is None else f"{change['name']}: {before or '–'} → {value or '–'}"


def _joined(parts: list[str]) -> str:
    """Join parts, which may be messages, with commas into a message."""
    row = ", ".join(f"{{part{number}}}" for number in range(len(parts)))
    return message(row or "–", **{f"part{number}": part for number, part in enumerate(parts)})
