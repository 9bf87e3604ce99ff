"""Scopes of tokens in words."""

from board.i18n import N_

SCOPES = {
    "read": N_("View only"),
    "write": N_("View and change"),
    "intake": N_("Add sightings only"),
    "accounts": N_("Manage accounts only"),
}
