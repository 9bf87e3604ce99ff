"""Sentences of audit entries, by type. If a sentence depends on a field, `BY_FIELD` or `INSTEAD` names the field."""

from collections.abc import Callable
from typing import Any

from board.audit.log.read_texts import FINDS, PREVIEWS, REPORTS, SIGNED_REPORT
from board.audit.log.sign_in_texts import FACTORS_ADDED, FACTORS_REMOVED, FAILED, PASSKEYS, TOKENS
from board.i18n import N_
from models.board import OPERATIONS

Values = dict[str, Any]

SAYS: dict[str, str] = {
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
    "guest.rights_set": N_("{actor} let the guest {name} of the search {reference} only read"),
    "guest.ended": N_("{actor} ended the access of the guest {name} of the search {reference}"),
    "members.joined_by_admin": N_("{actor} made {name} a member of the search {reference}"),
    "emergency.opened": N_("{actor} opened {board} without being a member, until {until}: “{typed_reason}”"),
    "retention.held": N_("{actor} put the search {reference} on hold until {until}: “{typed_reason}”"),
    "retention.hold_ended": N_("{actor} ended the hold of the search {reference} until {until}: “{typed_reason}”"),
    "erasure.asked": N_("{actor} asked to erase the search {reference}: “{typed_reason}”"),
    "erasure.withdrawn": N_("{actor} withdrew the request to erase the search {reference}: “{typed_reason}”"),
    "erasure.expired": N_("The request to erase the search {reference} expired, because nobody agreed: “{typed_reason}”"),
    "erasure.agreed": N_("{actor} agreed to erase a search, as {asked_by} had asked: “{typed_reason}”"),
    "part_erasure.asked": N_("{actor} asked to erase a card, note, contact or file of {board}: “{typed_reason}”"),
    "part_erasure.withdrawn": N_(
        "{actor} withdrew the request to erase a card, note, contact or file of {board}: “{typed_reason}”"
    ),
    "part_erasure.expired": N_(
        "The request to erase a card, note, contact or file of {board} expired, because nobody agreed: “{typed_reason}”"
    ),
    "part_erasure.agreed": N_("{actor} agreed to erase a card, note, contact or file, as {asked_by} had asked: “{typed_reason}”"),
    "part.erased": N_("A card, note, contact or file was erased, as {asked_by} asked and {agreed_by} agreed: “{typed_reason}”"),
    "reads.erased": N_("Entries about erased data lost their content: {count}"),
    "search.erased": N_("A search was erased, as {asked_by} asked and {agreed_by} agreed: “{typed_reason}”"),
    "display.paired": N_("{actor} paired the display “{name}”"),
    "display.changed": N_("{actor} changed the display “{name}”: {changes}"),
    "display.revoked": N_("{actor} removed the display “{name}”"),
    "export.read": N_("{actor} downloaded {file}"),
    "source.read": N_("{actor} read the source of sighting {number} of the search {reference}"),
    "caller.read": N_("{actor} read the name and contact of the caller of report {number}"),
    "contact.read": N_("{actor} read the details of contact {number} of the search {reference}"),
    "talk.read": N_("{actor} read the talk with the child of the search {reference}"),
    "original.read": N_("{actor} downloaded the original of a photo of the search {reference}"),
    "audit.read": N_("{actor} read the audit log"),
    "snapshot.read": N_("{actor} opened {board}"),
    "history.read": N_("{actor} read the history of {board}"),
    "readers.read": N_("{actor} read who looked at {board}"),
    "document.read": N_("{actor} downloaded a file of {board}"),
    "photo.read": N_("{actor} opened a photo of {board}"),
    "command.refused": N_("{actor} was refused the command “{command}” on {board} ({answer})"),
    "rate.limited": N_("{actor} sent too many requests: {path}"),
    "backup.made": N_("{actor} made a backup: {file}"),
    "data_key.forgotten": N_("{actor} gave up the lost key {data_key}: {files} files and {values} values stay unreadable"),
    "backup.restored": N_("{actor} restored the database from a backup"),
    "settings.changed": N_("The settings of {machine} changed: {changes}"),
    "origin.refused": N_("A request from another site ({origin}) was refused, from {address}"),
    "sign_in.throttled": N_("A sign-in was blocked after too many attempts, from {address}"),
}
OVER = {
    "sign_in.failed": N_("Too many failed sign-ins to list one by one: {count} more"),
    "sign_in.throttled": N_("Too many blocked sign-ins to list one by one: {count} more"),
    "sign_in.refused": N_("Too many refused sign-ins with providers to list one by one: {count} more"),
    "origin.refused": N_("Too many requests from other sites to list one by one: {count} more"),
    "token.refused": N_("Too many refused API tokens to list one by one: {count} more"),
}
LOW = {
    "files": N_("The disk of the photos and files on {machine} is nearly full: {free_mb} MB are free"),
    "database": N_("The disk of the database on {machine} is nearly full: {free_mb} MB are free"),
    "temporary": N_("The disk for temporary files on {machine} is nearly full: {free_mb} MB are free"),
    "installation": N_("The space for photos and files of all searches is nearly used: {free_mb} MB are left"),
}
DISCLOSURES = {
    "child": N_("{actor} asked for all stored data about the child of the search {reference}: “{typed_reason}”"),
    "person": N_("{actor} asked for all stored data about a caller or contact: “{typed_reason}”"),
    "colleague": N_("{actor} asked for all stored data about a colleague: “{typed_reason}”"),
}
REQUESTS = {
    "SUBSCRIBE": N_("{actor} was refused {board}"),
}
REQUEST = N_("{actor} was refused a page or call: {method} {path} ({status})")
ANSWERS = {  # codes of refused commands
    "forbidden": N_("not allowed"), "not_found": N_("not found"), "unknown_command": N_("unknown"), "invalid": N_("not valid"),
    "conflict": N_("changed in the meantime"), "closed": N_("the search is closed"), "too_large": N_("limit reached"),
    "rate_limited": N_("too many requests"), "locked": N_("the screen is locked"), "unauthenticated": N_("signed out"),
}  # fmt: skip
OVERFLOWED = N_("Too many entries of {actor} to list one by one: {count} more ({of})")
BY_FIELD: dict[str, tuple[str, dict[str, str], str | None]] = {  # by type: field, sentences by value, other sentence
    "sign_in.failed": ("reason", FAILED, None), "token.refused": ("reason", TOKENS, None),
    "audit.overflowed": ("of", OVER, OVERFLOWED), "preview.read": ("what", PREVIEWS, None),
    "find.run": ("where", FINDS, None), "report.read": ("id", REPORTS, SIGNED_REPORT),
    "disclosure.made": ("subject", DISCLOSURES, None),
    "request.refused": ("method", REQUESTS, REQUEST), "space.low": ("of", LOW, None),
    "factor.added": ("factor", FACTORS_ADDED, None), "factor.removed": ("factor", FACTORS_REMOVED, None),
    "factor.refused": ("reason", PASSKEYS, None),
}  # fmt: skip
INSTEAD: dict[str, tuple[Callable[[Values], bool], str]] = {  # sentences that replace the usual one, with their condition
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
    "guest.added": (
        lambda about: bool(about.get("writes")),
        N_("{actor} added {name} as a guest of the search {reference} who may write, until {until}"),
    ),
    "guest.rights_set": (
        lambda about: bool(about.get("writes")), N_("{actor} let the guest {name} of the search {reference} write"),
    ),
    "backup.made": (lambda about: about.get("file") is None, N_("{actor} made a backup with another program")),
    "source.read": (lambda about: about.get("board") == OPERATIONS, N_("{actor} read the source of tip {number}")),
}  # fmt: skip
