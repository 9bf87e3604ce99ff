"""Scopes of tokens in words."""

from board.i18n import N_

SCOPES = {
    "read": N_("View only"),
    "write": N_("View and change"),
    "intake": N_("Add sightings only"),
    "report": N_("Add reports of disappearances only"),
    "accounts": N_("Manage accounts only"),
}
