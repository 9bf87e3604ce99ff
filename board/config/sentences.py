"""Sentences that screens and paper share. The scripts get them with the catalogue and refer to them by name.

Each side chooses the sentence for a state: the server for paper, and the browser for live states, typed texts and unsent
commands. Only the texts are here.
"""

from board.i18n import N_, P_
from models.texts import ngettext

OVERDUE = N_("Overdue")
DUE_SOON = N_("Due in the next shift")
UNGRADED = N_("Sightings not yet graded")
TO_PASS_ON = N_("Credible sightings not yet passed on")
DONE = N_("Done in this shift")
CRITICAL_POINTS = N_("Critical points")
FILES_ADDED = N_("Photos and files added in this shift")
IMPORTANT = N_("Important since the shift began")
LAST_CONFIRMED = N_("Last confirmed sighting")
LATEST_CREDIBLE = N_("Latest credible")
CLOSING_NOTE = N_("Closing note")
GENERAL = N_("General")
NOT_READ = N_("Not read by {name} before accepting.")
NOTHING_WRITTEN = N_("Nothing was written about this search.")
NOT_FILLED_IN = N_("Not filled in: {names}")
NO_EVENTS = N_("No events since the shift began.")
NO_EVENTS_SINCE_SIGNING = N_("No events since signing.")
WITHHELD = N_("Searches of which you are not a member are not shown. Their members see who is responsible for them.")
RESTATED = N_("In their own words: {name}, {at}")
CORRECT = N_("correct, {name}, {at}")
NOT_QUITE = N_("Not quite, {name}, {at}")
STILL_TRUE = N_("still true: {name}, {at}")
NOT_CONFIRMED = N_("not confirmed for this handover")
NOT_CONFIRMED_BY = N_("not confirmed for this handover: {name}, {at}")
RESPONSIBLE = N_("{name} is responsible for it.")
NEXT_RESPONSIBLE = N_("{name} becomes responsible for it with the shift.")
MEMBER_RESPONSIBLE = N_("A member who accepts the shift becomes responsible for it.")
NOBODY_RESPONSIBLE = N_("Nobody is responsible for it yet.")
RESPONSIBLE_SINCE = N_("Handover {number}: {name} is responsible for it.")
HANDOVER = N_("Handover {number}")
SUGGESTED = N_("suggested by the age")
FAMILY_TOLD = N_("family told")
FAMILY_NOT_TOLD = N_("family not told")
POLICE_TOLD = N_("police told")
POLICE_NOT_TOLD = N_("police not told")
FAMILY_OPEN = N_("The family has not been told.")
POLICE_OPEN = N_("The police have not been told.")
IN_CHARGE = N_("in charge: {name}")
NOBODY_IN_CHARGE = N_("nobody in charge")
NO_SHIFT = N_("Nobody in charge of the shift")
MISSING_SINCE = N_("missing since {at}")
APPEAL = N_("Appeal: {level}")
APPEAL_UNTIL = N_("Appeal: {level} until {until}")
TO_DECIDE = N_("Worrying?")
READ_AT = N_("read, {at}")
PRINTED = N_("Printed by {name}, {at}")
PRINTED_AS_OF = N_("Printed by {name}, {at}; as of {then}")
HISTORY_OF = N_("History: {name}")
GUIDES = N_("Guides for each role")
BOARD_FULL = N_("This board is full. Ask a coordinator to make room.")
EMPTY_FILE = N_("This file is empty.")
FUTURE = N_("This is in the future.")
SEALED = N_("This source is confidential. Only coordinators, and the person who recorded it, can change it.")
WITH_COLON = N_("{label}:")
SOMEONE = N_("Someone")
PROGRAM = N_("Searchboard")
EMPTY = N_("empty")
FOUND_PLACE = N_("found: {place}")
NOT_SHOWN = N_("not shown here")
NAME_AT = N_("{name}, {at}")
SIGHTING = N_("Sighting {number}")
URGENT_SIGHTING = N_("Urgent sighting {number}")
# translators: on a wall display, at most 14 letters: a criterion applies, and nobody has decided yet whether it is worrying
WORRYING_MARK = N_("WORRYING?")
HEIGHT = N_("{metres} m {centimetres}")
UNTIL = N_("until {at}")
DUE = N_("due {at}")
SEEN = N_("seen {at}")
SEEN_TIME = P_("a time of day, after “seen”", "{time}")
REPORTED = N_("reported {at}, time unknown")
DAYS_HOURS = N_("{days} d {hours} h")
HOURS_MINUTES = N_("{hours} h {minutes} min")
MINUTES = N_("{minutes} min")
# Plurals: gettext and Intl choose their form.
EVENTS_SINCE_SIGNING = ngettext("{count} event since signing", "{count} events since signing")
EVENTS_OF_SHIFT = ngettext("{count} event since the shift began", "{count} events since the shift began")
MORE = ngettext("{count} more", "{count} more")
NOT_LOOKED_AT = ngettext("{count} not looked at", "{count} not looked at")
IMPORTANT_ONES = ngettext("{count} of them important", "{count} of them important")
TO_ASSESS = ngettext("{count} to assess", "{count} to assess")
TO_BE_DECIDED = ngettext("{count} to be decided", "{count} to be decided")
WAITING_FOR_POLICE = ngettext("{count} to pass on", "{count} to pass on")
WORRYING_ONES = ngettext("{count} worrying", "{count} worrying")


def for_scripts() -> dict[str, str]:
    """Return the sentences without a plural by lower-case name."""
    return {name.lower(): value for name, value in globals().items() if isinstance(value, str) and name.isupper()}


def plurals_for_scripts() -> dict[str, tuple[str, str]]:
    """Return the sentences with a plural by lower-case name."""
    return {name.lower(): value for name, value in globals().items() if isinstance(value, tuple) and name.isupper()}
