"""Sentences that screens and paper share. The scripts get them with the catalogue and refer to them by name.

Each side chooses the sentence for a state: the server for paper, and the browser for live states, typed texts and unsent
commands. Only the texts are here.
"""

from board.i18n import N_

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
DROPPED = N_("Dropped hypotheses, and why")
CONTACTS = N_("Calls and updates due: family, police, press")
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


def for_scripts() -> dict[str, str]:
    """Return all sentences by lower-case name."""
    return {name.lower(): value for name, value in globals().items() if isinstance(value, str) and name.isupper()}
