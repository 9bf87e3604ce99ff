"""Sentences of entries about reads, by the code in the entry."""

from board.i18n import N_

PREVIEWS = {
    "files": N_("{actor} viewed previews of files of {board}"),
    "materials": N_("{actor} viewed drafts of printed material of {board}"),
}
FINDS = {
    "words": N_("{actor} looked for words in {board}: {hits} found"),
    "closed": N_("{actor} read the list of closed searches: {hits} shown"),
    "intake": N_("{actor} looked for an open search while recording: {hits} found"),
    "earlier": N_("{actor} looked for closed searches with a child’s name: {hits} found"),
    "similar": N_("{actor} looked for similar sightings in {board}: {hits} found"),
    "look_again": N_("{actor} looked at set-aside tips and sightings for {board}: {hits} found"),
}
REPORTS = {
    "handover": N_("{actor} read the handover report"),
    "handovers": N_("{actor} read the list of handovers"),
    "unanswered": N_("{actor} read the list of unanswered tips and sightings"),
    "watch": N_("{actor} read the figures of the watch"),
    "figures": N_("{actor} read the figures"),
    "accounts": N_("{actor} read the list of accounts"),
    "tokens": N_("{actor} read the list of API tokens"),
    "access": N_("{actor} read who can see what"),
    "retention": N_("{actor} read the list of searches whose retention has ended"),
}
SIGNED_REPORT = N_("{actor} read the report of handover {number}")
